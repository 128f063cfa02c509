//! How {{ name }} says that something failed. A guess: put the document's statuses, codes and words in its place.

use http::StatusCode;
use serde_json::json;

use crate::Reply;

/// Why something is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    Forbidden,
    NotFound,
    NotReady,
    RateLimited,
    Unavailable,
}

/// A refusal that is not written yet: the problem in the provider's words, the clause and the explanation in ours.
#[derive(Debug)]
pub(super) struct Refusal {
    problem: Problem,
    clause: &'static str,
    explanation: String,
}

impl Refusal {
    pub(super) fn reply(self) -> Reply {
        self.problem.written(Reply::refuse(self.clause, self.problem.status(), self.explanation))
    }
}

impl Problem {
    /// This problem as a refusal by `clause`.
    pub(super) fn by(self, clause: &'static str, explanation: impl Into<String>) -> Refusal {
        Refusal { problem: self, clause, explanation: explanation.into() }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotReady => StatusCode::CONFLICT,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::NotReady => "not_ready",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Unauthenticated => "the token is missing or not valid",
            Self::Forbidden => "the token may not read clusters",
            Self::NotFound => "there is no such resource",
            Self::NotReady => "the cluster is still being created",
            Self::RateLimited => "too many requests",
            Self::Unavailable => "the service is unavailable",
        }
    }

    /// `reply` with the body of this problem.
    pub(super) fn written(self, reply: Reply) -> Reply {
        reply.with_json(&json!({"code": self.code(), "message": self.message()}))
    }
}
