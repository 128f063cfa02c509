//! From bytes to text, and which characters a text may have.

use std::borrow::Cow;

use super::{Location, MAX_BYTES, ReadError, ReadErrorKind};

pub(super) fn check_size(bytes: usize) -> Result<(), ReadError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let message = format!("the document has {bytes} bytes; a kubeconfig of more than {MAX_BYTES} is not read");
    Err(ReadError::new(ReadErrorKind::Limit, message))
}

/// Decodes UTF-8, or UTF-16 when the bytes start with its mark, as go-yaml does. The mark stays, as that of UTF-8 does.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    match bytes {
        [0xff, 0xfe, ..] => utf16(bytes, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, ..] => utf16(bytes, u16::from_be_bytes).map(Cow::Owned),
        _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let location = end_of(&String::from_utf8_lossy(before));
            ReadError::at(ReadErrorKind::Encoding, location, "not UTF-8; save the file as UTF-8")
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(ReadError::new(ReadErrorKind::Encoding, "not UTF-16 although its mark says so; save it as UTF-8")),
    }
}

/// Which characters a text has. Of most texts, nothing but what is ordinary need be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Characters {
    /// Those of ASCII that are printed, and line feeds.
    Ordinary,
    /// Others, tabs and line ends among them.
    Any,
}

/// Refuses the characters that YAML does not allow in a document, with go-yaml's table, and a byte-order mark behind the
/// start: kubectl drops the first character of each line while one is at the start of its buffer.
pub(super) fn check_characters(text: &str) -> Result<Characters, ReadError> {
    let allowed = |character: char| {
        matches!(character,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    };
    // All that most documents have. By blocks, which the compiler turns into vectors.
    let ordinary = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let is_ordinary = |block: &[u8]| block.iter().fold(true, |all, byte| all & ordinary(byte));
    if text.as_bytes().chunks(256).all(is_ordinary) {
        return Ok(Characters::Ordinary);
    }
    let Some((at, character)) = text.char_indices().find(|(_, character)| !allowed(*character)) else {
        return Ok(Characters::Any);
    };
    let before = text.get(..at).unwrap_or_default();
    let what = match character {
        '\u{feff}' => "a byte-order mark (U+FEFF) behind the start, with which kubectl may skip others".to_owned(),
        _ => format!("the control character U+{:04X}, which YAML does not allow", u32::from(character)),
    };
    let message = format!("{what}; remove it, or write it as an escape in double quotes");
    Err(ReadError::at(ReadErrorKind::Syntax, end_of(before), message))
}

/// What ends a line, `\r\n` being one end.
const LINE_ENDS: [char; 3] = ['\n', '\r', '\u{85}'];

/// The place right after a text.
pub(super) fn end_of(text: &str) -> Location {
    let line_ends = text.matches(LINE_ENDS).count() - text.matches("\r\n").count();
    let column = text.rsplit(LINE_ENDS).next().unwrap_or_default().chars().count() + 1;
    Location { line: line_ends + 1, column }
}

/// A line by its number, as [`end_of`] counts them.
pub(super) fn line(text: &str, number: usize) -> Option<&str> {
    let mut rest = text;
    for _ in 1..number {
        let (_, after) = rest.split_once(LINE_ENDS)?;
        let ended_by_both =
            rest.strip_suffix(after).is_some_and(|line| line.ends_with('\r')) && after.starts_with('\n');
        rest = if ended_by_both { after.get(1..)? } else { after };
    }
    rest.split(LINE_ENDS).next()
}

/// The text with U+0085, a line end of YAML 1.1, as the line feed that go-yaml makes of it: otherwise a comment could
/// hide from us what kubectl reads.
pub(super) fn with_line_feeds(text: &str, characters: Characters) -> Cow<'_, str> {
    if characters == Characters::Any && text.contains('\u{85}') {
        Cow::Owned(text.replace("\r\u{85}", "\n\n").replace('\u{85}', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
