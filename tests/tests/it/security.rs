//! SECURITY.md says what each promise is kept by; that has to be there.

use std::path::Path;

use kubeproof::conformance::{Selection, Suite};

/// The things in backticks in the rows of the table.
fn named(text: &str) -> Vec<&str> {
    let section = text.split("## What it is kept by").nth(1).unwrap().split("\n## ").next().unwrap();
    section.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// What is named and is neither a file nor a pattern that selects cases.
fn missing<'a>(named: &[&'a str]) -> Vec<&'a str> {
    let suite = Suite::embedded().unwrap();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let is_there = |name: &str| {
        let selection = Selection { patterns: vec![name.to_owned()], ..Selection::default() };
        root.join(name).is_file() || suite.select(&selection).is_ok_and(|cases| cases.into_iter().next().is_some())
    };
    named.iter().copied().filter(|name| *name != "Debug" && !is_there(name)).collect()
}

#[test]
fn every_promise_is_kept_by_something_that_is_there() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../SECURITY.md")).unwrap();
    let named = named(&text);
    assert!(named.len() > 40, "{named:?}");
    assert_eq!(missing(&named), [""; 0]);
}

#[test]
fn what_is_not_there_is_missed() {
    let text = "## What it is kept by\n| a | `ucs/nowhere/*`, `README.md`, `ucs/download/*`, `tests/nothing.rs` |\n\n## More\n| b | `x` |";
    assert_eq!(missing(&named(text)), ["ucs/nowhere/*", "tests/nothing.rs"]);
}
