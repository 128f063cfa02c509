//! How ucs, and the gateway before it, say that something failed.

use kubeproof_client::Problem;
use serde_json::Value;

/// `{"error_code", "error_msg", "request_id"}`, its camel-case twins, a Kubernetes `Status`, or a string: the document
/// calls each error body a string.
pub(crate) fn problem(body: &[u8]) -> Problem {
    match serde_json::from_slice::<Value>(body) {
        Ok(object @ Value::Object(_)) => object_problem(&object),
        _ => Problem::of_text(body),
    }
}

/// The same, of an answer that should have been access information: only a field that is meant to be shown.
pub(crate) fn problem_in_answer(body: &[u8]) -> Problem {
    serde_json::from_slice(body).map(|object| object_problem(&object)).unwrap_or_default()
}

fn object_problem(object: &Value) -> Problem {
    Problem {
        code: Problem::field(object, &["error_code", "errorCode", "reason"]),
        message: Problem::field(object, &["error_msg", "errorMsg", "errorMessage", "message"]),
        request_id: Problem::field(object, &["request_id", "requestId"]),
    }
}
