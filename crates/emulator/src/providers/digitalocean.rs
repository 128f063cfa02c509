//! DigitalOcean: `GET /v2/kubernetes/clusters/{cluster_id}/kubeconfig`.
//!
//! The edition is the last before single sign-on brought the parameter `type`, which is ignored.
//!
//! The hourly limit is counted for each API token of the world; the burst limit is reached only by an incident.

mod dialect;
mod expiry;
mod kubeconfig;
mod usage;
mod world;

pub use crate::Ledger;
pub use usage::Usage;
pub use world::{Auth, Cluster, Incident, World};

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use self::dialect::{Problem, Refusal};
use self::expiry::{SEVEN_DAYS, expiry};
use self::kubeconfig::{Kubeconfig, User};
use self::usage::after;
use super::asking::{id, named};
use super::bearer::bearer;
use crate::hex::hex;
use crate::ledger::Issued;
use crate::pki::{self, Authority};
use crate::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Reply, Request, decoded};

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

impl Emulation for DigitalOcean {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "digitalocean";
    const EDITIONS: &'static [Edition] = &[Edition("2026-04")];
    const PATHS: &'static [&'static str] = &["/v2/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["kubeconfig"];

    fn answer(_: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let mut next = world.clone();
        next.usage.number();
        let reply = respond(&mut next, now, request).unwrap_or_else(|refusal| {
            let Refusal { problem, clause, explanation } = refusal;
            write(Reply::refuse(clause, problem.status(), explanation), problem, &next)
        });
        let quota = next.usage.quota(now, known_token(world, request));
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
            next.usage.count(now, token);
        }
        let mut quota = next.usage.quota(now, token);
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
        Request::of(
            ["v2", "kubernetes", "clusters", id(cluster, "cluster_id"), "kubeconfig"],
            named(options, ["expiry_seconds"]),
        )
    }

    fn admits(world: &World, at: Timestamp, cluster: &BTreeMap<String, String>, presented: &Presented) -> Admission {
        world.ledger.admits(at, cluster, presented)
    }

    fn certificate_authority(world: &World) -> String {
        authority(world).map(|authority| authority.certificate_pem().to_owned()).unwrap_or_default()
    }

    fn secrets(world: &World) -> Vec<String> {
        world.api_tokens.iter().chain(&world.forbidden_api_tokens).cloned().chain(world.ledger.secrets()).collect()
    }
}

/// Answers a request. It counts when its token is one of the world's, and the world changes beyond that only when a
/// credential is issued.
fn respond(world: &mut World, now: Timestamp, request: &Request) -> Result<Reply, Refusal> {
    let cluster_id = route(request)?;
    let token = authenticate(world, request)?.to_owned();
    world.usage.count(now, &token);
    let quota = world.usage.quota(now, Some(&token));
    if quota.exceeded {
        return Err(Problem::HourlyLimit.by(
            "digitalocean.status.429.hourly",
            format!("wait until {}; {} requests an hour are the limit of a token", quota.reset, quota.limit),
        ));
    }
    authorize(world, &token)?;
    let Some(cluster) = world.clusters.iter().find(|cluster| cluster.id == cluster_id).cloned() else {
        return Err(Problem::NotFound
            .by("digitalocean.status.404", format!("send a `cluster_id` that this world has: {}", known_ids(world))));
    };
    match cluster.auth {
        Auth::Token => token_kubeconfig(world, &cluster, now, expiry(request, now)?),
        Auth::ClientCertificate => certificate_kubeconfig(world, &cluster, now),
    }
    .or_else(|broken| Ok(Reply::harness_error(format!("the cluster's certificates cannot be made: {broken}"))))
}

/// The id of the cluster that the request is about.
fn route(request: &Request) -> Result<String, Refusal> {
    let elsewhere = |explanation| Err(Problem::NotFound.by("digitalocean.request.other-route", explanation));
    let segments: Option<Vec<String>> = request.segments().into_iter().map(decoded).collect();
    match segments.as_deref() {
        Some([version, kubernetes, clusters, id, kubeconfig])
            if version == "v2"
                && kubernetes == "kubernetes"
                && clusters == "clusters"
                && kubeconfig == "kubeconfig" =>
        {
            if id.is_empty() {
                elsewhere("give a `cluster_id`; it was empty, and the path names no cluster")
            } else if request.method != Method::GET {
                elsewhere("use GET: the path exists, but not with this method")
            } else {
                Ok(id.clone())
            }
        }
        _ => elsewhere("ask for `/v2/kubernetes/clusters/{cluster_id}/kubeconfig`: nothing else is emulated"),
    }
}

/// The API token of the request, when it is one of the world's, whatever its rights.
fn authenticate<'a>(world: &World, request: &'a Request) -> Result<&'a str, Refusal> {
    let token = bearer(request).map_err(|remedy| Problem::Unauthorized.by("digitalocean.auth.bearer", remedy))?;
    if world.api_tokens.iter().chain(&world.forbidden_api_tokens).any(|known| known == token) {
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
    world.ledger.enter(Issued {
        cluster: ids(cluster),
        credential: Presented::Token(token.clone()),
        secrets: vec![token.clone()],
        valid: now..expires,
    });
    let explanation = format!("issued a new token at {now} that is valid until {expires}");
    Ok(kubeconfig("digitalocean.reply.token", explanation, cluster, &authority, User::Token(&token)))
}

fn certificate_kubeconfig(world: &mut World, cluster: &Cluster, now: Timestamp) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    let expires = after(now, SEVEN_DAYS);
    let user = format!("{}-admin", full_name(cluster));
    let identity = authority.issue_client(&user, world.ledger.count(), now, expires)?;
    let (certificate, key) = (STANDARD.encode(&identity.certificate_pem), STANDARD.encode(&identity.key_pem));
    world.ledger.enter(Issued {
        cluster: ids(cluster),
        credential: Presented::ClientCertificate(identity.certificate_der),
        secrets: pki::secrets_of(&identity.key_pem).collect(),
        valid: now..expires,
    });
    let explanation =
        format!("issued a client certificate that is valid until {expires}; `expiry_seconds` has no part in it");
    let user = User::Certificate { certificate: &certificate, key: &key };
    Ok(kubeconfig("digitalocean.reply.certificate", explanation, cluster, &authority, user))
}

fn kubeconfig(
    clause: &'static str,
    explanation: String,
    cluster: &Cluster,
    authority: &Authority,
    user: User<'_>,
) -> Reply {
    let name = full_name(cluster);
    let server = format!("https://{}.k8s.ondigitalocean.com", cluster.id);
    let yaml = Kubeconfig { name: &name, server: &server, authority: authority.certificate_pem(), user }.yaml();
    Reply::answer(clause, StatusCode::OK, explanation).with_body("application/yaml", yaml)
}

fn write(reply: Reply, problem: Problem, world: &World) -> Reply {
    let request_id = dialect::request_id(world.seed, world.usage.calls(), &reply.decision);
    dialect::written(reply, problem, &request_id)
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    BTreeMap::from([("cluster_id".to_owned(), cluster.id.clone())])
}

/// What a kubeconfig calls the cluster.
fn full_name(cluster: &Cluster) -> String {
    format!("do-{}-{}", cluster.region, cluster.name)
}

/// One authority for all clusters of a world; its name is that of DigitalOcean's.
fn authority(world: &World) -> Result<Authority, rcgen::Error> {
    Authority::new(world.seed, "k8saas Cluster CA")
}

fn known_ids(world: &World) -> String {
    let ids: Vec<String> = world.clusters.iter().map(|cluster| format!("`{}`", cluster.id)).collect();
    if ids.is_empty() { "it has no cluster".to_owned() } else { ids.join(", ") }
}
