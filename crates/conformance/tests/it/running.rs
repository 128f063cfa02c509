//! What the runner does with adapters that are not well behaved, or cannot do everything.

use std::sync::Arc;
use std::time::Duration;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, Feature, FetchRequest, adapter_fn};
use kubeproof_conformance::{CaseResult, Outcome, Run, Runner, Suite, Verdicts};

use crate::suite_of::{CLAUSES, suite_of};

fn one_case() -> Suite {
    let case = "- {id: digitalocean/some/x, title: X, clauses: [digitalocean.one], steps: [{expect: {error: any}}], wire: {requests: 0}}";
    suite_of(CLAUSES, case).unwrap()
}

fn run(runner: &Runner, suite: &Suite) -> Run {
    tokio::runtime::Runtime::new().unwrap().block_on(runner.run(suite.cases()))
}

fn only(run: &Run) -> &CaseResult {
    assert_eq!(run.results.len(), 1);
    &run.results[0]
}

#[test]
fn a_panic_of_the_adapter_is_the_failure_of_its_case() {
    let adapter =
        adapter_fn(About::new("panicky", "1.0.0", ["digitalocean"]), |_| async { panic!("certificate auth") });
    let run = run(&Runner::new(Arc::new(adapter)), &one_case());
    assert_eq!(only(&run).outcome, Outcome::Failed);
    assert!(only(&run).message().contains("no answer of the adapter: it panicked: certificate auth"));
}

#[test]
fn a_panic_tells_no_secret() {
    let adapter = adapter_fn(About::new("panicky", "1.0.0", ["digitalocean"]), |request: FetchRequest| async move {
        panic!("asked with {}", request.credentials.secrets().join(" "))
    });
    let run = run(&Runner::new(Arc::new(adapter)), &one_case());
    assert!(only(&run).message().contains("it panicked: asked with <redacted>"), "{}", only(&run).message());
}

#[test]
fn a_case_has_a_limit() {
    let adapter = adapter_fn(About::new("stuck", "1.0.0", ["digitalocean"]), |_| std::future::pending());
    let run = run(&Runner::new(Arc::new(adapter)).with_limit(Duration::from_millis(1)), &one_case());
    assert_eq!(only(&run).outcome, Outcome::Failed);
    assert!(only(&run).message().contains("it was still running"));
}

/// The adapter waits for the test's end, and the case does not wait for the adapter.
#[test]
fn the_limit_holds_for_an_adapter_that_blocks_its_thread() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = Arc::new(std::sync::Mutex::new(wait));
    let adapter = adapter_fn(About::new("blocking", "1.0.0", ["digitalocean"]), move |_| {
        let wait = Arc::clone(&wait);
        async move {
            let _ = wait.lock().unwrap().recv();
            Err(Failure::new(FailureKind::Error))
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let runner = Runner::new(Arc::new(adapter)).with_limit(Duration::from_millis(1));
    let run = runtime.block_on(runner.run(one_case().cases()));
    assert!(only(&run).message().contains("it was still running"));
    drop(release);
}

#[test]
fn a_case_is_skipped_only_for_what_the_adapter_declares_and_says_so() {
    let fetch = |_| async { Err(Failure::new(FailureKind::Error)) };
    let elsewhere = run(&Runner::new(Arc::new(adapter_fn(About::new("a", "1.0.0", ["ucs"]), fetch))), &one_case());
    assert_eq!(only(&elsewhere).outcome, Outcome::Skipped);
    assert_eq!(only(&elsewhere).message(), "the adapter does not serve this provider");

    let about = About::new("b", "1.0.0", ["digitalocean"]).without(Feature::Bearer);
    let unable = run(&Runner::new(Arc::new(adapter_fn(about, fetch))), &one_case());
    assert_eq!(only(&unable).message(), "the adapter lacks: bearer");
    assert_eq!(unable.verdict(0), Verdicts::TooFewRan, "nothing ran");

    let able = run(&Runner::new(Arc::new(adapter_fn(About::new("c", "1.0.0", ["digitalocean"]), fetch))), &one_case());
    assert_eq!(only(&able).outcome, Outcome::Passed);
    assert_eq!(able.verdict(100), Verdicts::Conformant);
}

#[test]
fn verdicts_of_a_run() {
    let fetch = |_| async { Err(Failure::new(FailureKind::Error)) };
    let mut run =
        run(&Runner::new(Arc::new(adapter_fn(About::new("a", "1.0.0", ["digitalocean"]), fetch))), &one_case());
    let result = only(&run).clone();
    let with = |outcomes: &[Outcome], min_ran: u8, run: &mut Run| {
        run.results = outcomes.iter().map(|outcome| CaseResult { outcome: *outcome, ..result.clone() }).collect();
        run.verdict(min_ran)
    };
    use Outcome::{CouldNotRun, ExpectedFailure, Failed, Passed, Skipped, UnexpectedPass};
    assert_eq!(with(&[Passed, ExpectedFailure], 100, &mut run), Verdicts::Conformant);
    assert_eq!(with(&[Passed, Failed, CouldNotRun], 0, &mut run), Verdicts::Failed);
    assert_eq!(with(&[Passed, CouldNotRun, UnexpectedPass], 0, &mut run), Verdicts::CouldNotRun);
    assert_eq!(with(&[Passed, UnexpectedPass], 0, &mut run), Verdicts::StaleBaseline);
    assert_eq!(with(&[Passed, Skipped], 50, &mut run), Verdicts::Conformant);
    assert_eq!(with(&[Passed, Skipped], 51, &mut run), Verdicts::TooFewRan);
    assert_eq!(with(&[], 0, &mut run), Verdicts::TooFewRan);
}

#[test]
fn results_come_in_the_order_of_the_suite_whatever_the_jobs() {
    let cases: String = (1..=20)
        .map(|number| {
            format!(
                "- {{id: digitalocean/some/x{number}, title: X, clauses: [digitalocean.one], steps: [{{expect: {{error: any}}}}], wire: {{requests: 0}}}}\n"
            )
        })
        .collect();
    let suite = suite_of(CLAUSES, &cases).unwrap();
    let ids = |jobs: usize| {
        let fetch = |_| async { Err(Failure::new(FailureKind::Error)) };
        let runner = Runner::new(Arc::new(adapter_fn(About::new("a", "1.0.0", ["digitalocean"]), fetch)));
        let run = run(&runner.with_jobs(jobs.try_into().unwrap()), &suite);
        run.results.into_iter().map(|result| result.case.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(1), ids(7));
    assert_eq!(ids(7), suite.cases().map(|case| case.id.clone()).collect::<Vec<_>>());
}
