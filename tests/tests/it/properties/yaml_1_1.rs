//! What YAML 1.1 takes a plain scalar for, by the tables of its type repository (yaml.org/type).

/// The name of the type, unless it is a text.
pub(super) fn implicit_type(scalar: &str) -> Option<&'static str> {
    const BOOLEANS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
    match scalar {
        "" | "~" | "null" | "Null" | "NULL" => return Some("null"),
        "<<" => return Some("merge"),
        "=" => return Some("value"),
        _ => {}
    }
    let cases = |word: &str| [word.to_owned(), word.to_uppercase(), capitalised(word)];
    if BOOLEANS.iter().any(|word| cases(word).contains(&scalar.to_owned())) {
        return Some("bool");
    }
    if is_date(scalar) {
        return Some("timestamp");
    }
    let unsigned = scalar.strip_prefix(['-', '+']).unwrap_or(scalar);
    if is_int(unsigned) {
        Some("int")
    } else if is_float(unsigned) {
        Some("float")
    } else {
        None
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Of YAML 1.1, and the `0o17` and `08` of YAML 1.2.
fn is_int(text: &str) -> bool {
    let based = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)];
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        || based.iter().any(|(prefix, base)| text.strip_prefix(prefix).is_some_and(|digits| are(digits, *base)))
        || text.starts_with(|first| matches!(first, '1'..='9')) && (are(text, 10) || is_by_sixties(text))
}

fn is_float(text: &str) -> bool {
    if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&text) {
        return true;
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let is_exponent = |exponent: &str| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !exponent.is_none_or(is_exponent) {
        return false;
    }
    let starts_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    match mantissa.split_once('.') {
        // Of YAML 1.2.
        None => exponent.is_some() && !mantissa.is_empty() && mantissa.bytes().all(|byte| byte.is_ascii_digit()),
        Some(("", fraction)) => starts_with_digit(fraction) && are(fraction, 10),
        Some((whole, fraction)) => {
            starts_with_digit(whole)
                && (are(whole, 10) || exponent.is_none() && is_by_sixties(whole))
                && (fraction.is_empty() || are(fraction, 10))
        }
    }
}

fn are(digits: &str, base: u32) -> bool {
    !digits.is_empty() && digits.chars().all(|digit| digit == '_' || digit.is_digit(base))
}

/// `190:20:30`
fn is_by_sixties(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().is_some_and(|part| are(part, 10));
    let mut rest = parts
        .map(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60 && !part.starts_with('+')));
    first && rest.next() == Some(true) && rest.all(|fits| fits)
}

/// A day; or a day, a time and perhaps a zone.
fn is_date(text: &str) -> bool {
    let mut rest = text;
    if !takes_digits(&mut rest, 4, 4) || !takes(&mut rest, '-') {
        return false;
    }
    if !takes_digits(&mut rest, 1, 2) || !takes(&mut rest, '-') {
        return false;
    }
    if !takes_digits(&mut rest, 1, 2) {
        return false;
    }
    if rest.is_empty() {
        // Also `2026-1-1`, which the table does not take for a date, and some readers do.
        return true;
    }
    let blanks = rest.trim_start_matches([' ', '\t']);
    if blanks.len() == rest.len() && !takes(&mut rest, 'T') && !takes(&mut rest, 't') {
        return false;
    }
    rest = rest.trim_start_matches([' ', '\t']);
    is_time(rest)
}

/// `1:30:00.5 +1:00`
fn is_time(mut rest: &str) -> bool {
    let is_clock = takes_digits(&mut rest, 1, 2)
        && takes(&mut rest, ':')
        && takes_digits(&mut rest, 2, 2)
        && takes(&mut rest, ':')
        && takes_digits(&mut rest, 2, 2);
    if !is_clock {
        return false;
    }
    if takes(&mut rest, '.') {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    }
    rest = rest.trim_start_matches([' ', '\t']);
    if rest.is_empty() || rest == "Z" {
        return true;
    }
    let is_offset = (takes(&mut rest, '+') || takes(&mut rest, '-')) && takes_digits(&mut rest, 1, 2);
    is_offset && (rest.is_empty() || takes(&mut rest, ':') && takes_digits(&mut rest, 2, 2) && rest.is_empty())
}

fn takes(rest: &mut &str, expected: char) -> bool {
    let after = rest.strip_prefix(expected);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

/// Takes as many digits as there are, up to `most`; false when they are fewer than `least`.
fn takes_digits(rest: &mut &str, least: usize, most: usize) -> bool {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    *rest = rest.split_at(count).1;
    count >= least
}

/// The plain scalars of block-style YAML with an entry a line, which is what is written here: keys and values.
pub(super) fn plain_scalars(yaml: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in yaml.lines() {
        let mut rest = line.trim_start_matches(' ');
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item.trim_start_matches(' ');
        }
        if rest.starts_with(['"', '\'']) {
            continue;
        }
        let (key, value) = match rest.split_once(": ") {
            Some((key, value)) => (Some(key), Some(value)),
            None => match rest.strip_suffix(':') {
                Some(key) => (Some(key), None),
                None => (None, Some(rest)),
            },
        };
        found.extend(key);
        // An empty list or object is none.
        found.extend(value.filter(|value| !value.starts_with(['"', '\'']) && !["[]", "{}"].contains(value)));
    }
    found
}

#[test]
fn implicit_types_are_known() {
    for (scalar, expected) in [
        ("", Some("null")),
        ("~", Some("null")),
        ("Null", Some("null")),
        ("<<", Some("merge")),
        ("=", Some("value")),
        ("y", Some("bool")),
        ("No", Some("bool")),
        ("OFF", Some("bool")),
        ("0", Some("int")),
        ("-0777", Some("int")),
        ("0o17", Some("int")),
        ("0b1_0", Some("int")),
        ("+0x1F", Some("int")),
        ("1_000", Some("int")),
        ("190:20:30", Some("int")),
        ("190:20:30.15", Some("float")),
        ("1.", Some("float")),
        ("-.5", Some("float")),
        ("433e40", Some("float")),
        ("6.02E-23", Some("float")),
        ("-.Inf", Some("float")),
        (".NaN", Some("float")),
        ("2026-01-01", Some("timestamp")),
        ("2026-1-1", Some("timestamp")),
        ("2026-01-01T00:00:00Z", Some("timestamp")),
        ("2026-01-01 00:00:00", Some("timestamp")),
        ("2001-12-14t21:59:43.10-05:00", Some("timestamp")),
        ("2001-12-14 21:59:43.10 -5", Some("timestamp")),
        ("2026-01-01T00:00:00Zy", None),
        ("2026-01-01T00:00", None),
        ("2026-01-01 ", None),
        ("yEs", None),
        ("08", Some("int")),
        ("1:59", Some("int")),
        ("0:0.", Some("float")),
        ("0:0", None),
        ("1:60", None),
        ("1::2", None),
        ("1_0e3", None),
        ("_1", None),
        ("._1", None),
        ("0b12", None),
        ("t", None),
        ("a", None),
        ("yEsterday", None),
        ("-", None),
        (".", None),
        ("0xg", None),
        ("1.2.3", None),
        ("e3", None),
        ("1e", None),
        ("2026-01", None),
        ("2026-01-011", None),
        ("203.0.113.7", None),
        ("https://203.0.113.7:6443", None),
        ("nulls", None),
    ] {
        assert_eq!(implicit_type(scalar), expected, "{scalar:?}");
    }
}

#[test]
fn plain_scalars_are_found() {
    let yaml = "a: no\nb:\n- - c\n- \"d: e\": f\n- g: \"h\"\n  i: 'j'\nk: []\n";
    assert_eq!(plain_scalars(yaml), ["a", "no", "b", "c", "g", "i", "k"]);
}
