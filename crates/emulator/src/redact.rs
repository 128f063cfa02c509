mod places;

use std::ops::Range;

/// What stands in place of a secret.
pub const PLACEHOLDER: &str = "<redacted>";

/// Removes secrets from everything that is printed: logs, journals, reports, pages.
///
/// It knows the secrets of a world by value, and the places where providers put secrets by name, so that a
/// secret it was never told of does not slip through either.
///
/// ```
/// use kubeproof_emulator::Redactor;
///
/// let redactor = Redactor::new(["s3cr3t".to_owned()]);
/// assert_eq!(redactor.text("asked with s3cr3t"), "asked with <redacted>");
/// assert_eq!(redactor.header("Authorization", "Bearer unknown"), "Bearer <redacted>");
/// assert_eq!(redactor.text("user:\n  token: abc\n"), "user:\n  token: <redacted>\n");
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

/// Header fields whose values are secret by name.
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "x-auth-token",
    "x-subject-token",
    "x-security-token",
    "x-api-key",
    "cookie",
    "set-cookie",
];

/// Shorter values would redact half of any text.
const SHORTEST_SECRET: usize = 4;

impl Redactor {
    /// A redactor that knows these values besides the usual places.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        // In the order in which `known_values` looks them up.
        secrets.sort_unstable();
        secrets.dedup();
        Self { secrets }
    }

    /// The same redactor, knowing these values too.
    #[must_use]
    pub fn and(self, secrets: impl IntoIterator<Item = String>) -> Self {
        Self::new(self.secrets.into_iter().chain(secrets))
    }

    /// The same redactor, knowing what the other knows too.
    #[must_use]
    pub(crate) fn with(self, other: Self) -> Self {
        self.and(other.secrets)
    }

    /// `text` without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut known = String::with_capacity(text.len());
        let mut rest = 0;
        for Range { start, end } in self.known_values(text) {
            known.push_str(text.get(rest..start).unwrap_or_default());
            known.push_str(PLACEHOLDER);
            rest = end;
        }
        known.push_str(text.get(rest..).unwrap_or_default());
        redact_private_keys(&places::redact(&known))
    }

    /// A header field's value without secrets. The scheme of an `Authorization` is kept.
    pub fn header(&self, name: &str, value: &str) -> String {
        if !Self::guards_header(name) {
            return self.text(value);
        }
        match value.split_once(' ') {
            Some((scheme, _)) if name.eq_ignore_ascii_case("authorization") && places::is_scheme(scheme) => {
                format!("{scheme} {PLACEHOLDER}")
            }
            _ => PLACEHOLDER.to_owned(),
        }
    }

    /// Whether the values of header fields of this name are secret, whatever they are.
    pub fn guards_header(name: &str) -> bool {
        SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
    }

    /// Whether `text` holds one of the known values.
    pub fn finds_secret(&self, text: &str) -> bool {
        self.known_values(text).next().is_some()
    }

    /// Where known values stand; those that overlap stand in one place. Looks each position up, since a world knows
    /// thousands of secrets and a text holds few.
    fn known_values<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let bytes = text.as_bytes();
        let mut ends = bytes.windows(SHORTEST_SECRET).enumerate().filter_map(|(at, beginning)| {
            let first = self.secrets.partition_point(|secret| secret.as_bytes() < beginning);
            let alike = self.secrets.iter().skip(first).take_while(|secret| secret.as_bytes().starts_with(beginning));
            let rest = bytes.get(at..)?;
            let longest = alike.filter(|secret| rest.starts_with(secret.as_bytes())).map(String::len).max()?;
            Some(at..at + longest)
        });
        let mut next = ends.next();
        std::iter::from_fn(move || {
            let mut place = next.take()?;
            for following in ends.by_ref() {
                if following.start >= place.end {
                    next = Some(following);
                    break;
                }
                place.end = place.end.max(following.end);
            }
            Some(place)
        })
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("secrets", &self.secrets.len()).finish()
    }
}

/// Replaces the inside of PEM private keys.
fn redact_private_keys(text: &str) -> String {
    const END: &str = "-----END";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("PRIVATE KEY-----") {
        let body = at + "PRIVATE KEY-----".len();
        let (Some(before), Some(after)) = (rest.get(..body), rest.get(body..)) else { break };
        out.push_str(before);
        let line_is_begin =
            before.rfind("-----BEGIN").is_some_and(|begin| before.rfind(END).is_none_or(|end| end < begin));
        if line_is_begin {
            out.push_str(PLACEHOLDER);
            rest = after.find(END).and_then(|end| after.get(end..)).unwrap_or("");
        } else {
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Redactor::default().text(text), expected);
    }

    #[test]
    fn secrets_are_found_by_their_place() {
        check("token: abc", "token: <redacted>");
        check("  token: \"abc\"\nnext: 1", "  token: \"<redacted>\"\nnext: 1");
        check(r#"{"token":"abc","x":1}"#, r#"{"token":"<redacted>","x":1}"#);
        check(r#"{"client-key-data": "LS0t"}"#, r#"{"client-key-data": "<redacted>"}"#);
        check(r#"["{\"token\":\"abc\"}"]"#, r#"["{\"token\":\"<redacted>\"}"]"#);
        check(r#"{"root.key":"abc","ca.crt":"def"}"#, r#"{"root.key":"<redacted>","ca.crt":"def"}"#);
        check("token:\n  deep: 1", "token:\n  deep: 1");
    }

    #[test]
    fn a_secret_is_taken_whole_however_it_is_written() {
        check("token: abc,defgh", "token: <redacted>");
        check("password: p]secret", "password: <redacted>");
        check("{token: abc, x: 1}", "{token: <redacted>, x: 1}");
        check("[{password: abc}]", "[{password: <redacted>}]");
        check("password: 'it''s-secret'\nx: 1", "password: '<redacted>'\nx: 1");
        check(r#"{"token":"a\"bcdefg","x":1}"#, r#"{"token":"<redacted>","x":1}"#);
        check("{\"token\":\n \"abc\"}", "{\"token\":\n \"<redacted>\"}");
        check("a:\n  token: |\n    abc\n    def\n  x: 1", "a:\n  token: |\n    <redacted>\n  x: 1");
        check("token: >-\n  abc\n", "token: >-\n  <redacted>\n");
        check("token:\n  abcdefgh\nx: 1", "token:\n  <redacted>\nx: 1");
        check("a:\n  token: |\n    abc\n  y\n", "a:\n  token: |\n    <redacted>\n  y\n");
        check("token: |\nnext: 1\n", "token: |\nnext: 1\n");
        check("password: 'its''''x'\nx: 1", "password: '<redacted>'\nx: 1");
        check(r#"{"accessToken":"abc","api_key":"def"}"#, r#"{"accessToken":"<redacted>","api_key":"<redacted>"}"#);
        check("GET /?access_token=abc&x=1", "GET /?access_token=<redacted>&x=1");
    }

    #[test]
    fn headers_in_a_text_lose_their_value_and_not_their_advice() {
        check("sent Authorization: Bearer abc and more", "sent Authorization: Bearer <redacted> and more");
        check("X-Auth-Token: abc", "X-Auth-Token: <redacted>");
        // Of an unknown scheme nothing is kept.
        check("Authorization: Custom abc\nx", "Authorization: <redacted>\nx");
        check(
            "send `Authorization: Bearer <token>`; it was absent",
            "send `Authorization: Bearer <token>`; it was absent",
        );
        check(
            "Authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=00ff\nx",
            "Authorization: SDK-HMAC-SHA256 <redacted>\nx",
        );
    }

    #[test]
    fn other_words_are_left_alone() {
        check("tokens: 3", "tokens: 3");
        check("my-token: 3", "my-token: 3");
        check("a token was sent", "a token was sent");
        check("server: https://127.0.0.1:6443", "server: https://127.0.0.1:6443");
    }

    #[test]
    fn private_keys_lose_their_inside() {
        check(
            "a\n-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----\nb",
            "a\n-----BEGIN PRIVATE KEY-----<redacted>-----END PRIVATE KEY-----\nb",
        );
        // Behind a certificate, and one after the other.
        let of = |inside: &str| {
            format!(
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n\
                 -----BEGIN EC PRIVATE KEY-----{inside}-----END EC PRIVATE KEY-----\n\
                 -----BEGIN PRIVATE KEY-----{inside}-----END PRIVATE KEY-----\n"
            )
        };
        check(&of("\nMC4\n"), &of("<redacted>"));
        // One that begins and has no end, and an end without a beginning.
        check("-----BEGIN PRIVATE KEY-----\nMC4\n", "-----BEGIN PRIVATE KEY-----<redacted>");
        check("-----END PRIVATE KEY-----\nb", "-----END PRIVATE KEY-----\nb");
    }

    #[test]
    fn known_values_that_overlap_or_touch_go_whole() {
        let redactor = Redactor::new(["abcdef", "defghij", "cdef", "öffentlich", "ffen"].map(str::to_owned));
        for (text, expected) in [
            ("abcdefghij", "<redacted>"),
            ("xabcdefghijx", "x<redacted>x"),
            ("abcdefabcdef", "<redacted><redacted>"),
            ("abcdeabcdef", "abcde<redacted>"),
            ("cdefghi", "<redacted>ghi"),
            ("nicht öffentlich, Öffentlich", "nicht <redacted>, Ö<redacted>tlich"),
            ("abc", "abc"),
            ("", ""),
        ] {
            assert_eq!(redactor.text(text), expected, "{text}");
            assert_eq!(redactor.finds_secret(text), text != expected, "{text}");
        }
    }

    #[test]
    fn known_values_go_wherever_they_stand() {
        let redactor = Redactor::new(["planted-secret".to_owned(), "planted".to_owned()]);
        assert_eq!(redactor.text("x planted-secret y planted z"), "x <redacted> y <redacted> z");
        assert!(redactor.finds_secret("..planted.."));
        assert!(!redactor.finds_secret("..plante"));
        assert_eq!(redactor.header("x-auth-token", "anything"), PLACEHOLDER);
        assert_eq!(redactor.header("accept", "planted"), PLACEHOLDER);
        for (name, value, expected) in [
            ("Authorization", "Bearer anything", "Bearer <redacted>"),
            ("authorization", "Basic YTpi", "Basic <redacted>"),
            ("authorization", "unheard of", "<redacted>"),
            ("authorization", "alone", "<redacted>"),
            ("x-auth-token", "Bearer anything", "<redacted>"),
            ("Set-Cookie", "a=b", "<redacted>"),
            ("accept", "application/json", "application/json"),
        ] {
            assert_eq!(redactor.header(name, value), expected, "{name}: {value}");
            assert_eq!(Redactor::guards_header(name), name != "accept", "{name}");
        }
        let both = redactor.clone().and(["another".to_owned()]).with(Redactor::new(["a third".to_owned()]));
        assert_eq!(both.text("planted, another, a third"), "<redacted>, <redacted>, <redacted>");
        assert_eq!(format!("{redactor:?}"), "Redactor { secrets: 2 }");
    }
}
