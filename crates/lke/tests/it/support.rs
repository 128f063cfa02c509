//! A server, a client of it, and kubeconfigs.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kubeproof_client::{ClusterAccess as _, ClusterKubeconfig, Credentials, Error, NoWait, TransportOptions};
use kubeproof_lke::{Client, ClientBuilder, ClusterId, Options};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-access-token";

/// A secret of the cluster, which may appear in the access and nowhere else.
pub(crate) const CLUSTER_SECRET: &str = "planted-cluster-token";

pub(crate) async fn serve(reply: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(reply).mount(&server).await;
    server
}

pub(crate) fn builder(server: &MockServer) -> ClientBuilder {
    Client::builder(Credentials::Bearer(SECRET.to_owned().into()))
        .base_url(server.uri())
        .transport(TransportOptions::default().sleeper(Arc::new(NoWait)))
}

pub(crate) fn cluster() -> ClusterId {
    ClusterId::parse("12345").unwrap()
}

pub(crate) async fn fetch(reply: ResponseTemplate) -> (Result<ClusterKubeconfig, Error>, usize) {
    let server = serve(reply).await;
    let result = builder(&server).build().unwrap().fetch(&cluster(), &Options::default()).await;
    if let Err(error) = &result {
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("planted"), "{shown}");
    }
    (result, server.received_requests().await.unwrap().len())
}

pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(text)
}

/// The answer that holds this in its field, as it is.
pub(crate) fn holding(field: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(format!(r#"{{"kubeconfig": "{field}"}}"#))
}

/// A kubeconfig in the provider's own layout, with this user.
pub(crate) fn kubeconfig(user: &str) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    format!(
        "apiVersion: v1
kind: Config
preferences: {{}}

clusters:
- cluster:
    certificate-authority-data: {}
    server: https://example.us-ord-1-gw.linodelke.net:443
  name: lke12345

users:
- name: lke12345-admin
  user:
    as-user-extra: {{}}
    {user}

contexts:
- context:
    cluster: lke12345
    namespace: default
    user: lke12345-admin
  name: lke12345-ctx

current-context: lke12345-ctx
",
        encode(certificate.pem())
    )
}

pub(crate) fn token_kubeconfig() -> String {
    kubeconfig(&format!("token: {CLUSTER_SECRET}"))
}
