//! `kubeproof config`: the kubeconfigs of this machine.

pub(crate) mod input;
mod lint;
mod merge;
mod view;

use clap::{Args, Subcommand};

/// Shows, checks and changes kubeconfigs
#[derive(Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    View(view::View),
    Lint(lint::Lint),
    Merge(merge::Merge),
}

impl Config {
    pub(crate) fn run(self) -> u8 {
        match self.command {
            Command::View(view) => view.run(),
            Command::Lint(lint) => lint.run(),
            Command::Merge(merge) => merge.run(),
        }
    }
}
