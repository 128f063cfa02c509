//! Texts that YAML readers disagree about, in every place of a kubeconfig that holds a text.

use std::collections::{BTreeMap, BTreeSet};

use kubeproof_kubeconfig::{
    AuthProvider, Cluster, Context, EnvVar, Exec, Kubeconfig, NamedCluster, NamedContext, NamedExtension, NamedUser,
    Unknown, User,
};
use serde_json::{Value, json};

use crate::comparison::{as_kubectl_shows, differences};
use crate::oracle::Oracle;
use crate::readers::{read_by_kube, read_by_serde_yaml};

/// The texts of `tests/interop/corpus.json`, which are grouped by what a reader may take them for, and some long ones.
fn corpus() -> Vec<String> {
    let groups: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("../../interop/corpus.json")).expect("the corpus is JSON");
    let long = [
        "x".repeat(100_000),
        "word ".repeat(500),
        format!("{}\n", "line of a text\n".repeat(200)),
        "日本 ".repeat(200),
        format!("{}: {}", "k".repeat(2_000), "v".repeat(2_000)),
        " ".repeat(300),
    ];
    groups.into_values().flatten().chain(long).collect()
}

fn variable(name: String, value: String) -> EnvVar {
    EnvVar { name, value: value.into(), unknown: Unknown::default() }
}

/// Every text of the corpus in every place, in one document; and what it has to be read as, written by hand.
fn document(corpus: &[String]) -> (Kubeconfig, Value) {
    let mut kubeconfig = Kubeconfig { current_context: "on".to_owned(), ..Kubeconfig::default() };
    let (mut clusters, mut users, mut contexts) = (Vec::new(), Vec::new(), Vec::new());
    for text in corpus {
        let text = || text.clone();
        kubeconfig.clusters.push(NamedCluster {
            name: text(),
            cluster: Cluster {
                server: text(),
                tls_server_name: Some(text()),
                certificate_authority: Some(text()),
                proxy_url: Some(text()),
                extensions: vec![NamedExtension {
                    name: text(),
                    extension: json!({text(): [text(), ""]}),
                    unknown: Unknown::default(),
                }],
                ..Cluster::default()
            },
            ..NamedCluster::default()
        });
        clusters.push(json!({"name": text(), "cluster": {
            "server": text(),
            "tls-server-name": text(),
            "certificate-authority": text(),
            "proxy-url": text(),
            "extensions": [{"name": text(), "extension": {text(): [text(), ""]}}],
        }}));
        kubeconfig.users.push(NamedUser {
            name: text(),
            user: User {
                client_certificate: Some(text()),
                client_key: Some(text()),
                token: Some(text().into()),
                token_file: Some(text()),
                impersonate: Some(text()),
                impersonate_uid: Some(text()),
                impersonate_groups: vec![text(), String::new()],
                impersonate_user_extra: BTreeMap::from([(text(), Some(vec![text()]))]),
                username: Some(text()),
                password: Some(text().into()),
                auth_provider: Some(AuthProvider {
                    name: text(),
                    config: Some(BTreeMap::from([(text(), text().into())])),
                    unknown: Unknown::default(),
                }),
                exec: Some(Exec {
                    command: text(),
                    args: Some(vec![text(), String::new(), format!("--name={}", text())]),
                    env: Some(vec![variable(text(), text()), variable(text(), String::new())]),
                    api_version: Some(text()),
                    install_hint: Some(text()),
                    interactive_mode: Some(text()),
                    ..Exec::default()
                }),
                ..User::default()
            },
            ..NamedUser::default()
        });
        users.push(json!({"name": text(), "user": {
            "client-certificate": text(),
            "client-key": text(),
            "token": text(),
            "tokenFile": text(),
            "as": text(),
            "as-uid": text(),
            "as-groups": [text(), ""],
            "as-user-extra": {text(): [text()]},
            "username": text(),
            "password": text(),
            "auth-provider": {"name": text(), "config": {text(): text()}},
            "exec": {
                "command": text(),
                "args": [text(), "", format!("--name={}", text())],
                "env": [{"name": text(), "value": text()}, {"name": text(), "value": ""}],
                "apiVersion": text(),
                "installHint": text(),
                "interactiveMode": text(),
            },
        }}));
        kubeconfig.contexts.push(NamedContext {
            name: text(),
            context: Context { cluster: text(), user: text(), namespace: Some(text()), ..Context::default() },
            ..NamedContext::default()
        });
        contexts.push(json!({
            "name": text(),
            "context": {"cluster": text(), "user": text(), "namespace": text()},
        }));
    }
    let expected = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": clusters,
        "users": users,
        "contexts": contexts,
        "current-context": "on",
    });
    (kubeconfig, expected)
}

#[test]
fn the_corpus_is_large_and_has_no_text_twice() {
    let corpus = corpus();
    let different: BTreeSet<&String> = corpus.iter().collect();
    assert_eq!(different.len(), corpus.len());
    assert!(corpus.len() >= 200, "{}", corpus.len());
}

#[test]
fn kubectl_reads_every_text_as_it_was_written() {
    let oracle = Oracle::new();
    let (kubeconfig, expected) = document(&corpus());
    let file = oracle.file("corpus", &kubeconfig.to_yaml().expect("it can be written"));
    let shown = oracle.kubectl_view(&file).expect("kubectl reads it");
    assert_eq!(differences(&as_kubectl_shows(&expected), &shown), [""; 0]);
}

#[test]
fn pyyaml_reads_every_text_as_it_was_written() {
    let oracle = Oracle::new();
    let (kubeconfig, expected) = document(&corpus());
    let file = oracle.file("corpus", &kubeconfig.to_yaml().expect("it can be written"));
    let read = oracle.python("documents", &[file]).expect("PyYAML reads it");
    assert_eq!(differences(&json!([[expected]]), &json!(read)), [""; 0]);
}

#[test]
fn serde_yaml_reads_every_text_as_it_was_written() {
    // Some of the corpus are keys too, and this reader takes keys of some hundred characters at most.
    let corpus: Vec<String> = corpus().into_iter().filter(|text| text.len() < 500).collect();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    let (kubeconfig, expected) = document(&corpus);
    let read = read_by_serde_yaml(&kubeconfig.to_yaml().expect("it can be written"));
    assert_eq!(differences(&expected, &read), [""; 0]);
}

#[test]
fn kube_reads_every_text_as_it_was_written() {
    let (mut kubeconfig, mut expected) = document(&corpus());
    // The one field that kube takes no text for.
    for exec in kubeconfig.users.iter_mut().filter_map(|entry| entry.user.exec.as_mut()) {
        exec.interactive_mode = Some("Never".to_owned());
    }
    for user in expected["users"].as_array_mut().into_iter().flatten() {
        user["user"]["exec"]["interactiveMode"] = json!("Never");
    }
    let read = read_by_kube(&kubeconfig.to_yaml().expect("it can be written"));
    assert_eq!(differences(&expected, &read), [""; 0]);
}

/// The corpus has teeth: written without quotes, such texts are read as something else, or the file is refused.
#[test]
fn texts_without_quotes_are_not_read_as_they_were_written() {
    let oracle = Oracle::new();
    for text in ["no", "0x1F", "1:30", "~", "<<", "2026-01-01", "1_000", ".inf"] {
        let read = oracle.python("documents", &[oracle.file("bare", &format!("token: {text}\n"))]);
        assert_ne!(read.as_ref().map(|read| &read[0]), Ok(&json!([{"token": text}])), "{text}");
    }
    for text in ["y", "no", "0x1F", "~", "1_000", ".inf"] {
        let file = oracle.file("bare", &format!("users:\n- name: a\n  user:\n    token: {text}\n"));
        let shown = oracle.kubectl_view(&file);
        assert_ne!(shown.as_ref().map(|shown| &shown["users"][0]["user"]["token"]), Ok(&json!(text)), "{text}");
    }
}
