use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::Args;
use clap::builder::PossibleValuesParser;
use kubeproof::conformance::Provenance;
use kubeproof::conformance::coverage::{Coverage, coverage};
use kubeproof::emulator::providers::PROVIDERS;
use serde_json::json;

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::selection::Source;

const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// Lists every clause, its source, and the cases that judge by it
///
/// Fails when a clause has neither a case nor a reason why it cannot be seen from outside.
#[derive(Args)]
pub(crate) struct Clauses {
    /// Only clauses of this provider
    #[arg(long = "provider", value_name = "PROVIDER", value_parser = PossibleValuesParser::new(PROVIDERS))]
    providers: Vec<String>,

    #[command(flatten)]
    source: Source,

    /// Print a JSON array instead
    #[arg(long)]
    json: bool,
}

impl Clauses {
    pub(crate) fn run(self) -> u8 {
        let suite = match self.source.suite() {
            Ok(suite) => suite,
            Err(code) => return code,
        };
        let rows: Vec<Coverage<'_>> = coverage(&suite)
            .into_iter()
            .filter(|row| self.providers.is_empty() || self.providers.iter().any(|name| name == row.provider.name))
            .collect();
        if rows.is_empty() {
            complain("there are no clauses of this provider in these fixtures");
            return exit_code::TOO_FEW_RAN;
        }
        let text = if self.json { Text::ForPrograms(as_json(&rows)) } else { Text::ForPeople(as_lines(&rows)) };
        if let Err(error) = print(&text) {
            complain(format_args!("cannot print: {error}"));
            return exit_code::COULD_NOT_RUN;
        }
        let missing: Vec<&str> = rows.iter().filter(|row| row.is_missing()).map(|row| row.clause.id.as_str()).collect();
        if missing.is_empty() {
            return exit_code::CONFORMANT;
        }
        complain(format_args!(
            "no case judges by {}; write one, or say under `not-observable` why none can",
            missing.join(", ")
        ));
        exit_code::FAILED
    }
}

fn as_lines(rows: &[Coverage<'_>]) -> String {
    let mut out = String::new();
    for group in rows.chunk_by(|a, b| a.provider.name == b.provider.name) {
        let Some(first) = group.first() else { continue };
        let provider = first.provider;
        // Writing to a String does not fail.
        let _ = writeln!(out, "{STRONG}{}{STRONG:#}  {}", provider.name, provider.title);
        for (date, note) in &provider.editions {
            let _ = writeln!(out, "  edition {date}: {note}");
        }
        for row in group {
            let clause = row.clause;
            let _ = writeln!(out, "  {STRONG}{}{STRONG:#} ({})", clause.id, clause.provenance);
            let _ = writeln!(out, "    {}\n    {FAINT}{}{FAINT:#}", clause.statement, clause.source);
            for case in &row.cases {
                let _ = writeln!(out, "    - {case}");
            }
            match &clause.not_observable {
                Some(reason) => {
                    let _ = writeln!(out, "    not observable: {reason}");
                }
                None if row.cases.is_empty() => {
                    let _ = writeln!(out, "    {BAD}no case{BAD:#}");
                }
                None => {}
            }
        }
        out.push('\n');
    }
    for provenance in Provenance::ALL {
        let of_it: Vec<_> = rows.iter().filter(|row| row.clause.provenance == provenance).collect();
        let covered = of_it.iter().filter(|row| !row.cases.is_empty()).count();
        let hidden = of_it.iter().filter(|row| row.cases.is_empty() && row.clause.not_observable.is_some()).count();
        let _ = writeln!(
            out,
            "{:10}  {:3} clauses: {covered} with a case, {hidden} not observable, {} without a case",
            provenance,
            of_it.len(),
            of_it.len() - covered - hidden
        );
    }
    out
}

fn as_json(rows: &[Coverage<'_>]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.clause.id,
                "provider": row.provider.name,
                "statement": row.clause.statement,
                "source": row.clause.source,
                "provenance": row.clause.provenance,
                "not_observable": row.clause.not_observable,
                "cases": row.cases,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}
