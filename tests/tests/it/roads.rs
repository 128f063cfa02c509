//! The roads by which a case is judged lead to the same outcome: the runner, and `conformance_tests!`. The one through a
//! process is in `crates/cli/tests/it/adapter.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use kubeproof::conformance::adapter::{About, Adapter, Failure, FailureKind, Feature, FetchFuture, FetchRequest};
use kubeproof::conformance::{Outcome, Runner, Suite, Update};
use kubeproof::testing::{Arguments, Tests};
use kubeproof_reference::ReferenceAdapter;

/// The clients of this workspace, which take every refusal for a failure of the provider, and know no TLS. What they tell a
/// person is left out: whether this process used up a download depends on what else it did at that port.
#[derive(Clone, Copy)]
struct Blaming;

impl Adapter for Blaming {
    fn about(&self) -> About {
        let about = About { providers: vec!["digitalocean".to_owned(), "ucs".to_owned()], ..ReferenceAdapter.about() };
        about.without(Feature::Tls)
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(async {
            let refused = [FailureKind::NotFound, FailureKind::Forbidden];
            ReferenceAdapter.fetch(request).await.map_err(|failure| match failure.kind {
                kind if refused.contains(&kind) => {
                    Failure { kind: FailureKind::Unavailable, message: String::new(), ..failure }
                }
                _ => failure,
            })
        })
    }
}

/// How many of these tests passed, failed and were ignored, leaving some out.
fn counts(tests: &Tests, skip: &BTreeSet<String>) -> (u64, u64, u64) {
    // What these tests print is no result of this one.
    let log = tempfile::NamedTempFile::new().unwrap();
    let usual = ["tests", "--exact", "--quiet", "--color=never", "--logfile", log.path().to_str().unwrap()];
    let skip = skip.iter().flat_map(|id| ["--skip", id.as_str()]);
    let arguments = Arguments::from_iter(usual.into_iter().chain(skip));
    let done = libtest_mimic::run(&arguments, tests.trials(|| Blaming).unwrap());
    (done.num_passed, done.num_failed, done.num_ignored)
}

#[test]
fn each_case_has_the_same_outcome_as_a_test_of_its_own() {
    let suite = Suite::embedded().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let run = runtime.block_on(Runner::new(Arc::new(Blaming)).run(suite.cases()));
    let served = |outcome| {
        let of = run.results.iter().filter(move |result| result.outcome == outcome);
        of.filter(|result| ["digitalocean", "ucs"].contains(&result.case.provider))
    };
    let count = |outcome| u64::try_from(served(outcome).count()).unwrap();
    let (passed, failed, skipped) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::Skipped));
    assert!(passed > 100 && failed > 5 && skipped > 5, "{passed} {failed} {skipped}");

    let all = counts(&Tests::new(), &BTreeSet::new());
    assert_eq!(all, (passed, failed, skipped));
    // Without those that failed none fails: they are the same.
    let those: BTreeSet<String> = served(Outcome::Failed).map(|result| result.case.id.clone()).collect();
    assert_eq!(counts(&Tests::new(), &those), (passed, 0, skipped));

    // Known to fail, none is a failure; and one that passes is.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.yaml");
    let text =
        Update::of("", "baseline.yaml", &suite, &run).unwrap().text.replace("reason: ''", "reason: it blames others");
    fs::write(&file, &text).unwrap();
    let tests = Tests::new().with_baseline(&file);
    assert_eq!(counts(&tests, &BTreeSet::new()), (passed + failed, 0, skipped));
    let passes = &served(Outcome::Passed).next().unwrap().case.id;
    fs::write(&file, format!("{text}- {{case: {passes}, reason: none, failure: a failure that never was}}\n")).unwrap();
    assert_eq!(counts(&tests, &BTreeSet::new()), (passed + failed - 1, 1, skipped));
}

#[test]
fn a_baseline_that_is_wrong_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.yaml");
    let error = Tests::new().with_baseline(&file).trials(|| Blaming).unwrap_err();
    assert!(error.contains("baseline.yaml cannot be read") && error.contains("an empty file"), "{error}");
    fs::write(&file, "- {case: ucs/*, reason: all, failure: all of them fail}\n").unwrap();
    let error = Tests::new().with_baseline(&file).trials(|| Blaming).unwrap_err();
    assert!(error.contains("baseline.yaml:1:10: ") && error.contains("more than one case"), "{error}");
}
