//! The request that is answered.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeproof_emulator::{CallerCredentials, Emulation, Request};

/// A request for the first cluster of a world, by who may have it.
pub(crate) fn proper<E: Emulation>(world: &E::World) -> Request {
    let caller = E::caller(world);
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
        // Not signed: it is refused, and whoever uses this says so.
        CallerCredentials::AccessKey { .. } => request,
    }
}
