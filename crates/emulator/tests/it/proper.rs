//! The request that is answered.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use kubeproof_emulator::{CallerCredentials, Edition, Emulation, Request};

/// A request for the first cluster of a world, by who may have it.
pub(crate) fn proper<E: Emulation>(edition: Edition, world: &E::World) -> Request {
    let caller = E::caller(world);
    let request = E::request(edition, &caller.cluster, &BTreeMap::new());
    match caller.credentials.first().unwrap() {
        CallerCredentials::Bearer(bearer) => request.with_header("authorization", &format!("Bearer {bearer}")),
        CallerCredentials::Token(token) => request.with_header("x-auth-token", token),
        // Not signed: it is refused, and whoever uses this says so.
        CallerCredentials::AccessKey { .. } => request,
    }
}
