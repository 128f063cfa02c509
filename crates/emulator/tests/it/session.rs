//! What a session says of its provider, and what clusters make of its credentials.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::SignedDuration;
use kubeproof_emulator::kubernetes::ApiServer;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{CredentialKind, EPOCH, Emulation, Request, Secrets, Session, Setting, Verdict};

use crate::proper::proper;

/// A session, and a request for the first cluster by who may have it.
struct Begun;

impl Visitor for Begun {
    type Output = (Session, Request);

    fn visit<E: Emulation>(self) -> (Session, Request) {
        let setting = Setting::<E>::default();
        let request = proper::<E>(&setting.world);
        // A clone is a setting as good as the first.
        (Session::new(setting.clone()), request)
    }
}

fn begun(provider: &str) -> (Session, Request) {
    providers::visit(provider, Begun).unwrap()
}

#[test]
fn a_session_says_what_it_emulates() {
    for (provider, operation, issues, foreign) in [
        ("digitalocean", "kubeconfig", true, "/api/v3/projects"),
        ("cce", "clustercert", true, "/v2/kubernetes"),
        ("ucs", "accessinfo", false, "/v1/accounts/a"),
        ("fireworks", "getConnectionInfo", false, "/v1/clusters/a"),
        ("lke", "kubeconfig", true, "/v2/kubernetes"),
    ] {
        let (mut session, request) = begun(provider);
        assert_eq!(session.provider(), provider);
        assert_eq!(session.operations(), [operation]);
        assert_eq!(session.issues_credentials(), issues, "{provider}");
        assert!(session.claims(&request) && !session.claims(&Request::get(foreign)), "{provider}");
        assert_eq!(session.edition().to_string(), session.edition().0);
        session.tick(EPOCH + SignedDuration::from_hours(1));
        session.advance(SignedDuration::from_hours(2));
        assert_eq!(session.now(), EPOCH + SignedDuration::from_hours(3));
        // The host's clock stays.
        session.reset();
        assert_eq!(session.now(), EPOCH + SignedDuration::from_hours(1));
    }
}

#[test]
fn what_was_handed_out_is_listed_and_can_be_revoked() {
    for provider in PROVIDERS {
        let (mut session, request) = begun(provider);
        let before = session.credentials().len();
        assert_eq!(session.handle(request).decision.verdict, Verdict::Answered, "{provider}");
        let credentials = session.credentials();
        let issues = session.issues_credentials();
        assert_eq!(credentials.len(), before + usize::from(issues), "{provider}");
        let Some(newest) = credentials.first() else {
            assert!(!session.revoke(1) && session.revoke_all() == 0, "{provider}");
            continue;
        };
        assert_eq!(newest.number, 1, "{provider}");
        // What is issued is of one cluster and has an end, but for tokens of service accounts; one of the world is of all, and was
        // always good.
        assert_eq!(newest.cluster.is_empty(), !issues, "{provider}");
        let ends = issues && *provider != "lke";
        assert_eq!((newest.valid_from.is_some(), newest.expires_at.is_some()), (ends, ends), "{provider}");
        assert!(matches!(newest.kind, CredentialKind::Token | CredentialKind::ClientCertificate));
        assert!(!newest.revoked && !session.revoke(2) && session.revoke(1) && session.credentials()[0].revoked);
        assert_eq!(session.revoke_all(), 0, "{provider}");
        session.reset();
        assert_eq!(session.credentials().len(), before, "{provider}");
    }
}

/// Each cluster is below a path of its own, and a provider whose answers lead nowhere has none.
#[test]
fn the_clusters_of_a_session_are_found_by_their_ids() {
    const NO_CLUSTER: &str = "kubeproof.kubernetes.no-cluster";
    for provider in PROVIDERS {
        let (mut session, _) = begun(provider);
        let stub = ApiServer::Stub { base_url: String::new() };
        let cluster = stub.server(&session.caller().cluster);
        let mut clause = |path: &str| session.serve_api(Request::get(path), None, 1).decision.clause;
        assert_eq!(clause(&format!("{cluster}/version")) == NO_CLUSTER, *provider == "ucs", "{provider}");
        for path in ["/version", "/xyzzy/version", "//version", "/xyzzy/xyzzy/version"] {
            assert_eq!(clause(path), NO_CLUSTER, "{provider}{path}");
        }
    }
}

#[test]
fn a_server_has_an_address() {
    let stub = ApiServer::Stub { base_url: "https://127.0.0.1:1".to_owned() };
    let real = ApiServer::Real { url: "https://k8s.example.test".to_owned(), authority_pem: "pem".to_owned() };
    assert_eq!((stub.url(), stub.authority_pem()), ("https://127.0.0.1:1", None));
    assert_eq!((real.url(), real.authority_pem()), ("https://k8s.example.test", Some("pem")));
}

/// What is asked for and is not there is answered with what there is.
#[test]
fn who_asks_for_an_unknown_cluster_is_told_the_known_ones() {
    for provider in ["digitalocean", "fireworks"] {
        let (mut session, request) = begun(provider);
        let caller = session.caller();
        let known = &caller.cluster["cluster_id"];
        let unknown = Request { path: request.path.replace(known.as_str(), "unknown"), ..request.clone() };
        let explanation = session.handle(unknown.clone()).decision.explanation;
        assert!(explanation.contains(&format!("{known}`")), "{provider}: {explanation}");

        let mut world = session.world(Secrets::Shown).unwrap();
        world["clusters"] = serde_json::json!([]);
        session.put_world(world.to_string().as_bytes()).unwrap();
        let explanation = session.handle(unknown).decision.explanation;
        assert!(explanation.contains("no cluster"), "{provider}: {explanation}");
    }
}

/// A credential that no client can send would never be accepted.
#[test]
fn a_credential_can_be_sent() {
    let keys = [("digitalocean", "api_tokens"), ("cce", "tokens"), ("ucs", "tokens"), ("fireworks", "api_keys")];
    for (provider, key) in keys {
        let (mut session, _) = begun(provider);
        for (credential, is_sendable) in [("a-token", true), ("", false), ("a token", false), ("t\u{f6}ken", false)] {
            let mut world = session.world(Secrets::Shown).unwrap();
            world[key] = serde_json::json!([credential]);
            let put = session.put_world(world.to_string().as_bytes());
            assert_eq!(put.is_ok(), is_sendable, "{provider} {credential:?}: {put:?}");
        }
    }
}

/// What is shown with its secrets can be put back, and what is shown without them cannot.
#[test]
fn a_world_can_be_taken_and_put_back() {
    for provider in PROVIDERS {
        let (mut session, request) = begun(provider);
        let shown = session.world(Secrets::Shown).unwrap();
        let hidden = session.world(Secrets::Hidden).unwrap();
        assert_ne!(shown, hidden, "{provider}");
        assert!(!session.redactor().finds_secret(&hidden.to_string()), "{provider}: {hidden}");
        assert!(session.redactor().finds_secret(&shown.to_string()), "{provider}");
        assert_eq!(shown["clusters"], hidden["clusters"], "{provider}");
        let problem = session.put_world(hidden.to_string().as_bytes()).unwrap_err().to_string();
        assert!(problem.contains("holds `<redacted>`"), "{provider}: {problem}");

        // Other worlds, and back to the first.
        let mut other = shown.clone();
        let is_number = other["clusters"][0]["id"].is_number();
        other["clusters"][0]["id"] = if is_number { 9.into() } else { "another".into() };
        session.put_world(other.to_string().as_bytes()).unwrap();
        assert_eq!(session.world(Secrets::Shown).unwrap(), other, "{provider}");
        other["clusters"] = serde_json::json!([]);
        session.put_world(other.to_string().as_bytes()).unwrap();
        assert_eq!(session.world(Secrets::Shown).unwrap(), other, "{provider}");
        assert_ne!(session.handle(request.clone()).decision.verdict, Verdict::Answered, "{provider}");
        session.reset();
        assert_eq!(session.world(Secrets::Shown).unwrap(), shown, "{provider}");
        assert_eq!((session.journal().exchanges().count(), session.journal().recorded()), (0, 1), "{provider}");
        assert_eq!(session.handle(request).decision.verdict, Verdict::Answered, "{provider}");
    }
}

#[test]
fn where_a_placeholder_stands_is_told() {
    let (mut session, _) = begun("cce");
    for (world, field) in [
        (r#"{"tokens": ["a", "<redacted>"]}"#, "tokens[1]"),
        (r#"{"access_keys": [{"access_key": "a", "secret_key": "is <redacted>"}]}"#, "access_keys[0].secret_key"),
        (r#"["<redacted>"]"#, "[0]"),
        (r#"[["a"], ["<redacted>"]]"#, "[1][0]"),
    ] {
        let problem = session.put_world(world.as_bytes()).unwrap_err().to_string();
        assert_eq!(problem, format!("`{field}` holds `<redacted>`, which stands in place of a secret"));
    }
    assert!(session.put_world(br#"{"unknown": 1}"#).unwrap_err().to_string().contains("unknown"));
}

/// A short secret too, and those of worlds that gave way.
#[test]
fn a_secret_is_hidden_however_short_and_however_old_it_is() {
    let (mut session, _) = begun("digitalocean");
    let mut world = session.world(Secrets::Shown).unwrap();
    world["api_tokens"] = serde_json::json!(["abc", "planted-once"]);
    session.put_world(world.to_string().as_bytes()).unwrap();
    let hidden = session.world(Secrets::Hidden).unwrap();
    assert_eq!(hidden["api_tokens"], serde_json::json!(["<redacted>", "<redacted>"]));
    assert_eq!(hidden["clusters"], world["clusters"]);
    for token in ["planted-twice", "planted-again"] {
        world["api_tokens"] = serde_json::json!([token]);
        session.put_world(world.to_string().as_bytes()).unwrap();
    }
    let text = session.redactor().text("planted-once, planted-twice, planted-again, planted-never");
    assert_eq!(text, "<redacted>, <redacted>, <redacted>, planted-never");
}

#[test]
fn a_session_knows_where_its_clusters_are() {
    for provider in PROVIDERS {
        let (mut session, request) = begun(provider);
        assert_eq!(session.leads_to_clusters(), *provider != "ucs");
        let expected: &[&str] = if *provider == "fireworks" { &["example-fireworks-user-token"] } else { &[] };
        assert_eq!(session.user_tokens(), expected, "{provider}");
        assert_eq!(session.revoke_all(), expected.len(), "{provider}");

        assert!(session.api().is_none());
        session.point_api(ApiServer::Stub { base_url: "https://127.0.0.1:9".to_owned() });
        assert_eq!(session.api().map(ApiServer::url), Some("https://127.0.0.1:9"));
        // The world that a reset puts back is told too.
        for _ in 0..2 {
            let reply = session.handle(request.clone());
            let body = String::from_utf8_lossy(&session.document(&reply.body)).into_owned();
            assert_eq!(body.contains("https://127.0.0.1:9/"), session.leads_to_clusters(), "{provider}: {body}");
            session.reset();
        }
    }
}
