use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::kubernetes::ApiServer;
use crate::providers::provisioning::{Readiness, count_call};
use crate::providers::sense;
use crate::{AccessKey, Ledger};

/// CCE's side: who may ask, and the clusters, each in a project that it names.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// User tokens that are valid for `X-Auth-Token`.
    #[serde(deserialize_with = "sense::credentials")]
    pub tokens: Vec<String>,
    /// Key pairs that may sign requests.
    pub access_keys: Vec<AccessKey>,
    /// User tokens that are valid, but whose user may not read these clusters.
    #[serde(deserialize_with = "sense::credentials")]
    pub forbidden_tokens: Vec<String>,
    /// Key pairs that may sign requests, but whose user may not read these clusters.
    pub forbidden_access_keys: Vec<AccessKey>,
    /// The clusters.
    #[serde(deserialize_with = "clusters")]
    pub clusters: Vec<Cluster>,
    /// What a GET with a `Content-Type` that the document does not list is answered with.
    pub content_type: ContentType,
    /// Whose cloud it is, which decides for how long a certificate may be asked for.
    pub cloud: Cloud,
    /// What every generated key and certificate is derived from.
    pub seed: u64,
    /// The client certificates that were handed out; empty in a world file.
    #[serde(skip)]
    pub ledger: Ledger,
    /// Where the Kubernetes API of the clusters is, when it is somewhere; nowhere in a world file.
    #[serde(skip)]
    pub api: Option<ApiServer>,
    /// How many requests came; none in a world file.
    #[serde(skip)]
    pub calls: u64,
}

fn clusters<'de, D: Deserializer<'de>>(list: D) -> Result<Vec<Cluster>, D::Error> {
    sense::clusters(list, |cluster: &Cluster| [&cluster.project_id, &cluster.id])
}

/// What the keys of a world file mean.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("tokens", "User tokens that are valid for X-Auth-Token."),
    ("access_keys", "Key pairs that may sign requests."),
    ("forbidden_tokens", "User tokens that are valid, but whose user may not read these clusters."),
    ("forbidden_access_keys", "Key pairs that may sign requests, but whose user may not read these clusters."),
    ("clusters", "The clusters. Of each:"),
    ("clusters.id", "its id"),
    ("clusters.project_id", "the project it belongs to"),
    ("clusters.private_ip", "its address inside the VPC"),
    ("clusters.public_ip", "the elastic IP (EIP), when one is bound"),
    ("clusters.certificates", "issued, or blank: empty strings, as in the document's example"),
    ("clusters.verified_access", "whether one with an EIP is verified there, in 2026-04: offered or absent"),
    ("clusters.state", "ready, creating or unavailable; null is creating where ready_after_calls is given"),
    ("clusters.ready_after_calls", "after how many calls about it the cluster is ready; each call takes one off"),
    ("content_type", "What a Content-Type is answered with that the document does not list: lenient or strict."),
    ("cloud", "Whose cloud it is, which bounds durations: huawei-cloud or open-telekom-cloud."),
    ("seed", "What every generated key and certificate is derived from."),
];

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// The address inside the VPC.
    pub private_ip: Ipv4Addr,
    /// The elastic IP (EIP), when one is bound: the document's `publicIp`.
    pub public_ip: Option<Ipv4Addr>,
    /// Whether certificates are handed out.
    pub certificates: Certificates,
    /// Whether a cluster with an EIP can be verified there, in the edition `2026-04`.
    pub verified_access: VerifiedAccess,
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
    /// It is being created, and the answer is 404 with `CCE.01404001`.
    Creating,
    /// It has failed, and the answer is 500 with `CCE.01500001`.
    Unavailable,
}

/// Whether the kubeconfig of a cluster with an EIP has the context `externalTLSVerify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerifiedAccess {
    /// It has.
    #[default]
    Offered,
    /// It has not: there is `external` alone, which is not verified.
    Absent,
}

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// A certificate is good for up to five years, 1827 days at most; `expire_at` may say when it ends.
    #[default]
    HuaweiCloud,
    /// A certificate is good for up to 1825 days; `expire_at` is not known.
    OpenTelekomCloud,
}

/// Whether a cluster's kubeconfig holds certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificates {
    /// It does.
    #[default]
    Issued,
    /// All three are empty strings, as in the document's example answer.
    Blank,
}

/// What a GET with a `Content-Type` that the document does not list is answered with: the document does not say. One that
/// is absent is answered in either. Of a POST it is verified always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentType {
    /// The certificates: of a GET it is not verified, as newer pages say.
    #[default]
    Lenient,
    /// 400 with `CCE.01400006`.
    Strict,
}

/// What CCE or its gateway says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// 400 of the service, `CCE.01400001`.
    BadRequest,
    /// 401 of the service, `CCE.01401001`.
    Unauthorized,
    /// 429 of the service, `CCE.02429001`, with a `Retry-After` of 1 s.
    RateLimited,
    /// 500 of the service, `CCE.01500001`.
    ServerError,
    /// 400 of the gateway, `APIGW.0201`.
    GatewayBadRequest,
    /// 403 of the gateway, `APIGW.0302`: the user may not call the API.
    GatewayForbidden,
    /// 403 of the gateway, `APIGW.0310`: the project is unavailable.
    GatewayProjectUnavailable,
    /// 429 of the gateway, `APIGW.0308`, without `Retry-After`.
    GatewayRateLimited,
    /// 502 of the gateway, `APIGW.0201`: the backend is unavailable.
    GatewayUnavailable,
    /// 504 of the gateway, `APIGW.0201`: the backend did not answer in time.
    GatewayTimeout,
    /// 500 of the gateway, `APIGW.0601`.
    GatewayError,
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
                    id: "0c0ffee0-0000-11f1-8000-000000000002".to_owned(),
                    public_ip: Some(Ipv4Addr::new(203, 0, 113, 10)),
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-11f1-8000-000000000003".to_owned(),
                    certificates: Certificates::Blank,
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-11f1-8000-000000000004".to_owned(),
                    ready_after_calls: Some(2),
                    ..Cluster::default()
                },
                Cluster {
                    id: "0c0ffee0-0000-11f1-8000-000000000005".to_owned(),
                    state: Some(State::Unavailable),
                    ..Cluster::default()
                },
            ],
            content_type: ContentType::default(),
            cloud: Cloud::default(),
            seed: 1,
            ledger: Ledger::default(),
            api: None,
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
            .field("content_type", &self.content_type)
            .field("cloud", &self.cloud)
            .field("seed", &self.seed)
            .field("ledger", &self.ledger)
            .field("api", &self.api)
            .field("calls", &self.calls)
            .finish()
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            id: "0c0ffee0-0000-11f1-8000-000000000001".to_owned(),
            project_id: "00000000000000000000000000000abc".to_owned(),
            private_ip: Ipv4Addr::new(192, 168, 1, 7),
            public_ip: None,
            certificates: Certificates::Issued,
            verified_access: VerifiedAccess::Offered,
            state: None,
            ready_after_calls: None,
        }
    }
}
