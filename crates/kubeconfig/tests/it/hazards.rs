//! What is dangerous in a kubeconfig, and what is not.

use std::collections::BTreeSet;

use kubeproof_kubeconfig::{FindingCode, Kubeconfig, hazards};

#[track_caller]
fn check(entry: &str, expected: &[&str]) {
    let kubeconfig = Kubeconfig::parse(entry).unwrap_or_else(|error| panic!("{error}\n{entry}"));
    let findings: Vec<_> =
        hazards(&kubeconfig).into_iter().map(|finding| format!("{} {}", finding.path, finding.code)).collect();
    assert_eq!(findings, expected, "{entry}");
}

#[test]
fn clusters() {
    let of = |fields: &str| {
        format!("clusters: [{{name: a, cluster: {{server: 'https://h'}}}}, {{name: b, cluster: {{{fields}}}}}]\n")
    };
    for fields in [
        "",
        "server: 'https://h', tls-server-name: x, certificate-authority-data: YWI=, disable-compression: true",
        "server: 'HTTPS://h'",
        "server: 'http://127.0.0.1:8080'",
        "server: 'http://[::1]'",
        "insecure-skip-tls-verify: false, proxy-url: '', certificate-authority: ''",
    ] {
        check(&of(fields), &[]);
    }
    for server in ["http://h", "h:6443", "http://localhost.example.test", "http:/h", "ftp://h"] {
        check(&of(&format!("server: '{server}'")), &["clusters[1].cluster.server plain-http"]);
    }
    check(&of("server: 'https://u:p@h'"), &["clusters[1].cluster.server credential-in-url"]);
    check(&of("server: 'https://h/x@y'"), &[]);
    check(
        &of("server: 'https://h', insecure-skip-tls-verify: true"),
        &["clusters[1].cluster.insecure-skip-tls-verify insecure-skip-tls-verify"],
    );
    check(&of("proxy-url: 'http://p'"), &["clusters[1].cluster.proxy-url proxy-url"]);
    check(
        &of("proxy-url: 'http://u:p@p'"),
        &["clusters[1].cluster.proxy-url proxy-url", "clusters[1].cluster.proxy-url credential-in-url"],
    );
    check(&of("certificate-authority: /etc/ca"), &["clusters[1].cluster.certificate-authority file-reference"]);
}

#[test]
fn users() {
    let of = |fields: &str| format!("users: [{{name: a, user: {{token: t}}}}, {{name: b, user: {{{fields}}}}}]\n");
    check(&of("client-certificate-data: YWI=, client-key-data: YWI=, tokenFile: ''"), &[]);
    check(&of("exec: {command: sh}"), &["users[1].user.exec exec"]);
    check(&of("auth-provider: {name: gcp}"), &["users[1].user.auth-provider auth-provider"]);
    for field in ["tokenFile", "client-certificate", "client-key"] {
        check(&of(&format!("{field}: /etc/passwd")), &[&format!("users[1].user.{field} file-reference")]);
    }
    for field in ["as: root", "as-uid: '0'", "as-groups: [system:masters]", "as-user-extra: {a: [b]}"] {
        let name = field.split(':').next().unwrap();
        check(&of(field), &[&format!("users[1].user.{name} impersonation")]);
    }
    for field in ["username: admin", "password: p"] {
        check(&of(field), &["users[1].user.username basic-auth"]);
    }
}

#[test]
fn commands_are_quoted_for_the_terminal() {
    let kubeconfig = Kubeconfig::parse("users: [{user: {exec: {command: \"\\e[2Jsh\\n\"}}}]\n").unwrap();
    let message = &hazards(&kubeconfig)[0].message;
    assert_eq!(message, r#"runs "\u{1b}[2Jsh\n" as you when it is used"#);
}

#[test]
fn codes_are_unique() {
    let names: BTreeSet<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), FindingCode::ALL.len());
}
