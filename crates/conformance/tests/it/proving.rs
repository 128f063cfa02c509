//! Saboteurs that do not do what they are there for prove nothing.

use std::sync::Arc;

use kubeproof_conformance::Suite;
use kubeproof_conformance::adapter::{About, Adapter, Failure, FailureKind, adapter_fn};
use kubeproof_conformance::prove::{Against, Finding, Prover};
use kubeproof_conformance::saboteur::{COULD_NOT, Twist};

/// What is found where every adapter ends with this message.
fn found(message: &'static str) -> Vec<Finding> {
    let suite = Suite::embedded().unwrap();
    let workshop = |_: &Twist| -> Arc<dyn Adapter> {
        let failure = Failure { message: message.to_owned(), ..Failure::new(FailureKind::Error) };
        Arc::new(adapter_fn(About::new("idle", "1.0.0", ["ucs"]), move |_| {
            let failure = failure.clone();
            async move { Err(failure) }
        }))
    };
    let saboteurs: Vec<_> = suite.saboteurs().filter(|saboteur| saboteur.id == "ucs/loses-an-item").collect();
    let prover = Prover::new(&suite, &workshop).with_cases(Against::Aimed).with_providers(["ucs"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(prover.run(&saboteurs, |_| {})).findings_of_saboteurs()
}

#[test]
fn one_that_could_not_do_its_work_is_not_caught() {
    let is_caught =
        |findings: &[Finding]| !findings.iter().any(|finding| matches!(finding, Finding::GetsThrough { .. }));
    let failed = found("something else");
    assert!(is_caught(&failed));
    let idle = found(COULD_NOT);
    assert!(!is_caught(&idle));
    let unjudged = idle.iter().filter(|finding| matches!(finding, Finding::CouldNotRun { .. })).count();
    assert!(unjudged > 0);
    // It is the honest client as well, here.
    assert!(idle.iter().any(|finding| matches!(finding, Finding::HonestAccused { .. })));
}
