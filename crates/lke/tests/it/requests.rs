use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use kubeproof_lke::{Client, ClusterId, Options};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, builder, cluster, encode, holding, serve, token_kubeconfig};

#[tokio::test]
async fn one_get_as_documented() {
    let server = serve(holding(&encode(token_kubeconfig()))).await;
    builder(&server).build().unwrap().fetch(&cluster(), &Options::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].method.as_str(), requests[0].url.path()), ("GET", "/v4/lke/clusters/12345/kubeconfig"));
    assert_eq!((requests[0].url.query(), requests[0].body.as_slice()), (None, &b""[..]));
    assert_eq!(requests[0].headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(requests[0].headers["accept"], "application/json");
}

#[tokio::test]
async fn a_path_below_the_base_url_is_kept() {
    let server = serve(ResponseTemplate::new(404)).await;
    let client = builder(&server).base_url(format!("{}/proxy/", server.uri())).build().unwrap();
    client.fetch(&cluster(), &Options::default()).await.unwrap_err();
    let requests = server.received_requests().await.unwrap();
    assert!(requests[0].url.path().starts_with("/proxy/v4/lke/"), "{}", requests[0].url);
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    for id in ["", "..", "a/b", "lkecluster12345", "-1", "1?x"] {
        assert_eq!(ClusterId::parse(id).unwrap_err().kind(), ErrorKind::InvalidArgument);
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
