use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use kubeproof_{{ name }}::{Client, Cluster, Options};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
const SECRET: &str = "planted-token";

fn token() -> Credentials {
    Credentials::{{ variant }}(SECRET.to_owned().into())
}

#[tokio::test]
async fn one_get_as_documented() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).mount(&server).await;
    let client = Client::builder(token()).base_url(server.uri()).build().unwrap();
    let cluster = Cluster::parse({% if owner %}"my-{{ owner }}", {% endif %}"a:b").unwrap();
    let error = client.fetch(&cluster, &Options::default()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("planted"), "{error}");
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method.as_str(), "GET");
    assert_eq!(requests[0].url.path(), "{{ encoded }}");
    assert_eq!(requests[0].headers["{{ header }}"], {% if prefix %}format!("{{ prefix }}{SECRET}"){% else %}SECRET{% endif %});
}

#[test]
fn wrong_arguments_are_refused_before_sending() {
    for id in ["", "..", "a/b", "a b", "a?b"] {
        let cluster = Cluster::parse({% if owner %}"my-{{ owner }}", {% endif %}id);
        assert_eq!(cluster.unwrap_err().kind(), ErrorKind::InvalidArgument, "{id}");
    }
    for builder in [
        Client::builder(Credentials::{{ other_variant }}(SECRET.to_owned().into())),
        Client::builder(token()).base_url("http://api.example.com"),
        Client::builder(token()).base_url(""),
    ] {
        let shown = format!("{builder:?}");
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument, "{shown}");
    }
}
