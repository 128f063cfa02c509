//! Whether every reader gets the same strings back.

use std::collections::BTreeMap;

use kubeproof_kubeconfig::{
    AuthProvider, Cluster, Context, Data, Kubeconfig, NamedCluster, NamedContext, NamedUser, Secret, User,
};
use regex::Regex;

/// Strings that YAML writers get wrong.
pub(crate) const TRICKY: &[&str] = &[
    "a",
    "no",
    "No",
    "NO",
    "yes",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "N",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "0",
    "1",
    "-1",
    "+1",
    "1_000",
    "1__0",
    "0x1f",
    "0o17",
    "0777",
    "08",
    "0b11",
    "1e3",
    "433e40",
    "1.5",
    "1.",
    ".5",
    "-.5",
    ".inf",
    "-.Inf",
    ".nan",
    "12:30",
    "12:30:45",
    "190:20:30.15",
    "2026-01-01",
    "2026-01-01T10:00:00Z",
    "2026-1-1",
    "=",
    "<<",
    "-",
    "--",
    "---",
    "...",
    "?",
    ":",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "a#b",
    "&a",
    "*a",
    "!a",
    "!!str",
    "|",
    ">",
    "@a",
    "`a",
    "%a",
    "%YAML 1.2",
    "[a]",
    "{a}",
    "[",
    "]",
    "{",
    "}",
    ",",
    "a,b",
    "'",
    "\"",
    "it's",
    "a\"b",
    "\\",
    "\\n",
    " lead",
    "trail ",
    " ",
    "\t",
    "a\tb",
    "\n",
    "a\n",
    "\na",
    "a\nb",
    "a\n\nb\n",
    "  a\nb",
    "\r",
    "a\r\nb",
    "a: b\nc: d",
    "\u{85}",
    "a\u{85}b",
    "\u{2028}",
    "a\u{2029}b",
    "\u{a0}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "a\u{feff}b",
    "\0",
    "a\u{1}b",
    "\u{7}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{9f}",
    "\u{ffff}",
    "\u{1f600}",
    "é",
    "e\u{301}",
    "--- a",
    "null ",
    "'no'",
    "\"no\"",
    "0b-1",
    "1:1",
    ":1",
    "a::b",
    "-a",
    "?a",
    "$a",
    "1,000",
    "0x",
    "1e",
    "a\n# b",
];

/// A kubeconfig that has a text wherever one can be.
pub(crate) fn full_of(text: &str) -> Kubeconfig {
    let text = text.to_owned();
    Kubeconfig {
        clusters: vec![NamedCluster {
            name: text.clone(),
            cluster: Cluster { server: text.clone(), tls_server_name: Some(text.clone()), ..Cluster::default() },
            ..NamedCluster::default()
        }],
        users: vec![NamedUser {
            name: text.clone(),
            user: User {
                token: Some(Secret::new(text.clone())),
                impersonate_groups: vec![text.clone(), "b".to_owned(), text.clone()],
                impersonate_user_extra: BTreeMap::from([(text.clone(), Some(vec![text.clone()]))]),
                auth_provider: Some(AuthProvider {
                    name: text.clone(),
                    config: Some(BTreeMap::from([(text.clone(), Secret::new(text.clone()))])),
                    ..AuthProvider::default()
                }),
                ..User::default()
            },
            ..NamedUser::default()
        }],
        contexts: vec![NamedContext {
            name: text.clone(),
            context: Context {
                cluster: text.clone(),
                user: text.clone(),
                namespace: Some(text.clone()),
                ..Context::default()
            },
            ..NamedContext::default()
        }],
        current_context: text,
        ..Kubeconfig::default()
    }
}

/// The implicit types of YAML 1.1 (yaml.org/type), which PyYAML and go-yaml follow, and go-yaml's additions.
pub(crate) fn implicit_types() -> Regex {
    Regex::new(concat!(
        r"(?x)^(?:",
        r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        r"|~|null|Null|NULL|",
        r"|[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0[xX][0-9a-fA-F_]+",
        r"|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*",
        r"|[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?",
        r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*",
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[\x20\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?",
        r"(?:[\x20\t]*Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?)?",
        r"|=|<<",
        r")$"
    ))
    .unwrap()
}

/// The plain scalars of a document that has one key or value a line and no block scalars.
pub(crate) fn plain_scalars(yaml: &str) -> Vec<String> {
    let mut plain = Vec::new();
    for line in yaml.lines() {
        let mut rest = line.trim_start_matches([' ']);
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item;
        }
        // A key in quotes ends with the quote before the colon.
        let (key, value) = match rest.strip_prefix(['"', '\'']) {
            Some(_) if rest.ends_with(':') => (None, ""),
            Some(quoted) => {
                (None, quoted.split_once("\": ").or_else(|| quoted.split_once("': ")).map_or("", |(_, value)| value))
            }
            None => match rest.split_once(": ") {
                Some((key, value)) => (Some(key), value),
                None => (Some(rest.strip_suffix(':').unwrap_or(rest)), ""),
            },
        };
        plain.extend(key.map(str::to_owned));
        if !value.is_empty() && !value.starts_with(['"', '\'']) {
            plain.push(value.to_owned());
        }
    }
    plain
}

#[track_caller]
pub(crate) fn check(text: &str, implicit: &Regex) {
    let kubeconfig = full_of(text);
    let yaml = kubeconfig.to_yaml().unwrap();
    let json = kubeconfig.to_json();
    assert_eq!(Kubeconfig::parse(&yaml).unwrap().to_json(), json, "read by this crate: {text:?}\n{yaml}");
    let other: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
    assert_eq!(other, json, "read by a YAML 1.2 reader: {text:?}\n{yaml}");
    for plain in plain_scalars(&yaml) {
        if !matches!(plain.as_str(), "[]") {
            assert!(!implicit.is_match(&plain), "{plain:?} is no text to a YAML 1.1 reader\n{yaml}");
        }
    }
}

#[test]
fn tricky_strings_stay_what_they_are() {
    let implicit = implicit_types();
    for text in TRICKY {
        check(text, &implicit);
    }
}

#[test]
fn the_yaml_1_1_check_would_notice() {
    let implicit = implicit_types();
    for text in ["no", "y", "1_000", "12:30", "2026-01-01", "~", "1e3", "0x1f", "=", "<<", "", "0777", ".5", "1."] {
        assert!(implicit.is_match(text), "{text:?}");
        let yaml = format!("users:\n- name: {text}\n  user:\n    token: a\n");
        assert!(
            plain_scalars(&yaml).iter().any(|plain| plain.trim_end_matches(':') == text || text.is_empty()),
            "{yaml}"
        );
    }
    for text in ["a", "https://k8s.example.test", "do-fra1-a", "1.2.3", "e3", "yEs"] {
        assert!(!implicit.is_match(text), "{text:?}");
    }
}

#[test]
fn no_line_is_folded() {
    let mut kubeconfig = full_of(&"words of a text ".repeat(200));
    let data = Data::new(vec![0x5a; 20_000]);
    kubeconfig.clusters[0].cluster.certificate_authority_data = Some(data.clone());
    let yaml = kubeconfig.to_yaml().unwrap();
    assert!(yaml.contains(&format!("    certificate-authority-data: {}\n", data.to_base64())), "{yaml}");
    assert_eq!(Kubeconfig::parse(&yaml).unwrap(), kubeconfig);
}

#[test]
fn what_client_go_leaves_out_is_left_out() {
    let mut kubeconfig = full_of("");
    let user = &mut kubeconfig.users[0].user;
    user.token_file = Some(String::new());
    user.password = Some(Secret::new(""));
    user.client_key_data = Some(Data::new([]));
    user.impersonate_groups.clear();
    user.impersonate_user_extra.clear();
    user.auth_provider = None;
    let written = kubeconfig.to_json();
    assert_eq!(
        written,
        serde_json::json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "", "cluster": {"server": ""}}],
            "users": [{"name": "", "user": {}}],
            "contexts": [{"name": "", "context": {"cluster": "", "user": ""}}],
            "current-context": "",
        })
    );
}

/// What is written of a user's fields, as another reader reads it.
#[track_caller]
fn check_user(fields: &str, written: &serde_json::Value) {
    let kubeconfig = Kubeconfig::parse(&format!("users: [{{name: u, user: {{{fields}}}}}]")).unwrap();
    let yaml = kubeconfig.to_yaml().unwrap();
    let read: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
    assert_eq!(&read["users"][0]["user"], written, "{fields}\n{yaml}");
    assert_eq!(Kubeconfig::parse(&yaml).unwrap(), kubeconfig, "{yaml}");
}

#[test]
fn an_empty_list_is_written_and_none_is_not() {
    use serde_json::json;

    check_user("exec: {command: c, args: [], env: []}", &json!({"exec": {"command": "c", "args": [], "env": []}}));
    check_user("exec: {command: c, args: null, env: }", &json!({"exec": {"command": "c"}}));
    check_user("exec: {command: c}", &json!({"exec": {"command": "c"}}));
    check_user("auth-provider: {name: p, config: {}}", &json!({"auth-provider": {"name": "p", "config": {}}}));
    check_user("auth-provider: {name: p, config: null}", &json!({"auth-provider": {"name": "p"}}));
    check_user("as-user-extra: {a: [], b: null}", &json!({"as-user-extra": {"a": [], "b": null}}));
    check_user("as-user-extra: {}, as-groups: [], extensions: []", &json!({}));
}

#[test]
fn preferences_are_written() {
    let text = "preferences: {colors: true, extensions: [{name: e, extension: 1}]}";
    let yaml = Kubeconfig::parse(text).unwrap().to_yaml().unwrap();
    let value: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
    assert_eq!(
        value["preferences"],
        serde_json::json!({"colors": true, "extensions": [{"name": "e", "extension": 1}]})
    );
}

#[test]
fn keys_are_sorted_and_lists_are_not() {
    let text = "contexts: [{name: b}, {name: a}]\nkind: Config\nclusters: []\n";
    let expected = "apiVersion: v1
clusters: []
contexts:
- context:
    cluster: \"\"
    user: \"\"
  name: b
- context:
    cluster: \"\"
    user: \"\"
  name: a
current-context: \"\"
kind: Config
users: []
";
    assert_eq!(Kubeconfig::parse(text).unwrap().to_yaml().unwrap(), expected);
}

#[test]
fn an_unknown_field_with_a_known_name_is_not_written() {
    use kubeproof_kubeconfig::Unknown;

    let unknown = |json: serde_json::Value| Unknown::new(json.as_object().unwrap().clone());
    let mut kubeconfig = Kubeconfig::parse(
        "clusters: [{name: c, cluster: {server: 'https://k'}}]
users: [{name: u, user: {exec: {command: x}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
",
    )
    .unwrap();
    let written = kubeconfig.to_json();
    kubeconfig.unknown = unknown(serde_json::json!({"extensions": [1], "preferences": {"colors": true}}));
    kubeconfig.clusters[0].cluster.unknown = unknown(serde_json::json!({
        "insecure-skip-tls-verify": true, "proxy-url": "http://p", "certificate-authority-data": "x", "extensions": [1],
    }));
    let user = &mut kubeconfig.users[0].user;
    user.unknown = unknown(serde_json::json!({
        "token": "t", "as-groups": ["g"], "as-user-extra": {"a": ["b"]}, "auth-provider": {"name": "x"},
    }));
    user.exec.as_mut().unwrap().unknown =
        unknown(serde_json::json!({"args": ["a"], "env": [{"name": "a", "value": "b"}]}));
    kubeconfig.contexts[0].context.unknown = unknown(serde_json::json!({"namespace": "n"}));
    assert_eq!(kubeconfig.to_json(), written);
}
