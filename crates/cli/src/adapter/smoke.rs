use std::fmt::Write as _;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;
use kubeproof::conformance::adapter::{About, Adapter as _, Feature};
use kubeproof::conformance::case::Expectation;
use kubeproof::conformance::process::{Command, ProcessAdapter, StartError};
use kubeproof::conformance::{Case, CaseResult, Outcome, Runner, Suite};
use kubeproof::emulator::providers::PROVIDERS;

use super::{command, runtime};
use crate::exit_code;
use crate::output::{Text, complain, print};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// Checks that an adapter speaks the protocol, and explains each mistake
///
/// It is started, greeted, asked by two cases of each provider that it serves, one that ends well and one that ends with an
/// error, and ended. Whether it is conformant is for `check` to say.
#[derive(Args)]
#[command(after_help = "Example:
  kubeproof adapter smoke 'python3 adapter.py'

Exit codes: 0 no mistake, 1 a mistake, 2 wrong usage, 5 it cannot be started.")]
pub(super) struct Smoke {
    /// The program and its arguments, quoted as in a shell; no shell reads them
    #[arg(value_name = "COMMAND")]
    adapter: String,
}

impl Smoke {
    pub(super) fn run(self) -> u8 {
        match self.try_run() {
            Ok(code) | Err(code) => code,
        }
    }

    fn try_run(self) -> Result<u8, u8> {
        let command = command(&self.adapter)?;
        let suite = Suite::embedded().map_err(|error| {
            complain(error);
            exit_code::COULD_NOT_RUN
        })?;
        let findings = runtime()?.block_on(Findings::of(command, &suite));
        print(&Text::ForPeople(findings.text)).map_err(|error| {
            complain(format_args!("cannot print: {error}"));
            exit_code::COULD_NOT_RUN
        })?;
        Ok(findings.code)
    }
}

/// What was found, a line each.
struct Findings {
    text: String,
    code: u8,
}

impl Findings {
    async fn of(command: Command, suite: &Suite) -> Self {
        let mut findings = Self { text: String::new(), code: exit_code::CONFORMANT };
        let adapter = match ProcessAdapter::start(command).await {
            Ok(adapter) => Arc::new(adapter),
            Err(error) => {
                findings.mistake("it starts and greets", &error.to_string());
                if matches!(error, StartError::NotStarted { .. }) {
                    findings.code = exit_code::COULD_NOT_RUN;
                }
                return findings;
            }
        };
        let about = adapter.about();
        findings.greeted(&about);
        let runner = Runner::new(Arc::<ProcessAdapter>::clone(&adapter));
        for provider in
            suite.providers().iter().filter(|provider| about.providers.iter().any(|served| served == provider.name))
        {
            for (what, wanted) in [("a fetch that ends well", true), ("a fetch that ends with an error", false)] {
                let cases = provider.cases.iter().filter(|case| ends_well(case) == Some(wanted));
                let Some((case, missing)) =
                    cases.map(|case| (case, runner.missing(case))).min_by_key(|(_, missing)| missing.len())
                else {
                    continue;
                };
                if missing.is_empty() {
                    findings.judged(what, &runner.run_case(case.clone()).await);
                } else {
                    let missing: Vec<&str> = missing.iter().map(|feature| feature.as_str()).collect();
                    let lacks = format!(
                        "{}: {what}: there is no case without {}; declare that, if the adapter can do it",
                        provider.name,
                        missing.join(", ")
                    );
                    findings.line(FAINT, "nothing", &lacks);
                }
            }
        }
        match adapter.stop().await {
            Ok(()) => findings.ok("it ends at the end of its input"),
            Err(breach) => findings.mistake("it ends at the end of its input", &breach.to_string()),
        }
        findings
    }

    fn greeted(&mut self, about: &About) {
        let features: Vec<&str> = about.features.iter().map(|feature| feature.as_str()).collect();
        self.ok(&format!(
            "it starts and greets: {} {}, for {}, with {}",
            about.name,
            about.version,
            about.providers.join(", "),
            if features.is_empty() { "no feature".to_owned() } else { features.join(", ") }
        ));
        for unknown in about.providers.iter().filter(|name| !PROVIDERS.contains(&name.as_str())) {
            self.mistake(
                &format!("`{unknown}` is a provider"),
                &format!("no case is of it: the providers are {}", PROVIDERS.join(", ")),
            );
        }
        if !about.features.contains(&Feature::Http) && !about.features.contains(&Feature::Tls) {
            self.mistake("it reaches the emulations", "without the features `http` or `tls` no case can run");
        }
    }

    fn judged(&mut self, what: &str, result: &CaseResult) {
        let what = format!("{}: {what} ({})", result.case.provider, result.case.id);
        match result.outcome {
            Outcome::Passed => self.ok(&what),
            _ => {
                self.mistake(&what, &result.message());
                for line in result.stderr.lines() {
                    self.line(FAINT, "", &format!("standard error: {line}"));
                }
            }
        }
    }

    fn ok(&mut self, what: &str) {
        self.line(GOOD, "ok", what);
    }

    fn mistake(&mut self, what: &str, why: &str) {
        self.code = exit_code::FAILED;
        self.line(BAD, "mistake", what);
        for line in why.lines() {
            self.line(FAINT, "", line);
        }
    }

    fn line(&mut self, style: Style, word: &str, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{style}{word:8}{style:#} {text}");
    }
}

/// Whether the one step of a case ends well; `None` when there are more, or either will do.
pub(crate) fn ends_well(case: &Case) -> Option<bool> {
    let [step] = case.steps.as_slice() else { return None };
    match &step.expect {
        Expectation::Error(_) => Some(false),
        Expectation::Either(_) => None,
        _ => Some(true),
    }
}
