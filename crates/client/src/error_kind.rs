//! What kinds of failure there are.

use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

/// What kind of failure an [`Error`](crate::Error) is.
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
    /// The provider has no such cluster, or does not show it to this caller; or its answer does not hold what was named.
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

    /// What usually helps.
    pub(crate) fn remedy(self) -> &'static str {
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
