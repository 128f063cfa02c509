//! A server, a client of it, and certificates.

use std::sync::Arc;

use kubeproof_client::{ClusterAccess as _, Credentials, Error, NoWait, TransportOptions};
use kubeproof_fireworks::{Client, Cluster, ConnectionInfo, Options};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-api-key";

pub(crate) async fn serve(reply: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(reply).mount(&server).await;
    server
}

pub(crate) fn bearer() -> Credentials {
    Credentials::Bearer(SECRET.to_owned().into())
}

pub(crate) fn client(url: &str) -> Client {
    let transport = TransportOptions::default().sleeper(Arc::new(NoWait));
    Client::builder(bearer()).base_url(url).transport(transport).build().unwrap()
}

pub(crate) fn cluster() -> Cluster {
    Cluster::parse("my-account", "my-cluster").unwrap()
}

pub(crate) async fn fetch(reply: ResponseTemplate, options: &Options) -> (Result<ConnectionInfo, Error>, usize) {
    let server = serve(reply).await;
    let result = client(&server.uri()).fetch(&cluster(), options).await;
    if let Err(error) = &result {
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("planted"), "{shown}");
    }
    (result, server.received_requests().await.unwrap().len())
}

/// A certificate in PEM.
pub(crate) fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap().pem()
}
