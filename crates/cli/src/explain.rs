use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use kubeproof::conformance::by_hand::{Reached, quoted};
use kubeproof::conformance::{Case, Suite};
use kubeproof::emulator::host::server::Transport;

use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::selection::Source;
use crate::serve::listen::usual_url;

/// Explains one case: what it does, why, how to run it alone, and how to make its steps by hand
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
        let case = match self.source.case(&suite, &self.case) {
            Ok(case) => case,
            Err(code) => return code,
        };
        let text =
            explanation(case, &suite) + &alone(case, self.source.folder()) + &by_hand(case, self.source.folder());
        match print(&Text::ForPeople(text)) {
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => {
                complain(format_args!("cannot print: {error}"));
                exit_code::COULD_NOT_RUN
            }
        }
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
    let _ = write!(out, "  an adapter needs: {}", needs.join(", "));
    if !case.takes_one_of.is_empty() {
        let kinds: Vec<&str> = case.takes_one_of.iter().map(|kind| kind.as_str()).collect();
        let _ = write!(out, "; and one of {}", kinds.join(", "));
    }
    out.push('\n');
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
    out
}

/// How to run a case alone.
fn alone(case: &Case, fixtures: Option<&Path>) -> String {
    let check = format!("kubeproof check {}{}", case.id, option(fixtures));
    format!("\nAlone\n  {check}\n  {check} --report json=-    with every exchange\n")
}

/// The option for a folder of fixtures, with the space before it.
fn option(fixtures: Option<&Path>) -> String {
    fixtures.map(|folder| format!(" --fixtures {}", quoted(&folder.display().to_string()))).unwrap_or_default()
}

/// How to make the steps of a case by hand.
fn by_hand(case: &Case, fixtures: Option<&Path>) -> String {
    const CA_FILE: &str = "kubeproof-ca.pem";
    let base_url = usual_url(case.transport);
    let admin_url = format!("{base_url}/_kubeproof/");
    let ca_file = (case.transport == Transport::Tls).then_some(CA_FILE);
    let mut serve = format!("kubeproof serve --case {}{}", case.id, option(fixtures));
    if let Some(file) = ca_file {
        serve = format!("{serve} --ca-file {file}");
    }
    let commands = case.by_hand(Reached { base_url: &base_url, admin_url: Some(&admin_url), ca_file });
    let mut out = format!("\nBy hand\n  {serve}\n  and then, in another shell,\n");
    for line in commands.lines() {
        // Writing to a String does not fail.
        let _ = writeln!(out, "  {line}");
    }
    out
}
