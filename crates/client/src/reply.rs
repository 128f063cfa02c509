//! What was answered.

use std::fmt;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::retry::Asked;
use crate::scrub::Scrubber;
use crate::{Error, ErrorKind, Problem, content};

/// The last answer to a request, whole.
///
/// A 4xx or 5xx is an answer like any other here; it becomes an [`Error`] by [`Reply::refusal`], with what the
/// provider's crate read from its body.
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) asked: Option<Asked>,
    pub(crate) scrubber: Scrubber,
}

impl Reply {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header, when it is there and visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the body is a page for a browser: a login form or a gateway's error page.
    #[must_use]
    pub fn is_html(&self) -> bool {
        content(&self.body).first() == Some(&b'<')
    }

    /// What the answer says, see [`Problem::read`].
    #[must_use]
    pub fn problem(&self, of_object: fn(&Value) -> Problem) -> Problem {
        Problem::read(self.status, &self.body, of_object)
    }

    /// The error for an answer that refuses, or has another status that no document speaks of. The provider's words are cleaned of the credentials that were sent; a
    /// request id that the body lacks is taken from the usual header.
    #[must_use]
    pub fn refusal(&self, kind: ErrorKind, problem: Problem) -> Error {
        if self.status >= 400 {
            self.error(kind, "the provider refused the request", problem)
        } else {
            let what = format!("the answer has status {}, which is not documented", self.status);
            self.error(kind, what, problem)
        }
    }

    /// The error for an answer that should have been cluster access and is not. `what` must quote nothing of it.
    #[must_use]
    pub fn malformed(&self, what: impl Into<String>) -> Error {
        self.error(ErrorKind::Malformed, what, Problem::default())
    }

    /// An error of any kind about this answer.
    #[must_use]
    pub fn error(&self, kind: ErrorKind, what: impl Into<String>, problem: Problem) -> Error {
        let clean = |text: Option<String>| text.map(|text| self.scrubber.clean(&text));
        let header = || {
            ["x-request-id", "request-id", "x-apig-request-id"]
                .iter()
                .find_map(|name| self.header(name))
                .map(str::to_owned)
        };
        Error::new(kind, what)
            .with_status(self.status)
            .with_code(clean(problem.code))
            .with_message(clean(problem.message))
            .with_request_id(clean(problem.request_id.or_else(header)))
            .with_attempts(self.attempts)
            .with_retry_after(self.asked.map(Asked::duration))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
