//! Whether a kubeconfig has everything that a client needs.
//!
//! kubectl is lenient in a way that hurts: a context that refers to nothing goes to `localhost:8080`, and a user
//! without a credential becomes a question on the terminal. These checks find both before.

use std::collections::HashMap;

use crate::finding::{Finding, FindingCode};
use crate::model::Kubeconfig;
use crate::rules::{self, CanRead, Judge};

/// What the current context lacks to be used, and names that are there twice. Empty when it is complete.
///
/// Complete is: the current context, its cluster and its user are defined, and client-go refuses neither; the server is an
/// `https://` address (plain HTTP to this machine is allowed); there is a certificate authority that can be loaded, unless
/// verification is switched off; there is a credential that can be sent. Files that are referred to are taken to be there.
#[must_use]
pub fn incompleteness(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let Parts { references, cluster, user } = of_context(kubeconfig, &kubeconfig.current_context, &|_| Ok(()));
    let of_entries = cluster.into_iter().chain(user).map(|(_, finding)| finding);
    references.into_iter().chain(of_entries).collect()
}

/// What is to be said of a context.
pub(crate) struct Parts {
    /// Of names that are there twice, and of the context itself.
    pub(crate) references: Vec<Finding>,
    /// Of its cluster.
    pub(crate) cluster: Vec<(Judge, Finding)>,
    /// Of its user.
    pub(crate) user: Vec<(Judge, Finding)>,
}

/// Looks at one context, by its name.
pub(crate) fn of_context(kubeconfig: &Kubeconfig, name: &str, can_read: CanRead<'_>) -> Parts {
    let mut references = Vec::new();
    let clusters = positions("clusters", kubeconfig.clusters.iter().map(|entry| &*entry.name), &mut references);
    let users = positions("users", kubeconfig.users.iter().map(|entry| &*entry.name), &mut references);
    let contexts = positions("contexts", kubeconfig.contexts.iter().map(|entry| &*entry.name), &mut references);
    let mut parts = Parts { references, cluster: Vec::new(), user: Vec::new() };
    if name.is_empty() {
        parts.references.push(no_current_context());
        return parts;
    }
    let at = contexts.get(name).copied();
    let Some((at, entry)) = at.and_then(|at| Some((at, kubeconfig.contexts.get(at)?))) else {
        parts.references.push(unknown_context(name));
        return parts;
    };
    let path = format!("contexts[{at}].context");
    match clusters.get(&*entry.context.cluster).and_then(|at| Some((at, kubeconfig.clusters.get(*at)?))) {
        Some((at, entry)) => {
            parts.cluster = rules::of_cluster(&entry.cluster, format!("clusters[{at}].cluster"), can_read);
        }
        None => parts.references.push(dangling(FindingCode::UnknownCluster, &path, "cluster", &entry.context.cluster)),
    }
    match users.get(&*entry.context.user).and_then(|at| Some((at, kubeconfig.users.get(*at)?))) {
        Some((at, entry)) => parts.user = rules::of_user(&entry.user, format!("users[{at}].user"), can_read),
        None => parts.references.push(dangling(FindingCode::UnknownUser, &path, "user", &entry.context.user)),
    }
    parts
}

/// Where the entries of a list are, by name; of two with one name the first.
fn positions<'a>(
    list: &str,
    names: impl Iterator<Item = &'a str>,
    findings: &mut Vec<Finding>,
) -> HashMap<&'a str, usize> {
    let mut by_name = HashMap::new();
    for (at, name) in names.enumerate() {
        let first = *by_name.entry(name).or_insert(at);
        if first != at {
            let message = format!("is the same as {list}[{first}].name, and kubectl refuses the file");
            let path = format!("{list}[{at}].name");
            findings.push(Finding::new(FindingCode::DuplicateName, path, message, "rename or remove one"));
        }
    }
    by_name
}

const NAME_A_CONTEXT: &str = "name one of the contexts";

pub(crate) fn no_current_context() -> Finding {
    Finding::new(FindingCode::NoCurrentContext, "current-context", "is empty", NAME_A_CONTEXT)
}

pub(crate) fn unknown_context(name: &str) -> Finding {
    let message = format!("names context {name:?}, which is not defined");
    Finding::new(FindingCode::UnknownContext, "current-context", message, NAME_A_CONTEXT)
}

/// A context whose cluster or user is not defined.
pub(crate) fn dangling(code: FindingCode, path: &str, field: &str, name: &str) -> Finding {
    let message = match name {
        "" => "is empty".to_owned(),
        name => format!("names {field} {name:?}, which is not defined"),
    };
    Finding::new(code, format!("{path}.{field}"), message, "name an entry of the list, or add one")
}
