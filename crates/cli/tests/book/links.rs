//! Every link of a page leads somewhere.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::markdown;
use crate::page::{Page, root};

/// What is wrong with the links of a page.
fn broken(page: &Page) -> Vec<String> {
    let wrong = markdown::links(&page.text).into_iter().filter_map(|link| {
        let why = why_broken(page, &link.target)?;
        Some(format!("{}:{}: {} {why}", page.name, link.line, link.target))
    });
    wrong.collect()
}

fn why_broken(page: &Page, target: &str) -> Option<String> {
    // Nobody leaves this machine to look.
    if target.starts_with("https://") {
        return None;
    }
    if target.contains(':') || target.starts_with('/') {
        return Some("is no relative link, nor https".to_owned());
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let text = if path.is_empty() {
        page.text.clone()
    } else {
        let Some(path) = resolved(&page.folder().join(path)) else { return Some("leads out of the repository".to_owned()) };
        if !root().join(&path).exists() {
            return Some("is not there".to_owned());
        }
        // mdBook makes a page of HTML of whatever is called so, and knows those in docs/ alone.
        if page.name.starts_with("docs/") && path.extension().is_some_and(|is| is == "md") && !path.starts_with("docs") {
            return Some("is no page of the book: name it, and link the folder that it is in".to_owned());
        }
        match anchor {
            None => return None,
            Some(_) => fs::read_to_string(root().join(path)).ok()?,
        }
    };
    let anchor = anchor?;
    let is_there = match anchor.strip_prefix('L').and_then(|line| line.parse::<usize>().ok()) {
        Some(line) => line <= text.lines().count(),
        None => markdown::anchors(&text).contains(anchor),
    };
    (!is_there).then(|| "is not on that page".to_owned())
}

/// A path without `.` and `..`, unless it leads out.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => resolved.push(name),
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(resolved)
}

#[test]
fn every_link_leads_somewhere() {
    let of_the_root = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    let pages = Page::all().into_iter().chain(of_the_root.map(Page::read));
    let broken: Vec<String> = pages.flat_map(|page| broken(&page)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    for (text, expected) in [
        ("[a](sdks.md) [b](../fixtures/ucs/clauses.yaml#L1) [c](#here) [d](https://example.test)\n\n# Here\n", ""),
        ("[a](no.md)", "docs/x.md:1: no.md is not there"),
        ("\n[a](../fixtures/no.yaml#L1)", "docs/x.md:2: ../fixtures/no.yaml#L1 is not there"),
        ("[a](../fixtures/ucs/clauses.yaml#L99999)", "docs/x.md:1: ../fixtures/ucs/clauses.yaml#L99999 is not on that page"),
        ("[a](sdks.md#nowhere)", "docs/x.md:1: sdks.md#nowhere is not on that page"),
        ("[a](#nowhere)", "docs/x.md:1: #nowhere is not on that page"),
        ("[a](../../x)", "docs/x.md:1: ../../x leads out of the repository"),
        ("[a](/etc)", "docs/x.md:1: /etc is no relative link, nor https"),
        ("[a](http://example.test)", "docs/x.md:1: http://example.test is no relative link, nor https"),
        (
            "[a](../README.md)",
            "docs/x.md:1: ../README.md is no page of the book: name it, and link the folder that it is in",
        ),
    ] {
        assert_eq!(broken(&Page::new("docs/x.md", text)).join("\n"), expected, "{text}");
    }
}
