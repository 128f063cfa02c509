//! What is dangerous in a kubeconfig, and what is not.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kubeproof_kubeconfig::{
    Data, Finding, FindingCode, Kubeconfig, NamedCluster, NamedUser, Severity, User, hazards, hazards_at,
};
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};
use rcgen::{PublicKeyData, SignatureAlgorithm, SigningKey, date_time_ymd};

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
        "server: 'https://h', certificate-authority-data: YWI=, disable-compression: true",
        // No server that anything is sent to.
        "server: 'ftp://h'",
        "server: 'HTTPS://h'",
        "server: 'http://127.0.0.1:8080'",
        "server: 'http://[::1]'",
        "insecure-skip-tls-verify: false, proxy-url: '', certificate-authority: ''",
    ] {
        check(&of(fields), &[]);
    }
    for server in ["http://h", "h:6443", "http://localhost.example.test", "http:/h", "HTTP://h"] {
        check(&of(&format!("server: '{server}'")), &["clusters[1].cluster.server plain-http"]);
    }
    check(&of("server: 'https://u:p@h'"), &["clusters[1].cluster.server credential-in-url"]);
    check(
        &of("server: '//u:p@h'"),
        &["clusters[1].cluster.server plain-http", "clusters[1].cluster.server credential-in-url"],
    );
    check(&of("server: 'https://h', tls-server-name: x"), &["clusters[1].cluster.tls-server-name tls-server-name"]);
    check(&of("server: 'https://169.254.169.254'"), &["clusters[1].cluster.server link-local-server"]);
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
    assert_eq!(message, r#"runs "\u{1b}[2Jsh" as you when it is used"#);
}

#[test]
fn codes_are_unique() {
    let names: BTreeSet<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), FindingCode::ALL.len());
}

#[test]
fn texts_that_control_a_terminal() {
    for (text, expected) in [
        ("users: [{name: u, user: {exec: {command: c, installHint: \"a\\nb\"}}}]", &["users[0].user.exec exec"][..]),
        (
            "users: [{name: u, user: {exec: {command: c, installHint: \"a\\e[2Jb\"}}}]",
            &["users[0].user.exec exec", "users[0].user.exec.installHint terminal-escape"],
        ),
        ("clusters: [{name: a}, {name: \"\\e[31m\"}]", &["clusters[1].name terminal-escape"]),
        ("users: [{name: \"a\\u009bb\"}]", &["users[0].name terminal-escape"]),
        ("contexts: [{name: \"a\\nb\"}]", &["contexts[0].name terminal-escape"]),
        // The direction of writing, and what is not seen.
        ("contexts: [{name: \"a\\u202eb\"}]", &["contexts[0].name terminal-escape"]),
        ("contexts: [{name: \"a\\u200bb\"}]", &["contexts[0].name terminal-escape"]),
        ("contexts: [{name: 'ünï 🦀'}]", &[]),
    ] {
        check(&format!("{text}\n"), expected);
    }
}

#[test]
fn references_say_what_they_are_relative_to() {
    for (text, expected) in [
        ("tokenFile: /t", "makes clients send the content of a file of this machine to the server"),
        ("tokenFile: ../t", "makes clients send the content of a file found relative to the kubeconfig to the server"),
        ("client-key: k", "makes clients read a file found relative to the kubeconfig"),
        ("exec: {command: 'TOKEN=hunter2-planted ./run'}", "runs a program as you when it is used"),
        ("exec: {command: aws}", "runs \"aws\" as you when it is used"),
        ("exec: {command: ./aws}", "runs \"aws\", which lies beside the kubeconfig, as you when it is used"),
        ("exec: {command: \"aws --token=planted\"}", "runs \"aws\" as you when it is used"),
        ("exec: {command: \"aws http://u:planted@h/planted\"}", "runs \"aws\" as you when it is used"),
        ("exec: {command: /bin/planted/aws}", "runs \"aws\" as you when it is used"),
        ("auth-provider: {name: gcp, config: {cmd-path: /x}}", "names a program, which some clients run as you"),
    ] {
        let kubeconfig = Kubeconfig::parse(&format!("users: [{{name: u, user: {{{text}}}}}]\n")).unwrap();
        assert_eq!(hazards(&kubeconfig)[0].message, expected);
    }
}

const DAY: u64 = 24 * 3600;

/// Days after 2026-01-01.
fn day(day: i64) -> SystemTime {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let span = Duration::from_secs(day.unsigned_abs() * DAY);
    if day < 0 { start - span } else { start + span }
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}: {}", finding.path, finding.code, finding.message)).collect()
}

/// Checks a client certificate, its key and a certificate authority.
#[track_caller]
fn check_data(certificate: &str, key: &str, authority: &str, now: SystemTime, expected: &[&str]) {
    let data = |text: &str| Some(Data::new(text)).filter(|data| !data.is_empty());
    let mut user = NamedUser::default();
    user.user.client_certificate_data = data(certificate);
    user.user.client_key_data = data(key);
    let mut cluster = NamedCluster::default();
    cluster.cluster.server = "https://h".to_owned();
    cluster.cluster.certificate_authority_data = data(authority);
    let kubeconfig = Kubeconfig { clusters: vec![cluster], users: vec![user], ..Kubeconfig::default() };
    assert_eq!(shown(&hazards_at(&kubeconfig, now)), expected);
}

/// A certificate that is valid from one day to another, and its key.
fn certificate(algorithm: &'static SignatureAlgorithm, years: (i32, i32)) -> (String, String) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

#[test]
fn certificates_end() {
    let (long, _) = certificate(&PKCS_ED25519, (2026, 2027));
    let at = "users[0].user.client-certificate-data";
    for (now, expected) in [
        (day(-2), Some("not-yet-valid: is valid only in 2 days, from 2026-01-01T00:00:00Z on")),
        (day(0), None),
        (day(350), None),
        (day(351), None),
        (day(352), Some("expires-soon: expires in 13 days, at 2027-01-01T00:00:00Z")),
        (day(365), Some("expires-soon: expires in 0 seconds, at 2027-01-01T00:00:00Z")),
        (day(366), Some("expired: expired 24 hours ago, at 2027-01-01T00:00:00Z")),
    ] {
        let expected: Vec<String> = expected.iter().map(|expected| format!("{at} {expected}")).collect();
        check_data(&long, "", "", now, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
    // Of a chain the first counts, of a bundle the one that lasts longest.
    let (old, _) = certificate(&PKCS_ED25519, (2024, 2025));
    let expired = "expired: expired 365 days ago, at 2025-01-01T00:00:00Z";
    check_data(&format!("{old}{long}"), "", "", day(0), &[&format!("{at} {expired}")]);
    check_data(&format!("{long}{old}"), "", &format!("{old}{long}"), day(0), &[]);
    check_data("", "", &old, day(0), &[&format!("clusters[0].cluster.certificate-authority-data {expired}")]);
    check_data(
        "x",
        "",
        "y",
        day(0),
        &[
            "clusters[0].cluster.certificate-authority-data unusable-certificate-authority: has no PEM certificate",
            "users[0].user.client-certificate-data unusable-client-certificate: has no PEM certificate",
        ],
    );
}

#[test]
fn keys_belong_to_certificates() {
    let mismatch = "users[0].user.client-key-data key-mismatch: is not the key of the client certificate";
    let years = (2026, 2030);
    let p256 = certificate(&PKCS_ECDSA_P256_SHA256, years);
    let other_p256 = certificate(&PKCS_ECDSA_P256_SHA256, years);
    let (sec1, other_sec1) = (sec1(&p256.1), self::sec1(&other_p256.1));
    let p384 = certificate(&PKCS_ECDSA_P384_SHA384, years);
    let ed25519 = certificate(&PKCS_ED25519, years);
    let other_ed25519 = certificate(&PKCS_ED25519, years);
    let (rsa, pkcs1, pkcs8) = made_up_rsa(7);
    let (_, other_pkcs1, other_pkcs8) = made_up_rsa(9);
    for (certificate, key, belongs) in [
        (&p256.0, &p256.1, true),
        (&p256.0, &sec1, true),
        (&p256.0, &other_p256.1, false),
        (&p256.0, &other_sec1, false),
        (&p384.0, &p384.1, true),
        (&p384.0, &p256.1, false),
        (&ed25519.0, &ed25519.1, true),
        (&ed25519.0, &seed_only(&ed25519.1), true),
        (&ed25519.0, &other_ed25519.1, false),
        (&ed25519.0, &p256.1, false),
        (&rsa, &pkcs1, true),
        (&rsa, &pkcs8, true),
        (&rsa, &other_pkcs1, false),
        (&rsa, &other_pkcs8, false),
        (&rsa, &ed25519.1, false),
        (&p256.0, &pkcs8, false),
        // The first certificate of a chain counts.
        (&format!("{}{}", ed25519.0, p256.0), &ed25519.1, true),
        (&format!("{}{}", p256.0, ed25519.0), &ed25519.1, false),
        // What cannot be read is not said to belong elsewhere.
        (&p256.0, &"no key".to_owned(), true),
        (&p256.0, &pem("PRIVATE KEY", b"0"), true),
        (&p256.0, &pem("EC PRIVATE KEY", &tlv(0x30, &[0x02, 0x01])), true),
    ] {
        let expected: &[&str] = if belongs { &[] } else { &[mismatch] };
        check_data(certificate, key, "", day(0), expected);
    }
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    assert!(content.len() < 0x10000);
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

/// The inner key of a PKCS#8 key on P-256.
pub(crate) fn sec1(pkcs8: &str) -> String {
    let der = der(pkcs8);
    let at = der.windows(4).position(|bytes| bytes == [0x04, 0x6d, 0x30, 0x6b]).unwrap();
    pem("EC PRIVATE KEY", &der[at + 2..])
}

/// The Ed25519 key as OpenSSL writes it: without the public key.
fn seed_only(pkcs8: &str) -> String {
    let der = der(pkcs8);
    let at = der.windows(4).position(|bytes| bytes == [0x04, 0x22, 0x04, 0x20]).unwrap();
    let algorithm = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let fields = [&[0x02, 0x01, 0x00], &algorithm[..], &der[at..at + 36]].concat();
    pem("PRIVATE KEY", &[&[0x30, u8::try_from(fields.len()).unwrap()], fields.as_slice()].concat())
}

/// A certificate with the modulus of no RSA key, and a "key" that has nothing but that: no secret at all.
pub(crate) fn made_up_rsa(seed: u8) -> (String, String, String) {
    struct MadeUp(Vec<u8>);
    impl PublicKeyData for MadeUp {
        fn der_bytes(&self) -> &[u8] {
            &self.0
        }

        fn algorithm(&self) -> &'static SignatureAlgorithm {
            &PKCS_RSA_SHA256
        }
    }
    impl SigningKey for MadeUp {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
            Ok(vec![0; 128])
        }
    }
    let modulus = tlv(0x02, &[&[0x00, 0xc0], [seed; 126].as_slice()].concat());
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    let public = MadeUp(tlv(0x30, &[modulus.as_slice(), &exponent].concat()));
    let certificate = params.self_signed(&public).unwrap().pem();
    let version = [0x02, 0x01, 0x00];
    let pkcs1 = tlv(0x30, &[&version, modulus.as_slice(), &exponent].concat());
    let algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let pkcs8 = tlv(0x30, &[&version, &algorithm[..], &tlv(0x04, &pkcs1)].concat());
    (certificate, pem("RSA PRIVATE KEY", &pkcs1), pem("PRIVATE KEY", &pkcs8))
}

#[test]
fn tokens_end() {
    let start = 1_767_225_600_u64;
    let jwt = |claims: &str| format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims));
    let hour = |nbf: &str| jwt(&format!("{{{nbf}\"exp\": {}}}", start + 3600));
    let minute = |minute: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(start + minute * 60);
    let iat = format!("\"iat\": {start}, ");
    let nbf = format!("\"nbf\": {}.5, \"iat\": 0, ", start + 600);
    for (token, now, expected) in [
        (hour(""), minute(0), Some("expires-soon: expires in 60 minutes, at 2026-01-01T01:00:00Z")),
        (hour(&iat), minute(0), None),
        (hour(&iat), minute(39), None),
        (hour(&iat), minute(41), Some("expires-soon: expires in 19 minutes, at 2026-01-01T01:00:00Z")),
        (hour(&iat), minute(61), Some("expired: expired 60 seconds ago, at 2026-01-01T01:00:00Z")),
        (hour(&nbf), minute(0), Some("not-yet-valid: is valid only in 10 minutes, from 2026-01-01T00:10:00Z on")),
        (jwt("{\"exp\": -1}"), minute(0), Some("expired: expired 20454 days ago, at 1969-12-31T23:59:59Z")),
        // No end, no JWT, no number, no JSON, a part too few and one too many.
        (jwt("{}"), minute(0), None),
        (jwt("{\"exp\": \"1\"}"), minute(0), None),
        (jwt("[1]"), minute(0), None),
        (jwt("{"), minute(0), None),
        ("not-a-real-token".to_owned(), minute(0), None),
        (hour("").trim_end_matches(".e30").to_owned(), minute(0), None),
        (hour("") + ".e30", minute(0), None),
        (jwt("{\"exp\": 9223372036854775807, \"nbf\": -9223372036854775808}"), minute(0), None),
        (jwt("{\"exp\": 1e300}"), minute(0), None),
    ] {
        let user = User { token: Some(token.clone().into()), ..User::default() };
        let users = vec![NamedUser { user, ..NamedUser::default() }];
        let kubeconfig = Kubeconfig { users, ..Kubeconfig::default() };
        let expected: Vec<String> = expected.iter().map(|expected| format!("users[0].user.token {expected}")).collect();
        assert_eq!(shown(&hazards_at(&kubeconfig, now)), expected, "{token}");
    }
}

#[test]
fn severities() {
    for (code, severity) in [
        (FindingCode::NoCurrentContext, Severity::Notice),
        (FindingCode::Exec, Severity::Warning),
        (FindingCode::ExpiresSoon, Severity::Warning),
        (FindingCode::Expired, Severity::Error),
        (FindingCode::DuplicateName, Severity::Error),
    ] {
        assert_eq!(code.severity(), severity);
    }
    assert!(Severity::Notice < Severity::Warning && Severity::Warning < Severity::Error);
    let shown = [Severity::Notice, Severity::Warning, Severity::Error].map(|severity| format!("{severity:7}|"));
    assert_eq!(shown, ["notice |", "warning|", "error  |"]);
}

#[test]
fn a_finding_in_words() {
    let kubeconfig = Kubeconfig::parse("clusters: [{name: a, cluster: {insecure-skip-tls-verify: true}}]\n").unwrap();
    assert_eq!(
        hazards(&kubeconfig)[0].to_string(),
        "clusters[0].cluster.insecure-skip-tls-verify: is set, so that anybody can pretend to be the server; use \
         certificate-authority-data [insecure-skip-tls-verify]"
    );
}
