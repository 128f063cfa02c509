//! How Linode says that something failed.

use kubeproof_client::{ErrorKind, Problem, Reply};
use serde_json::Value;

/// `{"errors": [{"reason", "field"}]}`: every reason, after the field that it is about.
pub(crate) fn problem(object: &Value) -> Problem {
    let errors = object.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let reasons: Vec<String> = errors.iter().take(SHOWN).filter_map(reason).collect();
    let message =
        if reasons.is_empty() { Problem::field(object, &["reason", "message"]) } else { Some(reasons.join("; ")) };
    Problem { code: None, message, request_id: None }
}

/// More errors than anybody reads.
const SHOWN: usize = 5;

fn reason(error: &Value) -> Option<String> {
    let reason = Problem::field(error, &["reason"])?;
    Some(match Problem::field(error, &["field"]) {
        Some(field) => format!("{field}: {reason}"),
        None => reason,
    })
}

/// What a refusal means. 401 is both an unknown token and one without the scope, and 503 both an outage and a cluster
/// without a kubeconfig: clauses `lke.status.401.told-apart` and `lke.status.503.not-yet`.
pub(crate) fn kind(reply: &Reply, problem: &Problem) -> ErrorKind {
    match reply.status() {
        401 if has_scopes(reply) => ErrorKind::Forbidden,
        503 if is_not_yet(problem) => ErrorKind::NotReady,
        status => ErrorKind::of_status(status),
    }
}

/// Whether an answer is not to be asked for again within a fetch: what it tells of takes minutes.
pub(crate) fn is_settled(reply: &Reply) -> bool {
    reply.status() == 503 && (reply.header("x-maintenance-mode").is_some() || is_not_yet(&reply.problem(problem)))
}

fn is_not_yet(problem: &Problem) -> bool {
    problem.message.as_deref().is_some_and(|message| message.to_ascii_lowercase().contains("not yet available"))
}

/// Whether the token of the request is known, and has scopes.
fn has_scopes(reply: &Reply) -> bool {
    let scopes = reply.header("x-oauth-scopes").map(str::trim).unwrap_or_default();
    !scopes.is_empty() && !scopes.eq_ignore_ascii_case("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_told_with_its_field() {
        for (body, message) in [
            (r#"{"errors": [{"reason": "Not found"}]}"#, Some("Not found")),
            (r#"{"errors": [{"field": null, "reason": "Not found"}]}"#, Some("Not found")),
            (r#"{"errors": [{"field": "", "reason": "Not found"}]}"#, Some("Not found")),
            (r#"{"errors": [{"field": "a.b", "reason": "no"}, {"reason": "nor"}]}"#, Some("a.b: no; nor")),
            (r#"{"errors": [{"field": "a"}, {"reason": 7}]}"#, Some("7")),
            (r#"{"errors": []}"#, None),
            (r#"{"errors": [], "message": "gone"}"#, Some("gone")),
            (r#"{"errors": {"reason": "x"}}"#, None),
            (r#"{"errors": [null, [], "x"]}"#, None),
            ("{}", None),
        ] {
            let problem = Problem::read(400, body.as_bytes(), problem);
            assert_eq!(problem.message.as_deref(), message, "{body}");
            assert_eq!((problem.code, problem.request_id), (None, None));
        }
        let many = serde_json::json!({"errors": vec![serde_json::json!({"reason": "x"}); 100]});
        assert_eq!(problem(&many).message.as_deref(), Some("x; x; x; x; x"));
    }
}
