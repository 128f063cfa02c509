use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// How many requests came, and how much of its hour each API token used.
///
/// The limit is per token (`digitalocean.ratelimit.per-token`) and the hour a fixed window that starts with its first request
/// (`digitalocean.ratelimit.fixed-window`). Only tokens of the world are counted.
#[derive(Clone, Default)]
pub struct Usage {
    calls: u64,
    /// Few: a world has few tokens.
    hours: Vec<(Arc<str>, Hour)>,
}

/// The hour that requests are counted in.
#[derive(Clone, Copy)]
struct Hour {
    began: Timestamp,
    used: u64,
}

/// What the rate-limit headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) limit: u64,
    pub(super) remaining: u64,
    /// When `remaining` is `limit` again.
    pub(super) reset: Timestamp,
    /// Whether the last counted request was one too many.
    pub(super) exceeded: bool,
}

/// Requests an hour, as openapi's description says.
const LIMIT: u64 = 5000;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Usage {
    /// Numbers a request, whoever sent it.
    pub(super) fn number(&mut self) {
        self.calls = self.calls.saturating_add(1);
    }

    /// How many requests were numbered.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// Counts a request against the hour of `token`.
    pub(super) fn count(&mut self, now: Timestamp, token: &str) {
        let Hour { began, used } = self.hour(now, Some(token));
        let hour = Hour { began, used: used.saturating_add(1) };
        match self.hours.iter_mut().find(|(counted, _)| **counted == *token) {
            Some((_, counted)) => *counted = hour,
            None => self.hours.push((token.into(), hour)),
        }
    }

    /// What is left to `token` after the requests counted so far; all to a request without a token of the world.
    pub(super) fn quota(&self, now: Timestamp, token: Option<&str>) -> Quota {
        let Hour { began, used } = self.hour(now, token);
        Quota { limit: LIMIT, remaining: LIMIT.saturating_sub(used), reset: after(began, HOUR), exceeded: used > LIMIT }
    }

    fn hour(&self, now: Timestamp, token: Option<&str>) -> Hour {
        let counted = self.hours.iter().find(|(counted, _)| Some(&**counted) == token).map(|(_, hour)| *hour);
        counted.filter(|hour| now < after(hour.began, HOUR)).unwrap_or(Hour { began: now, used: 0 })
    }
}

/// Counts, and shows no token.
impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Usage").field("calls", &self.calls).field("tokens", &self.hours.len()).finish_non_exhaustive()
    }
}

/// `at` plus `span`, or the end of time.
pub(super) fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    fn quota(usage: &Usage, now: Timestamp) -> Quota {
        usage.quota(now, Some("one"))
    }

    #[test]
    fn the_quota_counts_down_and_is_full_again_after_an_hour() {
        let mut usage = Usage::default();
        assert_eq!(quota(&usage, EPOCH).remaining, LIMIT);
        usage.count(EPOCH, "one");
        let later = EPOCH + SignedDuration::from_mins(59);
        usage.count(later, "one");
        let left = quota(&usage, later);
        assert_eq!((left.remaining, left.reset, left.exceeded), (LIMIT - 2, EPOCH + HOUR, false));
        usage.count(EPOCH + HOUR, "one");
        let left = quota(&usage, EPOCH + HOUR);
        assert_eq!((left.remaining, left.reset), (LIMIT - 1, EPOCH + HOUR + HOUR));
        assert_eq!(format!("{usage:?}"), "Usage { calls: 0, tokens: 1, .. }");
    }

    #[test]
    fn the_request_after_the_last_one_is_one_too_many_for_its_token_alone() {
        let mut usage = Usage::default();
        for _ in 0..LIMIT {
            usage.count(EPOCH, "one");
        }
        assert_eq!((quota(&usage, EPOCH).remaining, quota(&usage, EPOCH).exceeded), (0, false));
        usage.count(EPOCH, "one");
        assert_eq!((quota(&usage, EPOCH).remaining, quota(&usage, EPOCH).exceeded), (0, true));
        for other in [Some("another"), None] {
            assert_eq!(usage.quota(EPOCH, other).remaining, LIMIT);
        }
    }

    #[test]
    fn the_clock_may_stand_at_its_end() {
        let mut usage = Usage::default();
        usage.count(Timestamp::MAX, "one");
        assert!(!quota(&usage, Timestamp::MAX).exceeded);
    }
}
