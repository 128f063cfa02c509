//! The table of contents has every page, and no other.

use std::collections::BTreeSet;

use crate::markdown;
use crate::page::Page;

const SUMMARY: &str = "docs/SUMMARY.md";

#[test]
fn every_page_is_in_the_summary_once() {
    let listed: Vec<String> =
        markdown::links(&Page::read(SUMMARY).text).into_iter().map(|link| format!("docs/{}", link.target)).collect();
    let there: BTreeSet<String> =
        Page::all().into_iter().map(|page| page.name).filter(|name| name != SUMMARY).collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice: {listed:#?}");
    let missing: Vec<_> = there.difference(&once).collect();
    let gone: Vec<_> = once.difference(&there).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "{SUMMARY} lacks {missing:?}, and lists what is not there: {gone:?}"
    );
}

/// What mdBook reads, which is not run here.
#[test]
fn mdbook_is_told_where_the_pages_are() {
    let settings = Page::read("docs/book.toml").text;
    assert!(settings.lines().any(|line| line == "src = \".\""), "{settings}");
}
