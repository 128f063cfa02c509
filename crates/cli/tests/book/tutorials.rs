//! Every tutorial does what it says.

use std::collections::BTreeSet;

use crate::page::Page;
use crate::tutorial::follow;

#[track_caller]
fn check(name: &str) {
    if let Err(wrong) = follow(&Page::read(&format!("docs/tutorials/{name}"))) {
        panic!("{wrong}");
    }
}

// A test for each, so that they run side by side. Two need curl, which a machine with nothing but Rust may not have.

#[test]
fn test_your_client() {
    check("test-your-client.md");
}

#[cfg(feature = "interop")]
#[test]
fn reproduce_an_edge_case() {
    check("reproduce-an-edge-case.md");
}

#[cfg(feature = "interop")]
#[test]
fn judge_an_adapter() {
    check("judge-an-adapter.md");
}

#[test]
fn there_are_no_others() {
    let tutorials: BTreeSet<String> =
        Page::all().into_iter().map(|page| page.name).filter(|name| name.starts_with("docs/tutorials/")).collect();
    let followed = ["judge-an-adapter.md", "reproduce-an-edge-case.md", "test-your-client.md"];
    assert_eq!(tutorials, followed.map(|name| format!("docs/tutorials/{name}")).into());
}
