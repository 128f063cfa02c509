//! The request by which an emulation says that it is asked, answered by that emulation.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{CallerCredentials, Edition, Emulation, Request, Session, Setting, Verdict};

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A session of every edition of a provider.
struct Editions;

impl Visitor for Editions {
    type Output = Vec<Session>;

    fn visit<E: Emulation>(self) -> Vec<Session> {
        let session = |edition: &Edition| Session::new::<E>(Setting { edition: *edition, ..Setting::default() });
        E::EDITIONS.iter().map(session).collect()
    }
}

fn sessions(provider: &str) -> Vec<Session> {
    providers::visit(provider, Editions).unwrap()
}

fn authorized(request: &Request, session: &Session) -> Request {
    session
        .caller()
        .credentials
        .into_iter()
        .find_map(|credentials| match credentials {
            CallerCredentials::Bearer(token) => {
                Some(request.clone().with_header("authorization", &format!("Bearer {token}")))
            }
            CallerCredentials::Token(token) => Some(request.clone().with_header("x-auth-token", &token)),
            CallerCredentials::AccessKey { .. } => None,
        })
        .unwrap()
}

#[test]
fn the_request_for_the_first_cluster_is_answered_in_every_edition() {
    for &provider in PROVIDERS {
        for mut session in sessions(provider) {
            let request = authorized(&session.request(&session.caller().cluster, &BTreeMap::new()), &session);
            assert!(session.claims(&request), "{}", request.path);
            let reply = session.handle(request);
            assert_eq!(reply.decision.verdict, Verdict::Answered, "{provider}@{}: {reply:?}", session.edition());
            // A newer edition may want another request, which an option makes.
            let is_documented = session.edition() == providers::editions(provider)[0];
            assert!(reply.complaints.is_empty() || !is_documented, "{reply:?}");
        }
    }
}

#[track_caller]
fn check(provider: &str, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>, expected: &str) {
    let session = sessions(provider).remove(0);
    assert_eq!(session.request(cluster, options).target(), expected);
}

#[test]
fn options_go_where_the_provider_has_them() {
    let all = || {
        map([
            ("expiry_seconds", "300"),
            ("vpcendpoint", "192.0.2.7"),
            ("region", "eu-de"),
            ("read_mask", "endpoint,caData"),
            ("kubeconfig_type", "sso"),
            ("duration_days", "30"),
        ])
    };
    let cluster = || map([("cluster_id", "c"), ("project_id", "p"), ("account_id", "a")]);
    check("digitalocean", &cluster(), &all(), "/v2/kubernetes/clusters/c/kubeconfig?expiry_seconds=300&type=sso");
    check("cce", &cluster(), &all(), "/api/v3/projects/p/clusters/c/clustercert");
    check("ucs", &cluster(), &all(), "/v1/clusters/c/accessinfo?vpcendpoint=192.0.2.7&region=eu-de");
    check("fireworks", &cluster(), &all(), "/v1/accounts/a/clusters/c:getConnectionInfo?readMask=endpoint%2CcaData");
    check("lke", &cluster(), &all(), "/v4/lke/clusters/c/kubeconfig");
    check("ucs", &BTreeMap::new(), &BTreeMap::new(), "/v1/clusters//accessinfo");
}

#[test]
fn a_duration_is_posted() {
    let session = sessions("cce").remove(1);
    let request = session.request(&session.caller().cluster, &map([("duration_days", "30")]));
    assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", br#"{"duration":30}"#.as_slice()));
    let reply = sessions("cce").remove(1).handle(authorized(&request, &session));
    assert_eq!(reply.decision.verdict, Verdict::Answered);
    assert!(reply.complaints.is_empty(), "{reply:?}");
}

#[test]
fn an_id_stays_one_segment() {
    check(
        "digitalocean",
        &map([("cluster_id", "a/b c?d#é%")]),
        &map([("expiry_seconds", "1&x=2 +")]),
        "/v2/kubernetes/clusters/a%2Fb%20c%3Fd%23%C3%A9%25/kubeconfig?expiry_seconds=1%26x%3D2%20%2B",
    );
}
