//! `kubeproof prove`: whether the suite bites.

mod markdown;
mod protocol;
mod shown;

use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use clap::builder::PossibleValuesParser;
use globset::{Glob, GlobSet, GlobSetBuilder};
use kubeproof::conformance::adapter::Adapter;
use kubeproof::conformance::by_hand::quoted;
use kubeproof::conformance::prove::{Against, Prover};
use kubeproof::conformance::report::{Destination, Format, Wanted};
use kubeproof::conformance::saboteur::{Saboteur, Twist};
use kubeproof::conformance::{Suite, nearest};
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof_reference::SabotagedAdapter;

use self::protocol::Breaker;
use self::shown::Shown;
use crate::adapter::{runtime, unless_interrupted};
use crate::exit_code;
use crate::output::{complain, failed, misused};
use crate::progress::Progress;
use crate::report::{distinct, write};
use crate::selection::Source;

/// What fits a pattern: the id itself, what is below it, or what the glob says.
fn matcher(pattern: &str) -> Result<GlobSet, globset::Error> {
    let below = format!("{}/**", pattern.trim_end_matches('/'));
    GlobSetBuilder::new().add(Glob::new(pattern)?).add(Glob::new(&below)?).build()
}

/// Reads a report that is wanted, in one of the formats that there are for a proof.
fn report(text: &str) -> Result<Wanted, String> {
    let wanted: Wanted = text.parse()?;
    match wanted.format {
        Format::Human | Format::Json | Format::Markdown => Ok(wanted),
        other => Err(format!("a proof is not shown as `{}`: write human, json or markdown", other.as_str())),
    }
}

/// Runs every saboteur: which case catches which
///
/// A saboteur is an honest client but for one thing, written down in `<provider>/saboteurs.yaml` with the clauses that it
/// breaks; and, of the adapter protocol, a program that breaks it. It fails when one gets through, when a clause that a saboteur
/// breaks is defended by no case, when a case catches nothing, when nobody breaks a clause, or when the honest client
/// is accused.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeproof prove                                all of them, and the smallest set of cases that catches them all
  kubeproof prove --provider ucs --aimed         each against the cases that are about it: in a tenth of the time
  kubeproof prove 'cce/takes-*'                  these alone; what needs all of them to be told is left out
  kubeproof prove --fixtures fixtures            with the clauses, cases and saboteurs in this folder
  kubeproof prove --report json=proof.json       for programs

Exit codes: 0 proven, 1 there is a finding, 2 wrong usage or a bad file, 5 could not run.")]
pub(crate) struct Prove {
    /// Ids of saboteurs, their beginnings up to a `/`, or globs: ucs, cce/asks-twice, '*/tells-*'
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,

    /// Only saboteurs of this provider, and none of the protocol
    #[arg(long = "provider", value_name = "PROVIDER", value_parser = PossibleValuesParser::new(PROVIDERS))]
    providers: Vec<String>,

    #[command(flatten)]
    source: Source,

    /// Run a saboteur against no cases but those that judge by a clause which it breaks: enough to find what is wrong, not to say
    /// which others catch it
    #[arg(long)]
    aimed: bool,

    /// How many cases of a saboteur run at once [default: four for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Write what came of it: human, json or markdown, a page of who is caught by what it breaks; the path - is standard output
    /// [default: human=-]
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = report)]
    reports: Vec<Wanted>,
}

impl Prove {
    pub(crate) fn run(self) -> u8 {
        match self.try_run() {
            Ok(code) | Err(code) => code,
        }
    }

    fn try_run(self) -> Result<u8, u8> {
        let reports = match self.reports.as_slice() {
            [] => vec![Wanted { format: Format::Human, destination: Destination::Stdout }],
            reports => reports.to_vec(),
        };
        distinct(&reports, &[])?;
        let suite = self.source.suite()?;
        let saboteurs = self.saboteurs(&suite)?;
        let breakers = self.breakers();
        let workshop = |twist: &Twist| -> Arc<dyn Adapter> { Arc::new(SabotagedAdapter::new(twist.clone())) };
        let against = if self.aimed { Against::Aimed } else { Against::Every };
        let providers = suite.providers().iter().map(|provider| provider.name);
        // A part of a provider's saboteurs says nothing of other providers.
        let is_tried = |name: &&str| saboteurs.iter().any(|saboteur| saboteur.provider == *name);
        let providers =
            providers.filter(|name| if self.patterns.is_empty() { self.wants(name) } else { is_tried(name) });
        let mut prover = Prover::new(&suite, &workshop).with_cases(against).with_providers(providers);
        if let Some(jobs) = self.jobs {
            prover = prover.with_jobs(jobs);
        }
        let runtime = runtime()?;
        let progress = Progress::new();
        let mut tried = 0;
        let proving = prover.run(&saboteurs, |trial| {
            tried += 1;
            if progress.is_live() {
                progress.show(&format!("{tried} of {}  {}", saboteurs.len(), trial.saboteur.id));
            }
        });
        // Those of the protocol mostly wait.
        let proving = async { Ok(proving.await) };
        let both = async { tokio::try_join!(proving, protocol::try_all(&breakers, &suite)) };
        let both = unless_interrupted(&runtime, both);
        progress.end();
        let (proof, caught) = both?.map_err(failed)?;
        let mut findings: Vec<String> = Vec::new();
        // A part of them does not tell what all of them leave undone.
        let of_suite = if self.patterns.is_empty() { proof.findings() } else { proof.findings_of_saboteurs() };
        findings.extend(of_suite.iter().map(|finding| match finding.place(&suite) {
            Some(place) => format!("{place}: {finding}"),
            None => finding.to_string(),
        }));
        findings.extend(caught.iter().filter_map(protocol::Caught::finding));
        let shown = Shown { proof: &proof, of_suite: &of_suite, protocol: &caught, against, part: &self.part() };
        for wanted in &reports {
            let text = match wanted.format {
                Format::Json => shown.json(),
                Format::Markdown => markdown::page(&shown),
                _ => shown.lines(),
            };
            write(wanted, text)?;
        }
        for finding in &findings {
            complain(finding);
        }
        Ok(if findings.is_empty() { exit_code::CONFORMANT } else { exit_code::FAILED })
    }

    /// The saboteurs that are meant, or the exit code after saying that there are none.
    fn saboteurs<'a>(&self, suite: &'a Suite) -> Result<Vec<&'a Saboteur>, u8> {
        let of_provider = |saboteur: &&Saboteur| self.wants(saboteur.provider);
        let all: Vec<&Saboteur> = suite.saboteurs().filter(of_provider).collect();
        if self.patterns.is_empty() {
            return Ok(all);
        }
        let names: Vec<String> =
            all.iter().map(|saboteur| saboteur.id.clone()).chain(self.of_protocol().map(Breaker::id)).collect();
        let mut wanted = Vec::new();
        for pattern in &self.patterns {
            let glob = matcher(pattern).map_err(|error| misused(format_args!("`{pattern}`: {}", error.kind())))?;
            if !names.iter().any(|name| glob.is_match(name)) {
                let hint =
                    nearest(pattern, names.iter().map(String::as_str)).map(|name| format!("; did you mean `{name}`?"));
                let others = suite.saboteurs().any(|saboteur| glob.is_match(&saboteur.id));
                let others = others.then(|| "; those that fit are of a provider that --provider leaves out".to_owned());
                let hint = others.or(hint).unwrap_or_else(|| "; they are in PROVIDER/saboteurs.yaml".to_owned());
                return Err(misused(format_args!("no saboteur fits `{pattern}`{hint}")));
            }
            wanted.push(glob);
        }
        Ok(all.into_iter().filter(|saboteur| wanted.iter().any(|glob| glob.is_match(&saboteur.id))).collect())
    }

    /// Those that break the protocol, which is of no provider.
    fn of_protocol(&self) -> impl Iterator<Item = Breaker> {
        Breaker::all().filter(|_| self.providers.is_empty())
    }

    /// Those that are meant of them.
    fn breakers(&self) -> Vec<Breaker> {
        let fits = |breaker: &Breaker| {
            let mut globs = self.patterns.iter().filter_map(|pattern| matcher(pattern).ok());
            self.patterns.is_empty() || globs.any(|glob| glob.is_match(breaker.id()))
        };
        self.of_protocol().filter(fits).collect()
    }

    /// The arguments that leave something out, or take it from elsewhere.
    fn part(&self) -> Vec<String> {
        let providers = self.providers.iter().map(|name| format!("--provider {name}"));
        let fixtures =
            self.source.folder().map(|folder| format!("--fixtures {}", quoted(&folder.display().to_string())));
        let patterns = self.patterns.iter().map(|pattern| quoted(pattern));
        patterns.chain(providers).chain(fixtures).collect()
    }

    fn wants(&self, provider: &str) -> bool {
        self.providers.is_empty() || self.providers.iter().any(|name| name == provider)
    }
}
