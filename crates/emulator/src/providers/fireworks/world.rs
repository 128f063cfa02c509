use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::kubernetes::ApiServer;
use crate::providers::provisioning::{Readiness, count_call, until_ready};
use crate::providers::sense;
use crate::{Ledger, UserToken};

/// Fireworks' side: an account's API keys and clusters.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// API keys that may read every cluster of their account.
    #[serde(deserialize_with = "sense::credentials")]
    pub api_keys: Vec<String>,
    /// API keys that are valid, but whose owner may not read these clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub forbidden_api_keys: Vec<String>,
    /// Tokens that the Kubernetes API of every cluster accepts, a list of [`UserToken`]s: Fireworks hands out none.
    pub user_tokens: Ledger,
    /// The clusters.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Vec<Cluster>,
    /// Whether a field without a value, because the read mask does not name it or the cluster is not ready, is left out
    /// or empty.
    pub unrequested: Unrequested,
    /// What a read mask with an unknown field is answered with.
    pub unknown_mask_field: UnknownMaskField,
    /// What the certificate authority is derived from.
    pub seed: u64,
    /// Where the Kubernetes API of the clusters is, when it is somewhere; nowhere in a world file.
    #[serde(skip)]
    pub api: Option<ApiServer>,
}

fn clusters<'de, D: Deserializer<'de>>(list: D) -> Result<Vec<Cluster>, D::Error> {
    sense::clusters(list, |cluster: &Cluster| [&cluster.account_id, &cluster.id])
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("api_keys", "API keys that may read every cluster of their account."),
    ("forbidden_api_keys", "API keys that are valid, but whose owner may not read these clusters."),
    ("user_tokens", "What the Kubernetes API of every cluster accepts: Fireworks hands out none."),
    ("clusters", "The clusters. Of each:"),
    ("clusters.id", "its id"),
    ("clusters.account_id", "the account it belongs to"),
    ("clusters.endpoint", "the address of its Kubernetes API server"),
    ("clusters.state", "ready, creating, or creating-with-empty-fields"),
    ("clusters.ready_after_calls", "after how many calls about it the cluster is ready; each call takes one off"),
    ("unrequested", "How a field is written that the read mask does not name: empty or absent."),
    ("unknown_mask_field", "What a read mask with an unknown field gets: refused or ignored."),
    ("seed", "What the certificate authority is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// The account it belongs to.
    pub account_id: String,
    /// The address of its Kubernetes API server.
    pub endpoint: String,
    /// Its state.
    pub state: State,
    /// After how many calls about it the cluster is ready, whatever its state; each call takes one off. Until then it is
    /// answered as the state says of a cluster that is being created, or with 400. Only a call that may have the
    /// connection info is about the cluster.
    pub ready_after_calls: Option<u64>,
}

/// The state of a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It can be used.
    #[default]
    Ready,
    /// It is being created, and the answer is 400 with `FAILED_PRECONDITION`. For ever, unless `ready_after_calls` says
    /// otherwise.
    Creating,
    /// It is being created, and the answer is 200 with empty fields. For ever, unless `ready_after_calls` says otherwise.
    CreatingWithEmptyFields,
}

/// How a field without a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unrequested {
    /// As an empty string, as grpc-gateway does by default.
    #[default]
    Empty,
    /// Not at all.
    Absent,
}

/// What a read mask with an unknown field is answered with: the document does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownMaskField {
    /// 400 with `INVALID_ARGUMENT`, the convention of such APIs.
    #[default]
    Refused,
    /// The unknown field is ignored.
    Ignored,
}

/// What Fireworks says by itself, by the name of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 400 with `INVALID_ARGUMENT`.
    InvalidArgument,
    /// 429 with `RESOURCE_EXHAUSTED`.
    ResourceExhausted,
    /// 500 with `INTERNAL`.
    Internal,
    /// 501 with `UNIMPLEMENTED`.
    Unimplemented,
    /// 503 with `UNAVAILABLE`.
    Unavailable,
    /// 504 with `DEADLINE_EXCEEDED`.
    DeadlineExceeded,
}

impl Default for World {
    fn default() -> Self {
        Self {
            api_keys: vec!["example-fireworks-api-key".to_owned()],
            forbidden_api_keys: vec!["example-fireworks-api-key-without-rights".to_owned()],
            user_tokens: UserToken::new("example-fireworks-user-token").into(),
            clusters: vec![
                Cluster::default(),
                Cluster { id: "demo-creating".to_owned(), state: State::Creating, ..Cluster::default() },
                Cluster { id: "demo-empty".to_owned(), state: State::CreatingWithEmptyFields, ..Cluster::default() },
                Cluster { id: "demo-provisioning".to_owned(), ready_after_calls: Some(2), ..Cluster::default() },
            ],
            unrequested: Unrequested::default(),
            unknown_mask_field: UnknownMaskField::default(),
            seed: 1,
            api: None,
        }
    }
}

/// Names the clusters, and counts what is secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("api_keys", &self.api_keys.len())
            .field("forbidden_api_keys", &self.forbidden_api_keys.len())
            .field("user_tokens", &self.user_tokens)
            .field("clusters", &self.clusters)
            .field("unrequested", &self.unrequested)
            .field("unknown_mask_field", &self.unknown_mask_field)
            .field("seed", &self.seed)
            .field("api", &self.api)
            .finish()
    }
}

impl Cluster {
    /// Counts a call about the cluster, and says in which state it finds it.
    pub(super) fn count_call(&mut self) -> Found {
        match (self.ready_after_calls.as_mut().map(count_call), self.state) {
            (Some(Readiness::Ready), _) | (None, State::Ready) => Found::Ready,
            (Some(Readiness::NotReady { calls_left }), State::CreatingWithEmptyFields) => {
                Found::Empty { until: until_ready(calls_left) }
            }
            (Some(Readiness::NotReady { calls_left }), State::Ready | State::Creating) => {
                Found::Refusing { until: until_ready(calls_left) }
            }
            (None, State::Creating) => Found::Refusing { until: FOR_EVER.to_owned() },
            (None, State::CreatingWithEmptyFields) => Found::Empty { until: FOR_EVER.to_owned() },
        }
    }
}

/// How a call finds a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Ready,
    /// Being created, and refusing.
    Refusing {
        until: String,
    },
    /// Being created, with nothing in the fields.
    Empty {
        until: String,
    },
}

const FOR_EVER: &str = "and stays so in this world";

impl Default for Cluster {
    fn default() -> Self {
        Self {
            id: "demo".to_owned(),
            account_id: "demo-account".to_owned(),
            endpoint: "https://demo.k8s.example.test".to_owned(),
            state: State::Ready,
            ready_after_calls: None,
        }
    }
}
