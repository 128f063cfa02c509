//! The time, and waiting, for those that save.

use std::thread;
use std::time::{Duration, SystemTime};

/// Tells the time and waits. A test gives one for which no time passes.
pub trait Clock {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Returns after this duration.
    fn sleep(&self, duration: Duration);
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads the clock")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that waits")]
    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
