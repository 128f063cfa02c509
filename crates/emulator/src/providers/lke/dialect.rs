use http::StatusCode;
use serde_json::json;

use crate::Reply;
use crate::providers::usage::Quota;

/// Why something is not given, in Linode's words. The clause and the explanation are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    InvalidToken,
    /// A token without the scope, as the service was seen to say it.
    OtherScope,
    /// The same, as the list of statuses can be read.
    OtherScopeForbidden,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    RateLimited {
        /// Until the window is over.
        seconds: i64,
    },
    ServerError,
    NotYet {
        /// Until the window of the limit is over, where that is said.
        seconds: Option<i64>,
    },
    Maintenance,
}

/// A refusal that is not written yet.
#[derive(Debug)]
pub(super) struct Refusal {
    problem: Problem,
    clause: &'static str,
    explanation: String,
}

/// The scopes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scopes {
    ReadWrite,
    ReadOnly,
    /// It is no token, and has none.
    Unknown,
}

/// The version that answers say that they are of: that of the document.
const VERSION: &str = "4.229.1";

impl Problem {
    /// This problem as a refusal by `clause`.
    pub(super) fn by(self, clause: &'static str, explanation: impl Into<String>) -> Refusal {
        Refusal { problem: self, clause, explanation: explanation.into() }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::InvalidToken | Self::OtherScope => StatusCode::UNAUTHORIZED,
            Self::OtherScopeForbidden | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotYet { .. } | Self::Maintenance => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// As seen where the clause is observed; else ours.
    fn reason(self) -> &'static str {
        match self {
            Self::InvalidToken => "Invalid Token",
            Self::OtherScope | Self::OtherScopeForbidden => "Your OAuth token is not authorized to use this endpoint.",
            Self::Forbidden => "Unauthorized",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method Not Allowed",
            Self::RequestTimeout => "Please try again",
            Self::RateLimited { .. } => "Too many requests",
            Self::ServerError => "Internal Server Error",
            Self::NotYet { .. } => "Cluster kubeconfig is not yet available. Please try again later.",
            Self::Maintenance => "Currently in maintenance mode.",
        }
    }

    /// Gives `reply` the body and the header fields of this problem.
    pub(super) fn written(self, reply: Reply) -> Reply {
        let reply = reply.with_json(&json!({"errors": [{"reason": self.reason()}]}));
        match self {
            Self::RateLimited { seconds } | Self::NotYet { seconds: Some(seconds) } => {
                reply.with_number("retry-after", seconds)
            }
            Self::Maintenance => reply.with_header("x-maintenance-mode", self.reason()),
            _ => reply,
        }
    }
}

impl Refusal {
    /// The refusal as a reply.
    pub(super) fn reply(self) -> Reply {
        self.problem.written(Reply::refuse(self.clause, self.problem.status(), self.explanation))
    }
}

/// Gives `reply` the header fields that every answer carries.
pub(super) fn dressed(reply: Reply, scopes: Scopes, quota: Quota) -> Reply {
    let scopes = match scopes {
        Scopes::ReadWrite => "lke:read_write",
        Scopes::ReadOnly => "lke:read_only",
        Scopes::Unknown => "unknown",
    };
    reply
        .with_header("cache-control", "max-age=0, no-cache, no-store")
        .with_header("x-oauth-scopes", scopes)
        .with_header("x-accepted-oauth-scopes", "lke:read_write")
        .with_header("x-spec-version", VERSION)
        .with_number("x-ratelimit-limit", quota.limit)
        .with_number("x-ratelimit-remaining", quota.remaining)
        .with_number("x-ratelimit-reset", quota.reset.as_second())
}
