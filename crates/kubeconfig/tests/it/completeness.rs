//! What a kubeconfig lacks.

use kubeproof_kubeconfig::{Data, Finding, Kubeconfig, incompleteness};

use crate::certificates::{authority, leaf};

/// A complete kubeconfig with one context, in which a row replaces cluster and user.
fn of(cluster: &str, user: &str) -> Kubeconfig {
    let text = format!(
        "current-context: c
clusters: [{{name: k, cluster: {{{cluster}}}}}]
users: [{{name: u, user: {{{user}}}}}]
contexts: [{{name: c, context: {{cluster: k, user: u}}}}]
"
    );
    Kubeconfig::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", finding.path, finding.code)).collect()
}

#[track_caller]
fn check(kubeconfig: &Kubeconfig, expected: &[&str]) {
    assert_eq!(codes(&incompleteness(kubeconfig)), expected);
}

#[track_caller]
fn check_cluster(cluster: &str, expected: &[&str]) {
    let findings = incompleteness(&of(cluster, "token: t"));
    assert_eq!(codes(&findings), expected, "{cluster}: {findings:?}");
}

#[track_caller]
fn check_user(user: &str, expected: &[&str]) {
    let findings = incompleteness(&of("server: 'http://localhost:1'", user));
    assert_eq!(codes(&findings), expected, "{user}: {findings:?}");
}

#[test]
fn clusters() {
    let ca = Data::new(authority().certificate).to_base64();
    let with_ca = |rest: &str| format!("{rest}, certificate-authority-data: {ca}");
    check_cluster(&with_ca("server: 'https://k8s.example.test'"), &[]);
    check_cluster("server: 'https://k8s.example.test', certificate-authority: ca.pem", &[]);
    check_cluster("server: 'https://k8s.example.test', insecure-skip-tls-verify: true", &[]);
    check_cluster("server: 'http://127.0.0.1:8080'", &[]);

    check_cluster("", &["clusters[0].cluster.server missing-server"]);
    check_cluster(&with_ca("server: ''"), &["clusters[0].cluster.server missing-server"]);
    for server in ["https://", "https://h:0", "https://h ", "ftp://h", "https://u:p@h"] {
        check_cluster(&with_ca(&format!("server: '{server}'")), &["clusters[0].cluster.server unusable-server"]);
    }
    for server in ["http://k8s.example.test", "k8s.example.test:6443", "localhost:6443"] {
        check_cluster(&with_ca(&format!("server: '{server}'")), &["clusters[0].cluster.server plain-http"]);
    }
    check_cluster(
        "server: 'https://k8s.example.test'",
        &["clusters[0].cluster.certificate-authority-data missing-certificate-authority"],
    );
    for data in [Data::new("hello"), Data::new(authority().key), Data::new(authority().der)] {
        check_cluster(
            &format!("server: 'https://k8s.example.test', certificate-authority-data: {}", data.to_base64()),
            &["clusters[0].cluster.certificate-authority-data unusable-certificate-authority"],
        );
    }
    check_cluster(
        &with_ca("server: 'https://k8s.example.test', insecure-skip-tls-verify: true"),
        &["clusters[0].cluster.insecure-skip-tls-verify conflicting-fields"],
    );
    check_cluster(
        &with_ca("server: 'https://k8s.example.test', certificate-authority: ca.pem"),
        &["clusters[0].cluster.certificate-authority conflicting-fields"],
    );
}

#[test]
fn users() {
    let pair = leaf();
    let certificate = Data::new(pair.certificate).to_base64();
    let key = Data::new(pair.key).to_base64();
    let exec = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";
    for user in [
        "token: t".to_owned(),
        "tokenFile: f".to_owned(),
        "token: t, tokenFile: f".to_owned(),
        "username: admin, password: p".to_owned(),
        "auth-provider: {name: oidc}".to_owned(),
        "client-certificate: c, client-key: k".to_owned(),
        format!("client-certificate-data: {certificate}, client-key-data: {key}"),
        format!("client-certificate-data: {certificate}, client-key: k, token: t"),
        format!("exec: {{command: c, {exec}}}"),
    ] {
        check_user(&user, &[]);
    }
    for user in ["", "token: ''", "token: null", "as: somebody", "password: p"] {
        check_user(user, &["users[0].user no-credential"]);
    }
    check_user("token: 'a b'", &["users[0].user.token unusable-token"]);
    check_user("token: \"a\\n\"", &["users[0].user.token unusable-token"]);
    check_user(
        &format!("client-certificate-data: {certificate}"),
        &["users[0].user.client-key-data missing-client-key"],
    );
    check_user("client-certificate: c", &["users[0].user.client-key-data missing-client-key"]);
    check_user(
        &format!("client-key-data: {key}"),
        &["users[0].user.client-certificate-data missing-client-certificate"],
    );
    check_user(
        &format!("client-certificate-data: YWI=, client-key-data: {key}"),
        &["users[0].user.client-certificate-data unusable-client-certificate"],
    );
    check_user(
        &format!("client-certificate-data: {certificate}, client-key-data: YWI="),
        &["users[0].user.client-key-data unusable-client-key"],
    );
    check_user(
        &format!(
            "client-certificate-data: {certificate}, client-key-data: {key}, client-certificate: c, client-key: k"
        ),
        &["users[0].user.client-certificate conflicting-fields", "users[0].user.client-key conflicting-fields"],
    );
    check_user("token: t, username: admin", &["users[0].user.username conflicting-fields"]);
    check_user(
        &format!("auth-provider: {{name: oidc}}, exec: {{command: c, {exec}}}"),
        &["users[0].user.auth-provider conflicting-fields"],
    );
    for (exec, fields) in [
        ("", &["command", "apiVersion", "interactiveMode"][..]),
        ("command: c", &["apiVersion", "interactiveMode"]),
        ("apiVersion: client.authentication.k8s.io/v1, command: c", &["interactiveMode"]),
        ("apiVersion: client.authentication.k8s.io/v1beta1, command: c", &[]),
        ("apiVersion: v1, command: c, interactiveMode: Never", &["apiVersion"]),
        ("apiVersion: client.authentication.k8s.io/v1beta1, command: c, env: [{value: v}]", &["env[0].name"]),
    ] {
        let expected: Vec<String> =
            fields.iter().map(|field| format!("users[0].user.exec.{field} incomplete-exec")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check_user(&format!("exec: {{{exec}}}"), &expected);
    }
    check_user("auth-provider: {name: gcp}", &["users[0].user.auth-provider.name unsupported-auth-provider"]);
    check_user("tokenFile: f, username: admin", &["users[0].user.username conflicting-fields"]);
}

#[test]
fn references() {
    let parse = |text: &str| Kubeconfig::parse(text).unwrap();
    check(&Kubeconfig::default(), &["current-context no-current-context"]);
    check(&parse("current-context: gone\n"), &["current-context unknown-context"]);
    check(
        &parse("current-context: c\ncontexts: [{name: c, context: {cluster: gone}}]\n"),
        &["contexts[0].context.cluster unknown-cluster", "contexts[0].context.user unknown-user"],
    );
    // What the current context does not use does not count.
    let mut complete = of("server: 'http://localhost:1'", "token: t");
    complete.clusters.push(kubeproof_kubeconfig::NamedCluster::default());
    check(&complete, &[]);
    complete.clusters.push(kubeproof_kubeconfig::NamedCluster::default());
    complete.users.push(complete.users[0].clone());
    complete.contexts.push(complete.contexts[0].clone());
    let expected =
        ["clusters[2].name duplicate-name", "users[1].name duplicate-name", "contexts[1].name duplicate-name"];
    check(&complete, &expected);
}
