//! No request makes an emulation panic, stay silent or give a secret away.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use http::Method;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{
    Admission, CLAUSE_HEADER, EPOCH, Edition, Emulation, Presented, Redactor, Rejection, Reply, Request, Session,
    Setting, Verdict,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::clauses;

#[test]
fn every_request_is_decided_and_explained_without_a_secret() {
    for &provider in PROVIDERS {
        providers::visit(provider, Bombardment).unwrap();
    }
}

#[test]
fn no_cluster_admits_what_was_never_issued() {
    for &provider in PROVIDERS {
        providers::visit(provider, Intrusion).unwrap();
    }
}

struct Intrusion;

impl Visitor for Intrusion {
    type Output = ();

    fn visit<E: Emulation>(self) {
        let world = E::World::default();
        let user_tokens = Session::new::<E>(Setting::default()).user_tokens();
        let secrets = E::secrets(&world).into_iter().filter(|secret| !user_tokens.contains(secret));
        let tokens = secrets.chain(["".to_owned(), "unknown".to_owned()]).map(Presented::Token);
        for presented in tokens.chain([Presented::ClientCertificate(Vec::new())]) {
            let admission = E::admits(&world, EPOCH, &E::caller(&world).cluster, &presented);
            assert!(matches!(admission, Admission::Refused(_)), "{}", E::PROVIDER);
            let issues_nothing = admission == Admission::Refused(Rejection::NothingIssued);
            assert_eq!(issues_nothing, E::ledger(&world).is_none(), "{}", E::PROVIDER);
        }
        assert!(!E::ISSUES_CREDENTIALS || E::ledger(&world).is_some(), "{} enters nothing", E::PROVIDER);
    }
}

struct Bombardment;

impl Visitor for Bombardment {
    type Output = ();

    fn visit<E: Emulation>(self) {
        for edition in E::EDITIONS {
            bombard::<E>(*edition);
        }
    }
}

fn bombard<E: Emulation>(edition: Edition) {
    let known = clauses::ids(E::PROVIDER);
    let config = Config { cases: 1024, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (secrets, targets) = (E::secrets(&E::World::default()), targets::<E>());
    let strategy = vec(request(&secrets, &targets), 1..4);
    let outcome = runner.run(&strategy, |requests| {
        let mut session = Session::new::<E>(Setting { edition, ..Setting::default() });
        let mut world = E::World::default();
        for request in requests {
            let (same, next) = E::answer(edition, &world, EPOCH, &request);
            let reply = session.handle(request);
            prop_assert_eq!(&reply.body, &same.body, "the same world and request gave another body");
            let mut headers = reply.headers.clone();
            let clause = headers.remove(CLAUSE_HEADER);
            prop_assert_eq!(&headers, &same.headers, "the same world and request gave other headers");
            let said = clause.as_ref().and_then(|clause| clause.to_str().ok());
            prop_assert_eq!(said, reply.is_refusal().then_some(reply.decision.clause), "the clause in the header");
            check(&reply, &session.redactor())?;
            prop_assert!(known.contains(reply.decision.clause), "no clause {}", reply.decision.clause);
            for complaint in &reply.complaints {
                prop_assert!(known.contains(complaint.clause), "no clause {}", complaint.clause);
            }
            world = next;
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}@{edition}: {}", E::PROVIDER, outcome.unwrap_err());
}

/// What holds for every reply.
fn check(reply: &Reply, redactor: &Redactor) -> Result<(), TestCaseError> {
    prop_assert!(
        matches!(reply.decision.verdict, Verdict::Answered | Verdict::Refused),
        "an answer is neither ordered nor broken: {:?}",
        reply
    );
    prop_assert!(!reply.decision.explanation.is_empty(), "no explanation");
    // A second download is refused with 200, by the document.
    let refused = !reply.status.is_success() || reply.decision.clause == "ucs.download.message";
    prop_assert_eq!(reply.decision.verdict == Verdict::Refused, refused, "{:?}", reply);
    prop_assert!(!redactor.finds_secret(&format!("{reply:?}")), "a secret in the explanation: {:?}", reply.decision);
    if reply.is_refusal() {
        let body = String::from_utf8_lossy(&reply.body);
        prop_assert!(!redactor.finds_secret(&body), "a secret in the body of a refusal");
    }
    Ok(())
}

/// Requests around the right ones: paths that are nearly right, credentials in the wrong place.
fn request(secrets: &[String], targets: &[String]) -> impl Strategy<Value = Request> {
    let secret = select(secrets.to_vec());
    let methods = [
        "GET", "GET", "GET", "GET", "HEAD", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "QUERY",
    ];
    let method = select(methods.to_vec()).prop_map(|method| Method::try_from(method).unwrap());
    (method, target(secret.clone(), targets), vec(field(secret.clone()), 0..4), body(secret)).prop_map(
        |(method, target, fields, body)| {
            let request = fields.iter().fold(Request::get(&target).with_method(method), |request, (name, value)| {
                request.with_header(name, value)
            });
            Request { body, ..request }
        },
    )
}

/// Any bytes, or JSON that is nearly right.
fn body(secret: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Vec<u8>> {
    let name = select(vec!["duration", "expire_at", "Duration", "x"]);
    let numbers =
        select(vec!["0", "-1", "1", "30", "1825", "1826", "1827", "1e9", "99999999999999999999", "null", "[]"]);
    let value = prop_oneof![
        4 => numbers.prop_map(str::to_owned),
        1 => select(vec!["2026-02-01 00:00:00 +0000 UTC", "9999-99-99 99:99:99 +0000 UTC"]).prop_map(|at| format!("{at:?}")),
        1 => secret.prop_map(|secret| format!("{secret:?}")),
        1 => ".{0,12}",
    ];
    let member = (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let object = vec(member, 0..3).prop_map(|members| format!("{{{}}}", members.join(",")).into_bytes());
    prop_oneof![3 => object, 2 => vec(any::<u8>(), 0..40)]
}

fn target(secret: impl Strategy<Value = String> + Clone, targets: &[String]) -> impl Strategy<Value = String> {
    let right = select(targets.to_vec());
    let literals: Vec<String> = targets.iter().flat_map(|target| target.split('/')).map(str::to_owned).collect();
    let odd = select(vec!["", ".", "..", "%", "%zz", "%2F", "%00", "%FF", ":", "*", ";", "a b", "é", "\u{0}"]);
    let segment = prop_oneof![
        6 => select(literals),
        1 => odd.prop_map(str::to_owned),
        1 => secret.clone(),
        1 => ".{0,12}",
    ];
    let name =
        select(vec!["expiry_seconds", "type", "readMask", "read_mask", "readMask.paths", "vpcendpoint", "region", "x"]);
    let value = prop_oneof![
        select(vec![
            "",
            "0",
            "300",
            "token",
            "sso",
            "-1",
            "99999999999999999999",
            "*",
            "endpoint",
            "caData,bogus",
            "10.0.0.1",
            "eu-de"
        ])
        .prop_map(str::to_owned),
        secret,
        ".{0,12}",
    ];
    let query = vec((name, value), 0..3)
        .prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"));
    let path = prop_oneof![
        4 => right.clone(),
        2 => (right, any::<prop::sample::Index>(), ".{0,2}").prop_map(|(right, at, inserted)| {
            let at = at.index(right.len());
            right.chars().take(at).chain(inserted.chars()).chain(right.chars().skip(at + 1)).collect()
        }),
        2 => vec(segment, 0..9).prop_map(|segments| format!("/{}", segments.join("/"))),
        1 => ".{0,40}",
    ];
    (path, query).prop_map(|(path, query)| if query.is_empty() { path } else { format!("{path}?{query}") })
}

fn field(secret: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = (String, String)> {
    let name = select(vec![
        "authorization",
        "x-auth-token",
        "x-sdk-date",
        "x-project-id",
        "content-type",
        "accept",
        "host",
        "x-api-key",
    ]);
    let value = prop_oneof![
        3 => secret.clone().prop_map(|secret| format!("Bearer {secret}")),
        3 => secret,
        1 => select(vec![
            "application/json",
            "Bearer",
            "Bearer unknown",
            "20260101T000000Z",
            "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature=00",
            "SDK-HMAC-SHA256 Credential=AKEXAMPLE/20260101/x/y/sdk_request, SignedHeaders=x-sdk-date, Signature=00",
            "SDK-HMAC-SHA256 ,=,;",
        ]).prop_map(str::to_owned),
        1 => ".{0,20}",
    ];
    (name.prop_map(str::to_owned), value)
}

/// The targets that the documents of every provider name, for the first cluster of this one's default world.
fn targets<E: Emulation>() -> Vec<String> {
    struct Target<'a>(&'a BTreeMap<String, String>);

    impl Visitor for Target<'_> {
        type Output = Option<String>;

        fn visit<E: Emulation>(self) -> Option<String> {
            E::EDITIONS.first().map(|edition| E::request(*edition, self.0, &BTreeMap::new()).target())
        }
    }

    let ids = E::caller(&E::World::default()).cluster;
    PROVIDERS.iter().filter_map(|provider| providers::visit(provider, Target(&ids))).flatten().collect()
}
