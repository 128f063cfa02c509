use serde::{Deserialize, Serialize, Serializer};

use super::ReportedShard;
use crate::adapter::About;
use crate::case::{Level, Place};
use crate::clause::{Clause, Provenance};
use crate::judge::Mismatch;
use crate::outcome::{CaseResult, Outcome, Run, ShownExchange, Summary};
use crate::suite::Suite;

/// What came of a run, with all that is needed to show it: every format is made of it alone.
///
/// As JSON it is `kubeproof.report/1`. Other programs are written against that, so fields are only ever added.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
/// use kubeproof_conformance::adapter::{About, Failure, FailureKind, adapter_fn};
/// use kubeproof_conformance::report::{Format, Report};
/// use kubeproof_conformance::{Runner, Suite};
///
/// let suite = Suite::embedded().unwrap();
/// let hopeless = adapter_fn(About::new("hopeless", "1.0.0", ["ucs"]), |_| async { Err(Failure::new(FailureKind::Error)) });
/// let run = Runner::new(Arc::new(hopeless)).run(suite.cases().take(1)).await;
///
/// let report = Report::of(&run, &suite);
/// let read = Report::from_json("report.json", &report.render(Format::Json)).unwrap();
/// assert_eq!(read, report);
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Report {
    /// The adapter that was judged.
    pub adapter: About,
    /// What came of each case, in the order of the suite.
    pub cases: Vec<ReportedCase>,
    /// The providers of these cases.
    #[serde(default)]
    pub providers: Vec<ReportedProvider>,
    /// The clauses that these cases cite, by their ids.
    #[serde(default)]
    pub clauses: Vec<Clause>,
    /// Which shard of a run it is of; `None` for a whole one.
    #[serde(default)]
    pub shard: Option<ReportedShard>,
}

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCase {
    /// Its id.
    pub id: String,
    /// Its provider.
    pub provider: String,
    /// What holds, as a sentence.
    #[serde(default)]
    pub title: String,
    /// Whether the documents demand it.
    pub level: Level,
    /// The provenance of its weakest clause.
    pub provenance: Provenance,
    /// The ids of the clauses that it judges by.
    pub clauses: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// What is to be said of the outcome, on one line; empty when it passed.
    pub message: String,
    /// What was not as expected.
    #[serde(default)]
    pub mismatches: Vec<Mismatch>,
    /// How long it took, in milliseconds of wall-clock time.
    pub duration_ms: u64,
    /// What was on the wire, redacted.
    #[serde(default)]
    pub exchanges: Vec<ShownExchange>,
    /// Where the case is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Why it was skipped or could not run, or why the baseline expects it to fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the adapter's process wrote to standard error meanwhile, redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
}

/// A provider, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedProvider {
    /// Its name.
    pub name: String,
    /// What its endpoint is called.
    pub title: String,
}

impl Report {
    /// The report of a run over `suite`.
    pub fn of(run: &Run, suite: &Suite) -> Self {
        let cases: Vec<ReportedCase> = run.results.iter().map(ReportedCase::of).collect();
        let has_cases = |name: &str| cases.iter().any(|case| case.provider == name);
        let providers = suite.providers().iter().filter(|provider| has_cases(provider.name));
        let providers = providers
            .map(|provider| ReportedProvider { name: provider.name.to_owned(), title: provider.title.clone() });
        let is_cited = |clause: &&Clause| cases.iter().any(|case| case.clauses.contains(&clause.id));
        let mut clauses: Vec<Clause> = suite.clauses().filter(is_cited).cloned().collect();
        // An order that shards can be put back into.
        clauses.sort_by(|a, b| a.id.cmp(&b.id));
        Self { adapter: run.adapter.clone(), providers: providers.collect(), clauses, cases, shard: None }
    }

    /// How many cases had each outcome.
    pub fn summary(&self) -> Summary {
        self.cases.iter().map(|case| case.outcome).collect()
    }

    /// The adapter's name and version, and which shard of a run it is of.
    pub fn title(&self) -> String {
        let shard = self.shard.as_ref().map(|of| format!(" (shard {})", of.shard())).unwrap_or_default();
        format!("{} {}{shard}", self.adapter.name, self.adapter.version)
    }

    /// The clauses that a case cites, as far as the report has them.
    pub(super) fn clauses_of<'a>(&'a self, case: &'a ReportedCase) -> impl Iterator<Item = &'a Clause> {
        case.clauses.iter().filter_map(|id| self.clauses.iter().find(|clause| clause.id == *id))
    }

    /// The cases with this outcome.
    pub(super) fn with(&self, outcome: Outcome) -> impl Iterator<Item = &ReportedCase> {
        self.cases.iter().filter(move |case| case.outcome == outcome)
    }

    /// Each provider with its cases, in the order in which both are listed everywhere.
    pub(super) fn by_provider(&self) -> impl Iterator<Item = (ReportedProvider, Vec<&ReportedCase>)> {
        let mut names: Vec<&str> = self.providers.iter().map(|provider| provider.name.as_str()).collect();
        for case in &self.cases {
            if !names.contains(&case.provider.as_str()) {
                names.push(&case.provider);
            }
        }
        names.into_iter().filter_map(|name| {
            let cases: Vec<&ReportedCase> = self.cases.iter().filter(|case| case.provider == name).collect();
            let known = self.providers.iter().find(|provider| provider.name == name).cloned();
            let provider = known.unwrap_or_else(|| ReportedProvider { name: name.to_owned(), title: String::new() });
            (!cases.is_empty()).then_some((provider, cases))
        })
    }
}

impl ReportedCase {
    fn of(result: &CaseResult) -> Self {
        let case = &result.case;
        Self {
            id: case.id.clone(),
            provider: case.provider.to_owned(),
            title: case.title.clone(),
            level: case.level,
            provenance: case.provenance,
            clauses: case.clauses.clone(),
            outcome: result.outcome,
            message: result.message(),
            mismatches: result.mismatches.clone(),
            duration_ms: result.duration_ms,
            exchanges: result.exchanges.clone(),
            place: Some(case.place.clone()),
            reason: result.reason.clone(),
            stderr: (!result.stderr.is_empty()).then(|| result.stderr.clone()),
        }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            schema: &'static str,
            adapter: &'a About,
            summary: Summary,
            cases: &'a [ReportedCase],
            providers: &'a [ReportedProvider],
            clauses: &'a [Clause],
            #[serde(skip_serializing_if = "Option::is_none")]
            shard: Option<&'a ReportedShard>,
        }
        Written {
            schema: super::SCHEMA,
            adapter: &self.adapter,
            summary: self.summary(),
            cases: &self.cases,
            providers: &self.providers,
            clauses: &self.clauses,
            shard: self.shard.as_ref(),
        }
        .serialize(serializer)
    }
}
