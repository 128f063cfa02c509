//! The address of a proxy, as Go's URL parser and client-go take it.

use crate::finding::Problem;

const SCHEME: Problem = Problem::new(
    "has a scheme that kubectl has no proxy for, or none",
    "begin it with `http://`, `https://` or `socks5://`",
);
const URL: Problem = Problem::new("is no URL", "write `http://host:port`");

/// client-go's `parseProxyURL`. The value may hold a password, so it is not shown.
pub(crate) fn check(url: &str) -> Result<(), Problem> {
    if url.contains(|character: char| character.is_ascii_control()) {
        return Err(URL);
    }
    let without_fragment = url.split('#').next().unwrap_or_default();
    let (scheme, rest) = without_fragment.split_once(':').ok_or(SCHEME)?;
    if !["http", "https", "socks5"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(SCHEME);
    }
    if !has_whole_escapes(url) {
        return Err(URL);
    }
    // Without slashes it is a URL of another kind, of which only the scheme is looked at.
    let Some(rest) = rest.split('?').next().and_then(|rest| rest.strip_prefix("//")) else { return Ok(()) };
    let authority = rest.split('/').next().unwrap_or_default();
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_of_userinfo = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    let (name, port) = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').ok_or(URL)?,
        None => host.find(':').and_then(|at| host.split_at_checked(at)).unwrap_or((host, "")),
    };
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let is_of_host =
        |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&byte);
    if userinfo.bytes().all(is_of_userinfo) && is_port && name.bytes().all(is_of_host) { Ok(()) } else { Err(URL) }
}

/// Whether each `%` is followed by two hexadecimal digits, outside of the query, which Go does not look into.
fn has_whole_escapes(url: &str) -> bool {
    let looked_at = url.split('?').next().unwrap_or_default();
    looked_at
        .split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().first_chunk::<2>().is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn proxies() {
        for url in [
            "http://proxy.example.test",
            "HTTPS://proxy.example.test:3128",
            "socks5://u:p%40@[::1]:1080",
            "http:",
            "http:x",
            "http://",
            "http://h:",
            "http://h/p?q=%zz",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        for url in [
            "ftp://x",
            "proxy:3128",
            "10.0.0.1:3128",
            "proxy",
            "",
            "://x",
            "socks5h://x",
            "http://h:port",
            "http://h:1:2",
            "http://[::1",
            "http://a b",
            "http://h/%zz",
            "http://h\n",
            " http://h",
            "http://a b@h",
            "http://[::1]x",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }
}
