//! Every case of `fixtures/`, run against the reference clients, is a test of its own.

use std::process::ExitCode;
use std::sync::Arc;

use kubeproof::conformance::report::Format;
use kubeproof::conformance::{Case, Outcome, Run, Runner, Suite};
use kubeproof_reference::ReferenceAdapter;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = match Suite::embedded() {
        Ok(suite) => Arc::new(suite),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let trials = suite.cases().map(|case| trial(&suite, case)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(suite: &Arc<Suite>, case: &Case) -> Trial {
    let (suite, case) = (Arc::clone(suite), case.clone());
    Trial::test(case.id.clone(), move || judge(&suite, case))
}

fn judge(suite: &Suite, case: Case) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run: Run = runtime.block_on(Runner::new(Arc::new(ReferenceAdapter)).run([&case]));
    match run.results.first().map(|result| result.outcome) {
        Some(Outcome::Passed) => Ok(()),
        _ => Err(anstream::adapter::strip_str(&Format::Human.render(&run, suite)).to_string().into()),
    }
}
