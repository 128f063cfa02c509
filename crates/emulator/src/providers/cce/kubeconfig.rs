use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Cluster;
use crate::pki::Identity;

/// What a kubeconfig proves identities with, each as base64 of PEM; all empty in the document's example.
#[derive(Default)]
pub(super) struct Material {
    certificate_authority: String,
    client_certificate: String,
    client_key: String,
}

impl Material {
    pub(super) fn new(authority_pem: &str, identity: &Identity) -> Self {
        Self {
            certificate_authority: data(authority_pem),
            client_certificate: data(&identity.certificate_pem),
            client_key: data(&identity.key_pem),
        }
    }
}

/// PEM as the `…-data` fields hold it.
pub(super) fn data(pem: &str) -> String {
    STANDARD.encode(pem)
}

/// The answer's body, its keys in the order of the document's example. Every address is `api`, when there is one.
pub(super) fn document(cluster: &Cluster, api: Option<&str>, material: &Material) -> Value {
    let external = cluster.public_ip.map(|ip| ("external", "externalCluster", ip));
    let internal = ("internal", "internalCluster", cluster.private_ip);
    let accesses = || std::iter::once(internal).chain(external);
    let current = external.unwrap_or(internal).0;
    json!({
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": {},
        "clusters": accesses().map(|(_, name, ip)| json!({
            "name": name,
            "cluster": {
                "server": api.map_or_else(|| format!("https://{ip}:5443"), str::to_owned),
                "certificate-authority-data": material.certificate_authority,
            },
        })).collect::<Vec<_>>(),
        "users": [{
            "name": "user",
            "user": {
                "client-certificate-data": material.client_certificate,
                "client-key-data": material.client_key,
            },
        }],
        "contexts": accesses().map(|(name, cluster, _)| json!({
            "name": name,
            "context": {"cluster": cluster, "user": "user"},
        })).collect::<Vec<_>>(),
        "current-context": current,
    })
}
