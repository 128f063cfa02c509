//! The stub Kubernetes API, without a socket.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use jiff::SignedDuration;
use kubeproof_emulator::kubernetes::ApiServer;
use kubeproof_emulator::providers::cce::Cce;
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::fireworks::Fireworks;
use kubeproof_emulator::providers::lke::Lke;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{CLAUSE_HEADER, Emulation, Reply, Request, Session, Setting, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

const TOKEN: &str = "example-fireworks-user-token";
const CLUSTER: &str = "/demo-account/demo";

/// Asks a Fireworks cluster as the user that it knows.
fn ask(method: Method, path: &str, fields: &[(&str, &str)], body: &[u8]) -> Reply {
    let request = Request { body: body.to_vec(), ..Request::get(&format!("{CLUSTER}{path}")).with_method(method) };
    let request = request.with_header("authorization", &format!("Bearer {TOKEN}"));
    let request = fields.iter().fold(request, |request, (name, value)| request.with_header(name, value));
    Session::new::<Fireworks>(Setting::default()).serve_api(request, None, 1)
}

fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

#[track_caller]
fn check_answer(path: &str, accept: &str, content_type: &str, expected: &[(&str, Value)]) {
    let reply = ask(Method::GET, path, &[("accept", accept)], b"");
    assert_eq!(reply.status, 200, "{path}: {:?}", reply.decision);
    assert_eq!(reply.decision.verdict, Verdict::Answered);
    assert_eq!(reply.headers["content-type"], content_type, "{path}");
    let body = json(&reply);
    for (pointer, value) in expected {
        assert_eq!(body.pointer(pointer), Some(value), "{path}{pointer}: {body:#}");
    }
}

const JSON: &str = "application/json";
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

#[test]
fn what_can_be_read_is_answered_in_the_form_that_is_asked_for() {
    let namespaces = "/api/v1/namespaces";
    check_answer("/version", JSON, JSON, &[("/gitVersion", "v1.36.0+kubeproof".into()), ("/minor", "36".into())]);
    check_answer("", JSON, JSON, &[("/paths/0", "/api".into())]);
    check_answer("/api", JSON, JSON, &[("/kind", "APIVersions".into()), ("/versions/0", "v1".into())]);
    check_answer(
        "/apis",
        JSON,
        JSON,
        &[("/groups/0/preferredVersion/groupVersion", "authentication.k8s.io/v1".into())],
    );
    check_answer("/apis/authentication.k8s.io", JSON, JSON, &[("/kind", "APIGroup".into())]);
    check_answer("/apis/authentication.k8s.io/v1", JSON, JSON, &[("/resources/0/kind", "SelfSubjectReview".into())]);
    check_answer("/api/v1", JSON, JSON, &[("/resources/0/name", "namespaces".into()), ("/groupVersion", "v1".into())]);
    let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let first = "/items/0/versions/0/resources/0/resource";
    check_answer("/api", AGGREGATED, aggregated, &[(first, "namespaces".into())]);
    check_answer("/apis", AGGREGATED, aggregated, &[(first, "selfsubjectreviews".into())]);
    check_answer("/api/v1", AGGREGATED, JSON, &[("/kind", "APIResourceList".into())]);
    let list = [("/kind", "NamespaceList".into()), ("/items/3/metadata/name", "kube-system".into())];
    check_answer(namespaces, JSON, JSON, &list);
    check_answer(&format!("{namespaces}?limit=500"), "*/*", JSON, &list);
    let table = [("/kind", "Table".into()), ("/rows/0/cells/2", "365d".into())];
    check_answer(namespaces, TABLE, JSON, &table);
    check_answer(namespaces, TABLE, JSON, &[("/rows/0/object/kind", "PartialObjectMetadata".into())]);
    check_answer(
        &format!("{namespaces}?includeObject=Object"),
        TABLE,
        JSON,
        &[("/rows/0/object/kind", "Namespace".into())],
    );
    check_answer(&format!("{namespaces}?includeObject=None"), TABLE, JSON, &[("/rows/0/object", Value::Null)]);
    check_answer(&format!("{namespaces}/default"), JSON, JSON, &[("/kind", "Namespace".into())]);
    check_answer(&format!("{namespaces}/default"), TABLE, JSON, &[("/rows/0/cells/0", "default".into())]);
    check_answer(&format!("{namespaces}/kube-system/services"), JSON, JSON, &[("/items", Value::Array(Vec::new()))]);
    check_answer("/api/v1/services", TABLE, JSON, &[("/rows", Value::Array(Vec::new()))]);
    check_answer("/openapi/v2", JSON, JSON, &[("/swagger", "2.0".into())]);
    check_answer("/openapi/v3", JSON, JSON, &[("/paths", serde_json::json!({}))]);
    for path in ["/healthz", "/livez", "/readyz"] {
        assert_eq!(ask(Method::GET, path, &[], b"").body, &b"ok"[..]);
    }
    assert_eq!(ask(Method::GET, "/readyz?verbose", &[], b"").body, &b"[+]ping ok\nreadyz check passed\n"[..]);
}

#[track_caller]
fn check_refusal(reply: &Reply, status: u16, reason: &str, clause: &str) {
    let body = json(reply);
    assert_eq!((reply.status.as_u16(), reply.decision.clause), (status, clause), "{:?}", reply.decision);
    assert_eq!(reply.decision.verdict, Verdict::Refused);
    assert_eq!(reply.headers[CLAUSE_HEADER], clause);
    assert_eq!(body["kind"], "Status");
    assert_eq!(body["apiVersion"], "v1");
    assert_eq!(body["status"], "Failure");
    assert_eq!(body["reason"], reason);
    assert_eq!(body["code"], status);
    assert!(!String::from_utf8_lossy(&reply.body).contains("kubeproof"), "{body}");
}

#[test]
fn everything_else_is_refused_as_an_api_server_does() {
    let refused = |method: &str, path: &str, fields: &[(&str, &str)], status, reason, clause: &str| {
        let reply = ask(Method::try_from(method).unwrap(), path, fields, b"");
        check_refusal(&reply, status, reason, &format!("kubeproof.kubernetes.{clause}"));
        json(&reply)["message"].as_str().unwrap().to_owned()
    };
    let namespaces = "/api/v1/namespaces";
    for path in
        ["/api/v1/pods", "/api/v2", "/apis/apps", "/apis/authentication.k8s.io/v1beta1", "/metrics", "/healthz/ping"]
    {
        refused("GET", path, &[], 404, "NotFound", "not-found");
    }
    let message = refused("GET", &format!("{namespaces}/lost"), &[], 404, "NotFound", "no-namespace");
    assert_eq!(message, "namespaces \"lost\" not found");
    refused("GET", &format!("{namespaces}/default/services/lost"), &[], 404, "NotFound", "no-service");
    for method in ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        refused(method, namespaces, &[], 405, "MethodNotAllowed", "method");
        refused(method, "/version", &[], 405, "MethodNotAllowed", "method");
    }
    let reviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    refused("GET", reviews, &[], 405, "MethodNotAllowed", "method");
    refused("GET", &format!("{namespaces}?watch=true"), &[], 405, "MethodNotAllowed", "watch");
    refused("GET", &format!("{namespaces}?watch=1"), &[], 405, "MethodNotAllowed", "watch");
    refused("GET", &format!("{namespaces}?labelSelector=a%3Db"), &[], 400, "BadRequest", "selector");
    refused("GET", &format!("{namespaces}?fieldSelector=metadata.name%3Da"), &[], 400, "BadRequest", "selector");
    let protobuf = [("accept", "application/vnd.kubernetes.protobuf")];
    refused("GET", namespaces, &protobuf, 406, "NotAcceptable", "not-acceptable");
    let somebody = [("impersonate-user", "somebody")];
    let message = refused("GET", namespaces, &somebody, 403, "Forbidden", "impersonation");
    assert!(message.starts_with("users \"somebody\" is forbidden: User \"demo-user\" cannot impersonate"), "{message}");
    refused("GET", namespaces, &[("impersonate-group", "g")], 403, "Forbidden", "impersonation");
}

#[test]
fn whoever_asks_is_told_who_that_is() {
    const PATH: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let review = |content_type: &str, body: &[u8]| ask(Method::POST, PATH, &[("content-type", content_type)], body);
    let json_review: &[u8] = br#"{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"#;
    for (content_type, body) in [
        (JSON, json_review),
        ("application/json; charset=utf-8", json_review),
        ("application/vnd.kubernetes.protobuf", b"k8s\0\n"),
    ] {
        let reply = review(content_type, body);
        assert_eq!(reply.status, 201);
        assert_eq!(json(&reply)["status"]["userInfo"]["username"], "demo-user");
    }
    for (content_type, body) in [
        (JSON, &b""[..]),
        (JSON, b"[]"),
        (JSON, br#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1"}"#),
        ("application/vnd.kubernetes.protobuf", json_review),
    ] {
        check_refusal(&review(content_type, body), 400, "BadRequest", "kubeproof.kubernetes.body");
    }
    let yaml = review("application/yaml", b"kind: SelfSubjectReview");
    check_refusal(&yaml, 415, "UnsupportedMediaType", "kubeproof.kubernetes.content-type");
}

#[test]
fn nobody_gets_more_than_anybody_may_have_without_a_credential() {
    let mut session = Session::new::<Fireworks>(Setting::default());
    let mut ask = |path: &str, field: &str| {
        let request = Request::get(&format!("{CLUSTER}{path}")).with_header("authorization", field);
        session.serve_api(request, None, 1)
    };
    for path in ["/version", "/healthz", "/livez", "/readyz"] {
        assert_eq!(ask(path, "Basic dXNlcjpwYXNz").status, 200, "{path}");
        // Whoever presents what is not accepted is not let in as nobody.
        check_refusal(&ask(path, "Bearer wrong"), 401, "Unauthorized", "kubeproof.kubernetes.unknown-credential");
    }
    for path in ["", "/api", "/apis", "/api/v1/namespaces", "/openapi/v2", "/lost"] {
        check_refusal(&ask(path, "Basic dXNlcjpwYXNz"), 401, "Unauthorized", "kubeproof.kubernetes.anonymous");
        check_refusal(&ask(path, "Bearer wrong"), 401, "Unauthorized", "kubeproof.kubernetes.unknown-credential");
        // An API key of the cloud opens no cluster.
        check_refusal(
            &ask(path, "Bearer example-fireworks-api-key"),
            401,
            "Unauthorized",
            "kubeproof.kubernetes.unknown-credential",
        );
    }
}

#[test]
fn a_path_without_a_cluster_is_refused() {
    let mut session = Session::new::<Fireworks>(Setting::default());
    for path in ["/", "/version", "/demo-account", "/other-account/demo/version", "/api/v1/namespaces", "/%ff"] {
        let request = Request::get(path).with_header("authorization", &format!("Bearer {TOKEN}"));
        check_refusal(&session.serve_api(request, None, 1), 404, "NotFound", "kubeproof.kubernetes.no-cluster");
    }
    // The access information of ucs leads to no cluster.
    let mut session = Session::new::<Ucs>(Setting::default());
    assert!(!session.leads_to_clusters());
    let reply = session.serve_api(Request::get("/0c0ffee0-0000-4000-8000-000000000001/version"), None, 1);
    check_refusal(&reply, 404, "NotFound", "kubeproof.kubernetes.no-cluster");
}

#[test]
fn a_credential_is_judged_at_every_request() {
    const CLUSTERS: [&str; 2] = ["0c0ffee0-0000-4000-8000-000000000001", "0c0ffee0-0000-4000-8000-000000000002"];
    let mut session = Session::new::<DigitalOcean>(Setting::default());
    let issue = |session: &mut Session| {
        let path = format!("/v2/kubernetes/clusters/{}/kubeconfig?expiry_seconds=300", CLUSTERS[0]);
        let reply = session.handle(Request::get(&path).with_header("authorization", "Bearer example-do-api-token"));
        let text = String::from_utf8(reply.body.into()).unwrap();
        text.lines().find_map(|line| line.trim().strip_prefix("token: ")).unwrap().to_owned()
    };
    let ask = |session: &mut Session, cluster: &str, token: &str| {
        let request = Request::get(&format!("/{cluster}/api/v1/namespaces"));
        session.serve_api(request.with_header("authorization", &format!("Bearer {token}")), None, 1)
    };
    let (first, second) = (issue(&mut session), issue(&mut session));
    assert_eq!(ask(&mut session, CLUSTERS[0], &first).status, 200);
    let refused = |reply: &Reply, clause: &str| {
        check_refusal(reply, 401, "Unauthorized", &format!("kubeproof.kubernetes.{clause}"));
    };
    refused(&ask(&mut session, CLUSTERS[1], &first), "another-cluster");
    session.advance(SignedDuration::from_secs(-1));
    refused(&ask(&mut session, CLUSTERS[0], &first), "not-yet-valid");
    session.advance(SignedDuration::from_secs(1));
    let numbers: Vec<u64> = session.credentials().iter().map(|credential| credential.number).collect();
    assert_eq!(numbers, [2, 1]);
    assert!(session.revoke(1) && !session.revoke(3));
    refused(&ask(&mut session, CLUSTERS[0], &first), "revoked");
    assert_eq!(ask(&mut session, CLUSTERS[0], &second).status, 200);
    session.advance(SignedDuration::from_secs(299));
    assert_eq!(ask(&mut session, CLUSTERS[0], &second).status, 200);
    session.advance(SignedDuration::from_secs(1));
    refused(&ask(&mut session, CLUSTERS[0], &second), "expired");
    // What came to the clusters is no call of the provider.
    assert_eq!(session.journal().recorded(), 2);
    assert_eq!(session.api_journal().recorded(), 7);
}

/// What a provider's answer names as server and as certificate authority, PEM.
fn named<E: Emulation>(api: Option<ApiServer>, target: &str, field: (&str, &str)) -> (Vec<String>, Vec<String>) {
    let mut session = Session::new::<E>(Setting::default());
    if let Some(api) = api {
        session.point_api(api);
    }
    let reply = session.handle(Request::get(target).with_header(field.0, field.1));
    assert_eq!(reply.status, 200, "{:?}", reply.decision);
    let text = String::from_utf8(session.document(&reply.body).into_owned()).unwrap();
    let values = |name: &str| {
        let quotes = |c: char| c == '"' || c == ',' || c == '}';
        let after = text.split(name).skip(1).map(|rest| rest.trim_start_matches(['"', ':', ' ']));
        after.map(|rest| rest.split(['\n']).next().unwrap().split(quotes).next().unwrap().to_owned()).collect()
    };
    let authorities: Vec<String> =
        if E::PROVIDER == "fireworks" { values("caData") } else { values("certificate-authority-data") };
    let servers = if E::PROVIDER == "fireworks" { values("endpoint") } else { values("server") };
    let pem = |data: String| String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
    assert!(authorities.iter().all(|data| pem(data.clone()) == session.certificate_authority()));
    (servers, authorities.into_iter().map(pem).collect())
}

#[track_caller]
fn check_named<E: Emulation>(target: &str, field: (&str, &str), documented: &[&str], path: &str) {
    let own = Session::new::<E>(Setting::default()).certificate_authority();
    let (servers, authorities) = named::<E>(None, target, field);
    assert_eq!(servers, documented);
    assert!(authorities.iter().all(|pem| *pem == own));
    let stub = ApiServer::Stub { base_url: "https://127.0.0.1:6443".to_owned() };
    let (servers, authorities) = named::<E>(Some(stub), target, field);
    assert_eq!(servers, vec![format!("https://127.0.0.1:6443{path}"); documented.len()]);
    assert!(authorities.iter().all(|pem| *pem == own));
    let real = ApiServer::Real { url: "https://192.0.2.1:6443".to_owned(), authority_pem: "A REAL ONE".to_owned() };
    let (servers, authorities) = named::<E>(Some(real), target, field);
    assert_eq!(servers, vec!["https://192.0.2.1:6443"; documented.len()]);
    assert_eq!(authorities, vec!["A REAL ONE"; documented.len()]);
}

#[test]
fn kubeconfigs_name_the_api_that_they_are_pointed_at() {
    let cluster = "0c0ffee0-0000-4000-8000-000000000001";
    check_named::<DigitalOcean>(
        &format!("/v2/kubernetes/clusters/{cluster}/kubeconfig"),
        ("authorization", "Bearer example-do-api-token"),
        &["https://0c0ffee0-0000-4000-8000-000000000001.k8s.ondigitalocean.com"],
        &format!("/{cluster}"),
    );
    let (project, cluster) = ("00000000000000000000000000000abc", "0c0ffee0-0000-11f1-8000-000000000002");
    check_named::<Cce>(
        &format!("/api/v3/projects/{project}/clusters/{cluster}/clustercert"),
        ("x-auth-token", "example-iam-token"),
        &["https://192.168.1.7:5443", "https://203.0.113.10:5443"],
        &format!("/{project}/{cluster}"),
    );
    check_named::<Lke>(
        "/v4/lke/clusters/1002/kubeconfig",
        ("authorization", "Bearer example-linode-token"),
        &["https://ec8b865b-8c17-4ced-a354-db64ccd72420.eu-central-1-gw.linodelke.net:443"],
        "/1002",
    );
    check_named::<Fireworks>(
        "/v1/accounts/demo-account/clusters/demo:getConnectionInfo",
        ("authorization", "Bearer example-fireworks-api-key"),
        &["https://demo.k8s.example.test"],
        CLUSTER,
    );
}

#[test]
fn every_request_to_a_cluster_is_decided_and_explained_without_a_secret() {
    for &provider in PROVIDERS {
        providers::visit(provider, Bombardment).unwrap();
    }
}

struct Bombardment;

impl Visitor for Bombardment {
    type Output = ();

    fn visit<E: Emulation>(self) {
        let mut session = Session::new::<E>(Setting::default());
        let secrets = E::secrets(&E::World::default());
        let mut prefixes: Vec<String> = E::clusters(&E::World::default())
            .iter()
            .map(|ids| ApiServer::Stub { base_url: String::new() }.server(ids))
            .collect();
        prefixes.push("/lost".to_owned());
        let words = [
            "api",
            "apis",
            "v1",
            "namespaces",
            "default",
            "services",
            "version",
            "healthz",
            "openapi",
            "v2",
            "v3",
            "authentication.k8s.io",
            "selfsubjectreviews",
            "",
            "..",
            "%",
            "%ff",
            "é",
        ];
        let segment = prop_oneof![8 => select(words.to_vec()).prop_map(str::to_owned), 1 => select(secrets.clone()), 1 => ".{0,8}"];
        let query =
            select(vec!["", "?watch=1", "?labelSelector=a", "?limit=1", "?verbose", "?includeObject=Object", "?%"]);
        let target = (select(prefixes), vec(segment, 0..6), query)
            .prop_map(|(prefix, segments, query)| format!("{prefix}/{}{query}", segments.join("/")));
        let method =
            select(vec!["GET", "GET", "GET", "POST", "DELETE", "QUERY"]).prop_map(|m| Method::try_from(m).unwrap());
        let name = select(vec!["authorization", "authorization", "accept", "content-type", "impersonate-user"]);
        let value = prop_oneof![
            select(secrets.clone()).prop_map(|secret| format!("Bearer {secret}")),
            select(vec![JSON, TABLE, AGGREGATED, "application/vnd.kubernetes.protobuf"]).prop_map(str::to_owned),
            ".{0,12}",
        ];
        let fields = vec((name, value), 0..4);
        let certificate = prop::option::of(vec(any::<u8>(), 0..8));
        let strategy = (target, method, fields, vec(any::<u8>(), 0..20), certificate);
        let config = Config { cases: 1024, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let redactor = session.redactor();
        let session = std::cell::RefCell::new(&mut session);
        let outcome = runner.run(&strategy, |(target, method, fields, body, certificate)| {
            let request = Request { body, ..Request::get(&target).with_method(method) };
            let request = fields.iter().fold(request, |request, (name, value)| request.with_header(name, value));
            let mut session = session.borrow_mut();
            let reply = session.serve_api(request.clone(), certificate.as_deref(), 1);
            let again = session.serve_api(request, certificate.as_deref(), 1);
            prop_assert_eq!(&reply.body, &again.body);
            prop_assert!(reply.decision.clause.starts_with("kubeproof.kubernetes."));
            prop_assert!(!reply.decision.explanation.is_empty());
            prop_assert_eq!(reply.decision.verdict == Verdict::Refused, !reply.status.is_success());
            prop_assert!(!redactor.finds_secret(&format!("{reply:?}")), "a secret in {:?}", reply.decision);
            if reply.is_refusal() {
                let status: Value = serde_json::from_slice(&reply.body).unwrap();
                prop_assert_eq!(&status["code"], reply.status.as_u16());
            }
            Ok(())
        });
        assert!(outcome.is_ok(), "{}: {}", E::PROVIDER, outcome.unwrap_err());
    }
}
