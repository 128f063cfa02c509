//! The one error of every client.

use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice};

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

/// What kind of failure an [`Error`] is.
///
/// Its text is the kebab-case word that reports and the adapter protocol use.
///
/// ```
/// use kubeproof_client::ErrorKind;
///
/// assert_eq!(ErrorKind::AlreadyDownloaded.to_string(), "already-downloaded");
/// assert_eq!("rate-limited".parse(), Ok(ErrorKind::RateLimited));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Refused before anything was sent.
    InvalidArgument,
    /// The provider does not know these credentials.
    Unauthenticated,
    /// The provider knows the caller and does not allow this.
    Forbidden,
    /// The provider has no such cluster, or does not show it to this caller.
    NotFound,
    /// The cluster exists and cannot be accessed yet.
    NotReady,
    /// The provider refused the request for another reason.
    Rejected,
    /// The provider gives this answer only once, and has given it.
    AlreadyDownloaded,
    /// Too many requests.
    RateLimited,
    /// The provider, or a gateway before it, failed.
    Unavailable,
    /// There was an answer, and it is not what the provider documents.
    Malformed,
    /// There was an answer that could be used, and using it would be dangerous.
    Unsafe,
    /// The connection failed.
    Transport,
    /// The connection is not trusted, or TLS failed in another way.
    Tls,
    /// There was no answer in time.
    Timeout,
}

impl ErrorKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 14] = [
        Self::InvalidArgument,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::NotReady,
        Self::Rejected,
        Self::AlreadyDownloaded,
        Self::RateLimited,
        Self::Unavailable,
        Self::Malformed,
        Self::Unsafe,
        Self::Transport,
        Self::Tls,
        Self::Timeout,
    ];

    /// The kebab-case word for this kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::NotReady => "not-ready",
            Self::Rejected => "rejected",
            Self::AlreadyDownloaded => "already-downloaded",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::Unsafe => "unsafe",
            Self::Transport => "transport",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
        }
    }

    /// The kind that an HTTP status means where a provider says nothing else.
    ///
    /// 501 is `rejected`, not `unavailable`: the server does not know the request, and asking again does not help.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            429 => Self::RateLimited,
            // 408: the server did not get the request in time; 499: it was cancelled on the way.
            408 | 499 => Self::Unavailable,
            400..=499 | 501 | 505 => Self::Rejected,
            500..=599 => Self::Unavailable,
            _ => Self::Malformed,
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::InvalidArgument => "correct the argument; nothing was sent",
            Self::Unauthenticated => "check the credentials and that they have not expired",
            Self::Forbidden => "grant the caller access to this cluster",
            Self::NotFound => "check the ids, and that the caller may see the cluster",
            Self::NotReady => "wait until the cluster is running and ask again",
            Self::Rejected => "read the provider's message and change the request",
            Self::AlreadyDownloaded => {
                "use the answer that was saved at the first download, or register the cluster anew"
            }
            Self::RateLimited => "wait and ask again less often",
            Self::Unavailable => "ask again later",
            Self::Malformed => "check that the base url is that of the provider, and report this to it",
            Self::Unsafe => "do not use this answer, or allow what it does if it is wanted",
            Self::Transport => "check the base url and the network",
            Self::Tls => "check the base url, or give the certificate authority of the server",
            Self::Timeout => "ask again later, or allow more time",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ErrorKind {
    type Err = UnknownErrorKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownErrorKind(()))
    }
}

/// A text names no [`ErrorKind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownErrorKind(());

impl fmt::Display for UnknownErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown kind of error; the kinds are ")?;
        for (index, kind) in ErrorKind::ALL.iter().enumerate() {
            write!(f, "{}{kind}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl StdError for UnknownErrorKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_its_own_word() {
        for kind in ErrorKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for text in ["", "NotFound", "not_found", "not-found ", "error"] {
            let error = text.parse::<ErrorKind>().unwrap_err();
            assert!(error.to_string().contains("already-downloaded"), "{error}");
        }
    }

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
    }

    #[test]
    fn statuses_have_kinds() {
        for (status, kind) in [
            (400, "rejected"),
            (401, "unauthenticated"),
            (403, "forbidden"),
            (404, "not-found"),
            (405, "rejected"),
            (408, "unavailable"),
            (409, "rejected"),
            (410, "rejected"),
            (422, "rejected"),
            (429, "rate-limited"),
            (494, "rejected"),
            (499, "unavailable"),
            (500, "unavailable"),
            (501, "rejected"),
            (502, "unavailable"),
            (503, "unavailable"),
            (504, "unavailable"),
            (204, "malformed"),
            (302, "malformed"),
        ] {
            assert_eq!(ErrorKind::of_status(status).as_str(), kind, "{status}");
        }
    }
}
