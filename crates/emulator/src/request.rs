use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// One request as an emulation sees it.
///
/// `path` and `query` are still percent-encoded: routing rules differ between providers, so nothing is decoded or cleaned
/// up before the emulation has looked at it, but for what the host itself does to [`path`](Request::path).
#[derive(Clone)]
pub struct Request {
    /// The method, as sent.
    pub method: Method,
    /// The path, percent-encoded, with its leading `/`.
    ///
    /// [`WiremockHost`](crate::host::WiremockHost) hands over the path of a parsed URL, in which dot segments are resolved
    /// already: of `/a/../b` it shows `/b`. Without a socket the path is what the caller writes here.
    pub path: String,
    /// What followed the first `?`, percent-encoded; `None` when there was no `?`.
    pub query: Option<String>,
    /// The header fields; names compare without case.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A `GET` of `target`, which may carry a query, without headers or body.
    ///
    /// ```
    /// use kubeproof_emulator::Request;
    ///
    /// let request = Request::get("/v1/clusters/abc/accessinfo?region=eu-de").with_header("x-auth-token", "t");
    /// assert_eq!(request.path, "/v1/clusters/abc/accessinfo");
    /// assert_eq!(request.query_values("region"), ["eu-de"]);
    /// ```
    pub fn get(target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Self { method: Method::GET, path: path.to_owned(), query, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// A `GET` of a path of these segments, each percent-encoded whole, with these parameters.
    pub(crate) fn of<'a>(
        segments: impl IntoIterator<Item = &'a str>,
        parameters: impl IntoIterator<Item = (&'a str, &'a String)>,
    ) -> Self {
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let path: String = segments.into_iter().map(|segment| format!("/{}", encoded(segment))).collect();
        let parameters: Vec<String> =
            parameters.into_iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let query = (!parameters.is_empty()).then(|| parameters.join("&"));
        Self { method: Method::GET, path, query, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// The same request with one more header field. A name or value that HTTP does not allow is left out.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) =
            (http::HeaderName::try_from(name), http::HeaderValue::from_bytes(value.as_bytes()))
        {
            self.headers.append(name, value);
        }
        self
    }

    /// The same request with another method.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The first value of a header field, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The path segments, percent-encoded, without the empty one before the leading `/`.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.strip_prefix('/').unwrap_or(&self.path).split('/')
    }

    /// Every value of a query parameter, decoded, in the order sent. `+` stands for a space.
    pub fn query_values(&self, name: &str) -> Vec<String> {
        self.query_pairs().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    /// The query's parameters, decoded, in the order sent.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes()).into_owned().collect()
    }

    /// Path and query, percent-encoded, as in a request line.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Names what was asked for and which headers came, never their values.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What is not unreserved (RFC 3986, 2.3), but for the colon, which needs no encoding in a segment (3.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// A path segment with its percent-encoding undone; `None` when the result is no UTF-8.
pub fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}
