//! The request that is answered.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use kubeproof_emulator::{CallerCredentials, Emulation, Request};

/// A request for the first cluster of a world, by who may have it.
pub(crate) fn proper<E: Emulation>(world: &E::World) -> Request {
    let caller = E::caller(world);
    let request = E::request(*E::EDITIONS.first().unwrap(), &caller.cluster, &BTreeMap::new());
    match caller.credentials.first().unwrap() {
        CallerCredentials::Bearer(bearer) => request.with_header("authorization", &format!("Bearer {bearer}")),
        CallerCredentials::Token(token) => request.with_header("x-auth-token", token),
        // Not signed: it is refused, and whoever uses this says so.
        CallerCredentials::AccessKey { .. } => request,
    }
}
