//! Kubeconfigs as trees of fields, with odd values, in several layouts.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A value to be written in any layout. A scalar is a piece of YAML.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn scalar(text: impl Into<String>) -> Tree {
    Tree::Scalar(text.into())
}

const WORDS: &[&str] = &[
    "a",
    "dev",
    "https://k8s.example.test:6443",
    "'quoted'",
    "\"quoted\"",
    "''",
    "two words",
    "\"\\u00e9\\n\"",
    "é",
    "/a/b",
    "\"\\x41\\U0001F600\"",
    "YWI=",
    "YWJ=",
    "\"YW\\nI=\"",
    "v1",
    "Config",
    "'a: b'",
    "a:b",
    "a#b",
    "x-y_z",
    "'it''s'",
];
const ODD: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x1f",
    "0o17",
    "0777",
    "1_000",
    "true",
    "yes",
    "off",
    "y",
    "N",
    "null",
    "~",
    "",
    "[]",
    "{}",
    "[a]",
    "{a: b}",
    ".nan",
    ".inf",
    "2026-01-01",
    "12:30:45",
    "=",
    "<<",
    "!!str 1",
    "!!int '1'",
    "!!int x",
    "!!binary YWI=",
    "!x a",
    "! 1",
    "!!null x",
    "!!float 1",
    "&x a",
    "*x",
    "- a",
    "? a",
    "a: b",
    "a?b",
    "-",
    "?",
    "?a",
    "-a",
    "@a",
    "`a",
    "%a",
    "\"\\/\"",
    "\"\\ud83d\\ude00\"",
    "\"\\q\"",
    "\"\u{7}\"",
    "a\u{85}b",
    "\"a\u{2028}b\"",
    "a\u{a0}b",
    "a\u{feff}b",
    "|\n  a",
    "\"a\n  b\"",
    "[1, 2, 255]",
    "[256]",
    "99999999999999999999",
    "18446744073709551615",
    "1e400",
    "+1",
    "0b11",
    "08",
];

fn word() -> impl Strategy<Value = Tree> {
    prop_oneof![12 => select(WORDS), 1 => select(ODD)].prop_map(scalar)
}

fn flag() -> impl Strategy<Value = Tree> {
    select(&["true", "false", "yes", "off", "null", "'true'", "1", "True", "tRue"][..]).prop_map(scalar)
}

fn base64() -> impl Strategy<Value = Tree> {
    let texts = [
        "YWI=",
        "YWJ=",
        "YWJj",
        "YWI",
        "'YW I='",
        "\"YW\\r\\nI=\"",
        "Y-_=",
        "",
        "null",
        "[97]",
        "\"====\"",
        "'='",
        "YWI==",
    ];
    select(texts.to_vec()).prop_map(scalar)
}

fn words() -> impl Strategy<Value = Tree> {
    prop_oneof![8 => prop::collection::vec(word(), 0..3).prop_map(Tree::List), 1 => word()]
}

/// Some of the fields, in any order, one of them twice now and then, and unknown ones.
fn some_of(fields: Vec<(&'static str, BoxedStrategy<Tree>)>) -> BoxedStrategy<Tree> {
    let known = fields.into_iter().map(|(name, value)| (Just(name), value).boxed()).collect::<Vec<_>>();
    let field = prop::strategy::Union::new(known).prop_map(|(name, value)| (name.to_owned(), value));
    let odd_name =
        select(&["x", "Server", "1", "yes", "null", "1.50", "\"q\"", "<<", "Kind", "~", "18446744073709551615"][..]);
    let unknown = (odd_name, any_tree()).prop_map(|(name, value)| (name.to_owned(), value));
    let repeats = any::<Index>();
    (prop::collection::vec(prop_oneof![16 => field, 1 => unknown], 0..6), repeats, 0..12_u8)
        .prop_map(|(mut fields, repeats, keeps)| {
            if keeps > 0 {
                let mut seen = std::collections::HashSet::new();
                fields.retain(|(name, _)| seen.insert(name.clone()));
            } else if !fields.is_empty() {
                fields.push(fields[repeats.index(fields.len())].clone());
            }
            Tree::Map(fields)
        })
        .boxed()
}

fn any_tree() -> BoxedStrategy<Tree> {
    let leaf = prop_oneof![select(WORDS), select(ODD)].prop_map(scalar);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Tree::List),
            prop::collection::vec((select(&["a", "b", "'c d'", "1e3", "yes"][..]), inner), 0..3)
                .prop_map(|fields| Tree::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
    .boxed()
}

fn list_of(item: impl Strategy<Value = Tree> + 'static) -> BoxedStrategy<Tree> {
    prop_oneof![10 => prop::collection::vec(item, 0..3).prop_map(Tree::List), 1 => any_tree()].boxed()
}

fn named(field: &'static str, inner: BoxedStrategy<Tree>) -> BoxedStrategy<Tree> {
    let name = prop_oneof![select(&["a", "b", "c", "d", "\"433e40\""][..]).prop_map(scalar), word()];
    let whole = (name, inner.clone())
        .prop_map(move |(name, inner)| Tree::Map(vec![("name".to_owned(), name), (field.to_owned(), inner)]));
    prop_oneof![10 => whole, 1 => some_of(vec![("name", word().boxed()), (field, inner)])].boxed()
}

fn extensions() -> BoxedStrategy<Tree> {
    list_of(named("extension", any_tree()))
}

pub(super) fn kubeconfig() -> BoxedStrategy<Tree> {
    let cluster = some_of(vec![
        ("server", word().boxed()),
        ("tls-server-name", word().boxed()),
        ("insecure-skip-tls-verify", flag().boxed()),
        ("certificate-authority", word().boxed()),
        ("certificate-authority-data", base64().boxed()),
        ("proxy-url", word().boxed()),
        ("disable-compression", flag().boxed()),
        ("extensions", extensions()),
    ]);
    let variable = some_of(vec![("name", word().boxed()), ("value", word().boxed())]);
    let version = select(&["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", "v1", "''"][..]);
    let exec = some_of(vec![
        ("command", word().boxed()),
        ("args", words().boxed()),
        ("env", list_of(variable)),
        ("apiVersion", version.prop_map(scalar).boxed()),
        ("installHint", word().boxed()),
        ("provideClusterInfo", flag().boxed()),
        ("interactiveMode", select(&["Never", "Always", "x", "null"][..]).prop_map(scalar).boxed()),
    ]);
    let settings = some_of(vec![("a", word().boxed()), ("b", word().boxed())]);
    let user = some_of(vec![
        ("client-certificate", word().boxed()),
        ("client-certificate-data", base64().boxed()),
        ("client-key", word().boxed()),
        ("client-key-data", base64().boxed()),
        ("token", word().boxed()),
        ("tokenFile", word().boxed()),
        ("as", word().boxed()),
        ("as-uid", word().boxed()),
        ("as-groups", words().boxed()),
        ("as-user-extra", some_of(vec![("a", words().boxed()), ("b", words().boxed())])),
        ("username", word().boxed()),
        ("password", word().boxed()),
        ("auth-provider", some_of(vec![("name", word().boxed()), ("config", settings)])),
        ("exec", exec),
        ("extensions", extensions()),
    ]);
    let context = some_of(vec![
        ("cluster", word().boxed()),
        ("user", word().boxed()),
        ("namespace", word().boxed()),
        ("extensions", extensions()),
    ]);
    let preferences = some_of(vec![("colors", flag().boxed()), ("extensions", extensions())]);
    some_of(vec![
        (
            "apiVersion",
            prop_oneof![9 => Just("v1"), 1 => select(&["v2", "''", "/v1", "null", "1"][..])].prop_map(scalar).boxed(),
        ),
        (
            "kind",
            prop_oneof![9 => Just("Config"), 1 => select(&["Foo", "''", "config", "~"][..])].prop_map(scalar).boxed(),
        ),
        ("clusters", list_of(named("cluster", cluster))),
        ("users", list_of(named("user", user))),
        ("contexts", list_of(named("context", context))),
        ("current-context", word().boxed()),
        ("preferences", preferences),
        ("extensions", extensions()),
    ])
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    Block,
    Flow,
    Json,
    /// Lists in blocks, what is in them in braces.
    Mixed,
}

impl Layout {
    pub(super) fn print(self, tree: &Tree) -> String {
        let mut text = String::new();
        match self {
            Self::Block => block(tree, 0, usize::MAX, &mut text),
            Self::Mixed => block(tree, 0, 2, &mut text),
            Self::Flow => flow(tree, "", &mut text),
            Self::Json => flow(tree, "\n\t", &mut text),
        }
        text.push('\n');
        text
    }
}

fn block(tree: &Tree, indent: usize, levels: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    match tree {
        Tree::List(items) if !items.is_empty() && levels > 0 => {
            for item in items {
                text.push_str(&format!("\n{pad}- "));
                match item {
                    Tree::Map(fields) if !fields.is_empty() && levels > 1 => {
                        let start = text.len();
                        block(item, indent + 2, levels - 1, text);
                        // The first field goes right behind the dash.
                        text.replace_range(start..start + indent + 3, "");
                    }
                    _ => block(item, indent + 2, levels - 1, text),
                }
            }
        }
        Tree::Map(fields) if !fields.is_empty() && levels > 0 => {
            for (key, value) in fields {
                text.push_str(&format!("\n{pad}{key}: "));
                block(value, indent + 2, levels - 1, text);
            }
        }
        other => flow(other, "", text),
    }
}

fn flow(tree: &Tree, separator: &str, text: &mut String) {
    let all = |text: &mut String,
               open: char,
               parts: &mut dyn Iterator<Item = Box<dyn FnOnce(&mut String) + '_>>,
               close: char| {
        text.push(open);
        for (at, part) in parts.enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(separator);
            part(text);
        }
        text.push(close);
    };
    match tree {
        Tree::Scalar(scalar) => text.push_str(scalar),
        Tree::List(items) => {
            let mut parts = items
                .iter()
                .map(|item| -> Box<dyn FnOnce(&mut String)> { Box::new(move |text| flow(item, separator, text)) });
            all(text, '[', &mut parts, ']');
        }
        Tree::Map(fields) => {
            let mut parts = fields.iter().map(|(key, value)| -> Box<dyn FnOnce(&mut String)> {
                Box::new(move |text| {
                    let is_json = !separator.is_empty()
                        && key.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-');
                    text.push_str(&if is_json { format!("\"{key}\": ") } else { format!("{key}: ") });
                    flow(value, separator, text);
                })
            });
            all(text, '{', &mut parts, '}');
        }
    }
}
