//! kubectl uses what `kubeproof fetch` leaves in a file, against the stub Kubernetes API of `kubeproof serve`.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::oracle::{Oracle, kubeproof};
use crate::serve::Serving;

const TOKEN: &str = "0c0ffee0-0000-4000-8000-000000000001";
const CERTIFICATE: &str = "0c0ffee0-0000-4000-8000-000000000002";
const INTERNAL: &str = "0c0ffee0-0000-11f1-8000-000000000001";
const EXTERNAL: &str = "0c0ffee0-0000-11f1-8000-000000000002";

/// The token that the default world of Fireworks has for the users of its clusters.
const USER_TOKEN: &str = "example-fireworks-user-token";

/// Runs `kubeproof fetch` with nothing but the environment that a server prints.
fn fetch(serving: &Serving, arguments: &[&str]) -> Output {
    let mut command = Command::new(kubeproof());
    command
        .arg("fetch")
        .args(arguments)
        .env_clear()
        .envs(serving.environment())
        .env("KUBEPROOF_USER_TOKEN", USER_TOKEN);
    command.output().expect("it can be run")
}

#[track_caller]
fn fetched(serving: &Serving, arguments: &[&str]) {
    let output = fetch(serving, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn namespaces(oracle: &Oracle, arguments: &[&str]) -> String {
    let output =
        oracle.kubectl([&["--kubeconfig", "config"], arguments, &["get", "namespaces", "-o", "name"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("kubectl writes UTF-8")
}

const NAMESPACES: &str = "namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\n";

/// A folder with the path of a kubeconfig that is not there yet.
fn place() -> (Oracle, PathBuf) {
    let oracle = Oracle::new();
    let path = oracle.file("config", "");
    std::fs::remove_file(&path).expect("it is there");
    (oracle, path)
}

#[test]
fn kubectl_gets_the_namespaces_with_what_was_fetched() {
    let serving = Serving::start(&["--tls"]);
    for (arguments, context) in [
        (&["digitalocean", TOKEN][..], "do-nyc1-demo"),
        (&["digitalocean", CERTIFICATE], "do-nyc1-legacy"),
        (&["cce", INTERNAL], "internal"),
        (&["cce", EXTERNAL], "external"),
        (&["cce", EXTERNAL, "--endpoint", "internal", "--context-name", "no"], "no"),
        (&["fireworks", "demo", "--context-name", "mine"], "mine"),
        (&["lke", "1001"], "lke1001-ctx"),
    ] {
        let (oracle, path) = place();
        fetched(&serving, &[arguments, &["--kubeconfig", path.to_str().expect("it is text")]].concat());
        assert_eq!(namespaces(&oracle, &[]), NAMESPACES, "{arguments:?}");
        assert_eq!(namespaces(&oracle, &["--context", context]), NAMESPACES, "{arguments:?}");
        // What is printed is the same to kubectl.
        let printed = fetch(&serving, &[arguments, &["--print"]].concat());
        oracle.file("config", &printed.stdout);
        assert_eq!(namespaces(&oracle, &["--context", context]), NAMESPACES, "{arguments:?}");
    }
    serving.stop();
}

#[test]
fn every_cluster_of_one_file_is_reached_and_a_renewed_one_again() {
    let serving = Serving::start(&["--tls"]);
    let (oracle, path) = place();
    let path = path.to_str().expect("it is text");
    for arguments in [
        &["digitalocean", TOKEN, CERTIFICATE][..],
        &["cce", "--project-id", "00000000000000000000000000000abc", INTERNAL, EXTERNAL],
        &["fireworks", "demo"],
        // Again, under names of its own, and in the place of the first.
        &["digitalocean", TOKEN],
        &["digitalocean", TOKEN, "--renew"],
    ] {
        fetched(&serving, &[arguments, &["--kubeconfig", path]].concat());
    }
    let contexts = oracle.kubectl(["--kubeconfig", "config", "config", "get-contexts", "-o", "name"]);
    let contexts = String::from_utf8(contexts.stdout).expect("kubectl writes UTF-8");
    let mut contexts: Vec<&str> = contexts.lines().collect();
    contexts.sort_unstable();
    let expected = [
        "do-nyc1-demo",
        "do-nyc1-demo-2",
        "do-nyc1-legacy",
        "external",
        "fireworks_demo-account_demo",
        "internal",
        "internal-2",
    ];
    assert_eq!(contexts, expected);
    for context in contexts {
        assert_eq!(namespaces(&oracle, &["--context", context]), NAMESPACES, "{context}");
    }
    serving.stop();
}

/// UCS has no kubeconfig. What is printed of its answer is what kubectl would apply.
#[test]
fn kubectl_reads_the_manifests_that_are_printed() {
    for edition in ["ucs@2025-05", "ucs@2026-01"] {
        let serving = Serving::start(&["--tls", "--edition", edition]);
        let oracle = Oracle::new();
        let save = oracle.folder("kept");
        let agent = oracle.folder("agent");
        let output = fetch(&serving, &["ucs", TOKEN, "--print", "--save", save.to_str().expect("it is text")]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::write(agent.join("agent.yaml"), &output.stdout).expect("it can be written");
        std::fs::write(agent.join("kustomization.yaml"), "resources: [agent.yaml]\n").expect("it can be written");
        let built = oracle.kubectl(["kustomize", "agent"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let read = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).expect("it is text");
            let documents = serde_yaml::Deserializer::from_str(&text).map(serde::Deserialize::deserialize);
            let mut documents: Vec<Value> = documents.map(|one| one.expect("it is YAML")).collect();
            documents.sort_by_key(|document| document["kind"].to_string());
            documents
        };
        assert_eq!(read(&built.stdout), read(&output.stdout), "{edition}");
        assert_eq!(read(&output.stdout).len(), 2);
        serving.stop();
    }
}
