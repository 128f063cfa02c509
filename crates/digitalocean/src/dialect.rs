//! How digitalocean says that something failed.

use kubeproof_client::{ErrorKind, Problem};
use serde_json::Value;

/// `{"id", "message", "request_id"}`.
pub(crate) fn problem(object: &Value) -> Problem {
    Problem {
        code: Problem::field(object, &["id"]),
        message: Problem::field(object, &["message"]),
        request_id: Problem::field(object, &["request_id"]),
    }
}

/// What a refusal means. 404 is both an unknown cluster and one that has no credentials yet, which only the message tells:
/// clause `digitalocean.status.404.not-ready`.
pub(crate) fn kind(status: u16, problem: &Problem) -> ErrorKind {
    let is_new = |message: &str| message.to_ascii_lowercase().contains("ready yet");
    match &problem.message {
        Some(message) if status == 404 && is_new(message) => ErrorKind::NotReady,
        _ => ErrorKind::of_status(status),
    }
}
