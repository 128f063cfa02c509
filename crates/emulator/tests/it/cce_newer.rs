//! The edition of cce that asks with POST.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kubeproof_emulator::providers::cce::{Cce, Certificates, Cloud, ContentType, Incident, VerifiedAccess, World};
use kubeproof_emulator::{Admission, EPOCH, Edition, Emulation, Presented, Reply, Request, Verdict};
use serde_json::{Value, json};

const OLDER: Edition = Cce::EDITIONS[0];
const NEWER: Edition = Cce::EDITIONS[1];

const INTERNAL: &str =
    "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert";
const WITH_EIP: &str =
    "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000002/clustercert";

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn answer(world: &World, request: &Request) -> (Reply, World) {
    Cce::answer(NEWER, world, EPOCH, request)
}

fn anonymous(target: &str, body: &str) -> Request {
    let request = Request::get(target).with_method(Method::POST).with_header("content-type", "application/json");
    Request { body: body.as_bytes().to_vec(), ..request }
}

fn post(target: &str, body: &str) -> Request {
    anonymous(target, body).with_header("x-auth-token", "example-iam-token")
}

fn get(target: &str) -> Request {
    Request::get(target)
        .with_header("content-type", "application/json")
        .with_header("x-auth-token", "example-iam-token")
}

fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

#[track_caller]
fn is_a_clause(clause: &str) {
    const CLAUSES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/cce/clauses.yaml"));
    assert!(CLAUSES.contains(&format!("  - id: {clause}\n")), "{clause} is not in the clause file");
}

/// How long the certificate in an answer of `now` is admitted by the cluster.
fn lifetime(reply: &Reply, world: &World, target: &str, now: Timestamp) -> SignedDuration {
    let body = json(reply);
    let pem = STANDARD.decode(body["users"][0]["user"]["client-certificate-data"].as_str().unwrap()).unwrap();
    let lines = String::from_utf8(pem).unwrap();
    let der = STANDARD.decode(lines.lines().filter(|line| !line.starts_with("---")).collect::<String>()).unwrap();
    let presented = Presented::ClientCertificate(der);
    let segments: Vec<&str> = target.split('/').collect();
    let cluster: BTreeMap<String, String> = [("project_id", segments[4]), ("cluster_id", segments[6])]
        .map(|(name, id)| (name.to_owned(), id.to_owned()))
        .into();
    let admits = |after: SignedDuration| {
        Cce::admits(world, now.checked_add(after).unwrap(), &cluster, &presented) == Admission::Admitted
    };
    // By halving: admitted at first, and refused after six years.
    let (mut good, mut bad) = (0, (DAY * 6 * 366).as_secs());
    assert!(admits(SignedDuration::ZERO) && !admits(SignedDuration::from_secs(bad)));
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if admits(SignedDuration::from_secs(middle)) { good = middle } else { bad = middle }
    }
    SignedDuration::from_secs(bad)
}

#[track_caller]
fn lasts(cloud: Cloud, now: Timestamp, body: &str, expected: SignedDuration) {
    let (reply, world) = Cce::answer(NEWER, &World { cloud, ..World::default() }, now, &post(INTERNAL, body));
    assert_eq!(reply.decision.clause, "cce.status.200", "{body}: {}", reply.decision.explanation);
    assert!(reply.complaints.is_empty(), "{:?}", reply.complaints);
    assert_eq!(lifetime(&reply, &world, INTERNAL, now), expected, "{body}");
}

#[track_caller]
fn refused(cloud: Cloud, now: Timestamp, body: &str, clause: &str, remedy: &str) {
    let (reply, world) = Cce::answer(NEWER, &World { cloud, ..World::default() }, now, &post(INTERNAL, body));
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (400, clause), "{body}: {}", reply.decision.explanation);
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert!(reply.decision.explanation.contains(remedy), "{body}: {}", reply.decision.explanation);
    is_a_clause(clause);
    assert_eq!(json(&reply), json!({"errorMessage": "Invalid request.", "errorCode": "CCE.01400001"}));
    assert_eq!(world.ledger.count(), 0, "a refusal issues nothing");
}

#[test]
fn a_certificate_lasts_for_the_days_that_were_asked_for() {
    use Cloud::{HuaweiCloud, OpenTelekomCloud};
    for days in [1, 2, 7, 30, 1825] {
        for cloud in [HuaweiCloud, OpenTelekomCloud] {
            let duration = DAY * days;
            lasts(cloud, EPOCH, &format!(r#"{{"duration":{days}}}"#), duration);
            lasts(cloud, EPOCH, &format!(r#" {{"x": [1], "duration" : {days}, "expire_at": null}} "#), duration);
        }
    }
    // The authority of the cluster would not outlive one of 2096, which says nothing of what is admitted.
    for (now, most) in [("2096-03-01T00:00:00Z", 1825), ("2026-01-01T00:00:00Z", 1826), ("2027-03-01T00:00:00Z", 1827)]
    {
        let now = now.parse().unwrap();
        lasts(HuaweiCloud, now, &format!(r#"{{"duration":{most}}}"#), DAY * most);
        lasts(HuaweiCloud, now, r#"{"duration":-1}"#, DAY * most);
        let one_more = format!(r#"{{"duration":{}}}"#, most + 1);
        refused(HuaweiCloud, now, &one_more, "cce.post.duration-range", &format!("1 to {most} days"));
        lasts(OpenTelekomCloud, now, r#"{"duration":-1}"#, DAY * 1825);
        refused(OpenTelekomCloud, now, r#"{"duration":1826}"#, "cce.post.duration-range.otc", "1 to 1825 days");
    }
    for days in ["0", "-2", "-1827", "10950", "9223372036854775807", "-9223372036854775808"] {
        let body = format!(r#"{{"duration":{days}}}"#);
        refused(HuaweiCloud, EPOCH, &body, "cce.post.duration-range", "1 to 1826 days");
        refused(OpenTelekomCloud, EPOCH, &body, "cce.post.duration-range.otc", "1 to 1825 days");
    }
    for days in ["\"30\"", "30.5", "30.0", "1e2", "true", "[30]", "{}", "9223372036854775808"] {
        let body = format!(r#"{{"duration":{days}}}"#);
        refused(HuaweiCloud, EPOCH, &body, "cce.post.duration", "an integer");
    }
    is_a_clause("cce.post.longest");
    is_a_clause("cce.certificate.lasts-as-asked");
}

#[test]
fn a_certificate_lasts_until_the_instant_that_was_asked_for() {
    use Cloud::{HuaweiCloud, OpenTelekomCloud};
    let body = |at: &str| format!(r#"{{"expire_at":"{at}"}}"#);
    for (at, expected) in [
        ("2026-01-01 00:15:00 +0000 UTC", SignedDuration::from_mins(15)),
        ("2026-01-08 00:00:01 +0000 UTC", DAY * 7 + SECOND),
        ("2031-01-01 00:00:00 +0000 UTC", DAY * 1826),
    ] {
        lasts(HuaweiCloud, EPOCH, &body(at), expected);
        // It counts, and what a duration says does not.
        for duration in ["1", "0", "\"x\"", "null"] {
            let both = format!(r#"{{"duration":{duration},"expire_at":"{at}"}}"#);
            lasts(HuaweiCloud, EPOCH, &both, expected);
        }
    }
    is_a_clause("cce.post.expire-at-wins");
    for at in [
        "2025-12-31 23:59:59 +0000 UTC",
        "2026-01-01 00:00:00 +0000 UTC",
        "2026-01-01 00:14:59 +0000 UTC",
        "2031-01-01 00:00:01 +0000 UTC",
        "9999-12-31 23:59:59 +0000 UTC",
    ] {
        let rule = "15 minutes to 5 years ahead of the emulator's clock, which says 2026-01-01T00:00:00Z";
        refused(HuaweiCloud, EPOCH, &body(at), "cce.post.expire-at-range", rule);
        let both = format!(r#"{{"duration":30,"expire_at":"{at}"}}"#);
        refused(HuaweiCloud, EPOCH, &both, "cce.post.expire-at-range", rule);
    }
    for at in [
        "",
        "2027-01-01",
        "2027-01-01T00:00:00Z",
        "2027-01-01 00:00:00",
        "2027-01-01 00:00:00 UTC",
        "2027-01-01 00:00:00 +0000",
        "2027-01-01 00:00:00 +0100 CET",
        "2027-01-01 00:00:00.5 +0000 UTC",
        "2027-1-1 0:0:0 +0000 UTC",
        "2027-02-29 00:00:00 +0000 UTC",
        "2027-01-01 24:00:00 +0000 UTC",
        " 2027-01-01 00:00:00 +0000 UTC",
        "2027-01-01  00:00:00 +0000 UTC",
        "2027-01-01 00:00:00 +0000 utc",
    ] {
        refused(HuaweiCloud, EPOCH, &body(at), "cce.post.expire-at", "2025-01-01 16:00:00 +0000 UTC");
    }
    refused(HuaweiCloud, EPOCH, r#"{"expire_at":1798761600}"#, "cce.post.expire-at", "a string");
    refused(HuaweiCloud, EPOCH, r#"{"expire_at":1,"duration":30}"#, "cce.post.expire-at", "a string");
    // The other cloud knows a duration alone.
    let at = body("2026-02-01 00:00:00 +0000 UTC");
    refused(OpenTelekomCloud, EPOCH, &at, "cce.post.duration-required", "knows no `expire_at`");
    lasts(OpenTelekomCloud, EPOCH, r#"{"duration":7,"expire_at":"2026-02-01 00:00:00 +0000 UTC"}"#, DAY * 7);
}

#[test]
fn a_body_is_an_object_that_says_how_long() {
    for body in [
        "",
        " ",
        "30",
        "\"30\"",
        "null",
        "[]",
        "[{\"duration\":30}]",
        "{",
        "duration=30",
        "{\"duration\":30} x",
        "\u{0}",
    ] {
        refused(Cloud::HuaweiCloud, EPOCH, body, "cce.post.body", "a JSON object");
    }
    for body in ["{}", r#"{"days":30}"#, r#"{"Duration":30}"#, r#"{"duration":null,"expire_at":null}"#] {
        refused(Cloud::HuaweiCloud, EPOCH, body, "cce.post.one-required", "one of them is required");
        refused(Cloud::OpenTelekomCloud, EPOCH, body, "cce.post.duration-required", "give `duration`");
    }
}

#[test]
fn of_a_post_the_media_type_is_verified() {
    let typed = |values: &[&str]| {
        let request = Request::get(INTERNAL).with_method(Method::POST).with_header("x-auth-token", "example-iam-token");
        let request = values.iter().fold(request, |request, value| request.with_header("content-type", value));
        Request { body: br#"{"duration":30}"#.to_vec(), ..request }
    };
    for world in [World::default(), World { content_type: ContentType::Strict, ..World::default() }] {
        for values in [&[][..], &["text/plain"], &["multipart/form-data"], &["application/json", "application/json"]] {
            let (reply, next) = answer(&world, &typed(values));
            assert_eq!((reply.status.as_u16(), reply.decision.clause), (400, "cce.post.content-type"), "{values:?}");
            assert_eq!(json(&reply)["errorCode"], "CCE.01400006");
            assert_eq!((reply.complaints.len(), next.ledger.count()), (1, 0));
        }
        for value in ["application/json", "application/json;charset=utf-8"] {
            assert_eq!(answer(&world, &typed(&[value])).0.status, 200, "{value}");
        }
    }
    is_a_clause("cce.post.content-type");
    // Of the GET it is not, as before.
    let untyped = Request::get(INTERNAL).with_header("x-auth-token", "example-iam-token");
    assert_eq!(answer(&World::default(), &untyped).0.status, 200);
}

#[test]
fn the_get_is_answered_and_complained_of() {
    let (reply, world) = answer(&World::default(), &get(INTERNAL));
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (200, "cce.status.200"));
    let complaints: Vec<&str> = reply.complaints.iter().map(|complaint| complaint.clause).collect();
    assert_eq!(complaints, ["cce.route.get-deprecated"]);
    assert!(reply.complaints[0].explanation.contains("POST"), "{:?}", reply.complaints);
    assert_eq!(lifetime(&reply, &world, INTERNAL, EPOCH), DAY * 30);
    // It says nothing of a port, and in the older edition nothing is complained of.
    assert!(!reply.headers.contains_key("port-id"));
    assert!(Cce::answer(OLDER, &World::default(), EPOCH, &get(INTERNAL)).0.complaints.is_empty());
    for clause in ["cce.route.get-deprecated", "cce.route.get-answered", "cce.reply.port-id"] {
        is_a_clause(clause);
    }
}

#[test]
fn what_is_no_api_is_refused_by_the_gateway() {
    for (edition, method, says) in [
        (OLDER, Method::POST, "with GET:"),
        (NEWER, Method::PUT, "with POST (or GET, which is deprecated)"),
        (NEWER, Method::HEAD, "with POST"),
        (NEWER, Method::DELETE, "with POST"),
    ] {
        let request = post(INTERNAL, r#"{"duration":30}"#).with_method(method);
        let (reply, _) = Cce::answer(edition, &World::default(), EPOCH, &request);
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (404, "cce.gateway.not-found"));
        assert!(reply.decision.explanation.contains(says), "{}", reply.decision.explanation);
        assert_eq!(json(&reply)["error_code"], "APIGW.0101");
    }
    let (reply, _) = answer(&World::default(), &post(&format!("{INTERNAL}/"), "{}"));
    assert_eq!(reply.decision.clause, "cce.gateway.not-found");
}

#[test]
fn with_an_eip_one_way_from_outside_is_verified_and_one_is_not() {
    let (reply, world) = answer(&World::default(), &post(WITH_EIP, r#"{"duration":7}"#));
    let body = json(&reply);
    let authority = STANDARD.encode(Cce::certificate_authority(&world));
    let (inside, outside) = ("https://192.168.1.7:5443", "https://203.0.113.10:5443");
    assert_eq!(
        body["clusters"],
        json!([
            {"name": "internalCluster", "cluster": {"server": inside, "certificate-authority-data": authority}},
            {"name": "externalCluster", "cluster": {"server": outside, "insecure-skip-tls-verify": true}},
            {"name": "externalClusterTLSVerify", "cluster": {"server": outside, "certificate-authority-data": authority}},
        ])
    );
    assert_eq!(
        body["contexts"],
        json!([
            {"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}},
            {"name": "external", "context": {"cluster": "externalCluster", "user": "user"}},
            {"name": "externalTLSVerify", "context": {"cluster": "externalClusterTLSVerify", "user": "user"}},
        ])
    );
    assert_eq!(body["current-context"], "external");
    assert_eq!(lifetime(&reply, &world, WITH_EIP, EPOCH), DAY * 7);
    // The GET says the same of the cluster.
    let by_get = json(&answer(&World::default(), &get(WITH_EIP)).0);
    assert_eq!((&by_get["clusters"], &by_get["contexts"]), (&body["clusters"], &body["contexts"]));

    let mut world = World::default();
    world.clusters[1].verified_access = VerifiedAccess::Absent;
    let alone = json(&answer(&world, &post(WITH_EIP, r#"{"duration":7}"#)).0);
    assert_eq!(alone["clusters"].as_array().unwrap()[..], body["clusters"].as_array().unwrap()[..2]);
    assert_eq!(alone["contexts"].as_array().unwrap()[..], body["contexts"].as_array().unwrap()[..2]);
    assert_eq!(alone["current-context"], "external");

    // Without one nothing differs from the older edition.
    let mut world = World::default();
    world.clusters[0].certificates = Certificates::Blank;
    let (newer, _) = answer(&world, &post(INTERNAL, r#"{"duration":7}"#));
    let (older, _) = Cce::answer(OLDER, &world, EPOCH, &get(INTERNAL));
    assert_eq!(newer.body, older.body);
}

#[test]
fn an_answer_to_a_post_names_the_port_of_the_cluster() {
    let port = |seed, target| {
        let world = World { seed, ..World::default() };
        let (reply, next) = answer(&world, &post(target, r#"{"duration":7}"#));
        let again = answer(&next, &post(target, r#"{"duration":9}"#)).0;
        assert_eq!(reply.headers["port-id"], again.headers["port-id"]);
        reply.headers["port-id"].to_str().unwrap().to_owned()
    };
    let one = port(1, INTERNAL);
    let groups: Vec<usize> = one.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert!(one.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{one}");
    assert_ne!(one, port(1, WITH_EIP));
    assert_ne!(one, port(2, INTERNAL));
    // A refusal names none.
    assert!(!answer(&World::default(), &post(INTERNAL, "{}")).0.headers.contains_key("port-id"));
}

#[test]
fn a_token_may_come_as_a_bearer() {
    let asked = |edition, authorizations: &[&str]| {
        let request = anonymous(INTERNAL, r#"{"duration":30}"#);
        let request = authorizations.iter().fold(request, |request, value| request.with_header("authorization", value));
        // The older edition has no POST.
        let request = if edition == OLDER { request.with_method(Method::GET) } else { request };
        let reply = Cce::answer(edition, &World::default(), EPOCH, &request).0;
        (reply.status.as_u16(), reply.decision.clause)
    };
    for (edition, authorizations, expected) in [
        (NEWER, &["Bearer example-iam-token"][..], (200, "cce.status.200")),
        (NEWER, &["bearer  example-iam-token"], (200, "cce.status.200")),
        (NEWER, &["Bearer wrong"], (401, "cce.auth.token-invalid")),
        (NEWER, &["Bearer "], (401, "cce.auth.token-invalid")),
        (NEWER, &["Bearer example-iam-token-without-rights"], (403, "cce.auth.permission")),
        (NEWER, &["Bearer example-iam-token", "Bearer example-iam-token"], (401, "cce.aksk.header-form")),
        (NEWER, &["Bearerexample-iam-token"], (401, "cce.aksk.header-form")),
        (NEWER, &["Basic eDp5"], (401, "cce.aksk.header-form")),
        (NEWER, &[], (401, "cce.auth.missing")),
        (OLDER, &["Bearer example-iam-token"], (401, "cce.auth.token")),
    ] {
        assert_eq!(asked(edition, authorizations), expected, "{authorizations:?}");
    }
    is_a_clause("cce.auth.bearer");
}

/// The signature is that of the provider's own library for Python, over method and body.
#[test]
fn a_signature_covers_method_and_body() {
    let mut world = World::default();
    world.clusters[0].id = "11111111-2222-3333-4444-555555555555".to_owned();
    world.clusters[0].project_id = "08d44be1ef00d22e2f6fc0061f54a2f1".to_owned();
    let target =
        "/api/v3/projects/08d44be1ef00d22e2f6fc0061f54a2f1/clusters/11111111-2222-3333-4444-555555555555/clustercert";
    let headers = "SignedHeaders=content-type;host;x-project-id;x-sdk-date";
    let signature = "Signature=d415193ffc879d5a471f51f68773e6c722fb678de00c12bd1025757dfe84bee5";
    let signed = |body| {
        anonymous(target, body)
            .with_header("host", "127.0.0.1:8080")
            .with_header("x-sdk-date", "20240102T030405Z")
            .with_header("x-project-id", "08d44be1ef00d22e2f6fc0061f54a2f1")
            .with_header("authorization", &format!("SDK-HMAC-SHA256 Access=AKEXAMPLE, {headers}, {signature}"))
    };
    let clause = |request: &Request| answer(&world, request).0.decision.clause;
    assert_eq!(clause(&signed(r#"{"duration":30}"#)), "cce.status.200");
    assert_eq!(clause(&signed(r#"{"duration":31}"#)), "cce.aksk.signature");
    assert_eq!(clause(&signed(r#"{"duration": 30}"#)), "cce.aksk.signature");
    assert_eq!(clause(&signed(r#"{"duration":30}"#).with_method(Method::GET)), "cce.aksk.signature");
    is_a_clause("cce.aksk.body");
}

/// Who asks is looked at before what is asked, and what is asked before whether it is there.
#[test]
fn refusals_have_an_order() {
    let elsewhere = INTERNAL.replace("abc/", "abd/");
    let without_rights =
        |target: &str, body| anonymous(target, body).with_header("x-auth-token", "example-iam-token-without-rights");
    for (request, clause) in [
        (anonymous(INTERNAL, ""), "cce.auth.missing"),
        (without_rights(INTERNAL, ""), "cce.auth.permission"),
        (without_rights(&elsewhere, r#"{"duration":30}"#), "cce.auth.permission"),
        (post(&elsewhere, ""), "cce.post.body"),
        (post(&elsewhere, r#"{"duration":30}"#), "cce.status.404"),
    ] {
        let (reply, world) = answer(&World::default(), &request);
        assert_eq!((reply.decision.clause, world.ledger.count()), (clause, 0));
    }
}

#[test]
fn incidents_are_those_of_the_older_edition() {
    for incident in [Incident::ServerError, Incident::RateLimited, Incident::GatewayUnavailable] {
        let request = post(INTERNAL, r#"{"duration":30}"#);
        let (newer, _) = Cce::incident(NEWER, &incident, &World::default(), EPOCH, &request);
        let (older, _) = Cce::incident(OLDER, &incident, &World::default(), EPOCH, &get(INTERNAL));
        assert_eq!((newer.status, newer.body, newer.headers), (older.status, older.body, older.headers));
    }
}
