use std::fmt::Write as _;

use clap::Args;
use kubeproof::conformance::{Case, Suite, nearest};

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::selection::Source;

/// Explains one case: what it does, why, and how to run it alone
#[derive(Args)]
pub(crate) struct Explain {
    /// The id of the case
    #[arg(value_name = "CASE")]
    case: String,

    #[command(flatten)]
    source: Source,
}

impl Explain {
    pub(crate) fn run(self) -> u8 {
        let suite = match self.source.suite() {
            Ok(suite) => suite,
            Err(code) => return code,
        };
        let Some(case) = suite.case(&self.case) else {
            complain(unknown(&self.case, &suite));
            return exit_code::USAGE;
        };
        match print(&Text::ForPeople(explanation(case, &suite))) {
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => {
                complain(format_args!("cannot print: {error}"));
                exit_code::COULD_NOT_RUN
            }
        }
    }
}

fn unknown(id: &str, suite: &Suite) -> String {
    let folder = format!("{}/", id.trim_end_matches('/'));
    if suite.cases().any(|case| case.id.starts_with(&folder)) {
        return format!("`{id}` is several cases; see `kubeproof list {id}`");
    }
    match nearest(id, suite.cases().map(|case| case.id.as_str())) {
        Some(similar) => format!("there is no case `{id}`; did you mean `{similar}`?"),
        None => format!("there is no case `{id}`; see `kubeproof list`"),
    }
}

fn explanation(case: &Case, suite: &Suite) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(out, "{}\n  {}", case.id, case.title);
    let _ = writeln!(
        out,
        "  level {}, provenance {}, edition {}@{}",
        case.level, case.provenance, case.provider, case.edition
    );
    let needs: Vec<&str> = case.needs.iter().map(|need| need.as_str()).collect();
    let _ = writeln!(out, "  an adapter needs: {}", needs.join(", "));
    let _ = writeln!(out, "\nWhy");
    for clause in case.clauses.iter().filter_map(|id| suite.clause(id)) {
        let _ =
            writeln!(out, "  {} ({})\n    {}\n    {}", clause.id, clause.provenance, clause.statement, clause.source);
    }
    let _ = writeln!(out, "\nWhat ({})", case.place);
    for line in case.source.lines() {
        let _ = writeln!(out, "  {line}");
    }
    let session = case.session();
    let caller = session.caller();
    let ids: Vec<String> = caller.cluster.iter().map(|(name, id)| format!("{name} {id}")).collect();
    let _ = writeln!(out, "\nA step that names no cluster asks for {}.", ids.join(", "));
    let _ = writeln!(
        out,
        "\nAlone\n  kubeproof check {}\n  kubeproof check {} --report json=-    with every exchange",
        case.id, case.id
    );
    out
}
