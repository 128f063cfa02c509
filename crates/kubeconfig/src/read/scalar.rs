//! Which type a plain scalar has: the rules of go-yaml v2 (`resolve.go`), which are those of YAML 1.1 with its
//! base 60 left out. kubectl's behaviour for the words in the tests was measured with version 1.37.1.

use std::borrow::Cow;

use serde_json::Number;

use super::tree::Value;

/// What a plain scalar may be. Numbers that JSON has no way to write are told apart, since kubectl refuses them.
#[derive(Debug)]
pub(super) enum Resolved<'t> {
    Value(Value<'t>),
    /// With the name that sigs.k8s.io/yaml gives to a key that is one.
    NotFinite(&'static str),
}

/// Resolves a plain scalar.
pub(super) fn plain(text: Cow<'_, str>) -> Resolved<'_> {
    if let Some(value) = word(&text) {
        return Resolved::Value(value);
    }
    match &*text {
        ".nan" | ".NaN" | ".NAN" => return Resolved::NotFinite(".nan"),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::NotFinite(".inf"),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::NotFinite("-.inf"),
        _ => {}
    }
    Resolved::Value(number(&text).map_or_else(|| Value::Text(text), Value::Number))
}

/// The text that Go's JSON makes of bytes: U+FFFD for each that is not UTF-8.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn word(text: &str) -> Option<Value<'static>> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => return None,
    })
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    if text.starts_with('.') {
        return underscores_join_digits(text).then(|| float(&text.replace('_', ""))).flatten();
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits)).or_else(|| signed_binary(&digits))
}

/// Go's rule for the underscores of a number that starts with a point; others may have them anywhere.
fn underscores_join_digits(text: &str) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| {
        *byte != b'_' || (is_digit(at.checked_sub(1).and_then(|at| bytes.get(at))) && is_digit(bytes.get(at + 1)))
    })
}

/// go-yaml cuts `0b` off before it looks for a sign.
fn signed_binary(text: &str) -> Option<Number> {
    i64::from_str_radix(text.strip_prefix("0b")?, 2).ok().map(Number::from)
}

/// Go's `ParseInt(text, 0, 64)`, then `ParseUint`: a base by prefix, and a leading zero for octal.
fn integer(text: &str) -> Option<Number> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (unsigned.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => (unsigned.get(2..)?, 8),
        [b'0', b'b' | b'B', ..] => (unsigned.get(2..)?, 2),
        [b'0', _, ..] => (unsigned.get(1..)?, 8),
        _ => (unsigned, 10),
    };
    // Rust reads a sign here, Go does not.
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative { 0_i64.checked_sub_unsigned(value).map(Number::from) } else { Some(Number::from(value)) }
}

/// A decimal float: digits, a point, digits, an exponent. Rust's grammar is go-yaml's pattern, but for `inf` and `nan`.
/// Those, and what is out of range, are no numbers of JSON, and so are none here.
fn float(text: &str) -> Option<Number> {
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let actual = match plain(Cow::Borrowed(text)) {
            Resolved::NotFinite(name) => format!("not finite {name}"),
            Resolved::Value(Value::Null) => "null".to_owned(),
            Resolved::Value(Value::Bool(value)) => value.to_string(),
            Resolved::Value(Value::Number(number)) => format!("number {number}"),
            Resolved::Value(Value::Text(_)) => "text".to_owned(),
            Resolved::Value(other) => format!("{other:?}"),
        };
        assert_eq!(actual, expected, "{text:?}");
    }

    #[test]
    fn plain_scalars_have_the_type_that_kubectl_gives_them() {
        for word in ["", "~", "null", "Null", "NULL"] {
            check(word, "null");
        }
        for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            check(word, "true");
        }
        for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            check(word, "false");
        }
        for (word, name) in
            [(".nan", ".nan"), (".NaN", ".nan"), (".inf", ".inf"), ("-.Inf", "-.inf"), ("+.INF", ".inf")]
        {
            check(word, &format!("not finite {name}"));
        }
        check("12345", "number 12345");
        check("-7", "number -7");
        check("+1", "number 1");
        check("1_000", "number 1000");
        check("1__0", "number 10");
        check("1_", "number 1");
        check("0777", "number 511");
        check("0o17", "number 15");
        check("-0o7", "number -7");
        check("0O7", "number 7");
        check("0x1f", "number 31");
        check("0X1F", "number 31");
        check("0x_1f", "number 31");
        check("0_x1", "number 1");
        check("0b11", "number 3");
        check("-0b11", "number -3");
        check("+0b11", "number 3");
        check("18446744073709551615", "number 18446744073709551615");
        check("-9223372036854775808", "number -9223372036854775808");
        check("99999999999999999999", "number 1e+20");
        check("08", "number 8.0");
        check("09", "number 9.0");
        check("1e3", "number 1000.0");
        check("1e+3", "number 1000.0");
        check("1.", "number 1.0");
        check(".5", "number 0.5");
        check("-.5", "number -0.5");
        check(".5_0", "number 0.5");
        check(".5e3", "number 500.0");
        check("1e3_", "number 1000.0");
        check("1e-400", "number 0.0");
        check("0b-1", "number -1");
    }

    #[test]
    fn everything_else_is_text() {
        let words = [
            "yEs",
            "tRue",
            "nULL",
            "NaN",
            "inf",
            "12:30:45",
            "1:30",
            "2026-01-01",
            "2026-01-01T10:00:00Z",
            "=",
            "<<",
            "0x",
            "0b",
            "0b12",
            "0x1p-2",
            "1e400",
            "123abc",
            "_1",
            ".",
            ".e3",
            "._5",
            "+",
            "-",
            "+-1",
            ".infinity",
            "1e",
            "1.2.3",
            "0b1111111111111111111111111111111111111111111111111111111111111111111",
            "0xfffffffffffffffffffff",
            "e3",
            "/",
            "0x-1",
        ];
        for text in words {
            check(text, "text");
        }
    }
}
