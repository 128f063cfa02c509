//! Reports, as people and programs read them.

use std::sync::Arc;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, Feature, Fetched, adapter_fn};
use kubeproof_conformance::report::Format;
use kubeproof_conformance::{Run, Runner, Suite};

use crate::suite_of::{CLAUSES, suite_of};

/// A run with a pass, a failure of each sort and a skip.
fn run() -> (Suite, Run) {
    let cases = "\
- {id: digitalocean/some/passes, title: This passes, clauses: [digitalocean.one], steps: [{expect: {error: not-found}}], wire: {requests: {at-most: 1}}}
- {id: digitalocean/some/fails, title: This fails, clauses: [digitalocean.one, digitalocean.two], steps: [{expect: {kubeconfig: {}}}], wire: {requests: 1}}
- {id: digitalocean/some/is-skipped, title: This is skipped, needs: [post-duration], clauses: [digitalocean.two], steps: [{expect: {error: any}}]}
";
    let suite = suite_of(CLAUSES, cases).unwrap();
    let about = About::new("test", "1.0.0", ["digitalocean"]).without(Feature::PostDuration);
    let adapter = adapter_fn(about, |_| async {
        Err::<Fetched, _>(Failure { status: Some(404), ..Failure::new(FailureKind::NotFound) })
    });
    let mut run = tokio::runtime::Runtime::new().unwrap().block_on(Runner::new(Arc::new(adapter)).run(suite.cases()));
    for result in &mut run.results {
        result.duration_ms = 7;
        let at = result.case.place.file.find("digitalocean/").unwrap();
        result.case.place.file.replace_range(..at, "fixtures/");
    }
    run.adapter.version = "1.2.3".to_owned();
    (suite, run)
}

fn check(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/reports"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

#[test]
fn human() {
    let (suite, run) = run();
    let text = Format::Human.render(&run, &suite);
    assert!(text.contains("\u{1b}["), "styled, for whoever prints it to keep or strip");
    check("human", &anstream::adapter::strip_str(&text).to_string());
}

#[test]
fn nothing_of_others_steers_a_terminal() {
    let (suite, mut run) = run();
    for result in &mut run.results {
        for miss in &mut result.mismatches {
            miss.came.push_str("\u{1b}[2J\u{7}");
        }
    }
    let text = Format::Human.render(&run, &suite);
    assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{7}'), "{text}");
    assert!(text.contains("\\u{1b}[2J\\u{7}"), "{text}");
}

#[test]
fn json() {
    let (suite, run) = run();
    check("json", &Format::Json.render(&run, &suite));
}

#[test]
fn junit() {
    let (suite, run) = run();
    check("junit", &Format::Junit.render(&run, &suite));
}
