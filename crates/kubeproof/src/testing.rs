//! Every case as a test of a user's own crate: what [`conformance_tests!`](crate::conformance_tests) is made of.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use kubeproof_conformance::adapter::Adapter;
use kubeproof_conformance::report::Format;
use kubeproof_conformance::{Baseline, Case, Outcome, Run, Runner, Suite, Update};
pub use libtest_mimic::Arguments;
use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;

/// Makes the `main` of a test in which every case is a test, judged by what an adapter does.
///
/// The test has a `[[test]]` section with `harness = false` in the crate's `Cargo.toml`. Cases of providers that the adapter
/// does not serve are left out; those that need a feature which it lacks are shown as ignored. A case that the baseline
/// says the adapter fails has to fail as it says there. `cargo test` and nextest take names, `--exact`, `--list` and so on
/// as for any test. With [`KUBEPROOF_UPDATE_BASELINE`](UPDATE) in the environment, the baseline is brought up to date instead.
///
/// ```no_run
/// use kubeproof::conformance::adapter::{About, Failure, FailureKind, FetchRequest, adapter_fn};
///
/// async fn fetch(_request: FetchRequest) -> Result<kubeproof::conformance::adapter::Fetched, Failure> {
///     Err(Failure::new(FailureKind::Error)) // Your client goes here.
/// }
///
/// kubeproof::conformance_tests! {
///     adapter: adapter_fn(About::new("my-sdk", "1.0.0", ["digitalocean"]), fetch),
///     // What it is known to fail, relative to Cargo.toml; may be left out.
///     baseline: "tests/kubeproof.yaml",
/// }
/// ```
#[macro_export]
macro_rules! conformance_tests {
    (adapter: $adapter:expr $(, baseline: $baseline:expr)? $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            let mut tests = $crate::testing::Tests::new();
            $(tests = tests.with_baseline(::std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join($baseline));)?
            tests.run(|| $adapter)
        }
    };
}

/// The variable of the environment with which a baseline is brought up to date, by a run of the whole suite.
pub const UPDATE: &str = "KUBEPROOF_UPDATE_BASELINE";

/// The tests of an adapter.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    baseline: Option<std::path::PathBuf>,
}

impl Tests {
    /// Every case, each of which has to pass.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same tests, of which those that this file names have to fail as it says.
    #[must_use]
    pub fn with_baseline(self, file: impl AsRef<Path>) -> Self {
        Self { baseline: Some(file.as_ref().to_owned()) }
    }

    /// Runs them as the arguments of this process say, and gives its exit code. The adapter is made on a tokio runtime.
    pub fn run<A: Adapter + 'static>(&self, adapter: impl FnOnce() -> A) -> ExitCode {
        let arguments = Arguments::from_args();
        let ran = match (&self.baseline, std::env::var_os(UPDATE)) {
            // nextest asks for the names first.
            (Some(file), Some(_)) if !arguments.list => update(file, adapter).map(|said| {
                say(&said);
                ExitCode::SUCCESS
            }),
            _ => self.trials(adapter).map(|trials| libtest_mimic::run(&arguments, trials).exit_code()),
        };
        match ran {
            Ok(code) => code,
            Err(error) => {
                complain(&error);
                // As `kubeproof check`: a bad file.
                ExitCode::from(2)
            }
        }
    }

    /// The tests, a trial each.
    ///
    /// # Errors
    ///
    /// When the suite or the baseline is wrong, with file, line and column, or no runtime can be started.
    pub fn trials<A: Adapter + 'static>(&self, adapter: impl FnOnce() -> A) -> Result<Vec<Trial>, String> {
        let suite = Suite::embedded().map_err(|error| error.to_string())?;
        let baseline = self.read(&suite)?;
        let (runtime, adapter) = started(adapter)?;
        let about = adapter.about();
        let runner = Runner::new(adapter);
        let cases: Vec<Case> =
            suite.cases().filter(|case| about.providers.iter().any(|name| name == case.provider)).cloned().collect();
        let judge = Arc::new(Judge { suite, baseline, runtime, runner });
        Ok(cases.into_iter().map(|case| trial(&judge, case)).collect())
    }

    fn read(&self, suite: &Suite) -> Result<Baseline, String> {
        let Some(file) = &self.baseline else { return Ok(Baseline::default()) };
        let shown = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            format!(
                "the baseline {shown} cannot be read: {error}; make it, as an empty file where nothing is known to fail"
            )
        })?;
        Baseline::parse(&text, &shown.to_string(), suite).map_err(|error| error.to_string())
    }
}

/// The adapter, and what it runs on.
fn started<A: Adapter + 'static>(adapter: impl FnOnce() -> A) -> Result<(Runtime, Arc<dyn Adapter>), String> {
    let runtime = Runtime::new().map_err(|error| format!("no runtime can be started: {error}"))?;
    let adapter = {
        let _inside = runtime.enter();
        Arc::new(adapter())
    };
    Ok((runtime, adapter))
}

/// Brings a baseline up to date, and says what was changed.
fn update<A: Adapter + 'static>(file: &Path, adapter: impl FnOnce() -> A) -> Result<String, String> {
    let suite = Suite::embedded().map_err(|error| error.to_string())?;
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| format!("the baseline {} cannot be read: {error}", file.display()))?,
    };
    let (runtime, adapter) = started(adapter)?;
    let run = runtime.block_on(Runner::new(adapter).run(suite.cases()));
    let shown = file.display().to_string();
    let update = Update::of(&text, &shown, &suite, &run).map_err(|error| error.to_string())?;
    std::fs::write(file, &update.text).map_err(|error| format!("the baseline {shown} cannot be written: {error}"))?;
    Ok(update.summary(&shown).join("\n"))
}

/// What judges a case.
struct Judge {
    suite: Suite,
    baseline: Baseline,
    runtime: Runtime,
    runner: Runner,
}

fn trial(judge: &Arc<Judge>, case: Case) -> Trial {
    let is_skipped = !judge.runner.missing(&case).is_empty();
    let judge = Arc::clone(judge);
    Trial::test(case.id.clone(), move || judge.judge(&case)).with_ignored_flag(is_skipped)
}

impl Judge {
    fn judge(&self, case: &Case) -> Result<(), Failed> {
        let mut run: Run = self.runtime.block_on(self.runner.run([case]));
        self.baseline.judge(&mut run);
        match run.results.first().map(|result| result.outcome) {
            // Whoever asks for what is ignored gets the reason why.
            Some(Outcome::Passed | Outcome::ExpectedFailure) => Ok(()),
            _ => Err(Format::Human.render(&run, &self.suite).into()),
        }
    }
}

#[expect(clippy::print_stdout, reason = "what was changed is what a user asked for")]
fn say(what: &str) {
    println!("{what}");
}

#[expect(clippy::print_stderr, reason = "a test program says on standard error why it cannot run")]
fn complain(error: &str) {
    eprintln!("error: {error}");
}
