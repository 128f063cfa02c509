use jiff::{SignedDuration, Timestamp};

/// How long ago something was, as kubectl's column `AGE` shows it: finer for what is young.
pub(super) fn age(since: Timestamp, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let seconds = now.duration_since(since).max(SignedDuration::ZERO).as_secs();
    let whole = |unit: i64, name: char| format!("{}{name}", seconds / unit);
    let with = |unit: i64, name: char, rest: i64, rest_name: char| match seconds % unit / rest {
        0 => whole(unit, name),
        left => format!("{}{name}{left}{rest_name}", seconds / unit),
    };
    match seconds {
        0..120 => whole(1, 's'),
        120..600 => with(MINUTE, 'm', 1, 's'),
        600..10_800 => whole(MINUTE, 'm'),
        10_800..28_800 => with(HOUR, 'h', MINUTE, 'm'),
        28_800..172_800 => whole(HOUR, 'h'),
        172_800..691_200 => with(DAY, 'd', HOUR, 'h'),
        691_200..63_072_000 => whole(DAY, 'd'),
        63_072_000..252_288_000 => with(YEAR, 'y', DAY, 'd'),
        _ => whole(YEAR, 'y'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    #[track_caller]
    fn check(seconds: i64, expected: &str) {
        assert_eq!(age(EPOCH, EPOCH + SignedDuration::from_secs(seconds)), expected);
    }

    /// The values are those of kubectl, whose steps are the same.
    #[test]
    fn what_is_young_is_told_more_exactly() {
        check(-5, "0s");
        check(0, "0s");
        check(119, "119s");
        check(120, "2m");
        check(121, "2m1s");
        check(601, "10m");
        check(3 * 3600, "3h");
        check(3 * 3600 + 61, "3h1m");
        check(8 * 3600 + 61, "8h");
        check(48 * 3600, "2d");
        check(49 * 3600, "2d1h");
        check(8 * 86_400 + 3600, "8d");
        check(365 * 86_400, "365d");
        check(2 * 365 * 86_400 + 86_400, "2y1d");
        check(8 * 365 * 86_400 + 86_400, "8y");
    }
}
