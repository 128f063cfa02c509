use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use kubeproof::conformance::report::{Destination, Format, Wanted};
use kubeproof::conformance::{Case, Run, Runner, Suite};
use kubeproof_reference::ReferenceAdapter;

use crate::exit_code;
use crate::output::{Text, complain, note};
use crate::reports;
use crate::selection::{Source, Which};

/// Runs cases and reports a verdict on each
///
/// Each case runs against an emulation of its own, on a loopback port of its own. Nothing leaves this machine.
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    source: Source,

    /// How many cases run at once [default: four for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Fail unless this many percent of the selected cases ran
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    min_ran: u8,

    /// Write a report: human, json or junit; the path - is standard output [default: human=-]
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
        let suite = self.source.suite()?;
        let cases = self.which.cases(&suite)?;
        let run = self.judge(&cases)?;
        for report in &reports {
            write(report, &run, &suite)?;
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
        let code = exit_code::of(run.verdict(self.min_ran));
        if code == exit_code::TOO_FEW_RAN {
            let summary = run.summary();
            complain(format_args!(
                "{} of {} cases ran, less than {} percent; the adapter declares too few features or providers",
                summary.ran(),
                summary.selected(),
                self.min_ran.max(1)
            ));
        }
        Ok(code)
    }

    /// The reports that are wanted, each of which has a place to go.
    fn reports(&self) -> Result<Vec<Wanted>, u8> {
        if self.reports.is_empty() {
            return Ok(vec![Wanted { format: Format::Human, destination: Destination::Stdout }]);
        }
        reports::check(&self.reports)?;
        Ok(self.reports.clone())
    }

    fn judge(&self, cases: &[&Case]) -> Result<Run, u8> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
            complain(format_args!("cannot start: {error}"));
            exit_code::COULD_NOT_RUN
        })?;
        let mut runner = Runner::new(Arc::new(ReferenceAdapter));
        if let Some(jobs) = self.jobs {
            runner = runner.with_jobs(jobs);
        }
        Ok(runtime.block_on(runner.run(cases.iter().copied())))
    }
}

fn write(wanted: &Wanted, run: &Run, suite: &Suite) -> Result<(), u8> {
    let text = wanted.format.render(run, suite);
    let text = if wanted.format == Format::Human { Text::ForPeople(text) } else { Text::ForPrograms(text) };
    reports::write(text, &wanted.destination)
}
