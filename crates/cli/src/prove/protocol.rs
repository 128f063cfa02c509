//! Programs that break the adapter protocol: each has to be noticed, wherever it breaks it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kubeproof::conformance::process::{Command, ProcessAdapter, ProcessLimits, StartError};
use kubeproof::conformance::{Case, Outcome, Runner, Suite};

use crate::adapter::{ProtocolBreaker, ends_well};

/// A program that breaks the protocol in one way, or the one that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaker {
    /// It speaks the protocol as it should: nothing may be said of it.
    Honest,
    /// It breaks it.
    Breaks(ProtocolBreaker),
}

impl Breaker {
    /// All, the honest one first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let breakers = ProtocolBreaker::value_variants().iter().copied().map(Self::Breaks);
        std::iter::once(Self::Honest).chain(breakers)
    }

    pub(super) fn id(self) -> String {
        match self {
            Self::Honest => "protocol/honest".to_owned(),
            Self::Breaks(breaker) => format!("protocol/{}", name(breaker)),
        }
    }

    /// What it does.
    pub(super) fn title(self) -> String {
        let Self::Breaks(breaker) = self else { return "Speaks the protocol as it should".to_owned() };
        let value = breaker.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    /// The command of this program that does it.
    fn command(self, program: &str) -> Command {
        match self {
            Self::Honest => Command::new(program, ["adapter", "reference"].map(str::to_owned)),
            Self::Breaks(breaker) => {
                Command::new(program, ["adapter", "saboteur", name(breaker).as_str()].map(str::to_owned))
            }
        }
    }
}

/// The word for it on the command line.
fn name(breaker: ProtocolBreaker) -> String {
    breaker.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Where it was noticed that a program breaks the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Noticed {
    /// When it was to greet.
    Greeting(String),
    /// At these cases.
    Cases(Vec<String>),
    /// When it was to end.
    End(String),
    /// Nowhere.
    Nowhere,
}

/// A program, and where it was noticed.
#[derive(Clone, Debug)]
pub(super) struct Caught {
    pub(super) breaker: Breaker,
    pub(super) noticed: Noticed,
}

impl Caught {
    /// What is wrong with that, if anything is.
    pub(super) fn finding(&self) -> Option<String> {
        let id = self.breaker.id();
        match (self.breaker, &self.noticed) {
            (Breaker::Breaks(_), Noticed::Nowhere) => Some(format!("{id} gets through: nothing was noticed")),
            (Breaker::Honest, Noticed::Nowhere) | (Breaker::Breaks(_), _) => None,
            (Breaker::Honest, Noticed::Greeting(why) | Noticed::End(why)) => {
                Some(format!("{id} is accused {}: {why}", self.place()))
            }
            (Breaker::Honest, Noticed::Cases(_)) => Some(format!("{id} is accused {}", self.place())),
        }
    }

    /// Where it was noticed, in few words.
    pub(super) fn place(&self) -> String {
        match &self.noticed {
            Noticed::Greeting(_) => "when it was to greet".to_owned(),
            Noticed::Cases(cases) => format!("at {}", cases.join(", ")),
            Noticed::End(_) => "when it was to end".to_owned(),
            Noticed::Nowhere => "nowhere".to_owned(),
        }
    }
}

/// How many programs run at once: some are only waited for.
const AT_ONCE: usize = 8;

/// A program that never greets is not waited for as long as an interpreter that loads.
const LIMITS: ProcessLimits =
    ProcessLimits { start: Duration::from_secs(10), grace: Duration::from_secs(1), stop: Duration::from_secs(5) };

/// Runs each with two cases, one after the other: the second one notices what the first left behind.
///
/// # Errors
/// When one of them cannot be run, which says nothing of what it would have done.
pub(super) async fn try_all(breakers: &[Breaker], suite: &Suite) -> Result<Vec<Caught>, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let program = program.to_string_lossy();
    let well = suite.cases().filter(|case| ends_well(case) == Some(true)).take(2);
    let cases: Vec<&Case> = well.collect();
    let (cases, program) = (cases.as_slice(), program.as_ref());
    let all = stream::iter(breakers.iter().copied()).map(async |breaker| {
        let noticed = attempt(breaker.command(program), cases).await;
        let noticed = noticed.map_err(|error| format!("{} says nothing: {error}", breaker.id()))?;
        Ok(Caught { breaker, noticed })
    });
    all.buffered(AT_ONCE).try_collect().await
}

async fn attempt(command: Command, cases: &[&Case]) -> Result<Noticed, String> {
    let adapter = match ProcessAdapter::start_within(command, LIMITS).await {
        Ok(adapter) => Arc::new(adapter),
        Err(StartError::Greeting(breach)) => return Ok(Noticed::Greeting(breach.to_string())),
        Err(error @ StartError::NotStarted { .. }) => return Err(error.to_string()),
    };
    let runner = Runner::new(Arc::<ProcessAdapter>::clone(&adapter)).with_jobs(NonZeroUsize::MIN);
    let run = runner.run(cases.iter().copied()).await;
    if let Some(result) = run.results.iter().find(|result| result.outcome == Outcome::CouldNotRun) {
        let reason = result.reason.as_deref().unwrap_or_default();
        return Err(format!("{} could not run: {reason}", result.case.id));
    }
    let failed = run.results.into_iter().filter(|result| result.outcome == Outcome::Failed);
    let failed: Vec<String> = failed.map(|result| result.case.id).collect();
    let stopped = adapter.stop().await;
    Ok(match stopped {
        _ if !failed.is_empty() => Noticed::Cases(failed),
        Err(breach) => Noticed::End(breach.to_string()),
        Ok(()) => Noticed::Nowhere,
    })
}
