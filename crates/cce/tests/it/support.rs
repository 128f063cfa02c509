//! A server, a client of it, and kubeconfigs.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use kubeproof_cce::{Client, ClientBuilder, Cluster, Options};
use kubeproof_client::{Clock, ClusterAccess as _, ClusterKubeconfig, Credentials, Error, NoWait, TransportOptions};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-user-token";

pub(crate) const PROJECT: &str = "08d44be1ef00d22e2f6fc0061f54a2f1";
pub(crate) const CLUSTER: &str = "11111111-2222-3333-4444-555555555555";

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2024-01-02T03:04:05Z".parse().unwrap()
    }
}

pub(crate) async fn serve(reply: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(reply).mount(&server).await;
    server
}

pub(crate) fn builder(server: &MockServer, credentials: Credentials) -> ClientBuilder {
    let transport = TransportOptions::default().sleeper(Arc::new(NoWait)).clock(Arc::new(Fixed));
    Client::builder(credentials).base_url(server.uri()).transport(transport)
}

pub(crate) fn token() -> Credentials {
    Credentials::Token(SECRET.to_owned().into())
}

pub(crate) fn cluster() -> Cluster {
    Cluster::parse(PROJECT, CLUSTER).unwrap()
}

pub(crate) async fn fetch(reply: ResponseTemplate, options: &Options) -> (Result<ClusterKubeconfig, Error>, usize) {
    let server = serve(reply).await;
    let result = builder(&server, token()).build().unwrap().fetch(&cluster(), options).await;
    if let Err(error) = &result {
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("planted") && !shown.contains("LS0tLS1"), "{shown}");
    }
    (result, server.received_requests().await.unwrap().len())
}

/// A certificate and its key, each in base64 of PEM.
pub(crate) fn pair() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    (BASE64_STANDARD.encode(certificate.pem()), BASE64_STANDARD.encode(key.serialize_pem()))
}

/// The answer for a cluster with a public address, in the layout of the provider's documents: the external server is not
/// verified and has no authority, the third is verified.
pub(crate) fn kubeconfig(current: &str) -> Value {
    let (authority, _) = pair();
    let (certificate, key) = pair();
    json!({
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": {},
        "clusters": [
            {"name": "externalCluster",
             "cluster": {"server": "https://192.0.2.7:5443", "insecure-skip-tls-verify": true}},
            {"name": "externalClusterTLSVerify",
             "cluster": {"server": "https://192.0.2.7:5443", "certificate-authority-data": authority}},
            {"name": "internalCluster",
             "cluster": {"server": "https://192.168.1.7:5443", "certificate-authority-data": authority}},
        ],
        "users": [
            {"name": "user", "user": {"client-certificate-data": certificate, "client-key-data": key}},
        ],
        "contexts": [
            {"name": "external", "context": {"cluster": "externalCluster", "user": "user"}},
            {"name": "externalTLSVerify", "context": {"cluster": "externalClusterTLSVerify", "user": "user"}},
            {"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}},
        ],
        "current-context": current,
    })
}
