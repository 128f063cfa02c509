use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

use super::answer::Answer;
use crate::Redactor;

/// Why a request of the admin API is refused, and what to do.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    message: String,
    remedy: String,
    #[serde(flatten)]
    place: Option<Place>,
    #[serde(skip)]
    allowed: &'static [Method],
}

/// Where in a body of JSON: its line, from 1, and how many bytes of that were read.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status, message: message.into(), remedy: remedy.into(), place: None, allowed: &[] }
    }

    pub(super) fn bad_request(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, remedy)
    }

    pub(super) fn not_found(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message, remedy)
    }

    /// JSON that cannot be read, or does not fit.
    pub(super) fn json(error: &serde_json::Error, remedy: impl Into<String>) -> Self {
        // The place is said apart.
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let place = Some(Place { line: error.line(), column: error.column() }).filter(|place| place.line > 0);
        Self { place, ..Self::bad_request(message, remedy) }
    }

    /// A method that the path has not.
    pub(super) fn method(allowed: &'static [Method]) -> Self {
        let problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this path does not have the method that was sent",
            format!("use {}", list(allowed, " or ")),
        );
        Self { allowed, ..problem }
    }

    /// A bug of this crate.
    pub(super) fn bug(error: &dyn std::error::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), "please report this as a bug of kubeproof")
    }

    /// The answer, which may quote the request: a caller may have put a secret anywhere in it.
    pub(super) fn answer(mut self, redactor: &Redactor) -> Answer {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a Problem,
        }
        self.message = redactor.text(&self.message);
        self.remedy = redactor.text(&self.remedy);
        let answer = Answer::json_as(self.status, &Body { error: &self })
            .unwrap_or_else(|_| Answer::plain(self.status, "the error cannot be written as JSON\n"));
        match HeaderValue::try_from(list(self.allowed, ", ")) {
            Ok(allowed) if !self.allowed.is_empty() => answer.with(ALLOW, allowed),
            _ => answer,
        }
    }
}

fn list(methods: &[Method], between: &str) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(between)
}
