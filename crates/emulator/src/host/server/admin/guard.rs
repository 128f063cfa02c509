//! What keeps a page of another site from driving the server through a browser.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::query::Query;
use crate::Request;

/// Refuses a `Host` that is a name: another site can point a name of its own at this server, and have a browser take the
/// two for one (DNS rebinding).
pub(super) fn host(request: &Request) -> Result<(), Problem> {
    let hosts: Vec<_> = request.headers.get_all(header::HOST).iter().collect();
    let is_literal = |host: &&http::HeaderValue| {
        let authority = Authority::try_from(host.as_bytes()).ok().filter(|authority| !authority.as_str().contains('@'));
        authority.is_some_and(|authority| {
            let name = authority.host();
            let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
            bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
        })
    };
    if !hosts.is_empty() && hosts.iter().all(is_literal) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "the admin API answers only where it is called by its address: the `Host` of this request is neither an IP address \
         nor `localhost`",
        "ask with the address in the URL, as in http://127.0.0.1:8080/_kubeproof/, or send `Host: localhost`",
    ))
}

/// A request that may change something: no form of another site can have sent it.
pub(super) struct Changing<'a>(&'a Request);

impl<'a> Changing<'a> {
    pub(super) fn of(request: &'a Request) -> Result<Self, Problem> {
        let own = request.header("host").unwrap_or_default();
        let is_own = |origin: &str| origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(own));
        if request.headers.contains_key(header::ORIGIN) && !request.header("origin").is_some_and(is_own) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "this request comes from a page of another site",
                "use the page at /_kubeproof/, or a program that sends no `Origin`",
            ));
        }
        if !is_json(&request.headers) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "what changes something needs the content type of JSON, which no form of another site can send",
                "send `content-type: application/json`, also where there is no body",
            ));
        }
        Ok(Self(request))
    }

    pub(super) fn method(&self) -> &Method {
        &self.0.method
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.0.body
    }

    pub(super) fn request(&self) -> &Request {
        self.0
    }

    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, remedy: &str) -> Result<T, Problem> {
        serde_json::from_slice(&self.0.body).map_err(|error| Problem::json(&error, remedy))
    }

    /// Refuses what nobody would look at: parameters and a body.
    pub(super) fn bare(&self) -> Result<(), Problem> {
        Query::none(self.0)?;
        self.without_body()
    }

    /// Refuses a body that nobody would look at.
    pub(super) fn without_body(&self) -> Result<(), Problem> {
        match self.0.body.trim_ascii() {
            b"" | b"{}" => Ok(()),
            _ => Err(Problem::bad_request("nothing is taken from a body here", "send none, or `{}`")),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let media_type = only.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hosts: &[&str], expected: bool) {
        let request =
            hosts.iter().fold(Request::get("/_kubeproof/"), |request, host| request.with_header("host", host));
        assert_eq!(host(&request).is_ok(), expected, "{hosts:?}");
    }

    #[test]
    fn a_host_is_an_address_or_localhost() {
        for good in ["127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "localhost", "LocalHost:1", "192.0.2.7:80"] {
            check(&[good], true);
        }
        for bad in [
            "kubeproof.example.test",
            "127.0.0.1.example.test",
            "localhost.example.test",
            "localhost.",
            "user@127.0.0.1",
            "evil.example.test@localhost",
            "localhost:80:80",
            "::1",
            "0x7f.1",
            "",
            "127.0.0.1, evil.example.test",
        ] {
            check(&[bad], false);
        }
        check(&[], false);
        check(&["localhost", "evil.example.test"], false);
    }
}
