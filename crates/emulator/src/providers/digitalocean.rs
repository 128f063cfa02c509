//! DigitalOcean: `GET /v2/kubernetes/clusters/{cluster_id}/kubeconfig`.
//!
//! `2026-04` is the last edition before single sign-on, and ignores the parameter `type`. `2026-05` is the one that single
//! sign-on and `type` came with, and is the same in all else.
//!
//! The hourly limit is counted for each API token of the world; the burst limit is reached only by an incident.

mod dialect;
mod expiry;
mod kubeconfig;
mod kubeconfig_type;
mod world;

pub use super::usage::Usage;
pub use crate::Ledger;
pub use world::{Auth, Cluster, Incident, NotReadyAs, UnusableType, World};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use self::dialect::{Problem, Refusal};
use self::expiry::{SEVEN_DAYS, expiry};
use self::kubeconfig::{Kubeconfig, User};
use self::kubeconfig_type::{DOCUMENTED, KubeconfigType, SINGLE_SIGN_ON};
use super::asking::{id, known, named};
use super::bearer::bearer;
use super::provisioning::{Readiness, count_call, until_ready};
use super::usage::{Limit, after};
use crate::hex::hex;
use crate::kubernetes::{ApiServer, authority_data};
use crate::ledger::Issued;
use crate::pki::{self, Authority};
use crate::{Caller, CallerCredentials, Edition, Emulation, Presented, Reply, Request, decoded};

/// The emulation.
///
/// ```
/// use kubeproof_emulator::providers::digitalocean::DigitalOcean;
/// use kubeproof_emulator::{Request, Session};
///
/// let mut session = Session::new::<DigitalOcean>(Default::default());
/// let request = Request::get("/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig?expiry_seconds=300")
///     .with_header("authorization", "Bearer example-do-api-token");
/// let reply = session.handle(request);
/// assert_eq!(reply.status, 200);
/// assert!(reply.body.starts_with(b"apiVersion: v1\nclusters:\n"));
/// ```
pub struct DigitalOcean;

/// Requests an hour, as openapi's description says; per token (`digitalocean.ratelimit.per-token`), in a fixed window
/// (`digitalocean.ratelimit.fixed-window`).
const LIMIT: Limit = Limit { requests: 5000, window: SignedDuration::from_hours(1) };

impl Emulation for DigitalOcean {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "digitalocean";
    const EDITIONS: &'static [Edition] = &[DOCUMENTED, SINGLE_SIGN_ON];
    const PATHS: &'static [&'static str] = &["/v2/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["kubeconfig"];

    fn answer(edition: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let mut next = world.clone();
        next.usage.number();
        let reply = respond(edition, &mut next, now, request).unwrap_or_else(|refusal| {
            let Refusal { problem, clause, explanation } = refusal;
            write(Reply::refuse(clause, problem.status(), explanation), problem, &next)
        });
        let quota = next.usage.quota(LIMIT, now, known_token(world, request));
        (dialect::with_quota(reply, quota), next)
    }

    fn incident(_: Edition, incident: &Incident, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let (problem, clause) = match incident {
            Incident::RateLimitedBurst => (Problem::BurstLimit, "digitalocean.status.429.burst"),
            Incident::RateLimitedHourly => (Problem::HourlyLimit, "digitalocean.status.429.hourly"),
            Incident::ServerError => (Problem::ServerError, "digitalocean.status.500"),
            Incident::NotReady => (Problem::NotReady, "digitalocean.status.404.not-ready"),
        };
        let reply = Reply::incident(clause, problem.status(), "the world orders this answer for this call");
        let mut next = world.clone();
        next.usage.number();
        let token = known_token(world, request);
        if let Some(token) = token {
            next.usage.count(LIMIT, now, token);
        }
        if let Some(place) = about(world, request) {
            count_call_about(&mut next, place);
        }
        let mut quota = next.usage.quota(LIMIT, now, token);
        if problem == Problem::HourlyLimit {
            quota.remaining = 0;
        }
        (dialect::with_quota(write(reply, problem, &next), quota), next)
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.api_tokens.iter().cloned().map(CallerCredentials::Bearer).collect(),
            cluster: world.clusters.first().map(ids).unwrap_or_default(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request {
        let parameters = [("expiry_seconds", "expiry_seconds"), ("kubeconfig_type", "type")];
        Request::of(
            ["v2", "kubernetes", "clusters", id(cluster, "cluster_id"), "kubeconfig"],
            named(options, parameters),
        )
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
        world
            .api_tokens
            .iter()
            .chain(world.forbidden_api_tokens.iter())
            .cloned()
            .chain(world.ledger.secrets())
            .collect()
    }
}

/// Answers a request. It counts when its token is one of the world's, and the world changes beyond that only when a
/// credential is issued, or when the request is about a cluster that is not ready.
fn respond(edition: Edition, world: &mut World, now: Timestamp, request: &Request) -> Result<Reply, Refusal> {
    let cluster_id = route(request)?;
    let token = authenticate(world, request)?;
    world.usage.count(LIMIT, now, token);
    let quota = world.usage.quota(LIMIT, now, Some(token));
    if quota.exceeded {
        return Err(Problem::HourlyLimit.by(
            "digitalocean.status.429.hourly",
            format!("wait until {}; {} requests an hour are the limit of a token", quota.reset, quota.limit),
        ));
    }
    authorize(world, token)?;
    let Some(place) = world.clusters.iter().position(|cluster| cluster.id == cluster_id) else {
        let known = known(world.clusters.iter().map(|cluster| &cluster.id));
        let remedy = format!("send a `cluster_id` that this world has: {known}");
        return Err(Problem::NotFound.by("digitalocean.status.404", remedy));
    };
    let readiness = count_call_about(world, place);
    let clusters = Arc::clone(&world.clusters);
    let Some(cluster) = clusters.get(place) else {
        return Ok(Reply::harness_error("the cluster that was found is gone"));
    };
    if let Readiness::NotReady { calls_left } = readiness {
        return Err(not_ready(cluster.not_ready_as, calls_left));
    }
    match KubeconfigType::of(edition, cluster.auth, request, world.unusable_type)? {
        KubeconfigType::Token => token_kubeconfig(world, cluster, now, expiry(request, now)?),
        KubeconfigType::ClientCertificate => certificate_kubeconfig(world, cluster, now),
        KubeconfigType::Sso => sso_kubeconfig(world, cluster),
    }
    .or_else(|broken| Ok(Reply::harness_error(format!("the cluster's certificates cannot be made: {broken}"))))
}

/// Counts a call about the cluster at this place, and says whether it came too early.
fn count_call_about(world: &mut World, place: usize) -> Readiness {
    // Nothing is copied for a cluster that is ready.
    if world.clusters.get(place).is_none_or(|cluster| cluster.ready_after_calls == 0) {
        return Readiness::Ready;
    }
    let cluster = Arc::make_mut(&mut world.clusters).get_mut(place);
    cluster.map_or(Readiness::Ready, |cluster| count_call(&mut cluster.ready_after_calls))
}

fn not_ready(shown: NotReadyAs, calls_left: u64) -> Refusal {
    let (problem, clause) = match shown {
        NotReadyAs::NotFound => (Problem::NotReady, "digitalocean.status.404.not-ready"),
        NotReadyAs::ServerError => (Problem::ServerError, "digitalocean.status.500.not-ready"),
    };
    problem.by(clause, format!("ask again: the cluster is still being provisioned, {}", until_ready(calls_left)))
}

/// The place of the cluster that a request is about which may have its kubeconfig.
fn about(world: &World, request: &Request) -> Option<usize> {
    let cluster_id = route(request).ok()?;
    authorize(world, authenticate(world, request).ok()?).ok()?;
    world.clusters.iter().position(|cluster| cluster.id == cluster_id)
}

/// The id of the cluster that the request is about.
fn route(request: &Request) -> Result<Cow<'_, str>, Refusal> {
    let elsewhere = |explanation| Err(Problem::NotFound.by("digitalocean.request.other-route", explanation));
    let mut segments = request.segments().map(decoded);
    let mut next = || segments.next().flatten();
    let is_below =
        ["v2", "kubernetes", "clusters"].into_iter().all(|name| next().is_some_and(|segment| segment == name));
    let id = next();
    let is_asked_for = next().is_some_and(|segment| segment == "kubeconfig");
    match id {
        Some(id) if is_below && is_asked_for && segments.next().is_none() => {
            if id.is_empty() {
                elsewhere("give a `cluster_id`; it was empty, and the path names no cluster")
            } else if request.method != Method::GET {
                elsewhere("use GET: the path exists, but not with this method")
            } else {
                Ok(id)
            }
        }
        _ => elsewhere("ask for `/v2/kubernetes/clusters/{cluster_id}/kubeconfig`: nothing else is emulated"),
    }
}

/// The API token of the request, when it is one of the world's, whatever its rights.
fn authenticate<'a>(world: &World, request: &'a Request) -> Result<&'a str, Refusal> {
    let token = bearer(request).map_err(|remedy| Problem::Unauthorized.by("digitalocean.auth.bearer", remedy))?;
    if world.api_tokens.iter().chain(world.forbidden_api_tokens.iter()).any(|known| known == token) {
        return Ok(token);
    }
    Err(Problem::Unauthorized
        .by("digitalocean.status.401", "use an API token of `api_tokens`; this world does not know the one sent"))
}

/// The API token whose hour a request is counted in.
fn known_token<'a>(world: &World, request: &'a Request) -> Option<&'a str> {
    authenticate(world, request).ok()
}

fn authorize(world: &World, token: &str) -> Result<(), Refusal> {
    if world.api_tokens.iter().any(|known| known == token) {
        return Ok(());
    }
    Err(Problem::Forbidden.by(
        "digitalocean.auth.access-scope",
        "use an API token with the right to access clusters; this one is valid, but has none",
    ))
}

fn token_kubeconfig(
    world: &mut World,
    cluster: &Cluster,
    now: Timestamp,
    expires: Timestamp,
) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    // 64 hexadecimal digits that no other call of this world gets.
    let token = hex(&Sha256::digest(format!("token/{}/{}/{}", world.seed, cluster.id, world.ledger.count())));
    let explanation = format!("issued a new token at {now} that is valid until {expires}");
    let reply = kubeconfig("digitalocean.reply.token", explanation, world, cluster, &authority, User::Token(&token));
    world.ledger.enter(Issued {
        cluster: world.ledger.cluster(&named_ids(cluster)),
        user: user_name(cluster),
        credential: Presented::Token(token),
        secrets: Vec::new(),
        valid: now..expires,
    });
    Ok(reply)
}

fn certificate_kubeconfig(world: &mut World, cluster: &Cluster, now: Timestamp) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    let expires = after(now, SEVEN_DAYS);
    let user = user_name(cluster);
    let identity = authority.issue_client(&user, world.ledger.count(), now, expires)?;
    let (certificate, key) = (STANDARD.encode(&identity.certificate_pem), STANDARD.encode(&identity.key_pem));
    world.ledger.enter(Issued {
        cluster: world.ledger.cluster(&named_ids(cluster)),
        user,
        credential: Presented::ClientCertificate(identity.certificate_der),
        secrets: pki::secrets_of(&identity.key_pem).collect(),
        valid: now..expires,
    });
    let explanation =
        format!("issued a client certificate that is valid until {expires}; `expiry_seconds` has no part in it");
    let user = User::Certificate { certificate: &certificate, key: &key };
    Ok(kubeconfig("digitalocean.reply.certificate", explanation, world, cluster, &authority, user))
}

fn sso_kubeconfig(world: &World, cluster: &Cluster) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    let explanation =
        "a kubeconfig that logs in by single sign-on: nothing is issued, and `expiry_seconds` has no part in it";
    let user = User::Sso { cluster_id: &cluster.id };
    Ok(kubeconfig("digitalocean.sso.exec", explanation.to_owned(), world, cluster, &authority, user))
}

fn kubeconfig(
    clause: &'static str,
    explanation: String,
    world: &World,
    cluster: &Cluster,
    authority: &Authority,
    user: User<'_>,
) -> Reply {
    let name = full_name(cluster);
    let api = world.api.as_ref();
    let server =
        api.map_or_else(|| format!("https://{}.k8s.ondigitalocean.com", cluster.id), |api| api.server(&ids(cluster)));
    let authority = authority_data(api, authority);
    let yaml = Kubeconfig { name: &name, server: &server, authority: &authority, user }.yaml();
    Reply::answer(clause, StatusCode::OK, explanation).with_body("application/yaml", yaml)
}

fn write(reply: Reply, problem: Problem, world: &World) -> Reply {
    let request_id = dialect::request_id(world.seed, world.usage.calls(), &reply.decision);
    dialect::written(reply, problem, &request_id)
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    named_ids(cluster).map(|(name, id)| (name.to_owned(), id.to_owned())).into()
}

fn named_ids(cluster: &Cluster) -> [(&'static str, &str); 1] {
    [("cluster_id", &cluster.id)]
}

/// Whom the cluster takes the bearer of a credential for.
fn user_name(cluster: &Cluster) -> String {
    format!("{}-admin", full_name(cluster))
}

/// What a kubeconfig calls the cluster.
fn full_name(cluster: &Cluster) -> String {
    format!("do-{}-{}", cluster.region, cluster.name)
}

/// One authority for all clusters of a world; its name is that of DigitalOcean's.
fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "k8saas Cluster CA")
}
