use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// How many requests came, and how much of its limit each API token used.
///
/// The limit is per token, and what it is counted in a fixed window that starts with the token's first request. Only tokens of
/// the world are counted.
#[derive(Clone, Default)]
pub struct Usage {
    calls: u64,
    /// Few: a world has few tokens.
    windows: Vec<(Arc<str>, Window)>,
}

/// How many requests a token may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) requests: u64,
    /// How long the window is in which they are counted.
    pub(super) window: SignedDuration,
}

/// The window that requests are counted in.
#[derive(Clone, Copy)]
struct Window {
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

impl Usage {
    /// Numbers a request, whoever sent it.
    pub(super) fn number(&mut self) {
        self.calls = self.calls.saturating_add(1);
    }

    /// How many requests were numbered.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// Counts a request against the limit of `token`.
    pub(super) fn count(&mut self, limit: Limit, now: Timestamp, token: &str) {
        let Window { began, used } = self.window(limit, now, Some(token));
        let window = Window { began, used: used.saturating_add(1) };
        match self.windows.iter_mut().find(|(counted, _)| **counted == *token) {
            Some((_, counted)) => *counted = window,
            None => self.windows.push((token.into(), window)),
        }
    }

    /// What is left to `token` after the requests counted so far; all to a request without a token of the world.
    pub(super) fn quota(&self, limit: Limit, now: Timestamp, token: Option<&str>) -> Quota {
        let Window { began, used } = self.window(limit, now, token);
        Quota {
            limit: limit.requests,
            remaining: limit.requests.saturating_sub(used),
            reset: after(began, limit.window),
            exceeded: used > limit.requests,
        }
    }

    fn window(&self, limit: Limit, now: Timestamp, token: Option<&str>) -> Window {
        let counted = self.windows.iter().find(|(counted, _)| Some(&**counted) == token).map(|(_, window)| *window);
        counted.filter(|window| now < after(window.began, limit.window)).unwrap_or(Window { began: now, used: 0 })
    }
}

/// Counts, and shows no token.
impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Usage").field("calls", &self.calls).field("tokens", &self.windows.len()).finish_non_exhaustive()
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

    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    const LIMIT: Limit = Limit { requests: 5000, window: HOUR };

    fn quota(usage: &Usage, now: Timestamp) -> Quota {
        usage.quota(LIMIT, now, Some("one"))
    }

    #[test]
    fn the_quota_counts_down_and_is_full_again_after_an_hour() {
        let mut usage = Usage::default();
        assert_eq!(quota(&usage, EPOCH).remaining, LIMIT.requests);
        usage.count(LIMIT, EPOCH, "one");
        let later = EPOCH + SignedDuration::from_mins(59);
        usage.count(LIMIT, later, "one");
        let left = quota(&usage, later);
        assert_eq!((left.remaining, left.reset, left.exceeded), (LIMIT.requests - 2, EPOCH + HOUR, false));
        usage.count(LIMIT, EPOCH + HOUR, "one");
        let left = quota(&usage, EPOCH + HOUR);
        assert_eq!((left.remaining, left.reset), (LIMIT.requests - 1, EPOCH + HOUR + HOUR));
        assert_eq!(format!("{usage:?}"), "Usage { calls: 0, tokens: 1, .. }");
    }

    #[test]
    fn the_request_after_the_last_one_is_one_too_many_for_its_token_alone() {
        let mut usage = Usage::default();
        for _ in 0..LIMIT.requests {
            usage.count(LIMIT, EPOCH, "one");
        }
        assert_eq!((quota(&usage, EPOCH).remaining, quota(&usage, EPOCH).exceeded), (0, false));
        usage.count(LIMIT, EPOCH, "one");
        assert_eq!((quota(&usage, EPOCH).remaining, quota(&usage, EPOCH).exceeded), (0, true));
        for other in [Some("another"), None] {
            assert_eq!(usage.quota(LIMIT, EPOCH, other).remaining, LIMIT.requests);
        }
    }

    #[test]
    fn the_clock_may_stand_at_its_end() {
        let mut usage = Usage::default();
        usage.count(LIMIT, Timestamp::MAX, "one");
        assert!(!quota(&usage, Timestamp::MAX).exceeded);
    }
}
