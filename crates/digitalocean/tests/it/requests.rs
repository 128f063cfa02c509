use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use kubeproof_digitalocean::{Client, ClusterId, KubeconfigType, Options};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, builder, cluster, serve, token_kubeconfig};

#[tokio::test]
async fn one_get_as_documented() {
    let expiry = |seconds| Options { expiry_seconds: Some(seconds), ..Options::default() };
    let sso = Options { kubeconfig_type: KubeconfigType::Sso, ..Options::default() };
    for (id, options, target) in [
        ("bd5f5959", Options::default(), "/v2/kubernetes/clusters/bd5f5959/kubeconfig?type=token"),
        ("bd5f5959", expiry(0), "/v2/kubernetes/clusters/bd5f5959/kubeconfig?type=token&expiry_seconds=0"),
        ("a:b", expiry(300), "/v2/kubernetes/clusters/a%3Ab/kubeconfig?type=token&expiry_seconds=300"),
        ("bd5f5959", sso, "/v2/kubernetes/clusters/bd5f5959/kubeconfig?type=sso"),
    ] {
        let server = serve(ResponseTemplate::new(200).set_body_string(token_kubeconfig())).await;
        let client = builder(&server).build().unwrap();
        client.fetch(&ClusterId::parse(id).unwrap(), &options).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        let (url, headers) = (&requests[0].url, &requests[0].headers);
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        assert_eq!(format!("{}{query}", url.path()), target);
        assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
        assert!(headers["accept"].to_str().unwrap().starts_with("application/yaml"));
        assert_eq!(requests[0].method.as_str(), "GET");
    }
}

#[tokio::test]
async fn a_path_below_the_base_url_is_kept() {
    let server = serve(ResponseTemplate::new(404)).await;
    let client = builder(&server).base_url(format!("{}/proxy/", server.uri())).build().unwrap();
    client.fetch(&cluster(), &Options::default()).await.unwrap_err();
    let requests = server.received_requests().await.unwrap();
    assert!(requests[0].url.path().starts_with("/proxy/v2/kubernetes/"), "{}", requests[0].url);
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    for id in ["", "..", "a/b", "a b", "a?b"] {
        assert_eq!(ClusterId::parse(id).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    for word in ["", "Token", "token ", "certificate", "token&type=sso"] {
        assert_eq!(KubeconfigType::parse(word).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let token = || SECRET.to_owned().into();
    for builder in [
        Client::builder(Credentials::Token(token())),
        Client::builder(Credentials::AccessKey { access_key: "AK".into(), secret_key: token() }),
        Client::builder(Credentials::Bearer(token())).base_url("http://api.example.com"),
        Client::builder(Credentials::Bearer(token())).base_url(""),
        Client::builder(Credentials::Bearer(format!("{SECRET}\n").into())),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument, "{shown}");
    }
    assert!(Client::builder(Credentials::Bearer(token())).build().is_ok());
}
