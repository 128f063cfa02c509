use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::age::age;
use super::media::Form;
use super::route::accepted;
use super::status::Failure;
use super::table::{Column, Row, table};
use super::{Asked, Refused, found};
use crate::Reply;
use crate::hex::uuid;

/// The namespaces that every cluster starts with (the page "Namespaces").
const NAMES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// When the clusters were made, a year before the emulator's clock starts: 2025-01-01T00:00:00Z.
const CREATED: Timestamp = Timestamp::constant(1_735_689_600, 0);

/// Nothing changes in these clusters.
pub(super) const RESOURCE_VERSION: &str = "1";

const CLAUSE: &str = "kubeproof.kubernetes.namespaces";

const COLUMNS: [Column; 3] = [
    Column { name: "Name", format: "name", description: "The name of the namespace." },
    Column { name: "Status", format: "", description: "Whether the namespace is in use." },
    Column { name: "Age", format: "", description: "How long ago the namespace was made." },
];

/// All of them.
pub(super) fn list(asked: &Asked<'_>, now: Timestamp) -> Result<Reply, Refused> {
    for parameter in ["labelSelector", "fieldSelector"] {
        if asked.request.query_values(parameter).iter().any(|selector| !selector.is_empty()) {
            return Err(Box::new(Failure::bad_request(format!("{parameter} is not supported")).by(
                "kubeproof.kubernetes.selector",
                format!("list without `{parameter}`: this stub selects nothing"),
            )));
        }
    }
    let body = match accepted(asked.request, &[Form::Table])? {
        Form::Table => table(asked.request, &COLUMNS, NAMES.map(|name| row(asked, name, now)).into()),
        _ => json!({
            "kind": "NamespaceList",
            "apiVersion": "v1",
            "metadata": {"resourceVersion": RESOURCE_VERSION},
            "items": NAMES.map(|name| Value::Object(namespace(asked, name))),
        }),
    };
    Ok(found(CLAUSE, "the namespaces", &body))
}

/// One of them.
pub(super) fn get(asked: &Asked<'_>, name: &str, now: Timestamp) -> Result<Reply, Refused> {
    if !NAMES.contains(&name) {
        return Err(Box::new(Failure::no_object("namespaces", name).by(
            "kubeproof.kubernetes.no-namespace",
            format!("name one of the namespaces that there are: {}", NAMES.join(", ")),
        )));
    }
    let body = match accepted(asked.request, &[Form::Table])? {
        Form::Table => table(asked.request, &COLUMNS, vec![row(asked, name, now)]),
        _ => whole(asked, name),
    };
    Ok(found(CLAUSE, "the namespace", &body))
}

fn row(asked: &Asked<'_>, name: &str, now: Timestamp) -> Row {
    Row { cells: vec![name.into(), "Active".into(), age(CREATED, now).into()], object: whole(asked, name) }
}

/// With its kind, as it stands outside of a list.
fn whole(asked: &Asked<'_>, name: &str) -> Value {
    let mut whole = serde_json::Map::new();
    whole.insert("kind".to_owned(), "Namespace".into());
    whole.insert("apiVersion".to_owned(), "v1".into());
    whole.extend(namespace(asked, name));
    whole.into()
}

fn namespace(asked: &Asked<'_>, name: &str) -> serde_json::Map<String, Value> {
    let cluster: Vec<String> = asked.cluster.iter().map(|(name, id)| format!("{name}/{id}")).collect();
    let uid = uuid(&Sha256::digest(format!("namespace/{}/{name}", cluster.join("/"))));
    let fields = [
        (
            "metadata",
            json!({
                "name": name,
                "uid": uid,
                "resourceVersion": RESOURCE_VERSION,
                "creationTimestamp": CREATED.to_string(),
                "labels": {"kubernetes.io/metadata.name": name},
            }),
        ),
        ("spec", json!({"finalizers": ["kubernetes"]})),
        ("status", json!({"phase": "Active"})),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
