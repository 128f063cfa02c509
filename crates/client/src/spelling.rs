//! The spellings in which a server may echo a text.

/// The length of the longest part of `text`, from its start, that is `wanted` in some spelling: as it is, percent-encoded
/// once or more, or escaped as in JSON or HTML, each character in its own way.
pub(crate) fn prefix(text: &[u8], wanted: &[u8]) -> Option<usize> {
    // More than one end is possible as long as an escape may also be meant literally.
    let mut ends = vec![0_usize];
    for byte in wanted {
        let mut next: Vec<usize> = Vec::new();
        for end in ends {
            let rest = text.get(end..).unwrap_or_default();
            for length in
                literal(rest, *byte).into_iter().chain(percent_encoded(rest, *byte)).chain(escaped(rest, *byte))
            {
                let end = end.saturating_add(length);
                if !next.contains(&end) {
                    next.push(end);
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.into_iter().max()
}

fn literal(text: &[u8], byte: u8) -> Option<usize> {
    (text.first() == Some(&byte)).then_some(1)
}

/// The lengths of a percent-encoding at the start of a text that stands for this byte. `%252F` is `%2F` encoded once more,
/// and `%2525` is two of them for a percent sign.
fn percent_encoded(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    let rest = text.strip_prefix(b"%").unwrap_or_default();
    let depths = rest.chunks_exact(2).take_while(|digits| digits == b"25").count();
    (0..=depths).filter_map(move |depth| {
        let at = depth.saturating_mul(2);
        let digits = rest.get(at..at.saturating_add(2))?;
        (number(digits, 16) == Some(byte.into())).then(|| at.saturating_add(3))
    })
}

/// The length of an escape at the start of a text, when it stands for this byte.
fn escaped(text: &[u8], byte: u8) -> Option<usize> {
    match text {
        [b'\\', b'u' | b'U', digits @ ..] if number(digits.get(..4)?, 16) == Some(byte.into()) => Some(6),
        [b'\\', b'x' | b'X', digits @ ..] if number(digits.get(..2)?, 16) == Some(byte.into()) => Some(4),
        [b'\\', next, ..] if *next == byte && byte.is_ascii_punctuation() => Some(2),
        [b'&', rest @ ..] => {
            let name =
                rest.split(|byte| *byte == b';').next().filter(|name| name.len() <= 8 && name.len() < rest.len())?;
            let found = match name {
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
                [b'#', digits @ ..] => number(digits, 10),
                _ => NAMED.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, byte)| u32::from(*byte)),
            };
            (found == Some(byte.into())).then(|| name.len().saturating_add(2))
        }
        _ => None,
    }
}

/// What HTML has names for and a credential may hold.
const NAMED: [(&str, u8); 12] = [
    ("amp", b'&'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("quot", b'"'),
    ("apos", b'\''),
    ("sol", b'/'),
    ("plus", b'+'),
    ("equals", b'='),
    ("colon", b':'),
    ("period", b'.'),
    ("percnt", b'%'),
    ("lowbar", b'_'),
];

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(text, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, wanted, length) in [
            ("a/b", "a/b", Some(3)),
            ("a/b and more", "a/b", Some(3)),
            ("a%2Fb", "a/b", Some(5)),
            ("%61%2f%62", "a/b", Some(9)),
            ("a%25252fb", "a/b", Some(9)),
            (r"a\/b", "a/b", Some(4)),
            (r"a\u002Fb", "a/b", Some(8)),
            (r"a\x2fb", "a/b", Some(6)),
            ("a&#x2f;b", "a/b", Some(8)),
            ("a&#047;b", "a/b", Some(8)),
            ("a&sol;b", "a/b", Some(7)),
            // A secret may itself look like an escape.
            ("%2Fx", "%2Fx", Some(4)),
            ("%252Fx", "%2Fx", Some(6)),
            ("%25", "%25", Some(3)),
            ("%25", "%", Some(3)),
            ("%2525", "%", Some(5)),
            ("%2525x", "%x", Some(6)),
            ("%2525", "%25", Some(5)),
            (r"\\n", r"\n", Some(3)),
            ("a%2", "a/", None),
            ("a%", "a/", None),
            ("a%zz", "a/", None),
            ("a%25", "a/", None),
            (r"a\u00", "a/", None),
            (r"a\x41", "a/", None),
            ("a&sol", "a/", None),
            ("a&#x2f", "a/", None),
            ("a&unknown;", "a/", None),
            ("", "a", None),
            ("a", "ab", None),
        ] {
            assert_eq!(prefix(text.as_bytes(), wanted.as_bytes()), length, "{text} {wanted}");
        }
    }
}
