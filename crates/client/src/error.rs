//! The one error of every client.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice};

use crate::{ErrorKind, Waited};

/// Why cluster access could not be fetched.
///
/// Its text is a lowercase fragment that says what is wrong and what to do. It never holds a credential that was
/// sent, nor any of the access that was received; what the server said is cleaned before it is kept.
///
/// ```
/// use kubeproof_client::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::NotReady, "the cluster has no endpoint yet");
/// assert_eq!(error.kind(), ErrorKind::NotReady);
/// assert_eq!(error.to_string(), "the cluster has no endpoint yet; wait until the cluster is running and ask again");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    what: String,
    remedy: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    consumed: Option<Consumed>,
    answer: Option<SecretSlice<u8>>,
    stored: Option<PathBuf>,
    waited: Option<Waited>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind; `what` is a lowercase fragment without a remedy and without a secret.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            what: what.into(),
            remedy: None,
            status: None,
            code: None,
            message: None,
            request_id: None,
            attempts: 0,
            retry_after: None,
            consumed: None,
            answer: None,
            stored: None,
            waited: None,
            source: None,
        }))
    }

    /// What went wrong, for a program to decide on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, when there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code, such as `not_found` or `CCE.01404001`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's own words, cleaned of the credentials that were sent and bounded in length.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The id under which the provider logged the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often the request was tried; 0 when it was refused before sending.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the server asked to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether this process may have used up an answer that is given only once; `None` for a request that can be
    /// repeated.
    #[must_use]
    pub fn consumed(&self) -> Option<Consumed> {
        self.0.consumed
    }

    /// What was received of an answer that is given only once and could not be read. It is not in any text of this
    /// error: it is all that is left of that answer.
    #[must_use]
    pub fn answer(&self) -> Option<&[u8]> {
        self.0.answer.as_ref().map(SecretSlice::expose_secret)
    }

    /// The file on this machine that holds an answer that is given only once, or what was received of it.
    #[must_use]
    pub fn stored(&self) -> Option<&Path> {
        self.0.stored.as_deref()
    }

    /// How long and how often a [`Wait`](crate::Wait) asked before it gave up with this error; `None` when nothing waited.
    #[must_use]
    pub fn waited(&self) -> Option<Waited> {
        self.0.waited
    }

    /// The same error with another remedy than the usual one of its kind.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    /// The same error with the HTTP status of the answer.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The same error with the provider's code, which must be cleaned of secrets.
    #[must_use]
    pub fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    /// The same error with the provider's words, which must be cleaned of secrets.
    #[must_use]
    pub fn with_message(mut self, message: Option<String>) -> Self {
        self.0.message = message;
        self
    }

    /// The same error with the provider's request id, which must be cleaned of secrets.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    /// The same error after so many attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same error with the time that the server asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// The same error of a request whose answer is given only once.
    #[must_use]
    pub fn with_consumed(mut self, consumed: Consumed) -> Self {
        self.0.consumed = Some(consumed);
        self
    }

    /// The same error with what was received of an answer that is given only once.
    #[must_use]
    pub fn with_answer(mut self, answer: &[u8]) -> Self {
        self.0.answer = Some(SecretSlice::from(answer.to_vec()));
        self
    }

    /// The same error with the file that holds an answer that is given only once.
    #[must_use]
    pub fn with_stored(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.stored = Some(path.into());
        self
    }

    /// The same error at the end of a wait.
    #[must_use]
    pub(crate) fn with_waited(mut self, waited: Waited) -> Self {
        self.0.waited = Some(waited);
        self
    }

    /// The same error with its cause, whose text must hold no secret.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.write_str(&inner.what)?;
        if let Some(message) = &inner.message {
            write!(f, ": {message}")?;
        }
        let facts: Vec<String> = [
            inner.status.map(|status| format!("status {status}")),
            inner.code.as_ref().map(|code| format!("code {code}")),
            inner.request_id.as_ref().map(|id| format!("request {id}")),
            (inner.attempts > 1).then(|| format!("{} attempts", inner.attempts)),
            inner.waited.map(|waited| waited.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !facts.is_empty() {
            write!(f, " ({})", facts.join(", "))?;
        }
        match inner.consumed {
            Some(Consumed::PossiblyHere) => f.write_str("; this process may have used up the only download")?,
            Some(Consumed::NotHere) => f.write_str("; this process has not used up the download")?,
            None => {}
        }
        write!(f, "; {}", inner.remedy.as_deref().unwrap_or(inner.kind.remedy()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("what", &inner.what)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("request_id", &inner.request_id)
            .field("attempts", &inner.attempts)
            .field("consumed", &inner.consumed)
            .field("stored", &inner.stored)
            .field("waited", &inner.waited)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// Whether this process may have used up an answer that a provider gives only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consumed {
    /// A request of this process may have reached the server, so the answer may have been given to it.
    PossiblyHere,
    /// No request of this process can have been answered.
    NotHere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_every_fact_and_never_the_answer() {
        let error = Error::new(ErrorKind::Malformed, "the answer is not json")
            .with_status(200)
            .with_code(Some("C.1".into()))
            .with_message(Some("oops".into()))
            .with_request_id(Some("r-1".into()))
            .with_attempts(3)
            .with_consumed(Consumed::PossiblyHere)
            .with_answer(b"planted-secret")
            .with_source(std::io::Error::other("end of file"));
        let shown = format!("{error} {error:?} {error:#?}");
        for fact in ["the answer is not json: oops (status 200, code C.1, request r-1, 3 attempts)", "end of file"] {
            assert!(shown.contains(fact), "{shown}");
        }
        assert!(!shown.contains("planted"), "{shown}");
        assert_eq!(error.answer(), Some(b"planted-secret".as_slice()));
        assert_eq!((error.code(), error.message(), error.request_id()), (Some("C.1"), Some("oops"), Some("r-1")));
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("end of file"));
        let error = Error::new(ErrorKind::NotFound, "no cluster").with_stored("/tmp/answer");
        assert_eq!(error.stored(), Some(Path::new("/tmp/answer")));
        assert!(error.source().is_none());
        assert!(error.to_string().ends_with("; check the ids, and that the caller may see the cluster"), "{error}");
    }
}
