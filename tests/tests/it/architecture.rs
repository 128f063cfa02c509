//! Who may know whom, as ARCHITECTURE.md draws it.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use kubeproof::conformance::adapter::Adapter as _;
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof_reference::ReferenceAdapter;

/// Every arrow that is allowed. [`CLIENT`] stands for the client crate of each provider, which is called like it; another crate
/// that is not named here may not exist.
const ARROWS: [(&str, &[&str]); 8] = [
    ("cli", &["kubeproof", "reference", CLIENT, "conformance", "emulator", "kubeconfig"]),
    ("kubeproof", &["conformance", "emulator"]),
    ("conformance", &["emulator", "kubeconfig"]),
    ("reference", &["conformance", CLIENT, "client", "kubeconfig"]),
    (CLIENT, &["client", "kubeconfig"]),
    ("client", &["kubeconfig"]),
    ("kubeconfig", &[]),
    ("emulator", &[]),
];

/// The client crate of a provider.
const CLIENT: &str = "*a provider*";

/// What a crate is called in [`ARROWS`].
fn known_as(package: &str) -> &str {
    let name = package.strip_prefix("kubeproof-").unwrap_or(package);
    if PROVIDERS.contains(&name) { CLIENT } else { name }
}

/// The one package that may know everybody: the workspace's own tests.
const TESTS: &str = "kubeproof-tests";

/// A dependency of one crate of the workspace on another.
type Arrow = (String, String);

/// Arrows that are there and not allowed.
fn forbidden(arrows: &[Arrow]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    arrows
        .iter()
        .filter(|(from, to)| !allowed.get(known_as(from)).is_some_and(|allowed| allowed.contains(&known_as(to))))
        .map(|(from, to)| format!("{from} → {to}"))
        .collect()
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).exec().unwrap()
}

/// The arrows of the workspace, those of tests and build scripts included.
fn arrows(metadata: &Metadata) -> Vec<Arrow> {
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    packages
        .iter()
        .filter(|package| package.name.as_str() != TESTS)
        .flat_map(|package| package.dependencies.iter().map(|to| (package.name.to_string(), to.name.clone())))
        .filter(|(_, to)| names.contains(to.as_str()))
        .collect()
}

#[test]
fn no_crate_knows_more_than_it_may() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let crates: Vec<&str> =
        packages.iter().map(|package| package.name.as_str()).filter(|name| *name != TESTS).collect();
    for name in &crates {
        assert!(ARROWS.iter().any(|(known, _)| *known == known_as(name)), "{name} is in no arrow");
    }
    // Each is there, and so is the client crate of every provider.
    assert_eq!(crates.len(), ARROWS.len() - 1 + PROVIDERS.len());
    assert_eq!(forbidden(&arrows(&metadata)), [""; 0]);
}

#[test]
fn an_arrow_too_many_is_found() {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(forbidden(&[arrow("kubeproof-emulator", "kubeproof-kubeconfig")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-client", "kubeproof-emulator")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-kubeconfig", "kubeproof-client")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-ucs", "kubeproof-cce")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-client", "kubeproof-ucs")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-nimbus", "kubeproof-client")]).len(), 1);
    assert_eq!(forbidden(&[arrow("kubeproof-client", "kubeproof-kubeconfig")]).len(), 0);
    assert_eq!(forbidden(&[arrow("kubeproof-ucs", "kubeproof-client")]).len(), 0);
}

/// Two sides, no shared code: what the clients encode, decode and sign with is not what the emulator does it with.
#[test]
fn the_emulator_has_no_yaml_and_no_http_client() {
    let metadata = metadata();
    let emulator = metadata.packages.iter().find(|package| package.name.as_str() == "kubeproof-emulator").unwrap();
    let normal: Vec<&str> = emulator
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect();
    for shared in ["serde-saphyr", "yaml_serde", "reqwest", "secrecy"] {
        assert!(!normal.contains(&shared), "{shared}");
    }
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let keeps = manifest.contains("[lints]\nworkspace = true") || manifest.contains("unsafe_code = \"forbid\"");
        assert!(keeps, "{} neither inherits the lints nor forbids unsafe code", package.name);
    }
}

/// ARCHITECTURE.md draws the same arrows.
#[test]
fn the_drawing_is_true() {
    let drawing = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md")).unwrap();
    let quoted = |name: &str| if name == CLIENT { name.to_owned() } else { format!("`{name}`") };
    for (from, to) in ARROWS {
        let to = if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
        let row = format!("| {} | {to} |", quoted(from));
        assert!(drawing.contains(&row), "ARCHITECTURE.md has no row {row}");
    }
}

/// What is emulated has a client, and the reference has it.
#[test]
fn every_provider_is_in_the_reference() {
    assert_eq!(ReferenceAdapter.about().providers, PROVIDERS);
}
