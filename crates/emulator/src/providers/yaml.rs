//! YAML that is written by hand: the emulation shares no writer with what is tested against it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` as a YAML scalar that YAML 1.1 and 1.2 both read as this string: plain where that is certain, else quoted.
pub(super) fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// Whether `text` needs no quotes. Errs on the side of quotes.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '=' | ':');
    if !text.chars().all(harmless) || text.ends_with(':') {
        return false;
    }
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => !is_word_with_meaning(text),
        // A number has no letters but those of its base or exponent.
        Some(_) => {
            text.chars().all(|c| c.is_ascii_alphanumeric())
                && !text.starts_with("0x")
                && text.chars().any(|c| c.is_ascii_lowercase() && !matches!(c, 'b' | 'e' | 'o'))
        }
        None => false,
    }
}

/// Whether YAML 1.1 reads the word as a boolean or as nothing.
fn is_word_with_meaning(text: &str) -> bool {
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // What YAML does not take as printable, and what it takes as the end of a line.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(scalar(text), expected);
        let read: String = serde_saphyr::from_str(expected).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn what_is_certainly_a_string_stays_plain() {
        check("do-nyc1-demo", "do-nyc1-demo");
        check("https://demo.k8s.ondigitalocean.com", "https://demo.k8s.ondigitalocean.com");
        check("https://127.0.0.1:6443", "https://127.0.0.1:6443");
        check("403d085aaa80102277d8da97ffd2db2b", "403d085aaa80102277d8da97ffd2db2b");
        check("12c4", "12c4");
        check("truest", "truest");
    }

    #[test]
    fn what_yaml_reads_as_something_else_is_quoted() {
        check("", "\"\"");
        check("12345678", "\"12345678\"");
        check("12e4", "\"12e4\"");
        check("0x1f", "\"0x1f\"");
        check("0b10", "\"0b10\"");
        check("0o17", "\"0o17\"");
        check("2026-01-01", "\"2026-01-01\"");
        check("1:30", "\"1:30\"");
        check("true", "\"true\"");
        check("No", "\"No\"");
        check("y", "\"y\"");
        check("Null", "\"Null\"");
        check("~", "\"~\"");
        check("- a", "\"- a\"");
        check("a: b", "\"a: b\"");
        check("a:", "\"a:\"");
        check("a #b", "\"a #b\"");
        check(" a", "\" a\"");
        check(".inf", "\".inf\"");
    }

    #[test]
    fn nothing_breaks_out_of_the_quotes() {
        check("a\"b\\c", r#""a\"b\\c""#);
        check("a\nb\rc\td", r#""a\nb\rc\td""#);
        check("a\u{0}b\u{85}c\u{2028}d\u{feff}", r#""a\u0000b\u0085c\u2028d\ufeff""#);
        check("é😀", "\"é😀\"");
    }
}
