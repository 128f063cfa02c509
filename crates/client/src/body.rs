//! What the bodies of all providers have in common.

use serde_json::Value;

/// A body without the byte-order mark that some gateways write, and without whitespace around it.
#[must_use]
pub fn content(body: &[u8]) -> &[u8] {
    let body = body.trim_ascii();
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii()
}

/// A body as JSON, with or without a byte-order mark.
///
/// # Errors
/// When it is not JSON. The error may quote the body.
pub fn json(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(content(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_whitespace_around_a_body_say_nothing() {
        for (body, expected) in [
            ("", ""),
            ("\u{feff}", ""),
            (" \n\u{feff} \n", ""),
            ("\u{feff}{}\n", "{}"),
            ("{}", "{}"),
            ("a\u{feff}b", "a\u{feff}b"),
        ] {
            assert_eq!(content(body.as_bytes()), expected.as_bytes(), "{body:?}");
        }
        assert_eq!(json("\u{feff}[1]".as_bytes()).unwrap(), serde_json::json!([1]));
        assert!(json("\u{feff}".as_bytes()).is_err());
    }
}
