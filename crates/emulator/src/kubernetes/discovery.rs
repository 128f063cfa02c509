//! Which resources there are, in both ways to ask: group by group, and all at once.

use http::StatusCode;
use serde_json::{Value, json};

use super::media::Form;
use super::route::accepted;
use super::{Refused, found};
use crate::{Reply, Request};

/// A resource. The facts are those of Kubernetes' own discovery documents.
struct Resource {
    /// Its group; empty for the core group.
    group: &'static str,
    name: &'static str,
    singular: &'static str,
    kind: &'static str,
    namespaced: bool,
    short_names: &'static [&'static str],
    verbs: &'static [&'static str],
}

const RESOURCES: [Resource; 3] = [
    Resource {
        group: "",
        name: "namespaces",
        singular: "namespace",
        kind: "Namespace",
        namespaced: false,
        short_names: &["ns"],
        verbs: &["get", "list"],
    },
    Resource {
        group: "",
        name: "services",
        singular: "service",
        kind: "Service",
        namespaced: true,
        short_names: &["svc"],
        verbs: &["get", "list"],
    },
    Resource {
        group: "authentication.k8s.io",
        name: "selfsubjectreviews",
        singular: "selfsubjectreview",
        kind: "SelfSubjectReview",
        namespaced: false,
        short_names: &[],
        verbs: &["create"],
    },
];

/// Every group has this version and no other.
const VERSION: &str = "v1";

const GROUPS: [&str; 1] = ["authentication.k8s.io"];

const CLAUSE: &str = "kubeproof.kubernetes.discovery";

pub(super) fn has_group(group: &str) -> bool {
    GROUPS.contains(&group)
}

pub(super) fn has_version(group: &str, version: &str) -> bool {
    has_group(group) && version == VERSION
}

/// `/`
pub(super) fn paths() -> Value {
    let groups = GROUPS.iter().flat_map(|group| [format!("/apis/{group}"), format!("/apis/{group}/{VERSION}")]);
    let fixed = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
    let mut all = fixed(&["/api", "/api/v1", "/apis"]);
    all.extend(groups);
    all.extend(fixed(&["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]));
    json!({"paths": all})
}

/// `/api`
pub(super) fn core(request: &Request) -> Result<Reply, Refused> {
    let body = match accepted(request, &[Form::Discovery])? {
        Form::Discovery => return Ok(aggregated(&[""])),
        _ => json!({"kind": "APIVersions", "versions": [VERSION], "serverAddressByClientCIDRs": []}),
    };
    Ok(found(CLAUSE, "the versions of the core group", &body))
}

/// `/apis`
pub(super) fn groups(request: &Request) -> Result<Reply, Refused> {
    let body = match accepted(request, &[Form::Discovery])? {
        Form::Discovery => return Ok(aggregated(&GROUPS)),
        _ => json!({
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": GROUPS.iter().map(|name| described(name)).collect::<Vec<_>>(),
        }),
    };
    Ok(found(CLAUSE, "the groups", &body))
}

/// `/apis/{group}`
pub(super) fn group(name: &str) -> Reply {
    let mut body = json!({"kind": "APIGroup", "apiVersion": "v1"});
    if let (Some(body), Value::Object(description)) = (body.as_object_mut(), described(name)) {
        body.extend(description);
    }
    found(CLAUSE, format!("the versions of {name}"), &body)
}

fn described(group: &str) -> Value {
    let version = json!({"groupVersion": format!("{group}/{VERSION}"), "version": VERSION});
    json!({"name": group, "versions": [version], "preferredVersion": version})
}

/// `/api/v1` and `/apis/{group}/{version}`
pub(super) fn resources(group_version: &str) -> Reply {
    let group = group_version.rsplit_once('/').map_or("", |(group, _)| group);
    let shown = |resource: &Resource| {
        let mut shown = json!({
            "name": resource.name,
            "singularName": resource.singular,
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": resource.verbs,
        });
        if let (Some(shown), false) = (shown.as_object_mut(), resource.short_names.is_empty()) {
            shown.insert("shortNames".to_owned(), json!(resource.short_names));
        }
        shown
    };
    let body = json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": of(group).map(shown).collect::<Vec<_>>(),
    });
    found(CLAUSE, format!("the resources of {group_version}"), &body)
}

/// The resources of several groups at once (API concepts, "Aggregated discovery").
fn aggregated(groups: &[&str]) -> Reply {
    let shown = |resource: &Resource| {
        let mut shown = json!({
            "resource": resource.name,
            "responseKind": {"group": resource.group, "version": VERSION, "kind": resource.kind},
            "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
            "singularResource": resource.singular,
            "verbs": resource.verbs,
        });
        if let (Some(shown), false) = (shown.as_object_mut(), resource.short_names.is_empty()) {
            shown.insert("shortNames".to_owned(), json!(resource.short_names));
        }
        shown
    };
    let item = |group: &&str| {
        json!({
            "metadata": if group.is_empty() { json!({}) } else { json!({"name": group}) },
            "versions": [{
                "version": VERSION,
                "resources": of(group).map(shown).collect::<Vec<_>>(),
                "freshness": "Current",
            }],
        })
    };
    let body = json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": groups.iter().map(item).collect::<Vec<_>>(),
    });
    Reply::answer(CLAUSE, StatusCode::OK, "all resources at once")
        .with_body(Form::Discovery.content_type(), body.to_string())
}

fn of(group: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |resource| resource.group == group)
}
