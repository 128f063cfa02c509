//! How often and after how long a request is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use jiff::Timestamp;

/// How often and after how long a request is tried again, where its [`Repeat`](crate::Repeat) allows it.
///
/// The wait doubles from `base` to `cap`, with up to as much again at random so that clients do not return in step.
/// When the server says `Retry-After`, that is waited instead, whole: coming back earlier only earns the next refusal.
/// When it would exceed what is left of `budget`, the answer is returned as it is. `ratelimit-reset`, which digitalocean
/// sends, is waited for if that is in the budget, and is no reason not to try again if it is not.
///
/// The budget is of the whole fetch, requests and waits: no attempt begins after it. The one under way is bounded by
/// [`Timeouts::attempt`](crate::Timeouts), and everything together by [`Timeouts::total`](crate::Timeouts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often a request is tried in all; 1 means never again, and 0 is taken as 1.
    pub attempts: u32,
    /// The first wait.
    pub base: Duration,
    /// The longest wait that is our own choice.
    pub cap: Duration,
    /// The longest time from the start of the first attempt to that of the last, requests and waits together.
    pub budget: Duration,
}

impl Retry {
    /// Never try again.
    pub const NEVER: Self = Self { attempts: 1, base: Duration::ZERO, cap: Duration::ZERO, budget: Duration::ZERO };

    pub(crate) fn backoff(self, seed: u64) -> ExponentialBackoff {
        let retries = self.attempts.max(1).saturating_sub(1);
        ExponentialBuilder::default()
            .with_min_delay(self.base)
            .with_max_delay(self.cap)
            .with_max_times(usize::try_from(retries).unwrap_or(usize::MAX))
            .with_jitter()
            .with_jitter_seed(seed)
            .build()
    }

    /// The wait before the next attempt, or `None` when there is to be none. `spent` is the time since the first one.
    pub(crate) fn wait(self, backoff: Option<Duration>, asked: Option<Asked>, spent: Duration) -> Option<Duration> {
        let own = backoff?;
        let fits = |wait: &Duration| spent.saturating_add(*wait) <= self.budget;
        match asked {
            // "Now" is no reason to hurry: our own wait is the least.
            Some(Asked::ToWait(Duration::ZERO)) | None => Some(own).filter(fits),
            Some(Asked::ToWait(asked)) => Some(asked).filter(fits),
            Some(Asked::Perhaps(hint)) => Some(hint.max(own)).filter(fits).or(Some(own).filter(fits)),
        }
    }
}

impl Default for Retry {
    /// Four attempts, half a second to eight seconds apart, the last within a minute.
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            budget: Duration::from_secs(60),
        }
    }
}

/// What a server says of the time until the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// `Retry-After`: not before that.
    ToWait(Duration),
    /// `ratelimit-reset`: then something of the limit is free again. It may be before, since other requests count too.
    Perhaps(Duration),
}

impl Asked {
    pub(crate) fn duration(self) -> Duration {
        match self {
            Self::ToWait(duration) | Self::Perhaps(duration) => duration,
        }
    }
}

/// Reads the `Retry-After` header of RFC 9110.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter;

impl RetryAfter {
    /// The longest wait that is read: a day. Whoever says more means "not now", and sums with it cannot overflow.
    pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// The wait that a value asks for: whole seconds, or the time until a date, which is none when the date is past;
    /// at most [`LONGEST`](Self::LONGEST). `None` for anything else; the header is then as good as absent.
    ///
    /// ```
    /// use std::time::Duration;
    /// use kubeproof_client::RetryAfter;
    ///
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// assert_eq!(RetryAfter::parse("29", now), Some(Duration::from_secs(29)));
    /// assert_eq!(RetryAfter::parse("Thu, 01 Jan 2026 00:00:05 GMT", now), Some(Duration::from_secs(5)));
    /// assert_eq!(RetryAfter::parse("soon", now), None);
    /// ```
    #[must_use]
    pub fn parse(value: &str, now: Timestamp) -> Option<Duration> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than fit are "longer than anybody waits".
            return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)).min(Self::LONGEST));
        }
        Some(until(jiff::fmt::rfc2822::parse(value).ok()?.timestamp(), now))
    }

    /// The wait that `ratelimit-reset` asks for, the second of the Unix epoch at which digitalocean's limit begins anew.
    /// A reset in the past, which is seen in practice, is no wait: the request is then repeated after our own.
    ///
    /// ```
    /// use std::time::Duration;
    /// use kubeproof_client::RetryAfter;
    ///
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// assert_eq!(RetryAfter::parse_reset("1767225630", now), Some(Duration::from_secs(30)));
    /// assert_eq!(RetryAfter::parse_reset("1444931833", now), Some(Duration::ZERO));
    /// assert_eq!(RetryAfter::parse_reset("", now), None);
    /// ```
    #[must_use]
    pub fn parse_reset(value: &str, now: Timestamp) -> Option<Duration> {
        let value = value.trim();
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let reset = value.parse().ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX);
        Some(until(reset, now))
    }
}

fn until(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO).min(RetryAfter::LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, expected) in [
            ("0", seconds(0)),
            ("1", seconds(1)),
            (" 120 ", seconds(120)),
            ("86400", seconds(86_400)),
            ("86401", seconds(86_400)),
            ("99999999999999999999999", seconds(86_400)),
            ("Thu, 01 Jan 2026 00:01:00 GMT", seconds(60)),
            ("Fri, 01 Jan 2100 00:00:00 GMT", seconds(86_400)),
            ("Wed, 31 Dec 2025 23:59:00 GMT", seconds(0)),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1s", None),
            ("", None),
            ("0x10", None),
            ("2026-01-01T00:01:00Z", None),
            ("Someday, 01 Jan 2026", None),
        ] {
            assert_eq!(RetryAfter::parse(value, now), expected, "{value:?}");
        }
    }

    #[test]
    fn a_reset_is_read() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, expected) in [
            ("1767225600", seconds(0)),
            (" 1767225607 ", seconds(7)),
            ("1767225599", seconds(0)),
            ("1444931833", seconds(0)),
            // Seconds from now, as others count, would be long ago.
            ("60", seconds(0)),
            ("4102444800", seconds(86_400)),
            ("99999999999999999999999", seconds(86_400)),
            ("-1", None),
            ("", None),
            ("soon", None),
            ("1.5", None),
        ] {
            assert_eq!(RetryAfter::parse_reset(value, now), expected, "{value:?}");
        }
    }

    #[test]
    fn waits_keep_to_the_server_and_the_budget() {
        let retry = Retry { budget: Duration::from_secs(10), ..Retry::default() };
        let seconds = Duration::from_secs;
        for (backoff, asked, spent, expected) in [
            (Some(1), None, 0, Some(1)),
            (Some(1), Some(5), 0, Some(5)),
            (Some(4), Some(1), 0, Some(1)),
            (Some(1), Some(0), 0, Some(1)),
            (Some(1), Some(10), 0, Some(10)),
            (Some(1), Some(11), 0, None),
            (Some(1), Some(u64::MAX), 1, None),
            (Some(3), None, 7, Some(3)),
            (Some(3), None, 8, None),
            (None, Some(1), 0, None),
        ] {
            let wait = retry.wait(backoff.map(seconds), asked.map(seconds).map(Asked::ToWait), seconds(spent));
            assert_eq!(wait, expected.map(seconds), "{backoff:?} {asked:?} {spent}");
        }
        for (backoff, hint, spent, expected) in [
            (Some(2), 5, 0, Some(5)),
            (Some(2), 1, 0, Some(2)),
            (Some(2), 0, 0, Some(2)),
            (Some(2), 10, 0, Some(10)),
            // Too late to wait for: our own wait is as good as any.
            (Some(2), 11, 0, Some(2)),
            (Some(2), 9, 2, Some(2)),
            (Some(2), 9, 9, None),
            (None, 1, 0, None),
        ] {
            let wait = retry.wait(backoff.map(seconds), Some(Asked::Perhaps(seconds(hint))), seconds(spent));
            assert_eq!(wait, expected.map(seconds), "{backoff:?} {hint} {spent}");
        }
    }

    #[test]
    fn backoff_doubles_between_its_bounds() {
        let retry = Retry {
            attempts: 6,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(4),
            budget: Duration::from_secs(60),
        };
        for seed in [0, 1, u64::MAX] {
            let waits: Vec<Duration> = retry.backoff(seed).collect();
            assert_eq!(waits.len(), 5);
            for (wait, least) in waits.iter().zip([1, 2, 4, 4, 4].map(Duration::from_secs)) {
                assert!((least..=2 * least).contains(wait), "{wait:?}");
            }
        }
        assert_eq!(Retry::NEVER.backoff(0).count(), 0);
        assert_eq!(Retry { attempts: 0, ..retry }.backoff(0).count(), 0);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config {
            rng_seed: proptest::test_runner::RngSeed::Fixed(0x636c_6965),
            failure_persistence: None,
            ..Default::default()
        })]

        #[test]
        fn a_later_request_never_waits_longer(value in "\\PC{0,40}|[0-9]{1,30}|[A-Z][a-z]{2}, [0-9 A-Za-z:]{0,24} GMT") {
            let (early, late) = [Timestamp::MIN, Timestamp::MAX].map(|now| RetryAfter::parse(&value, now)).into();
            assert!(late <= early, "{value:?}: {early:?} {late:?}");
        }
    }
}
