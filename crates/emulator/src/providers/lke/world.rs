use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Ledger;
use crate::kubernetes::ApiServer;
use crate::providers::sense;
use crate::providers::usage::Usage;

/// Linode's side: an account's personal access tokens and clusters.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// Personal access tokens with the scope `lke:read_write`, in common with the worlds before and after a call.
    #[serde(deserialize_with = "sense::credentials")]
    pub access_tokens: Arc<Vec<String>>,
    /// Tokens with the scope `lke:read_only`, which does not give a kubeconfig.
    #[serde(deserialize_with = "sense::credentials")]
    pub read_only_access_tokens: Arc<Vec<String>>,
    /// Tokens with the right scope, of a restricted user who may not see the clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub restricted_access_tokens: Arc<Vec<String>>,
    /// The account's clusters, in common with the worlds before and after a call.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Arc<Vec<Cluster>>,
    /// What a token without the scope is answered with.
    pub insufficient_scope: InsufficientScope,
    /// What every key, certificate and token is derived from.
    pub seed: u64,
    /// The tokens of the kubeconfigs that were handed out; empty in a world file.
    #[serde(skip)]
    pub ledger: Ledger,
    /// Where the Kubernetes API of the clusters is, when it is somewhere; nowhere in a world file.
    #[serde(skip)]
    pub api: Option<ApiServer>,
    /// The requests that were counted; none in a world file.
    #[serde(skip)]
    pub usage: Usage,
}

fn clusters<'de, D: Deserializer<'de>>(list: D) -> Result<Arc<Vec<Cluster>>, D::Error> {
    let clusters = Vec::<Cluster>::deserialize(list)?;
    for (place, cluster) in clusters.iter().enumerate() {
        if clusters.iter().take(place).any(|other| other.id == cluster.id) {
            return Err(D::Error::custom(format!("two clusters have the id {}: give each its own", cluster.id)));
        }
    }
    Ok(Arc::new(clusters))
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("access_tokens", "Personal access tokens with the scope lke:read_write."),
    ("read_only_access_tokens", "Tokens with the scope lke:read_only, which does not give a kubeconfig."),
    ("restricted_access_tokens", "Tokens with the right scope, of a user who may not see the clusters."),
    ("clusters", "The account's clusters. Of each:"),
    ("clusters.id", "its id, a number; the kubeconfig calls it lkeID"),
    ("clusters.region", "its region, which is in the name of its server"),
    ("clusters.ready_after_calls", "after how many calls about it there is a kubeconfig; each call takes one off"),
    ("clusters.not_yet_as", "what a call gets until then: plain, or retry-after, with the rest of the limit's window"),
    ("insufficient_scope", "What a token without the scope gets: unauthorized (401) or forbidden (403)."),
    ("seed", "What every key, certificate and token is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: u64,
    /// Its region, which is in the name of its server.
    pub region: String,
    /// After how many calls about it there is a kubeconfig; each call takes one off. Only a call that may have the kubeconfig
    /// is about the cluster.
    pub ready_after_calls: u64,
    /// What a call is answered with until then.
    pub not_yet_as: NotYet,
}

/// What a call about a cluster is answered with that has no kubeconfig yet: 503, and
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotYet {
    /// nothing more, as recordings have it.
    #[default]
    Plain,
    /// `Retry-After`, the rest of the limit's window, as was seen in 2026. It says nothing of the cluster.
    RetryAfter,
}

/// What a token without the scope is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InsufficientScope {
    /// 401, as was measured.
    #[default]
    Unauthorized,
    /// 403, as the document's list of statuses can be read.
    Forbidden,
}

/// What Linode says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 429, with a `Retry-After` of 1 s.
    RateLimited,
    /// 500.
    ServerError,
    /// 503, because the cluster has no kubeconfig yet.
    NotYet,
    /// 503 with `X-Maintenance-Mode`.
    Maintenance,
    /// 408.
    RequestTimeout,
}

impl Default for World {
    fn default() -> Self {
        let one = |token: &str| Arc::new(vec![token.to_owned()]);
        Self {
            access_tokens: one("example-linode-token"),
            read_only_access_tokens: one("example-linode-token-read-only"),
            restricted_access_tokens: one("example-linode-token-restricted"),
            clusters: Arc::new(vec![
                Cluster::default(),
                Cluster { id: 1002, region: "eu-central".to_owned(), ..Cluster::default() },
                Cluster { id: 1003, ready_after_calls: 2, ..Cluster::default() },
            ]),
            insufficient_scope: InsufficientScope::default(),
            seed: 1,
            ledger: Ledger::default(),
            api: None,
            usage: Usage::default(),
        }
    }
}

/// Names the clusters, and counts what is secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("access_tokens", &self.access_tokens.len())
            .field("read_only_access_tokens", &self.read_only_access_tokens.len())
            .field("restricted_access_tokens", &self.restricted_access_tokens.len())
            .field("clusters", &self.clusters)
            .field("insufficient_scope", &self.insufficient_scope)
            .field("seed", &self.seed)
            .field("ledger", &self.ledger)
            .field("api", &self.api)
            .field("usage", &self.usage)
            .finish()
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self { id: 1001, region: "us-ord".to_owned(), ready_after_calls: 0, not_yet_as: NotYet::default() }
    }
}
