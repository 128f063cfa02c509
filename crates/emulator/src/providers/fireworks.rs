//! Fireworks: `GET /v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo`.

mod dialect;
mod mask;
mod route;
mod world;

pub use world::{Cluster, Incident, State, UnknownMaskField, Unrequested, World};

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;

use self::dialect::{Code, Refusal};
use self::mask::{Mask, Shown};
use self::route::{Operation, Route, route};
use super::asking::id;
use super::bearer::bearer;
use crate::pki::Authority;
use crate::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Reply, Request};

/// The emulation. It never changes its world.
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
/// assert_eq!(reply.body, br#"{"endpoint":"https://demo.k8s.example.test","caData":""}"#);
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
        (respond(world, request).unwrap_or_else(Refusal::reply), world.clone())
    }

    fn incident(_: Edition, incident: &Incident, world: &World, _: Timestamp, _: &Request) -> (Reply, World) {
        let (code, clause, message) = match incident {
            Incident::InvalidArgument => (Code::InvalidArgument, "fireworks.status.400", "invalid argument"),
            Incident::ResourceExhausted => (Code::ResourceExhausted, "fireworks.status.429", "quota exceeded"),
            Incident::Internal => (Code::Internal, "fireworks.status.500", "internal error"),
            Incident::Unimplemented => (Code::Unimplemented, "fireworks.status.501", "not implemented"),
            Incident::Unavailable => (Code::Unavailable, "fireworks.status.503", "service unavailable"),
            Incident::DeadlineExceeded => (Code::DeadlineExceeded, "fireworks.status.504", "deadline exceeded"),
        };
        let reply = Reply::incident(clause, code.status(), "the world orders this answer for this call");
        (code.written(reply, message), world.clone())
    }

    fn caller(world: &World) -> Caller {
        let ids = |cluster: &Cluster| {
            [("account_id".to_owned(), cluster.account_id.clone()), ("cluster_id".to_owned(), cluster.id.clone())]
        };
        Caller {
            credentials: world.api_keys.iter().cloned().map(CallerCredentials::Bearer).collect(),
            cluster: world.clusters.iter().take(1).flat_map(ids).collect(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        let operation = format!("{}:getConnectionInfo", id(cluster, "cluster_id"));
        let parameters = options.get("read_mask").map(|mask| ("readMask", mask));
        Request::of(["v1", "accounts", id(cluster, "account_id"), "clusters", &operation], parameters)
    }

    fn admits(_: &World, _: Timestamp, _: &BTreeMap<String, String>, _: &Presented) -> Admission {
        Admission::Refused("fireworks issues no user credentials")
    }

    fn certificate_authority(world: &World) -> String {
        authority(world).map(|authority| authority.certificate_pem().to_owned()).unwrap_or_default()
    }

    fn secrets(world: &World) -> Vec<String> {
        world.api_keys.iter().chain(&world.forbidden_api_keys).cloned().collect()
    }
}

/// The order is that of a gateway before a service: route and query, then the caller, then what is asked for.
fn respond(world: &World, request: &Request) -> Result<Reply, Refusal> {
    let route = route(request)?;
    let mask = Mask::of(request)?;
    authorize(world, request)?;
    check_ids(&route)?;
    let cluster = find(world, &route)?;
    match route.operation {
        Operation::GetConnectionInfo => connection_info(world, cluster, &mask),
        operation => Err(Code::NotFound.by(
            clause_of(operation),
            "Not Found",
            "append `:getConnectionInfo` to the cluster's id and use GET: of the cluster, nothing else is emulated",
        )),
    }
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

fn find<'a>(world: &'a World, route: &Route) -> Result<&'a Cluster, Refusal> {
    let mut namesakes = world.clusters.iter().filter(|cluster| cluster.id == route.cluster_id).peekable();
    let (clause, remedy) = match namesakes.peek() {
        Some(_) => ("fireworks.status.404.other-account", "send the account id that the cluster belongs to"),
        None => ("fireworks.status.404", "send the id of a cluster that this world has"),
    };
    namesakes
        .find(|cluster| cluster.account_id == route.account_id)
        .ok_or_else(|| Code::NotFound.by(clause, "cluster not found", format!("{remedy}: {}", known_names(world))))
}

fn connection_info(world: &World, cluster: &Cluster, mask: &Mask) -> Result<Reply, Refusal> {
    let shown = mask.shows(world.unknown_mask_field)?;
    let (clause, explanation, endpoint, ca_data) = match cluster.state {
        State::Creating => {
            return Err(Code::FailedPrecondition.by(
                "fireworks.reply.not-ready",
                "the cluster is not ready",
                "ask again when the cluster is ready; it is still being created",
            ));
        }
        State::CreatingWithEmptyFields => {
            let explanation = "the cluster is still being created, and this world shows it by empty fields";
            ("fireworks.reply.not-ready", explanation, String::new(), String::new())
        }
        State::Ready => {
            let authority = match authority(world) {
                Ok(authority) => authority,
                Err(broken) => {
                    return Ok(Reply::harness_error(format!("the cluster's certificate cannot be made: {broken}")));
                }
            };
            let clause = match mask {
                Mask::All => "fireworks.request.get",
                Mask::Paths(_) => "fireworks.mask.selects",
            };
            let explanation = "the connection info of the cluster, as far as the read mask asks for it";
            (clause, explanation, cluster.endpoint.clone(), STANDARD.encode(authority.certificate_pem()))
        }
    };
    let mut body = serde_json::Map::new();
    let Shown { endpoint: endpoint_shown, ca_data: ca_data_shown } = shown;
    for (name, value, shown) in [("endpoint", endpoint, endpoint_shown), ("caData", ca_data, ca_data_shown)] {
        let value = if shown { value } else { String::new() };
        if !value.is_empty() || world.unrequested == Unrequested::Empty {
            body.insert(name.to_owned(), value.into());
        }
    }
    Ok(Reply::answer(clause, StatusCode::OK, explanation).with_json(&body.into()))
}

fn authority(world: &World) -> Result<Authority, rcgen::Error> {
    Authority::new(world.seed, "kubernetes")
}

fn known_names(world: &World) -> String {
    let name = |cluster: &Cluster| format!("`accounts/{}/clusters/{}`", cluster.account_id, cluster.id);
    let names: Vec<String> = world.clusters.iter().map(name).collect();
    if names.is_empty() { "it has no cluster".to_owned() } else { names.join(", ") }
}
