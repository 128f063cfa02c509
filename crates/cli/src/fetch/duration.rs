use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Reads a duration: seconds, or numbers with their units, such as `90`, `90s`, `1h 30m` or `7d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        let span = text.parse::<Span>().ok();
        let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        duration.and_then(|duration| u64::try_from(duration.as_secs()).ok())
    };
    match seconds {
        Some(0) | None => Err("give a duration of a second or more, such as 90, 90s, 5m, 1h or 7d".to_owned()),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in
            [("90", 90), ("90s", 90), ("5m", 300), ("1h 30m", 5400), ("7d", 604_800), ("2w", 1_209_600), ("PT1H", 3600)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "0s", "-1", "-5m", "soon", "1 fortnight", "1mo", "99999999999999999999999", "0.5s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
