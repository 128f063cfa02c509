//! Time for clients that run inside the harness: none passes.

use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use kubeproof_client::{Clock, Sleeper};

/// Says that a wait is over at once. The number of attempts is what a case judges, not the time between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoWait;

impl Sleeper for NoWait {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// The instant at which emulators start, 2026-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EmulatorEpoch;

impl Clock for EmulatorEpoch {
    fn now(&self) -> Timestamp {
        Timestamp::constant(1_767_225_600, 0)
    }
}
