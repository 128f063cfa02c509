//! The `kubeproof` program: reads arguments, asks the libraries, prints.

mod adapter;
mod apart;
mod baseline;
mod check;
mod clauses;
mod completions;
mod config;
mod exit_code;
mod explain;
mod fetch;
mod list;
mod man;
mod merging;
mod new;
mod output;
mod progress;
mod prove;
mod provider;
mod replace;
mod report;
mod selection;
mod serve;
mod signals;
mod verdict;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::Color;

/// Proves that code which asks a cloud provider for cluster access ends up with a kubeconfig that works.
///
/// Five providers' endpoints are emulated as their documents say; cases, written as data, judge a client by what it
/// returns and by what it put on the wire. Every verdict names the clause of the document behind it.
#[derive(Parser)]
#[command(name = "kubeproof", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  kubeproof check                            judge the clients of this workspace
  kubeproof check ucs 'cce/redirects/*'      only these cases
  kubeproof check --report json=report.json  a report for programs
  kubeproof check --adapter 'python3 adapter.py'  judge a program that speaks the adapter protocol
  kubeproof report a.json b.json --html ab.html
  kubeproof new adapter node my-sdk          writes such a program, which runs at once
  kubeproof explain ucs/download/second-call-is-refused
  kubeproof serve --tls                      the emulations, for programs in any language
  kubeproof clauses --provider fireworks     what the documents say, and which case judges by it
  kubeproof prove                            what the suite would catch: clients that are broken on purpose
  kubeproof fetch digitalocean CLUSTER_ID --kubeconfig ~/.kube/config

Exit codes:
  0  conformant, or all that was asked for is done
  1  a case failed, a clause has no case, a saboteur got through, or a cluster could not be fetched
  2  wrong usage, or a bad case, clause, world, baseline or report file
  3  a baseline entry is stale: its case passes now
  4  nothing ran, or less than --min-ran
  5  could not run")]
struct Cli {
    /// When to use colors. NO_COLOR and CLICOLOR are honoured.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Report(report::Report),
    List(list::List),
    Explain(explain::Explain),
    Clauses(clauses::Clauses),
    Prove(prove::Prove),
    Serve(Box<serve::Serve>),
    Adapter(adapter::AdapterCommand),
    Fetch(fetch::Fetch),
    New(new::New),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Man),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` come this way too, and go to standard output.
            let wrong = error.use_stderr();
            let _ = error.print();
            return if wrong { exit_code::USAGE.into() } else { exit_code::CONFORMANT.into() };
        }
    };
    cli.color.apply();
    let code = match cli.command {
        Command::Check(check) => check.run(),
        Command::Report(report) => report.run(),
        Command::List(list) => list.run(),
        Command::Explain(explain) => explain.run(),
        Command::Clauses(clauses) => clauses.run(),
        Command::Prove(prove) => prove.run(),
        Command::Serve(serve) => serve.run(),
        Command::Adapter(adapter) => adapter.run(),
        Command::Fetch(fetch) => fetch.run(),
        Command::New(new) => new.run(),
        Command::Config(config) => config.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    code.into()
}
