//! How digitalocean says that something failed.

use kubeproof_client::Problem;
use serde_json::Value;

/// `{"id", "message", "request_id"}`.
pub(crate) fn problem(object: &Value) -> Problem {
    Problem {
        code: Problem::field(object, &["id"]),
        message: Problem::field(object, &["message"]),
        request_id: Problem::field(object, &["request_id"]),
    }
}
