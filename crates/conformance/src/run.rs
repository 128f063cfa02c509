//! Runs cases against an adapter.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;
use kubeproof_emulator::{Exchange, Verdict};
use tokio::task::{JoinError, JoinHandle};

use crate::adapter::{Adapter, Attempt, Breach, Credentials, Feature, FetchRequest};
use crate::case::Case;
use crate::host::{Host, Hosting};
use crate::judge::{self, Evidence, Mismatch, Names, Wire};
use crate::outcome::{CaseResult, Outcome, Run, ShownExchange};

/// Runs cases, each against an emulation of its own.
///
/// It needs tokio. An adapter that blocks a thread should do so in `tokio::task::spawn_blocking`: on a runtime with a
/// single thread nothing else could end its case.
#[derive(Clone)]
pub struct Runner {
    adapter: Arc<dyn Adapter>,
    jobs: usize,
    limit: Duration,
    hosting: Hosting,
}

impl Runner {
    /// How long a case may take unless told otherwise.
    pub const DEFAULT_LIMIT: Duration = Duration::from_secs(10);

    /// The most cases that run at once: each has sockets and a thread of its own.
    pub const MOST_JOBS: usize = 64;

    /// A runner that works on four cases at once for each processor: most of a case is waiting for the other side.
    pub fn new(adapter: Arc<dyn Adapter>) -> Self {
        let jobs = 4 * std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        Self { adapter, jobs: jobs.min(Self::MOST_JOBS), limit: Self::DEFAULT_LIMIT, hosting: Hosting::default() }
    }

    /// The same runner, working on `jobs` cases at once, at most [`MOST_JOBS`](Self::MOST_JOBS).
    #[must_use]
    pub fn with_jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = jobs.get().min(Self::MOST_JOBS);
        self
    }

    /// The same runner, giving each case this long.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same runner, with another host for the emulations.
    #[must_use]
    pub fn with_hosting(mut self, hosting: Hosting) -> Self {
        self.hosting = hosting;
        self
    }

    /// What carries the emulations for the adapter of this runner.
    pub fn hosting(&self) -> Hosting {
        self.hosting.suiting(&self.adapter.about())
    }

    /// The features that the adapter lacks for a case; a case that it lacks one for is skipped.
    pub fn missing(&self, case: &Case) -> Vec<Feature> {
        self.hosting().missing(&self.adapter.about(), case)
    }

    /// Runs `cases` and gives back their results in the same order.
    pub async fn run<'a>(&self, cases: impl IntoIterator<Item = &'a Case>) -> Run {
        let cases: Vec<Case> = cases.into_iter().cloned().collect();
        let results = stream::iter(cases).map(|case| self.run_case(case)).buffered(self.jobs).collect().await;
        Run { adapter: self.adapter.about(), results }
    }

    /// Runs one case. It never fails: whatever goes wrong is an outcome.
    pub async fn run_case(&self, case: Case) -> CaseResult {
        let started = now();
        let about = self.adapter.about();
        if !about.providers.iter().any(|provider| provider == case.provider) {
            return unjudged(case, Outcome::Skipped, "the adapter does not serve this provider".to_owned());
        }
        let missing: Vec<&str> = self.missing(&case).into_iter().map(Feature::as_str).collect();
        if !missing.is_empty() {
            return unjudged(case, Outcome::Skipped, format!("the adapter lacks: {}", missing.join(", ")));
        }
        // On a task of its own, so that a panic of the harness costs one case. The adapter has another one.
        let trial = tokio::spawn(try_case(self.clone(), case.clone()));
        let mut result = trial.await.unwrap_or_else(|error| {
            let reason = format!("the harness failed, please report it: {}", ending(error));
            unjudged(case, Outcome::CouldNotRun, reason)
        });
        result.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        result
    }
}

#[expect(clippy::disallowed_methods, reason = "the duration of a case is measured, nothing is decided by it")]
fn now() -> Instant {
    Instant::now()
}

fn unjudged(case: Case, outcome: Outcome, reason: String) -> CaseResult {
    CaseResult {
        case,
        outcome,
        mismatches: Vec::new(),
        reason: Some(reason),
        duration_ms: 0,
        exchanges: Vec::new(),
        refused_by: BTreeSet::new(),
        stderr: String::new(),
    }
}

/// How a task ended that did not end by itself.
fn ending(error: JoinError) -> String {
    let panic = match error.try_into_panic() {
        Ok(panic) => panic,
        Err(error) => return error.to_string(),
    };
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", message.unwrap_or("it did not say why"))
}

async fn try_case(runner: Runner, case: Case) -> CaseResult {
    let hosting = runner.hosting();
    let Runner { adapter, limit, .. } = runner;
    let host = match Host::start(&case, hosting).await {
        Ok(host) => host,
        Err(error) => {
            let reason = format!("no emulation could be started: {error}; run fewer cases at once with --jobs");
            return unjudged(case, Outcome::CouldNotRun, reason);
        }
    };
    let mut trial = Trial {
        host: &host,
        case: &case,
        mismatches: Vec::new(),
        secrets: Vec::new(),
        names: Names::default(),
        stderr: String::new(),
    };
    if tokio::time::timeout(limit, trial.steps(&adapter)).await.is_err() {
        trial.mismatches.push(Mismatch {
            step: None,
            expected: format!("a case that ends within {limit:?}"),
            came: "it was still running".to_owned(),
        });
    }
    trial.finish()
}

/// A case under way.
struct Trial<'a> {
    host: &'a Host,
    case: &'a Case,
    mismatches: Vec<Mismatch>,
    secrets: Vec<String>,
    names: Names,
    stderr: String,
}

impl Trial<'_> {
    async fn steps(&mut self, adapter: &Arc<dyn Adapter>) {
        let mut previous = None;
        let has = adapter.about().features;
        for (number, step) in (1..).zip(&self.case.steps) {
            let mut caller = self.host.session().caller();
            caller.credentials.retain(|known| has.contains(&Credentials::from(known.clone()).feature()));
            let request = match self.case.request(number, step, caller, self.host.base_url(), self.host.ca_pem()) {
                Ok(request) => request,
                Err(problem) => {
                    self.miss(number, problem, "a world without it".to_owned());
                    return;
                }
            };
            self.secrets.extend(request.credentials.secrets());
            let before = {
                let mut session = self.host.session();
                session.advance(step.after.unwrap_or_default());
                session.journal().last_number()
            };
            self.names.begin_step(before, judge::names(&request));
            let Attempt { answer, stderr } = attempt(adapter, request.clone()).await.unwrap_or_else(|error| {
                Attempt::from(Breach::new(format!("no answer of the adapter: {}", ending(error))))
            });
            self.stderr.push_str(&stderr);
            let result = match answer {
                Ok(result) => result,
                Err(breach) => {
                    self.miss(number, "a result or an error", breach.to_string());
                    continue;
                }
            };
            let session = self.host.session();
            let exchanges: Vec<Exchange> =
                session.journal().exchanges().filter(|exchange| exchange.number > before).cloned().collect();
            let evidence =
                Evidence { session: &session, request: &request, exchanges: &exchanges, previous: previous.as_ref() };
            let judgement = judge::judge(&step.expect, &result, &evidence);
            drop(session);
            previous = judgement.credential.or(previous);
            for (expected, came) in judgement.mismatches {
                self.miss(number, expected, came);
            }
            if exchanges.is_empty() && self.case.asks_the_provider(step) {
                self.miss(number, "an error that the provider caused", "no request reached the provider");
            }
        }
    }

    fn miss(&mut self, step: usize, expected: impl Into<String>, came: impl Into<String>) {
        self.mismatches.push(Mismatch { step: Some(step), expected: expected.into(), came: came.into() });
    }

    /// Judges the wire and makes the result, redacted.
    fn finish(self) -> CaseResult {
        let Self { host, case, mut mismatches, secrets, names, stderr } = self;
        let session = host.session();
        let redactor = session.redactor().and(secrets);
        let exchanges: Vec<Exchange> = session.journal().exchanges().cloned().collect();
        drop(session);
        let elsewhere = host.elsewhere();
        for (expected, came) in judge::judge_wire(
            case,
            &Wire { exchanges: &exchanges, elsewhere: &elsewhere, connections: host.connections() },
            &names,
            &redactor,
        ) {
            mismatches.push(Mismatch { step: None, expected, came });
        }
        if redactor.finds_secret(&stderr) {
            mismatches.push(Mismatch {
                step: None,
                expected: "standard error that holds no secret".to_owned(),
                came: "standard error that holds a credential".to_owned(),
            });
        }
        for miss in &mut mismatches {
            miss.came = redactor.text(&miss.came);
            miss.expected = redactor.text(&miss.expected);
        }
        let broken = exchanges.iter().find(|exchange| exchange.reply.decision.verdict == Verdict::HarnessError);
        let reason = broken.map(|exchange| exchange.reply.decision.explanation.clone());
        let shown = exchanges.iter().map(|exchange| ShownExchange::new(exchange, "provider", &redactor));
        let shown = shown.chain(elsewhere.iter().map(|exchange| ShownExchange::new(exchange, "elsewhere", &redactor)));
        CaseResult {
            outcome: match (&reason, mismatches.is_empty()) {
                (Some(_), _) => Outcome::CouldNotRun,
                (None, true) => Outcome::Passed,
                (None, false) => Outcome::Failed,
            },
            exchanges: shown.collect(),
            refused_by: exchanges.iter().flat_map(refusals).collect(),
            stderr: redactor.text(&stderr),
            case: case.clone(),
            mismatches,
            reason,
            duration_ms: 0,
        }
    }
}

/// The clauses by which an exchange was refused, and those of complaints.
fn refusals(exchange: &Exchange) -> impl Iterator<Item = &'static str> {
    let decision = &exchange.reply.decision;
    let refusal = (decision.verdict == Verdict::Refused).then_some(decision.clause);
    refusal.into_iter().chain(exchange.reply.complaints.iter().map(|complaint| complaint.clause))
}

/// Asks the adapter on a task of its own: its panic, or its blocking a thread, does not take the harness along.
async fn attempt(adapter: &Arc<dyn Adapter>, request: FetchRequest) -> Result<Attempt, JoinError> {
    let adapter = Arc::clone(adapter);
    let mut fetching = Fetching(tokio::spawn(async move { adapter.attempt(request).await }));
    (&mut fetching.0).await
}

/// A fetch under way, which ends when the limit of its case does.
struct Fetching(JoinHandle<Attempt>);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.abort();
    }
}
