//! Everything that is to be said of one file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use kubeproof_kubeconfig::{FindingCode, Kubeconfig, Profile, Severity, lint, lint_access};

/// What is found in a text, as `path code`, of what has these severities.
#[track_caller]
fn found(text: &str, least: Severity) -> Vec<String> {
    let read = Kubeconfig::read(text.as_bytes(), Profile::Kubectl).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let findings = lint(&read, SystemTime::UNIX_EPOCH);
    assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity())), "{findings:?}");
    let found = findings.iter().filter(|finding| finding.severity() >= least);
    found.map(|finding| format!("{} {}", finding.path, finding.code)).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text, Severity::Notice), expected, "{text}");
}

/// The files of a list may be in parts: nobody uses these entries here.
#[test]
fn entries_that_no_context_uses() {
    check(
        "clusters:
- {name: none, cluster: {server: 'https://x.example.test'}}
- {name: port, cluster: {server: 'https://x.example.test:99999'}}
- {name: ftp, cluster: {server: 'ftp://x.example.test'}}
- {name: both, cluster: {server: 'https://x.example.test', insecure-skip-tls-verify: true, certificate-authority-data: anVuaw==}}
",
        &[
            "clusters[1].cluster.server unusable-server",
            "clusters[2].cluster.server unusable-server",
            "clusters[3].cluster.insecure-skip-tls-verify conflicting-fields",
            "clusters[3].cluster.certificate-authority-data unusable-certificate-authority",
            "clusters[0].cluster.certificate-authority-data missing-certificate-authority",
            "clusters[3].cluster.insecure-skip-tls-verify insecure-skip-tls-verify",
        ],
    );
    check(
        "users:
- {name: none, user: {}}
- {name: token, user: {token: \"has blank\"}}
- {name: exec, user: {exec: {command: run, apiVersion: client.authentication.k8s.io/v7, interactiveMode: Never}}}
",
        &[
            "users[0].user no-credential",
            "users[1].user.token unusable-token",
            "users[2].user.exec.apiVersion incomplete-exec",
            "users[2].user.exec exec",
        ],
    );
    check("current-context: elsewhere\n", &["current-context unknown-context"]);
    check("", &[" empty-kubeconfig"]);
}

/// A kubeconfig in which a user is what a row says.
fn user(fields: &str) -> String {
    format!(
        "current-context: c
clusters: [{{name: k, cluster: {{server: 'http://localhost:1'}}}}]
users: [{{name: u, user: {{{fields}}}}}]
contexts: [{{name: c, context: {{cluster: k, user: u}}}}]
"
    )
}

#[test]
fn each_thing_is_said_once() {
    check(&user("token: t"), &[]);
    let exec = "command: c, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, env: [{value: v}]";
    check(
        &user(&format!("exec: {{{exec}}}")),
        &["users[0].user.exec.env[0].name incomplete-exec", "users[0].user.exec exec"],
    );
    // What kubectl refuses, and what it takes.
    check(
        &user("tokenFile: /t, username: u, password: p"),
        &[
            "users[0].user.username conflicting-fields",
            "users[0].user.tokenFile file-reference",
            "users[0].user.username basic-auth",
        ],
    );
    check(
        &user("auth-provider: {name: azure}"),
        &["users[0].user.auth-provider.name unsupported-auth-provider", "users[0].user.auth-provider auth-provider"],
    );
    check(&user("auth-provider: {name: oidc}"), &["users[0].user.auth-provider auth-provider"]);
    let key = found(&user("token: t, client-key: /k, client-key-data: YWI="), Severity::Error);
    assert_eq!(key, ["users[0].user.client-key-data unusable-client-key"]);
}

#[test]
fn what_kubectl_passes_over() {
    check(
        "contexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: 'http://localhost:1'}}]\nusers: [{name: u, user: {token: t}}]\n",
        &["current-context no-current-context"],
    );
    let text = format!("{}current-context: c\nx-other: 1\n---\nmore: 1\n", user("token: t, Token: t"));
    check(
        &text,
        &[
            "line 5, column 1 duplicate-key",
            "line 7, column 1 ignored-rest",
            "line 3, column 43 unknown-field",
            "line 6, column 10 unknown-field",
        ],
    );
    let escaped = user("token: \"a\\/b\"");
    check(&escaped, &["line 3, column 33 kubectl-refuses"]);
}

/// The rows of the table of dangers that are about where the server is.
#[test]
fn where_a_server_is() {
    let cluster =
        |fields: &str| format!("clusters: [{{name: k, cluster: {{certificate-authority: /ca, {fields}}}}}]\n");
    let of_server = |server: &str| found(&cluster(&format!("server: '{server}'")), Severity::Notice);
    let link_local = "clusters[0].cluster.server link-local-server";
    for server in [
        "https://169.254.169.254",
        "https://169.254.1.1:6443/x",
        "https://[fe80::1]:443",
        "https://[::ffff:169.254.169.254]",
    ] {
        assert!(of_server(server).iter().any(|finding| finding == link_local), "{server}");
    }
    for server in ["https://169.253.1.1", "https://169.254.example.test", "https://[fd00::1]"] {
        assert!(!of_server(server).iter().any(|finding| finding == link_local), "{server}");
    }
    let named = found(&cluster("server: 'https://h', tls-server-name: other.example.test"), Severity::Notice);
    assert!(named.contains(&"clusters[0].cluster.tls-server-name tls-server-name".to_owned()), "{named:?}");
}

#[test]
fn the_mode_of_a_file() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("config");
    fs::write(&path, "").unwrap();
    for (mode, code) in [
        (0o600, None),
        (0o400, None),
        (0o640, Some(FindingCode::OpenToOthers)),
        (0o604, Some(FindingCode::OpenToOthers)),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(lint_access(&path).map(|finding| finding.code), code, "{mode:o}");
    }
    assert_eq!(lint_access(&folder.path().join("nowhere")), None);
}
