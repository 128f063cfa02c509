//! Ids that become one segment of a path.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, ErrorKind};

/// Everything that RFC 3986 does not list as unreserved.
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longest id, in bytes.
const LIMIT: usize = 255;

/// An id that is exactly one segment of a path, whatever it holds.
///
/// Refused are ids that some server or proxy on the way could read as more, less or another segment. The check is
/// ours; a provider's own rules for ids are in its crate.
///
/// ```
/// use kubeproof_client::Identifier;
///
/// assert_eq!(Identifier::parse("cluster id", "c-1:x")?.encoded(), "c-1%3Ax");
/// assert!(Identifier::parse("cluster id", "../v2").is_err());
/// # Ok::<(), kubeproof_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identifier(String);

impl Identifier {
    /// Checks an id; `name` says in the error which id is meant.
    ///
    /// # Errors
    /// `invalid-argument` when it is empty, `.` or `..`, longer than 255 bytes, or holds whitespace, a control
    /// character or one of `/ \ % ? #`.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let refused = |character: char| {
            character.is_control() || character.is_whitespace() || matches!(character, '/' | '\\' | '%' | '?' | '#')
        };
        let wrong = if text.is_empty() {
            "is empty".to_owned()
        } else if text == "." || text == ".." {
            "is a step in a path".to_owned()
        } else if text.len() > LIMIT {
            format!("is longer than {LIMIT} bytes")
        } else if let Some(character) = text.chars().find(|character| refused(*character)) {
            format!("holds {character:?}")
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::new(ErrorKind::InvalidArgument, format!("the {name} {wrong}"))
            .with_remedy("give the id as the provider shows it; nothing was sent"))
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a segment of a path: all but letters, digits and `-._~` percent-encoded.
    #[must_use]
    pub fn encoded(&self) -> String {
        utf8_percent_encode(&self.0, UNRESERVED).to_string()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_segment_or_refused() {
        for (text, encoded) in [
            ("bd5f5959-5e1e-4205-a714-a914373942af", "bd5f5959-5e1e-4205-a714-a914373942af"),
            ("A_b~1.2", "A_b~1.2"),
            ("...", "..."),
            ("a:b;c@d&e=f+g", "a%3Ab%3Bc%40d%26e%3Df%2Bg"),
            ("é", "%C3%A9"),
            (&"x".repeat(255), &"x".repeat(255)),
        ] {
            let id = Identifier::parse("id", text).unwrap();
            assert_eq!((id.encoded().as_str(), id.as_str(), id.to_string().as_str()), (encoded, text, text));
        }
        for text in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a%2Fb",
            "a?b",
            "a#b",
            "a b",
            " a",
            "a\n",
            "a\u{0}",
            "a\u{7f}",
            "a\u{a0}b",
            &"x".repeat(256),
        ] {
            let error = Identifier::parse("cluster id", text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text:?}");
            assert!(error.to_string().starts_with("the cluster id "), "{error}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config {
            rng_seed: proptest::test_runner::RngSeed::Fixed(0x636c_6965),
            failure_persistence: None,
            ..Default::default()
        })]

        #[test]
        fn an_id_never_changes_a_path(text in "\\PC{0,40}|[./%?#:;a-z\\\\ \\n]{0,8}") {
            if let Ok(id) = Identifier::parse("id", &text) {
                let url = url::Url::parse(&format!("https://h/a/{}:verb/b?c=d", id.encoded())).unwrap();
                let segments: Vec<&str> = url.path_segments().unwrap().collect();
                let [before, segment, after] = segments[..] else { panic!("{url}") };
                assert_eq!((before, after, url.query(), url.fragment()), ("a", "b", Some("c=d"), None));
                let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
                assert_eq!(decoded, format!("{text}:verb"));
            }
        }
    }
}
