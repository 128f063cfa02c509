//! What in a kubeconfig is dangerous when somebody else wrote it.
//!
//! A kubeconfig from elsewhere is close to a shell script: using it can run programs and send local files to a server.
//! This looks at every entry, not at the current context alone, since a context is switched with one word. Nothing is
//! executed, and no file is opened.

use crate::endpoint::Address;
use crate::finding::{Finding, FindingCode};
use crate::model::{Cluster, Kubeconfig, User};

/// Everything in a kubeconfig that does more than send its own credential to its own cluster over checked TLS.
#[must_use]
pub fn hazards(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, entry) in kubeconfig.clusters.iter().enumerate() {
        cluster(&entry.cluster, &format!("clusters[{at}].cluster"), &mut findings);
    }
    for (at, entry) in kubeconfig.users.iter().enumerate() {
        user(&entry.user, &format!("users[{at}].user"), &mut findings);
    }
    findings
}

fn cluster(cluster: &Cluster, path: &str, findings: &mut Vec<Finding>) {
    let mut add = |code, field: &str, message: &str, remedy| {
        findings.push(Finding::new(code, format!("{path}.{field}"), message, remedy));
    };
    if is_plain_http(&cluster.server) {
        let message = "is plain HTTP, so that everybody on the way reads and changes what is sent";
        add(FindingCode::PlainHttp, "server", message, "use `https://`");
    }
    if has_userinfo(&cluster.server) {
        let message = "has a name or password, which is sent instead of the user's credential";
        add(FindingCode::CredentialInUrl, "server", message, "remove everything up to the `@`");
    }
    if cluster.insecure_skip_tls_verify {
        let message = "is set, so that anybody can pretend to be the server";
        add(FindingCode::InsecureSkipTlsVerify, "insecure-skip-tls-verify", message, "use certificate-authority-data");
    }
    if let Some(proxy) = given(cluster.proxy_url.as_deref()) {
        add(FindingCode::ProxyUrl, "proxy-url", "sends all traffic through a proxy", "check whose proxy it is");
        if has_userinfo(proxy) {
            add(FindingCode::CredentialInUrl, "proxy-url", "has a name or password", "keep it out of the file");
        }
    }
    if given(cluster.certificate_authority.as_deref()).is_some() {
        let message = "makes clients read a file of this machine";
        add(FindingCode::FileReference, "certificate-authority", message, "use certificate-authority-data");
    }
}

fn user(user: &User, path: &str, findings: &mut Vec<Finding>) {
    let mut add = |code, field: &str, message: &str, remedy| {
        findings.push(Finding::new(code, format!("{path}.{field}"), message, remedy));
    };
    if let Some(exec) = &user.exec {
        let message = format!("runs {:?} as you when it is used", exec.command);
        add(FindingCode::Exec, "exec", &message, "read the command and its arguments before you use it");
    }
    if user.auth_provider.is_some() {
        let message = "uses a log-in helper, for which some clients run a program";
        add(FindingCode::AuthProvider, "auth-provider", message, "use exec, which every client announces");
    }
    let files = [
        ("tokenFile", &user.token_file, "use token"),
        ("client-certificate", &user.client_certificate, "use client-certificate-data"),
        ("client-key", &user.client_key, "use client-key-data"),
    ];
    for (field, file, remedy) in files {
        if given(file.as_deref()).is_some() {
            let message = match field {
                "tokenFile" => "makes clients send the content of a file of this machine to the server",
                _ => "makes clients read a file of this machine",
            };
            add(FindingCode::FileReference, field, message, remedy);
        }
    }
    let impersonation = [
        ("as", given(user.impersonate.as_deref()).is_some()),
        ("as-uid", given(user.impersonate_uid.as_deref()).is_some()),
        ("as-groups", !user.impersonate_groups.is_empty()),
        ("as-user-extra", !user.impersonate_user_extra.is_empty()),
    ];
    for (field, is_set) in impersonation {
        if is_set {
            let message = "makes every request as somebody else";
            add(FindingCode::Impersonation, field, message, "remove it unless you asked for it");
        }
    }
    if given(user.username.as_deref()).is_some() || user.password.as_ref().is_some_and(|text| !text.is_empty()) {
        let message = "logs in with a name and a password, which no supported Kubernetes accepts";
        add(FindingCode::BasicAuth, "username", message, "use a token or a client certificate");
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Whether kubectl would speak plain HTTP to another machine: also when there is no scheme.
fn is_plain_http(server: &str) -> bool {
    let has_tls = server.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    !server.is_empty() && !has_tls && !Address::parse(server).is_ok_and(|address| address.is_loopback)
}

fn has_userinfo(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}
