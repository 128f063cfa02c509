//! What `kubeproof prove` does not tell: that nothing passes by luck, and that what is no sabotage is not taken for one.

use std::sync::Arc;

use kubeproof::conformance::adapter::FailureKind;
use kubeproof::conformance::saboteur::{Answer, Calls, Edit, Twist};
use kubeproof::conformance::{CaseResult, Outcome, Runner, Suite};
use kubeproof_reference::SabotagedAdapter;

/// What came of the cases under `under` for a saboteur.
fn results(twist: Twist, under: &str) -> Vec<CaseResult> {
    let suite = Suite::embedded().unwrap();
    let cases: Vec<_> = suite.cases().filter(|case| case.id.starts_with(under)).collect();
    assert!(!cases.is_empty(), "there is no case under {under}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Runner::new(Arc::new(SabotagedAdapter::new(twist))).run(cases)).results
}

/// It says the same of everything and asks nobody: it passes no case but those in which nobody need be asked.
#[test]
fn nobody_is_asked() {
    for kind in [FailureKind::Malformed, FailureKind::Transport, FailureKind::Unavailable] {
        let silent = Twist { calls: Calls::Never(kind), ..Twist::default() };
        let passed: Vec<String> = results(silent, "")
            .into_iter()
            .filter(|result| result.outcome == Outcome::Passed)
            .filter(|result| !result.case.wire.requests.is_some_and(|count| count.admits(0)))
            .map(|result| result.case.id)
            .collect();
        assert_eq!(passed, [""; 0], "{kind}");
    }
}

#[track_caller]
fn check_program(command: &str, passes: bool) {
    let twist = Twist { answer: vec![Answer::Kubeconfig(Edit::Program(command.to_owned()))], ..Twist::default() };
    let failed = results(twist, "digitalocean/sso").into_iter().filter(|result| result.outcome == Outcome::Failed);
    assert_eq!(failed.count() == 0, passes, "{command}");
}

/// A program may be found elsewhere than the provider thinks.
#[test]
fn a_program_of_another_path_is_no_other_program() {
    check_program("/usr/local/bin/doctl", true);
    check_program("/usr/local/bin/sh", false);
    check_program("doctl-of-mine", false);
}
