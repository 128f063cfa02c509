//! Every link of a page leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::markdown;
use crate::page::{Page, root};

/// What links lead to, each read once.
#[derive(Default)]
struct Targets(BTreeMap<PathBuf, Target>);

/// What can be linked to within a file.
struct Target {
    anchors: BTreeSet<String>,
    lines: usize,
}

impl Target {
    fn of(text: &str) -> Self {
        Self { anchors: markdown::anchors(text), lines: text.lines().count() }
    }

    /// Whether it has an anchor, or a line, as forges have it: `L7`.
    fn has(&self, anchor: &str) -> bool {
        match anchor.strip_prefix('L').and_then(|line| line.parse::<usize>().ok()) {
            Some(line) => (1..=self.lines).contains(&line),
            None => self.anchors.contains(anchor),
        }
    }
}

impl Targets {
    /// What is wrong with the links of a page.
    fn broken(&mut self, page: &Page) -> Vec<String> {
        let own = Target::of(&page.text);
        let wrong = markdown::links(&page.text).into_iter().filter_map(|link| {
            let why = self.why_broken(page, &own, &link.target)?;
            Some(format!("{}:{}: {} {why}", page.name, link.line, link.target))
        });
        wrong.collect()
    }

    fn why_broken(&mut self, page: &Page, own: &Target, link: &str) -> Option<&'static str> {
        // Nobody leaves this machine to look.
        if link.starts_with("https://") {
            return None;
        }
        if link.contains(':') || link.starts_with('/') {
            return Some("is no relative link, nor https");
        }
        let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
        if path.is_empty() {
            return (!anchor.is_some_and(|anchor| own.has(anchor))).then_some("is not on that page");
        }
        let Some(path) = resolved(&page.folder().join(path)) else { return Some("leads out of the repository") };
        let there = root().join(&path);
        if !there.exists() {
            return Some("is not there");
        }
        // mdBook makes a page of HTML of whatever is called so, and knows those in docs/ alone.
        if page.name.starts_with("docs/") && path.extension().is_some_and(|is| is == "md") && !path.starts_with("docs")
        {
            return Some("is no page of the book: name it, and link the folder that it is in");
        }
        if page.name.starts_with("docs/")
            && page.name != "docs/SUMMARY.md"
            && ["docs/SUMMARY.md", "docs/README.md"].map(Path::new).contains(&path.as_path())
        {
            return Some("is called otherwise in the rendered book: link what is meant");
        }
        let anchor = anchor?;
        let target = self.0.entry(path).or_insert_with(|| Target::of(&fs::read_to_string(there).unwrap_or_default()));
        (!target.has(anchor)).then_some("is not on that page")
    }
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
    let mut targets = Targets::default();
    let broken: Vec<String> = pages.flat_map(|page| targets.broken(&page)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    for (text, expected) in [
        ("[a](sdks.md) [b](../fixtures/ucs/clauses.yaml#L1) [c](#here) [d](https://example.test)\n\n# Here\n", ""),
        ("[a](no.md)", "docs/x.md:1: no.md is not there"),
        ("\n[a](../fixtures/no.yaml#L1)", "docs/x.md:2: ../fixtures/no.yaml#L1 is not there"),
        (
            "[a](../fixtures/ucs/clauses.yaml#L99999)",
            "docs/x.md:1: ../fixtures/ucs/clauses.yaml#L99999 is not on that page",
        ),
        ("[a](sdks.md#nowhere)", "docs/x.md:1: sdks.md#nowhere is not on that page"),
        ("[a](#nowhere)", "docs/x.md:1: #nowhere is not on that page"),
        ("[a](../../x)", "docs/x.md:1: ../../x leads out of the repository"),
        ("[a](SUMMARY.md)", "docs/x.md:1: SUMMARY.md is called otherwise in the rendered book: link what is meant"),
        ("[a](README.md)", "docs/x.md:1: README.md is called otherwise in the rendered book: link what is meant"),
        ("[a](/etc)", "docs/x.md:1: /etc is no relative link, nor https"),
        ("[a](http://example.test)", "docs/x.md:1: http://example.test is no relative link, nor https"),
        (
            "[a](../README.md)",
            "docs/x.md:1: ../README.md is no page of the book: name it, and link the folder that it is in",
        ),
    ] {
        assert_eq!(Targets::default().broken(&Page::new("docs/x.md", text)).join("\n"), expected, "{text}");
    }
}
