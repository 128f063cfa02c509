use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use kubeproof_ucs::{Client, KeepAnswers, Options, PrivateAccess};
use wiremock::ResponseTemplate;

use crate::support::{ACCESS, SECRET, builder, client, cluster, serve, token};

#[tokio::test]
async fn one_get_as_documented() {
    for (private, query) in [
        (None, None),
        (Some(("10.0.0.9", "eu-de")), Some("vpcendpoint=10.0.0.9&region=eu-de")),
        (Some(("fd00::9", "eu-de")), Some("vpcendpoint=fd00%3A%3A9&region=eu-de")),
    ] {
        let server = serve(ResponseTemplate::new(200).set_body_string(ACCESS)).await;
        let private_access = private.map(|(address, region)| PrivateAccess::new(address, region).unwrap());
        let cluster = cluster();
        client(&server.uri()).fetch(&cluster, &Options { private_access }).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].method.as_str(), "GET");
        assert_eq!(requests[0].url.path(), format!("/v1/clusters/{cluster}/accessinfo"));
        assert_eq!(requests[0].url.query(), query);
        assert_eq!(requests[0].headers["x-auth-token"], SECRET);
        for absent in ["authorization", "x-domain-id", "x-project-id"] {
            assert!(!requests[0].headers.contains_key(absent), "{absent}");
        }
    }
}

#[tokio::test]
async fn one_get_with_a_signature() {
    let server = serve(ResponseTemplate::new(200).set_body_string(ACCESS)).await;
    let pair = Credentials::AccessKey { access_key: "AKEXAMPLE".into(), secret_key: SECRET.to_owned().into() };
    let domain = "d0123456789abcdef0123456789abcde";
    let client = builder(&server.uri(), pair, KeepAnswers::Nowhere).domain_id(domain).build().unwrap();
    client.fetch(&cluster(), &Options::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let headers = &requests[0].headers;
    assert_eq!(headers["x-domain-id"], domain);
    let start = "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-domain-id;x-sdk-date, Signature=";
    assert!(headers["authorization"].to_str().unwrap().starts_with(start), "{:?}", headers["authorization"]);
    assert!(!headers.contains_key("x-auth-token"));
    assert!(!format!("{headers:?}").contains("planted"));
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    let url = "https://ucs.example.com";
    for builder in [
        // The base URL depends on the cloud, so there is no default.
        Client::builder(token(), KeepAnswers::Nowhere),
        Client::builder(token(), KeepAnswers::Nowhere).base_url("http://ucs.example.com"),
        Client::builder(Credentials::Bearer(SECRET.to_owned().into()), KeepAnswers::Nowhere).base_url(url),
        Client::builder(token(), KeepAnswers::Nowhere).base_url(url).domain_id(""),
        Client::builder(token(), KeepAnswers::Nowhere).base_url(url).domain_id("a b"),
        Client::builder(token(), KeepAnswers::Nowhere).base_url(url).domain_id("é"),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument, "{shown}");
    }
}
