//! The address of an API server.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::finding::Problem;
use crate::{GenerateError, GenerateErrorKind};

/// The address of an API server that every client takes to mean the same.
///
/// kubectl reads many addresses in a way that nobody intends: without a scheme it speaks plain HTTP and drops the
/// token, and a name in the address goes before the token. Those are refused or made explicit here. The address is
/// checked against what both Go's and the WHATWG's URL parser accept unchanged, which is why no URL crate is used: it
/// would repair what has to be refused.
///
/// ```
/// use kubeproof_kubeconfig::Endpoint;
///
/// assert_eq!(Endpoint::parse("https://k8s.example.test:6443")?.as_str(), "https://k8s.example.test:6443");
/// // Without a scheme it is HTTPS, and says so.
/// assert_eq!(Endpoint::parse("203.0.113.7")?.as_str(), "https://203.0.113.7");
/// assert!(Endpoint::parse("http://k8s.example.test").is_err());
/// # Ok::<(), kubeproof_kubeconfig::GenerateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// Where plain HTTP may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PlainHttp {
    /// To this machine only.
    #[default]
    LoopbackOnly,
    /// To any machine. Some clients then send the token in clear.
    Anywhere,
}

impl Endpoint {
    /// Takes an address: HTTPS, or plain HTTP to this machine.
    ///
    /// Kept as it is, but for a missing scheme, which becomes `https://`, and upper case in the scheme.
    ///
    /// # Errors
    /// When it is empty; has white space, a name or password, a query or fragment, a `%` that escapes
    /// nothing, `.` or `..` in its path, another scheme, a port that does not
    /// exist, an IPv6 address without brackets, or no host; or is plain HTTP to another machine.
    pub fn parse(text: &str) -> Result<Self, GenerateError> {
        Self::parse_with(text, PlainHttp::LoopbackOnly)
    }

    /// As [`Endpoint::parse`], and says where plain HTTP may go.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn parse_with(text: &str, plain_http: PlainHttp) -> Result<Self, GenerateError> {
        if text.is_empty() {
            return Err(GenerateError::of(GenerateErrorKind::EndpointMissing, MISSING));
        }
        let refused = |problem| GenerateError::of(GenerateErrorKind::Endpoint, problem);
        let address = Address::parse(text).map_err(refused)?;
        if !address.is_https && !address.is_loopback && plain_http == PlainHttp::LoopbackOnly {
            return Err(refused(PLAIN));
        }
        let scheme = if address.is_https { "https" } else { "http" };
        Ok(Self(format!("{scheme}://{}", address.rest)))
    }

    /// The address, as it is written to `server`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const MISSING: Problem = Problem::new("is empty", "give the address of the API server, `https://host:port`");
pub(crate) const PLAIN: Problem =
    Problem::new("is plain HTTP: kubectl sends no credential there, other clients send it in clear", "use `https://`");
const WHITE_SPACE: Problem = Problem::new("has white space or a control character", "remove it");
const NOT_ASCII: Problem = Problem::new(
    "has a character that is not allowed in a URL",
    "write the host in ASCII (`xn--…`) and escape the path",
);
const SCHEME: Problem = Problem::new("has a scheme that is neither https nor http", "use `https://`");
const QUERY: Problem =
    Problem::new("has a query or a fragment, which kubectl drops", "give only scheme, host, port and path");
const ESCAPE: Problem =
    Problem::new("has a `%` without two hexadecimal digits, which kubectl refuses", "write `%25` for a percent sign");
const DOTS: Problem =
    Problem::new("has `.` or `..` in its path, which only some clients resolve", "write the whole path");
const USERINFO: Problem =
    Problem::new("has a name or password, which kubectl sends instead of the token", "remove everything up to the `@`");
const NO_HOST: Problem = Problem::new("has no host", "write `https://host:port`");
const HOST: Problem = Problem::new("has a host that is neither a name nor an IP address", "write `https://host:port`");
const BRACKETS: Problem =
    Problem::new("has an IPv6 address that cannot be told from a port", "write `https://[::1]:6443`");
const PORT: Problem = Problem::new("has a port that is not between 1 and 65535", "correct or remove the port");

/// An address, taken apart.
pub(crate) struct Address<'a> {
    pub(crate) is_https: bool,
    pub(crate) is_loopback: bool,
    pub(crate) has_scheme: bool,
    /// Host, port and path.
    rest: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart. One without a scheme counts as HTTPS; to kubectl it is HTTP, see `has_scheme`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(MISSING);
        }
        if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(WHITE_SPACE);
        }
        if text.contains(|character: char| !character.is_ascii() || r#"\"<>^`{|}"#.contains(character)) {
            return Err(NOT_ASCII);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let is_https = match scheme {
            None => true,
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
            Some(_) => return Err(SCHEME),
        };
        if rest.contains(['?', '#']) {
            return Err(QUERY);
        }
        let mut escapes = rest.split('%').skip(1);
        if !escapes
            .all(|after| after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
        {
            return Err(ESCAPE);
        }
        // `%2e` is a dot as well.
        if rest.split('/').skip(1).any(|part| matches!(&*part.to_ascii_lowercase().replace("%2e", "."), "." | "..")) {
            return Err(DOTS);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(USERINFO);
        }
        Ok(Self { is_https, is_loopback: is_loopback(authority)?, has_scheme: scheme.is_some(), rest })
    }
}

/// Whether a URL, with a scheme or not, names somebody before its host.
pub(crate) fn has_userinfo(url: &str) -> bool {
    authority_of(url).contains('@')
}

/// Whether the host of a URL is reached on the local network only: 169.254.0.0/16, fe80::/10.
pub(crate) fn is_link_local(url: &str) -> bool {
    let authority = authority_of(url).rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(bracketed) => {
            let address = bracketed.split([']', '%']).next().unwrap_or_default().parse::<Ipv6Addr>();
            address.is_ok_and(|address| match address.to_ipv4_mapped() {
                Some(address) => address.is_link_local(),
                None => address.is_unicast_link_local(),
            })
        }
        None => {
            let host = authority.split(':').next().unwrap_or_default();
            host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_link_local())
        }
    }
}

/// What is between scheme and path, also where there is no scheme.
fn authority_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Checks host and port, and whether the host is this machine.
fn is_loopback(authority: &str) -> Result<bool, Problem> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, after) = bracketed.split_once(']').ok_or(BRACKETS)?;
            let port = match after.strip_prefix(':') {
                Some(port) => Some(port),
                None if after.is_empty() => None,
                None => return Err(PORT),
            };
            check_port(port)?;
            return address.parse::<Ipv6Addr>().map(|address| address.is_loopback()).map_err(|_| HOST);
        }
        None if authority.matches(':').count() > 1 => return Err(BRACKETS),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    check_port(port)?;
    if host.is_empty() {
        return Err(NO_HOST);
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(address.is_loopback());
    }
    let labels = || host.strip_suffix('.').unwrap_or(host).split('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    // `127.1`, `0x7f.1`: an address to some clients and a name to others.
    let is_number = |label: &str| {
        label.starts_with("0x") || label.starts_with("0X") || label.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !labels().all(is_label) || labels().next_back().is_some_and(is_number) {
        return Err(HOST);
    }
    Ok(labels().next_back().is_some_and(|label| label.eq_ignore_ascii_case("localhost")))
}

fn check_port(port: Option<&str>) -> Result<(), Problem> {
    match port {
        None => Ok(()),
        Some(port) if !port.bytes().all(|byte| byte.is_ascii_digit()) => Err(PORT),
        Some(port) => port.parse::<u16>().ok().filter(|port| *port != 0).map(|_| ()).ok_or(PORT),
    }
}
