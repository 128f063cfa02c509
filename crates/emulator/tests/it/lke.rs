#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kubeproof_emulator::providers::lke::{Cluster, Incident, InsufficientScope, Lke, NotYet, World};
use kubeproof_emulator::{
    Admission, Calls, EPOCH, Edition, Emulation, Happening, Presented, Rejection, Reply, Request, Session, Setting,
    Verdict,
};
use serde_json::{Value, json};

const DEMO: &str = "/v4/lke/clusters/1001/kubeconfig";

fn bare(token: &str) -> Request {
    Request::get(DEMO).with_header("authorization", &format!("Bearer {token}"))
}

fn get(target: &str) -> Request {
    Request::get(target).with_header("authorization", "Bearer example-linode-token")
}

fn ask_at(world: &World, now: Timestamp, request: &Request) -> (Reply, World) {
    Lke::answer(Edition("2026-09"), world, now, request)
}

fn ask(world: &World, request: &Request) -> Reply {
    ask_at(world, EPOCH, request).0
}

fn body(reply: &Reply) -> Value {
    assert_eq!(reply.headers["content-type"], "application/json", "{reply:?}");
    serde_json::from_slice(&reply.body).unwrap()
}

/// The kubeconfig that an answer holds, by another hand than the emulation's.
fn kubeconfig(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    let object = body(reply);
    assert_eq!(object.as_object().unwrap().keys().collect::<Vec<_>>(), ["kubeconfig"]);
    let text = String::from_utf8(STANDARD.decode(object["kubeconfig"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(Lke::document(&reply.body), text.as_bytes());
    text
}

fn token(kubeconfig: &str) -> String {
    kubeconfig.lines().find_map(|line| line.strip_prefix("    token: ")).unwrap().to_owned()
}

fn one(cluster: Cluster) -> World {
    World { clusters: Arc::new(vec![cluster]), ..World::default() }
}

#[test]
fn the_answer_is_laid_out_as_it_was_recorded() {
    let text = kubeconfig(&ask(&World::default(), &get(DEMO)));
    // What differs with every cluster, by what it is.
    let shown: Vec<&str> = text
        .lines()
        .map(|line| line.split_once("data: ").map_or(line, |(name, _)| name))
        .map(|line| line.split_once("token: ").map_or(line, |(name, _)| name))
        .map(|line| line.split_once("server: ").map_or(line, |(name, _)| name))
        .collect();
    assert_eq!(
        shown,
        [
            "apiVersion: v1",
            "kind: Config",
            "preferences: {}",
            "",
            "clusters:",
            "- cluster:",
            "    certificate-authority-",
            "    ",
            "  name: lke1001",
            "",
            "users:",
            "- name: lke1001-admin",
            "  user:",
            "    as-user-extra: {}",
            "    ",
            "",
            "contexts:",
            "- context:",
            "    cluster: lke1001",
            "    namespace: default",
            "    user: lke1001-admin",
            "  name: lke1001-ctx",
            "",
            "current-context: lke1001-ctx",
        ]
    );
    assert!(text.contains(".us-ord-1-gw.linodelke.net:443\n"), "{text}");
    let authority = text.lines().find_map(|line| line.split_once("authority-data: ")).unwrap().1;
    assert_eq!(
        String::from_utf8(STANDARD.decode(authority).unwrap()).unwrap(),
        Lke::certificate_authority(&World::default())
    );
}

#[test]
fn a_region_does_not_break_out_of_the_document() {
    for region in ["", "us ord", "a: b", "a\nusers: []", "\"'", "é"] {
        let text = kubeconfig(&ask(&one(Cluster { region: region.to_owned(), ..Cluster::default() }), &get(DEMO)));
        let read: Value = serde_saphyr::from_str(&text).unwrap();
        let server = read["clusters"][0]["cluster"]["server"].as_str().unwrap();
        assert!(server.ends_with(&format!(".{region}-1-gw.linodelke.net:443")), "{server}");
        assert_eq!(read["users"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn the_token_stays_until_it_is_taken_back() {
    let mut session = Session::new::<Lke>(Setting::default());
    let first = token(&kubeconfig(&session.handle(get(DEMO))));
    let other = token(&kubeconfig(&session.handle(get("/v4/lke/clusters/1002/kubeconfig"))));
    assert_ne!(first, other);
    assert_eq!(token(&kubeconfig(&session.handle(get("/v4beta/lke/clusters/1001/kubeconfig")))), first);
    assert_eq!(session.credentials().len(), 2);
    let cluster = session.caller().cluster;
    let presented = |token: &str| Presented::Token(token.to_owned());
    let admits = |session: &Session, at, token: &str| session.admits(at, &cluster, &presented(token));
    for at in [Timestamp::MIN, EPOCH, EPOCH + SignedDuration::from_hours(24 * 36500)] {
        assert_eq!(admits(&session, at, &first), Admission::Admitted);
    }
    assert_eq!(admits(&session, EPOCH, &other), Admission::Refused(Rejection::AnotherCluster));
    assert_eq!(session.revoke_all(), 2);
    assert_eq!(admits(&session, EPOCH, &first), Admission::Refused(Rejection::Revoked));
    let second = token(&kubeconfig(&session.handle(get(DEMO))));
    assert_ne!(first, second);
    assert_eq!(admits(&session, EPOCH, &second), Admission::Admitted);
    assert_eq!(token(&kubeconfig(&session.handle(get(DEMO)))), second);
}

#[track_caller]
fn check(world: &World, request: &Request, status: u16, clause: &str, reason: &str) -> Reply {
    let reply = ask(world, request);
    let context = format!("{} {}: {:?}", request.method, request.target(), reply.decision);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{context}");
    assert_eq!(reply.decision.verdict, Verdict::Refused, "{context}");
    assert_eq!(body(&reply), json!({"errors": [{"reason": reason}]}), "{context}");
    assert!(!reply.decision.explanation.is_empty());
    reply
}

#[test]
fn what_is_refused_is_refused_in_the_dialect() {
    let world = World::default();
    let forbidden = World { insufficient_scope: InsufficientScope::Forbidden, ..World::default() };
    let scope = "Your OAuth token is not authorized to use this endpoint.";
    check(&world, &Request::get(DEMO), 401, "lke.auth.bearer", "Invalid Token");
    check(&world, &bare("unknown"), 401, "lke.status.401", "Invalid Token");
    check(&world, &bare("example-linode-token-read-only"), 401, "lke.status.401.scope", scope);
    check(&forbidden, &bare("example-linode-token-read-only"), 403, "lke.auth.scope", scope);
    check(&world, &bare("example-linode-token-restricted"), 403, "lke.status.403", "Unauthorized");
    let unknown = check(&world, &get("/v4/lke/clusters/9999/kubeconfig"), 404, "lke.status.404", "Not found");
    assert!(unknown.decision.explanation.contains("`1001`"), "{:?}", unknown.decision);
    for id in ["", "01001", "-1001", "1001.0", "lke1001", "%2e%2e", "1001%2Fx", "%D9%A1", "+1001"] {
        let clause = if id == "01001" { "lke.status.404" } else { "lke.request.cluster-id" };
        check(&world, &get(&format!("/v4/lke/clusters/{id}/kubeconfig")), 404, clause, "Not found");
    }
    for path in [
        "/",
        "/v4/lke/clusters/1001",
        "/v4/lke/clusters/1001/kubeconfig/",
        "/v4//lke/clusters/1001/kubeconfig",
        "/v3/lke/clusters/1001/kubeconfig",
        "/V4/lke/clusters/1001/kubeconfig",
        "/v4/lke/clusters/1001/regenerate",
        "/lke/clusters/1001/kubeconfig",
    ] {
        check(&world, &get(path), 404, "lke.request.other-route", "Not found");
    }
    let with = |method| get(DEMO).with_method(method);
    check(&world, &with(Method::DELETE), 405, "lke.request.delete", "Method Not Allowed");
    for method in [Method::POST, Method::PUT, Method::HEAD, Method::OPTIONS] {
        check(&world, &with(method), 405, "lke.request.method", "Method Not Allowed");
    }
}

#[test]
fn the_scopes_tell_an_unknown_token_from_one_that_lacks_a_right() {
    let header = |token: &str| ask(&World::default(), &bare(token)).headers["x-oauth-scopes"].clone();
    assert_eq!(header("example-linode-token"), "lke:read_write");
    assert_eq!(header("example-linode-token-read-only"), "lke:read_only");
    assert_eq!(header("example-linode-token-restricted"), "lke:read_write");
    assert_eq!(header("unknown"), "unknown");
    let reply = ask(&World::default(), &Request::get("/nowhere"));
    assert_eq!(reply.headers["x-oauth-scopes"], "unknown");
    assert_eq!(reply.headers["x-accepted-oauth-scopes"], "lke:read_write");
    assert_eq!(reply.headers["x-spec-version"], "4.229.1");
}

#[test]
fn a_cluster_has_a_kubeconfig_after_calls_about_it() {
    let reason = "Cluster kubeconfig is not yet available. Please try again later.";
    for (not_yet_as, retry_after) in [(NotYet::Plain, None), (NotYet::RetryAfter, Some("100"))] {
        let mut world = one(Cluster { ready_after_calls: 2, not_yet_as, ..Cluster::default() });
        // The window begins with this one, which is about no cluster.
        world = ask_at(&world, EPOCH, &get("/v4/lke/clusters/9999/kubeconfig")).1;
        let later = EPOCH + SignedDuration::from_secs(20);
        for explained in ["and 1 more call about it comes too early", "and is ready for the next call about it"] {
            // None of these may have the kubeconfig.
            for token in ["unknown", "example-linode-token-read-only", "example-linode-token-restricted"] {
                world = ask_at(&world, later, &bare(token)).1;
            }
            let (reply, next) = ask_at(&world, later, &get(DEMO));
            assert_eq!((reply.status.as_u16(), reply.decision.clause), (503, "lke.status.503.not-yet"));
            assert_eq!(body(&reply), json!({"errors": [{"reason": reason}]}));
            assert!(reply.decision.explanation.contains(explained), "{:?}", reply.decision);
            assert_eq!(reply.headers.get("retry-after").map(|value| value.to_str().unwrap()), retry_after);
            world = next;
        }
        assert!(kubeconfig(&ask_at(&world, later, &get(DEMO)).0).contains("lke1001-ctx"));
    }
}

#[test]
fn each_token_has_a_limit_of_its_own() {
    let tokens = ["example-linode-token", "example-second-linode-token"];
    let mut world = World { access_tokens: Arc::new(tokens.map(str::to_owned).to_vec()), ..World::default() };
    let ask =
        |world: &World, seconds, token: &str| ask_at(world, EPOCH + SignedDuration::from_secs(seconds), &bare(token));
    for left in (0..800).rev() {
        let (reply, next) = ask(&world, 0, tokens[0]);
        assert_eq!(
            (reply.status.as_u16(), reply.headers["x-ratelimit-remaining"].to_str().unwrap()),
            (200, &*left.to_string())
        );
        world = next;
    }
    let (reply, next) = ask(&world, 30, tokens[0]);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (429, "lke.ratelimit.general"));
    assert_eq!(
        (&reply.headers["retry-after"], &reply.headers["x-ratelimit-limit"]),
        (&"90".parse().unwrap(), &"800".parse().unwrap())
    );
    assert_eq!(reply.headers["x-ratelimit-reset"], (EPOCH.as_second() + 120).to_string().as_str());
    // Another token, an unknown one, and the same when the window is over.
    assert_eq!(ask(&next, 30, tokens[1]).0.status, 200);
    assert_eq!(ask(&next, 30, "unknown").0.status, 401);
    assert_eq!(ask(&next, 120, tokens[0]).0.headers["x-ratelimit-remaining"], "799");
}

#[test]
fn incidents_are_in_the_dialect_and_count_as_calls() {
    for (incident, status, clause, reason, header) in [
        (Incident::RateLimited, 429, "lke.status.429", "Too many requests", Some(("retry-after", "1"))),
        (Incident::ServerError, 500, "lke.status.500", "Internal Server Error", None),
        (
            Incident::NotYet,
            503,
            "lke.status.503.not-yet",
            "Cluster kubeconfig is not yet available. Please try again later.",
            None,
        ),
        (
            Incident::Maintenance,
            503,
            "lke.status.503.maintenance",
            "Currently in maintenance mode.",
            Some(("x-maintenance-mode", "Currently in maintenance mode.")),
        ),
        (Incident::RequestTimeout, 408, "lke.status.408", "Please try again", None),
    ] {
        let world = one(Cluster { ready_after_calls: 1, ..Cluster::default() });
        let incidents = vec![kubeproof_emulator::Incident {
            calls: Calls::Numbers(vec![1]),
            happening: Happening::Named(incident),
        }];
        let mut session = Session::new::<Lke>(Setting { world, incidents, ..Setting::default() });
        let reply = session.handle(get(DEMO));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
        assert_eq!(body(&reply), json!({"errors": [{"reason": reason}]}));
        if let Some((name, value)) = header {
            assert_eq!(reply.headers[name], value);
        }
        assert_eq!(reply.headers["x-ratelimit-remaining"], "799");
        // It was a call about the cluster, which has a kubeconfig now.
        assert_eq!(session.handle(get(DEMO)).status, 200);
    }
}

#[test]
fn what_is_encoded_is_redacted_where_it_stands() {
    let mut session = Session::new::<Lke>(Setting::default());
    let reply = session.handle(get(DEMO));
    let (shown, secret) = (String::from_utf8(reply.body.to_vec()).unwrap(), token(&kubeconfig(&reply)));
    let hidden = session.redactor().text(&shown);
    assert!(hidden.contains("<redacted>") && hidden.len() + secret.len() < shown.len() + 10, "{hidden}");
    // What is left decodes to no part of it that is worth anything.
    for half in [hidden.split_once("<redacted>").unwrap().0, hidden.rsplit_once("<redacted>").unwrap().1] {
        let base64: String = half.chars().filter(|c| c.is_ascii_alphanumeric() || "+/".contains(*c)).collect();
        for start in 0..4.min(base64.len()) {
            let whole = start..base64.len() - (base64.len() - start) % 4;
            let decoded = STANDARD.decode(base64.get(whole).unwrap()).unwrap_or_default();
            let text = String::from_utf8_lossy(&decoded).into_owned();
            assert!(!secret.as_bytes().windows(4).any(|window| text.contains(std::str::from_utf8(window).unwrap())));
        }
    }
}

#[test]
fn a_world_file_tells_its_mistakes() {
    let refuse = |source: &str| serde_json::from_str::<World>(source).unwrap_err().to_string();
    assert!(
        refuse(r#"{"clusters": [{"id": 1}, {"id": 1}]}"#).contains("two clusters have the id 1: give each its own")
    );
    assert!(refuse(r#"{"clusters": [{"id": "one"}]}"#).contains("invalid type"));
    assert!(refuse(r#"{"clusters": [{"id": -1}]}"#).contains("invalid value"));
    assert!(refuse(r#"{"access_tokens": ["a b"]}"#).contains("visible ASCII"));
    assert!(refuse(r#"{"api_tokens": []}"#).contains("unknown field"));
}
