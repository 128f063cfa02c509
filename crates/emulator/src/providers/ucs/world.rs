use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::AccessKey;
use crate::providers::provisioning::{Readiness, count_call};
use crate::providers::sense;

/// UCS's side: who may ask, and the clusters of an account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// User tokens that are valid for `X-Auth-Token`.
    #[serde(deserialize_with = "sense::credentials")]
    pub tokens: Vec<String>,
    /// Key pairs that may sign requests.
    pub access_keys: Vec<AccessKey>,
    /// User tokens that are valid, but whose user has no permission to query these clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub forbidden_tokens: Vec<String>,
    /// Key pairs that may sign requests, but whose user may not read these clusters.
    pub forbidden_access_keys: Vec<AccessKey>,
    /// The clusters.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Vec<Cluster>,
    /// How the message of a repeated call is written, which no document shows whole. Absent: as the edition has it, an
    /// array in `2025-05`, a string in `2026-01`.
    pub downloaded_as: Option<DownloadedAs>,
    /// How access information is written. Absent: as the edition has it, strings in `2025-05`, objects in `2026-01`.
    pub items_as: Option<ItemsAs>,
    /// What every generated key and certificate is derived from.
    pub seed: u64,
    /// How many requests came; none in a world file.
    #[serde(skip)]
    pub calls: u64,
}

fn clusters<'de, D: Deserializer<'de>>(list: D) -> Result<Vec<Cluster>, D::Error> {
    sense::clusters(list, |cluster: &Cluster| [&cluster.id])
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("tokens", "User tokens that are valid for X-Auth-Token."),
    ("access_keys", "Key pairs that may sign requests."),
    ("forbidden_tokens", "User tokens that are valid, but whose user has no permission to query these clusters."),
    ("forbidden_access_keys", "Key pairs that may sign requests, but whose user may not read these clusters."),
    ("clusters", "The clusters. Of each:"),
    ("clusters.id", "its id"),
    ("clusters.kind", "attached, the only kind with access information, or cce"),
    ("clusters.network", "public, or private, where vpcendpoint and region are mandatory"),
    ("clusters.downloaded", "whether its agent certificate was downloaded before"),
    ("clusters.state", "ready, creating, unavailable or frozen; null is creating where ready_after_calls is given"),
    ("clusters.ready_after_calls", "after how many calls about it the cluster is ready; each call takes one off"),
    ("downloaded_as", "How a repeated call is answered: array, string or bare-text; null is as the edition has it."),
    ("items_as", "How access information is written: strings or objects; null is as the edition has it."),
    ("seed", "What every generated key and certificate is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: ClusterKind,
    /// How it is reached.
    pub network: Network,
    /// Whether its agent certificate was downloaded.
    pub downloaded: bool,
    /// Its state. Absent: `creating` when [`ready_after_calls`](Self::ready_after_calls) is given, `ready` otherwise.
    pub state: Option<State>,
    /// A cluster that is not ready becomes ready after this many calls about it, each of which takes one off. Absent: it stays as it is.
    pub ready_after_calls: Option<u64>,
}

impl Cluster {
    /// What the cluster is at this call, which counts.
    pub(super) fn at_this_call(&mut self) -> State {
        let state = match self.state {
            Some(State::Ready) => return State::Ready,
            None if self.ready_after_calls.is_none() => return State::Ready,
            state => state.unwrap_or(State::Creating),
        };
        match self.ready_after_calls.as_mut().map(count_call) {
            Some(Readiness::Ready) => State::Ready,
            Some(Readiness::NotReady { .. }) | None => state,
        }
    }
}

/// The state of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It can be accessed.
    Ready,
    /// It is being registered, and the answer is 400 with `UCS.01030002`.
    Creating,
    /// It has failed, and the answer is 500 with `UCS.01020003`.
    Unavailable,
    /// It is frozen, and the answer is 400 with `UCS.01030016`.
    Frozen,
}

/// What a cluster is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterKind {
    /// A third-party cluster that was attached: the only kind with access information.
    #[default]
    Attached,
    /// A CCE cluster.
    Cce,
}

/// How a cluster is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Over the public network.
    #[default]
    Public,
    /// Over the private network: `vpcendpoint` and `region` are mandatory.
    Private,
}

/// The shape of the message that a repeated call is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DownloadedAs {
    /// `["Downloaded"]`, the only shape that fits the table of the document in docs/.
    Array,
    /// `"Downloaded"`, the type that newer pages give.
    String,
    /// `Downloaded`, without quotes.
    BareText,
}

/// The type of the items of access information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemsAs {
    /// Each item is a string that holds a manifest as JSON, as the table of the document in docs/ says.
    Strings,
    /// Each item is an object, as newer pages show.
    Objects,
}

/// What UCS or its gateway says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 400 of the service, `UCS.01030002`.
    BadRequest,
    /// 403 of the service, `UCS.01000004`.
    Forbidden,
    /// 429 of the service, `UCS.01000002`, without `Retry-After`.
    RateLimited,
    /// 500 of the service, `UCS.01020002`.
    ServerError,
    /// 502 of the gateway, `APIGW.0201`: the backend is unavailable.
    GatewayUnavailable,
    /// 504 of the gateway, `APIGW.0201`: the backend did not answer in time.
    GatewayTimeout,
}

impl Default for World {
    fn default() -> Self {
        Self {
            tokens: vec!["example-iam-token".to_owned()],
            access_keys: vec![AccessKey::default()],
            forbidden_tokens: vec!["example-iam-token-without-rights".to_owned()],
            forbidden_access_keys: vec![AccessKey::without_rights()],
            clusters: vec![
                Cluster::default(),
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000002".to_owned(),
                    network: Network::Private,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000003".to_owned(),
                    kind: ClusterKind::Cce,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000004".to_owned(),
                    downloaded: true,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000005".to_owned(),
                    ready_after_calls: Some(2),
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-4000-8000-000000000006".to_owned(),
                    state: Some(State::Frozen),
                    ..Cluster::default()
                },
            ],
            downloaded_as: None,
            items_as: None,
            seed: 1,
            calls: 0,
        }
    }
}

/// Names the clusters, and counts what is secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("tokens", &self.tokens.len())
            .field("access_keys", &self.access_keys)
            .field("forbidden_tokens", &self.forbidden_tokens.len())
            .field("forbidden_access_keys", &self.forbidden_access_keys)
            .field("clusters", &self.clusters)
            .field("downloaded_as", &self.downloaded_as)
            .field("items_as", &self.items_as)
            .field("seed", &self.seed)
            .field("calls", &self.calls)
            .finish()
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            id: "0c0ffee0-0000-4000-8000-000000000001".to_owned(),
            kind: ClusterKind::Attached,
            network: Network::Public,
            downloaded: false,
            state: None,
            ready_after_calls: None,
        }
    }
}
