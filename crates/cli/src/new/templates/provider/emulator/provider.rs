//! {{ type }}: `GET {{ path }}`.
//!
//! A first draft: what it answers beyond path and credential is a guess, until a clause says where it is written.

mod dialect;
mod kubeconfig;
mod world;

pub use world::{Cluster, Incident, World};

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use self::dialect::{Problem, Refusal};
use self::kubeconfig::Kubeconfig;
use super::asking::{id, known};
{%- if credential == "bearer" %}
use super::bearer::bearer;
{%- endif %}
use super::provisioning::{Readiness, count_call, until_ready};
use crate::hex::hex;
use crate::kubernetes::{ApiServer, authority_data};
use crate::ledger::Issued;
use crate::pki::Authority;
use crate::{Caller, CallerCredentials, Edition, Emulation, Ledger, Presented, Reply, Request, decoded};

/// The emulation.
///
/// ```
/// use kubeproof_emulator::providers::{{ name }}::{{ type }};
/// use kubeproof_emulator::{Request, Session};
///
/// let mut session = Session::new::<{{ type }}>(Default::default());
/// let request = Request::get("{{ example }}")
///     .with_header("{{ header }}", "{{ prefix }}example-{{ name }}-token");
/// assert_eq!(session.handle(request).status, 200);
/// ```
pub struct {{ type }};

/// How long an issued token is good.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

impl Emulation for {{ type }} {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "{{ name }}";
    const EDITIONS: &'static [Edition] = &[Edition("{{ edition }}")];
    const PATHS: &'static [&'static str] = &["{{ beginning }}"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["{{ operation }}"];

    fn answer(_: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let mut next = world.clone();
        let reply = respond(&mut next, now, request).unwrap_or_else(Refusal::reply);
        (reply, next)
    }

    fn operation(request: &Request) -> Option<&'static str> {
        route(request).and(Self::OPERATIONS.first().copied())
    }

    fn incident(_: Edition, incident: &Incident, world: &World, _: Timestamp, request: &Request) -> (Reply, World) {
        let (problem, clause) = match incident {
            Incident::RateLimited => (Problem::RateLimited, "{{ name }}.status.429"),
            Incident::Unavailable => (Problem::Unavailable, "{{ name }}.status.503"),
        };
        let reply = Reply::incident(clause, problem.status(), "the world orders this answer for this call");
        let mut next = world.clone();
        if let Some(cluster) = admit(world, request).ok().and_then(|place| next.clusters.get_mut(place)) {
            count_call(&mut cluster.ready_after_calls);
        }
        (problem.written(reply), next)
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.api_tokens.iter().cloned().map(CallerCredentials::{{ variant }}).collect(),
            cluster: world.clusters.first().map(ids).unwrap_or_default(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, _: &BTreeMap<String, String>) -> Request {
        Request::of([{{ asked }}], [])
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
        world.api_tokens.iter().chain(&world.forbidden_api_tokens).cloned().chain(world.ledger.secrets()).collect()
    }
}

/// Answers a request; the world changes when a token is issued, or when the request is about a cluster that is not ready.
fn respond(world: &mut World, now: Timestamp, request: &Request) -> Result<Reply, Refusal> {
    let place = admit(world, request)?;
    let Some(cluster) = world.clusters.get_mut(place) else {
        return Ok(Reply::harness_error("the cluster that was found is not there"));
    };
    if let Readiness::NotReady { calls_left } = count_call(&mut cluster.ready_after_calls) {
        let remedy = format!("ask again: the cluster is still being created, {}", until_ready(calls_left));
        return Err(Problem::NotReady.by("{{ name }}.cluster.not-ready", remedy));
    }
    let cluster = cluster.clone();
    issue(world, &cluster, now)
        .or_else(|broken| Ok(Reply::harness_error(format!("the cluster's certificates cannot be made: {broken}"))))
}

/// The place of the cluster that a request is about which may have its kubeconfig: path, then caller, then cluster.
fn admit(world: &World, request: &Request) -> Result<usize, Refusal> {
    let asked = match route(request) {
        Some(asked) if request.method == Method::GET => Ok(asked),
        Some(_) => Err("use GET: the path exists, but not with this method"),
        None => Err("ask for `{{ path }}`: nothing else is emulated"),
    };
    let asked = asked.map_err(|remedy| Problem::NotFound.by("{{ name }}.request.path", remedy))?;
    authorize(world, request)?;
    let place = world.clusters.iter().position(|cluster| ids(cluster) == asked);
    place.ok_or_else(|| {
        let known = known(world.clusters.iter().map(|cluster| &cluster.id));
        let remedy = format!("name a cluster that this world has: {known}");
        Problem::NotFound.by("{{ name }}.status.404", remedy)
    })
}

/// The ids in a path.
fn route(request: &Request) -> Option<BTreeMap<String, String>> {
    let segments: Vec<_> = request.segments().map(decoded).collect::<Option<_>>()?;
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    match segments.as_slice() {
        [{{ pattern }}] => Some(named([{{ named_asked }}])),
        _ => None,
    }
}

fn authorize(world: &World, request: &Request) -> Result<(), Refusal> {
{%- if credential == "bearer" %}
    let token = bearer(request).map_err(|remedy| Problem::Unauthenticated.by("{{ name }}.auth.bearer", remedy))?;
{%- else %}
    let missing = "send `X-Auth-Token: <token>`; the header was absent";
    let token = request.header("x-auth-token");
    let token = token.ok_or_else(|| Problem::Unauthenticated.by("{{ name }}.auth.token", missing))?;
{%- endif %}
    if world.api_tokens.iter().any(|known| known == token) {
        return Ok(());
    }
    if world.forbidden_api_tokens.iter().any(|known| known == token) {
        let remedy = "use a token of `api_tokens`; this one is valid, but may not read clusters";
        return Err(Problem::Forbidden.by("{{ name }}.status.403", remedy));
    }
    let remedy = "use a token of `api_tokens`; this world does not know the one sent";
    Err(Problem::Unauthenticated.by("{{ name }}.status.401", remedy))
}

/// Issues a token, and the kubeconfig with it.
fn issue(world: &mut World, cluster: &Cluster, now: Timestamp) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    let ids = ids(cluster);
    // 64 hexadecimal digits that no other call of this world gets.
    let token = hex(&Sha256::digest(format!("token/{}/{}/{}", world.seed, cluster.id, world.ledger.count())));
    let expires = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let api = world.api.as_ref();
    let server = api.map_or_else(|| cluster.server.clone(), |api| api.server(&ids));
    let authority = authority_data(api, &authority);
    let body = Kubeconfig { name: &cluster.id, server: &server, authority: &authority, token: &token }.{{ answer }}();
    let explanation = format!("issued a token that is good until {expires}");
    let reply = Reply::answer("{{ name }}.reply.kubeconfig", StatusCode::OK, explanation);
    world.ledger.enter(Issued {
        cluster: Arc::new(ids),
        user: format!("{}-admin", cluster.id),
        credential: Presented::Token(token),
        secrets: Vec::new(),
        valid: now..expires,
    });
    Ok(reply.{{ written }})
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    named([{{ named_cluster }}])
}

fn named<const N: usize>(ids: [(&str, &str); N]) -> BTreeMap<String, String> {
    ids.map(|(name, id)| (name.to_owned(), id.to_owned())).into()
}

/// One authority for all clusters of a world.
fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "{{ name }} cluster CA")
}
