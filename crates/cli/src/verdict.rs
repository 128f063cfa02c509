//! What the outcomes of cases mean for the exit code.

use std::fmt::Display;

use kubeproof::conformance::{Summary, Verdicts};

use crate::exit_code;
use crate::output::complain;

/// Of verdicts, the first that is to be told.
const PRESSING: [Verdicts; 4] = [Verdicts::Failed, Verdicts::CouldNotRun, Verdicts::StaleBaseline, Verdicts::TooFewRan];

/// The exit code of one or several adapters with these outcomes, when at least `min_ran` percent of each one's cases have to
/// run; says of which less did, and `hint`, where that is why.
pub(crate) fn code<N: Display>(judged: &[(N, Summary)], min_ran: u8, hint: &str) -> u8 {
    let has = |verdict: &Verdicts| judged.iter().any(|(_, summary)| summary.verdict(min_ran) == *verdict);
    let verdict = PRESSING.into_iter().find(has).unwrap_or(Verdicts::Conformant);
    if verdict == Verdicts::TooFewRan {
        for (name, summary) in judged.iter().filter(|(_, summary)| summary.verdict(min_ran) == verdict) {
            complain(format_args!(
                "{name}: {} of {} cases ran, less than {} percent; {hint}",
                summary.ran(),
                summary.selected(),
                min_ran.max(1)
            ));
        }
    }
    exit_code::of(verdict)
}
