//! Generating: what is taken, what is refused, and what is written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use kubeproof_kubeconfig::{
    CertificateAuthority, Data, Endpoint, EnvVar, Exec, GenerateErrorKind, Kubeconfig, Names, PlainHttp, Secret,
    Unknown, UserCredentials, generate, incompleteness,
};

use crate::certificates::{authority, leaf};

#[track_caller]
fn takes_endpoint(text: &str, written: &str) {
    let endpoint = Endpoint::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(endpoint.as_str(), written, "{text:?}");
}

#[track_caller]
fn refuses_endpoint(text: &str, message: &str) {
    let error = Endpoint::parse(text).expect_err(text);
    let expected = if text.is_empty() { GenerateErrorKind::EndpointMissing } else { GenerateErrorKind::Endpoint };
    assert_eq!(error.kind(), expected, "{text:?}");
    assert!(error.to_string().contains(message), "{text:?}: {error}");
}

#[test]
fn endpoints_that_every_client_reads_alike() {
    for text in [
        "https://k8s.example.test",
        "https://k8s.example.test:6443",
        "https://k8s.example.test:443/",
        "https://k8s.example.test./",
        "https://203.0.113.7:6443",
        "https://[2001:db8::1]",
        "https://[::1]:6443",
        "https://k8s.example.test/k8s/clusters/c-1",
        "https://k8s.example.test//",
        "https://x-1_2.example.test:1",
        "https://k8s.example.test:65535",
        "http://127.0.0.1:8080",
        "http://127.8.8.8",
        "http://localhost:8080",
        "http://[::1]:8080",
    ] {
        takes_endpoint(text, text);
    }
    takes_endpoint("HTTPS://k8s.example.test", "https://k8s.example.test");
    takes_endpoint("k8s.example.test:6443", "https://k8s.example.test:6443");
    takes_endpoint("203.0.113.7", "https://203.0.113.7");
    takes_endpoint("localhost:6443", "https://localhost:6443");
    takes_endpoint("[::1]:6443/x", "https://[::1]:6443/x");
}

#[test]
fn endpoints_that_some_client_misreads() {
    refuses_endpoint("", "is empty");
    for text in [
        " https://h",
        "https://h ",
        "https://h\n",
        "https://h\t.example",
        "https://h\r\nX: y",
        "https://h/a b",
        "https://h\u{85}",
        "\u{0}",
    ] {
        refuses_endpoint(text, "white space or a control character");
    }
    for text in ["https://h\\x", "https://ünsafe.example", "https://h/\"x\"", "https://<h>", "https://h/{x}"] {
        refuses_endpoint(text, "not allowed in a URL");
    }
    for text in ["ftp://h", "ws://h", "://h", "https+unix://h", "c:://h"] {
        refuses_endpoint(text, "scheme");
    }
    for text in ["https://h?x=y", "https://h/#f", "https://h?", "https://?q", "https://h/p?q#f"] {
        refuses_endpoint(text, "query or a fragment");
    }
    for text in ["https://h/%zz", "https://h/%", "https://h/%4", "https://h/%%41", "https://h%"] {
        refuses_endpoint(text, "two hexadecimal digits");
    }
    for text in ["https://h/..", "https://h/./x", "https://h/a/../b", "https://h/%2e%2E/b", "https://h/.%2e"] {
        refuses_endpoint(text, "in its path");
    }
    for text in ["https://u:p@h", "https://u@h", "https://@h", "u:p@h"] {
        refuses_endpoint(text, "name or password");
    }
    for text in ["https://", "https:///x", "https://:6443", "/x"] {
        refuses_endpoint(text, "has no host");
    }
    for text in ["https://::1:6443", "https://2001:db8::1", "https://[::1", "::1"] {
        refuses_endpoint(text, "IPv6");
    }
    for text in [
        "https://h:abc",
        "https://h:99999",
        "https://h:0",
        "https://h:",
        "https://h:+1",
        "https://[::1]x",
        "https://[::1]:",
        "https:h",
    ] {
        refuses_endpoint(text, "port");
    }
    for text in [
        "https://127.1",
        "https://0x7f.0.0.1",
        "https://0x7f000001",
        "https://256.1.1.1",
        "https://a..b",
        "https://.a",
        "https://a%2eb",
        "https://[fe80::1%25eth0]",
        "https://[127.0.0.1]",
    ] {
        refuses_endpoint(text, "neither a name nor an IP address");
    }
    for text in [
        "http://k8s.example.test",
        "HTTP://203.0.113.7",
        "http://localhost.example.test",
        "http://[2001:db8::1]",
        "http://0.0.0.0",
    ] {
        refuses_endpoint(text, "plain HTTP");
        assert!(Endpoint::parse_with(text, PlainHttp::Anywhere).is_ok(), "{text:?}");
    }
}

#[track_caller]
fn refuses_authority(base64: &str, message: &str) {
    let error = CertificateAuthority::from_base64(base64).expect_err(message);
    let is_missing = message.contains("is empty");
    let expected = if is_missing {
        GenerateErrorKind::CertificateAuthorityMissing
    } else {
        GenerateErrorKind::CertificateAuthority
    };
    assert_eq!(error.kind(), expected, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[track_caller]
fn takes_authority(base64: &str, pem: &[u8]) {
    let authority = CertificateAuthority::from_base64(base64).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(authority.as_data().expose(), pem);
}

#[test]
fn certificate_authorities_that_can_be_loaded() {
    let (one, two, leaf) = (authority().certificate, authority().certificate, leaf().certificate);
    let bundle = format!("{one}{two}");
    let commented = format!("# the authority\nsubject=CN\n{one}\ntrailing text");
    let crlf = one.replace('\n', "\r\n");
    let no_final_feed = one.trim_end().to_owned();
    for pem in [&one, &bundle, &commented, &crlf, &leaf, &no_final_feed] {
        takes_authority(&STANDARD.encode(pem), pem.as_bytes());
    }
    let base64 = STANDARD.encode(&one);
    let wrapped: String =
        base64.as_bytes().chunks(64).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect();
    takes_authority(&wrapped, one.as_bytes());
}

#[test]
fn certificate_authorities_that_some_client_cannot_load() {
    let pair = authority();
    let pem = &pair.certificate;
    let base64 = STANDARD.encode(pem);
    let encoded = |text: &str| STANDARD.encode(text);
    refuses_authority("", "is empty");
    refuses_authority("\n", "is empty");
    refuses_authority("%%%", "is not base64");
    refuses_authority(pem, "is PEM where base64");
    // A byte that only the last two characters of the alphabet write.
    refuses_authority(&URL_SAFE.encode(format!("{pem}\u{3ff}\u{3ff}\u{3ff}")), "URL-safe");
    refuses_authority(&STANDARD_NO_PAD.encode(format!("{}x", pad_to_three(pem))), "cut off or lacks its padding");
    refuses_authority(&base64[..base64.len() - 3], "cut off");
    refuses_authority(&format!(" {base64}"), "blanks");
    refuses_authority(&base64.replacen('L', "L ", 1), "blanks");
    refuses_authority(&encoded("hello"), "no PEM certificate");
    refuses_authority(&STANDARD.encode(&pair.der), "is DER");
    refuses_authority(&encoded(&base64), "base64 twice");
    refuses_authority(&encoded(&pem.replace('\n', "")), "lines were joined");
    refuses_authority(&encoded(&format!("\u{feff}{pem}")), "lines were joined");
    refuses_authority(&encoded(&pair.key), "private key");
    refuses_authority(&encoded(&format!("{pem}{}", pair.key)), "private key");
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    refuses_authority(&encoded(&format!("{pem}{encrypted}")), "private key");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    refuses_authority(&encoded(garbage), "no X.509 certificate");
    // kubectl passes over the broken one; Python's client does not.
    refuses_authority(&encoded(&format!("{garbage}{pem}")), "no X.509 certificate");
    refuses_authority(&encoded("-----BEGIN CERTIFICATE-----\nAAAA\n"), "broken");
    refuses_authority(&encoded("-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n"), "broken");
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";
    refuses_authority(&encoded(request), "no PEM certificate");
    let from_pem = CertificateAuthority::from_pem(b"").unwrap_err();
    assert_eq!(from_pem.kind(), GenerateErrorKind::CertificateAuthorityMissing);
}

/// Lengthens a text to a multiple of three bytes, which base64 writes without padding.
fn pad_to_three(text: &str) -> String {
    format!("{text}{}", "#".repeat((3 - text.len() % 3) % 3))
}

fn variable(name: &str) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Secret::new("no"), unknown: Unknown::default() }
}

fn exec() -> Exec {
    Exec {
        command: "aws".to_owned(),
        args: Some(["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "1_000"].map(str::to_owned).into()),
        env: Some(vec![variable("AWS_PROFILE")]),
        api_version: Some("client.authentication.k8s.io/v1beta1".to_owned()),
        interactive_mode: Some("IfAvailable".to_owned()),
        ..Exec::default()
    }
}

fn generated(credentials: &UserCredentials, names: &Names) -> Kubeconfig {
    let endpoint = Endpoint::parse("https://k8s.example.test:6443").unwrap();
    let authority = CertificateAuthority::from_pem(authority().certificate.as_bytes()).unwrap();
    generate(&endpoint, &authority, credentials, names).unwrap()
}

#[track_caller]
fn snapshot(name: &str, credentials: &UserCredentials, names: &Names) {
    let kubeconfig = generated(credentials, names);
    assert_eq!(incompleteness(&kubeconfig), []);
    let yaml = kubeconfig.to_yaml().unwrap();
    assert_eq!(Kubeconfig::parse(&yaml).unwrap(), kubeconfig);
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/kubeconfig"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => [("-data: [A-Za-z0-9+/=]{200,}", "-data: [BASE64]")],
    }, {
        insta::assert_snapshot!(name, yaml);
    });
}

#[test]
fn what_is_written() {
    snapshot("token", &UserCredentials::Token("not-a-real-token".into()), &Names::all("accounts/a/clusters/c"));
    let pair = leaf();
    let certificate = UserCredentials::ClientCertificate {
        certificate_pem: Data::new(pair.certificate),
        key_pem: Data::new(pair.key),
    };
    let names =
        Names { cluster: "externalCluster".to_owned(), user: "user".to_owned(), context: "external".to_owned() };
    snapshot("client-certificate", &certificate, &names);
    snapshot("exec", &UserCredentials::Exec(exec()), &Names::all("no"));
    snapshot("hostile-names", &UserCredentials::Token("12345".into()), &Names::all("a: {b}\u{2028}# \"c\", 'd' &e *f"));
}

#[track_caller]
fn refuses_credential(credentials: &UserCredentials, message: &str) {
    let endpoint = Endpoint::parse("https://k8s.example.test").unwrap();
    let authority = CertificateAuthority::from_pem(authority().certificate.as_bytes()).unwrap();
    let error = generate(&endpoint, &authority, credentials, &Names::all("a")).unwrap_err();
    assert_eq!(error.kind(), GenerateErrorKind::Credentials);
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn credentials_that_cannot_be_used() {
    let token = |text: &str| UserCredentials::Token(text.into());
    refuses_credential(&token(""), "is empty");
    for text in ["a\n", "a\tb", "\u{7f}"] {
        refuses_credential(&token(text), "cannot be sent");
    }
    for text in [" a", "a b", "ä"] {
        refuses_credential(&token(text), "white space, or a character that is not ASCII");
    }
    let pair = leaf();
    let certificate = |certificate: &str, key: &str| UserCredentials::ClientCertificate {
        certificate_pem: Data::new(certificate),
        key_pem: Data::new(key),
    };
    refuses_credential(&certificate("", &pair.key), "no PEM certificate");
    refuses_credential(&certificate(&pair.certificate, ""), "no private key");
    refuses_credential(&certificate(&pair.certificate, &pair.certificate), "no private key");
    refuses_credential(&certificate(&format!("{}{}", pair.certificate, pair.key), &pair.key), "among the certificates");
    let changed = |change: fn(&mut Exec)| {
        let mut exec = exec();
        change(&mut exec);
        UserCredentials::Exec(exec)
    };
    refuses_credential(&changed(|exec| exec.command.clear()), "no command");
    refuses_credential(&changed(|exec| exec.api_version = None), "no apiVersion");
    refuses_credential(
        &changed(|exec| exec.api_version = Some("client.authentication.k8s.io/v1alpha1".to_owned())),
        "no apiVersion",
    );
    refuses_credential(
        &changed(|exec| {
            exec.api_version = Some("client.authentication.k8s.io/v1".to_owned());
            exec.interactive_mode = None;
        }),
        "no interactiveMode",
    );
    refuses_credential(&changed(|exec| exec.interactive_mode = Some("Sometimes".to_owned())), "does not exist");
    refuses_credential(&changed(|exec| exec.env = Some(vec![variable("")])), "without a name");
}

#[test]
fn names_that_nobody_can_type() {
    let endpoint = Endpoint::parse("https://k8s.example.test").unwrap();
    let authority = CertificateAuthority::from_pem(authority().certificate.as_bytes()).unwrap();
    for name in ["", "a\nb", "\u{1b}[31m", "\0"] {
        let error =
            generate(&endpoint, &authority, &UserCredentials::Token("t".into()), &Names::all(name)).unwrap_err();
        assert_eq!(error.kind(), GenerateErrorKind::Names, "{name:?}");
    }
}

#[test]
fn keys_that_are_none_or_of_another_certificate() {
    let (pair, other) = (leaf(), leaf());
    let of = |key: &str| UserCredentials::ClientCertificate {
        certificate_pem: Data::new(pair.certificate.as_str()),
        key_pem: Data::new(key),
    };
    let endpoint = Endpoint::parse("https://h").unwrap();
    let authority = CertificateAuthority::from_pem(authority().certificate.as_bytes()).unwrap();
    for (key, expected) in [
        (other.key.as_str(), "not the key of the client certificate"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
        ("-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n", "cannot be read"),
    ] {
        let error = generate(&endpoint, &authority, &of(key), &Names::all("n")).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    for key in [pair.key.clone(), crate::hazards::sec1(&pair.key)] {
        assert!(generate(&endpoint, &authority, &of(&key), &Names::all("n")).is_ok());
    }
    let (certificate, pkcs1, pkcs8) = crate::hazards::made_up_rsa(7);
    for key in [pkcs1, pkcs8] {
        let credentials = UserCredentials::ClientCertificate {
            certificate_pem: Data::new(certificate.as_str()),
            key_pem: Data::new(key),
        };
        assert!(generate(&endpoint, &authority, &credentials, &Names::all("n")).is_ok());
    }
    // Reading fills the mode in where it is left out, of this version.
    let exec = Exec { interactive_mode: None, ..exec() };
    assert_eq!(exec.api_version.as_deref(), Some("client.authentication.k8s.io/v1beta1"));
    assert!(generate(&endpoint, &authority, &UserCredentials::Exec(exec), &Names::all("n")).is_ok());
}
