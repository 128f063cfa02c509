//! What in a kubeconfig is dangerous when somebody else wrote it.
//!
//! A kubeconfig from elsewhere is close to a shell script: using it can run programs and send local files to a server.
//! This looks at every entry, not at the current context alone, since a context is switched with one word. Nothing is
//! executed, and no file is opened.

mod lifetime;
pub(crate) mod pair;

use std::path::{Path, is_separator};
use std::time::SystemTime;

use crate::endpoint::{Address, has_userinfo, is_link_local};
use crate::finding::{Finding, FindingCode};
use crate::model::{AuthProvider, Cluster, Exec, Kubeconfig, User, given};
use crate::shown::misleads;
use crate::{Data, authority, credential};
use lifetime::Lifetime;

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
    names("clusters", kubeconfig.clusters.iter().map(|entry| entry.name.as_str()), &mut findings);
    names("users", kubeconfig.users.iter().map(|entry| entry.name.as_str()), &mut findings);
    names("contexts", kubeconfig.contexts.iter().map(|entry| entry.name.as_str()), &mut findings);
    findings
}

/// The same, and what certificates, keys and tokens are at this moment: no certificates at all, not of one another,
/// expired, not valid yet, or about to expire.
///
/// About to expire is what ends within 14 days, and within the last third of its time. A certificate authority counts as
/// long as one of its certificates lasts. A token is looked into when it is a JWT.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use kubeproof_kubeconfig::{FindingCode, Kubeconfig, hazards_at};
///
/// // {"exp": 1767225600}, which is 2026-01-01
/// let kubeconfig = Kubeconfig::parse("users: [{name: dev, user: {token: e30.eyJleHAiOjE3NjcyMjU2MDB9.e30}}]\n")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + 7200);
/// let findings = hazards_at(&kubeconfig, now);
/// assert_eq!(findings[0].code, FindingCode::Expired);
/// assert_eq!(findings[0].message, "expired 2 hours ago, at 2026-01-01T00:00:00Z");
/// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
/// ```
#[must_use]
pub fn hazards_at(kubeconfig: &Kubeconfig, now: SystemTime) -> Vec<Finding> {
    let mut findings = hazards(kubeconfig);
    for (at, entry) in kubeconfig.clusters.iter().enumerate() {
        let Some(data) = given(&entry.cluster.certificate_authority_data).map(Data::expose) else { continue };
        let path = format!("clusters[{at}].cluster.certificate-authority-data");
        if let Err(problem) = authority::check_certificates(data) {
            findings.push(problem.finding(FindingCode::UnusableCertificateAuthority, path));
        } else {
            judge(Lifetime::of_authority(data), now, path, "ask for the new certificate authority", &mut findings);
        }
    }
    for (at, entry) in kubeconfig.users.iter().enumerate() {
        let user = &entry.user;
        let path = |field: &str| format!("users[{at}].user.{field}");
        if let Some(certificate) = given(&user.client_certificate_data).map(Data::expose) {
            let field = path("client-certificate-data");
            if let Err(problem) = authority::check_certificates(certificate) {
                findings.push(problem.finding(FindingCode::UnusableClientCertificate, field));
            } else {
                let lifetime = Lifetime::of_client_certificate(certificate);
                judge(lifetime, now, field, "ask for a new certificate", &mut findings);
            }
            let key = given(&user.client_key_data).map(Data::expose);
            if let Some(Err(problem)) = key.map(|key| credential::check_pair(certificate, key)) {
                findings.push(problem.finding(FindingCode::KeyMismatch, path("client-key-data")));
            }
        }
        if let Some(token) = &user.token {
            judge(Lifetime::of_token(token.expose()), now, path("token"), "ask for a new token", &mut findings);
        }
    }
    findings
}

fn judge(lifetime: Option<Lifetime>, now: SystemTime, path: String, remedy: &'static str, findings: &mut Vec<Finding>) {
    if let Some((code, message)) = lifetime.and_then(|lifetime| lifetime.judge(now)) {
        findings.push(Finding::new(code, path, message, remedy));
    }
}

/// kubectl prints names as they are.
fn names<'a>(list: &str, names: impl Iterator<Item = &'a str>, findings: &mut Vec<Finding>) {
    for (at, _) in names.enumerate().filter(|(_, name)| name.contains(misleads)) {
        findings.push(escapes(format!("{list}[{at}].name")));
    }
}

fn escapes(path: String) -> Finding {
    let message = "has control characters or invisible ones, which can make a terminal show something else";
    Finding::new(FindingCode::TerminalEscape, path, message, "remove them")
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
    if is_link_local(&cluster.server) {
        let message = "is an address of the local network only, where clouds tell programs their secrets";
        add(FindingCode::LinkLocalServer, "server", message, "name the address of the API server");
    }
    if given(&cluster.tls_server_name).is_some() {
        let message = "makes clients expect a certificate of another name than that of the address";
        add(FindingCode::TlsServerName, "tls-server-name", message, "check whose name it is");
    }
    if cluster.insecure_skip_tls_verify {
        let message = "is set, so that anybody can pretend to be the server";
        add(FindingCode::InsecureSkipTlsVerify, "insecure-skip-tls-verify", message, "use certificate-authority-data");
    }
    if let Some(proxy) = given(&cluster.proxy_url) {
        add(FindingCode::ProxyUrl, "proxy-url", "sends all traffic through a proxy", "check whose proxy it is");
        if has_userinfo(proxy) {
            add(FindingCode::CredentialInUrl, "proxy-url", "has a name or password", "keep it out of the file");
        }
    }
    if let Some(file) = given(&cluster.certificate_authority) {
        let message = format!("makes clients read {}", whose_file(file));
        add(FindingCode::FileReference, "certificate-authority", &message, "use certificate-authority-data");
    }
}

fn user(user: &User, path: &str, findings: &mut Vec<Finding>) {
    let mut add = |code, field: &str, message: &str, remedy| {
        findings.push(Finding::new(code, format!("{path}.{field}"), message, remedy));
    };
    if let Some(exec) = &user.exec {
        add(FindingCode::Exec, "exec", &runs(exec), "read the command and its arguments before you use it");
    }
    if let Some(provider) = &user.auth_provider {
        add(FindingCode::AuthProvider, "auth-provider", helper(provider), "use exec, which every client announces");
    }
    let files = [
        ("tokenFile", &user.token_file, "use token"),
        ("client-certificate", &user.client_certificate, "use client-certificate-data"),
        ("client-key", &user.client_key, "use client-key-data"),
    ];
    for (field, file, remedy) in files {
        if let Some(file) = given(file) {
            let whose = whose_file(file);
            let message = match field {
                "tokenFile" => format!("makes clients send the content of {whose} to the server"),
                _ => format!("makes clients read {whose}"),
            };
            add(FindingCode::FileReference, field, &message, remedy);
        }
    }
    let impersonation = [
        ("as", given(&user.impersonate).is_some()),
        ("as-uid", given(&user.impersonate_uid).is_some()),
        ("as-groups", !user.impersonate_groups.is_empty()),
        ("as-user-extra", !user.impersonate_user_extra.is_empty()),
    ];
    for (field, is_set) in impersonation {
        if is_set {
            let message = "makes every request as somebody else";
            add(FindingCode::Impersonation, field, message, "remove it unless you asked for it");
        }
    }
    if given(&user.username).is_some() || given(&user.password).is_some() {
        let message = "logs in with a name and a password, which no supported Kubernetes accepts";
        add(FindingCode::BasicAuth, "username", message, "use a token or a client certificate");
    }
    let hint = user.exec.as_ref().and_then(|exec| exec.install_hint.as_deref());
    // A hint may have several lines.
    if hint.is_some_and(|hint| hint.contains(|character: char| misleads(character) && character != '\n')) {
        findings.push(escapes(format!("{path}.exec.installHint")));
    }
}

fn runs(exec: &Exec) -> String {
    // Neither the folders nor what follows a blank is shown, and nothing like `TOKEN=… program`: a secret may be there.
    let program = exec.command.split_whitespace().next().unwrap_or_default();
    if program.contains('=') {
        return "runs a program as you when it is used".to_owned();
    }
    let beside = program.contains(is_separator) && !Path::new(program).is_absolute();
    let whose = if beside { ", which lies beside the kubeconfig," } else { "" };
    let name = program.rsplit(is_separator).next().unwrap_or_default();
    format!("runs {name:?}{whose} as you when it is used")
}

/// kube-rs runs the `cmd-path` of `gcp`; client-go does not any more.
fn helper(provider: &AuthProvider) -> &'static str {
    if provider.config.as_ref().is_some_and(|config| config.contains_key("cmd-path")) {
        "names a program, which some clients run as you"
    } else {
        "uses a log-in helper, for which some clients run a program"
    }
}

/// What a reference means: a relative one depends on where the kubeconfig lies.
fn whose_file(file: &str) -> &'static str {
    if Path::new(file).is_absolute() { "a file of this machine" } else { "a file found relative to the kubeconfig" }
}

/// Whether kubectl would speak plain HTTP to another machine: also when there is no scheme.
fn is_plain_http(server: &str) -> bool {
    let scheme = server.split_once("://").map_or("http", |(scheme, _)| scheme);
    let is_http = !server.is_empty() && scheme.eq_ignore_ascii_case("http");
    is_http && !Address::parse(server).is_ok_and(|address| address.is_loopback)
}
