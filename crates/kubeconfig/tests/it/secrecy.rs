//! A planted secret is in no `Debug` form, no error and no finding.

use std::io;
use std::path::Path;

use kubeproof_kubeconfig::{
    CertificateAuthority, Data, Disclosure, Endpoint, Files, FindingCode, FlattenErrorKind, Kubeconfig, Loaded,
    MergePolicy, Names, OnCollision, Profile, Rules, Secret, Sources, UserCredentials, generate, hazards_at,
    incompleteness, lint, merge, merge_first_wins, validate,
};

const PLANTED: &str = "hunter2-planted";

#[track_caller]
fn check(shown: &str) {
    for form in [PLANTED.to_owned(), Data::new(PLANTED).to_base64(), format!("{:?}", PLANTED.as_bytes())] {
        assert!(!shown.contains(&form), "{shown}");
    }
}

/// A kubeconfig with the secret wherever one belongs, and where one ends up by mistake.
fn planted() -> Kubeconfig {
    let data = Data::new(PLANTED).to_base64();
    let text = format!(
        "
current-context: c
x-unknown: {PLANTED}
clusters:
- name: k
  cluster: {{server: 'https://{PLANTED}:{PLANTED}@h', proxy-url: 'http://u:{PLANTED}@p', x-unknown: {PLANTED}}}
users:
- name: u
  x-unknown: {PLANTED}
  user:
    token: {PLANTED}
    password: {PLANTED}
    Token: {PLANTED}
    client-key-data: {data}
    client-certificate-data: {data}
    auth-provider: {{name: oidc, config: {{refresh-token: {PLANTED}}}}}
    exec: {{command: c, args: ['--token={PLANTED}'], env: [{{name: A, value: {PLANTED}}}], x-unknown: {PLANTED}}}
    extensions: [{{name: e, extension: {{a: {PLANTED}}}}}]
contexts: [{{name: c, context: {{cluster: k, user: u}}}}]
"
    );
    Kubeconfig::parse(&text).unwrap()
}

#[test]
fn loading_validating_and_flattening() {
    struct OneFile(Vec<u8>);
    impl Files for OneFile {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            if path == Path::new("config") { Ok(self.0.clone()) } else { Err(io::ErrorKind::NotFound.into()) }
        }
    }
    let kubeconfig = planted();
    let load = |text: String| Loaded::from_sources(&Sources::Explicit("config".into()), &OneFile(text.into_bytes()));
    let loaded = load(kubeconfig.to_yaml().unwrap()).unwrap();
    assert!(!loaded.warnings.is_empty());
    check(&format!("{loaded:?}"));
    for rules in [Rules::ClientGo, Rules::CurrentContext] {
        let findings = validate(&kubeconfig, rules, |_| Ok(()));
        assert!(!findings.is_empty());
        check(&format!("{findings:?}"));
        check(&findings.iter().map(ToString::to_string).collect::<String>());
    }
    let text = format!("clusters: [{{name: k, cluster: {{proxy-url: '{PLANTED}://{PLANTED}'}}}}]");
    check(&format!("{:?}", validate(&Kubeconfig::parse(&text).unwrap(), Rules::ClientGo, |_| Ok(()))));
    for text in [PLANTED.to_owned(), format!("users: [{{user: {{token: [{PLANTED}]}}}}]"), format!("'{PLANTED}")] {
        let error = load(text).unwrap_err();
        check(&format!("{error} {error:?}"));
    }
    let mut referring = kubeconfig;
    referring.users[0].user.client_key = Some("gone.pem".to_owned());
    let both = referring.flattened(&loaded.origins, &OneFile(Vec::new())).unwrap_err();
    referring.users[0].user.client_key_data = None;
    let gone = referring.flattened(&loaded.origins, &OneFile(Vec::new())).unwrap_err();
    assert_eq!((both.kind(), gone.kind()), (FlattenErrorKind::FileAndData, FlattenErrorKind::Unreadable));
    assert_eq!((both.path(), gone.path()), ("users[0].user.client-key", "users[0].user.client-key"));
    check(&format!("{both} {both:?} {gone} {gone:?}"));
    let unprintable = Kubeconfig { current_context: format!("{PLANTED}\u{7f}"), ..Kubeconfig::default() };
    let error = unprintable.view(Disclosure::Raw).to_yaml().unwrap_err();
    assert_eq!(error.character(), '\u{7f}');
    check(&format!("{error} {error:?}"));
    let strict = Kubeconfig::read(format!("{PLANTED}: {PLANTED}").as_bytes(), Profile::Strict).unwrap_err();
    check(&format!("{strict} {strict:?}"));
}

#[test]
fn the_model() {
    let kubeconfig = planted();
    assert!(kubeconfig.to_yaml().unwrap().matches(PLANTED).count() >= 12, "the secret is written back");
    check(&format!("{kubeconfig:?}"));
    check(&format!("{kubeconfig:#?}"));
    check(&format!("{:?}", kubeconfig.current().unwrap()));
    check(&format!("{:?}", kubeconfig.users[0].user));
    check(&format!("{:?}", Secret::new(PLANTED)));
    check(&format!("{:?}", Data::new(PLANTED)));
    for merged in [merge(&kubeconfig, &kubeconfig), merge_first_wins(&Kubeconfig::default(), &kubeconfig)] {
        check(&format!("{merged:?}"));
        check(&merged.changes.iter().map(ToString::to_string).collect::<String>());
    }
}

/// What is shown instead says how much is hidden, and where.
#[test]
fn debug_says_what_is_there() {
    #[track_caller]
    fn check(shown: &str, expected: &[&str]) {
        for part in expected {
            assert!(shown.contains(part), "{shown} does not hold {part}");
        }
    }
    let kubeconfig = planted();
    let with_server = |server: &str| {
        let mut cluster = kubeconfig.clusters[0].cluster.clone();
        cluster.server = server.to_owned();
        format!("{cluster:?}")
    };
    check(
        &with_server("https://u:p@w@h/x"),
        &[r#"server: "https://[REDACTED]@h/x""#, r#"proxy_url: Some("http://[REDACTED]@p")"#, "unknown: [1 fields]"],
    );
    check(&with_server("u:p@h"), &[r#"server: "[REDACTED]@h""#]);
    check(&with_server("u@https://h"), &[r#"server: "[REDACTED]@https://h""#]);
    check(&with_server("https://h"), &[r#"server: "https://h""#]);
    let user = format!("{:?}", kubeconfig.users[0].user);
    check(
        &user,
        &["token: Some([REDACTED])", "client_key_data: Some([15 bytes])", r#"NamedExtension { name: "e", .. }"#],
    );
    check(&user, &[r#"command: "c", args: [1 arguments], env: Some([EnvVar { name: "A", value: [REDACTED]"#]);
}

#[test]
fn what_is_hidden_is_compared() {
    assert_ne!(Data::new("a"), Data::new("b"));
    assert_ne!(Secret::new("a"), Secret::new("b"));
    assert!(Secret::new("").is_empty() && !Secret::new("a").is_empty());
    assert!(Data::new("").is_empty() && !Data::new("a").is_empty());
    let unknown = |text: &str| Kubeconfig::parse(text).unwrap().unknown;
    assert!(unknown("").is_empty() && !unknown("x: 1").is_empty());
    assert_ne!(unknown("x: 1"), unknown("x: 2"));
}

fn read(kubeconfig: &Kubeconfig) -> kubeproof_kubeconfig::Read {
    Kubeconfig::read(kubeconfig.to_yaml().unwrap().as_bytes(), Profile::Kubectl).unwrap()
}

#[test]
fn findings() {
    let kubeconfig = planted();
    let findings = [
        incompleteness(&kubeconfig),
        hazards_at(&kubeconfig, std::time::SystemTime::UNIX_EPOCH),
        lint(&read(&kubeconfig), std::time::SystemTime::UNIX_EPOCH),
    ]
    .concat();
    assert!(findings.len() > 8, "{findings:?}");
    for finding in findings {
        check(&finding.to_string());
        check(&format!("{finding:?}"));
    }
}

#[test]
fn read_errors() {
    let yaml = planted().to_yaml().unwrap();
    // A document that is broken at any place: cut off, with a tab, with a type that does not fit.
    let mut refused = 0;
    for (at, _) in yaml.char_indices() {
        let (before, after) = yaml.split_at(at);
        for broken in [
            before.to_owned(),
            format!("{before}\t\"{after}"),
            format!("{before}: [{after}"),
            format!("{before}\n- 1\n{after}"),
        ] {
            if let Err(error) = Kubeconfig::parse(&broken) {
                refused += 1;
                check(&error.to_string());
                check(&format!("{error:?}"));
                check(error.snippet().unwrap_or_default());
            }
        }
    }
    assert!(refused > 1000, "{refused}");
    for text in [
        format!("{PLANTED}: : :\n"),
        format!("kind: {PLANTED}\n"),
        format!("apiVersion: {PLANTED}\n"),
        format!("*{PLANTED}\n"),
        format!("users: *{PLANTED}\n"),
        format!("users: !!int {PLANTED}\n"),
        format!("users: !{PLANTED}!x y\n"),
        format!("users: {PLANTED}\n"),
        format!("%{PLANTED} x\n---\n{{\n"),
        format!("users: [{{name: a, user: {{token: {PLANTED}}}}}, {{name: a}}]\n"),
        format!("users: [{{user: {{auth-provider: {{config: {{{PLANTED}: [1]}}}}}}}}]\n"),
        format!("users: [{{user: {{as-user-extra: {{{PLANTED}: 1}}}}}}]\n"),
        format!("users: [{{user: {{client-key-data: {PLANTED}}}}}]\n"),
    ] {
        let error = Kubeconfig::parse(&text).expect_err(&text);
        check(&error.to_string());
        check(&format!("{error:?}"));
        check(error.snippet().unwrap_or_default());
    }
}

#[test]
fn generate_errors() {
    let endpoints = [format!("https://u:{PLANTED}@h"), format!("https://h/{PLANTED}\n"), format!("{PLANTED}://h")];
    for endpoint in &endpoints {
        let error = Endpoint::parse(endpoint).unwrap_err();
        check(&format!("{error} {error:?}"));
    }
    for base64 in [PLANTED.to_owned(), Data::new(PLANTED).to_base64()] {
        let error = CertificateAuthority::from_base64(&base64).unwrap_err();
        check(&format!("{error} {error:?}"));
    }
    let endpoint = Endpoint::parse("https://h").unwrap();
    let authority = CertificateAuthority::from_pem(crate::certificates::authority().certificate.as_bytes()).unwrap();
    let planted = [
        UserCredentials::Token(format!("{PLANTED} ").into()),
        UserCredentials::ClientCertificate { certificate_pem: Data::new(PLANTED), key_pem: Data::new(PLANTED) },
    ];
    for credentials in planted {
        check(&format!("{credentials:?}"));
        let error = generate(&endpoint, &authority, &credentials, &Names::all("a")).unwrap_err();
        check(&format!("{error} {error:?}"));
    }
}

#[test]
fn merge_errors() {
    let base = Kubeconfig::parse("users: [{name: u, user: {token: t}}]\n").unwrap();
    let policy = MergePolicy::new(OnCollision::Refuse);
    let allowed = policy.clone().allow(FindingCode::Exec).allow(FindingCode::AuthProvider);
    for policy in [policy, allowed] {
        let error = policy.merge(&base, &planted()).unwrap_err();
        check(&format!("{error} {error:?} {:?}", error.findings()));
        check(&error.findings().iter().map(ToString::to_string).collect::<String>());
    }
}
