//! What came of a fetch, for people and for programs.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use kubeproof::conformance::report::{Destination, Format, Wanted};
use serde_json::{Map, Value, json};

use super::attempt::Failure;
use super::clusters::Ids;
use crate::apart::Used;
use crate::exit_code;
use crate::output::{Text, complain, misused, note, print};
use crate::report::{distinct, files, write};

/// The reports that are asked for.
#[derive(Args)]
pub(super) struct Reports {
    /// Write a report: human or json; the path - is standard output [default: human=-]
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<Wanted>,
}

/// What came of a fetch.
pub(super) struct Report {
    pub(super) provider: &'static str,
    pub(super) rows: Vec<Row>,
    /// What became of the file, in `kubeproof.merge/1`.
    pub(super) kubeconfig: Option<Value>,
    /// What is said besides, for people.
    pub(super) lines: String,
}

/// What came of one cluster.
pub(super) struct Row {
    pub(super) ids: Ids,
    /// What is known of the access, or why there is none.
    pub(super) outcome: Result<Map<String, Value>, Failure>,
}

/// What goes to standard output besides reports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StandardOutput {
    /// Nothing.
    Free,
    /// What was fetched.
    Taken,
}

impl Reports {
    /// Finds out whether each report has a place to go that no other file has, before anything is sent.
    ///
    /// # Errors
    /// The exit code, after saying which has none.
    pub(super) fn check(&self, output: StandardOutput, used: &[Used<'_>]) -> Result<(), u8> {
        let other = self.reports.iter().find(|wanted| !matches!(wanted.format, Format::Human | Format::Json));
        if let Some(Wanted { format, .. }) = other {
            return Err(misused(format_args!("--report: there is no {format} report of a fetch; take human or json")));
        }
        if output == StandardOutput::Taken && self.reports.iter().any(is_printed) {
            return Err(misused("--report: standard output is for what is fetched; give the report a file"));
        }
        distinct(&self.reports, used)
    }

    /// The files that reports are written to.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        files(&self.reports)
    }

    /// Writes every report, and says on standard error what failed. Gives the exit code.
    pub(super) fn write(&self, report: &Report, output: StandardOutput) -> u8 {
        for (row, failure) in report.failures() {
            complain(format_args!("{}: {failure} [{}]", row.ids, failure.kind()));
        }
        match (output, self.reports.iter().any(is_printed)) {
            (StandardOutput::Free, false) => {
                let text = format!("{}{}", report.lines, report.summary());
                if let Err(error) = print(&Text::ForPeople(text)) {
                    complain(format_args!("the report cannot be printed: {error}"));
                    return exit_code::COULD_NOT_RUN;
                }
            }
            (StandardOutput::Taken, _) | (StandardOutput::Free, true) => {
                let summary = report.summary();
                if !summary.is_empty() {
                    note(summary.trim_end());
                }
            }
        }
        for wanted in &self.reports {
            let text = match wanted.format {
                Format::Json => report.as_json(),
                _ => report.as_lines(),
            };
            if let Err(code) = write(wanted, text) {
                return code;
            }
        }
        if report.failures().next().is_some() { exit_code::FAILED } else { exit_code::CONFORMANT }
    }
}

fn is_printed(wanted: &Wanted) -> bool {
    wanted.destination == Destination::Stdout
}

impl Report {
    /// Says which context leads to a cluster.
    pub(super) fn name_context(&mut self, from: &str, context: &str) {
        let row = self.rows.iter_mut().find(|row| row.outcome.is_ok() && row.ids.to_string() == from);
        if let Some(Row { outcome: Ok(access), .. }) = row {
            access.insert("context".to_owned(), Value::from(context));
        }
    }

    /// Says that a cluster was fetched and its kubeconfig refused.
    pub(super) fn refuse(&mut self, from: &str, reason: &str) {
        for row in self.rows.iter_mut().filter(|row| row.ids.to_string() == from) {
            row.outcome = Err(Failure::Unusable(reason.to_owned()));
        }
    }

    fn failures(&self) -> impl Iterator<Item = (&Row, &Failure)> {
        self.rows.iter().filter_map(|row| row.outcome.as_ref().err().map(|failure| (row, failure)))
    }

    /// How many clusters were fetched, when there was more than one.
    fn summary(&self) -> String {
        if self.rows.len() < 2 {
            return String::new();
        }
        let failed = self.failures().count();
        format!("{} clusters: {} fetched, {failed} failed\n", self.rows.len(), self.rows.len().saturating_sub(failed))
    }

    fn as_lines(&self) -> String {
        let mut text = self.lines.clone();
        for (row, failure) in self.failures() {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}: failed: {failure} [{}]", row.ids, failure.kind());
        }
        text + &self.summary()
    }

    fn as_json(&self) -> String {
        let failed = self.failures().count();
        let clusters: Vec<Value> = self.rows.iter().map(Row::as_json).collect();
        let report = json!({
            "schema": "kubeproof.fetch/1",
            "provider": self.provider,
            "summary": {"fetched": clusters.len().saturating_sub(failed), "failed": failed},
            "clusters": clusters,
            "kubeconfig": self.kubeconfig,
        });
        format!("{report:#}\n")
    }
}

impl Row {
    fn as_json(&self) -> Value {
        let (outcome, access, error) = match &self.outcome {
            Ok(access) => ("fetched", Value::Object(access.clone()), Value::Null),
            Err(failure) => ("failed", Value::Null, of_failure(failure)),
        };
        json!({"cluster": self.ids.as_json(), "outcome": outcome, "access": access, "error": error})
    }
}

/// A failure in the words of the adapter protocol, and how often it was tried.
fn of_failure(failure: &Failure) -> Value {
    let message = failure.to_string();
    let Failure::Error(error) = failure else {
        return json!({"kind": failure.kind(), "message": message});
    };
    json!({
        "kind": failure.kind(),
        "status": error.status(),
        "code": error.code(),
        "message": message,
        "request_id": error.request_id(),
        "attempts": error.attempts(),
    })
}
