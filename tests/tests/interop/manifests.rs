//! The access information of ucs is not a kubeconfig: it is the manifests of an agent. kubectl reads those as well.

use kubeproof::emulator::providers::ucs::ItemsAs;
use serde::Deserialize as _;
use serde_json::Value;

use crate::comparison::differences;
use crate::issued::manifests;
use crate::oracle::Oracle;

const PUBLIC: &str = "0c0ffee0-0000-4000-8000-000000000001";
const PRIVATE: &str = "0c0ffee0-0000-4000-8000-000000000002";

#[tokio::test]
async fn kubectl_reads_every_field_of_the_manifests() {
    for (items_as, cluster_id) in [
        (ItemsAs::Strings, PUBLIC),
        (ItemsAs::Objects, PUBLIC),
        (ItemsAs::Strings, PRIVATE),
        (ItemsAs::Objects, PRIVATE),
    ] {
        let issued = objects(manifests(items_as, cluster_id).await);
        let read = built(&issued);
        assert_eq!(differences(&sorted(issued), &sorted(read)), [""; 0], "{items_as:?} {cluster_id}");
    }
}

#[tokio::test]
async fn a_changed_manifest_is_noticed() {
    let issued = objects(manifests(ItemsAs::Strings, PUBLIC).await);
    let mut changed = issued.clone();
    let replicas = changed.iter_mut().find_map(|object| object.pointer_mut("/spec/replicas")).expect("a deployment");
    *replicas = 3.into();
    let found = differences(&sorted(issued), &sorted(built(&changed)));
    assert_eq!(found, ["/0/spec/replicas: 2 became 3"]);
}

/// The items as objects; some are texts that hold one.
fn objects(items: Vec<Value>) -> Vec<Value> {
    let object = |item| match item {
        Value::String(text) => serde_json::from_str(&text).expect("an item holds JSON"),
        object => object,
    };
    items.into_iter().map(object).collect()
}

/// What `kubectl kustomize`, which asks no server, makes of a folder of manifests.
fn built(objects: &[Value]) -> Vec<Value> {
    let oracle = Oracle::new();
    oracle.folder("agent");
    let mut kustomization = String::from("resources:\n");
    for (number, object) in objects.iter().enumerate() {
        oracle.file(&format!("agent/{number}.yaml"), &object.to_string());
        kustomization.push_str(&format!("- {number}.yaml\n"));
    }
    oracle.file("agent/kustomization.yaml", &kustomization);
    let output = oracle.kubectl(["kustomize", "agent"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("kubectl writes UTF-8");
    let document = |document| Value::deserialize(document).expect("kubectl writes YAML");
    serde_yaml::Deserializer::from_str(&text).map(document).collect()
}

/// In an order that does not depend on who wrote them.
fn sorted(mut objects: Vec<Value>) -> Value {
    objects.sort_by_key(|object| object["kind"].as_str().map(str::to_owned));
    Value::Array(objects)
}
