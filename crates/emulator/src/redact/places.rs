//! Where secrets stand, whatever they are: after certain keys of YAML and JSON, in certain headers and parameters.

use super::{PLACEHOLDER, SECRET_HEADERS};

/// Keys of documents and parameters of queries whose values are secret. A leading dot makes a name a suffix.
const SECRET_KEYS: [&str; 17] = [
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
    "id_token",
    "refresh_token",
    "access_token",
    "accessToken",
    "api_key",
    "apiKey",
    ".key",
];

/// `text` without the values that stand in such a place.
pub(super) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, place, after)) = next_place(rest) {
        let line = out.rsplit('\n').next().unwrap_or_default().to_owned() + before;
        out.push_str(before);
        let line = line.rsplit('\n').next().unwrap_or_default();
        let (kept, secret, tail) = place.split(line, after);
        out.push_str(kept);
        out.push_str(if secret.trim().is_empty() || secret == PLACEHOLDER { secret } else { PLACEHOLDER });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A place of a secret.
#[derive(Clone, Copy)]
enum Place {
    /// After a key of a document and its colon.
    Key,
    /// After a parameter and its equals sign.
    Parameter,
    /// After a header's name and its colon.
    Header,
}

/// Whether a word is the scheme of an `Authorization`.
pub(super) fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "sdk-hmac-sha256"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Splits `text` right after the first colon or equals sign that a secret follows.
fn next_place(text: &str) -> Option<(&str, Place, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find([':', '=']).map(|at| at + from) {
        let name = text.get(..at)?.trim_end_matches([' ', '"', '\'', '\\']);
        let is_colon = text.get(at..)?.starts_with(':');
        let is_key = SECRET_KEYS.iter().any(|key| ends_with(name, key));
        let is_header = is_colon && SECRET_HEADERS.iter().any(|header| ends_with(name, header));
        let place = match (is_header, is_key, is_colon) {
            (true, _, _) => Some(Place::Header),
            (_, true, true) => Some(Place::Key),
            (_, true, false) => Some(Place::Parameter),
            _ => None,
        };
        if let Some(place) = place {
            let (before, after) = text.split_at_checked(at + 1)?;
            return Some((before, place, after));
        }
        from = at + 1;
    }
    None
}

/// Whether `text` ends with `name`, in any case, and not with a longer word.
fn ends_with(text: &str, name: &str) -> bool {
    let Some(at) = text.len().checked_sub(name.len()) else { return false };
    let (Some(before), Some(end)) = (text.get(..at), text.get(at..)) else { return false };
    let is_longer = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    end.eq_ignore_ascii_case(name) && (name.starts_with('.') || !is_longer)
}

impl Place {
    /// Splits what follows the place into what is kept, the secret, and the rest. `line` is what stands before it on
    /// its line.
    fn split<'a>(self, line: &str, after: &'a str) -> (&'a str, &'a str, &'a str) {
        let (kept, secret) = match self {
            Self::Parameter => (0, until(after, ['&', ' ', '\n', '"', '\'', '`'])),
            Self::Header => {
                let skipped = blank(after, false);
                let value = after.get(skipped..).unwrap_or_default();
                match value.split_once(' ') {
                    Some((scheme, rest)) if is_scheme(scheme) => {
                        let skipped = skipped + scheme.len() + 1;
                        let whole = scheme.eq_ignore_ascii_case("sdk-hmac-sha256");
                        (
                            skipped,
                            if whole {
                                until(rest, ['\n', '"', '`', '<'])
                            } else {
                                until(rest, [' ', '\n', '"', '`', '<'])
                            },
                        )
                    }
                    _ => (skipped, until(value, ['\n', '"', '`', '<'])),
                }
            }
            Self::Key => scalar(line, after),
        };
        let (kept, rest) = after.split_at_checked(kept).unwrap_or((after, ""));
        let (secret, rest) = rest.split_at_checked(secret).unwrap_or((rest, ""));
        (kept, secret, rest)
    }
}

/// How long what precedes a scalar is, and the scalar itself.
fn scalar(line: &str, after: &str) -> (usize, usize) {
    let skipped = blank(after, false);
    let value = after.get(skipped..).unwrap_or_default();
    if value.starts_with(['|', '>']) {
        let header = until(value, ['\n']);
        let (blank, length) = deeper(line, value.get(header..).unwrap_or_default());
        return (skipped + header + blank, length);
    }
    for quote in ["\\\"", "\"", "'"] {
        // JSON may have its quote on a later line.
        let skipped = blank(after, true);
        let quoted = after.get(skipped..).unwrap_or_default();
        if let Some(inside) = quoted.strip_prefix(quote) {
            return (skipped + quote.len(), closing(inside, quote));
        }
    }
    if value.starts_with(['\n', '\r']) {
        let (blank, length) = deeper(line, value);
        let text = value.get(blank..blank + length).unwrap_or_default();
        let is_scalar = !text.contains(": ") && !text.contains('\n') && !text.ends_with(':') && !text.starts_with("- ");
        return (skipped + blank, if is_scalar { length } else { 0 });
    }
    let is_flow = line.contains(['{', '[']);
    (skipped, if is_flow { until(value, [',', '}', ']', '\n', '\r']) } else { until(value, ['\n', '\r']) })
}

/// The lines after a key that are indented deeper than it: how long what precedes them is, and they.
fn deeper(line: &str, after: &str) -> (usize, usize) {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let outer = indent(line);
    let first = blank(after, true);
    let mut end = first;
    for (number, text) in after.get(first..).unwrap_or_default().split_inclusive('\n').enumerate() {
        let is_first = number == 0;
        let depth = if is_first {
            after.get(..first).map_or(0, |blank| blank.len() - blank.rfind('\n').map_or(0, |at| at + 1))
        } else {
            indent(text)
        };
        if depth <= outer && !text.trim().is_empty() {
            break;
        }
        end += text.len();
    }
    let inside = after.get(first..end).unwrap_or_default();
    (first, inside.trim_end().len())
}

/// How long the blanks are that `text` begins with, line ends among them when they count.
fn blank(text: &str, lines: bool) -> usize {
    text.len() - text.trim_start_matches(|c| c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))).len()
}

/// Where the first of `ends` stands, or the end.
fn until<const N: usize>(text: &str, ends: [char; N]) -> usize {
    text.find(ends).unwrap_or(text.len())
}

/// Where a quoted scalar ends.
fn closing(inside: &str, quote: &str) -> usize {
    let mut from = 0;
    while let Some(at) = inside.get(from..).and_then(|rest| rest.find(quote)).map(|at| at + from) {
        let before = inside.get(..at).unwrap_or_default();
        let after = inside.get(at + quote.len()..).unwrap_or_default();
        let is_escaped = quote == "\"" && before.len() % 2 != before.trim_end_matches('\\').len() % 2;
        if quote == "'" && after.starts_with('\'') {
            from = at + 2;
        } else if is_escaped {
            from = at + 1;
        } else {
            return at;
        }
    }
    inside.len()
}
