//! Readers of kubeconfigs that are not ours.

use kube::config::Kubeconfig;
use serde_json::{Value, json};

/// What `kube` reads, written down again by itself. It writes `null` for what is not there, also where client-go has no
/// such thing.
pub(crate) fn read_by_kube(yaml: &str) -> Value {
    let read = Kubeconfig::from_yaml(yaml).expect("kube reads it");
    let mut value = serde_json::to_value(read).expect("kube writes it");
    remove_nulls(&mut value);
    // `false` is not written by us, and means the same.
    for user in value["users"].as_array_mut().into_iter().flatten() {
        if let Some(exec) = user["user"].get_mut("exec").and_then(Value::as_object_mut)
            && exec.get("provideClusterInfo") == Some(&json!(false))
        {
            exec.remove("provideClusterInfo");
        }
    }
    value
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, inner| !inner.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

pub(crate) fn read_by_serde_yaml(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("serde_yaml reads it")
}
