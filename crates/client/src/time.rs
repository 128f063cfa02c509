//! The two ways in which a client meets time, both given to it.

use std::fmt;
use std::pin::Pin;
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
