//! Fireworks: `GET /v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo`.

mod dialect;
mod mask;
mod route;
mod world;

pub use world::{Cluster, Incident, State, UnknownMaskField, Unrequested, World};

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;

use self::dialect::{Code, Refusal};
use self::mask::{Mask, Shown};
use self::route::{Operation, Route, route};
use self::world::Found;
use super::asking::{id, known, named};
use super::bearer::bearer;
use crate::kubernetes::{ApiServer, authority_data};
use crate::pki::Authority;
use crate::{Caller, CallerCredentials, Edition, Emulation, Ledger, Reply, Request};

/// The emulation. It changes its world only in that a call about a cluster that is being created brings it nearer to being
/// ready.
///
/// ```
/// use kubeproof_emulator::providers::fireworks::Fireworks;
/// use kubeproof_emulator::{Request, Session};
///
/// let mut session = Session::new::<Fireworks>(Default::default());
/// let request = Request::get("/v1/accounts/demo-account/clusters/demo:getConnectionInfo?readMask=endpoint")
///     .with_header("authorization", "Bearer example-fireworks-api-key");
/// let reply = session.handle(request);
/// assert_eq!(reply.status, 200);
/// assert_eq!(reply.body, &br#"{"endpoint":"https://demo.k8s.example.test","caData":""}"#[..]);
/// ```
pub struct Fireworks;

impl Emulation for Fireworks {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "fireworks";
    const EDITIONS: &'static [Edition] = &[Edition("2026-11")];
    const PATHS: &'static [&'static str] = &["/v1/accounts/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["getConnectionInfo"];
    const ISSUES_CREDENTIALS: bool = false;

    fn answer(_: Edition, world: &World, _: Timestamp, request: &Request) -> (Reply, World) {
        let mut next = world.clone();
        let reply = respond(&mut next, request).unwrap_or_else(Refusal::reply);
        (reply, next)
    }

    fn incident(_: Edition, incident: &Incident, world: &World, _: Timestamp, request: &Request) -> (Reply, World) {
        let (code, clause, message) = match incident {
            Incident::InvalidArgument => (Code::InvalidArgument, "fireworks.status.400", "invalid argument"),
            Incident::ResourceExhausted => (Code::ResourceExhausted, "fireworks.status.429", "quota exceeded"),
            Incident::Internal => (Code::Internal, "fireworks.status.500", "internal error"),
            Incident::Unimplemented => (Code::Unimplemented, "fireworks.status.501", "not implemented"),
            Incident::Unavailable => (Code::Unavailable, "fireworks.status.503", "service unavailable"),
            Incident::DeadlineExceeded => (Code::DeadlineExceeded, "fireworks.status.504", "deadline exceeded"),
        };
        let reply = Reply::incident(clause, code.status(), "the world orders this answer for this call");
        let mut next = world.clone();
        if let Some(cluster) = admit(world, request).ok().and_then(|asked| next.clusters.get_mut(asked.cluster)) {
            cluster.count_call();
        }
        (code.written(reply, message), next)
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.api_keys.iter().cloned().map(CallerCredentials::Bearer).collect(),
            cluster: world.clusters.first().map(ids).unwrap_or_default(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        let operation = format!("{}:getConnectionInfo", id(cluster, "cluster_id"));
        let parameters = named(options, [("read_mask", "readMask")]);
        Request::of(["v1", "accounts", id(cluster, "account_id"), "clusters", &operation], parameters)
    }

    fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
        authority(world)
    }

    fn clusters(world: &World) -> Vec<BTreeMap<String, String>> {
        world.clusters.iter().map(ids).collect()
    }

    fn ledger(world: &World) -> Option<&Ledger> {
        Some(&world.user_tokens)
    }

    fn ledger_mut(world: &mut World) -> Option<&mut Ledger> {
        Some(&mut world.user_tokens)
    }

    fn point_api(world: &mut World, api: ApiServer) {
        world.api = Some(api);
    }

    fn secrets(world: &World) -> Vec<String> {
        world.api_keys.iter().chain(&world.forbidden_api_keys).cloned().chain(world.user_tokens.secrets()).collect()
    }
}

/// Answers a request; the world changes when it is about a cluster that is being created.
fn respond(world: &mut World, request: &Request) -> Result<Reply, Refusal> {
    let Asked { cluster, mask, shown } = admit(world, request)?;
    let Some(cluster) = world.clusters.get_mut(cluster) else {
        return Ok(Reply::harness_error("the cluster that was found is not there"));
    };
    match cluster.count_call() {
        Found::Ready => {
            let cluster = cluster.clone();
            Ok(connection_info(world, &cluster, &mask, shown))
        }
        Found::Refusing { until } => Err(Code::FailedPrecondition.by(
            "fireworks.reply.not-ready",
            "the cluster is not ready",
            format!("ask again when the cluster is ready; it is still being created, {until}"),
        )),
        Found::Empty { until } => {
            let explanation =
                format!("the cluster is still being created, which this world shows by empty fields, {until}");
            Ok(fields(world, "fireworks.reply.not-ready", explanation, [None, None]))
        }
    }
}

/// What a request asks for that may have it.
struct Asked {
    /// The cluster's place in the world.
    cluster: usize,
    mask: Mask,
    shown: Shown,
}

/// The order is that of a gateway before a service: route and query, then the caller, then what is asked for.
fn admit(world: &World, request: &Request) -> Result<Asked, Refusal> {
    let route = route(request)?;
    let mask = Mask::of(request)?;
    authorize(world, request)?;
    check_ids(&route)?;
    let cluster = find(world, &route)?;
    if route.operation != Operation::GetConnectionInfo {
        return Err(Code::NotFound.by(
            clause_of(route.operation),
            "Not Found",
            "append `:getConnectionInfo` to the cluster's id and use GET: of the cluster, nothing else is emulated",
        ));
    }
    let shown = mask.shows(world.unknown_mask_field)?;
    Ok(Asked { cluster, mask, shown })
}

fn authorize(world: &World, request: &Request) -> Result<(), Refusal> {
    let api_key = bearer(request)
        .map_err(|remedy| Code::Unauthenticated.by("fireworks.auth.bearer", "the request has no API key", remedy))?;
    if world.api_keys.iter().any(|known| known == api_key) {
        Ok(())
    } else if world.forbidden_api_keys.iter().any(|known| known == api_key) {
        Err(Code::PermissionDenied.by(
            "fireworks.status.403",
            "permission denied",
            "use an API key of `api_keys`; this one is valid, but may not read these clusters",
        ))
    } else {
        Err(Code::Unauthenticated.by(
            "fireworks.status.401",
            "the API key is not valid",
            "use an API key of `api_keys`; this world does not know the one sent",
        ))
    }
}

/// The clause by which a request for this operation, and not for connection info, is refused.
fn clause_of(operation: Operation) -> &'static str {
    match operation {
        Operation::GetConnectionInfo => "fireworks.request.id-form",
        Operation::GetCluster => "fireworks.request.verb",
        Operation::DeleteCluster => "fireworks.request.delete-deletes",
    }
}

fn check_ids(route: &Route) -> Result<(), Refusal> {
    if is_id(&route.account_id) && is_id(&route.cluster_id) {
        return Ok(());
    }
    let explanation = match route.operation {
        Operation::GetConnectionInfo => {
            "send ids of 1 to 63 lower-case letters, digits and hyphens, with no hyphen first or last"
        }
        Operation::GetCluster => {
            "end the path in `:getConnectionInfo`, in exactly this case; another verb is read as part of the cluster's id"
        }
        Operation::DeleteCluster => {
            "use GET: a DELETE is for the cluster itself, and the verb is read as part of the cluster's id"
        }
    };
    Err(Code::InvalidArgument.by(clause_of(route.operation), "invalid resource name", explanation))
}

fn is_id(id: &str) -> bool {
    (1..=63).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !id.starts_with('-')
        && !id.ends_with('-')
}

/// The place of the cluster that a request names.
fn find(world: &World, route: &Route) -> Result<usize, Refusal> {
    let named = |cluster: &Cluster| cluster.id == route.cluster_id;
    let place = world.clusters.iter().position(|cluster| named(cluster) && cluster.account_id == route.account_id);
    place.ok_or_else(|| {
        let (clause, remedy) = if world.clusters.iter().any(named) {
            ("fireworks.status.404.other-account", "send the account id that the cluster belongs to")
        } else {
            ("fireworks.status.404", "send the id of a cluster that this world has")
        };
        let name = |cluster: &Cluster| format!("accounts/{}/clusters/{}", cluster.account_id, cluster.id);
        let known = known(world.clusters.iter().map(name));
        Code::NotFound.by(clause, "cluster not found", format!("{remedy}: {known}"))
    })
}

fn connection_info(world: &World, cluster: &Cluster, mask: &Mask, shown: Shown) -> Reply {
    let api = world.api.as_ref();
    let endpoint = api.map_or_else(|| cluster.endpoint.clone(), |api| api.server(&ids(cluster)));
    let ca_data = match authority(world) {
        Ok(authority) => authority_data(api, &authority).into_owned(),
        Err(broken) => return Reply::harness_error(format!("the cluster's certificate cannot be made: {broken}")),
    };
    let clause = match mask {
        Mask::All => "fireworks.request.get",
        Mask::Paths(_) => "fireworks.mask.selects",
    };
    let explanation = "the connection info of the cluster, as far as the read mask asks for it";
    fields(world, clause, explanation, [shown.endpoint.then_some(endpoint), shown.ca_data.then_some(ca_data)])
}

/// An answer with the values of `endpoint` and `caData`; one without a value is empty or absent, as the world has it.
fn fields(world: &World, clause: &'static str, explanation: impl Into<String>, values: [Option<String>; 2]) -> Reply {
    let mut body = serde_json::Map::new();
    for (name, value) in ["endpoint", "caData"].into_iter().zip(values) {
        let value = value.unwrap_or_default();
        if !value.is_empty() || world.unrequested == Unrequested::Empty {
            body.insert(name.to_owned(), value.into());
        }
    }
    Reply::answer(clause, StatusCode::OK, explanation).with_json(&body.into())
}

fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "kubernetes")
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    [("account_id", &cluster.account_id), ("cluster_id", &cluster.id)]
        .map(|(name, id)| (name.to_owned(), id.clone()))
        .into()
}
