//! Moments and spans of time, for people.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, Unit};

/// `2026-01-01T00:00:00Z`.
pub(crate) fn rfc3339(moment: SystemTime) -> String {
    let moment = Timestamp::try_from(moment).ok().and_then(|moment| moment.round(Unit::Second).ok());
    moment.map_or_else(|| "an unknown time".to_owned(), |moment| moment.to_string())
}

/// The largest unit of which there are two: `90 seconds`, `2 hours`.
pub(crate) fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let (count, unit) = match seconds {
        0..=119 => (seconds, "seconds"),
        120..=7199 => (seconds / 60, "minutes"),
        7200..=172_799 => (seconds / 3600, "hours"),
        _ => (seconds / 86400, "days"),
    };
    format!("{count} {unit}")
}
