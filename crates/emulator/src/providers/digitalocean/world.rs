use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Ledger;
use crate::kubernetes::ApiServer;
use crate::providers::sense;
use crate::providers::usage::Usage;

/// DigitalOcean's side: one team's API tokens and clusters, and what was issued so far.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// API tokens that may read every cluster of the team, in common with the worlds before and after a call.
    #[serde(deserialize_with = "sense::credentials")]
    pub api_tokens: Arc<Vec<String>>,
    /// API tokens that are valid, but without the right to access clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub forbidden_api_tokens: Arc<Vec<String>>,
    /// The team's clusters, in common with the worlds before and after a call.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Arc<Vec<Cluster>>,
    /// What a `type` is answered with that is unknown, or that the cluster does not offer.
    pub unusable_type: UnusableType,
    /// What every generated key, certificate and token is derived from.
    pub seed: u64,
    /// The credentials that were issued; empty in a world file.
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
    sense::clusters(list, |cluster: &Cluster| [&cluster.id]).map(Arc::new)
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("api_tokens", "API tokens that may read every cluster of the team."),
    ("forbidden_api_tokens", "API tokens that are valid, but without the right to access clusters."),
    ("clusters", "The team's clusters. Of each:"),
    ("clusters.id", "its id"),
    ("clusters.name", "its name; the kubeconfig calls it do-REGION-NAME"),
    ("clusters.region", "its region"),
    ("clusters.auth", "what its kubeconfigs authenticate with: token, client-certificate, sso or sso-only"),
    ("clusters.ready_after_calls", "after how many calls about it the cluster is ready; each call takes one off"),
    ("clusters.not_ready_as", "what a call gets until then, not-found or server-error"),
    ("unusable_type", "What an unknown `type`, or one that the cluster does not offer, gets: refused or ignored."),
    ("seed", "What every generated key, certificate and token is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// Its name; the kubeconfig calls it `do-<region>-<name>`.
    pub name: String,
    /// Its region.
    pub region: String,
    /// What its kubeconfigs authenticate with.
    pub auth: Auth,
    /// After how many calls about it the cluster is ready; each call takes one off. Only a call that may have the
    /// kubeconfig is about the cluster.
    pub ready_after_calls: u64,
    /// What a call is answered with until then.
    pub not_ready_as: NotReadyAs,
}

/// What a cluster's kubeconfigs authenticate with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// A token that expires.
    #[default]
    Token,
    /// A client certificate, for clusters that do not support tokens.
    ClientCertificate,
    /// Single sign-on, or a token for who asks for one (`sso.enabled` of the cluster). The edition before single sign-on
    /// hands out tokens.
    Sso,
    /// Single sign-on alone (`sso.required` of the cluster). The edition before single sign-on hands out tokens.
    SsoOnly,
}

/// What a call about a cluster is answered with that is still being provisioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotReadyAs {
    /// 404, `not_found`, as it is today.
    #[default]
    NotFound,
    /// 500, `server_error`, as it was at first.
    ServerError,
}

/// What a `type` is answered with that is unknown, or that the cluster does not offer: no document says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnusableType {
    /// 422, like an `expiry_seconds` that cannot be used.
    #[default]
    Refused,
    /// As if it were not there.
    Ignored,
}

/// What DigitalOcean says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 429 of the per-minute burst limit, `too_many_requests`, with a `retry-after` of 1 s.
    RateLimitedBurst,
    /// 429 of the hourly limit, `too_many_requests`, without `retry-after`.
    RateLimitedHourly,
    /// 500, `server_error`.
    ServerError,
    /// 404, `not_found`, because the cluster is still being provisioned.
    NotReady,
}

impl Default for World {
    fn default() -> Self {
        Self {
            api_tokens: Arc::new(vec!["example-do-api-token".to_owned()]),
            forbidden_api_tokens: Arc::new(vec!["example-do-api-token-without-rights".to_owned()]),
            clusters: Arc::new(vec![
                Cluster::default(),
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000002".to_owned(),
                    name: "legacy".to_owned(),
                    auth: Auth::ClientCertificate,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000003".to_owned(),
                    name: "sso".to_owned(),
                    auth: Auth::Sso,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000004".to_owned(),
                    name: "sso-only".to_owned(),
                    auth: Auth::SsoOnly,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000005".to_owned(),
                    name: "provisioning".to_owned(),
                    ready_after_calls: 2,
                    ..Cluster::default()
                },
            ]),
            unusable_type: UnusableType::default(),
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
            .field("api_tokens", &self.api_tokens.len())
            .field("forbidden_api_tokens", &self.forbidden_api_tokens.len())
            .field("clusters", &self.clusters)
            .field("unusable_type", &self.unusable_type)
            .field("seed", &self.seed)
            .field("ledger", &self.ledger)
            .field("api", &self.api)
            .field("usage", &self.usage)
            .finish()
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            id: "0c0ffee0-0000-4000-8000-000000000001".to_owned(),
            name: "demo".to_owned(),
            region: "nyc1".to_owned(),
            auth: Auth::Token,
            ready_after_calls: 0,
            not_ready_as: NotReadyAs::default(),
        }
    }
}
