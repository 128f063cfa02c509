use jiff::{SignedDuration, Span, SpanRelativeTo};

/// How spans of time are written, for the remedies of errors.
pub const DURATION_FORMS: &str =
    "a number with a unit, as in `500ms`, `90s`, `15m`, `24h` or `7d`, or ISO 8601, as in `PT1H30M`";

/// The span of time that `text` says, in one of [`DURATION_FORMS`]; `None` when it says none, or one that is negative.
/// A day has 24 hours.
///
/// ```
/// use kubeproof_emulator::parse_duration;
///
/// assert_eq!(parse_duration("90s"), parse_duration("PT1M30S"));
/// assert_eq!(parse_duration("7d").unwrap().as_hours(), 168);
/// assert_eq!(parse_duration("soon"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    if text.starts_with('P') {
        // What counts in months or years has no length of its own.
        let span: Span = text.parse().ok()?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        return (!duration.is_negative()).then_some(duration);
    }
    let number = |digits: &str| {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok()).flatten().map(i64::from)
    };
    if let Some(digits) = text.strip_suffix("ms") {
        return number(digits).map(SignedDuration::from_millis);
    }
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    number(text.strip_suffix(unit)?)?.checked_mul(seconds).map(SignedDuration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<i128>) {
        assert_eq!(parse_duration(text).map(|duration| duration.as_millis()), expected, "{text:?}");
    }

    #[test]
    fn a_number_has_a_unit() {
        check("500ms", Some(500));
        check("90s", Some(90_000));
        check("15m", Some(900_000));
        check("24h", Some(86_400_000));
        check("7d", Some(604_800_000));
        check("0s", Some(0));
        for wrong in ["", "90", "s", "ms", "-1h", "+1h", "1.5h", "1 h", "1H", "1w", "1h30m", "4294967296s", "1é"] {
            check(wrong, None);
        }
    }

    #[test]
    fn iso_8601_is_understood() {
        check("PT1H30M", Some(5_400_000));
        check("PT0.5S", Some(500));
        check("P7D", Some(604_800_000));
        check("P1DT1S", Some(86_401_000));
        for wrong in ["P", "PT", "P1M", "P1Y", "-PT1H", "PT-1H", "P1D1H"] {
            check(wrong, None);
        }
    }
}
