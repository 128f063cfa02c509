//! Properties over any input.

use std::sync::LazyLock;

use kubeproof_kubeconfig::{
    CertificateAuthority, Data, Endpoint, EnvVar, Exec, Kubeconfig, Names, Secret, Unknown, UserCredentials, generate,
    incompleteness, merge,
};
use proptest::prelude::*;
use regex::Regex;

use crate::certificates::{Pair, authority, leaf};
use crate::write::{self, TRICKY, implicit_types, plain_scalars};

/// Certificates are slow to make: some for all cases.
static AUTHORITIES: LazyLock<Vec<Pair>> = LazyLock::new(|| (0..3).map(|_| authority()).collect());
static LEAF: LazyLock<Pair> = LazyLock::new(leaf);
static IMPLICIT: LazyLock<Regex> = LazyLock::new(implicit_types);

/// Any text: ordinary, tricky, or of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9_.:/@-]{1,24}",
        proptest::sample::select(TRICKY).prop_map(str::to_owned),
        proptest::collection::vec(any::<char>(), 1..12).prop_map(String::from_iter),
        (proptest::sample::select(TRICKY), proptest::sample::select(TRICKY)).prop_map(|(a, b)| format!("{a}{b}")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    text().prop_filter("a name that can be typed", |name| !name.is_empty() && !name.contains(char::is_control))
}

fn names() -> impl Strategy<Value = Names> {
    (name(), name(), name()).prop_map(|(cluster, user, context)| Names { cluster, user, context })
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    let host = prop_oneof![
        "[a-z][a-z0-9-]{0,20}(\\.[a-z]{2,8}){0,3}",
        Just("203.0.113.7".to_owned()),
        Just("[2001:db8::1]".to_owned())
    ];
    let path = prop_oneof![Just(String::new()), "(/[a-zA-Z0-9:_~!$&'()*+,;=.-]{1,9}){1,3}/?"];
    (prop_oneof![Just("https://"), Just("")], host, proptest::option::of(1_u16..), path).prop_map(
        |(scheme, host, port, path)| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            // No part of a path is `.` or `..`, which are refused.
            let parts: Vec<&str> =
                path.split('/').map(|part| if matches!(part, "." | "..") { "x" } else { part }).collect();
            let path = parts.join("/");
            Endpoint::parse(&format!("{scheme}{host}{port}{path}")).unwrap()
        },
    )
}

fn credentials() -> impl Strategy<Value = UserCredentials> {
    let args = proptest::option::of(proptest::collection::vec(text(), 0..4));
    let variable = (name(), text()).prop_map(|(name, value)| EnvVar {
        name,
        value: Secret::new(value),
        unknown: Unknown::default(),
    });
    let env = proptest::option::of(proptest::collection::vec(variable, 0..3));
    let exec = (name(), args, env).prop_map(|(command, args, env)| {
        UserCredentials::Exec(Exec {
            command,
            args,
            env,
            api_version: Some("client.authentication.k8s.io/v1".to_owned()),
            interactive_mode: Some("Never".to_owned()),
            ..Exec::default()
        })
    });
    prop_oneof![
        "[!-~]{1,60}".prop_map(|token| UserCredentials::Token(Secret::new(token))),
        Just(()).prop_map(|()| UserCredentials::ClientCertificate {
            certificate_pem: Data::new(LEAF.certificate.as_str()),
            key_pem: Data::new(LEAF.key.as_str()),
        }),
        exec,
    ]
}

fn generated() -> impl Strategy<Value = Kubeconfig> {
    (endpoint(), 0..3_usize, credentials(), names()).prop_map(|(endpoint, authority, credentials, names)| {
        let authority = CertificateAuthority::from_pem(AUTHORITIES[authority].certificate.as_bytes()).unwrap();
        generate(&endpoint, &authority, &credentials, &names).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x6b75_6265),
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    })]

    #[test]
    fn what_is_generated_is_complete_and_every_reader_agrees_on_it(kubeconfig in generated()) {
        prop_assert_eq!(incompleteness(&kubeconfig), []);
        let yaml = kubeconfig.to_yaml().unwrap();
        prop_assert_eq!(&Kubeconfig::parse(&yaml).unwrap(), &kubeconfig);
        let other: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
        prop_assert_eq!(&other, &kubeconfig.to_json());
        // Lines are as many as the structure has: no string breaks out of its own.
        let args = kubeconfig.users[0].user.exec.as_ref().map_or(0, |exec| exec.args.iter().flatten().count() + 2 * exec.env.iter().flatten().count());
        prop_assert!(yaml.lines().count() <= 26 + args, "{}", yaml);
        for plain in plain_scalars(&yaml) {
            prop_assert!(!IMPLICIT.is_match(&plain), "{:?} in\n{}", plain, yaml);
        }
        // JSON may hold characters that YAML, and so kubectl, does not allow, or takes for the end of a line.
        let json = kubeconfig.to_json().to_string();
        if let Ok(from_json) = Kubeconfig::parse(&json)
            && !json.contains(['\u{85}', '\u{2028}', '\u{2029}'])
        {
            prop_assert_eq!(from_json, kubeconfig);
        }
    }

    #[test]
    fn any_text_anywhere_stays_what_it_is(text in text()) {
        write::check(&text, &IMPLICIT);
    }

    #[test]
    fn merging_loses_neither(base in generated(), new in generated()) {
        let merged = merge(&base, &new).kubeconfig;
        prop_assert_eq!(incompleteness(&merged), []);
        prop_assert_eq!(&merge(&merged, &new).kubeconfig, &merged);
        prop_assert_eq!(&merge(&merged, &base).kubeconfig, &merged);
        let before = base.current().unwrap();
        let after = merged.current().unwrap();
        prop_assert_eq!((before.name, before.cluster, before.user), (after.name, after.cluster, after.user));
        let new = new.current().unwrap();
        let pairs = merged.contexts.iter().map(|entry| merged.context(&entry.name).unwrap());
        let is_there = pairs.map(|pair| (pair.cluster, pair.user)).any(|pair| pair == (new.cluster, new.user));
        prop_assert!(is_there);
    }

    #[test]
    fn reading_never_panics(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = Kubeconfig::parse(&text);
        let _ = Kubeconfig::parse_bytes(&bytes);
    }

    #[test]
    fn reading_what_is_almost_a_kubeconfig_never_panics(
        kubeconfig in generated(), at in any::<prop::sample::Index>(), inserted in text(),
    ) {
        let yaml = kubeconfig.to_yaml().unwrap();
        let at = yaml.char_indices().map(|(at, _)| at).nth(at.index(yaml.chars().count())).unwrap_or_default();
        let (before, after) = yaml.split_at(at);
        let broken = [before, &inserted, after].concat();
        if let Ok(read) = Kubeconfig::parse(&broken) {
            let written = read.to_yaml().unwrap();
            prop_assert_eq!(Kubeconfig::parse(&written).unwrap().to_json(), read.to_json());
        }
    }
}
