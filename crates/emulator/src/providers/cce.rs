//! CCE: `GET /api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert`, and `POST` on the same path.
//!
//! What the document leaves open is answered as newer documents say, or as we judge; each such clause says so in
//! `fixtures/cce/clauses.yaml`. The edition `2025-07` knows the GET of the two pages in docs/. The edition `2026-04` knows the
//! POST of newer pages, with how long the certificate shall be good, and still answers the GET, which they call deprecated;
//! of a cluster with an EIP it lists a verified and an unverified way from outside.
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
mod edition;
mod error;
mod kubeconfig;
mod validity;
mod world;

pub use crate::AccessKey;
pub use world::{Certificates, Cloud, Cluster, ContentType, Incident, State, VerifiedAccess, World};

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::asking::id;
use crate::hex::uuid;
use crate::iam::{self, Bearer, Fault, Iam, Rights, request_id};
use crate::kubernetes::{ApiServer, authority_data};
use crate::ledger::Issued;
use crate::pki::{self, Authority};
use crate::{Caller, Complaint, Edition, Emulation, Ledger, Presented, Reply, Request, decoded};

/// The emulation.
pub struct Cce;

impl Emulation for Cce {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "cce";
    const EDITIONS: &'static [Edition] = &[edition::DOCUMENTED, edition::NEWER];
    const PATHS: &'static [&'static str] = &["/api/v3/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["clustercert"];

    fn answer(edition: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let (mut next, id) = called(world);
        let mut complaints = Vec::new();
        let admitted = Call { edition, now, request, id: &id }.admit(world, &mut complaints);
        let mut reply = admitted.map_or_else(|refusal| *refusal, |asked| issue(edition, &mut next, &asked, now));
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

    fn request(_: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        let (project, cluster) = (id(cluster, "project_id"), id(cluster, "cluster_id"));
        let request = Request::of(["api", "v3", "projects", project, "clusters", cluster, "clustercert"], [])
            .with_header("content-type", "application/json");
        match options.get("duration_days") {
            None => request,
            Some(days) => {
                Request { body: format!(r#"{{"duration":{days}}}"#).into(), ..request.with_method(Method::POST) }
            }
        }
    }

    fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
        authority(world)
    }

    fn clusters(world: &World) -> Vec<BTreeMap<String, String>> {
        world.clusters.iter().map(ids).collect()
    }

    fn ledger(world: &World) -> Option<&Ledger> {
        Some(&world.ledger)
    }

    fn ledger_mut(world: &mut World) -> Option<&mut Ledger> {
        Some(&mut world.ledger)
    }

    fn point_api(world: &mut World, api: ApiServer) {
        world.api = Some(api);
    }

    fn secrets(world: &World) -> Vec<String> {
        iam(world).secrets().chain(world.ledger.secrets()).collect()
    }
}

/// How long a client certificate is good that is asked for with GET (`cce.certificate.lifetime`).
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
        bearer: Bearer::Refused,
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

/// A request, and what it is answered by.
struct Call<'a> {
    edition: Edition,
    now: Timestamp,
    request: &'a Request,
    id: &'a str,
}

/// What a request asks for, when it may have it, as far as that can be told without the cluster.
struct Asked {
    /// The cluster's place in the world.
    place: usize,
    /// How it asks.
    way: Way,
    /// Until when the certificate shall be good.
    expires: Timestamp,
}

/// How certificates are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Get,
    Post,
}

impl Call<'_> {
    /// Finds out what is asked for. Complains of what is wrong with the request all the same.
    fn admit(&self, world: &World, complaints: &mut Vec<Complaint>) -> Result<Asked, Box<Reply>> {
        let (project_id, cluster_id, way) = self.route().ok_or_else(|| Box::new(self.no_such_api()))?;
        complaints.extend(content_type::complaint(self.request));
        let newer = self.edition == edition::NEWER;
        let bearer = if newer { Bearer::Taken } else { Bearer::Refused };
        let rights = Iam { bearer, ..iam(world) }
            .authenticate(self.request, complaints)
            .map_err(|denied| denied.reply(self.id))?;
        content_type::admit(world.content_type, way, complaints)?;
        if newer && way == Way::Get {
            complaints.push(Complaint {
                clause: "cce.route.get-deprecated",
                explanation: "ask with POST and a `duration`: the GET is answered, but deprecated".to_owned(),
            });
        }
        if rights == Rights::None {
            return Err(Box::new(error::FORBIDDEN.write(Reply::refuse(
                "cce.auth.permission",
                StatusCode::FORBIDDEN,
                "ask with a credential of the world's `tokens` or `access_keys`: the user of this one may not read the cluster",
            ))));
        }
        let expires = match way {
            Way::Get => self.now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX),
            Way::Post => validity::expiry(world.cloud, &self.request.body, self.now)?,
        };
        Ok(Asked { place: find(world, project_id, cluster_id)?, way, expires })
    }

    /// Project and cluster id of the one path there is, as they stand in it, and how it is asked.
    fn route(&self) -> Option<(&str, &str, Way)> {
        let way = match self.request.method {
            Method::GET => Way::Get,
            Method::POST if self.edition == edition::NEWER => Way::Post,
            _ => return None,
        };
        match self.request.segments().collect::<Vec<_>>().as_slice() {
            &["api", "v3", "projects", project_id, "clusters", cluster_id, "clustercert"] => {
                Some((project_id, cluster_id, way))
            }
            _ => None,
        }
    }

    fn no_such_api(&self) -> Reply {
        let methods = if self.edition == edition::NEWER { "POST (or GET, which is deprecated)" } else { "GET" };
        let explanation = format!(
            "ask for `/api/v3/projects/{{project_id}}/clusters/{{cluster_id}}/clustercert` with {methods}: this edition has no \
             other path or method"
        );
        Fault::NO_SUCH_API.write(Reply::refuse("cce.gateway.not-found", StatusCode::NOT_FOUND, explanation), self.id)
    }
}

/// The place in the world of the cluster with these ids, as they stand in a path.
fn find(world: &World, project_id: &str, cluster_id: &str) -> Result<usize, Box<Reply>> {
    let (project_id, cluster_id) = (decoded(project_id), decoded(cluster_id));
    let named = |cluster: &Cluster| Some(cluster.id.as_str()) == cluster_id.as_deref();
    let of_project = |cluster: &Cluster| Some(cluster.project_id.as_str()) == project_id.as_deref();
    if let Some(place) = world.clusters.iter().position(|cluster| named(cluster) && of_project(cluster)) {
        return Ok(place);
    }
    let explanation = if world.clusters.iter().any(named) {
        "name the project that the cluster belongs to: it is in another one"
    } else {
        "name a cluster of the world's `clusters`: there is none with this id"
    };
    let reply = Reply::refuse("cce.status.404", StatusCode::NOT_FOUND, explanation);
    Err(Box::new(error::NOT_FOUND.write(reply)))
}

/// Hands out the kubeconfig of a cluster that is ready, with a client certificate of its own.
fn issue(edition: Edition, world: &mut World, asked: &Asked, now: Timestamp) -> Reply {
    let missing = "the cluster that was found is not there";
    let Some(state) = world.clusters.get_mut(asked.place).map(Cluster::at_this_call) else {
        return Reply::harness_error(missing);
    };
    if let Some(refusal) = not_ready(state) {
        return refusal;
    }
    let Some(cluster) = world.clusters.get(asked.place).cloned() else { return Reply::harness_error(missing) };
    let (explanation, material) = match cluster.certificates {
        Certificates::Blank => {
            ("a kubeconfig without certificates, as the document's example", kubeconfig::Material::default())
        }
        Certificates::Issued => match certify(world, &cluster, now..asked.expires) {
            Ok(material) => ("a kubeconfig with a new client certificate", material),
            Err(error) => return Reply::harness_error(format!("no certificate could be made: {error}")),
        },
    };
    let api = world.api.as_ref().map(|api| api.server(&ids(&cluster)));
    let reply = Reply::answer("cce.status.200", StatusCode::OK, explanation).with_json(&kubeconfig::document(
        edition,
        &cluster,
        api.as_deref(),
        &material,
    ));
    match asked.way {
        Way::Get => reply,
        // `cce.reply.port-id`
        Way::Post => reply.with_header("port-id", port_id(world.seed, &cluster.id)),
    }
}

/// What is answered about a cluster in this state; `None` when it is ready.
fn not_ready(state: State) -> Option<Reply> {
    match state {
        State::Ready => None,
        State::Creating => Some(error::NOT_FOUND.write(Reply::refuse(
            "cce.not-ready.creating",
            StatusCode::NOT_FOUND,
            "ask again later: the cluster is still being created, as the world's `state` and `ready_after_calls` say",
        ))),
        State::Unavailable => Some(error::INTERNAL.write(Reply::refuse(
            "cce.not-ready.unavailable",
            StatusCode::INTERNAL_SERVER_ERROR,
            "ask again later: the cluster is unavailable, as the world's `state` says",
        ))),
    }
}

/// The id of a cluster's control node port, in the form of a UUID: the same for the same cluster of the same world.
fn port_id(seed: u64, cluster_id: &str) -> String {
    uuid(&Sha256::digest(format!("port/{seed}/{cluster_id}")))
}

/// Makes a client certificate for the user of `cluster` that differs from every one made before.
fn certify(
    world: &mut World,
    cluster: &Cluster,
    valid: Range<Timestamp>,
) -> Result<kubeconfig::Material, rcgen::Error> {
    let authority = authority(world)?;
    let serial = world.ledger.count().saturating_add(1);
    let user = format!("user of {}", cluster.id);
    let identity = authority.issue_client(&user, serial, valid.start, valid.end)?;
    let material = kubeconfig::Material::new(authority_data(world.api.as_ref(), &authority).into_owned(), &identity);
    world.ledger.enter(Issued {
        cluster: world.ledger.cluster(&named_ids(cluster)),
        user,
        credential: Presented::ClientCertificate(identity.certificate_der),
        secrets: pki::secrets_of(&identity.key_pem).collect(),
        valid,
    });
    Ok(material)
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    named_ids(cluster).map(|(name, id)| (name.to_owned(), id.to_owned())).into()
}

fn named_ids(cluster: &Cluster) -> [(&'static str, &str); 2] {
    [("project_id", &cluster.project_id), ("cluster_id", &cluster.id)]
}

/// Every cluster of a world has the same certificate authority.
fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "cce")
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
