use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::parameters::PrivateAccess;
use super::{Cluster, ItemsAs, World};
use crate::EPOCH;
use crate::pki::{self, Authority};

/// The proxy that the agent connects to.
const PROXY: &str = "proxyurl.ucs.example.com";

/// How long the agent's certificate is good. The document names no lifetime.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The access information of `cluster`: the manifests of the agent that connects it.
pub(super) fn access_info(
    world: &World,
    cluster: &Cluster,
    private: Option<&PrivateAccess>,
    items_as: ItemsAs,
    now: Timestamp,
) -> Result<Value, rcgen::Error> {
    let manifests = [deployment(cluster, private), Keys::new(world, cluster, now)?.secret()];
    Ok(match items_as {
        ItemsAs::Strings => manifests.iter().map(Value::to_string).collect(),
        ItemsAs::Objects => manifests.into_iter().collect(),
    })
}

/// The authority of the agents of a world.
pub(super) fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "ucs")
}

/// The agent's keys, as PEM and as a Secret holds them. They do not depend on when they are handed out.
pub(super) fn secrets(world: &World, cluster: &Cluster) -> Vec<String> {
    let Ok(keys) = Keys::new(world, cluster, EPOCH) else { return Vec::new() };
    let shared = [keys.common_shared_key.clone(), STANDARD.encode(&keys.common_shared_key)];
    [&keys.agent_key, &keys.root_key].into_iter().flat_map(|key| pki::secrets_of(key)).chain(shared).collect()
}

struct Keys {
    authority: Arc<Authority>,
    agent_certificate: String,
    agent_key: String,
    root_key: String,
    common_shared_key: String,
}

impl Keys {
    fn new(world: &World, cluster: &Cluster, now: Timestamp) -> Result<Self, rcgen::Error> {
        let authority = authority(world)?;
        let not_after = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let agent = authority.issue_client(&format!("agent of {}", cluster.id), 1, now, not_after)?;
        let root = authority.issue_client(&format!("root of {}", cluster.id), 1, now, not_after)?;
        let shared = Sha256::digest(format!("common-shared/{}/{}", world.seed, cluster.id));
        Ok(Self {
            authority,
            agent_certificate: agent.certificate_pem,
            agent_key: agent.key_pem,
            root_key: root.key_pem,
            common_shared_key: STANDARD.encode(shared),
        })
    }

    fn secret(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "proxy-agent-cert", "namespace": "kube-system"},
            "type": "Opaque",
            "data": {
                "ca.crt": self.authority.certificate_data(),
                "proxy-agent.crt": STANDARD.encode(&self.agent_certificate),
                "proxy-agent.key": STANDARD.encode(&self.agent_key),
                "common_shared.key": STANDARD.encode(&self.common_shared_key),
                "root.key": STANDARD.encode(&self.root_key),
            },
        })
    }
}

/// The agent. Unlike the one that newer documents show it has a selector, without which Kubernetes refuses it.
fn deployment(cluster: &Cluster, private: Option<&PrivateAccess>) -> Value {
    let address = private.map(|access| access.vpcendpoint.to_string());
    let mut args = vec![
        "--ca-cert=/var/certs/agent/ca.crt".to_owned(),
        "--agent-cert=/var/certs/agent/proxy-agent.crt".to_owned(),
        "--agent-key=/var/certs/agent/proxy-agent.key".to_owned(),
        format!("--proxy-server-host={PROXY}"),
        "--proxy-server-port=30123".to_owned(),
        format!("--agent-id={}", cluster.id),
    ];
    let mut pod = json!({
        "containers": [],
        "volumes": [{"name": "certs", "secret": {"secretName": "proxy-agent-cert"}}],
    });
    if let (Some(address), Some(fields)) = (address, pod.as_object_mut()) {
        args.push(format!("--agent-identifiers=host={address}"));
        fields.insert("hostAliases".to_owned(), json!([{"ip": address, "hostnames": [PROXY]}]));
    }
    let container = json!({
        "name": "proxy-agent",
        "image": "registry.example.com/proxy-agent:1.0.0",
        "imagePullPolicy": "IfNotPresent",
        "command": ["/proxy-agent"],
        "args": args,
        "volumeMounts": [{"name": "certs", "mountPath": "/var/certs/agent", "readOnly": true}],
    });
    if let Some(containers) = pod.get_mut("containers") {
        *containers = json!([container]);
    }
    let labels = json!({"app": "proxy-agent"});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "proxy-agent", "namespace": "kube-system", "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    })
}
