//! How digitalocean says that something failed.

use kubeproof_client::Problem;
use serde_json::Value;

/// `{"id", "message", "request_id"}`; anything else as text.
pub(crate) fn problem(body: &[u8]) -> Problem {
    match serde_json::from_slice::<Value>(body) {
        Ok(object @ Value::Object(_)) => object_problem(&object),
        _ => Problem::of_text(body),
    }
}

/// The same, of an answer that should have been a kubeconfig: only a field that is meant to be shown.
pub(crate) fn problem_in_answer(body: &[u8]) -> Problem {
    serde_json::from_slice(body).map(|object| object_problem(&object)).unwrap_or_default()
}

fn object_problem(object: &Value) -> Problem {
    Problem {
        code: Problem::field(object, &["id"]),
        message: Problem::field(object, &["message"]),
        request_id: Problem::field(object, &["request_id"]),
    }
}
