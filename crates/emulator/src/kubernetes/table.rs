use serde_json::{Value, json};

use crate::Request;

/// A column of a table.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// `name` for the column that names the object.
    pub(super) format: &'static str,
    pub(super) description: &'static str,
}

/// A row of a table: its cells, and the object with `kind` and `apiVersion`.
pub(super) struct Row {
    pub(super) cells: Vec<Value>,
    pub(super) object: Value,
}

/// A `Table` (API concepts, "Receiving resources as Tables"). How much of each object comes with it is said by the
/// parameter `includeObject`: its metadata, unless said otherwise.
pub(super) fn table(request: &Request, columns: &[Column], rows: Vec<Row>) -> Value {
    let included = request.query_values("includeObject").into_iter().next();
    let object = |object: Value| match included.as_deref() {
        Some("Object") => object,
        Some("None") => Value::Null,
        _ => json!({
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": object.get("metadata"),
        }),
    };
    let column = |column: &Column| {
        json!({
            "name": column.name,
            "type": "string",
            "format": column.format,
            "description": column.description,
            "priority": 0,
        })
    };
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": super::namespaces::RESOURCE_VERSION},
        "columnDefinitions": columns.iter().map(column).collect::<Vec<_>>(),
        "rows": rows
            .into_iter()
            .map(|row| json!({"cells": row.cells, "object": object(row.object)}))
            .collect::<Vec<_>>(),
    })
}
