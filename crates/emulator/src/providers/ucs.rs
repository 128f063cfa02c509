//! UCS: `GET /v1/clusters/{clusterid}/accessinfo`.
//!
//! A download is used up by the one call that hands out the agent's keys; whatever is refused leaves it. A call after that is
//! answered with 200 and `Downloaded` in the edition `2025-05`, the document in docs/, and with 410 in `2026-01`, which is
//! named after the newest page. That one writes the manifests as objects, the older one as strings.
//!
//! ```
//! use kubeproof_emulator::providers::ucs::Ucs;
//! use kubeproof_emulator::{Request, Session};
//!
//! let mut session = Session::new::<Ucs>(Default::default());
//! let mut ask = || {
//!     session.handle(
//!         Request::get("/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo")
//!             .with_header("x-auth-token", "example-iam-token"),
//!     )
//! };
//! assert_eq!(ask().decision.clause, "ucs.reply.access-info");
//! assert_eq!(ask().body, &br#"["Downloaded"]"#[..]);
//! ```

mod edition;
mod error;
mod manifests;
mod parameters;
mod world;

pub use world::{Cluster, ClusterKind, DownloadedAs, Incident, ItemsAs, Network, State, World};

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::Timestamp;

use super::asking::{id, named};
use crate::iam::{self, Bearer, Fault, Iam, Rights, request_id};
use crate::pki::Authority;
use crate::{Caller, Complaint, Edition, Emulation, Reply, Request, decoded};
use parameters::PrivateAccess;

/// The emulation.
pub struct Ucs;

impl Emulation for Ucs {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "ucs";
    const EDITIONS: &'static [Edition] = &[edition::DOCUMENTED, edition::NEWER];
    const PATHS: &'static [&'static str] = &["/v1/clusters/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["accessinfo"];
    /// An agent's keys connect a cluster; they open nothing.
    const ISSUES_CREDENTIALS: bool = false;

    fn answer(edition: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let (mut next, id) = called(world);
        let mut complaints = Vec::new();
        let admitted = admit(world, request, &id, &mut complaints);
        let mut reply = admitted
            .and_then(|place| download(edition, &mut next, place, now, request))
            .unwrap_or_else(|refusal| *refusal);
        reply.complaints = complaints;
        (reply.with_header("x-request-id", id), next)
    }

    fn incident(_: Edition, incident: &Incident, world: &World, _: Timestamp, _: &Request) -> (Reply, World) {
        let (next, id) = called(world);
        (happen(*incident, &id).with_header("x-request-id", id), next)
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: iam(world).credentials(),
            cluster: world.clusters.iter().take(1).map(|c| ("cluster_id".to_owned(), c.id.clone())).collect(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        let parameters = named(options, [("vpcendpoint", "vpcendpoint"), ("region", "region")]);
        Request::of(["v1", "clusters", id(cluster, "cluster_id"), "accessinfo"], parameters)
    }

    fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
        manifests::authority(world)
    }

    fn secrets(world: &World) -> Vec<String> {
        let downloaded = world.clusters.iter().filter(|cluster| cluster.downloaded);
        iam(world).secrets().chain(downloaded.flat_map(|cluster| manifests::secrets(world, cluster))).collect()
    }
}

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
    token: "ucs.auth.token",
    token_once: "ucs.auth.token-once",
    bearer: None,
    missing: "ucs.auth.missing",
    token_invalid: "ucs.auth.token-invalid",
    token_and_signature: "ucs.auth.token-and-signature",
    header_form: "ucs.aksk.header-form",
    date: "ucs.aksk.date",
    scope: "ucs.aksk.scope",
    signed_headers: "ucs.aksk.signed-headers",
    unknown_key: "ucs.aksk.unknown-key",
    signature: "ucs.aksk.signature",
};

/// The place in the world of the cluster that is asked for, when its access information may be had, as far as that can be
/// told without the cluster.
fn admit(world: &World, request: &Request, id: &str, complaints: &mut Vec<Complaint>) -> Result<usize, Box<Reply>> {
    let cluster_id = route(request).ok_or_else(|| Box::new(no_such_api(id)))?;
    let rights = iam(world).authenticate(request, complaints).map_err(|denied| denied.reply(id))?;
    let cluster_id = decoded(cluster_id).filter(|id| is_uuid(id)).ok_or_else(|| {
        error::FORBIDDEN.write(Reply::refuse(
            "ucs.id.uuid",
            StatusCode::FORBIDDEN,
            "name the cluster by a UUID, 8-4-4-4-12 hexadecimal digits; that this is a 403 is our reading of \"the \
             authentication fails\"",
        ))
    })?;
    if rights == Rights::None {
        return Err(Box::new(error::NO_PERMISSION.write(Reply::refuse(
            "ucs.auth.permission",
            StatusCode::FORBIDDEN,
            "ask with a credential of the world's `tokens` or `access_keys`: the user of this one has no permission to query \
             the cluster",
        ))));
    }
    // The digits of a UUID mean the same in either case.
    let named = |cluster: &Cluster| cluster.id.eq_ignore_ascii_case(&cluster_id);
    let (place, cluster) = world.clusters.iter().enumerate().find(|(_, cluster)| named(cluster)).ok_or_else(|| {
        error::NOT_AUTHORIZED.write(Reply::refuse(
            "ucs.auth.unknown-cluster",
            StatusCode::FORBIDDEN,
            "name a cluster of the world's `clusters`: there is none with this id, and the document's table has no 404",
        ))
    })?;
    if cluster.kind == ClusterKind::Cce {
        return Err(Box::new(error::CATEGORY.write(Reply::refuse(
            "ucs.kind.cce-is-400",
            StatusCode::BAD_REQUEST,
            "name a third-party cluster: this is a CCE cluster, which has no access information",
        ))));
    }
    Ok(place)
}

/// The id in the one path there is, as it stands in it.
fn route(request: &Request) -> Option<&str> {
    match request.segments().collect::<Vec<_>>().as_slice() {
        &["v1", "clusters", cluster_id, "accessinfo"] if request.method == Method::GET => Some(cluster_id),
        _ => None,
    }
}

fn no_such_api(id: &str) -> Reply {
    let reply = Reply::refuse(
        "ucs.gateway.not-found",
        StatusCode::NOT_FOUND,
        "ask for `GET /v1/clusters/{clusterid}/accessinfo`: there is no other path or method",
    );
    Fault::NO_SUCH_API.write(reply, id)
}

/// The Kubernetes UUID format: 8-4-4-4-12 hexadecimal digits, of any version, in either case.
fn is_uuid(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Hands out access information, when the cluster is ready and none was handed out before.
fn download(
    edition: Edition,
    world: &mut World,
    place: usize,
    now: Timestamp,
    request: &Request,
) -> Result<Reply, Box<Reply>> {
    let missing = || Box::new(Reply::harness_error("the cluster that was found is not there"));
    let state = world.clusters.get_mut(place).ok_or_else(missing)?.at_this_call();
    let cluster = world.clusters.get(place).ok_or_else(missing)?;
    if let Some(refusal) = not_ready(state) {
        return Err(Box::new(refusal));
    }
    let ways = edition::ways(edition);
    if cluster.downloaded {
        // Whatever the parameters say: what was handed out is not handed out again.
        return Err(Box::new(ways.second_call.reply(world.downloaded_as)));
    }
    let private = match cluster.network {
        Network::Private => Some(PrivateAccess::of(request)?),
        Network::Public => None,
    };
    let items_as = world.items_as.unwrap_or(ways.items_as);
    let items = manifests::access_info(world, cluster, private.as_ref(), items_as, now)
        .map_err(|error| Box::new(Reply::harness_error(format!("no certificate could be made: {error}"))))?;
    if let Some(cluster) = world.clusters.get_mut(place) {
        cluster.downloaded = true;
    }
    Ok(Reply::answer("ucs.reply.access-info", StatusCode::OK, "the cluster's only download").with_json(&items))
}

/// What is answered about a cluster in this state, which leaves its download; `None` when it is ready.
fn not_ready(state: State) -> Option<Reply> {
    let refuse = |clause, status, explanation: &str| Reply::refuse(clause, status, explanation);
    match state {
        State::Ready => None,
        State::Creating => Some(error::NO_CLUSTER_INFORMATION.write(refuse(
            "ucs.not-ready.creating",
            StatusCode::BAD_REQUEST,
            "ask again later: the cluster is still being registered, as the world's `state` and `ready_after_calls` say",
        ))),
        State::Unavailable => Some(error::NONE_CREATED.write(refuse(
            "ucs.not-ready.unavailable",
            StatusCode::INTERNAL_SERVER_ERROR,
            "ask again later: the cluster is unavailable, as the world's `state` says",
        ))),
        State::Frozen => Some(error::FROZEN.write(refuse(
            "ucs.not-ready.frozen",
            StatusCode::BAD_REQUEST,
            "have the cluster unfrozen: it is frozen, as the world's `state` says",
        ))),
    }
}

fn happen(incident: Incident, id: &str) -> Reply {
    let ordered = |clause, status| Reply::incident(clause, status, "ordered by an incident of the world");
    match incident {
        Incident::BadRequest => error::NO_CLUSTER_INFORMATION.write(ordered("ucs.status.400", StatusCode::BAD_REQUEST)),
        Incident::Forbidden => error::FORBIDDEN.write(ordered("ucs.status.403", StatusCode::FORBIDDEN)),
        Incident::RateLimited => error::THROTTLED.write(ordered("ucs.status.429", StatusCode::TOO_MANY_REQUESTS)),
        Incident::ServerError => {
            error::NO_CERTIFICATES.write(ordered("ucs.status.500", StatusCode::INTERNAL_SERVER_ERROR))
        }
        Incident::GatewayUnavailable => {
            Fault::UNAVAILABLE.write(ordered("ucs.gateway.unavailable", StatusCode::BAD_GATEWAY), id)
        }
        Incident::GatewayTimeout => {
            Fault::TIMEOUT.write(ordered("ucs.gateway.timeout", StatusCode::GATEWAY_TIMEOUT), id)
        }
    }
}
