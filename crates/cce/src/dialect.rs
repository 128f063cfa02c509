//! How cce, and the gateway before it, say that something failed.

use kubeproof_client::Problem;
use serde_json::Value;

/// Any of the dialects that occur, alone or several in one body: `{"errorCode", "errorMessage"}` (documented),
/// `{"error_code", "error_msg", "request_id"}` (gateway), a Kubernetes `Status`, or plain text.
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
    // The number in `code` repeats the status; `reason` is the word of a Kubernetes `Status`.
    let code = Problem::field(object, &["errorCode", "error_code", "reason"]);
    let summary = Problem::field(object, &["errorMessage", "error_msg"]);
    let detail = Problem::field(object, &["message"]);
    let message = match (summary, detail) {
        (Some(summary), Some(detail)) if summary != detail => Some(format!("{summary} ({detail})")),
        (summary, detail) => summary.or(detail),
    };
    Problem { code, message, request_id: Problem::field(object, &["request_id", "requestId"]) }
}
