use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use kubeproof::conformance::{Case, Provenance, Selection, SelectionError, Shard, Suite, nearest};
use kubeproof::emulator::Edition;
use kubeproof::emulator::providers::{self, PROVIDERS};

use crate::exit_code;
use crate::output::{complain, note};

/// Where the suite comes from.
#[derive(Args)]
pub(crate) struct Source {
    /// Read clauses and cases from this folder instead of those built in: it holds `<provider>/clauses.yaml` and
    /// `<provider>/cases/*.yaml`.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
}

impl Source {
    /// The suite, or the exit code after saying what is wrong with it.
    pub(crate) fn suite(&self) -> Result<Suite, u8> {
        let suite = match &self.fixtures {
            Some(folder) => Suite::read(folder),
            None => Suite::embedded(),
        };
        suite.map_err(|error| {
            complain(error);
            exit_code::USAGE
        })
    }
}

impl Source {
    /// The folder, when one is named.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.fixtures.as_deref()
    }

    /// One case of its suite, or the exit code after saying that there is none.
    pub(crate) fn case<'a>(&self, suite: &'a Suite, id: &str) -> Result<&'a Case, u8> {
        suite.case(id).ok_or_else(|| {
            complain(unknown(id, suite));
            exit_code::USAGE
        })
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

/// Which cases.
#[derive(Args)]
pub(crate) struct Which {
    /// Ids of cases, their beginnings up to a `/`, or globs: `ucs`, `cce/auth`, '*/redirects/*'
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,

    /// Only cases of this provider
    #[arg(long = "provider", value_name = "PROVIDER", value_parser = PossibleValuesParser::new(PROVIDERS))]
    providers: Vec<String>,

    /// Only cases of this provenance: documented, newer, observed or inferred
    #[arg(long = "provenance", value_name = "PROVENANCE")]
    provenances: Vec<Provenance>,

    /// Only cases of this edition of a provider's documents, such as ucs@2025-05
    #[arg(long = "edition", value_name = "PROVIDER@DATE", value_parser = edition)]
    editions: Vec<(String, Edition)>,
}

impl Which {
    /// The cases of `suite` that are meant, or the exit code after saying that there are none.
    pub(crate) fn cases<'a>(&self, suite: &'a Suite) -> Result<Vec<&'a Case>, u8> {
        let selection = Selection {
            patterns: self.patterns.clone(),
            providers: self.providers.clone(),
            provenances: self.provenances.clone(),
            editions: self.editions.clone(),
        };
        let cases = suite.select(&selection).map_err(|error| {
            let code = match error {
                SelectionError::Unreadable { .. } => exit_code::USAGE,
                SelectionError::NoMatch { .. } => exit_code::TOO_FEW_RAN,
            };
            complain(error);
            code
        })?;
        if suite.cases().next().is_none() {
            complain("there is no case in these fixtures; write some to PROVIDER/cases/NAME.yaml");
            return Err(exit_code::TOO_FEW_RAN);
        }
        if cases.is_empty() {
            complain("no case fits all of these options; see `kubeproof list`");
            return Err(exit_code::TOO_FEW_RAN);
        }
        Ok(cases)
    }
}

/// Which part of them.
#[derive(Args)]
pub(crate) struct Part {
    /// Only the I-th of N shards of what is selected, such as 2/3: every case is in exactly one, and they are of one length,
    /// give or take a case. `kubeproof report` puts their reports together
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

impl Part {
    /// The shard, when one is asked for.
    pub(crate) fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// This part of the cases that are meant. There may be none in a shard: that is said, and no error.
    pub(crate) fn of<'a>(&self, selected: Vec<&'a Case>) -> Vec<&'a Case> {
        let Some(shard) = self.shard else { return selected };
        let selected_count = selected.len();
        let cases: Vec<&Case> = shard.pick(selected).collect();
        if cases.is_empty() {
            note(format_args!("the shard {shard} is empty: {selected_count} cases are selected; fewer shards will do"));
        }
        cases
    }
}

/// Reads an edition of a provider, such as ucs@2025-05.
pub(crate) fn edition(text: &str) -> Result<(String, Edition), String> {
    let (provider, date) = text.split_once('@').ok_or("write PROVIDER@DATE, such as ucs@2025-05")?;
    if !PROVIDERS.contains(&provider) {
        return Err(format!("there is no provider `{provider}`; there are {}", PROVIDERS.join(", ")));
    }
    let editions = providers::editions(provider);
    let edition = editions.iter().find(|edition| edition.0 == date).ok_or_else(|| {
        let known = editions.iter().map(|edition| format!("{provider}@{edition}")).collect::<Vec<_>>().join(", ");
        format!("{provider} is not emulated in the edition `{date}`; there is {known}")
    })?;
    Ok((provider.to_owned(), *edition))
}
