use std::fmt::Write as _;

use serde::Serialize;

use super::visible::{visible, visible_lines};
use super::{Report, ReportedCase};
use crate::case::Level;
use crate::clause::Provenance;
use crate::outcome::Outcome;

/// <https://testanything.org/tap-version-14-specification.html>
pub(super) fn render(reports: &[Report]) -> String {
    let mut out = "TAP version 14\n".to_owned();
    match reports {
        [report] => out.push_str(&plan(report)),
        several => {
            // Writing to a String does not fail.
            let _ = writeln!(out, "1..{}", several.len());
            for (number, report) in (1..).zip(several) {
                let title = escaped(&report.title());
                let _ = writeln!(out, "# Subtest: {title}");
                plan(report).lines().for_each(|line| out.push_str(&format!("    {line}\n")));
                let ok = if report.cases.iter().all(|case| is_ok(case.outcome) || is_known(case.outcome)) {
                    "ok"
                } else {
                    "not ok"
                };
                let _ = writeln!(out, "{ok} {number} - {title}");
            }
        }
    }
    out
}

/// The cases of one adapter.
fn plan(report: &Report) -> String {
    let mut out = format!("1..{}\n", report.cases.len());
    let mut number = 0;
    for (provider, cases) in report.by_provider() {
        let _ = writeln!(out, "# {}", visible(&format!("{}  {}", provider.name, provider.title)));
        for case in cases {
            number += 1;
            out.push_str(&point(number, case, report));
        }
    }
    out
}

fn is_ok(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Passed | Outcome::Skipped)
}

fn is_known(outcome: Outcome) -> bool {
    outcome == Outcome::ExpectedFailure
}

/// One case. A pass that the baseline does not expect is `not ok`: as `# TODO` nobody would hear of it.
fn point(number: usize, case: &ReportedCase, report: &Report) -> String {
    let ok = if is_ok(case.outcome) { "ok" } else { "not ok" };
    let directive = match case.outcome {
        Outcome::Skipped => format!(" # SKIP {}", escaped(&case.message)),
        Outcome::ExpectedFailure => {
            format!(" # TODO {}", escaped(case.reason.as_deref().unwrap_or("the baseline expects it")))
        }
        Outcome::Passed | Outcome::Failed | Outcome::UnexpectedPass | Outcome::CouldNotRun => String::new(),
    };
    let mut out = format!("{ok} {number} - {}{directive}\n", escaped(&case.id));
    if !is_ok(case.outcome) {
        out.push_str("  ---\n");
        diagnostics(case, report).lines().for_each(|line| out.push_str(&format!("  {line}\n")));
        out.push_str("  ...\n");
    }
    out
}

/// Text on the line of a test point.
fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}

#[derive(Serialize)]
struct Diagnostics {
    outcome: Outcome,
    title: String,
    message: String,
    level: Level,
    provenance: Provenance,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    clauses: Vec<CitedClause>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mismatches: Vec<Missed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr: Option<String>,
}

#[derive(Serialize)]
struct At {
    file: String,
    line: u64,
    column: u64,
}

#[derive(Serialize)]
struct CitedClause {
    id: String,
    statement: String,
    source: String,
}

#[derive(Serialize)]
struct Missed {
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    expected: String,
    came: String,
}

/// YAML that readers of 1.1 and of 1.2 read alike.
#[expect(clippy::expect_used, reason = "it is made of maps with names, lists and text")]
fn diagnostics(case: &ReportedCase, report: &Report) -> String {
    let diagnostics = Diagnostics {
        outcome: case.outcome,
        title: visible(&case.title),
        message: visible(&case.message),
        level: case.level,
        provenance: case.provenance,
        duration_ms: case.duration_ms,
        at: case.place.as_ref().map(|at| At { file: visible(&at.file), line: at.line, column: at.column }),
        clauses: report
            .clauses_of(case)
            .map(|clause| CitedClause {
                id: visible(&clause.id),
                statement: visible(&clause.statement),
                source: visible(&clause.source),
            })
            .collect(),
        mismatches: case
            .mismatches
            .iter()
            .map(|miss| Missed { step: miss.step, expected: visible(&miss.expected), came: visible(&miss.came) })
            .collect(),
        stderr: case.stderr.as_deref().map(visible_lines),
    };
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(&diagnostics, options).expect("diagnostics are YAML")
}
