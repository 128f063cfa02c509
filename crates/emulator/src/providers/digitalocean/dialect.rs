use http::StatusCode;
use sha2::{Digest, Sha256};

use crate::hex::uuid;
use crate::providers::usage::Quota;
use crate::{Decision, Reply};

/// Why something is not given, in DigitalOcean's words. The clause and the explanation are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthorized,
    Forbidden,
    NotFound,
    NotReady,
    UnusableExpiry,
    UnusableType,
    BurstLimit,
    HourlyLimit,
    ServerError,
}

/// A refusal that is not written yet.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) problem: Problem,
    pub(super) clause: &'static str,
    pub(super) explanation: String,
}

/// The seconds in the `retry-after` of a burst limit: short, so that a client that keeps to it is soon done.
const RETRY_AFTER: &str = "1";

impl Problem {
    /// This problem as a refusal by `clause`.
    pub(super) fn by(self, clause: &'static str, explanation: impl Into<String>) -> Refusal {
        Refusal { problem: self, clause, explanation: explanation.into() }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NotReady => StatusCode::NOT_FOUND,
            Self::UnusableExpiry | Self::UnusableType => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BurstLimit | Self::HourlyLimit => StatusCode::TOO_MANY_REQUESTS,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound | Self::NotReady => "not_found",
            Self::UnusableExpiry | Self::UnusableType => "unprocessable_entity",
            Self::BurstLimit | Self::HourlyLimit => "too_many_requests",
            Self::ServerError => "server_error",
        }
    }

    /// The texts of openapi's examples where it has one, else those of the clause's source.
    fn message(self) -> &'static str {
        match self {
            Self::Unauthorized => "Unable to authenticate you.",
            Self::Forbidden => "you do not have access for the attempted action",
            Self::NotFound => "The resource you requested could not be found.",
            Self::NotReady => "credentials aren't ready yet",
            Self::UnusableExpiry => "expiry_seconds is not valid",
            Self::UnusableType => "type is not valid",
            Self::BurstLimit | Self::HourlyLimit => "API rate limit exceeded.",
            Self::ServerError => "Unexpected server-side error",
        }
    }
}

/// Gives `reply` the body of a problem.
pub(super) fn written(reply: Reply, problem: Problem, request_id: &str) -> Reply {
    let body = serde_json::json!({"id": problem.id(), "message": problem.message(), "request_id": request_id});
    let reply = reply.with_json(&body);
    match problem {
        Problem::BurstLimit => reply.with_header("retry-after", RETRY_AFTER),
        _ => reply,
    }
}

/// Gives `reply` the headers that every answer carries.
pub(super) fn with_quota(reply: Reply, quota: Quota) -> Reply {
    reply
        .with_number("ratelimit-limit", quota.limit)
        .with_number("ratelimit-remaining", quota.remaining)
        .with_number("ratelimit-reset", quota.reset.as_second())
}

/// A request id: a UUID that is the same for the same call of the same world.
pub(super) fn request_id(seed: u64, call: u64, decision: &Decision) -> String {
    uuid(&Sha256::digest(format!("request/{seed}/{call}/{}", decision.clause)))
}
