//! Linode Kubernetes Engine: `GET /v4/lke/clusters/{clusterId}/kubeconfig`.
//!
//! A kubeconfig holds the token of a service account, which stays the same until it is taken back: a call issues nothing, and
//! the answers about a cluster are all the same. When the token is revoked ([`Session::revoke`](crate::Session::revoke)),
//! the next answer holds another.
//!
//! The limit is counted for each token of the world, in windows of two minutes that begin with its first request.

mod dialect;
mod kubeconfig;
mod route;
mod world;

pub use super::usage::Usage;
pub use crate::Ledger;
pub use world::{Cluster, Incident, InsufficientScope, NotYet, World};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::dialect::{Problem, Refusal, Scopes};
use self::kubeconfig::Kubeconfig;
use self::route::route;
use super::asking::{id, known};
use super::bearer::bearer;
use super::provisioning::{Readiness, count_call, until_ready};
use super::usage::Limit;
use crate::hex::{hex, uuid};
use crate::kubernetes::{ApiServer, authority_data};
use crate::ledger::Issued;
use crate::pki::Authority;
use crate::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Rejection, Reply, Request};

/// The emulation.
///
/// ```
/// use kubeproof_emulator::providers::lke::Lke;
/// use kubeproof_emulator::{Request, Session};
///
/// let mut session = Session::new::<Lke>(Default::default());
/// let request =
///     Request::get("/v4/lke/clusters/1001/kubeconfig").with_header("authorization", "Bearer example-linode-token");
/// let reply = session.handle(request);
/// assert_eq!(reply.status, 200);
/// assert!(reply.body.starts_with(br#"{"kubeconfig":"YXBpVmVyc2lvbjog"#));
/// assert!(session.document(&reply.body).starts_with(b"apiVersion: v1\nkind: Config\n"));
/// ```
pub struct Lke;

/// What a token may ask for in general, as the document says: `lke.ratelimit.general`.
const LIMIT: Limit = Limit { requests: 800, window: SignedDuration::from_mins(2) };

/// Reads base64 as leniently as any client does: with line breaks taken out, padded or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Emulation for Lke {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "lke";
    const EDITIONS: &'static [Edition] = &[Edition("2026-09")];
    const PATHS: &'static [&'static str] = &["/v4/lke/", "/v4beta/lke/"];
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = world::KEYS;
    const OPERATIONS: &'static [&'static str] = &["kubeconfig"];

    fn answer(_: Edition, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let mut next = world.clone();
        let reply = respond(&mut next, now, request).unwrap_or_else(Refusal::reply);
        (dressed(reply, &next, now, request), next)
    }

    fn document(body: &[u8]) -> Cow<'_, [u8]> {
        carried(body).map_or(Cow::Borrowed(body), Cow::Owned)
    }

    fn incident(_: Edition, incident: &Incident, world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
        let (problem, clause) = match incident {
            Incident::RateLimited => (Problem::RateLimited { seconds: SOON }, "lke.status.429"),
            Incident::ServerError => (Problem::ServerError, "lke.status.500"),
            Incident::NotYet => (Problem::NotYet { seconds: None }, "lke.status.503.not-yet"),
            Incident::Maintenance => (Problem::Maintenance, "lke.status.503.maintenance"),
            Incident::RequestTimeout => (Problem::RequestTimeout, "lke.status.408"),
        };
        let mut next = world.clone();
        if let Ok(token) = authenticate(world, request) {
            next.usage.count(LIMIT, now, token);
        }
        if let Ok(place) = admit(world, request) {
            count_call_about(&mut next, place);
        }
        let reply = Reply::incident(clause, problem.status(), "the world orders this answer for this call");
        (dressed(problem.written(reply), &next, now, request), next)
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.access_tokens.iter().cloned().map(CallerCredentials::Bearer).collect(),
            cluster: world.clusters.first().map(ids).unwrap_or_default(),
        }
    }

    fn request(_: Edition, cluster: &BTreeMap<String, String>, _: &BTreeMap<String, String>) -> Request {
        Request::of(["v4", "lke", "clusters", id(cluster, "cluster_id"), "kubeconfig"], [])
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
        let tokens = [&world.access_tokens, &world.read_only_access_tokens, &world.restricted_access_tokens];
        tokens.into_iter().flat_map(|tokens| tokens.iter().cloned()).chain(world.ledger.secrets()).collect()
    }
}

/// The seconds in the `Retry-After` of a limit that is ordered: few, so that a client that keeps to it is soon done.
const SOON: i64 = 1;

/// Answers a request. It counts when its token is one of the world's; beyond that the world changes when a kubeconfig is first
/// handed out, or when the request is about a cluster that has none yet.
fn respond(world: &mut World, now: Timestamp, request: &Request) -> Result<Reply, Refusal> {
    if let Ok(token) = authenticate(world, request) {
        world.usage.count(LIMIT, now, token);
        let quota = world.usage.quota(LIMIT, now, Some(token));
        if quota.exceeded {
            let seconds = until(quota.reset, now);
            let explanation =
                format!("wait until {}; {} requests in two minutes are the limit", quota.reset, quota.limit);
            return Err(Problem::RateLimited { seconds }.by("lke.ratelimit.general", explanation));
        }
    }
    let place = admit(world, request)?;
    let readiness = count_call_about(world, place);
    let clusters = Arc::clone(&world.clusters);
    let Some(cluster) = clusters.get(place) else {
        return Ok(Reply::harness_error("the cluster that was found is gone"));
    };
    if let Readiness::NotReady { calls_left } = readiness {
        let seconds = match cluster.not_yet_as {
            NotYet::Plain => None,
            NotYet::RetryAfter => {
                let token = authenticate(world, request).ok();
                Some(until(world.usage.quota(LIMIT, now, token).reset, now))
            }
        };
        let until = until_ready(calls_left);
        let explanation = format!("ask again: the cluster has no kubeconfig yet, {until}");
        return Err(Problem::NotYet { seconds }.by("lke.status.503.not-yet", explanation));
    }
    kubeconfig(world, now, cluster)
        .or_else(|broken| Ok(Reply::harness_error(format!("the cluster's certificate cannot be made: {broken}"))))
}

/// The place of the cluster that a request is about which may have its kubeconfig. The order is that of a gateway before a
/// service: the route, then the caller, then what is asked for.
fn admit(world: &World, request: &Request) -> Result<usize, Refusal> {
    let cluster_id = route(request)?;
    let token = authenticate(world, request)?;
    authorize(world, token)?;
    world.clusters.iter().position(|cluster| cluster.id.to_string() == cluster_id).ok_or_else(|| {
        let known = known(world.clusters.iter().map(|cluster| cluster.id));
        let remedy = format!("send the id of a cluster that this world has: {known}");
        Problem::NotFound.by("lke.status.404", remedy)
    })
}

/// The token that a request is sent with, when the world knows it.
fn authenticate<'a>(world: &World, request: &'a Request) -> Result<&'a str, Refusal> {
    let token = bearer(request).map_err(|remedy| Problem::InvalidToken.by("lke.auth.bearer", remedy))?;
    match scopes(world, token) {
        Scopes::Unknown => Err(Problem::InvalidToken
            .by("lke.status.401", "use a token of `access_tokens`; this world does not know the one sent")),
        Scopes::ReadWrite | Scopes::ReadOnly => Ok(token),
    }
}

fn authorize(world: &World, token: &str) -> Result<(), Refusal> {
    if world.read_only_access_tokens.iter().any(|known| known == token) {
        let remedy =
            "use a token with the scope `lke:read_write`, which a kubeconfig needs; this one has `lke:read_only`";
        return Err(match world.insufficient_scope {
            InsufficientScope::Unauthorized => Problem::OtherScope.by("lke.status.401.scope", remedy),
            InsufficientScope::Forbidden => Problem::OtherScopeForbidden.by("lke.auth.scope", remedy),
        });
    }
    if world.restricted_access_tokens.iter().any(|known| known == token) {
        return Err(Problem::Forbidden
            .by("lke.status.403", "use a token of `access_tokens`; the user of this one may not see the cluster"));
    }
    Ok(())
}

/// What a token may do.
fn scopes(world: &World, token: &str) -> Scopes {
    let holds = |tokens: &[String]| tokens.iter().any(|known| known == token);
    if holds(&world.access_tokens) || holds(&world.restricted_access_tokens) {
        Scopes::ReadWrite
    } else if holds(&world.read_only_access_tokens) {
        Scopes::ReadOnly
    } else {
        Scopes::Unknown
    }
}

/// The header fields that every answer carries.
fn dressed(reply: Reply, world: &World, now: Timestamp, request: &Request) -> Reply {
    let token = authenticate(world, request).ok();
    let scopes = token.map_or(Scopes::Unknown, |token| scopes(world, token));
    dialect::dressed(reply, scopes, world.usage.quota(LIMIT, now, token))
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

fn kubeconfig(world: &mut World, now: Timestamp, cluster: &Cluster) -> Result<Reply, rcgen::Error> {
    let authority = authority(world)?;
    let token = standing_token(world, now, cluster);
    let host = uuid(&Sha256::digest(format!("lke/server/{}/{}", world.seed, cluster.id)));
    let server = match &world.api {
        Some(api) => api.server(&ids(cluster)),
        None => format!("https://{host}.{}-1-gw.linodelke.net:443", cluster.region),
    };
    let authority = authority_data(world.api.as_ref(), &authority);
    let yaml = Kubeconfig { name: &name(cluster), server: &server, authority: &authority, token: &token }.yaml();
    let explanation = "the kubeconfig of the cluster, whose token stays the same until it is taken back";
    let body = json!({"kubeconfig": STANDARD.encode(yaml)});
    Ok(Reply::answer("lke.reply.kubeconfig", StatusCode::OK, explanation).with_json(&body))
}

/// The token of the cluster that is not taken back. Whoever takes one back makes the next answer hold another.
fn standing_token(world: &mut World, now: Timestamp, cluster: &Cluster) -> String {
    let ids = ids(cluster);
    let mut generation = 0_u64;
    // It ends: what was taken back was handed out before.
    loop {
        let token = hex(&Sha256::digest(format!("lke/token/{}/{}/{generation}", world.seed, cluster.id)));
        match world.ledger.admits(now, &ids, &Presented::Token(token.clone())) {
            Admission::Refused(Rejection::Unknown) => {
                world.ledger.enter(Issued {
                    cluster: Arc::new(ids),
                    user: format!("{}-admin", name(cluster)),
                    credential: Presented::Token(token.clone()),
                    secrets: encoded(&token).into(),
                    valid: Timestamp::MIN..Timestamp::MAX,
                });
                return token;
            }
            Admission::Refused(_) => generation += 1,
            Admission::Admitted => return token,
        }
    }
}

/// A text as it stands within base64, wherever it begins there: a kubeconfig is encoded with the token in it.
fn encoded(text: &str) -> [String; 3] {
    [0, 1, 2].map(|before: usize| {
        let base64 = STANDARD.encode([vec![0; before], text.as_bytes().to_vec()].concat());
        // Characters that hold bits of what is before or after are left out.
        let whole = (before * 8).div_ceil(6)..(before + text.len()) * 8 / 6;
        base64.get(whole).unwrap_or_default().to_owned()
    })
}

/// The document that is encoded in the field `kubeconfig` of an object.
fn carried(body: &[u8]) -> Option<Vec<u8>> {
    let object: Value = serde_json::from_slice(body).ok()?;
    let text: String = object.get("kubeconfig")?.as_str()?.split_ascii_whitespace().collect();
    LENIENT.decode(text).ok()
}

/// Whole seconds until `then`, rounded up.
fn until(then: Timestamp, now: Timestamp) -> i64 {
    let left = then.duration_since(now);
    left.as_secs().saturating_add(i64::from(left.subsec_nanos() > 0)).max(0)
}

/// What a kubeconfig calls the cluster.
fn name(cluster: &Cluster) -> String {
    format!("lke{}", cluster.id)
}

/// What a caller names the cluster by.
fn ids(cluster: &Cluster) -> BTreeMap<String, String> {
    [("cluster_id".to_owned(), cluster.id.to_string())].into()
}

/// One authority for all clusters of a world, called as kubeadm calls each of them.
fn authority(world: &World) -> Result<Arc<Authority>, rcgen::Error> {
    Authority::shared(world.seed, "kubernetes")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who waits for as long asks again when the window is over, and not within its last second.
    #[test]
    fn whole_seconds_are_rounded_up() {
        for (millis, seconds) in
            [(120_000, 120), (119_001, 120), (1_500, 2), (1_000, 1), (1, 1), (0, 0), (-1, 0), (-2_000, 0)]
        {
            let then = crate::EPOCH.checked_add(jiff::SignedDuration::from_millis(millis)).unwrap();
            assert_eq!(until(then, crate::EPOCH), seconds, "{millis} ms");
        }
    }

    #[test]
    fn a_secret_is_known_wherever_it_begins_within_base64() {
        let secret = "planted-secret-token";
        for before in ["", "a", "ab", "abc", "token: "] {
            for after in ["", "x", "xy", "xyz\n"] {
                let whole = STANDARD.encode(format!("{before}{secret}{after}"));
                assert!(encoded(secret).iter().any(|part| whole.contains(part)), "{before:?} {after:?}: {whole}");
            }
        }
        assert!(encoded(secret).iter().all(|part| part.len() >= secret.len()));
    }

    #[test]
    fn what_carries_nothing_is_taken_for_the_document() {
        let encoded = |text: &str| format!(r#"{{"kubeconfig": "{text}"}}"#);
        for (body, expected) in [
            (encoded("a2luZDogQ29uZmln"), "kind: Config"),
            (encoded("a2luZDogQ29u\\nZmln\\n"), "kind: Config"),
            (encoded("a2luZDogQ29uZmlnCg"), "kind: Config\n"),
            (encoded("%"), "{\"kubeconfig\": \"%\"}"),
            ("kind: Config".to_owned(), "kind: Config"),
            ("{\"kubeconfig\": 7}".to_owned(), "{\"kubeconfig\": 7}"),
            ("[".repeat(100_000), &"[".repeat(100_000)),
        ] {
            assert_eq!(String::from_utf8_lossy(&Lke::document(body.as_bytes())), expected);
        }
    }
}
