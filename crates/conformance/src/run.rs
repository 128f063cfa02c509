//! Runs cases against an adapter.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;
use kubeproof_emulator::host::WiremockHost;
use kubeproof_emulator::{CallerCredentials, Exchange, Verdict};

use crate::adapter::{Adapter, Credentials, Feature, FetchRequest};
use crate::case::{Case, CredentialChoice, Step};
use crate::judge::{self, Evidence, Mismatch};
use crate::outcome::{CaseResult, Outcome, Run, ShownExchange};

/// Runs cases, each against an emulation of its own.
#[derive(Clone)]
pub struct Runner {
    adapter: Arc<dyn Adapter>,
    jobs: usize,
    limit: Duration,
}

impl Runner {
    /// How long a case may take unless told otherwise.
    pub const DEFAULT_LIMIT: Duration = Duration::from_secs(10);

    /// A runner that works on as many cases at once as there are processors.
    pub fn new(adapter: Arc<dyn Adapter>) -> Self {
        let jobs = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        Self { adapter, jobs, limit: Self::DEFAULT_LIMIT }
    }

    /// The same runner, working on `jobs` cases at once.
    #[must_use]
    pub fn with_jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = jobs.get();
        self
    }

    /// The same runner, giving each case this long.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
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
        let missing: Vec<&str> =
            case.needs.iter().filter(|need| !about.features.contains(need)).map(|need| need.as_str()).collect();
        if !missing.is_empty() {
            return unjudged(case, Outcome::Skipped, format!("the adapter lacks: {}", missing.join(", ")));
        }
        let tells_kinds = judge::tells_kinds(&about.features);
        // On a task of its own, a panic of the adapter is this case's failure and nobody else's.
        let trial = tokio::spawn(try_case(Arc::clone(&self.adapter), case.clone(), self.limit, tells_kinds));
        let mut result = match trial.await {
            Ok(result) => result,
            Err(error) => {
                let came = match error.try_into_panic() {
                    Ok(panic) => format!("the adapter panicked: {}", panic_message(panic.as_ref())),
                    Err(error) => format!("the task was ended: {error}"),
                };
                failed(case, vec![Mismatch { step: None, expected: "a result or an error".to_owned(), came }])
            }
        };
        result.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        result
    }
}

#[expect(clippy::disallowed_methods, reason = "the duration of a case is measured, nothing is decided by it")]
fn now() -> Instant {
    Instant::now()
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it did not say why")
}

fn unjudged(case: Case, outcome: Outcome, reason: String) -> CaseResult {
    CaseResult { case, outcome, mismatches: Vec::new(), reason: Some(reason), duration_ms: 0, exchanges: Vec::new() }
}

fn failed(case: Case, mismatches: Vec<Mismatch>) -> CaseResult {
    CaseResult { case, outcome: Outcome::Failed, mismatches, reason: None, duration_ms: 0, exchanges: Vec::new() }
}

async fn try_case(adapter: Arc<dyn Adapter>, case: Case, limit: Duration, tells_kinds: bool) -> CaseResult {
    let host = WiremockHost::start(case.session()).await;
    let mut trial = Trial { host: &host, case: &case, mismatches: Vec::new(), secrets: Vec::new(), names: None };
    if tokio::time::timeout(limit, trial.steps(adapter.as_ref(), tells_kinds)).await.is_err() {
        trial.mismatches.push(Mismatch {
            step: None,
            expected: format!("a case that ends within {} seconds", limit.as_secs()),
            came: "it was still running".to_owned(),
        });
    }
    let Trial { mismatches, secrets, names, .. } = trial;
    finish(&host, case.clone(), mismatches, secrets, &names.unwrap_or_default())
}

/// A case under way.
struct Trial<'a> {
    host: &'a WiremockHost,
    case: &'a Case,
    mismatches: Vec<Mismatch>,
    secrets: Vec<String>,
    names: Option<std::collections::BTreeMap<String, String>>,
}

impl Trial<'_> {
    async fn steps(&mut self, adapter: &dyn Adapter, tells_kinds: bool) {
        let mut previous = None;
        for (number, step) in (1..).zip(&self.case.steps) {
            let request = match self.request(number, step) {
                Ok(request) => request,
                Err(problem) => {
                    self.miss(number, problem, "a world without it".to_owned());
                    return;
                }
            };
            self.secrets.extend(request.credentials.secrets());
            self.names.get_or_insert_with(|| judge::names(&request));
            if let Some(after) = step.after {
                self.host.session().advance(after);
            }
            let before = self.host.session().journal().recorded();
            let result = adapter.fetch(request.clone()).await;
            let session = self.host.session();
            let exchanges: Vec<Exchange> =
                session.journal().exchanges().filter(|exchange| exchange.number > before).cloned().collect();
            let evidence = Evidence {
                session: &session,
                request: &request,
                exchanges: &exchanges,
                previous: previous.as_ref(),
                tells_kinds,
            };
            let judgement = judge::judge(&step.expect, &result, &evidence);
            drop(session);
            previous = judgement.credential;
            for (expected, came) in judgement.mismatches {
                self.miss(number, expected, came);
            }
        }
    }

    fn miss(&mut self, step: usize, expected: String, came: String) {
        self.mismatches.push(Mismatch { step: Some(step), expected, came });
    }

    /// What the adapter is asked in a step.
    fn request(&self, number: usize, step: &Step) -> Result<FetchRequest, String> {
        let caller = self.host.session().caller();
        let of_the_world = |kind: Option<Feature>| {
            let mut known = caller.credentials.iter().cloned().map(credentials);
            known.find(|credentials| kind.is_none_or(|kind| credentials.feature() == kind))
        };
        let credentials = match &step.fetch.credentials {
            None => of_the_world(None),
            Some(CredentialChoice::OfTheWorld(kind)) => of_the_world(Some(*kind)),
            Some(CredentialChoice::Literal(credentials)) => Some(credentials.clone()),
        };
        let mut cluster = caller.cluster;
        cluster.extend(step.fetch.cluster.0.clone());
        Ok(FetchRequest {
            id: format!("{}#{number}", self.case.id),
            provider: self.case.provider.to_owned(),
            base_url: self.host.base_url(),
            ca_pem: None,
            credentials: credentials.ok_or("a world with such credentials")?,
            cluster,
            options: step.fetch.options.clone(),
            timeout_ms: 5_000,
        })
    }
}

/// Judges the wire and makes the result, redacted.
fn finish(
    host: &WiremockHost,
    case: Case,
    mut mismatches: Vec<Mismatch>,
    secrets: Vec<String>,
    names: &std::collections::BTreeMap<String, String>,
) -> CaseResult {
    let session = host.session();
    let redactor = session.redactor().and(secrets);
    let exchanges: Vec<Exchange> = session.journal().exchanges().cloned().collect();
    drop(session);
    let elsewhere = host.elsewhere();
    for (expected, came) in judge::judge_wire(&case, &exchanges, &elsewhere, names, &redactor) {
        mismatches.push(Mismatch { step: None, expected, came });
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
        case,
        mismatches,
        reason,
        duration_ms: 0,
    }
}

/// The emulator's credentials in the words of the adapter protocol.
pub(crate) fn credentials(caller: CallerCredentials) -> Credentials {
    match caller {
        CallerCredentials::Bearer(bearer) => Credentials::Bearer { bearer },
        CallerCredentials::Token(token) => Credentials::Token { token },
        CallerCredentials::AccessKey { access_key, secret_key } => Credentials::AccessKey { access_key, secret_key },
    }
}
