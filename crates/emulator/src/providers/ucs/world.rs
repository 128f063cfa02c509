use std::fmt;

use serde::{Deserialize, Serialize};

use crate::AccessKey;

/// UCS's side: who may ask, and the clusters of an account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// User tokens that are valid for `X-Auth-Token`.
    pub tokens: Vec<String>,
    /// Key pairs that may sign requests.
    pub access_keys: Vec<AccessKey>,
    /// User tokens that are valid, but whose user has no permission to query these clusters.
    pub forbidden_tokens: Vec<String>,
    /// Key pairs that may sign requests, but whose user may not read these clusters.
    pub forbidden_access_keys: Vec<AccessKey>,
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// How the answer to a repeated call is written: the document gives a message, not a shape.
    pub downloaded_as: DownloadedAs,
    /// How access information is written: the document says strings, its example shows objects.
    pub items_as: ItemsAs,
    /// What every generated key and certificate is derived from.
    pub seed: u64,
    /// How many requests came; none in a world file.
    #[serde(skip)]
    pub calls: u64,
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
    ("downloaded_as", "How the answer to a repeated call is written: array, string or bare-text."),
    ("items_as", "How access information is written: strings or objects."),
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

/// The shape of the message `Downloaded`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DownloadedAs {
    /// `["Downloaded"]`, the only shape that fits the document's table.
    #[default]
    Array,
    /// `"Downloaded"`.
    String,
    /// `Downloaded`, without quotes.
    BareText,
}

/// The type of the items of access information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemsAs {
    /// Each item is a string that holds a manifest as JSON, as the document's table says.
    #[default]
    Strings,
    /// Each item is an object, as newer documents show.
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
            ],
            downloaded_as: DownloadedAs::default(),
            items_as: ItemsAs::default(),
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
        }
    }
}
