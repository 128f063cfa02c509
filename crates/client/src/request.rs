//! What is asked.

use std::fmt;

use reqwest::Method;
use serde_json::Value;

use crate::Reply;

/// One request for cluster access: what is asked for, and whether a repetition does harm.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) repeat: Repeat,
    pub(crate) is_settled: fn(&Reply) -> bool,
}

impl Request {
    /// A GET of a path below the base URL. Ids in the path come from [`crate::Identifier::encoded`].
    #[must_use]
    pub fn get(path: impl Into<String>, repeat: Repeat) -> Self {
        Self::new(Method::GET, path.into(), String::new(), repeat)
    }

    /// A POST of JSON to a path below the base URL, with its `Content-Type`. It is not repeated once it may have been
    /// sent: see [`Repeat::UntilSent`].
    ///
    /// ```
    /// use kubeproof_client::Request;
    ///
    /// let request = Request::post("/certificates", &serde_json::json!({"days": 30}));
    /// assert_eq!(format!("{request:?}"), r#"Request { method: POST, path: "/certificates", repeat: UntilSent, .. }"#);
    /// ```
    #[must_use]
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new(Method::POST, path.into(), body.to_string(), Repeat::UntilSent)
            .header("content-type", "application/json")
    }

    fn new(method: Method, path: String, body: String, repeat: Repeat) -> Self {
        Self { method, path, query: Vec::new(), headers: Vec::new(), body, repeat, is_settled: |_| false }
    }

    /// The same request, not repeated after an answer of which this holds, whatever its status: the provider says that it
    /// will be the same for some time.
    ///
    /// ```
    /// use kubeproof_client::{Repeat, Request};
    ///
    /// let request = Request::get("/kubeconfig", Repeat::Repeatable).settled_when(|reply| reply.header("x-maintenance").is_some());
    /// # drop(request);
    /// ```
    #[must_use]
    pub fn settled_when(mut self, is_settled: fn(&Reply) -> bool) -> Self {
        self.is_settled = is_settled;
        self
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
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
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
    /// The request itself says that it creates something (cce's POST): never repeated after an answer, and redirects are
    /// not followed.
    UntilSent,
    /// The answer can be given only once (ucs): as [`UntilSent`](Self::UntilSent), and what was received of it is kept.
    OneShot,
}

impl Repeat {
    /// Whether a request may be repeated after this status.
    #[must_use]
    pub fn allows(self, status: u16) -> bool {
        match self {
            Self::Repeatable => matches!(status, 429 | 500 | 502 | 503 | 504),
            Self::AfterRefusal => matches!(status, 429 | 500 | 503),
            Self::UntilSent | Self::OneShot => false,
        }
    }

    /// Why a redirect is not followed, which would be another request; `None` when it is.
    pub(crate) fn stays(self) -> Option<&'static str> {
        match self {
            Self::Repeatable | Self::AfterRefusal => None,
            Self::UntilSent => Some("the server redirects a request that creates something"),
            Self::OneShot => Some("the server redirects a request that can be answered only once"),
        }
    }
}
