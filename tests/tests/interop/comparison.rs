//! Field by field, in both directions.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every difference between what is expected and what was read: fields that are lost, added or changed. Equal documents
/// have none.
pub(crate) fn differences(expected: &Value, read: &Value) -> Vec<String> {
    let (expected, read) = (leaves(expected), leaves(read));
    let lost_or_changed = expected.iter().filter_map(|(path, value)| match read.get(path) {
        None => Some(format!("{path}: {} is lost", shown(value))),
        Some(other) if other != value => Some(format!("{path}: {} became {}", shown(value), shown(other))),
        Some(_) => None,
    });
    let added = read
        .iter()
        .filter(|(path, _)| !expected.contains_key(*path))
        .map(|(path, value)| format!("{path}: {} was added", shown(value)));
    lost_or_changed.chain(added).collect()
}

/// Whatever has nothing below it, by its path: texts, numbers, and objects and lists that are empty.
pub(crate) fn leaves(document: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect(String::new(), document, &mut found);
    found
}

fn collect(path: String, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, inner) in fields {
                collect(format!("{path}/{}", escaped(name)), inner, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, inner) in items.iter().enumerate() {
                collect(format!("{path}/{index}"), inner, found);
            }
        }
        leaf => {
            found.insert(path, leaf.clone());
        }
    }
}

/// As in a JSON pointer, so that [`Value::pointer_mut`] takes the paths.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The start of a value.
fn shown(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("…".chars()).collect() }
}

/// `document` as `kubectl config view --raw -o json` shows it. Everything that kubectl does to one is listed here.
pub(crate) fn as_kubectl_shows(document: &Value) -> Value {
    let mut shown = document.clone();
    // Deprecated since Kubernetes 1.34, and left out when it says nothing.
    if let Some(fields) = shown.as_object_mut()
        && fields.get("preferences") == Some(&Value::Object(Default::default()))
    {
        fields.remove("preferences");
    }
    // Sorted by name.
    for list in ["clusters", "users", "contexts"] {
        if let Some(Value::Array(entries)) = shown.get_mut(list) {
            entries.sort_by_key(|entry| entry["name"].as_str().map(str::to_owned));
        }
    }
    // Of users, an exec plugin is written even where there is nothing to write.
    for user in shown["users"].as_array_mut().into_iter().flatten() {
        // Left out when it says nothing, as Linode sends it.
        if let Some(fields) = user["user"].as_object_mut()
            && fields.get("as-user-extra") == Some(&Value::Object(Default::default()))
        {
            fields.remove("as-user-extra");
        }
        if let Some(exec) = user["user"].get_mut("exec").and_then(Value::as_object_mut) {
            for (field, nothing) in
                [("args", Value::Null), ("env", Value::Null), ("provideClusterInfo", Value::Bool(false))]
            {
                exec.entry(field).or_insert(nothing);
            }
        }
    }
    shown
}

/// `document` without the one thing that the writer of kubeproof leaves out: preferences that say nothing.
pub(crate) fn as_kubeproof_writes(document: &Value) -> Value {
    let mut written = document.clone();
    if let Some(fields) = written.as_object_mut()
        && fields.get("preferences") == Some(&Value::Object(Default::default()))
    {
        fields.remove("preferences");
    }
    written
}

/// For a document that says something everywhere, a copy for each of its leaves, in which that one is another.
pub(crate) fn changed_everywhere(document: &Value) -> Vec<(String, Value)> {
    use base64::Engine as _;
    leaves(document)
        .into_iter()
        .map(|(path, value)| {
            let other = match value {
                Value::String(_) if path.ends_with("-data") => {
                    Value::String(base64::engine::general_purpose::STANDARD.encode("another"))
                }
                Value::String(text) => Value::String(format!("{text}x")),
                Value::Bool(flag) => Value::Bool(!flag),
                other => panic!("{path}: {other} cannot be changed"),
            };
            let mut changed = document.clone();
            *changed.pointer_mut(&path).expect("the leaf is there") = other;
            (path, changed)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expected: Value, read: Value, difference: &str) {
        assert_eq!(differences(&expected, &read), [difference]);
    }

    #[test]
    fn a_difference_is_told_in_either_direction() {
        check(json!({"a": 1, "b": 2}), json!({"b": 2}), "/a: 1 is lost");
        check(json!({"a": 1}), json!({"a": 1, "b": {"c": null}}), "/b/c: null was added");
        check(json!({"a": "1"}), json!({"a": 1}), r#"/a: "1" became 1"#);
        check(json!({"a": ""}), json!({"a": null}), r#"/a: "" became null"#);
        check(json!([1, 2]), json!([1]), "/1: 2 is lost");
        check(json!({"a/b": {}}), json!({"a/b": []}), "/a~1b: {} became []");
        assert!(differences(&json!({"a": [1, {}]}), &json!({"a": [1, {}]})).is_empty());
    }
}
