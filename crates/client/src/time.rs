//! The two ways in which a client meets time, both given to it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time of day: for signatures, and for `Retry-After` dates.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where a client reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Waits between attempts.
pub trait Sleeper: fmt::Debug + Send + Sync {
    /// Is ready after this duration.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Waits on tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleeper;

impl Sleeper for TokioSleeper {
    #[expect(clippy::disallowed_methods, reason = "the one place where a client waits")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Says at once that a wait is over: where how often a client asks is judged, and not how long it waits between.
///
/// ```
/// use std::sync::Arc;
/// use kubeproof_client::{NoWait, TransportOptions};
///
/// let options = TransportOptions::default().sleeper(Arc::new(NoWait));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWait;

impl Sleeper for NoWait {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// A seed from the time: it differs between clients, which is all that the random part of waits needs.
pub(crate) fn seed(clock: &dyn Clock) -> u64 {
    clock.now().as_nanosecond().unsigned_abs() as u64
}

/// The time since a beginning: what the clock says, and at least what was waited on purpose.
///
/// Either alone could be wrong: a clock that is set back would make a budget endless, and waits alone leave out the
/// requests between them.
#[derive(Debug)]
pub(crate) struct Spent {
    clock: Arc<dyn Clock>,
    began: Timestamp,
    waited: Duration,
}

impl Spent {
    pub(crate) fn begin(clock: Arc<dyn Clock>) -> Self {
        Self { began: clock.now(), clock, waited: Duration::ZERO }
    }

    pub(crate) fn add_wait(&mut self, wait: Duration) {
        self.waited = self.waited.saturating_add(wait);
    }

    pub(crate) fn so_far(&self) -> Duration {
        let passed = Duration::try_from(self.clock.now().duration_since(self.began)).unwrap_or_default();
        passed.max(self.waited)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    struct Set(Mutex<i64>);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(*self.0.lock().unwrap()).unwrap()
        }
    }

    #[test]
    fn time_is_spent_by_the_clock_and_by_waits() {
        for (clock_goes, waits, expected) in [(0, 0, 0), (5, 0, 5), (0, 5, 5), (9, 5, 9), (5, 9, 9), (-60, 9, 9)] {
            let clock = Arc::new(Set(Mutex::new(1000)));
            let mut spent = Spent::begin(clock.clone());
            *clock.0.lock().unwrap() += clock_goes;
            spent.add_wait(Duration::from_secs(waits));
            assert_eq!(spent.so_far(), Duration::from_secs(expected), "{clock_goes} {waits}");
        }
    }
}
