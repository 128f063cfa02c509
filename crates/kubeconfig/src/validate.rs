//! What client-go refuses, and what kubectl needs to use a context.
//!
//! client-go has these rules in one place (`tools/clientcmd/validation.go`), but kubectl applies only those for the
//! cluster and the user that it is about to use, so that a broken entry lies in wait. Each rule has a [`FindingCode`].

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::completeness::{Parts, dangling, of_context, unknown_context};
use crate::finding::{Finding, FindingCode};
use crate::model::{Context, Kubeconfig, given};
use crate::rules::{self, CanRead, Judge};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rules<'a> {
    /// Every rule of client-go's `Validate`, for every entry.
    ClientGo,
    /// What kubectl needs to use one context: client-go's rules for its cluster and its user, and what kubectl trips over
    /// later or does not say at all, as [`crate::incompleteness`] has it.
    Context(&'a str),
    /// The same for the current context.
    CurrentContext,
}

/// Validates a kubeconfig; no finding, nothing refused.
///
/// Paths are taken as they are, so give a kubeconfig whose paths are resolved ([`crate::Loaded::with_resolved_paths`]).
/// `can_read` is asked for each file that a rule wants to be there, with `Ok` when it can be read; to take all as read,
/// give `|_| Ok(())`.
///
/// ```
/// use kubeproof_kubeconfig::{Kubeconfig, Rules, validate};
///
/// let kubeconfig = Kubeconfig::parse("
/// clusters: [{name: dev, cluster: {server: 'https://k8s.example.test', proxy-url: 'ftp://proxy.example.test'}}]
/// contexts: [{name: dev, context: {cluster: dev, user: dev}}]
/// ")?;
/// let findings = validate(&kubeconfig, Rules::ClientGo, |_| Ok(()));
/// let paths: Vec<&str> = findings.iter().map(|finding| &*finding.path).collect();
/// assert_eq!(paths, ["contexts[0].context.user", "clusters[0].cluster.proxy-url"]);
/// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
/// ```
#[must_use]
pub fn validate(kubeconfig: &Kubeconfig, rules: Rules<'_>, can_read: impl Fn(&Path) -> io::Result<()>) -> Vec<Finding> {
    match rules {
        _ if is_empty(kubeconfig) => vec![empty()],
        Rules::ClientGo => {
            let of_client_go = |(judge, finding)| (judge == Judge::ClientGo).then_some(finding);
            every_entry(kubeconfig, &can_read).into_iter().filter_map(of_client_go).collect()
        }
        Rules::Context(name) => one(kubeconfig, name, &can_read),
        Rules::CurrentContext => one(kubeconfig, &kubeconfig.current_context, &can_read),
    }
}

/// client-go's `Validate`, and what is found out about an entry only when it is used.
pub(crate) fn every_entry(kubeconfig: &Kubeconfig, can_read: CanRead<'_>) -> Vec<(Judge, Finding)> {
    let mut of_contexts = Vec::new();
    let current = &kubeconfig.current_context;
    if !current.is_empty() && !kubeconfig.contexts.iter().any(|entry| entry.name == *current) {
        of_contexts.push(unknown_context(current));
    }
    let clusters: HashSet<&str> = kubeconfig.clusters.iter().map(|entry| &*entry.name).collect();
    let users: HashSet<&str> = kubeconfig.users.iter().map(|entry| &*entry.name).collect();
    for (at, entry) in kubeconfig.contexts.iter().enumerate() {
        if entry.name.is_empty() {
            let path = format!("contexts[{at}].name");
            of_contexts.push(Finding::new(FindingCode::UnnamedContext, path, "is empty", "give the context a name"));
        }
        context(&entry.context, &format!("contexts[{at}].context"), &clusters, &users, &mut of_contexts);
    }
    let of_users = kubeconfig
        .users
        .iter()
        .enumerate()
        .flat_map(|(at, entry)| rules::of_user(&entry.user, format!("users[{at}].user"), can_read));
    let of_clusters = kubeconfig
        .clusters
        .iter()
        .enumerate()
        .flat_map(|(at, entry)| rules::of_cluster(&entry.cluster, format!("clusters[{at}].cluster"), can_read));
    of_contexts.into_iter().map(|finding| (Judge::ClientGo, finding)).chain(of_users).chain(of_clusters).collect()
}

/// client-go's `ConfirmUsable` for one context, and then the rest of what is needed.
fn one(kubeconfig: &Kubeconfig, name: &str, can_read: CanRead<'_>) -> Vec<Finding> {
    let Parts { references, cluster, user } = of_context(kubeconfig, name, can_read);
    let by = |wanted: Judge, found: &[(Judge, Finding)]| -> Vec<Finding> {
        found.iter().filter(|(judge, _)| *judge == wanted).map(|(_, finding)| finding.clone()).collect()
    };
    let of_client_go = [by(Judge::ClientGo, &user), by(Judge::ClientGo, &cluster)];
    let of_use = [by(Judge::Use, &cluster), by(Judge::Use, &user)];
    [of_client_go.concat(), references, of_use.concat()].concat()
}

fn context(
    context: &Context,
    path: &str,
    clusters: &HashSet<&str>,
    users: &HashSet<&str>,
    findings: &mut Vec<Finding>,
) {
    for (field, name, names, code) in [
        ("user", &context.user, users, FindingCode::UnknownUser),
        ("cluster", &context.cluster, clusters, FindingCode::UnknownCluster),
    ] {
        if name.is_empty() || !names.contains(name.as_str()) {
            findings.push(dangling(code, path, field, name));
        }
    }
    if let Some(namespace) = given(&context.namespace)
        && !is_dns_label(namespace)
    {
        let message = format!("is {namespace:?}, which is no name of a namespace");
        let remedy = "use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends";
        findings.push(Finding::new(FindingCode::UnusableNamespace, format!("{path}.namespace"), message, remedy));
    }
}

fn empty() -> Finding {
    let message = "is empty: no cluster, user or context";
    Finding::new(FindingCode::EmptyKubeconfig, "", message, "name another file, or add a context")
}

/// client-go's `IsConfigEmpty`.
fn is_empty(kubeconfig: &Kubeconfig) -> bool {
    kubeconfig.clusters.is_empty()
        && kubeconfig.users.is_empty()
        && kubeconfig.contexts.is_empty()
        && kubeconfig.current_context.is_empty()
        && !kubeconfig.preferences.colors
        && kubeconfig.preferences.extensions.is_empty()
        && kubeconfig.extensions.is_empty()
}

/// A label of a DNS name, RFC 1123.
fn is_dns_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_inner) && !text.starts_with('-') && !text.ends_with('-')
}
