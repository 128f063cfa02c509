//! Whatever a kubeconfig is generated from, two readers that are not ours get it back: `serde_yaml` (libyaml) and `kube`.
//!
//! What is expected is put together here from the parts, not by the crate under test.

mod yaml_1_1;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubeproof::emulator::EPOCH;
use kubeproof::emulator::pki::{Authority, Identity};
use kubeproof_kubeconfig::{
    CertificateAuthority, Data, Endpoint, EnvVar, Exec, Kubeconfig, Names, Unknown, UserCredentials, generate, merge,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use serde_json::{Value, json};

use crate::readers::{read_by_kube, read_by_serde_yaml};

/// Slow to make: once for all cases.
static AUTHORITIES: LazyLock<[String; 2]> =
    LazyLock::new(|| [1, 2].map(|seed| authority(seed).certificate_pem().into()));
static CLIENT: LazyLock<Identity> = LazyLock::new(|| {
    let identity = authority(1).issue_client("somebody", 1, EPOCH, EPOCH + jiff::SignedDuration::from_hours(24));
    identity.expect("a certificate can be made")
});

fn authority(seed: u64) -> Authority {
    Authority::new(seed, "a cluster").expect("a certificate can be made")
}

/// Texts that readers take for something else, or that end what they stand in: the same that kubectl reads.
static HOSTILE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let groups: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("../../interop/corpus.json")).expect("the corpus is JSON");
    groups.into_values().flatten().collect()
});

fn hostile() -> impl Strategy<Value = String> {
    select(HOSTILE.as_slice())
}

/// A text of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9_.:/@-]{1,24}",
        hostile(),
        vec(hostile(), 2..4).prop_map(|parts| parts.concat()),
        vec(hostile(), 2..4).prop_map(|lines| lines.join("\n")),
        vec(any::<char>(), 0..12).prop_map(String::from_iter),
    ]
}

/// A text that [`generate`] takes as a name.
fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        let typed: String = text.chars().filter(|character| !character.is_control()).collect();
        if typed.is_empty() { "name".to_owned() } else { typed }
    })
}

fn endpoint() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        "[a-z][a-z0-9-]{0,20}(\\.[a-z][a-z0-9]{1,8}){0,3}",
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
    ];
    let path = prop_oneof![Just(String::new()), "(/[a-zA-Z0-9]([a-zA-Z0-9:_~!$&'()*+,;=.-]|%[0-9A-F]{2}){0,8}){1,3}/?"];
    (host, proptest::option::of(1_u16..), path).prop_map(|(host, port, path)| {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("https://{host}{port}{path}")
    })
}

/// How a user logs in.
#[derive(Clone, Debug)]
enum Login {
    Token(String),
    Certificate,
    /// An empty list is not none.
    Exec {
        command: String,
        args: Option<Vec<String>>,
        env: Option<Vec<(String, String)>>,
    },
}

fn login() -> impl Strategy<Value = Login> {
    let hostile_token = hostile().prop_filter("it fits a header", |text| text.bytes().all(|b| b.is_ascii_graphic()));
    prop_oneof![
        "[!-~]{1,60}".prop_map(Login::Token),
        hostile_token.prop_map(Login::Token),
        Just(Login::Certificate),
        (name(), of(vec(text(), 0..4)), of(vec((name(), text()), 0..3))).prop_map(|(command, args, env)| Login::Exec {
            command,
            args,
            env
        }),
    ]
}

/// What a kubeconfig is generated from.
#[derive(Clone, Debug)]
struct Parts {
    endpoint: String,
    authority: usize,
    login: Login,
    cluster: String,
    user: String,
    context: String,
}

fn parts_with(name: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Parts> {
    (endpoint(), 0..AUTHORITIES.len(), login(), name.clone(), name.clone(), name).prop_map(
        |(endpoint, authority, login, cluster, user, context)| Parts {
            endpoint,
            authority,
            login,
            cluster,
            user,
            context,
        },
    )
}

fn parts() -> impl Strategy<Value = Parts> {
    parts_with(name().boxed())
}

fn variable(name: &str, value: &str) -> EnvVar {
    EnvVar { name: name.to_owned(), value: value.into(), unknown: Unknown::default() }
}

impl Parts {
    fn generate(&self) -> Kubeconfig {
        let authority = &AUTHORITIES[self.authority];
        let login = match &self.login {
            Login::Token(token) => UserCredentials::Token(token.as_str().into()),
            Login::Certificate => UserCredentials::ClientCertificate {
                certificate_pem: Data::new(CLIENT.certificate_pem.as_str()),
                key_pem: Data::new(CLIENT.key_pem.as_str()),
            },
            Login::Exec { command, args, env } => UserCredentials::Exec(Exec {
                command: command.clone(),
                args: args.clone(),
                env: env.as_ref().map(|env| env.iter().map(|(name, value)| variable(name, value)).collect()),
                api_version: Some("client.authentication.k8s.io/v1".to_owned()),
                interactive_mode: Some("Never".to_owned()),
                ..Exec::default()
            }),
        };
        let names = Names { cluster: self.cluster.clone(), user: self.user.clone(), context: self.context.clone() };
        let endpoint = Endpoint::parse(&self.endpoint).expect("the endpoint is good");
        let authority = CertificateAuthority::from_pem(authority.as_bytes()).expect("the authority is good");
        generate(&endpoint, &authority, &login, &names).expect("a kubeconfig can be generated")
    }

    fn cluster(&self) -> Value {
        json!({
            "server": self.endpoint,
            "certificate-authority-data": STANDARD.encode(&AUTHORITIES[self.authority]),
        })
    }

    fn user(&self) -> Value {
        match &self.login {
            Login::Token(token) => json!({"token": token}),
            Login::Certificate => json!({
                "client-certificate-data": STANDARD.encode(&CLIENT.certificate_pem),
                "client-key-data": STANDARD.encode(&CLIENT.key_pem),
            }),
            Login::Exec { command, args, env } => {
                let mut exec = json!({
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": command,
                    "interactiveMode": "Never",
                });
                if let Some(args) = args {
                    exec["args"] = json!(args);
                }
                if let Some(env) = env {
                    exec["env"] = env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
                }
                json!({"exec": exec})
            }
        }
    }

    /// What has to be read.
    fn document(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.cluster, "cluster": self.cluster()}],
            "users": [{"name": self.user, "user": self.user()}],
            "contexts": [{"name": self.context, "context": {"cluster": self.cluster, "user": self.user}}],
            "current-context": self.context,
        })
    }
}

/// The same document with every text replaced, so that only its structure is left.
fn structure(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, inner)| (name.clone(), structure(inner))).collect(),
        Value::Array(items) => items.iter().map(structure).collect(),
        Value::String(_) => json!("text"),
        other => other.clone(),
    }
}

/// The credentials and the cluster of a context, as a reader of the whole document finds them.
fn resolved(document: &Value, context: &str) -> (Value, Value) {
    let find = |list: &str, inner: &str, name: &Value| {
        let found: Vec<&Value> =
            document[list].as_array().into_iter().flatten().filter(|entry| entry["name"] == *name).collect();
        assert_eq!(found.len(), 1, "{list} has {name} {} times", found.len());
        found[0][inner].clone()
    };
    let context = find("contexts", "context", &json!(context));
    (find("clusters", "cluster", &context["cluster"]), find("users", "user", &context["user"]))
}

/// The same cases every time, unless `PROPTEST_RNG_SEED` asks for others.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/proptest-regressions/properties.txt"
        )))),
        ..ProptestConfig::default()
    };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(0x6b75_6265_7072_6f6f);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn readers_of_others_get_what_a_kubeconfig_was_generated_from(parts in parts()) {
        let yaml = parts.generate().to_yaml().expect("it can be written");
        prop_assert_eq!(read_by_serde_yaml(&yaml), parts.document());
        prop_assert_eq!(read_by_kube(&yaml), parts.document());
    }

    #[test]
    fn no_plain_scalar_is_anything_but_a_text_in_yaml_1_1(parts in parts()) {
        let yaml = parts.generate().to_yaml().expect("it can be written");
        for scalar in yaml_1_1::plain_scalars(&yaml) {
            prop_assert_eq!(yaml_1_1::implicit_type(scalar), None, "{:?} in\n{}", scalar, yaml);
        }
    }

    #[test]
    fn no_text_changes_the_structure(parts in parts()) {
        let harmless = Parts {
            cluster: "cluster".to_owned(),
            user: "user".to_owned(),
            context: "context".to_owned(),
            endpoint: "https://k8s.example.test".to_owned(),
            login: match &parts.login {
                Login::Exec { args, env, .. } => Login::Exec {
                    command: "program".to_owned(),
                    args: args.as_ref().map(|args| vec!["argument".to_owned(); args.len()]),
                    env: env.as_ref().map(|env| vec![("NAME".to_owned(), "value".to_owned()); env.len()]),
                },
                Login::Token(_) => Login::Token("token".to_owned()),
                Login::Certificate => Login::Certificate,
            },
            ..parts
        };
        let (yaml, harmless) = (parts.generate().to_yaml(), harmless.generate().to_yaml());
        let (yaml, harmless) = (yaml.expect("it can be written"), harmless.expect("it can be written"));
        let expected = structure(&read_by_serde_yaml(&harmless));
        prop_assert_eq!(structure(&read_by_serde_yaml(&yaml)), expected.clone());
        prop_assert_eq!(structure(&read_by_kube(&yaml)), expected);
        prop_assert_eq!(yaml.lines().count(), harmless.lines().count(), "{}", yaml);
    }

    /// From few names, so that they collide.
    #[test]
    fn merging_loses_neither_to_readers_of_others(
        base in parts_with(select(&["no", "~", "dev", "dev-2"][..]).prop_map(str::to_owned)),
        new in parts_with(select(&["no", "~", "dev", "dev-2"][..]).prop_map(str::to_owned)),
    ) {
        let merged = merge(&base.generate(), &new.generate());
        let yaml = merged.kubeconfig.to_yaml().expect("it can be written");
        for document in [read_by_serde_yaml(&yaml), read_by_kube(&yaml)] {
            prop_assert_eq!(&document["current-context"], &json!(base.context));
            prop_assert_eq!(resolved(&document, &base.context), (base.cluster(), base.user()));
            let contexts: Vec<&str> =
                document["contexts"].as_array().into_iter().flatten().filter_map(|entry| entry["name"].as_str()).collect();
            let found = contexts.iter().any(|context| resolved(&document, context) == (new.cluster(), new.user()));
            prop_assert!(found, "{}", yaml);
        }
    }
}

/// Each property can fail: what it looks at tells a difference.
#[test]
fn a_text_that_is_written_bare_is_noticed() {
    let bare =
        "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: no\n  user:\n    token: 1_000\ncontexts: []\n";
    let found: Vec<_> = yaml_1_1::plain_scalars(bare).into_iter().filter_map(yaml_1_1::implicit_type).collect();
    assert_eq!(found, ["bool", "int"]);
    let broken = "users:\n- name: a\n  b: c\n";
    assert_ne!(
        structure(&read_by_serde_yaml(broken)),
        structure(&read_by_serde_yaml("users:\n- name: \"a\\n  b: c\"\n"))
    );
}
