//! How ucs, and the gateway before it, say that something failed.

use kubeproof_client::Problem;
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
