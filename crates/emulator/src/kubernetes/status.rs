use http::StatusCode;
use serde_json::{Value, json};

use crate::Reply;

/// A failure as an API server puts it: a `Status` object (API reference, "Common Definitions", `Status`).
pub(super) struct Failure {
    code: StatusCode,
    reason: &'static str,
    message: String,
    details: Option<Value>,
}

impl Failure {
    pub(super) fn unauthorized() -> Self {
        Self {
            code: StatusCode::UNAUTHORIZED,
            reason: "Unauthorized",
            message: "Unauthorized".to_owned(),
            details: None,
        }
    }

    /// Of a path that is not there.
    pub(super) fn not_found() -> Self {
        Self {
            code: StatusCode::NOT_FOUND,
            reason: "NotFound",
            message: "the server could not find the requested resource".to_owned(),
            details: Some(json!({})),
        }
    }

    /// Of an object that is not there, in a resource that is.
    pub(super) fn no_object(resource: &str, name: &str) -> Self {
        Self {
            message: format!("{resource} \"{name}\" not found"),
            details: Some(json!({"name": name, "kind": resource})),
            ..Self::not_found()
        }
    }

    pub(super) fn method_not_allowed() -> Self {
        Self {
            code: StatusCode::METHOD_NOT_ALLOWED,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource".to_owned(),
            details: Some(json!({})),
        }
    }

    pub(super) fn not_acceptable() -> Self {
        Self {
            code: StatusCode::NOT_ACCEPTABLE,
            reason: "NotAcceptable",
            message: "only the following media types are accepted: application/json".to_owned(),
            details: None,
        }
    }

    pub(super) fn unsupported_media_type() -> Self {
        Self {
            code: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: \
                      application/json, application/vnd.kubernetes.protobuf"
                .to_owned(),
            details: None,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { code: StatusCode::BAD_REQUEST, reason: "BadRequest", message: message.into(), details: None }
    }

    pub(super) fn forbidden(message: String, resource: &str, name: &str) -> Self {
        Self {
            code: StatusCode::FORBIDDEN,
            reason: "Forbidden",
            message,
            details: Some(json!({"name": name, "kind": resource})),
        }
    }

    /// The reply that says so, by `clause`.
    pub(super) fn by(self, clause: &'static str, explanation: impl Into<String>) -> Reply {
        let mut body = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        });
        if let Some(body) = body.as_object_mut() {
            body.extend(self.details.map(|details| ("details".to_owned(), details)));
            body.insert("code".to_owned(), self.code.as_u16().into());
        }
        Reply::refuse(clause, self.code, explanation).with_json(&body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What client-go makes an error of, besides the message.
    #[track_caller]
    fn check(failure: Failure, code: u16, reason: &str, details: Option<&Value>) {
        let reply = failure.by("kubeproof.kubernetes", "why");
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status.as_u16(), &body["code"], &body["reason"]), (code, &json!(code), &json!(reason)));
        assert_eq!(body.get("details"), details);
    }

    #[test]
    fn a_failure_says_what_it_is_about() {
        let (about, nothing) = (json!({"name": "lost", "kind": "namespaces"}), json!({}));
        check(Failure::no_object("namespaces", "lost"), 404, "NotFound", Some(&about));
        check(Failure::forbidden("no".to_owned(), "namespaces", "lost"), 403, "Forbidden", Some(&about));
        check(Failure::not_found(), 404, "NotFound", Some(&nothing));
        check(Failure::method_not_allowed(), 405, "MethodNotAllowed", Some(&nothing));
        check(Failure::unauthorized(), 401, "Unauthorized", None);
        check(Failure::not_acceptable(), 406, "NotAcceptable", None);
        check(Failure::unsupported_media_type(), 415, "UnsupportedMediaType", None);
        check(Failure::bad_request("what"), 400, "BadRequest", None);
    }
}
