use std::fmt::Write as _;

use clap::Args;
use kubeproof::conformance::Case;
use serde_json::json;

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::selection::{Part, Source, Which};

/// Lists the cases there are
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    part: Part,

    #[command(flatten)]
    source: Source,

    /// Print a JSON array instead
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) fn run(self) -> u8 {
        let suite = match self.source.suite() {
            Ok(suite) => suite,
            Err(code) => return code,
        };
        let cases = match self.which.cases(&suite) {
            Ok(cases) => self.part.of(cases),
            Err(code) => return code,
        };
        let text = if self.json { Text::ForPrograms(as_json(&cases)) } else { Text::ForPeople(as_lines(&cases)) };
        match print(&text) {
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => {
                complain(format_args!("cannot print: {error}"));
                exit_code::COULD_NOT_RUN
            }
        }
    }
}

fn as_lines(cases: &[&Case]) -> String {
    let widest = cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "{:widest$}  {:6}  {:10}  {}", case.id, case.level, case.provenance, case.title);
    }
    let _ = writeln!(out, "{} cases", cases.len());
    out
}

fn as_json(cases: &[&Case]) -> String {
    let cases: Vec<_> = cases
        .iter()
        .map(|case| {
            json!({
                "id": case.id,
                "provider": case.provider,
                "title": case.title,
                "level": case.level,
                "provenance": case.provenance,
                "clauses": case.clauses,
                "edition": case.edition.to_string(),
                "needs": case.needs,
                "takes_one_of": case.takes_one_of,
                "file": case.place.file,
                "line": case.place.line,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(cases))
}
