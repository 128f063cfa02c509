#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use kubeproof_emulator::providers::fireworks::{
    Cluster, Fireworks, Incident, State, UnknownMaskField, Unrequested, World,
};
use kubeproof_emulator::{
    Admission, Calls, EPOCH, Edition, Emulation, Happening, Presented, Rejection, Reply, Request, Session, Setting,
    Verdict,
};
use serde_json::{Value, json};

use crate::clauses;

const DEMO: &str = "/v1/accounts/demo-account/clusters/demo:getConnectionInfo";

fn get(target: &str) -> Request {
    Request::get(target).with_header("authorization", "Bearer example-fireworks-api-key")
}

fn ask(world: &World, request: &Request) -> Reply {
    let (reply, _) = Fireworks::answer(Edition("2026-11"), world, EPOCH, request);
    reply
}

fn body(reply: &Reply) -> Value {
    assert_eq!(reply.headers["content-type"], "application/json", "{reply:?}");
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn the_answer_is_endpoint_and_authority() {
    let world = World::default();
    let reply = ask(&world, &get(DEMO));
    assert_eq!(reply.status, 200);
    let info = body(&reply);
    assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["endpoint", "caData"]);
    assert_eq!(info["endpoint"], "https://demo.k8s.example.test");
    let pem = STANDARD.decode(info["caData"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(pem).unwrap(), Fireworks::certificate_authority(&world));
    assert!(Fireworks::certificate_authority(&world).starts_with("-----BEGIN CERTIFICATE-----\n"));
}

#[test]
fn an_endpoint_is_written_as_the_world_has_it() {
    for endpoint in ["", "no-scheme:6443", "https://e?<&>", "https://\"\\\n\u{2028}é"] {
        let cluster = Cluster { endpoint: endpoint.to_owned(), ..Cluster::default() };
        let world = World { clusters: vec![cluster], ..World::default() };
        assert_eq!(body(&ask(&world, &get(DEMO)))["endpoint"], endpoint);
    }
}

/// Asks with a query and compares which fields have a value (`Some(true)`), are empty, or are absent.
#[track_caller]
fn check_mask(world: &World, query: &str, endpoint: Option<bool>, ca_data: Option<bool>) {
    let reply = ask(world, &get(&format!("{DEMO}{query}")));
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    let info = body(&reply);
    let filled = |name: &str| info.get(name).map(|value| !value.as_str().unwrap().is_empty());
    assert_eq!((filled("endpoint"), filled("caData")), (endpoint, ca_data), "{query}");
}

#[test]
fn a_read_mask_selects_fields() {
    let empty = World::default();
    let absent = World { unrequested: Unrequested::Absent, ..World::default() };
    for query in
        ["", "?", "?readMask=", "?readMask=*", "?readMask=%2A", "?read_mask=*", "?readMask=endpoint,caData", "?x=y"]
    {
        check_mask(&empty, query, Some(true), Some(true));
        check_mask(&absent, query, Some(true), Some(true));
    }
    for query in ["?readMask=endpoint", "?read_mask=endpoint", "?readMask.paths=endpoint"] {
        check_mask(&empty, query, Some(true), Some(false));
        check_mask(&absent, query, Some(true), None);
    }
    for query in ["?readMask=caData", "?readMask=ca_data", "?read_mask=caData"] {
        check_mask(&empty, query, Some(false), Some(true));
        check_mask(&absent, query, None, Some(true));
    }
    let lenient = World { unknown_mask_field: UnknownMaskField::Ignored, ..absent };
    check_mask(&lenient, "?readMask=bogus", None, None);
    check_mask(&lenient, "?readMask=bogus,caData", None, Some(true));
}

#[test]
fn a_cluster_that_is_not_ready_says_so_in_one_of_two_ways() {
    let world = |state, unrequested| World {
        clusters: vec![Cluster { state, ..Cluster::default() }],
        unrequested,
        ..World::default()
    };
    let refused = ask(&world(State::Creating, Unrequested::Empty), &get(DEMO));
    assert_eq!((refused.status.as_u16(), refused.decision.clause), (400, "fireworks.reply.not-ready"));
    assert_eq!(body(&refused)["code"], 9);
    let blank = ask(&world(State::CreatingWithEmptyFields, Unrequested::Empty), &get(DEMO));
    assert_eq!((blank.status.as_u16(), blank.decision.clause), (200, "fireworks.reply.not-ready"));
    assert_eq!(body(&blank), json!({"endpoint": "", "caData": ""}));
    let blank = ask(&world(State::CreatingWithEmptyFields, Unrequested::Absent), &get(DEMO));
    assert_eq!(body(&blank), json!({}));
}

#[test]
fn a_cluster_becomes_ready_after_calls_about_it() {
    for (state, status, clause) in [
        (State::Ready, 400, "fireworks.reply.not-ready"),
        (State::Creating, 400, "fireworks.reply.not-ready"),
        (State::CreatingWithEmptyFields, 200, "fireworks.reply.not-ready"),
    ] {
        let cluster = Cluster { state, ready_after_calls: Some(2), ..Cluster::default() };
        let world = World { clusters: vec![cluster, World::default().clusters.remove(1)], ..World::default() };
        let mut session = Session::new::<Fireworks>(Setting { world, ..Setting::default() });
        for explained in ["and 1 more call about it comes too early", "and is ready for the next call about it"] {
            // None of these is a call about it, or may have its connection info.
            for other in [
                get("/v1/accounts/demo-account/clusters/demo-creating:getConnectionInfo"),
                get("/v1/accounts/demo-account/clusters/demo"),
                get(&format!("{DEMO}?readMask=bogus")),
                Request::get(DEMO),
            ] {
                assert_ne!(session.handle(other).status, 200);
            }
            let reply = session.handle(get(DEMO));
            assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{state:?}");
            assert!(reply.decision.explanation.contains(explained), "{}", reply.decision.explanation);
        }
        for _ in 0..2 {
            let info = body(&session.handle(get(DEMO)));
            assert_eq!(info["endpoint"], "https://demo.k8s.example.test", "{state:?}");
        }
    }
}

#[test]
fn an_incident_is_a_call_about_a_cluster_too() {
    let incidents = serde_json::from_value(json!([{"calls": [1], "is": "unavailable"}])).unwrap();
    let cluster = Cluster { ready_after_calls: Some(2), ..Cluster::default() };
    let world = World { clusters: vec![cluster], ..World::default() };
    let mut session = Session::new::<Fireworks>(Setting { world, incidents, ..Setting::default() });
    let statuses: Vec<u16> = (0..3).map(|_| session.handle(get(DEMO)).status.as_u16()).collect();
    assert_eq!(statuses, [503, 400, 200]);
}

/// Asks, and checks status, code and clause of the refusal.
#[track_caller]
fn check_refused(request: &Request, status: u16, code: u8, clause: &str) {
    let reply = ask(&World::default(), request);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{request:?}: {reply:?}");
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert!(!reply.decision.explanation.is_empty());
    assert!(clauses::ids("fireworks").contains(clause), "{clause} is not in the clause file");
    check_status_object(&reply, code);
}

#[track_caller]
fn check_status_object(reply: &Reply, code: u8) {
    let error = body(reply);
    assert_eq!(error.as_object().unwrap().keys().collect::<Vec<_>>(), ["code", "message", "details"]);
    assert_eq!((&error["code"], &error["details"]), (&json!(code), &json!([])));
    let message = error["message"].as_str().unwrap();
    assert!(!message.is_empty());
    let challenge = reply.headers.get("www-authenticate").map(|value| value.to_str().unwrap());
    assert_eq!(challenge, (code == 16).then_some(message));
    assert!(!reply.headers.contains_key("allow"));
}

#[test]
fn a_refusal_names_its_clause() {
    let with = |authorization: &str| Request::get(DEMO).with_header("authorization", authorization);
    for (request, clause) in [
        (Request::get(DEMO), "fireworks.auth.bearer"),
        (Request::get(DEMO).with_header("x-api-key", "example-fireworks-api-key"), "fireworks.auth.bearer"),
        (with("example-fireworks-api-key"), "fireworks.auth.bearer"),
        (with("Basic ZXhhbXBsZQ=="), "fireworks.auth.bearer"),
        (with("Bearer "), "fireworks.auth.bearer"),
        (get(DEMO).with_header("authorization", "Bearer second"), "fireworks.auth.bearer"),
        (Request::get("/v1/accounts/a/clusters/c_d:getConnectionInfo"), "fireworks.auth.bearer"),
        (with("Bearer unknown"), "fireworks.status.401"),
    ] {
        check_refused(&request, 401, 16, clause);
    }
    let forbidden = "Bearer example-fireworks-api-key-without-rights";
    check_refused(&with(forbidden), 403, 7, "fireworks.status.403");
    let unknown = Request::get("/v1/accounts/demo-account/clusters/unknown:getConnectionInfo");
    check_refused(&unknown.with_header("authorization", forbidden), 403, 7, "fireworks.status.403");

    let cluster = |id: &str| get(&format!("/v1/accounts/demo-account/clusters/{id}"));
    check_refused(&cluster("unknown:getConnectionInfo"), 404, 5, "fireworks.status.404");
    let of_another = get("/v1/accounts/other-account/clusters/demo:getConnectionInfo");
    check_refused(&of_another, 404, 5, "fireworks.status.404.other-account");
    check_refused(&cluster("demo-creating:getConnectionInfo"), 400, 9, "fireworks.reply.not-ready");

    for id in ["Demo", "demo_1", "d%20e", "d%C3%A9", "%FF", "d%25e", "-demo", "demo-", "c:x", "d.e", &"a".repeat(64)] {
        check_refused(&cluster(&format!("{id}:getConnectionInfo")), 400, 3, "fireworks.request.id-form");
    }
    check_refused(&get("/v1/accounts//clusters/demo:getConnectionInfo"), 400, 3, "fireworks.request.id-form");
    check_refused(&get("/v1/accounts/A/clusters/demo:getConnectionInfo"), 400, 3, "fireworks.request.id-form");
    check_refused(&cluster(&format!("{}:getConnectionInfo", "a".repeat(63))), 404, 5, "fireworks.status.404");

    check_refused(&cluster("demo:getconnectioninfo"), 400, 3, "fireworks.request.verb");
    check_refused(&cluster("demo:bogus"), 400, 3, "fireworks.request.verb");
    check_refused(&cluster("demo:getConnectionInfo2"), 400, 3, "fireworks.request.verb");
    check_refused(&cluster("demo"), 404, 5, "fireworks.request.verb");
    check_refused(&get(DEMO).with_method(Method::DELETE), 400, 3, "fireworks.request.delete-deletes");
    check_refused(&cluster("demo").with_method(Method::DELETE), 404, 5, "fireworks.request.delete-deletes");

    for method in ["POST", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "FOO"] {
        let request = get(DEMO).with_method(method.parse().unwrap());
        check_refused(&request, 501, 12, "fireworks.request.method");
    }
    for target in [
        "/",
        "",
        "/v1/accounts/demo-account/clusters",
        "/v1/accounts/demo-account/clusters/:getConnectionInfo",
        "/v1/accounts/demo-account/clusters/demo:getConnectionInfo/",
        "/v1/accounts/demo-account/clusters/demo/:getConnectionInfo",
        "//v1/accounts/demo-account/clusters/demo:getConnectionInfo",
        "/v1//accounts/demo-account/clusters/demo:getConnectionInfo",
        "/V1/accounts/demo-account/clusters/demo:getConnectionInfo",
        "/v1/accounts/demo%2Faccount/clusters/demo:getConnectionInfo",
    ] {
        check_refused(&get(target), 404, 5, "fireworks.request.exact-path");
    }
    for (query, clause) in [
        ("readMask=endpoint&readMask=caData", "fireworks.mask.once"),
        ("readMask=bogus", "fireworks.mask.unknown-field"),
        ("readMask=%zz", "fireworks.request.escapes"),
        ("readMask=endpoint;caData", "fireworks.request.semicolons"),
    ] {
        check_refused(&get(&format!("{DEMO}?{query}")), 400, 3, clause);
    }
}

#[test]
fn a_bad_escape_in_the_path_is_answered_in_plain_text() {
    let reply = ask(&World::default(), &get("/v1/accounts/demo-account/clusters/demo%zz:getConnectionInfo"));
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (400, "fireworks.request.escapes"));
    assert_eq!(reply.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(reply.body, &b"400 Bad Request"[..]);
}

#[test]
fn the_verb_may_be_escaped_and_the_scheme_has_no_case() {
    for target in [DEMO.replace(':', "%3A"), DEMO.replace(':', "%3a"), DEMO.replace("demo:", "%64emo:")] {
        assert_eq!(ask(&World::default(), &get(&target)).status, 200, "{target}");
    }
    for scheme in ["bearer", "BEARER", "Bearer  "] {
        let request = Request::get(DEMO).with_header("authorization", &format!("{scheme} example-fireworks-api-key"));
        assert_eq!(ask(&World::default(), &request).status, 200, "{scheme}");
    }
}

#[test]
fn an_incident_speaks_the_dialect() {
    for (incident, status, code, clause) in [
        (Incident::InvalidArgument, 400, 3, "fireworks.status.400"),
        (Incident::ResourceExhausted, 429, 8, "fireworks.status.429"),
        (Incident::Internal, 500, 13, "fireworks.status.500"),
        (Incident::Unimplemented, 501, 12, "fireworks.status.501"),
        (Incident::Unavailable, 503, 14, "fireworks.status.503"),
        (Incident::DeadlineExceeded, 504, 4, "fireworks.status.504"),
    ] {
        let incidents = vec![kubeproof_emulator::Incident {
            calls: Calls::Numbers(vec![1]),
            happening: Happening::Named(incident),
        }];
        let mut session = Session::new::<Fireworks>(Setting { incidents, ..Setting::default() });
        let reply = session.handle(get(DEMO));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
        assert_eq!(reply.decision.verdict, Verdict::Incident);
        assert!(clauses::ids("fireworks").contains(clause));
        check_status_object(&reply, code);
        assert_eq!(session.handle(get(DEMO)).status, 200, "the second call is answered");
    }
}

#[test]
fn no_credential_is_issued_and_only_tokens_of_the_world_are_admitted() {
    let (world, cluster) = (World::default(), Fireworks::caller(&World::default()).cluster);
    let admits = |token: &str| Fireworks::admits(&world, EPOCH, &cluster, &Presented::Token(token.to_owned()));
    assert_eq!(admits("example-fireworks-user-token"), Admission::Admitted);
    for presented in [
        Presented::Token("example-fireworks-api-key".to_owned()),
        Presented::Token(String::new()),
        Presented::ClientCertificate(Vec::new()),
    ] {
        let admission =
            Fireworks::admits(&World::default(), EPOCH, &Fireworks::caller(&World::default()).cluster, &presented);
        assert_eq!(admission, Admission::Refused(Rejection::Unknown));
    }
}

#[test]
fn the_same_world_and_request_give_the_same_bytes() {
    let world = World::default();
    for request in [get(DEMO), Request::get(DEMO), get("/"), get(&format!("{DEMO}?readMask=bogus"))] {
        let (one, other) = (ask(&world, &request), ask(&world, &request));
        assert_eq!((one.status, one.headers, one.body), (other.status, other.headers, other.body));
        assert_eq!(one.decision, other.decision);
    }
    let other_seed = World { seed: 2, ..World::default() };
    assert_ne!(Fireworks::certificate_authority(&world), Fireworks::certificate_authority(&other_seed));
}

#[test]
fn the_caller_may() {
    let caller = Fireworks::caller(&World::default());
    assert_eq!(caller.cluster["account_id"], "demo-account");
    assert_eq!(caller.cluster["cluster_id"], "demo");
    assert_eq!(caller.credentials.len(), 1);
    let nobody = World { clusters: Vec::new(), ..World::default() };
    assert!(Fireworks::caller(&nobody).cluster.is_empty());
}

#[test]
fn nothing_secret_is_shown() {
    let world = World::default();
    let redactor = kubeproof_emulator::Redactor::new(Fireworks::secrets(&world));
    assert!(redactor.finds_secret("example-fireworks-api-key"));
    assert!(!redactor.finds_secret(&format!("{world:?} {:?} {:?}", get(DEMO), ask(&world, &get(DEMO)))));
}

/// Only a name with both brackets is an entry of a map.
#[test]
fn half_a_bracket_is_a_name_like_any_other() {
    let clause = |query: &str| ask(&World::default(), &get(&format!("{DEMO}?{query}"))).decision.clause;
    assert_ne!(clause("readMask[x]=y"), clause("other=y"));
    for query in ["x]=y", "readMask[x=y", "read_mask[x=y"] {
        assert_eq!(clause(query), clause("other=y"), "{query}");
    }
}
