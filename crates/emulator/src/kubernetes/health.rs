use http::StatusCode;

use crate::{Reply, Request};

/// What a health check says (the page "Kubernetes API health endpoints"): that all is well, as the stub answers at all.
pub(super) fn reply(check: &str, request: &Request) -> Reply {
    let is_verbose = request.query_pairs().iter().any(|(name, _)| name == "verbose");
    let body = if is_verbose { format!("[+]ping ok\n{check} check passed\n") } else { "ok".to_owned() };
    Reply::answer("kubeproof.kubernetes.health", StatusCode::OK, format!("{check} is well"))
        .with_body("text/plain; charset=utf-8", body)
}
