//! CCE: `GET /api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert`.
//!
//! What the document leaves open is answered as newer documents say, or as we judge; each such clause says so in
//! `fixtures/cce/clauses.yaml`. The edition is named after the page of 2025-07-07 that the two pages in docs/, which carry
//! no date, were read beside. Newer pages deprecate this GET for a POST, which is not emulated.
//!
//! ```
//! use kubeproof_emulator::providers::cce::Cce;
//! use kubeproof_emulator::{Request, Session};
//!
//! let mut session = Session::new::<Cce>(Default::default());
//! let reply = session.handle(
//!     Request::get(
//!         "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert",
//!     )
//!     .with_header("x-auth-token", "example-iam-token"),
//! );
//! assert_eq!(reply.status, 200);
//! // Answered, as newer documents say of a GET; but the document's table says mandatory.
//! assert_eq!(reply.complaints[0].clause, "cce.content-type.mandatory");
//! ```

mod content_type;
mod error;
mod kubeconfig;
mod world;

pub use crate::AccessKey;
pub use world::{Certificates, Cluster, ContentType, Incident, World};

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::asking::id;
use crate::iam::{self, Fault, Iam, Rights, request_id};
use crate::ledger::Issued;
use crate::pki::{self, Authority};
use crate::{Admission, Caller, Complaint, Edition, Emulation, Presented, Reply, Request, decoded};

/// The emulation.
pub struct Cce;

impl Emulation for Cce {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "cce";
    const EDITIONS: &'static [Edition] = &[Edition("2025-07")];
    const PATHS: &'static [&'static str] = &["/api/v3/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["clustercert"];

    fn answer(_: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let (mut next, id) = called(world);
        let mut complaints = Vec::new();
        let mut reply = match admit(world, request, &id, &mut complaints) {
            Ok(cluster) => issue(&mut next, cluster, now),
            Err(refusal) => *refusal,
        };
        reply.complaints = complaints;
        (reply.with_header("x-request-id", id), next)
    }

    fn incident(_: Edition, incident: &Incident, world: &World, _: Timestamp, _: &Request) -> (Reply, World) {
        let (next, id) = called(world);
        (happen(*incident, &id).with_header("x-request-id", id), next)
    }

    fn caller(world: &World) -> Caller {
        Caller { credentials: iam(world).credentials(), cluster: world.clusters.first().map(ids).unwrap_or_default() }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, _: &BTreeMap<String, String>) -> Request {
        let (project, cluster) = (id(cluster, "project_id"), id(cluster, "cluster_id"));
        Request::of(["api", "v3", "projects", project, "clusters", cluster, "clustercert"], [])
            .with_header("content-type", "application/json")
    }

    fn admits(world: &World, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        world.ledger.admits(at, cluster, presented)
    }

    fn certificate_authority(world: &World) -> String {
        authority(world).map(|authority| authority.certificate_pem().to_owned()).unwrap_or_default()
    }

    fn secrets(world: &World) -> Vec<String> {
        iam(world).secrets().chain(world.ledger.secrets()).collect()
    }
}

/// How long a client certificate is good (`cce.certificate.lifetime`).
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The world after one more call, and the id of that call's request.
fn called(world: &World) -> (World, String) {
    let next = World { calls: world.calls.saturating_add(1), ..world.clone() };
    let id = request_id(next.seed, next.calls);
    (next, id)
}

/// Who may ask.
fn iam(world: &World) -> Iam<'_> {
    Iam {
        tokens: &world.tokens,
        forbidden_tokens: &world.forbidden_tokens,
        access_keys: &world.access_keys,
        forbidden_access_keys: &world.forbidden_access_keys,
        clauses: &IAM_CLAUSES,
    }
}

/// What decides about authentication.
const IAM_CLAUSES: iam::Clauses = iam::Clauses {
    token: "cce.auth.token",
    token_once: "cce.auth.token-once",
    bearer: Some("cce.auth.bearer"),
    missing: "cce.auth.missing",
    token_invalid: "cce.auth.token-invalid",
    token_and_signature: "cce.auth.token-and-signature",
    header_form: "cce.aksk.header-form",
    date: "cce.aksk.date",
    scope: "cce.aksk.scope",
    signed_headers: "cce.aksk.signed-headers",
    unknown_key: "cce.aksk.unknown-key",
    signature: "cce.aksk.signature",
};

/// The cluster that is asked for, when the request may have it. Complains of what is wrong with the request all the same.
fn admit<'a>(
    world: &'a World,
    request: &Request,
    id: &str,
    complaints: &mut Vec<Complaint>,
) -> Result<&'a Cluster, Box<Reply>> {
    let (project_id, cluster_id) = route(request).ok_or_else(|| Box::new(no_such_api(id)))?;
    complaints.extend(content_type::complaint(request));
    let rights = iam(world).authenticate(request, complaints).map_err(|denied| denied.reply(id))?;
    if world.content_type == ContentType::Strict && complaints.iter().any(|c| c.clause == content_type::UNLISTED) {
        return Err(Box::new(error::CONTENT_TYPE.write(Reply::refuse(
            "cce.content-type.unsupported",
            StatusCode::BAD_REQUEST,
            "send `Content-Type: application/json` or `application/json;charset=utf-8`",
        ))));
    }
    if rights == Rights::None {
        return Err(Box::new(error::FORBIDDEN.write(Reply::refuse(
            "cce.auth.permission",
            StatusCode::FORBIDDEN,
            "ask with a credential of the world's `tokens` or `access_keys`: the user of this one may not read the cluster",
        ))));
    }
    find(world, project_id, cluster_id)
}

/// Project and cluster id of the one path there is, as they stand in it.
fn route(request: &Request) -> Option<(&str, &str)> {
    match request.segments().as_slice() {
        &["api", "v3", "projects", project_id, "clusters", cluster_id, "clustercert"]
            if request.method == Method::GET =>
        {
            Some((project_id, cluster_id))
        }
        _ => None,
    }
}

fn no_such_api(id: &str) -> Reply {
    let reply = Reply::refuse(
        "cce.gateway.not-found",
        StatusCode::NOT_FOUND,
        "ask for `GET /api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert`: there is no other path or method",
    );
    Fault::NO_SUCH_API.write(reply, id)
}

fn find<'a>(world: &'a World, project_id: &str, cluster_id: &str) -> Result<&'a Cluster, Box<Reply>> {
    let (project_id, cluster_id) = (decoded(project_id), decoded(cluster_id));
    let named = |cluster: &&Cluster| Some(&cluster.id) == cluster_id.as_ref();
    let of_project = |cluster: &&Cluster| Some(&cluster.project_id) == project_id.as_ref();
    if let Some(cluster) = world.clusters.iter().find(|cluster| named(cluster) && of_project(cluster)) {
        return Ok(cluster);
    }
    let explanation = if world.clusters.iter().any(|cluster| named(&cluster)) {
        "name the project that the cluster belongs to: it is in another one"
    } else {
        "name a cluster of the world's `clusters`: there is none with this id"
    };
    let reply = Reply::refuse("cce.status.404", StatusCode::NOT_FOUND, explanation);
    Err(Box::new(error::NOT_FOUND.write(reply)))
}

/// Hands out the kubeconfig of `cluster`, with a client certificate of its own.
fn issue(world: &mut World, cluster: &Cluster, now: Timestamp) -> Reply {
    let answer = |explanation: &str, document: &serde_json::Value| {
        Reply::answer("cce.status.200", StatusCode::OK, explanation).with_json(document)
    };
    if cluster.certificates == Certificates::Blank {
        let document = kubeconfig::document(cluster, &kubeconfig::Material::default());
        return answer("a kubeconfig without certificates, as the document's example", &document);
    }
    match certify(world, cluster, now) {
        Ok(material) => answer("a kubeconfig with a new client certificate", &kubeconfig::document(cluster, &material)),
        Err(error) => Reply::harness_error(format!("no certificate could be made: {error}")),
    }
}

/// Makes a client certificate for the user of `cluster` that differs from every one made before.
fn certify(world: &mut World, cluster: &Cluster, now: Timestamp) -> Result<kubeconfig::Material, rcgen::Error> {
    let authority = authority(world)?;
    let expires = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let serial = world.ledger.count().saturating_add(1);
    let identity = authority.issue_client(&format!("user of {}", cluster.id), serial, now, expires)?;
    let material = kubeconfig::Material::new(authority.certificate_pem(), &identity);
    world.ledger.enter(Issued {
        cluster: ids(cluster),
        credential: Presented::ClientCertificate(identity.certificate_der),
        secrets: pki::secrets_of(&identity.key_pem).collect(),
        valid: now..expires,
    });
    Ok(material)
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    [("project_id", &cluster.project_id), ("cluster_id", &cluster.id)]
        .map(|(name, id)| (name.to_owned(), id.clone()))
        .into()
}

/// Every cluster of a world has the same certificate authority.
fn authority(world: &World) -> Result<Authority, rcgen::Error> {
    Authority::new(world.seed, "cce")
}

fn happen(incident: Incident, id: &str) -> Reply {
    let ordered = |clause, status| Reply::incident(clause, status, "ordered by an incident of the world");
    match incident {
        Incident::BadRequest => error::INVALID.write(ordered("cce.status.400", StatusCode::BAD_REQUEST)),
        Incident::Unauthorized => error::UNAUTHORIZED.write(ordered("cce.status.401", StatusCode::UNAUTHORIZED)),
        Incident::RateLimited => error::THROTTLED
            .write(ordered("cce.status.429", StatusCode::TOO_MANY_REQUESTS))
            .with_header("retry-after", "1"),
        Incident::ServerError => error::INTERNAL.write(ordered("cce.status.500", StatusCode::INTERNAL_SERVER_ERROR)),
        Incident::GatewayBadRequest => {
            Fault::BAD_REQUEST.write(ordered("cce.gateway.bad-request", StatusCode::BAD_REQUEST), id)
        }
        Incident::GatewayForbidden => {
            Fault::FORBIDDEN.write(ordered("cce.gateway.forbidden", StatusCode::FORBIDDEN), id)
        }
        Incident::GatewayProjectUnavailable => {
            Fault::PROJECT_UNAVAILABLE.write(ordered("cce.gateway.project-unavailable", StatusCode::FORBIDDEN), id)
        }
        Incident::GatewayRateLimited => {
            Fault::RATE_LIMITED.write(ordered("cce.gateway.rate-limited", StatusCode::TOO_MANY_REQUESTS), id)
        }
        Incident::GatewayUnavailable => {
            Fault::UNAVAILABLE.write(ordered("cce.gateway.unavailable", StatusCode::BAD_GATEWAY), id)
        }
        Incident::GatewayTimeout => {
            Fault::TIMEOUT.write(ordered("cce.gateway.timeout", StatusCode::GATEWAY_TIMEOUT), id)
        }
        Incident::GatewayError => {
            Fault::INTERNAL.write(ordered("cce.gateway.error", StatusCode::INTERNAL_SERVER_ERROR), id)
        }
    }
}
