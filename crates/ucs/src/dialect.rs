//! How ucs, and the gateway before it, say that something failed.

use kubeproof_client::{ErrorKind, Problem};
use serde_json::Value;

/// `{"error_code", "error_msg", "request_id"}`, its camel-case twins, or a Kubernetes `Status`. The document calls each error
/// body a string, which is a message.
pub(crate) fn problem(object: &Value) -> Problem {
    Problem {
        code: Problem::field(object, &["error_code", "errorCode", "reason"]),
        message: Problem::field(object, &["error_msg", "errorMsg", "errorMessage", "message"]),
        request_id: Problem::field(object, &["request_id", "requestId"]),
    }
}

/// What a refusal means. That `UCS.01030002`, "Failed to obtain the cluster information.", is what a cluster says that is
/// still being registered is our judgement: clause `ucs.not-ready.creating`.
pub(crate) fn kind(status: u16, problem: &Problem) -> ErrorKind {
    match problem.code.as_deref() {
        Some("UCS.01030002") if status == 400 => ErrorKind::NotReady,
        _ => ErrorKind::of_status(status),
    }
}
