use serde::Serialize;

use crate::adapter::About;
use crate::case::Level;
use crate::clause::Provenance;
use crate::judge::Mismatch;
use crate::outcome::{Outcome, Run, ShownExchange, Summary};

/// `kubeproof.report/1`: other programs are written against it, so fields are only ever added.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    adapter: &'a About,
    summary: Summary,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    id: &'a str,
    provider: &'a str,
    title: &'a str,
    level: Level,
    provenance: Provenance,
    clauses: &'a [String],
    outcome: Outcome,
    message: String,
    mismatches: &'a [Mismatch],
    duration_ms: u64,
    exchanges: &'a [ShownExchange],
}

#[expect(clippy::expect_used, reason = "only a map with keys that are no strings could fail, and there is none")]
pub(super) fn render(run: &Run) -> String {
    let cases = run.results.iter().map(|result| Case {
        id: &result.case.id,
        provider: result.case.provider,
        title: &result.case.title,
        level: result.case.level,
        provenance: result.case.provenance,
        clauses: &result.case.clauses,
        outcome: result.outcome,
        message: result.message(),
        mismatches: &result.mismatches,
        duration_ms: result.duration_ms,
        exchanges: &result.exchanges,
    });
    let report =
        Report { schema: "kubeproof.report/1", adapter: &run.adapter, summary: run.summary(), cases: cases.collect() };
    let mut text = serde_json::to_string_pretty(&report).expect("a report is JSON");
    text.push('\n');
    text
}
