use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use kubeproof_fireworks::{Client, Options, ReadMask};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, bearer, client, cluster, serve};

#[tokio::test]
async fn one_get_as_documented() {
    for (mask, query) in [
        (None, None),
        (Some(""), Some("readMask=")),
        (Some("*"), Some("readMask=*")),
        (Some("endpoint,caData"), Some("readMask=endpoint%2CcaData")),
        (Some("endpoint"), Some("readMask=endpoint")),
    ] {
        let body = r#"{"endpoint":"https://k.example","caData":"eA=="}"#;
        let server = serve(ResponseTemplate::new(200).set_body_string(body)).await;
        let options = Options { read_mask: mask.map(|mask| ReadMask::parse(mask).unwrap()) };
        client(&server.uri()).fetch(&cluster(), &options).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].method.as_str(), "GET");
        // The colon before the verb is not encoded: some servers would take it for a part of the id.
        assert_eq!(requests[0].url.path(), "/v1/accounts/my-account/clusters/my-cluster:getConnectionInfo");
        assert_eq!(requests[0].url.query(), query);
        assert_eq!(requests[0].headers["authorization"], format!("Bearer {SECRET}"));
        assert_eq!(requests[0].headers["accept"], "application/json");
    }
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    let key = || SECRET.to_owned().into();
    for builder in [
        Client::builder(Credentials::Token(key())),
        Client::builder(Credentials::AccessKey { access_key: "AK".into(), secret_key: key() }),
        Client::builder(bearer()).base_url("http://api.example.com"),
        Client::builder(bearer()).base_url(""),
        Client::builder(Credentials::Bearer(String::new().into())),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument, "{shown}");
    }
    let client = Client::builder(bearer()).build().unwrap();
    assert!(!format!("{client:?}").contains("planted"));
}
