#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kubeproof_emulator::providers::cce::{AccessKey, Cce, Certificates, Cluster, ContentType, Incident, State, World};
use kubeproof_emulator::{
    Admission, CallerCredentials, EPOCH, Emulation, Presented, Rejection, Reply, Request, Session, Setting, Verdict,
};
use serde_json::{Value, json};

const INTERNAL: &str =
    "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert";
const WITH_EIP: &str =
    "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000002/clustercert";

fn answer(world: &World, request: &Request) -> (Reply, World) {
    at(EPOCH, world, request)
}

fn at(now: Timestamp, world: &World, request: &Request) -> (Reply, World) {
    Cce::answer(Cce::EDITIONS[0], world, now, request)
}

/// A request with everything that the document asks for.
fn proper(target: &str) -> Request {
    anonymous(target).with_header("x-auth-token", "example-iam-token")
}

fn anonymous(target: &str) -> Request {
    Request::get(target).with_header("content-type", "application/json")
}

fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

#[track_caller]
fn is_a_clause(clause: &str) {
    const CLAUSES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/cce/clauses.yaml"));
    assert!(CLAUSES.contains(&format!("  - id: {clause}\n")), "{clause} is not in the clause file");
}

/// The request is refused by `clause`, in the service's or the gateway's dialect, and the explanation says `remedy`.
#[track_caller]
fn refused(request: &Request, status: u16, code: &str, clause: &str, remedy: &str) {
    let (reply, world) = answer(&World::default(), request);
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{}", reply.decision.explanation);
    assert!(reply.decision.explanation.contains(remedy), "{}", reply.decision.explanation);
    is_a_clause(clause);
    assert_eq!(reply.headers["content-type"], "application/json");
    let body = json(&reply);
    if code.starts_with("APIGW") {
        assert_eq!(body["error_code"], code);
        assert_eq!(body["request_id"], reply.headers["x-request-id"].to_str().unwrap());
    } else {
        assert_eq!(body["errorCode"], code);
    }
    assert!(world.ledger.count() == 0, "a refusal issues nothing");
}

#[test]
fn what_is_no_api_is_refused_by_the_gateway() {
    let clause = "cce.gateway.not-found";
    let trailing = format!("{INTERNAL}/");
    let doubled = INTERNAL.replace("/clusters/", "//clusters/");
    let upper = INTERNAL.replace("clustercert", "ClusterCert");
    for target in ["/", "", "*", "/api/v3/projects", &trailing, &doubled, &upper, &INTERNAL.replace("v3", "v2")] {
        refused(&proper(target), 404, "APIGW.0101", clause, "/clustercert` with GET:");
    }
    for method in [Method::POST, Method::HEAD, Method::OPTIONS, Method::DELETE] {
        refused(&proper(INTERNAL).with_method(method), 404, "APIGW.0101", clause, "with GET:");
    }
    refused(&Request::get("/"), 404, "APIGW.0101", clause, "no other path");
}

#[test]
fn who_may_not_ask_is_refused() {
    let token = |token| anonymous(INTERNAL).with_header("x-auth-token", token);
    let authorization = |value: &str| anonymous(INTERNAL).with_header("authorization", value);
    let header = "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature=";
    let signature = "0".repeat(64);
    let signed = |header: &str| {
        authorization(&format!("{header}{signature}"))
            .with_header("host", "127.0.0.1")
            .with_header("x-sdk-date", "20260101T000000Z")
    };
    let rows = [
        (anonymous(INTERNAL), "missing", "`X-Auth-Token`, or sign"),
        (token(""), "missing", "`X-Auth-Token`"),
        (token("wrong"), "token-invalid", "`tokens`"),
        (authorization("Bearer example-iam-token"), "token", "not as `Authorization: Bearer`"),
        // Which newer pages take, and this edition's do not name.
        (authorization("bearer example-iam-token"), "token", "`cce.auth.bearer`"),
        (token("example-iam-token").with_header("x-auth-token", "wrong"), "token-once", "once"),
        (token("wrong").with_header("x-auth-token", "example-iam-token"), "token-once", "once"),
        (token("").with_header("x-auth-token", "example-iam-token"), "token-once", "once"),
        (token("example-iam-token").with_header("x-auth-token", "example-iam-token"), "token-once", "once"),
    ];
    for (request, point, remedy) in rows {
        refused(&request, 401, "APIGW.0301", &format!("cce.auth.{point}"), remedy);
    }
    let rows = [
        (authorization("Basic eDp5"), "header-form", "SDK-HMAC-SHA256"),
        (signed(header).with_header("authorization", "Basic eDp5"), "header-form", "once"),
        (authorization(&format!("{header}{signature}")), "date", "X-Sdk-Date"),
        (signed(&header.replace("host;", "")), "signed-headers", "sign `host` too"),
        (
            signed(&header.replace("host;", "host;x-project-id;")).with_header("x", "y"),
            "signed-headers",
            "x-project-id",
        ),
        (signed(&header.replace("Access=AKEXAMPLE", "Access=OTHER")), "unknown-key", "`access_keys`"),
        (
            signed(&header.replace("Access=AKEXAMPLE", "Credential=AKEXAMPLE/20260102/r/s/sdk_request")),
            "scope",
            "the date of `X-Sdk-Date`",
        ),
        (signed(header), "signature", "GET\n/api/v3/projects/"),
    ];
    for (request, point, remedy) in rows {
        refused(&request, 401, "APIGW.0301", &format!("cce.aksk.{point}"), remedy);
    }
    // What a wrong signature shows of the request holds no secret, wherever the request had one.
    let leaking = signed(&header.replace("host;", "host;x-project-id;")).with_header("x-project-id", "SKEXAMPLE");
    let (reply, _) = answer(&World::default(), &leaking);
    assert!(reply.decision.explanation.contains("x-project-id:<redacted>"), "{}", reply.decision.explanation);

    let (reply, _) = answer(&World::default(), &anonymous(INTERNAL));
    assert_eq!(json(&reply)["error_msg"], "Incorrect IAM authentication information: x-auth-token not found");
    refused(&token("example-iam-token-without-rights"), 403, "CCE.01403001", "cce.auth.permission", "`tokens`");
}

#[test]
fn a_cluster_is_found_by_both_ids() {
    let clause = "cce.status.404";
    let other = INTERNAL.replace("000001/", "000009/");
    refused(&proper(&other), 404, "CCE.01404001", clause, "there is none with this id");
    let elsewhere = INTERNAL.replace("abc", "abd");
    refused(&proper(&elsewhere), 404, "CCE.01404001", clause, "it is in another one");
    refused(&proper("/api/v3/projects/%FF/clusters/%FF/clustercert"), 404, "CCE.01404001", clause, "none");
    refused(&proper("/api/v3/projects//clusters//clustercert"), 404, "CCE.01404001", clause, "none");
    let encoded = INTERNAL.replace("abc/", "%61bc/");
    assert_eq!(answer(&World::default(), &proper(&encoded)).0.status, 200);
}

#[test]
fn the_media_type_is_one_of_two() {
    let typed = |value| {
        Request::get(INTERNAL).with_header("x-auth-token", "example-iam-token").with_header("content-type", value)
    };
    for value in ["application/json", "application/json;charset=utf-8", "application/json; charset=UTF-8"] {
        let (reply, _) = answer(&World::default(), &typed(value));
        assert_eq!(reply.status, 200, "{value}");
        assert!(reply.complaints.is_empty(), "{value}");
    }
    for value in [
        "application/json ; charset=utf-8",
        "application/json;",
        "Application/JSON;CHARSET=Utf-8",
        "application/json;charset=\"utf-8\"",
    ] {
        assert_eq!(clauses_complained_of(&answer(&World::default(), &typed(value)).0), [""; 0], "{value}");
    }
    let unlisted = [
        "text/plain",
        "",
        "application/json;charset=latin1",
        "application/json;charset=utf-8;charset=utf-8",
        "application/json;version=1",
        "application/x-www-form-urlencoded",
        "app lication/json",
        "application / json",
        "\"application/json\"",
        "application/json charset=utf-8",
        "application/json;charset =utf-8",
        "jsön",
    ];
    for request in unlisted.map(typed).into_iter().chain([typed("application/json").with_header("content-type", "a/b")])
    {
        // A GET is answered all the same, as a newer page says.
        let (reply, _) = answer(&World::default(), &request);
        assert_eq!(reply.status, 200, "{request:?}");
        assert_eq!(clauses_complained_of(&reply), ["cce.content-type.values"], "{:?}", request.headers);
        let is_once = request.headers.get_all("content-type").iter().count() == 1;
        assert_eq!(reply.complaints[0].explanation.ends_with("more than once"), !is_once, "{:?}", request.headers);
    }
    // Where a world is strict, it is refused; what is absent is answered even there.
    let strict = World { content_type: ContentType::Strict, ..World::default() };
    for value in ["text/plain", "app lication/json", "application/json;charset=latin1"] {
        let (reply, _) = answer(&strict, &typed(value));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (400, "cce.content-type.unsupported"), "{value}");
        assert_eq!(json(&reply)["errorCode"], "CCE.01400006");
        assert!(reply.decision.explanation.contains("application/json;charset=utf-8"));
    }
    is_a_clause("cce.content-type.unsupported");
    assert_eq!(answer(&strict, &typed("application/json")).0.status, 200);
    assert_eq!(answer(&strict, &Request::get(INTERNAL).with_header("x-auth-token", "example-iam-token")).0.status, 200);
    let untyped = Request::get(INTERNAL).with_header("x-auth-token", "example-iam-token");
    let (reply, _) = answer(&World::default(), &untyped);
    assert_eq!(reply.status, 200);
    assert_eq!(clauses_complained_of(&reply), ["cce.content-type.mandatory"]);
    is_a_clause("cce.content-type.mandatory");
    is_a_clause("cce.content-type.values");
}

fn clauses_complained_of(reply: &Reply) -> Vec<&'static str> {
    reply.complaints.iter().map(|complaint| complaint.clause).collect()
}

#[test]
fn a_refusal_complains_too() {
    let untyped = |token| Request::get(INTERNAL).with_header("x-auth-token", token);
    let rows = [
        (untyped("example-iam-token-without-rights"), "cce.auth.permission", vec!["cce.content-type.mandatory"]),
        (untyped("wrong"), "cce.auth.token-invalid", vec!["cce.content-type.mandatory"]),
        (
            proper(&INTERNAL.replace("abc/", "abd/")).with_header("authorization", "anything"),
            "cce.status.404",
            vec!["cce.auth.token-and-signature"],
        ),
        (
            anonymous(INTERNAL).with_header("x-auth-token", "wrong").with_header("authorization", "anything"),
            "cce.auth.token-invalid",
            vec!["cce.auth.token-and-signature"],
        ),
        (Request::get("/"), "cce.gateway.not-found", vec![]),
    ];
    for (request, clause, complaints) in rows {
        let (reply, _) = answer(&World::default(), &request);
        assert_eq!((reply.decision.clause, clauses_complained_of(&reply)), (clause, complaints));
    }
}

#[test]
fn a_signed_request_is_answered() {
    let world = World {
        clusters: vec![Cluster {
            id: "11111111-2222-3333-4444-555555555555".to_owned(),
            project_id: "08d44be1ef00d22e2f6fc0061f54a2f1".to_owned(),
            ..Cluster::default()
        }],
        ..World::default()
    };
    let request = Request::get(
        "/api/v3/projects/08d44be1ef00d22e2f6fc0061f54a2f1/clusters/11111111-2222-3333-4444-555555555555/clustercert",
    )
    .with_header("content-type", "application/json")
    .with_header("host", "127.0.0.1:8080")
    .with_header("x-sdk-date", "20240102T030405Z")
    .with_header("x-project-id", "08d44be1ef00d22e2f6fc0061f54a2f1");
    let headers = "SignedHeaders=content-type;host;x-project-id;x-sdk-date";
    let signature = "Signature=8646adb085448c0d4b9a778b8cd0674698195231caa087fb65d7c0f269583a6a";
    let signed =
        request.with_header("authorization", &format!("SDK-HMAC-SHA256 Access=AKEXAMPLE, {headers}, {signature}"));
    let (reply, _) = answer(&world, &signed);
    assert_eq!(reply.status, 200, "{}", reply.decision.explanation);
    assert!(reply.complaints.is_empty());

    // Who signed may be somebody without rights.
    let forbidden =
        World { access_keys: Vec::new(), forbidden_access_keys: vec![AccessKey::default()], ..world.clone() };
    let (reply, _) = answer(&forbidden, &signed);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (403, "cce.auth.permission"));
    assert_eq!(json(&reply)["errorCode"], "CCE.01403001");

    // A token decides over a signature, which is a complaint.
    let (reply, _) = answer(&world, &signed.clone().with_header("x-auth-token", "example-iam-token"));
    assert_eq!(reply.complaints.iter().map(|c| c.clause).collect::<Vec<_>>(), ["cce.auth.token-and-signature"]);
    is_a_clause("cce.auth.token-and-signature");
    assert_eq!(answer(&world, &signed.with_header("x-auth-token", "wrong")).0.status, 401);
}

#[test]
fn the_documented_example_is_an_answer() {
    const EXAMPLE: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/cce/replies/documented-example.json"));
    let mut world = World::default();
    world.clusters[0].certificates = Certificates::Blank;
    let (reply, world) = answer(&world, &proper(INTERNAL));
    assert_eq!(reply.decision.clause, "cce.status.200");
    is_a_clause("cce.status.200");
    let example: Value = serde_json::from_str(EXAMPLE).unwrap();
    // As text, so that the order of the keys counts.
    assert_eq!(String::from_utf8(reply.body.into()).unwrap(), example.to_string());
    assert!(world.ledger.count() == 0);
}

#[test]
fn with_an_eip_there_are_two_clusters() {
    let mut world = World::default();
    world.clusters[1].certificates = Certificates::Blank;
    let body = json(&answer(&world, &proper(WITH_EIP)).0);
    assert_eq!(
        body["clusters"],
        json!([
            {"name": "internalCluster",
             "cluster": {"server": "https://192.168.1.7:5443", "certificate-authority-data": ""}},
            {"name": "externalCluster",
             "cluster": {"server": "https://203.0.113.10:5443", "certificate-authority-data": ""}},
        ])
    );
    assert_eq!(
        body["contexts"],
        json!([
            {"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}},
            {"name": "external", "context": {"cluster": "externalCluster", "user": "user"}},
        ])
    );
    assert_eq!(body["users"].as_array().unwrap().len(), 1);
    assert_eq!(body["current-context"], "external");
}

/// The certificate authority, client certificate and key of an answer, PEM.
fn material(reply: &Reply) -> [String; 3] {
    let body = json(reply);
    let user = &body["users"][0]["user"];
    [
        &body["clusters"][0]["cluster"]["certificate-authority-data"],
        &user["client-certificate-data"],
        &user["client-key-data"],
    ]
    .map(|data| String::from_utf8(STANDARD.decode(data.as_str().unwrap()).unwrap()).unwrap())
}

/// The ids in a path.
fn cluster_of(target: &str) -> BTreeMap<String, String> {
    let segments: Vec<&str> = target.split('/').collect();
    [("project_id", segments[4]), ("cluster_id", segments[6])].map(|(name, id)| (name.to_owned(), id.to_owned())).into()
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(lines).unwrap()
}

#[test]
fn every_call_issues_a_certificate_that_the_cluster_admits_until_it_expires() {
    let (first, world) = answer(&World::default(), &proper(INTERNAL));
    let (second, world) = answer(&world, &proper(WITH_EIP));
    let [authority, certificate, key] = material(&first);
    assert_eq!(authority, Cce::certificate_authority(&world));
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let [_, other, other_key] = material(&second);
    assert_ne!(certificate, other);
    assert_ne!(key, other_key);

    let admits_to = |target: &str, at: SignedDuration, presented: &Presented| {
        Cce::admits(&world, EPOCH.checked_add(at).unwrap(), &cluster_of(target), presented)
    };
    let (lifetime, second) = (SignedDuration::from_hours(30 * 24), SignedDuration::from_secs(1));
    is_a_clause("cce.certificate.lifetime");
    for (pem, target, elsewhere) in [(&certificate, INTERNAL, WITH_EIP), (&other, WITH_EIP, INTERNAL)] {
        let presented = Presented::ClientCertificate(der(pem));
        let admits = |at: SignedDuration, presented: &Presented| admits_to(target, at, presented);
        assert_eq!(admits(SignedDuration::ZERO, &presented), Admission::Admitted);
        assert_eq!(admits(lifetime - second, &presented), Admission::Admitted);
        assert_eq!(admits(lifetime, &presented), Admission::Refused(Rejection::Expired));
        assert_eq!(admits(-second, &presented), Admission::Refused(Rejection::NotYetValid));
        let another = Admission::Refused(Rejection::AnotherCluster);
        for elsewhere in [elsewhere.to_owned(), target.replace("abc/", "abd/")] {
            assert_eq!(admits_to(&elsewhere, SignedDuration::ZERO, &presented), another);
        }
    }
    let refused = [
        Presented::ClientCertificate(der(&authority)),
        Presented::ClientCertificate(Vec::new()),
        Presented::Token("example-iam-token".to_owned()),
    ];
    for presented in refused {
        assert!(matches!(admits_to(INTERNAL, SignedDuration::ZERO, &presented), Admission::Refused(_)));
    }
    let unknown =
        Cce::admits(&World::default(), EPOCH, &cluster_of(INTERNAL), &Presented::ClientCertificate(der(&certificate)));
    assert!(matches!(unknown, Admission::Refused(_)));
}

#[test]
fn the_same_world_and_request_give_the_same_bytes() {
    let (one, world) = answer(&World::default(), &proper(INTERNAL));
    let (same, _) = answer(&World::default(), &proper(INTERNAL));
    assert_eq!(one.body, same.body);
    assert_eq!(one.headers, same.headers);
    let (next, _) = answer(&world, &proper(INTERNAL));
    assert_ne!(one.body, next.body);
    let (seeded, _) = answer(&World { seed: 2, ..World::default() }, &proper(INTERNAL));
    assert_ne!(material(&one), material(&seeded));
    assert_ne!(one.headers["x-request-id"], seeded.headers["x-request-id"]);
}

#[test]
fn incidents_speak_in_the_dialect_of_who_fails() {
    let rows = [
        (
            Incident::BadRequest,
            400,
            "cce.status.400",
            json!({"errorMessage": "Invalid request.", "errorCode": "CCE.01400001"}),
        ),
        (
            Incident::RateLimited,
            429,
            "cce.status.429",
            json!({"errorMessage": "The throttling threshold has been reached.", "errorCode": "CCE.02429001"}),
        ),
        (
            Incident::ServerError,
            500,
            "cce.status.500",
            json!({"errorMessage": "Internal error.", "errorCode": "CCE.01500001"}),
        ),
        (
            Incident::Unauthorized,
            401,
            "cce.status.401",
            json!({"errorMessage": "Authorization failed.", "errorCode": "CCE.01401001"}),
        ),
        (Incident::GatewayBadRequest, 400, "cce.gateway.bad-request", json!("APIGW.0201")),
        (Incident::GatewayForbidden, 403, "cce.gateway.forbidden", json!("APIGW.0302")),
        (Incident::GatewayProjectUnavailable, 403, "cce.gateway.project-unavailable", json!("APIGW.0310")),
        (Incident::GatewayRateLimited, 429, "cce.gateway.rate-limited", json!("APIGW.0308")),
        (Incident::GatewayUnavailable, 502, "cce.gateway.unavailable", json!("APIGW.0201")),
        (Incident::GatewayTimeout, 504, "cce.gateway.timeout", json!("APIGW.0201")),
        (Incident::GatewayError, 500, "cce.gateway.error", json!("APIGW.0601")),
    ];
    for (incident, status, clause, body) in rows {
        let (reply, _) = Cce::incident(Cce::EDITIONS[0], &incident, &World::default(), EPOCH, &proper(INTERNAL));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
        assert_eq!(reply.decision.verdict, Verdict::Incident);
        is_a_clause(clause);
        let said = json(&reply);
        if body.is_object() {
            assert_eq!(said, body);
            assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
        } else {
            assert_eq!(said["error_code"], body);
            assert_eq!(said["request_id"].as_str().unwrap().len(), 32);
        }
    }
}

#[test]
fn a_caller_can_ask_and_no_secret_is_left_out() {
    let world = World::default();
    let caller = Cce::caller(&world);
    assert_eq!(caller.credentials[0], CallerCredentials::Token("example-iam-token".to_owned()));
    assert!(matches!(caller.credentials[1], CallerCredentials::AccessKey { .. }));
    let target = format!(
        "/api/v3/projects/{}/clusters/{}/clustercert",
        caller.cluster["project_id"], caller.cluster["cluster_id"]
    );
    let (reply, world) = answer(&world, &proper(&target));
    assert_eq!(reply.status, 200);

    let secrets = Cce::secrets(&world);
    let key = json(&reply)["users"][0]["user"]["client-key-data"].as_str().unwrap().to_owned();
    for secret in
        ["example-iam-token", "example-iam-token-without-rights", "SKEXAMPLE", "SKEXAMPLE-WITHOUT-RIGHTS", &key]
    {
        assert!(secrets.iter().any(|known| known == secret));
        assert!(!format!("{:?}", world.ledger).contains(secret));
    }
    let inside = material(&reply)[2].lines().nth(1).unwrap().to_owned();
    assert!(secrets.contains(&inside));
}

#[test]
fn every_call_has_a_request_id_of_its_own_ordered_or_not() {
    let incidents = serde_json::from_value(json!([{"calls": [1, 2, 4], "is": "gateway-unavailable"}])).unwrap();
    let mut session = Session::new::<Cce>(Setting { incidents, ..Setting::default() });
    let mut ids = BTreeSet::new();
    for status in [502, 502, 200, 502, 200] {
        let reply = session.handle(proper(INTERNAL));
        assert_eq!(reply.status, status);
        let id = reply.headers["x-request-id"].to_str().unwrap().to_owned();
        if status == 502 {
            assert_eq!(json(&reply)["request_id"], id);
        }
        assert!(ids.insert(id), "{ids:?}");
    }
}

#[test]
fn a_cluster_that_is_not_ready_issues_nothing_until_it_is() {
    let rows = [
        (Some(State::Creating), None, [404, 404, 404], "cce.not-ready.creating", "CCE.01404001"),
        (None, Some(2), [404, 404, 200], "cce.not-ready.creating", "CCE.01404001"),
        (Some(State::Creating), Some(1), [404, 200, 200], "cce.not-ready.creating", "CCE.01404001"),
        (Some(State::Unavailable), Some(2), [500, 500, 200], "cce.not-ready.unavailable", "CCE.01500001"),
        (Some(State::Creating), Some(0), [200, 200, 200], "", ""),
        (Some(State::Ready), Some(2), [200, 200, 200], "", ""),
        (None, None, [200, 200, 200], "", ""),
    ];
    for (state, ready_after_calls, statuses, clause, code) in rows {
        let mut world = World::default();
        world.clusters[0] = Cluster { state, ready_after_calls, ..Cluster::default() };
        for status in statuses {
            let issued = world.ledger.count();
            // Calls about another cluster, and of somebody who may not ask, do not count.
            let (other, next) = answer(&world, &proper(WITH_EIP));
            assert_eq!(other.status, 200);
            let (nobody, next) = answer(&next, &anonymous(INTERNAL));
            assert_eq!(nobody.decision.clause, "cce.auth.missing");
            let (reply, next) = answer(&next, &proper(INTERNAL));
            assert_eq!(reply.status, status, "{state:?} {ready_after_calls:?}");
            if status == 200 {
                assert_eq!(next.ledger.count(), issued + 2);
            } else {
                assert_eq!((reply.decision.clause, reply.decision.verdict), (clause, Verdict::Refused));
                is_a_clause(clause);
                assert_eq!(json(&reply)["errorCode"], code);
                assert!(reply.decision.explanation.contains("`state`"), "{}", reply.decision.explanation);
                assert_eq!(next.ledger.count(), issued + 1);
            }
            world = next;
        }
    }
}
