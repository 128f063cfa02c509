#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use kubeproof_emulator::CLAUSE_HEADER;
use kubeproof_emulator::host::WiremockHost;
use kubeproof_emulator::providers::ucs::{Cluster, DownloadedAs, Incident, ItemsAs, State, Ucs, World};
use kubeproof_emulator::{
    AccessKey, Admission, CallerCredentials, EPOCH, Edition, Emulation, Presented, Reply, Request, Session, Setting,
    Verdict,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PUBLIC: &str = "/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo";
const PRIVATE: &str = "/v1/clusters/0c0ffee0-0000-4000-8000-000000000002/accessinfo";
const CCE: &str = "/v1/clusters/0c0ffee0-0000-4000-8000-000000000003/accessinfo";

fn answer(world: &World, request: &Request) -> (Reply, World) {
    Ucs::answer(Ucs::EDITIONS[0], world, EPOCH, request)
}

fn proper(target: &str) -> Request {
    Request::get(target).with_header("x-auth-token", "example-iam-token")
}

fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn objects() -> World {
    World { items_as: Some(ItemsAs::Objects), ..World::default() }
}

/// Whether no download was used up since the beginning.
fn nothing_is_downloaded(world: &World) -> bool {
    let downloaded = |world: &World| world.clusters.iter().map(|cluster| cluster.downloaded).collect::<Vec<_>>();
    downloaded(world) == downloaded(&World::default())
}

#[track_caller]
fn is_a_clause(clause: &str) {
    const CLAUSES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ucs/clauses.yaml"));
    assert!(CLAUSES.contains(&format!("  - id: {clause}\n")), "{clause} is not in the clause file");
}

/// The request is refused by `clause`, and leaves every download as it was.
#[track_caller]
fn refused(request: &Request, status: u16, code: &str, clause: &str, remedy: &str) {
    let (reply, world) = answer(&World::default(), request);
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{}", reply.decision.explanation);
    assert!(reply.decision.explanation.contains(remedy), "{}", reply.decision.explanation);
    is_a_clause(clause);
    let body = json(&reply);
    assert_eq!(body["error_code"], code);
    assert!(body["error_msg"].is_string());
    assert_eq!(body.get("request_id").is_some(), code.starts_with("APIGW"));
    assert!(nothing_is_downloaded(&world));
}

#[test]
fn what_is_no_api_is_refused_by_the_gateway() {
    let trailing = format!("{PUBLIC}/");
    for target in ["/", "", "/v1/clusters", &trailing, &PUBLIC.replace("v1", "v2")] {
        refused(&proper(target), 404, "APIGW.0101", "ucs.gateway.not-found", "ask for `GET /v1/clusters/");
    }
    for method in [Method::HEAD, Method::POST, Method::OPTIONS] {
        refused(&proper(PUBLIC).with_method(method), 404, "APIGW.0101", "ucs.gateway.not-found", "`GET ");
    }
}

#[test]
fn who_may_not_ask_is_refused() {
    let token = |token| Request::get(PUBLIC).with_header("x-auth-token", token);
    let authorization = |value: &str| Request::get(PUBLIC).with_header("authorization", value);
    let header = "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature=";
    let signature = "0".repeat(64);
    let signed = |header: &str| {
        authorization(&format!("{header}{signature}"))
            .with_header("host", "127.0.0.1")
            .with_header("x-sdk-date", "20260101T000000Z")
    };
    let rows = [
        (Request::get(PUBLIC), "auth.missing", "`X-Auth-Token`, or sign"),
        (token("wrong"), "auth.token-invalid", "`tokens`"),
        (authorization("Bearer example-iam-token"), "auth.token", "`X-Auth-Token`"),
        (token("example-iam-token").with_header("x-auth-token", "wrong"), "auth.token-once", "once"),
        (token("wrong").with_header("x-auth-token", "example-iam-token"), "auth.token-once", "once"),
        (authorization("Basic eDp5"), "aksk.header-form", "SDK-HMAC-SHA256"),
        (authorization(&format!("{header}{signature}")), "aksk.date", "X-Sdk-Date"),
        (signed(&header.replace("host;", "")), "aksk.signed-headers", "sign `host` too"),
        (signed(&header.replace("Access=AKEXAMPLE", "Access=OTHER")), "aksk.unknown-key", "`access_keys`"),
        (
            signed(&header.replace("Access=AKEXAMPLE", "Credential=AKEXAMPLE/20260101/r/s/other")),
            "aksk.scope",
            "`sdk_request`",
        ),
        (signed(header), "aksk.signature", "GET\n/v1/clusters/"),
    ];
    for (request, point, remedy) in rows {
        refused(&request, 401, "APIGW.0301", &format!("ucs.{point}"), remedy);
    }
    let (reply, _) = answer(&World::default(), &token("wrong").with_header("authorization", "anything"));
    assert_eq!(reply.complaints.iter().map(|c| c.clause).collect::<Vec<_>>(), ["ucs.auth.token-and-signature"]);
    let (reply, _) = answer(&World::default(), &proper(CCE).with_header("authorization", "anything"));
    assert_eq!(reply.complaints.len(), 1, "a refusal complains too");
    let without_rights = token("example-iam-token-without-rights");
    refused(&without_rights, 403, "UCS.01010003", "ucs.auth.permission", "`tokens`");
}

#[test]
fn an_id_is_a_uuid_of_a_third_party_cluster() {
    let ids = [
        "demo",
        "",
        "0c0ffee000004000800000000000000001",
        "0c0ffee0-0000-4000-8000-00000000000",
        "0c0ffee0-0000-4000-8000-0000000000011",
        "0c0ffee0-0000-4000-8000-00000000000g",
        "0c0ffee0-0000-4000-80000000-00000001",
        "{clusterid}",
        "%7Bclusterid%7D",
        "%FF",
        "..",
        "0c0ffee0-0000-4000-8000-000000000001%20",
    ];
    for id in ids {
        let target = format!("/v1/clusters/{id}/accessinfo");
        refused(&proper(&target), 403, "UCS.01000004", "ucs.id.uuid", "8-4-4-4-12");
    }
    let unknown = PUBLIC.replace("0001/", "0009/");
    refused(&proper(&unknown), 403, "UCS.01030005", "ucs.auth.unknown-cluster", "there is none with this id");
    refused(&proper(CCE), 400, "UCS.01030011", "ucs.kind.cce-is-400", "third-party cluster");
    let in_upper_case = PUBLIC.replace("0c0ffee0", "0C0FFEE0");
    assert_eq!(answer(&World::default(), &proper(&in_upper_case)).0.decision.clause, "ucs.reply.access-info");
    let encoded = PUBLIC.replace("0c0ffee0", "%30c0ffee0");
    assert_eq!(answer(&World::default(), &proper(&encoded)).0.decision.clause, "ucs.reply.access-info");
}

#[test]
fn a_private_cluster_needs_both_parameters() {
    let rows = [
        ("", "ucs.query.vpcendpoint", "add `vpcendpoint`"),
        ("?region=eu-de", "ucs.query.vpcendpoint", "add `vpcendpoint`"),
        ("?vpcendpoint=10.0.0.9", "ucs.query.region", "add `region`"),
        ("?vpcendpoint=10.0.0.9&region=", "ucs.query.refused-with-400", "give `region` a value"),
        ("?vpcendpoint=&region=eu-de", "ucs.query.refused-with-400", "give `vpcendpoint` a value"),
        ("?vpcendpoint=10.0.0.9&region=a&region=b", "ucs.query.refused-with-400", "send `region` once"),
        ("?vpcendpoint=vpc.example.com&region=eu-de", "ucs.query.vpcendpoint-is-ip", "IP address"),
        ("?vpcendpoint=10.0.0.256&region=eu-de", "ucs.query.vpcendpoint-is-ip", "IP address"),
        ("?vpcendpoint=10.0.0.9%0A&region=eu-de", "ucs.query.vpcendpoint-is-ip", "IP address"),
        ("?VPCENDPOINT=10.0.0.9&region=eu-de", "ucs.query.vpcendpoint", "add `vpcendpoint`"),
    ];
    for (query, clause, remedy) in rows {
        refused(&proper(&format!("{PRIVATE}{query}")), 400, "UCS.01000011", clause, remedy);
    }
    let given = [("10.0.0.9", "10.0.0.9"), ("fd00%3A%3A9", "fd00::9"), ("fd00::9", "fd00::9")];
    for (vpcendpoint, address) in given {
        let target = format!("{PRIVATE}?vpcendpoint={vpcendpoint}&region=eu-de");
        let (reply, _) = answer(&objects(), &proper(&target));
        let pod = &json(&reply)[0]["spec"]["template"]["spec"];
        assert_eq!(pod["hostAliases"], json!([{"ip": address, "hostnames": ["proxyurl.ucs.example.com"]}]));
        let args = pod["containers"][0]["args"].as_array().unwrap();
        assert!(args.contains(&json!(format!("--agent-identifiers=host={address}"))));
    }
    // A public cluster ignores both, good or bad.
    let plain = answer(&World::default(), &proper(PUBLIC)).0;
    for query in ["?vpcendpoint=10.0.0.9&region=eu-de", "?vpcendpoint=nonsense", "?region=a&region=b", "?x=y"] {
        assert_eq!(answer(&World::default(), &proper(&format!("{PUBLIC}{query}"))).0.body, plain.body, "{query}");
    }
}

#[test]
fn access_information_is_the_manifests_of_an_agent() {
    let (as_objects, _) = answer(&objects(), &proper(PUBLIC));
    let items = json(&as_objects);
    assert_eq!(items.as_array().unwrap().len(), 2);
    let [deployment, secret] = [&items[0], &items[1]];
    assert_eq!((&deployment["kind"], &deployment["metadata"]["name"]), (&json!("Deployment"), &json!("proxy-agent")));
    assert_eq!((&secret["kind"], &secret["metadata"]["name"]), (&json!("Secret"), &json!("proxy-agent-cert")));
    let spec = &deployment["spec"];
    assert_eq!(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]);
    assert_eq!(spec["template"]["spec"].get("hostAliases"), None);
    let args = spec["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    assert!(args.contains(&json!("--agent-id=0c0ffee0-0000-4000-8000-000000000001")));

    let data = secret["data"].as_object().unwrap();
    let keys: Vec<&str> = data.keys().map(String::as_str).collect();
    assert_eq!(keys, ["ca.crt", "proxy-agent.crt", "proxy-agent.key", "common_shared.key", "root.key"]);
    let text = |key: &str| String::from_utf8(STANDARD.decode(data[key].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(text("ca.crt"), Ucs::certificate_authority(&objects()));
    let certificate = text("proxy-agent.crt");
    let base64: String = certificate.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).unwrap();
    // It is good for a year from the epoch on, as two `UTCTime`s of DER say.
    let validity = b"\x17\x0d260101000000Z\x17\x0d270101000000Z";
    assert!(der.windows(validity.len()).any(|bytes| bytes == validity), "{certificate}");
    for key in ["proxy-agent.key", "root.key"] {
        assert!(text(key).starts_with("-----BEGIN PRIVATE KEY-----\n"));
    }

    // As the document's table says: the same, each item a string.
    let (as_strings, _) = answer(&World::default(), &proper(PUBLIC));
    let strings: Vec<String> = serde_json::from_slice(&as_strings.body).unwrap();
    let parsed: Vec<Value> = strings.iter().map(|item| serde_json::from_str(item).unwrap()).collect();
    assert_eq!(Value::from(parsed), items);
    is_a_clause(as_strings.decision.clause);
    is_a_clause("ucs.reply.array-of-strings");
}

#[test]
fn a_download_happens_once() {
    let rows = [
        (DownloadedAs::Array, r#"["Downloaded"]"#, "application/json"),
        (DownloadedAs::String, r#""Downloaded""#, "application/json"),
        (DownloadedAs::BareText, "Downloaded", "text/plain"),
    ];
    for (shape, body, content_type) in rows {
        let (first, mut world) = answer(&World { downloaded_as: Some(shape), ..World::default() }, &proper(PUBLIC));
        assert_eq!(first.decision.clause, "ucs.reply.access-info");
        assert!(world.clusters[0].downloaded);
        for _ in 0..3 {
            let (repeated, next) = answer(&world, &proper(PUBLIC));
            assert_eq!(repeated.status, 200);
            assert_eq!(String::from_utf8(repeated.body.to_vec()).unwrap(), body);
            assert_eq!(repeated.headers["content-type"], content_type);
            assert_eq!(repeated.decision.clause, "ucs.download.message");
            is_a_clause(repeated.decision.clause);
            world = next;
        }
        // Every cluster has its own.
        let (other, world) = answer(&world, &proper(&format!("{PRIVATE}?vpcendpoint=10.0.0.9&region=eu-de")));
        assert_eq!(other.decision.clause, "ucs.reply.access-info");
        // What was handed out needs no parameters any more.
        for query in ["", "?region=eu-de", "?vpcendpoint=nonsense&region="] {
            let (repeated, _) = answer(&world, &proper(&format!("{PRIVATE}{query}")));
            assert_eq!(repeated.decision.clause, "ucs.download.message", "{query}");
        }
        // But who may not ask is not told.
        assert_eq!(answer(&world, &Request::get(PUBLIC)).0.status, 401);
        assert_eq!(answer(&world, &proper(CCE)).0.status, 400);
    }
}

#[test]
fn neither_refusals_nor_incidents_use_up_a_download() {
    let incidents = serde_json::from_value(json!([{"calls": [1, 2], "is": "server-error"}])).unwrap();
    let mut session = Session::new::<Ucs>(Setting { incidents, ..Setting::default() });
    let mut clauses = Vec::new();
    let requests = [proper(PUBLIC), proper(PUBLIC), Request::get(PUBLIC), proper(CCE), proper(PUBLIC), proper(PUBLIC)];
    for request in requests {
        clauses.push(session.handle(request).decision.clause);
    }
    assert_eq!(
        clauses,
        [
            "ucs.status.500",
            "ucs.status.500",
            "ucs.auth.missing",
            "ucs.kind.cce-is-400",
            "ucs.reply.access-info",
            "ucs.download.message"
        ]
    );
}

#[test]
fn a_signed_request_is_answered() {
    let mut world = World::default();
    world.clusters[1].id = "11111111-2222-3333-4444-555555555555".to_owned();
    // Not in the order in which they are signed.
    let request =
        Request::get("/v1/clusters/11111111-2222-3333-4444-555555555555/accessinfo?vpcendpoint=10.0.0.9&region=eu-de")
            .with_header("content-type", "application/json")
            .with_header("host", "127.0.0.1:8080")
            .with_header("x-sdk-date", "20240102T030405Z")
            .with_header("x-domain-id", "d0123456789abcdef0123456789abcde")
            .with_header(
                "authorization",
                "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=content-type;host;x-domain-id;x-sdk-date, \
         Signature=52c008d7df8c317f05e7ddb78a30355137d1272335128bf263970f5c9b026936",
            );
    let (reply, _) = answer(&world, &request);
    assert_eq!(reply.decision.clause, "ucs.reply.access-info", "{}", reply.decision.explanation);
    let forbidden =
        World { access_keys: Vec::new(), forbidden_access_keys: vec![AccessKey::default()], ..world.clone() };
    let (reply, _) = answer(&forbidden, &request);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (403, "ucs.auth.permission"));
    let (reply, _) = answer(&world, &request.with_header("x-auth-token", "example-iam-token"));
    assert_eq!(reply.complaints.iter().map(|c| c.clause).collect::<Vec<_>>(), ["ucs.auth.token-and-signature"]);
    is_a_clause("ucs.auth.token-and-signature");
}

#[test]
fn incidents_speak_in_the_dialect_of_who_fails() {
    let rows = [
        (Incident::BadRequest, 400, "ucs.status.400", "UCS.01030002"),
        (Incident::Forbidden, 403, "ucs.status.403", "UCS.01000004"),
        (Incident::RateLimited, 429, "ucs.status.429", "UCS.01000002"),
        (Incident::ServerError, 500, "ucs.status.500", "UCS.01020002"),
        (Incident::GatewayUnavailable, 502, "ucs.gateway.unavailable", "APIGW.0201"),
        (Incident::GatewayTimeout, 504, "ucs.gateway.timeout", "APIGW.0201"),
    ];
    for (incident, status, clause, code) in rows {
        let (reply, _) = Ucs::incident(Ucs::EDITIONS[0], &incident, &World::default(), EPOCH, &proper(PUBLIC));
        assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause));
        assert_eq!(reply.decision.verdict, Verdict::Incident);
        is_a_clause(clause);
        let said = json(&reply);
        assert_eq!(said["error_code"], code);
        assert_eq!(said.get("request_id").is_some(), code.starts_with("APIGW"));
    }
}

#[test]
fn the_same_world_and_request_give_the_same_bytes() {
    let once = |world: &World| answer(world, &proper(PUBLIC)).0;
    assert_eq!(once(&World::default()).body, once(&World::default()).body);
    assert_eq!(once(&World::default()).headers, once(&World::default()).headers);
    assert_ne!(once(&World::default()).body, once(&World { seed: 2, ..World::default() }).body);
}

#[test]
fn a_caller_can_ask_and_no_secret_is_left_out() {
    let caller = Ucs::caller(&World::default());
    assert_eq!(caller.credentials[0], CallerCredentials::Token("example-iam-token".to_owned()));
    let target = format!("/v1/clusters/{}/accessinfo", caller.cluster["cluster_id"]);
    let (reply, world) = answer(&objects(), &proper(&target));
    assert_eq!(reply.status, 200);

    let secrets = Ucs::secrets(&world);
    let items = json(&reply);
    let data = items[1]["data"].as_object().unwrap();
    let handed_out = data.iter().filter(|(name, _)| name.ends_with(".key")).map(|(_, key)| key.as_str().unwrap());
    for secret in handed_out.chain(["example-iam-token", "example-iam-token-without-rights", "SKEXAMPLE"]) {
        assert!(secrets.iter().any(|known| known == secret), "{secret}");
    }
    let agent = Presented::ClientCertificate(STANDARD.decode(data["proxy-agent.crt"].as_str().unwrap()).unwrap());
    assert!(matches!(Ucs::admits(&world, EPOCH, &caller.cluster, &agent), Admission::Refused(_)));
}

/// One call over a socket of its own: the head of the answer, and its body.
async fn call(authority: String) -> (String, String) {
    let mut stream = TcpStream::connect(&authority).await.unwrap();
    let request = format!(
        "GET {PUBLIC} HTTP/1.1\r\nHost: {authority}\r\nX-Auth-Token: example-iam-token\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_calls_at_the_same_time_exactly_one_wins() {
    const CALLS: u64 = 16;
    let host = WiremockHost::start(Session::new::<Ucs>(Setting::default())).await.unwrap();
    let authority = host.base_url().replace("http://", "");
    let calls: Vec<_> = (0..CALLS).map(|_| tokio::spawn(call(authority.clone()))).collect();
    let mut wins = 0;
    for call in calls {
        let (head, body) = call.await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let refused_by = head.lines().find_map(|line| line.strip_prefix(&format!("{CLAUSE_HEADER}: ")));
        if body == r#"["Downloaded"]"# {
            assert_eq!(refused_by, Some("ucs.download.message"));
        } else {
            assert_eq!(refused_by, None);
            assert_eq!(serde_json::from_str::<Vec<String>>(&body).unwrap().len(), 2);
            wins += 1;
        }
    }
    assert_eq!(wins, 1);
    assert_eq!(host.session().journal().recorded(), CALLS);
}

#[test]
fn every_call_has_a_request_id_of_its_own_ordered_or_not() {
    let incidents = serde_json::from_value(json!([{"calls": [1, 2, 4], "is": "gateway-unavailable"}])).unwrap();
    let mut session = Session::new::<Ucs>(Setting { incidents, ..Setting::default() });
    let mut ids = BTreeSet::new();
    for status in [502, 502, 200, 502, 200] {
        let reply = session.handle(proper(PUBLIC));
        assert_eq!(reply.status, status);
        let id = reply.headers["x-request-id"].to_str().unwrap().to_owned();
        if status == 502 {
            assert_eq!(json(&reply)["request_id"], id);
        }
        assert!(ids.insert(id), "{ids:?}");
    }
}

#[test]
fn in_the_newer_edition_a_download_is_of_objects_and_then_gone() {
    const NEWER: Edition = Ucs::EDITIONS[1];
    let sentence = "The certificate has been downloaded.";
    let rows = [
        (None, json!(sentence).to_string(), "application/json"),
        (Some(DownloadedAs::String), json!(sentence).to_string(), "application/json"),
        (Some(DownloadedAs::Array), json!([sentence]).to_string(), "application/json"),
        (Some(DownloadedAs::BareText), sentence.to_owned(), "text/plain"),
    ];
    for (downloaded_as, body, content_type) in rows {
        let world = World { downloaded_as, ..World::default() };
        let (first, mut world) = Ucs::answer(NEWER, &world, EPOCH, &proper(PUBLIC));
        assert_eq!((first.status.as_u16(), first.decision.clause), (200, "ucs.reply.access-info"));
        assert_eq!(first.body, answer(&objects(), &proper(PUBLIC)).0.body);
        for _ in 0..3 {
            let (repeated, next) = Ucs::answer(NEWER, &world, EPOCH, &proper(PUBLIC));
            assert_eq!((repeated.status.as_u16(), repeated.decision.clause), (410, "ucs.download.gone"));
            assert_eq!(repeated.decision.verdict, Verdict::Refused);
            assert_eq!(String::from_utf8(repeated.body.to_vec()).unwrap(), body);
            assert_eq!(repeated.headers["content-type"], content_type);
            world = next;
        }
    }
    is_a_clause("ucs.download.gone");
    is_a_clause("ucs.download.gone-message");
    // A world decides for itself how it writes, in either edition.
    let strings = World { items_as: Some(ItemsAs::Strings), ..World::default() };
    let (newer, _) = Ucs::answer(NEWER, &strings, EPOCH, &proper(PUBLIC));
    assert_eq!(newer.body, answer(&World::default(), &proper(PUBLIC)).0.body);
    // All else is as it was.
    for request in
        [proper(CCE), proper(PRIVATE), Request::get(PUBLIC), proper("/v1/clusters/x/accessinfo"), proper("/")]
    {
        let (newer, _) = Ucs::answer(NEWER, &World::default(), EPOCH, &request);
        let (older, _) = answer(&World::default(), &request);
        assert_eq!((newer.status, newer.decision, newer.body), (older.status, older.decision, older.body));
    }
}

#[test]
fn a_cluster_that_is_not_ready_keeps_its_download() {
    let rows = [
        (Some(State::Creating), None, [400, 400, 400], "ucs.not-ready.creating", "UCS.01030002"),
        (None, Some(2), [400, 400, 200], "ucs.not-ready.creating", "UCS.01030002"),
        (Some(State::Unavailable), Some(1), [500, 200, 410], "ucs.not-ready.unavailable", "UCS.01020003"),
        (Some(State::Frozen), Some(2), [400, 400, 200], "ucs.not-ready.frozen", "UCS.01030016"),
        (Some(State::Ready), Some(2), [200, 410, 410], "", ""),
        (None, None, [200, 410, 410], "", ""),
    ];
    for (state, ready_after_calls, statuses, clause, code) in rows {
        let mut world = World::default();
        world.clusters[0] = Cluster { state, ready_after_calls, ..Cluster::default() };
        for status in statuses {
            // Calls about another cluster, and of somebody who may not ask, do not count.
            let (_, next) = answer(&world, &proper(PRIVATE));
            let (_, next) = answer(&next, &Request::get(PUBLIC));
            let (reply, next) = Ucs::answer(Ucs::EDITIONS[1], &next, EPOCH, &proper(PUBLIC));
            assert_eq!(reply.status, status, "{state:?} {ready_after_calls:?}");
            if ![200, 410].contains(&status) {
                assert_eq!((reply.decision.clause, reply.decision.verdict), (clause, Verdict::Refused));
                is_a_clause(clause);
                assert_eq!(json(&reply)["error_code"], code);
                assert!(reply.decision.explanation.contains("`state`"), "{}", reply.decision.explanation);
                assert!(!next.clusters[0].downloaded);
            }
            world = next;
        }
    }
    // What is wrong with the parameters is said when the cluster is ready.
    let mut world = World::default();
    world.clusters[1].ready_after_calls = Some(1);
    let (early, world) = answer(&world, &proper(PRIVATE));
    assert_eq!(early.decision.clause, "ucs.not-ready.creating");
    assert_eq!(answer(&world, &proper(PRIVATE)).0.decision.clause, "ucs.query.vpcendpoint");
}
