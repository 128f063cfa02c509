//! What the clients end up with, as kubectl, `PyYAML` and the Python client read it.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::comparison::{as_kubectl_shows, as_kubeproof_writes, changed_everywhere, differences};
use crate::issued::{Ending, endings};
use crate::oracle::Oracle;

/// Every ending, and its file.
async fn written(oracle: &Oracle) -> Vec<(Ending, PathBuf)> {
    let file = |ending: Ending| {
        let path = oracle.file(ending.name, &ending.text);
        (ending, path)
    };
    endings().await.into_iter().map(file).collect()
}

#[tokio::test]
async fn kubectl_reads_every_field_as_it_was_issued() {
    let oracle = Oracle::new();
    for (ending, file) in written(&oracle).await {
        let shown = oracle.kubectl_view(&file).unwrap_or_else(|complaint| panic!("{}: {complaint}", ending.name));
        assert_eq!(differences(&as_kubectl_shows(&ending.issued), &shown), [""; 0], "{}", ending.name);
    }
}

#[tokio::test]
async fn kubectl_shows_each_to_a_person_without_its_secrets() {
    let oracle = Oracle::new();
    for (ending, file) in written(&oracle).await {
        let output = oracle.kubectl(["config", "view", "--kubeconfig", &file.to_string_lossy()]);
        assert!(output.status.success(), "{}: {}", ending.name, String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).expect("kubectl writes UTF-8");
        let current = ending.issued["current-context"].as_str().expect("a context is current");
        assert!(shown.contains(current), "{}: {shown}", ending.name);
        for secret in ["token", "client-key-data"] {
            if let Some(secret) = ending.issued["users"][0]["user"][secret].as_str() {
                assert!(!shown.contains(secret), "{} shows a secret", ending.name);
            }
        }
    }
}

#[tokio::test]
async fn pyyaml_reads_every_field_as_it_was_issued() {
    let oracle = Oracle::new();
    let (endings, files): (Vec<_>, Vec<_>) = written(&oracle).await.into_iter().unzip();
    let read = oracle.python("documents", &files).expect("every file is YAML");
    assert_eq!(read.len(), endings.len());
    for (ending, documents) in endings.iter().zip(read) {
        // What digitalocean and lke sent is handed on as it is; the others are written anew.
        let expected = match ending.name {
            name if name.starts_with("digitalocean") || name.starts_with("lke") => ending.issued.clone(),
            _ => as_kubeproof_writes(&ending.issued),
        };
        assert_eq!(differences(&json!([expected]), &documents), [""; 0], "{}", ending.name);
    }
}

#[tokio::test]
async fn the_python_client_would_connect_with_what_was_issued() {
    let oracle = Oracle::new();
    let (endings, files): (Vec<_>, Vec<_>) = written(&oracle).await.into_iter().unzip();
    let loaded = oracle.python("access", &files).expect("every file is a kubeconfig");
    assert_eq!(loaded.len(), endings.len());
    for (ending, loaded) in endings.iter().zip(loaded) {
        assert_eq!(differences(&connections(&ending.issued), &loaded), [""; 0], "{}", ending.name);
    }
}

/// What a client connects with in each context of a kubeconfig.
fn connections(issued: &Value) -> Value {
    let named = |list: &str, inner: &str, name: &Value| {
        let entries = issued[list].as_array().into_iter().flatten();
        let mut found = entries.filter(|entry| entry["name"] == *name);
        found.next().map(|entry| entry[inner].clone()).expect("a context refers to what there is")
    };
    let mut contexts = Map::new();
    for context in issued["contexts"].as_array().into_iter().flatten() {
        let cluster = named("clusters", "cluster", &context["context"]["cluster"]);
        let user = named("users", "user", &context["context"]["user"]);
        let token = match user.get("exec") {
            // What the program prints.
            Some(_) => Some("token-of-a-program"),
            None => user["token"].as_str(),
        };
        contexts.insert(
            context["name"].as_str().expect("a context has a name").to_owned(),
            json!({
                "server": cluster["server"],
                "verifies": cluster.get("insecure-skip-tls-verify") != Some(&json!(true)),
                "certificate-authority-data": cluster["certificate-authority-data"],
                "client-certificate-data": user["client-certificate-data"],
                "client-key-data": user["client-key-data"],
                "authorization": token.map(|token| format!("Bearer {token}")),
                "username": null,
                "proxy": null,
            }),
        );
    }
    json!({"current": issued["current-context"], "contexts": contexts})
}

/// The comparison can fail: whichever value of a file is changed, kubectl shows the change, or refuses the file.
#[tokio::test]
async fn a_changed_value_is_noticed() {
    let oracle = Oracle::new();
    for ending in endings().await.into_iter().filter(|ending| ["fireworks-exec", "cce-external"].contains(&ending.name))
    {
        for (path, changed) in changed_everywhere(&as_kubeproof_writes(&ending.issued)) {
            let file = oracle.file("changed", &changed.to_string());
            match oracle.kubectl_view(&file) {
                Err(_) => assert!(["/apiVersion", "/kind"].contains(&path.as_str()), "{}{path}", ending.name),
                Ok(shown) => {
                    let found = differences(&as_kubectl_shows(&ending.issued), &shown);
                    // A changed name may change the order, too.
                    assert!(!found.is_empty(), "{}{path} is changed and nobody notices", ending.name);
                    assert!(path.ends_with("/name") || found.len() == 1, "{}{path}: {found:?}", ending.name);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_lost_field_and_an_added_one_are_noticed() {
    let oracle = Oracle::new();
    for mut ending in endings().await.into_iter().filter(|ending| ending.name == "fireworks-token") {
        let expected = as_kubectl_shows(&ending.issued);
        let cluster = &mut ending.issued["clusters"][0]["cluster"];
        cluster.as_object_mut().and_then(|fields| fields.remove("certificate-authority-data")).expect("it was there");
        cluster["tls-server-name"] = json!("another.example.test");
        let shown = oracle.kubectl_view(&oracle.file("changed", &ending.issued.to_string())).expect("it can be read");
        let found = differences(&expected, &shown);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("is lost") && found[1].ends_with("was added"), "{found:?}");
    }
}
