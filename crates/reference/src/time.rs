//! The clock of clients that run inside the harness: it stands.

use jiff::Timestamp;
use kubeproof_client::Clock;

/// The instant at which emulators start, 2026-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EmulatorEpoch;

impl Clock for EmulatorEpoch {
    fn now(&self) -> Timestamp {
        Timestamp::constant(1_767_225_600, 0)
    }
}
