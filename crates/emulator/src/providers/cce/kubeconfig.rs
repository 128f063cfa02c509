use std::net::Ipv4Addr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Cluster, VerifiedAccess, edition};
use crate::Edition;
use crate::pki::Identity;

/// What a kubeconfig proves identities with, each as base64 of PEM; all empty in the document's example.
#[derive(Default)]
pub(super) struct Material {
    certificate_authority: String,
    client_certificate: String,
    client_key: String,
}

impl Material {
    pub(super) fn new(certificate_authority: String, identity: &Identity) -> Self {
        Self {
            certificate_authority,
            client_certificate: data(&identity.certificate_pem),
            client_key: data(&identity.key_pem),
        }
    }
}

/// PEM as the `…-data` fields hold it.
pub(super) fn data(pem: &str) -> String {
    STANDARD.encode(pem)
}

/// A way to a cluster: a context, and the entry in `clusters` that it names.
struct Access {
    context: &'static str,
    cluster: &'static str,
    ip: Ipv4Addr,
    trust: Trust,
}

/// Whether the server's certificate is verified.
enum Trust {
    Verified,
    Unverified,
}

impl Access {
    fn cluster(&self, api: Option<&str>, material: &Material) -> Value {
        let server = api.map_or_else(|| format!("https://{}:5443", self.ip), str::to_owned);
        match self.trust {
            Trust::Verified => json!({
                "server": server,
                "certificate-authority-data": material.certificate_authority,
            }),
            Trust::Unverified => json!({"server": server, "insecure-skip-tls-verify": true}),
        }
    }
}

/// The ways to `cluster`, the internal one first.
fn accesses(edition: Edition, cluster: &Cluster) -> Vec<Access> {
    let mut accesses = vec![Access {
        context: "internal",
        cluster: "internalCluster",
        ip: cluster.private_ip,
        trust: Trust::Verified,
    }];
    let Some(ip) = cluster.public_ip else { return accesses };
    let trust = if edition == edition::NEWER { Trust::Unverified } else { Trust::Verified };
    accesses.push(Access { context: "external", cluster: "externalCluster", ip, trust });
    if edition == edition::NEWER && cluster.verified_access == VerifiedAccess::Offered {
        let (context, cluster) = ("externalTLSVerify", "externalClusterTLSVerify");
        accesses.push(Access { context, cluster, ip, trust: Trust::Verified });
    }
    accesses
}

/// The answer's body, its keys in the order of the document's example. Every way leads to `api`, when there is one.
pub(super) fn document(edition: Edition, cluster: &Cluster, api: Option<&str>, material: &Material) -> Value {
    let accesses = accesses(edition, cluster);
    let current = if cluster.public_ip.is_some() { "external" } else { "internal" };
    json!({
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": {},
        "clusters": accesses.iter().map(|access| json!({
            "name": access.cluster,
            "cluster": access.cluster(api, material),
        })).collect::<Vec<_>>(),
        "users": [{
            "name": "user",
            "user": {
                "client-certificate-data": material.client_certificate,
                "client-key-data": material.client_key,
            },
        }],
        "contexts": accesses.iter().map(|access| json!({
            "name": access.context,
            "context": {"cluster": access.cluster, "user": "user"},
        })).collect::<Vec<_>>(),
        "current-context": current,
    })
}
