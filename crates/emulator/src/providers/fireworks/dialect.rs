use http::StatusCode;

use crate::Reply;

/// A code of google.rpc.Status, with the HTTP status that Fireworks states for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    InvalidArgument,
    DeadlineExceeded,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    FailedPrecondition,
    Unimplemented,
    Internal,
    Unavailable,
    Unauthenticated,
}

/// A refusal that is not written yet.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) clause: &'static str,
    /// What the caller should change. Ours; quotes nothing of the request.
    pub(super) explanation: String,
    pub(super) body: Body,
}

/// The body of a refusal.
#[derive(Debug)]
pub(super) enum Body {
    /// `{code, message, details}`.
    Status { code: Code, message: String },
    /// What Go's `net/http` answers before any route is tried.
    PlainBadRequest,
}

impl Code {
    /// This code as a refusal by `clause`; `message` is what the provider says, `explanation` what we say.
    pub(super) fn by(
        self,
        clause: &'static str,
        message: impl Into<String>,
        explanation: impl Into<String>,
    ) -> Refusal {
        let body = Body::Status { code: self, message: message.into() };
        Refusal { clause, explanation: explanation.into(), body }
    }

    fn number(self) -> u8 {
        match self {
            Self::InvalidArgument => 3,
            Self::DeadlineExceeded => 4,
            Self::NotFound => 5,
            Self::PermissionDenied => 7,
            Self::ResourceExhausted => 8,
            Self::FailedPrecondition => 9,
            Self::Unimplemented => 12,
            Self::Internal => 13,
            Self::Unavailable => 14,
            Self::Unauthenticated => 16,
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::InvalidArgument | Self::FailedPrecondition => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// Gives `reply` the body of this code.
    pub(super) fn written(self, reply: Reply, message: &str) -> Reply {
        let body = serde_json::json!({"code": self.number(), "message": message, "details": []});
        let reply = reply.with_json(&body);
        match self {
            // The message, and no challenge: `fireworks.status.401.challenge`.
            Self::Unauthenticated => reply.with_header("www-authenticate", message),
            _ => reply,
        }
    }
}

impl Refusal {
    /// The refusal as a reply.
    pub(super) fn reply(self) -> Reply {
        let Self { clause, explanation, body } = self;
        match body {
            Body::Status { code, message } => code.written(Reply::refuse(clause, code.status(), explanation), &message),
            Body::PlainBadRequest => Reply::refuse(clause, StatusCode::BAD_REQUEST, explanation)
                .with_body("text/plain; charset=utf-8", "400 Bad Request"),
        }
    }
}
