//! What may not be printed is not printed by what prints itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{Caller, CallerCredentials, EPOCH, Emulation, Redactor, Request};

/// A request for the first cluster by whoever may.
fn proper<E: Emulation>(caller: &Caller) -> Request {
    let id = |name: &str| caller.cluster.get(name).cloned().unwrap_or_default();
    let cluster = id("cluster_id");
    let request = Request::get(&match E::PROVIDER {
        "digitalocean" => format!("/v2/kubernetes/clusters/{cluster}/kubeconfig"),
        "cce" => format!("/api/v3/projects/{}/clusters/{cluster}/clustercert", id("project_id")),
        "ucs" => format!("/v1/clusters/{cluster}/accessinfo"),
        _ => format!("/v1/accounts/{}/clusters/{cluster}:getConnectionInfo", id("account_id")),
    });
    match caller.credentials.first().unwrap() {
        CallerCredentials::Bearer(bearer) => request.with_header("authorization", &format!("Bearer {bearer}")),
        CallerCredentials::Token(token) => request.with_header("x-auth-token", token),
        // Not signed: it is refused, and the test says so.
        CallerCredentials::AccessKey { .. } => request,
    }
}

#[test]
fn a_world_prints_no_secret_before_and_after_it_handed_one_out() {
    struct Shown;

    impl Visitor for Shown {
        type Output = ();

        fn visit<E: Emulation>(self) {
            let [edition, ..] = E::EDITIONS else { return };
            let world = E::World::default();
            let (reply, after) = E::answer(*edition, &world, EPOCH, &proper::<E>(&E::caller(&world)));
            assert_eq!(reply.status, 200, "{}: {reply:?}", E::PROVIDER);
            for world in [world, after] {
                let (secrets, shown) = (E::secrets(&world), format!("{world:?} {world:#?}"));
                assert!(!secrets.is_empty(), "{}", E::PROVIDER);
                assert!(!Redactor::new(secrets).finds_secret(&shown), "{}: {shown}", E::PROVIDER);
                assert!(shown.contains("clusters"), "{}: {shown}", E::PROVIDER);
            }
        }
    }

    for provider in PROVIDERS {
        providers::visit(provider, Shown).unwrap();
    }
}
