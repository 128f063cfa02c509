//! What is asked.

use std::fmt;

/// One request for cluster access. All of them are GETs; what differs is whether a repetition does harm.
#[derive(Clone)]
pub struct Request {
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) repeat: Repeat,
}

impl Request {
    /// A GET of a path below the base URL. Ids in the path come from [`crate::Identifier::encoded`].
    #[must_use]
    pub fn get(path: impl Into<String>, repeat: Repeat) -> Self {
        Self { path: path.into(), query: Vec::new(), headers: Vec::new(), repeat }
    }

    /// The same request with one more query parameter; the value is encoded when it is sent.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same request with one more header. With an access key it is signed.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("path", &self.path).field("repeat", &self.repeat).finish_non_exhaustive()
    }
}

/// How far a request may be repeated without harm.
///
/// A connection that could not be made is always tried again: nothing was sent. A connection that was lost after that
/// is never tried again by any of these: nobody knows what the server did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// The answer changes nothing at the provider: repeated after 429, 500, 502, 503 and 504.
    Repeatable,
    /// The answer creates something (digitalocean mints a token, cce issues a certificate): repeated only after an answer in which the provider
    /// itself says that it did not succeed, that is 429, 500 and 503. After 502 and 504 a gateway does not know.
    AfterRefusal,
    /// The answer can be given only once (ucs): never repeated after an answer, and redirects are not followed.
    OneShot,
}

impl Repeat {
    /// Whether a request may be repeated after this status.
    #[must_use]
    pub fn allows(self, status: u16) -> bool {
        match self {
            Self::Repeatable => matches!(status, 429 | 500 | 502 | 503 | 504),
            Self::AfterRefusal => matches!(status, 429 | 500 | 503),
            Self::OneShot => false,
        }
    }
}
