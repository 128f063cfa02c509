//! Every dependency has a licence that `deny.toml` allows.

use std::collections::BTreeSet;

use cargo_metadata::MetadataCommand;

const DENY: &str = include_str!("../../../deny.toml");

/// The list under `[licenses]`.
fn allowed() -> BTreeSet<&'static str> {
    let (_, section) = DENY.split_once("[licenses]").expect("deny.toml has licences");
    let (_, list) = section.split_once("allow = [").expect("some are allowed");
    let (list, _) = list.split_once(']').expect("the list ends");
    let lines = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// Whether an SPDX expression is met by these licences. `/` is how `OR` was written once.
fn is_met(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ");
    // Parentheses occur only around an alternative: `(A OR B) AND C`.
    let (expression, inner) = match expression.split_once('(').and_then(|(before, rest)| {
        rest.split_once(')').map(|(inner, after)| (format!("{before}inner{after}"), is_met(inner, allowed)))
    }) {
        Some((outer, inner)) => (outer, inner),
        None => (expression, false),
    };
    expression.split(" OR ").any(|alternative| {
        let mut all = alternative.split(" AND ").map(str::trim);
        all.all(|licence| allowed.contains(licence) || (licence == "inner" && inner))
    })
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let metadata = MetadataCommand::new().exec().expect("cargo knows the workspace");
    let allowed = allowed();
    let refused: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !is_met(package.license.as_deref().unwrap_or("none"), &allowed))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    // And none is allowed for nothing.
    let has =
        |licence: &str| metadata.packages.iter().any(|package| package.license.iter().any(|of| of.contains(licence)));
    let unused: Vec<&&str> = allowed.iter().filter(|licence| !has(licence)).collect();
    assert!(unused.is_empty(), "deny.toml allows what no dependency has: {unused:?}");
}

#[test]
fn licences_are_read() {
    let allowed = BTreeSet::from(["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"]);
    for (expression, expected) in [
        ("MIT", true),
        ("MIT OR Apache-2.0", true),
        ("Apache-2.0/MIT", true),
        ("Apache-2.0 / MIT", true),
        ("(MIT OR Apache-2.0) AND Zlib", true),
        ("Zlib AND (MIT OR Apache-2.0)", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("MIT AND Apache-2.0", false),
        ("(MIT OR Apache-2.0) AND ISC", false),
        ("(ISC OR Apache-2.0) AND MIT", false),
        ("GPL-3.0-only", false),
        ("none", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), expected, "{expression:?}");
    }
}
