//! A server, a client of it, and kubeconfigs.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kubeproof_client::{ClusterAccess as _, ClusterKubeconfig, Credentials, Error, NoWait, TransportOptions};
use kubeproof_digitalocean::{Client, ClientBuilder, ClusterId, Options};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-api-token";

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
    ClusterId::parse("bd5f5959-5e1e-4205-a714-a914373942af").unwrap()
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

/// A certificate in base64 of PEM.
pub(crate) fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    BASE64_STANDARD.encode(certificate.pem())
}

/// A kubeconfig in the provider's own layout, with this user.
pub(crate) fn kubeconfig(user: &str) -> String {
    format!(
        "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {}
    server: https://bd5f5959-5e1e-4205-a714-a914373942af.k8s.ondigitalocean.com
  name: do-nyc1-example
contexts:
- context:
    cluster: do-nyc1-example
    user: do-nyc1-example-admin
  name: do-nyc1-example
current-context: do-nyc1-example
kind: Config
preferences: {{}}
users:
- name: do-nyc1-example-admin
  user:
    {user}
",
        certificate()
    )
}

pub(crate) fn token_kubeconfig() -> String {
    kubeconfig(&format!("token: {CLUSTER_SECRET}"))
}
