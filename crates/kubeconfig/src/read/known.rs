//! Which fields client-go knows, to find those that it does not.

use std::borrow::Cow;

use super::tree::{Node, Value};
use super::warning::{WarningKind, Warnings};

/// Warns of every field of a document that kubectl passes over.
pub(super) fn check(root: &Node<'_>, warnings: &mut Warnings) {
    walk(root, &DOCUMENT, "", warnings);
}

/// What is looked for in a value.
enum Shape {
    /// Nothing: it may be anything, or its type is checked elsewhere.
    Any,
    List(&'static Shape),
    Mapping(&'static [(&'static str, &'static Shape)]),
}

use Shape::{Any, List, Mapping};

fn walk(node: &Node<'_>, shape: &Shape, path: &str, warnings: &mut Warnings) {
    match (shape, &node.value) {
        (List(shape), Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, shape, &format!("{path}[{at}]"), warnings);
            }
        }
        (Mapping(known), Value::Map(entries)) => {
            for (key, value) in entries {
                match known.iter().find(|(name, _)| name == key) {
                    // Few fields have fields: no path is made for the others.
                    Some((_, Any)) => {}
                    Some((name, shape)) => {
                        let separator = if path.is_empty() { "" } else { "." };
                        walk(value, shape, &format!("{path}{separator}{name}"), warnings);
                    }
                    None => {
                        let place = if path.is_empty() { "the document" } else { path };
                        // The name itself may be a secret that got into the wrong column, so it is not shown.
                        let meant = known.iter().find(|(name, _)| is_meant(key, name));
                        let remedy = match meant {
                            Some((name, _)) => Cow::Owned(format!("write `{name}`")),
                            None => Cow::Borrowed("correct its name or remove it"),
                        };
                        let message = format!("{place} has a field that kubectl does not know and drops");
                        warnings.add(WarningKind::UnknownField, value.location, message, remedy);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Whether a key is a known name but for case, `-` and `_`.
fn is_meant(key: &str, name: &str) -> bool {
    let letters = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    letters(key) == letters(name)
}

const EXTENSIONS: Shape = List(&Mapping(&[("name", &Any), ("extension", &Any)]));

const DOCUMENT: Shape = Mapping(&[
    ("kind", &Any),
    ("apiVersion", &Any),
    ("preferences", &Mapping(&[("colors", &Any), ("extensions", &EXTENSIONS)])),
    ("clusters", &List(&Mapping(&[("name", &Any), ("cluster", &CLUSTER)]))),
    ("users", &List(&Mapping(&[("name", &Any), ("user", &USER)]))),
    ("contexts", &List(&Mapping(&[("name", &Any), ("context", &CONTEXT)]))),
    ("current-context", &Any),
    ("extensions", &EXTENSIONS),
]);

const CLUSTER: Shape = Mapping(&[
    ("server", &Any),
    ("tls-server-name", &Any),
    ("insecure-skip-tls-verify", &Any),
    ("certificate-authority", &Any),
    ("certificate-authority-data", &Any),
    ("proxy-url", &Any),
    ("disable-compression", &Any),
    ("extensions", &EXTENSIONS),
]);

const CONTEXT: Shape = Mapping(&[("cluster", &Any), ("user", &Any), ("namespace", &Any), ("extensions", &EXTENSIONS)]);

const USER: Shape = Mapping(&[
    ("client-certificate", &Any),
    ("client-certificate-data", &Any),
    ("client-key", &Any),
    ("client-key-data", &Any),
    ("token", &Any),
    ("tokenFile", &Any),
    ("as", &Any),
    ("as-uid", &Any),
    ("as-groups", &Any),
    ("as-user-extra", &Any),
    ("username", &Any),
    ("password", &Any),
    ("auth-provider", &Mapping(&[("name", &Any), ("config", &Any)])),
    ("exec", &EXEC),
    ("extensions", &EXTENSIONS),
]);

const EXEC: Shape = Mapping(&[
    ("command", &Any),
    ("args", &Any),
    ("env", &List(&Mapping(&[("name", &Any), ("value", &Any)]))),
    ("apiVersion", &Any),
    ("installHint", &Any),
    ("provideClusterInfo", &Any),
    ("interactiveMode", &Any),
]);
