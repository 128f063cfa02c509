use serde_json::json;

use super::media::Form;
use super::namespaces::RESOURCE_VERSION;
use super::route::accepted;
use super::status::Failure;
use super::table::{Column, table};
use super::{Refused, found};
use crate::{Reply, Request};

const COLUMNS: [Column; 2] = [
    Column { name: "Name", format: "name", description: "The name of the service." },
    Column { name: "Age", format: "", description: "How long ago the service was made." },
];

/// The services of a namespace or of all: none. `kubectl cluster-info` asks.
pub(super) fn list(request: &Request) -> Result<Reply, Refused> {
    let body = match accepted(request, &[Form::Table])? {
        Form::Table => table(request, &COLUMNS, Vec::new()),
        _ => json!({
            "kind": "ServiceList",
            "apiVersion": "v1",
            "metadata": {"resourceVersion": RESOURCE_VERSION},
            "items": [],
        }),
    };
    Ok(found("kubeproof.kubernetes.services", "there is no service", &body))
}

pub(super) fn none_called(name: &str) -> Refused {
    Box::new(
        Failure::no_object("services", name)
            .by("kubeproof.kubernetes.no-service", "list the services: there is none in this cluster"),
    )
}
