//! Which texts go-yaml v2 writes without quotes: those that it reads back as texts.

use crate::read::is_text_when_plain;

/// Whether a text stays one without quotes, as far as types go.
pub(super) fn may_be_plain(text: &str) -> bool {
    is_text_when_plain(text) && !is_timestamp(text) && !is_base_60(text)
}

/// A number by sixties of YAML 1.1: `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digit_or_line = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let mut sixties = parts.peekable();
    first.starts_with(|first: char| first.is_ascii_digit())
        && first.bytes().all(is_digit_or_line)
        && fraction.bytes().all(is_digit_or_line)
        && sixties.peek().is_some()
        && sixties.all(|part| match part.as_bytes() {
            [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
            _ => false,
        })
}

/// A date, or a date and a time, that go-yaml v2 takes for one (`resolve.go`, `parseTimestamp`) and that exists.
fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else { return false };
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut rest = Rest(rest);
    let (Ok(year), Some(month)) = (year.parse::<u32>(), rest.number()) else { return false };
    let Some(day) = rest.skip('-').and_then(|()| rest.number()) else { return false };
    if !(1..=days(year, month)).contains(&day) {
        return false;
    }
    let separator = rest.0.chars().next();
    match separator {
        None => true,
        Some('T' | 't') => rest.skip_one().and_then(|()| rest.time()).is_some() && rest.zone(),
        Some(' ') => rest.skip_one().and_then(|()| rest.time()).is_some() && rest.0.is_empty(),
        Some(_) => false,
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// What is left of a date to look at.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    /// One or two digits.
    fn number(&mut self) -> Option<u32> {
        let digits = self.0.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.parse().ok()
    }

    fn skip(&mut self, character: char) -> Option<()> {
        self.0 = self.0.strip_prefix(character)?;
        Some(())
    }

    fn skip_one(&mut self) -> Option<()> {
        let mut characters = self.0.chars();
        characters.next()?;
        self.0 = characters.as_str();
        Some(())
    }

    /// Hour, minute, second and a fraction.
    fn time(&mut self) -> Option<()> {
        let hour = self.number()?;
        self.skip(':')?;
        let minute = self.number()?;
        self.skip(':')?;
        let second = self.number()?;
        if let Some(fraction) = self.0.strip_prefix(['.', ',']) {
            let rest = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
            if rest.len() < fraction.len() {
                self.0 = rest;
            }
        }
        (hour < 24 && minute < 60 && second < 60).then_some(())
    }

    /// `Z`, or hours and minutes of two digits each, to the end: up to 24 and to 60 for Go.
    fn zone(&self) -> bool {
        let two = |tens: u8, ones: u8, most: u8| {
            tens.is_ascii_digit() && ones.is_ascii_digit() && (tens - b'0') * 10 + (ones - b'0') <= most
        };
        match self.0.as_bytes() {
            b"Z" => true,
            [b'+' | b'-', a, b, b':', c, d] => two(*a, *b, 24) && two(*c, *d, 60),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_yaml_writes_without_quotes() {
        for text in [
            "a",
            "yEs",
            "=",
            "<<",
            "1e400",
            "0x",
            "._5",
            "nan",
            "_1",
            "a b",
            "2026-02-30",
            "2026-13-01",
            "2026-01-01T1",
            "2026-01-01 10:00:00Z",
            "1:60",
            "1:",
            ":1",
            "12026-01-01",
            "2026-01-01T10:00:00",
            "2026-01-01T24:00:00Z",
            "2026-04-31",
            "2026-06-31",
            "2026-11-31",
            "2027-02-29",
            "2100-02-29",
            "2026-01-01T10:00:00.Z",
            "2026-01-01T10:60:00Z",
            "2026-01-01T10:00:60Z",
            "2026-01-01T10:00:00+25:00",
            "2026-01-01T10:00:00+30:00",
            "2026-01-01T10:00:00+1a:00",
            "2026-01-01T10:00:00+a1:00",
            "2026-01-01T10:00:00+10:0a",
            "2026-01-01T10:00:00+10:61",
        ] {
            assert!(may_be_plain(text), "{text}");
        }
        for text in [
            "",
            "y",
            "NO",
            "~",
            "null",
            "1e3",
            "0x1f",
            "1:30",
            "1:1.5",
            "-1:00",
            "190:20:30",
            "2026-01-01",
            "2026-1-1",
            "2028-02-29",
            "2026-04-30",
            "2000-02-29",
            "2026-01-01T10:59:59Z",
            "2026-01-01T10:00:00+24:00",
            "2026-01-01T10:00:00+10:59",
            "2026-01-01T10:00:00+10:60",
            "2026-01-01T10:00:00+19:30",
            "2026-01-01T10:00:00-23:45",
            "2001-12-14t21:59:43.10-05:00",
            "2026-01-01 1:2:3.5",
            "2026-01-01T10:00:00Z",
            ".nan",
            "1_0.5",
        ] {
            assert!(!may_be_plain(text), "{text}");
        }
    }
}
