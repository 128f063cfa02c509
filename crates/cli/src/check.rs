use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use kubeproof::conformance::process::ProcessAdapter;
use kubeproof::conformance::report::{Destination, Format, Report, ReportedShard, Wanted};
use kubeproof::conformance::{Case, Hosting, Run, Runner};
use kubeproof_reference::ReferenceAdapter;

use crate::adapter::{Tested, runtime, unless_interrupted};
use crate::apart::Used;
use crate::baseline::Known;
use crate::exit_code;
use crate::output::{misused, note};
use crate::report::{distinct, write};
use crate::selection::{Part, Source, Which};
use crate::verdict;

/// Runs cases and reports a verdict on each
///
/// Each case runs against an emulation of its own, on a loopback port of its own. Nothing leaves this machine.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeproof check ucs/download '*/redirects/*'
  kubeproof check --adapter 'python3 adapter.py' --baseline known.yaml
  kubeproof check --adapter 'python3 adapter.py' --baseline known.yaml --update-baseline
  kubeproof check --min-ran 80 --report junit=report.xml --report html=report.html
  kubeproof check --shard 1/3 --report json=shard-1.json    see `kubeproof report` for all three

Exit codes: 0 conformant, 1 a case failed, 2 wrong usage or a bad file, 3 a baseline entry is stale,
4 nothing ran or less than --min-ran, 5 the harness or the adapter could not start or judge.")]
pub(crate) struct Check {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    part: Part,

    #[command(flatten)]
    source: Source,

    /// What is judged: `builtin`, the clients of this workspace, or a program with its arguments that speaks the
    /// adapter protocol, as in 'python3 adapter.py'; see `kubeproof adapter`
    #[arg(long, value_name = "COMMAND", default_value = "builtin")]
    adapter: Tested,

    /// What the adapter is known to fail: a list of entries with `case`, `reason` and `failure`. Another failure of such a
    /// case is a failure, and a pass is one too many
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Bring the baseline up to date with this run, which has to be of the whole suite; comments are kept, and the reasons of
    /// new entries are left to be written
    #[arg(long, requires = "baseline")]
    update_baseline: bool,

    /// Run every case over HTTPS, on a server of its own whose certificate authority the adapter is given; an adapter that
    /// declares `tls` and not `http` is judged like this anyway
    #[arg(long)]
    tls: bool,

    /// How many cases run at once [default: four for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Fail unless this many percent of the selected cases ran; with --shard, of those in the shard, where what is skipped may
    /// gather: `kubeproof report --exit-code --min-ran` counts them all
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    min_ran: u8,

    /// Write a report: human, json, junit, tap, markdown, github, html or badge; the path - is standard output
    /// [default: human=-]
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<Wanted>,
}

impl Check {
    pub(crate) fn run(self) -> u8 {
        match self.try_run() {
            Ok(code) | Err(code) => code,
        }
    }

    fn try_run(self) -> Result<u8, u8> {
        let reports = self.reports()?;
        if let (Some(shard), true) = (self.part.shard(), self.update_baseline) {
            return Err(misused(format_args!(
                "--update-baseline cannot be used with --shard {shard}: an update is of the whole suite, and what the other \
                 shards fail would be missing; leave --shard out"
            )));
        }
        let suite = self.source.suite()?;
        let selected = self.which.cases(&suite)?;
        let shard = self.part.shard();
        let shard = shard.map(|shard| ReportedShard::new(shard, &suite, self.hosting(), selected.iter().copied()));
        let cases = self.part.of(selected);
        let known = self.baseline.as_deref().map(|path| Known::read(path, &suite, self.update_baseline)).transpose()?;
        let mut run = self.judge(&cases)?;
        if let Some(known) = known {
            known.judge(&mut run, &suite)?;
        }
        let mut report = Report::of(&run, &suite);
        report.shard = shard;
        for wanted in &reports {
            write(wanted, report.render(wanted.format))?;
        }
        let to_people = |wanted: &Wanted| wanted.format == Format::Human && wanted.destination == Destination::Stdout;
        if !reports.iter().any(to_people) {
            let summary = run.summary();
            note(format_args!(
                "{} cases: {} passed, {} failed, {} could not run, {} skipped",
                summary.selected(),
                summary.passed,
                summary.failed,
                summary.could_not_run,
                summary.skipped
            ));
        }
        if cases.is_empty() {
            // An empty shard: its cases are all in the others.
            return Ok(exit_code::CONFORMANT);
        }
        let hint = match &report.shard {
            None => "the adapter declares too few features or providers",
            Some(_) => {
                "the adapter declares too few features or providers, or what it lacks has gathered in this shard: \
                 `kubeproof report --exit-code --min-ran` counts those of all shards"
            }
        };
        Ok(verdict::code(&[(report.title(), run.summary())], self.min_ran, hint))
    }

    /// The reports that are wanted, each of which has a place to go.
    fn reports(&self) -> Result<Vec<Wanted>, u8> {
        if self.reports.is_empty() {
            return Ok(vec![Wanted { format: Format::Human, destination: Destination::Stdout }]);
        }
        distinct(&self.reports, &Used::of([("--baseline", self.baseline.as_ref())]))?;
        Ok(self.reports.clone())
    }

    /// Where cases are served, as far as the options say.
    fn hosting(&self) -> Hosting {
        if self.tls { Hosting::ServerOverTls } else { Hosting::default() }
    }

    fn judge(&self, cases: &[&Case]) -> Result<Run, u8> {
        let runtime = runtime()?;
        let program = unless_interrupted(&runtime, self.adapter.start())??;
        let mut runner = match &program {
            Some(program) => Runner::new(Arc::<ProcessAdapter>::clone(program)),
            None => Runner::new(Arc::new(ReferenceAdapter)),
        };
        if let Some(jobs) = self.jobs {
            runner = runner.with_jobs(jobs);
        }
        runner = runner.with_hosting(self.hosting());
        if !self.tls && runner.hosting() == Hosting::ServerOverTls {
            note("every case runs over HTTPS: the adapter does not declare the feature `http`");
        }
        let run = unless_interrupted(&runtime, runner.run(cases.iter().copied()))?;
        if let Some(program) = program
            && let Err(breach) = runtime.block_on(program.stop())
        {
            // Every case was judged: how it ends is for `adapter smoke` to judge.
            note(format_args!("the adapter did not end well: {breach}"));
        }
        Ok(run)
    }
}
