use kubeproof_cce::{Client, Cluster, Options, Validity};
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

/// The instant is the one of the document.
#[tokio::test]
async fn one_post_with_a_validity() {
    let instant = "2025-01-01T16:00:00.9Z".parse().unwrap();
    for (validity, body) in [
        (Validity::of_days(30).unwrap(), r#"{"duration":30}"#),
        (Validity::of_days(1).unwrap(), r#"{"duration":1}"#),
        (Validity::of_days(-1).unwrap(), r#"{"duration":-1}"#),
        (Validity::Until(instant), r#"{"expire_at":"2025-01-01 16:00:00 +0000 UTC"}"#),
    ] {
        let pair = Credentials::AccessKey { access_key: "AKEXAMPLE".into(), secret_key: SECRET.to_owned().into() };
        for (credentials, header) in [(token(), "x-auth-token"), (pair, "authorization")] {
            let server = serve(ResponseTemplate::new(200).set_body_json(kubeconfig("internal"))).await;
            let client = builder(&server, credentials).build().unwrap();
            client.fetch(&cluster(), &Options { validity: Some(validity), ..Options::default() }).await.unwrap();
            let requests = server.received_requests().await.unwrap();
            assert_eq!(requests.len(), 1);
            let request = &requests[0];
            assert_eq!(request.method.as_str(), "POST");
            assert_eq!(request.url.path(), format!("/api/v3/projects/{PROJECT}/clusters/{CLUSTER}/clustercert"));
            assert_eq!(request.url.query(), None);
            assert_eq!(String::from_utf8_lossy(&request.body), body);
            assert_eq!(request.headers["content-type"], "application/json");
            assert!(request.headers.contains_key(header), "{header}");
        }
    }
}

#[test]
fn days_that_no_certificate_can_have_are_refused_before_sending() {
    for days in [0, -2, i64::MIN, i64::MAX, 1 << 32] {
        let error = Validity::of_days(days).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{days}");
        assert!(error.to_string().contains("-1 for as long as possible"), "{error}");
    }
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
