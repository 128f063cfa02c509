#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use kubeproof_emulator::providers::digitalocean::{
    Auth, Cluster, DigitalOcean, Incident, NotReadyAs, UnusableType, World,
};
use kubeproof_emulator::{
    Admission, Calls, EPOCH, Edition, Emulation, Happening, Presented, Rejection, Reply, Request, Session, Setting,
    Verdict,
};
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::clauses;

const TOKEN_CLUSTER: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig";
const SSO_CLUSTER: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000003/kubeconfig";
const CERTIFICATE_CLUSTER: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000002/kubeconfig";
const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn session() -> Session {
    Session::new::<DigitalOcean>(Setting::default())
}

/// The edition with single sign-on.
fn newer(world: World) -> Session {
    Session::new::<DigitalOcean>(Setting { edition: Edition("2026-05"), world, ..Setting::default() })
}

fn get(target: &str) -> Request {
    Request::get(target).with_header("authorization", "Bearer example-do-api-token")
}

/// The id in a path.
fn cluster_of(target: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("cluster_id".to_owned(), target.split('/').nth(4).unwrap().to_owned())])
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn yaml(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{reply:?}");
    serde_saphyr::from_str(std::str::from_utf8(&reply.body).unwrap()).unwrap()
}

/// What the kubeconfig of a reply authenticates with.
fn credential(reply: &Reply) -> Presented {
    let kubeconfig = yaml(reply);
    let user = &kubeconfig["users"][0]["user"];
    match user["token"].as_str() {
        Some(token) => Presented::Token(token.to_owned()),
        None => Presented::ClientCertificate(der(user["client-certificate-data"].as_str().unwrap())),
    }
}

/// The certificate inside base64 of PEM.
fn der(data: &str) -> Vec<u8> {
    let pem = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
    let inside: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(inside).unwrap()
}

fn snapshot(name: &str, reply: &Reply) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/emulator"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![
            ("(-data): [A-Za-z0-9+/]+=*", "$1: <base64>"),
            ("token: [0-9a-f]{64}", "token: <64 hexadecimal digits>"),
        ],
    }, {
        insta::assert_snapshot!(name, std::str::from_utf8(&reply.body).unwrap());
    });
}

#[test]
fn a_kubeconfig_is_laid_out_as_the_provider_does() {
    let mut session = session();
    snapshot("digitalocean-token", &session.handle(get(TOKEN_CLUSTER)));
    snapshot("digitalocean-certificate", &session.handle(get(CERTIFICATE_CLUSTER)));
    snapshot("digitalocean-sso", &newer(World::default()).handle(get(SSO_CLUSTER)));
}

#[test]
fn a_kubeconfig_reads_as_what_it_was_written_from() {
    let mut session = session();
    let reply = session.handle(get(TOKEN_CLUSTER));
    assert_eq!(header(&reply, "content-type"), "application/yaml");
    let kubeconfig = yaml(&reply);
    let keys: Vec<&String> = kubeconfig.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["apiVersion", "clusters", "contexts", "current-context", "kind", "preferences", "users"]);
    assert_eq!(kubeconfig["current-context"], "do-nyc1-demo");
    assert_eq!(kubeconfig["contexts"][0]["name"], "do-nyc1-demo");
    assert_eq!(kubeconfig["contexts"][0]["context"]["cluster"], "do-nyc1-demo");
    assert_eq!(kubeconfig["contexts"][0]["context"]["user"], "do-nyc1-demo-admin");
    assert_eq!(kubeconfig["users"][0]["name"], "do-nyc1-demo-admin");
    let cluster = &kubeconfig["clusters"][0]["cluster"];
    assert_eq!(cluster["server"], "https://0c0ffee0-0000-4000-8000-000000000001.k8s.ondigitalocean.com");
    let authority = STANDARD.decode(cluster["certificate-authority-data"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(authority).unwrap(), session.certificate_authority());
    let Presented::Token(token) = credential(&reply) else { panic!("no token") };
    assert_eq!(token.len(), 64);
    assert!(token.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)));
}

#[track_caller]
fn check_names(region: &str, name: &str) {
    let cluster = Cluster { region: region.to_owned(), name: name.to_owned(), ..Cluster::default() };
    let world = World { clusters: vec![cluster].into(), ..World::default() };
    let (reply, _) = DigitalOcean::answer(Edition("2026-04"), &world, EPOCH, &get(TOKEN_CLUSTER));
    let kubeconfig = yaml(&reply);
    assert_eq!(kubeconfig["current-context"], format!("do-{region}-{name}"));
    assert_eq!(kubeconfig["users"][0]["name"], format!("do-{region}-{name}-admin"));
}

#[test]
fn names_that_yaml_would_misread_survive() {
    for (region, name) in [("nyc1", "a: b"), ("nyc1", "a\nusers: []"), ("", "\"'#"), ("é", "\u{2028}"), ("nyc1", "x ")]
    {
        check_names(region, name);
    }
}

#[test]
fn any_name_survives() {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&(any::<String>(), any::<String>()), |(region, name)| {
        check_names(&region, &name);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

#[test]
fn the_accept_header_has_no_say() {
    for accept in ["application/json", "application/yaml", "text/html", "nonsense"] {
        let reply = session().handle(get(TOKEN_CLUSTER).with_header("accept", accept));
        assert_eq!((reply.status.as_u16(), header(&reply, "content-type")), (200, "application/yaml"), "{accept}");
    }
}

/// Asks with a query, and checks that the credential is good for exactly `lifetime`.
#[track_caller]
fn check_lifetime(target: &str, lifetime: SignedDuration) {
    let mut session = session();
    session.advance(DAY);
    let credential = credential(&session.handle(get(target)));
    let issued = EPOCH + DAY;
    let expires = issued.checked_add(lifetime).unwrap_or(Timestamp::MAX);
    assert_eq!(session.admits(issued, &cluster_of(target), &credential), Admission::Admitted, "{target}");
    assert_eq!(session.admits(expires - SECOND, &cluster_of(target), &credential), Admission::Admitted, "{target}");
    assert_eq!(
        session.admits(expires, &cluster_of(target), &credential),
        Admission::Refused(Rejection::Expired),
        "{target}"
    );
}

#[test]
fn a_token_is_valid_as_long_as_asked_for() {
    for (query, lifetime) in [
        ("", DAY * 7),
        ("?", DAY * 7),
        ("?expiry_seconds=0", DAY * 7),
        ("?expiry_seconds=00", DAY * 7),
        ("?type=token", DAY * 7),
        ("?Expiry_Seconds=300", DAY * 7),
        ("?expiry_seconds=1", SECOND),
        ("?expiry_seconds=300", SignedDuration::from_secs(300)),
        ("?expiry_seconds=300&type=token", SignedDuration::from_secs(300)),
        ("?expiry%5Fseconds=%33%30%30", SignedDuration::from_secs(300)),
        ("?expiry_seconds=604801", DAY * 7 + SECOND),
        ("?expiry_seconds=9223372036854775807", SignedDuration::MAX),
    ] {
        check_lifetime(&format!("{TOKEN_CLUSTER}{query}"), lifetime);
    }
}

#[test]
fn a_certificate_is_valid_for_seven_days_whatever_is_asked_for() {
    for query in ["", "?expiry_seconds=0", "?expiry_seconds=300", "?expiry_seconds=-1", "?expiry_seconds=soon"] {
        check_lifetime(&format!("{CERTIFICATE_CLUSTER}{query}"), DAY * 7);
    }
}

#[test]
fn nothing_is_admitted_that_was_not_issued() {
    let mut session = session();
    let unknown = Admission::Refused(Rejection::Unknown);
    for target in [TOKEN_CLUSTER, CERTIFICATE_CLUSTER] {
        let credential = credential(&session.handle(get(target)));
        let forged = match credential {
            Presented::Token(token) => Presented::Token(token.to_uppercase()),
            Presented::ClientCertificate(mut der) => {
                *der.last_mut().unwrap() ^= 1;
                Presented::ClientCertificate(der)
            }
        };
        assert_eq!(session.admits(EPOCH, &cluster_of(target), &forged), unknown);
    }
    // A token of the provider's API is none of the cluster's.
    assert_eq!(
        session.admits(EPOCH, &cluster_of(TOKEN_CLUSTER), &Presented::Token("example-do-api-token".to_owned())),
        unknown
    );
    assert_eq!(session.admits(EPOCH, &cluster_of(TOKEN_CLUSTER), &Presented::Token(String::new())), unknown);
    // Another world's seed gives other tokens.
    let world = World { seed: 2, ..World::default() };
    let (reply, _) = DigitalOcean::answer(Edition("2026-04"), &world, EPOCH, &get(TOKEN_CLUSTER));
    assert_eq!(session.admits(EPOCH, &cluster_of(TOKEN_CLUSTER), &credential(&reply)), unknown);
}

#[test]
fn every_call_makes_another_credential_and_the_earlier_ones_stay_good() {
    for target in [TOKEN_CLUSTER, CERTIFICATE_CLUSTER] {
        let mut session = session();
        let first = credential(&session.handle(get(target)));
        let second = credential(&session.handle(get(target)));
        assert!(first != second, "{target}");
        assert_eq!(session.admits(EPOCH, &cluster_of(target), &first), Admission::Admitted);
        assert_eq!(session.admits(EPOCH, &cluster_of(target), &second), Admission::Admitted);
        // Of its own cluster only.
        let elsewhere = if target == TOKEN_CLUSTER { CERTIFICATE_CLUSTER } else { TOKEN_CLUSTER };
        let refused = Admission::Refused(Rejection::AnotherCluster);
        assert_eq!(session.admits(EPOCH, &cluster_of(elsewhere), &first), refused);
    }
}

#[test]
fn the_same_world_and_request_give_the_same_bytes() {
    let world = World::default();
    for request in [get(TOKEN_CLUSTER), get(CERTIFICATE_CLUSTER), Request::get(TOKEN_CLUSTER), get("/v2/kubernetes")] {
        let [(one, _), (other, _)] = [0, 1].map(|_| DigitalOcean::answer(Edition("2026-04"), &world, EPOCH, &request));
        assert_eq!(one.body, other.body);
        assert_eq!(one.headers, other.headers);
        assert_eq!((one.status, one.decision), (other.status, other.decision));
    }
}

#[test]
fn a_refused_call_issues_nothing() {
    let undisturbed = credential(&session().handle(get(TOKEN_CLUSTER)));
    for request in [
        Request::get(TOKEN_CLUSTER),
        get(TOKEN_CLUSTER).with_method(Method::POST),
        get("/v2/kubernetes/clusters/unknown/kubeconfig"),
        get(&format!("{TOKEN_CLUSTER}?expiry_seconds=-1")),
    ] {
        let mut session = session();
        assert!(session.handle(request).is_refusal());
        assert!(session.redactor().finds_secret("example-do-api-token"));
        assert!(credential(&session.handle(get(TOKEN_CLUSTER))) == undisturbed);
    }
}

/// Asks, and checks status, error object and clause of the refusal.
#[track_caller]
fn check_refused(request: &Request, status: u16, id: &str, clause: &str) {
    let reply = session().handle(request.clone());
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{request:?}: {reply:?}");
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert!(clauses::ids("digitalocean").contains(clause), "{clause} is not in the clause file");
    assert!(!reply.decision.explanation.is_empty());
    check_error_object(&reply, id);
}

#[track_caller]
fn check_error_object(reply: &Reply, id: &str) {
    assert_eq!(header(reply, "content-type"), "application/json");
    let error: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(error["id"], id);
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    let request_id = error["request_id"].as_str().unwrap();
    assert_eq!(request_id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    for name in ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] {
        assert!(header(reply, name).parse::<u64>().is_ok(), "{name}");
    }
}

/// The texts of the examples in DigitalOcean's openapi.
#[test]
fn a_refusal_is_said_in_the_words_of_the_provider() {
    for (request, message) in [
        (Request::get(TOKEN_CLUSTER), "Unable to authenticate you."),
        (get("/v2/kubernetes/clusters/unknown/kubeconfig"), "The resource you requested could not be found."),
    ] {
        let reply = session().handle(request);
        let error: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(error["message"], message);
    }
}

#[test]
fn a_refusal_names_its_clause() {
    let with = |authorization: &str| Request::get(TOKEN_CLUSTER).with_header("authorization", authorization);
    for (request, clause) in [
        (Request::get(TOKEN_CLUSTER), "digitalocean.auth.bearer"),
        (Request::get("/v2/kubernetes/clusters/unknown/kubeconfig"), "digitalocean.auth.bearer"),
        (with("Bearer"), "digitalocean.auth.bearer"),
        (with("Basic ZXhhbXBsZQ=="), "digitalocean.auth.bearer"),
        (with("example-do-api-token"), "digitalocean.auth.bearer"),
        (get(TOKEN_CLUSTER).with_header("authorization", "Bearer second"), "digitalocean.auth.bearer"),
        (Request::get(TOKEN_CLUSTER).with_header("x-auth-token", "example-do-api-token"), "digitalocean.auth.bearer"),
        (with("Bearer unknown"), "digitalocean.status.401"),
        (with("Bearer EXAMPLE-DO-API-TOKEN"), "digitalocean.status.401"),
        (with("Bearer example-do-api-token x"), "digitalocean.status.401"),
    ] {
        check_refused(&request, 401, "unauthorized", clause);
    }
    let forbidden = with("Bearer example-do-api-token-without-rights");
    check_refused(&forbidden, 403, "forbidden", "digitalocean.auth.access-scope");
    for id in ["unknown", "0C0FFEE0-0000-4000-8000-000000000001", "a%20b", "a%2Fb", "..", "0c0ffee0"] {
        let request = get(&format!("/v2/kubernetes/clusters/{id}/kubeconfig"));
        check_refused(&request, 404, "not_found", "digitalocean.status.404");
    }
    for target in [
        "/",
        "",
        "*",
        "/v2/kubernetes/clusters",
        "/v2/kubernetes/clusters//kubeconfig",
        "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001",
        "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/credentials",
        "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig/",
        "//v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
        "/V2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
        "/v1/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
        "/v2/kubernetes/clusters/%FF/kubeconfig",
    ] {
        check_refused(&get(target), 404, "not_found", "digitalocean.request.other-route");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let request = get(TOKEN_CLUSTER).with_method(method);
        check_refused(&request, 404, "not_found", "digitalocean.request.other-route");
    }
    for value in ["-1", "-0", "", "soon", "1.5", "1e3", "0x10", "+5", "%2B5", "5%20", "9223372036854775808", "٣"] {
        let request = get(&format!("{TOKEN_CLUSTER}?expiry_seconds={value}"));
        check_refused(&request, 422, "unprocessable_entity", "digitalocean.expiry.rejected");
    }
    let twice = get(&format!("{TOKEN_CLUSTER}?expiry_seconds=300&expiry_seconds=300"));
    check_refused(&twice, 422, "unprocessable_entity", "digitalocean.expiry.once");
}

#[test]
fn the_scheme_has_no_case() {
    for scheme in ["bearer", "BEARER", "bEaReR", "Bearer   "] {
        let request =
            Request::get(TOKEN_CLUSTER).with_header("authorization", &format!("{scheme} example-do-api-token"));
        assert_eq!(session().handle(request).status, 200, "{scheme}");
    }
}

/// Asks in the newer edition; what comes authenticates with `user`, the only key of the user's entry but for a certificate's.
#[track_caller]
fn check_type(auth: Auth, query: &str, user: &str) {
    let world = World { clusters: vec![Cluster { auth, ..Cluster::default() }].into(), ..World::default() };
    let reply = newer(world).handle(get(&format!("{TOKEN_CLUSTER}{query}")));
    let entry = &yaml(&reply)["users"][0]["user"];
    assert_eq!(entry.as_object().unwrap().keys().next().unwrap(), user, "{auth:?} {query}");
}

#[test]
fn the_newer_edition_gives_the_type_that_is_asked_for() {
    for (auth, query, user) in [
        (Auth::Token, "", "token"),
        (Auth::Token, "?type=token", "token"),
        (Auth::Sso, "", "exec"),
        (Auth::Sso, "?type=token", "token"),
        (Auth::Sso, "?type=sso", "exec"),
        // It has no part in single sign-on, and so cannot be wrong.
        (Auth::Sso, "?type=sso&expiry_seconds=-1", "exec"),
        (Auth::SsoOnly, "", "exec"),
        (Auth::SsoOnly, "?type=sso", "exec"),
        (Auth::ClientCertificate, "?type=token", "client-certificate-data"),
    ] {
        check_type(auth, query, user);
    }
}

#[test]
fn the_newer_edition_refuses_a_type_that_it_cannot_give() {
    let ask = |auth, query: &str, unusable_type| {
        let world =
            World { clusters: vec![Cluster { auth, ..Cluster::default() }].into(), unusable_type, ..World::default() };
        newer(world).handle(get(&format!("{TOKEN_CLUSTER}{query}")))
    };
    for (auth, query, clause) in [
        (Auth::Token, "?type=sso", "digitalocean.type.no-sso"),
        (Auth::ClientCertificate, "?type=sso", "digitalocean.type.no-sso"),
        (Auth::SsoOnly, "?type=token", "digitalocean.sso.required-refuses-tokens"),
        (Auth::Sso, "?type=bogus", "digitalocean.type.rejected"),
        (Auth::Sso, "?type=token&type=token", "digitalocean.type.once"),
    ] {
        let reply = ask(auth, query, UnusableType::Refused);
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (422, clause), "{auth:?} {query}");
        check_error_object(&reply, "unprocessable_entity");
        let ignored = ask(auth, query, UnusableType::Ignored);
        assert_eq!((ignored.status, ignored.body), (StatusCode::OK, ask(auth, "", UnusableType::Refused).body));
    }
}

#[test]
fn the_documented_edition_gives_tokens_where_single_sign_on_is_to_come() {
    for (auth, query) in [(Auth::Sso, ""), (Auth::Sso, "?type=sso"), (Auth::SsoOnly, "?type=bogus")] {
        let world = World { clusters: vec![Cluster { auth, ..Cluster::default() }].into(), ..World::default() };
        let mut session = Session::new::<DigitalOcean>(Setting { world, ..Setting::default() });
        let credential = credential(&session.handle(get(&format!("{TOKEN_CLUSTER}{query}"))));
        assert!(matches!(credential, Presented::Token(_)), "{auth:?} {query}");
    }
}

#[test]
fn single_sign_on_issues_nothing() {
    let mut session = newer(World::default());
    let reply = session.handle(get(SSO_CLUSTER));
    assert_eq!(reply.decision.clause, "digitalocean.sso.exec");
    let exec = &yaml(&reply)["users"][0]["user"]["exec"];
    assert_eq!(exec["command"], "doctl");
    assert_eq!(exec["args"].as_array().unwrap().last().unwrap(), "0c0ffee0-0000-4000-8000-000000000003");
    // The token that comes next is the first that was made.
    let first = credential(&newer(World::default()).handle(get(TOKEN_CLUSTER)));
    assert!(credential(&session.handle(get(TOKEN_CLUSTER))) == first);
}

#[test]
fn the_user_is_the_administrator_of_the_cluster() {
    for target in [TOKEN_CLUSTER, CERTIFICATE_CLUSTER] {
        let mut session = session();
        let kubeconfig = yaml(&session.handle(get(target)));
        let cluster = World::default().clusters.iter().find(|cluster| target.contains(&cluster.id)).cloned().unwrap();
        let user = format!("do-{}-{}-admin", cluster.region, cluster.name);
        assert_eq!(kubeconfig["users"][0]["name"], user);
        assert_eq!(kubeconfig["contexts"][0]["context"]["user"], user);
        assert_eq!(session.credentials()[0].user, user);
    }
}

/// An incident is a call about a cluster if its caller may read that cluster.
#[test]
fn an_incident_is_a_call_about_a_cluster_too() {
    let allowed = get(TOKEN_CLUSTER);
    for (first, ready) in [
        (allowed.clone(), true),
        (Request::get(TOKEN_CLUSTER), false),
        (get(CERTIFICATE_CLUSTER), false),
        (get("/v2/account"), false),
    ] {
        let cluster = Cluster { ready_after_calls: 1, ..Cluster::default() };
        let mut clusters = World::default().clusters.to_vec();
        clusters[0] = cluster;
        let world = World { clusters: clusters.into(), ..World::default() };
        let incidents = serde_json::from_str(r#"[{"calls": [1], "is": "server-error"}]"#).unwrap();
        let mut session = Session::new::<DigitalOcean>(Setting { world, incidents, ..Setting::default() });
        assert_eq!(session.handle(first.clone()).status, 500);
        assert_eq!(session.handle(allowed.clone()).status == 200, ready, "{first:?}");
    }
}

#[test]
fn a_cluster_becomes_ready_after_calls_about_it() {
    for (not_ready_as, status, id, clause) in [
        (NotReadyAs::NotFound, 404, "not_found", "digitalocean.status.404.not-ready"),
        (NotReadyAs::ServerError, 500, "server_error", "digitalocean.status.500.not-ready"),
    ] {
        let cluster = Cluster { ready_after_calls: 2, not_ready_as, ..Cluster::default() };
        let world = World { clusters: vec![cluster, World::default().clusters[1].clone()].into(), ..World::default() };
        let mut session = Session::new::<DigitalOcean>(Setting { world, ..Setting::default() });
        for explained in ["and 1 more call about it comes too early", "and is ready for the next call about it"] {
            // None of these is a call about it, or may have its kubeconfig.
            for other in [
                get(CERTIFICATE_CLUSTER),
                get("/v2/kubernetes/clusters/unknown/kubeconfig"),
                Request::get(TOKEN_CLUSTER),
                get(TOKEN_CLUSTER).with_method(Method::POST),
                Request::get(TOKEN_CLUSTER).with_header("authorization", "Bearer example-do-api-token-without-rights"),
            ] {
                session.handle(other);
            }
            let reply = session.handle(get(TOKEN_CLUSTER));
            assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
            assert!(reply.decision.explanation.contains(explained), "{}", reply.decision.explanation);
            check_error_object(&reply, id);
        }
        for _ in 0..2 {
            assert_eq!(session.handle(get(TOKEN_CLUSTER)).status, 200);
        }
    }
}

#[test]
fn an_incident_speaks_the_dialect() {
    for (incident, status, id, clause, retry_after) in [
        (Incident::RateLimitedBurst, 429, "too_many_requests", "digitalocean.status.429.burst", "1"),
        (Incident::RateLimitedHourly, 429, "too_many_requests", "digitalocean.status.429.hourly", ""),
        (Incident::ServerError, 500, "server_error", "digitalocean.status.500", ""),
        (Incident::NotReady, 404, "not_found", "digitalocean.status.404.not-ready", ""),
    ] {
        let incidents = vec![kubeproof_emulator::Incident {
            calls: Calls::Numbers(vec![1]),
            happening: Happening::Named(incident),
        }];
        let mut session = Session::new::<DigitalOcean>(Setting { incidents, ..Setting::default() });
        let reply = session.handle(get(TOKEN_CLUSTER));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
        assert_eq!(reply.decision.verdict, Verdict::Incident);
        assert_eq!(header(&reply, "retry-after"), retry_after, "{incident:?}");
        assert_eq!(header(&reply, "ratelimit-remaining") == "0", incident == Incident::RateLimitedHourly);
        check_error_object(&reply, id);
        assert!(clauses::ids("digitalocean").contains(clause));
        assert_eq!(session.handle(get(TOKEN_CLUSTER)).status, 200, "the second call is answered");
    }
}

#[test]
fn every_answer_tells_what_is_left_of_the_hour_of_its_token() {
    let mut session = session();
    let without_rights =
        || Request::get(TOKEN_CLUSTER).with_header("authorization", "Bearer example-do-api-token-without-rights");
    let rows = [
        (get(TOKEN_CLUSTER), 200, 4999),
        // Whom the world does not know, it does not count.
        (Request::get(TOKEN_CLUSTER), 401, 5000),
        (Request::get(TOKEN_CLUSTER).with_header("authorization", "Bearer unknown"), 401, 5000),
        // What is no API is not counted either, but tells.
        (get("/"), 404, 4999),
        (Request::get("/"), 404, 5000),
        (get(CERTIFICATE_CLUSTER), 200, 4998),
        (get("/v2/kubernetes/clusters/unknown/kubeconfig"), 404, 4997),
        // Every token has an hour of its own, its rights aside.
        (without_rights(), 403, 4999),
        (without_rights(), 403, 4998),
        (get(TOKEN_CLUSTER), 200, 4996),
    ];
    for (request, status, remaining) in rows {
        let reply = session.handle(request);
        assert_eq!(
            (reply.status.as_u16(), header(&reply, "ratelimit-remaining")),
            (status, remaining.to_string().as_str())
        );
        assert_eq!(header(&reply, "ratelimit-limit"), "5000");
        assert_eq!(header(&reply, "ratelimit-reset"), (EPOCH.as_second() + 3600).to_string());
    }
    session.advance(SignedDuration::from_hours(1));
    let reply = session.handle(get(TOKEN_CLUSTER));
    assert_eq!(header(&reply, "ratelimit-remaining"), "4999");
    assert_eq!(header(&reply, "ratelimit-reset"), (EPOCH.as_second() + 7200).to_string());
}

#[test]
fn the_hour_of_a_token_can_be_used_up() {
    let mut session = session();
    for _ in 0..5000 {
        assert_eq!(session.handle(get("/v2/kubernetes/clusters/unknown/kubeconfig")).status, 404);
    }
    let reply = session.handle(get(TOKEN_CLUSTER));
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (429, "digitalocean.status.429.hourly"));
    assert_eq!((header(&reply, "ratelimit-remaining"), header(&reply, "retry-after")), ("0", ""));
    // Nobody else's is.
    assert_eq!(session.handle(Request::get(TOKEN_CLUSTER)).status, 401);
    assert_eq!(session.handle(get("/")).status, 404);
    session.advance(SignedDuration::from_hours(1));
    assert_eq!(session.handle(get(TOKEN_CLUSTER)).status, 200);
}

#[test]
fn an_incident_is_a_call_like_any_other() {
    let incidents = serde_json::from_value(serde_json::json!([{"calls": [1, 2, 4], "is": "server-error"}])).unwrap();
    let mut session = Session::new::<DigitalOcean>(Setting { incidents, ..Setting::default() });
    let mut ids = BTreeSet::new();
    for (status, remaining) in [(500, "4999"), (500, "4998"), (200, "4997"), (500, "4996")] {
        let reply = session.handle(get(TOKEN_CLUSTER));
        assert_eq!((reply.status.as_u16(), header(&reply, "ratelimit-remaining")), (status, remaining));
        if status == 500 {
            let error: Value = serde_json::from_slice(&reply.body).unwrap();
            assert!(ids.insert(error["request_id"].as_str().unwrap().to_owned()), "{ids:?}");
        }
    }
}

#[test]
fn the_caller_may() {
    let session = session();
    let caller = session.caller();
    assert_eq!(caller.cluster["cluster_id"], "0c0ffee0-0000-4000-8000-000000000001");
    assert_eq!(format!("{:?}", caller.credentials), "[Bearer(<redacted>)]");
}

#[test]
fn a_world_file_says_what_it_can_say() {
    let world: World = serde_saphyr::from_str(
        "api_tokens: [example-one]\nclusters:\n- {id: one, auth: client-certificate}\n- {region: ams3}\n\
         - {id: three, auth: sso-only, ready_after_calls: 3, not_ready_as: server-error}\nunusable_type: ignored\nseed: 7\n",
    )
    .unwrap();
    assert_eq!((world.clusters[2].auth, world.unusable_type), (Auth::SsoOnly, UnusableType::Ignored));
    assert_eq!((world.clusters[2].ready_after_calls, world.clusters[2].not_ready_as), (3, NotReadyAs::ServerError));
    assert_eq!((world.clusters[0].auth, world.clusters[1].region.as_str()), (Auth::ClientCertificate, "ams3"));
    for wrong in [
        "ledger: {}",
        "colour: red",
        "clusters: [{auth: password}]",
        "clusters: [{size: 3}]",
        "clusters: [{ready_after_calls: -1}]",
    ] {
        assert!(serde_saphyr::from_str::<World>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let world = World::default();
    let (token, world) = DigitalOcean::answer(Edition("2026-04"), &world, EPOCH, &get(TOKEN_CLUSTER));
    let (certificate, world) = DigitalOcean::answer(Edition("2026-04"), &world, EPOCH, &get(CERTIFICATE_CLUSTER));
    let secrets = DigitalOcean::secrets(&world);
    assert_eq!(secrets.len(), 5, "two API tokens, an issued token and an issued key in two forms");
    let redactor = kubeproof_emulator::Redactor::new(secrets);
    for reply in [&token, &certificate] {
        let body = std::str::from_utf8(&reply.body).unwrap();
        assert!(redactor.finds_secret(body));
        assert!(!redactor.finds_secret(&redactor.text(body)));
        assert!(!redactor.finds_secret(&format!("{reply:?}")));
    }
    assert!(!redactor.finds_secret(&format!("{world:?} {:?}", get(TOKEN_CLUSTER))));
}
