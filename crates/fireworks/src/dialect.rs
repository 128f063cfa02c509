//! How fireworks says that something failed.

use kubeproof_client::{ErrorKind, Problem};
use serde_json::Value;

/// `google.rpc.Status` as the gateway writes it, `{"code", "message", "details"}`; the same with `error` as a text
/// (older gateways) and within `error` (the inference API).
pub(crate) fn problem(object: &Value) -> Problem {
    let status = match object.get("error") {
        Some(inner @ Value::Object(_)) => inner,
        _ => object,
    };
    Problem {
        code: Problem::field(status, &["code"]),
        message: Problem::field(status, &["message", "error"]),
        request_id: Problem::field(status, &["request_id"]),
    }
}

/// What a refusal means. The code says more than the status: 400 is both a wrong request (`INVALID_ARGUMENT`, 3) and a
/// cluster that is not ready (`FAILED_PRECONDITION`, 9).
pub(crate) fn kind(status: u16, problem: &Problem) -> ErrorKind {
    match problem.code.as_deref() {
        Some("9" | "FAILED_PRECONDITION") if status == 400 => ErrorKind::NotReady,
        _ => ErrorKind::of_status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects() {
        for (status, body, kind_, code, message) in [
            (404, r#"{"code":5,"message":"no","details":[]}"#, ErrorKind::NotFound, Some("5"), Some("no")),
            (400, r#"{"code":9,"message":"creating"}"#, ErrorKind::NotReady, Some("9"), Some("creating")),
            (400, r#"{"code":3,"message":"bad"}"#, ErrorKind::Rejected, Some("3"), Some("bad")),
            (400, r#"{"code":"FAILED_PRECONDITION"}"#, ErrorKind::NotReady, Some("FAILED_PRECONDITION"), None),
            (500, r#"{"code":9,"message":"?"}"#, ErrorKind::Unavailable, Some("9"), Some("?")),
            (403, r#"{"error":"no","code":7,"message":"no"}"#, ErrorKind::Forbidden, Some("7"), Some("no")),
            (401, r#"{"error":"no","code":16}"#, ErrorKind::Unauthenticated, Some("16"), Some("no")),
            (
                401,
                r#"{"error":{"object":"error","type":"x","code":"UNAUTHORIZED","message":"no"}}"#,
                ErrorKind::Unauthenticated,
                Some("UNAUTHORIZED"),
                Some("no"),
            ),
            (
                501,
                r#"{"code":12,"message":"Method Not Allowed"}"#,
                ErrorKind::Rejected,
                Some("12"),
                Some("Method Not Allowed"),
            ),
            (400, "400 Bad Request", ErrorKind::Rejected, None, Some("400 Bad Request")),
            (502, "<html></html>", ErrorKind::Unavailable, None, None),
            (503, "", ErrorKind::Unavailable, None, None),
            (500, "[1]", ErrorKind::Unavailable, None, None),
        ] {
            let problem = Problem::read(status, body.as_bytes(), problem);
            assert_eq!(kind(status, &problem), kind_, "{body}");
            assert_eq!((problem.code.as_deref(), problem.message.as_deref()), (code, message), "{body}");
        }
    }
}
