//! What the program's exit code means. Other programs are written against these.

use kubeproof::conformance::Verdicts;

/// Every case that ran is as expected.
pub(crate) const CONFORMANT: u8 = 0;
/// A case failed, or a clause has no case.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage, or a bad case, clause, world or report file.
pub(crate) const USAGE: u8 = 2;
/// A case passed of which the baseline says that it fails.
pub(crate) const STALE_BASELINE: u8 = 3;
/// Nothing ran, or less than was demanded.
pub(crate) const TOO_FEW_RAN: u8 = 4;
/// The harness could not judge, or a server could not start.
pub(crate) const COULD_NOT_RUN: u8 = 5;

pub(crate) fn of(verdict: Verdicts) -> u8 {
    match verdict {
        Verdicts::Conformant => CONFORMANT,
        Verdicts::Failed => FAILED,
        Verdicts::StaleBaseline => STALE_BASELINE,
        Verdicts::TooFewRan => TOO_FEW_RAN,
        Verdicts::CouldNotRun => COULD_NOT_RUN,
    }
}
