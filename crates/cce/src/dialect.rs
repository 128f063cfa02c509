//! How cce, and the gateway before it, say that something failed.

use kubeproof_client::Problem;
use serde_json::Value;

/// Any of the dialects that occur, alone or several in one body: `{"errorCode", "errorMessage"}` (documented),
/// `{"error_code", "error_msg", "request_id"}` (gateway), or a Kubernetes `Status`.
pub(crate) fn problem(object: &Value) -> Problem {
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
