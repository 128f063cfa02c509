/// What stands in place of a secret.
pub const PLACEHOLDER: &str = "<redacted>";

/// Removes secrets from everything that is printed: logs, journals, reports, pages.
///
/// It knows the secrets of a world by value, and the places where the four providers put secrets by name, so that a
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

/// Keys of YAML and JSON documents whose values are secret by name.
const SECRET_KEYS: [&str; 11] = [
    "token",
    "password",
    "client-key-data",
    "client-certificate-data",
    "secret_key",
    "secretKey",
    "bearer",
    "id-token",
    "refresh-token",
    "access-token",
    ".key",
];

/// Shorter values would redact half of any text.
const SHORTEST_SECRET: usize = 4;

impl Redactor {
    /// A redactor that knows these values besides the usual places.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        // Longest first: one secret may contain another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// The same redactor, knowing these values too.
    #[must_use]
    pub fn and(self, secrets: impl IntoIterator<Item = String>) -> Self {
        Self::new(self.secrets.into_iter().chain(secrets))
    }

    /// `text` without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            // Most are not there, and to replace is to copy.
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), PLACEHOLDER);
            }
        }
        redact_private_keys(&redact_keys(&text))
    }

    /// A header field's value without secrets. The scheme of an `Authorization` is kept.
    pub fn header(&self, name: &str, value: &str) -> String {
        if !SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
            return self.text(value);
        }
        match value.split_once(' ') {
            Some((scheme, _)) if name.eq_ignore_ascii_case("authorization") && is_scheme(scheme) => {
                format!("{scheme} {PLACEHOLDER}")
            }
            _ => PLACEHOLDER.to_owned(),
        }
    }

    /// Whether `text` holds one of the known values.
    pub fn finds_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret.as_str()))
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("secrets", &self.secrets.len()).finish()
    }
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "sdk-hmac-sha256"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Replaces the scalar after every secret key, in YAML and in JSON.
fn redact_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = next_secret_value(rest) {
        out.push_str(before);
        let (value, tail) = split_scalar(after);
        if value.trim().is_empty() || value == PLACEHOLDER {
            out.push_str(value);
        } else {
            out.push_str(PLACEHOLDER);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Splits `text` right before the value that follows the first secret key.
fn next_secret_value(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(colon) = text.get(from..)?.find(':').map(|at| at + from) {
        let key = text.get(..colon)?.trim_end_matches([' ', '"', '\'', '\\']);
        let value = colon + 1;
        if SECRET_KEYS.iter().any(|secret| ends_with_key(key, secret)) {
            let after = text.get(value..)?;
            let skipped = after.len() - after.trim_start_matches([' ', '"', '\'', '\\']).len();
            return text.split_at_checked(value + skipped);
        }
        from = value;
    }
    None
}

/// Whether `text` ends with the key `name`, and not with a longer word. A name with a leading dot is a suffix.
fn ends_with_key(text: &str, name: &str) -> bool {
    match text.strip_suffix(name) {
        Some(before) => {
            name.starts_with('.')
                || !before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
        }
        None => false,
    }
}

/// Splits off a scalar: up to the quote, the end of the line, or what ends a value in flow style.
fn split_scalar(text: &str) -> (&str, &str) {
    let end = text.find(['"', '\'', '\\', '\n', '\r', ',', '}', ']']).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
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
    }

    #[test]
    fn known_values_go_wherever_they_stand() {
        let redactor = Redactor::new(["planted-secret".to_owned(), "planted".to_owned()]);
        assert_eq!(redactor.text("x planted-secret y planted z"), "x <redacted> y <redacted> z");
        assert!(redactor.finds_secret("..planted.."));
        assert_eq!(redactor.header("x-auth-token", "anything"), PLACEHOLDER);
        assert_eq!(redactor.header("accept", "planted"), PLACEHOLDER);
        assert_eq!(format!("{redactor:?}"), "Redactor { secrets: 2 }");
    }
}
