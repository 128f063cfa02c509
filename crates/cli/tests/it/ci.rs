//! What others take into their CI: the action, the example workflows and the container file.

mod action;
mod container;
mod page;
mod runner;
mod workflows;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

/// The root of the repository, which is what GitHub checks out for the action.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A file of the repository, as YAML.
fn yaml(file: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

/// Writes a program.
fn program(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The entries of a mapping, as text.
fn entries(mapping: &Value) -> Vec<(String, String)> {
    let Value::Mapping(mapping) = mapping else { return Vec::new() };
    mapping.iter().map(|(key, value)| (text(key), text(value))).collect()
}

/// A scalar, as a runner reads it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null => String::new(),
        other => panic!("no scalar: {other:?}"),
    }
}

/// Everything that a step says to a shell, wherever it is in a file.
fn scripts(value: &Value) -> Vec<String> {
    match value {
        Value::Mapping(mapping) => mapping
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                Some("run") => vec![text(value)],
                _ => scripts(value),
            })
            .collect(),
        Value::Sequence(items) => items.iter().flat_map(scripts).collect(),
        _ => Vec::new(),
    }
}

/// Every action that a file uses.
fn used(value: &Value) -> Vec<String> {
    match value {
        Value::Mapping(mapping) => mapping
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                Some("uses") => vec![text(value)],
                _ => used(value),
            })
            .collect(),
        Value::Sequence(items) => items.iter().flat_map(used).collect(),
        _ => Vec::new(),
    }
}

/// Whether an action is named by the full SHA of a commit, which nobody can move.
fn is_pinned(action: &str) -> bool {
    action.rsplit_once('@').is_some_and(|(_, sha)| sha.len() == 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[test]
fn pins_are_told_from_tags() {
    assert!(is_pinned("actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830"));
    for moved in ["actions/cache@v4", "actions/cache", "actions/cache@0057852", "actions/cache@main"] {
        assert!(!is_pinned(moved), "{moved}");
    }
}
