//! Where a provider is.

use std::fmt;

use url::{Host, Url};

use super::PlainHttp;
use crate::{Error, ErrorKind, Request};

/// Where a provider is: scheme, host, port and perhaps a path that every request is below.
///
/// ```
/// use kubeproof_client::{BaseUrl, PlainHttp};
///
/// assert!(BaseUrl::parse("https://api.example.com", PlainHttp::OnlyLoopback).is_ok());
/// assert!(BaseUrl::parse("http://127.0.0.1:8080", PlainHttp::OnlyLoopback).is_ok());
/// assert!(BaseUrl::parse("http://api.example.com", PlainHttp::OnlyLoopback).is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads a base URL.
    ///
    /// # Errors
    /// `invalid-argument` when it is no absolute `https:` URL (or `http:` one, as far as `plain_http` allows it), or
    /// has a user, a password, a query or a fragment.
    pub fn parse(text: &str, plain_http: PlainHttp) -> Result<Self, Error> {
        let wrong = |what: &str| {
            // Not quoted: what is wrong about it may be a password in it.
            Error::new(ErrorKind::InvalidArgument, format!("the base url {what}"))
                .with_remedy("give it like https://host:port; nothing was sent")
        };
        if text.is_empty() {
            return Err(wrong("is missing"));
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(wrong("holds whitespace or a control character"));
        }
        let url = Url::parse(text).map_err(|_| wrong("is not an absolute url"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("has a query or a fragment"));
        }
        match (url.scheme(), plain_http) {
            ("https", _) | ("http", PlainHttp::Anywhere) => Ok(Self(url)),
            ("http", PlainHttp::OnlyLoopback) if is_loopback(&url) => Ok(Self(url)),
            ("http", PlainHttp::OnlyLoopback) => {
                Err(wrong("is plain http to another machine, which would show the credentials to everyone on the way")
                    .with_remedy("use https, or allow plain http if that network is trusted; nothing was sent"))
            }
            _ => Err(wrong("is neither https nor http")),
        }
    }

    /// The URL of a request.
    pub(crate) fn url_of(&self, request: &Request) -> Result<Url, Error> {
        let text = format!("{}{}", self.0.as_str().trim_end_matches('/'), request.path);
        let mut url = Url::parse(&text)
            .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the path of the request cannot be sent"))?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    /// Whether a URL is on the same scheme, host and port, with no credentials of its own.
    pub(crate) fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin() && url.username().is_empty() && url.password().is_none()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

/// Whether a URL names this machine. `localhost` is taken at its word, as RFC 6761 wants it.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Repeat;

    #[track_caller]
    fn check(text: &str, plain_http: PlainHttp, expected: Result<&str, &str>) {
        match (BaseUrl::parse(text, plain_http), expected) {
            (Ok(base), Ok(path)) => {
                // As `url` writes it: without a path there is one all the same.
                assert_eq!(base.as_str().trim_end_matches('/'), path);
                assert_eq!(
                    (base.to_string(), format!("{base:?}")),
                    (base.as_str().to_owned(), format!("BaseUrl({})", base.as_str()))
                );
                let request = Request::get("/v1/c:get", Repeat::Repeatable).query("a", "b c").query("d", "e,&");
                assert_eq!(base.url_of(&request).unwrap().as_str(), format!("{path}/v1/c:get?a=b+c&d=e%2C%26"));
            }
            (Err(error), Err(expected)) => {
                assert_eq!(error.kind(), ErrorKind::InvalidArgument);
                let text = format!("{error} {error:?}");
                assert!(text.contains(expected), "{text}");
                assert!(!text.contains("planted"), "{text}");
            }
            (found, _) => panic!("{text}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn base_urls() {
        use PlainHttp::{Anywhere, OnlyLoopback};
        check("https://h", OnlyLoopback, Ok("https://h"));
        check("https://h:8443/", OnlyLoopback, Ok("https://h:8443"));
        check("https://h/a/b/", OnlyLoopback, Ok("https://h/a/b"));
        check("http://127.0.0.1:1", OnlyLoopback, Ok("http://127.0.0.1:1"));
        check("http://127.9.9.9", OnlyLoopback, Ok("http://127.9.9.9"));
        check("http://[::1]:1", OnlyLoopback, Ok("http://[::1]:1"));
        check("http://LOCALHOST:1", OnlyLoopback, Ok("http://localhost:1"));
        check("http://h", Anywhere, Ok("http://h"));
        check("http://h", OnlyLoopback, Err("plain http to another machine"));
        check("http://localhost.example.com", OnlyLoopback, Err("plain http"));
        check("http://127.0.0.1.example.com", OnlyLoopback, Err("plain http"));
        check("http://0.0.0.0", OnlyLoopback, Err("plain http"));
        check("", OnlyLoopback, Err("is missing"));
        check("h:443", OnlyLoopback, Err("neither https nor http"));
        check("h", OnlyLoopback, Err("not an absolute url"));
        check("ftp://h", Anywhere, Err("neither https nor http"));
        check("file:///etc", Anywhere, Err("neither"));
        check("https://u:planted@h", OnlyLoopback, Err("a user or a password"));
        check("https://planted@h", OnlyLoopback, Err("a user or a password"));
        check("https://h?planted", OnlyLoopback, Err("a query"));
        check("https://h#planted", OnlyLoopback, Err("a fragment"));
        check(" https://h", OnlyLoopback, Err("whitespace"));
        check("https://h\n", OnlyLoopback, Err("control character"));
    }

    #[test]
    fn origins() {
        let base = BaseUrl::parse("https://h", PlainHttp::OnlyLoopback).unwrap();
        for (url, same) in [
            ("https://h/x", true),
            ("https://H:443/x", true),
            ("http://h/x", false),
            ("https://h:444/x", false),
            ("https://h.example/x", false),
            ("https://u@h/x", false),
        ] {
            assert_eq!(base.is_origin_of(&Url::parse(url).unwrap()), same, "{url}");
        }
    }
}
