use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Ledger;
use crate::kubernetes::ApiServer;
use crate::providers::sense;

/// {{ type }}'s side: an account's tokens and clusters, and what was issued so far.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// Tokens that may read every cluster.
    #[serde(deserialize_with = "sense::credentials")]
    pub api_tokens: Vec<String>,
    /// Tokens that are valid, but may not read clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub forbidden_api_tokens: Vec<String>,
    /// The clusters.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Vec<Cluster>,
    /// What every generated key, certificate and token is derived from.
    pub seed: u64,
    /// The credentials that were issued; empty in a world file.
    #[serde(skip)]
    pub ledger: Ledger,
    /// Where the Kubernetes API of the clusters is, when it is somewhere; nowhere in a world file.
    #[serde(skip)]
    pub api: Option<ApiServer>,
}

fn clusters<'de, D: Deserializer<'de>>(list: D) -> Result<Vec<Cluster>, D::Error> {
    sense::clusters(list, |cluster: &Cluster| [{% if owner %}&cluster.{{ owner }}_id, {% endif %}&cluster.id])
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("api_tokens", "Tokens that may read every cluster."),
    ("forbidden_api_tokens", "Tokens that are valid, but may not read clusters."),
    ("clusters", "The clusters. Of each:"),
    ("clusters.id", "its id"),
{%- if owner %}
    ("clusters.{{ owner }}_id", "the {{ owner }} it belongs to"),
{%- endif %}
    ("clusters.server", "the address of its Kubernetes API server"),
    ("clusters.ready_after_calls", "after how many calls about it the cluster is ready; each call takes one off"),
    ("seed", "What every generated key, certificate and token is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: String,
{%- if owner %}
    /// The {{ owner }} it belongs to.
    pub {{ owner }}_id: String,
{%- endif %}
    /// The address of its Kubernetes API server.
    pub server: String,
    /// After how many calls about it the cluster is ready; each call takes one off. Only a call that may have the
    /// kubeconfig is about the cluster.
    pub ready_after_calls: u64,
}

/// What {{ type }} says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 429.
    RateLimited,
    /// 503.
    Unavailable,
}

impl Default for World {
    fn default() -> Self {
        Self {
            api_tokens: vec!["example-{{ name }}-token".to_owned()],
            forbidden_api_tokens: vec!["example-{{ name }}-token-without-rights".to_owned()],
            clusters: vec![
                Cluster::default(),
                Cluster { id: "demo-creating".to_owned(), ready_after_calls: 2, ..Cluster::default() },
            ],
            seed: 1,
            ledger: Ledger::default(),
            api: None,
        }
    }
}

impl Default for Cluster {
    fn default() -> Self {
        let server = "https://demo.{{ name }}.example.test".to_owned();
{%- if owner %}
        let {{ owner }}_id = "demo-{{ owner }}".to_owned();
{%- endif %}
        Self { id: "demo".to_owned(), {% if owner %}{{ owner }}_id, {% endif %}server, ready_after_calls: 0 }
    }
}

/// Names the clusters, and counts what is secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("api_tokens", &self.api_tokens.len())
            .field("forbidden_api_tokens", &self.forbidden_api_tokens.len())
            .field("clusters", &self.clusters)
            .field("seed", &self.seed)
            .field("ledger", &self.ledger)
            .field("api", &self.api)
            .finish()
    }
}
