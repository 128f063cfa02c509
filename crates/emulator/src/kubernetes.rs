//! The stub Kubernetes API that issued kubeconfigs point at: enough of an API server for `kubectl get namespaces`.
//!
//! It is no provider's, so nothing here is judged by a provider's document. What it answers has the shape that the
//! [Kubernetes API reference](https://kubernetes.io/docs/reference/kubernetes-api/) and the page
//! [API concepts](https://kubernetes.io/docs/reference/using-api/api-concepts/) describe, and that kubectl takes; errors
//! are `Status` objects in the words of an API server, because programs look for these words.
//!
//! A cluster has the namespaces that every cluster has, and nothing in them. Whoever presents a credential that it accepts
//! may read all of it; nobody may write.

mod address;
mod age;
mod authentication;
mod discovery;
mod health;
mod media;
mod namespaces;
mod route;
mod self_review;
mod services;
mod status;
mod table;
mod version;

pub use self::address::ApiServer;
pub use self::authentication::Authentication;

pub(crate) use self::address::{authority_data, locate};
pub(crate) use self::authentication::{authenticate, presented};

use std::collections::BTreeMap;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use self::status::Failure;
use crate::{Rejection, Reply, Request};

/// A request to the API of a cluster.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The request.
    pub request: &'a Request,
    /// The ids of the cluster, named as in [`Caller::cluster`](crate::Caller::cluster).
    pub cluster: &'a BTreeMap<String, String>,
    /// The path below the cluster's own, decoded, without empty segments.
    pub path: &'a [String],
    /// Who asks.
    pub authentication: &'a Authentication,
}

/// Answers a request to the API of a cluster: a pure function, like every emulation.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use kubeproof_emulator::kubernetes::{self, Asked, Authentication};
/// use kubeproof_emulator::{EPOCH, Rejection, Request};
///
/// let asked = Asked {
///     request: &Request::get("/api/v1/namespaces"),
///     cluster: &BTreeMap::new(),
///     path: &["api", "v1", "namespaces"].map(str::to_owned),
///     authentication: &Authentication::Rejected(Rejection::Expired),
/// };
/// let reply = kubernetes::answer(&asked, EPOCH);
/// assert_eq!(reply.status, 401);
/// assert_eq!(reply.decision.clause, "kubeproof.kubernetes.expired");
/// ```
pub fn answer(asked: &Asked<'_>, now: Timestamp) -> Reply {
    decided(asked, now).unwrap_or_else(|refusal| *refusal).with_header("cache-control", "no-cache, private")
}

/// Refuses whoever names no cluster that there is.
pub(crate) fn no_cluster() -> Reply {
    Failure::not_found().by(
        "kubeproof.kubernetes.no-cluster",
        "ask at the address that a kubeconfig of this run names: its path tells the cluster, and there is none like this",
    )
}

type Refused = Box<Reply>;

fn decided(asked: &Asked<'_>, now: Timestamp) -> Result<Reply, Refused> {
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let user = match asked.authentication {
        Authentication::User(user) => user.as_str(),
        Authentication::Rejected(rejection) => return Err(rejected(*rejection)),
        Authentication::Anonymous if matches!(path.as_slice(), ["version" | "healthz" | "livez" | "readyz"]) => {
            "system:anonymous"
        }
        Authentication::Anonymous => {
            return Err(unauthorized(
                "kubeproof.kubernetes.anonymous",
                "present a credential: the client certificate of a kubeconfig, or its token as `Authorization: Bearer`",
            ));
        }
    };
    check_impersonation(asked.request, user)?;
    route::answer(asked, &path, user, now)
}

fn rejected(rejection: Rejection) -> Refused {
    let (clause, remedy) = match rejection {
        Rejection::Unknown => (
            "kubeproof.kubernetes.unknown-credential",
            "fetch the kubeconfig again: this run has issued no such credential, or has issued too many since",
        ),
        Rejection::AnotherCluster => (
            "kubeproof.kubernetes.another-cluster",
            "take the credential of this cluster's own kubeconfig: the one sent was issued for another",
        ),
        Rejection::NotYetValid => (
            "kubeproof.kubernetes.not-yet-valid",
            "wait until the credential is valid: by the emulator's clock it is not yet",
        ),
        Rejection::Expired => (
            "kubeproof.kubernetes.expired",
            "fetch the kubeconfig again: by the emulator's clock the credential has expired",
        ),
        Rejection::Revoked => {
            ("kubeproof.kubernetes.revoked", "fetch the kubeconfig again: the credential was revoked")
        }
        Rejection::NothingIssued => (
            "kubeproof.kubernetes.nothing-issued",
            "take the credential from elsewhere: this provider issues none that opens a cluster",
        ),
    };
    unauthorized(clause, remedy)
}

fn unauthorized(clause: &'static str, remedy: &'static str) -> Refused {
    Box::new(Failure::unauthorized().by(clause, remedy))
}

/// Who impersonates is somebody else, which no user of these clusters may be.
fn check_impersonation(request: &Request, user: &str) -> Result<(), Refused> {
    let Some((field, value)) = request.headers.iter().find(|(field, _)| field.as_str().starts_with("impersonate-"))
    else {
        return Ok(());
    };
    let resource = if field == "impersonate-group" { "groups" } else { "users" };
    let name = String::from_utf8_lossy(value.as_bytes());
    let message = format!(
        "{resource} \"{name}\" is forbidden: User \"{user}\" cannot impersonate resource \"{resource}\" in API group \"\" \
         at the cluster scope"
    );
    Err(Box::new(
        Failure::forbidden(message, resource, &name)
            .by("kubeproof.kubernetes.impersonation", "leave out `--as` and `as`: nobody can be impersonated"),
    ))
}

/// An answer in JSON.
fn found(clause: &'static str, explanation: impl Into<String>, body: &Value) -> Reply {
    Reply::answer(clause, StatusCode::OK, explanation).with_json(body)
}
