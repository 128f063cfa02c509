use kubeproof_cce::{Client, Cluster, Options};
use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use wiremock::ResponseTemplate;

use crate::support::{CLUSTER, PROJECT, SECRET, builder, cluster, kubeconfig, serve, token};

#[tokio::test]
async fn one_get_with_a_token() {
    let server = serve(ResponseTemplate::new(200).set_body_json(kubeconfig("internal"))).await;
    let client = builder(&server, token()).build().unwrap();
    client.fetch(&cluster(), &Options::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method.as_str(), "GET");
    assert_eq!(request.url.path(), format!("/api/v3/projects/{PROJECT}/clusters/{CLUSTER}/clustercert"));
    assert_eq!(request.url.query(), None);
    assert_eq!(request.headers["x-auth-token"], SECRET);
    assert_eq!(request.headers["content-type"], "application/json");
    for absent in ["authorization", "x-project-id", "x-sdk-date"] {
        assert!(!request.headers.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn one_get_with_a_signature() {
    let server = serve(ResponseTemplate::new(200).set_body_json(kubeconfig("internal"))).await;
    let pair = Credentials::AccessKey { access_key: "AKEXAMPLE".into(), secret_key: SECRET.to_owned().into() };
    let client = builder(&server, pair).build().unwrap();
    client.fetch(&cluster(), &Options::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let headers = &requests[0].headers;
    assert_eq!(headers["x-sdk-date"], "20240102T030405Z");
    assert_eq!(headers["x-project-id"], PROJECT);
    let start = "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=";
    assert!(headers["authorization"].to_str().unwrap().starts_with(start));
    assert!(!headers.contains_key("x-auth-token"));
    assert!(!format!("{headers:?}").contains("planted"));
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    for (project, cluster) in
        [("", CLUSTER), ("..", CLUSTER), ("a/b", CLUSTER), ("é", CLUSTER), (PROJECT, ""), (PROJECT, "a?b")]
    {
        assert_eq!(Cluster::parse(project, cluster).unwrap_err().kind(), ErrorKind::InvalidArgument, "{project}");
    }
    let bearer = Credentials::Bearer(SECRET.to_owned().into());
    for builder in [
        // The base URL depends on the region, so there is no default.
        Client::builder(token()),
        Client::builder(token()).base_url("http://cce.example.com"),
        Client::builder(bearer).base_url("https://cce.example.com"),
        Client::builder(Credentials::Token(String::new().into())).base_url("https://cce.example.com"),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument, "{shown}");
    }
}
