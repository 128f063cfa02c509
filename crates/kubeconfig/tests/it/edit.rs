//! Changing one thing.

use kubeproof_kubeconfig::{Kubeconfig, SelectErrorKind};

const THREE: &str = "
current-context: a
clusters: [{name: shared, cluster: {server: s}}, {name: b, cluster: {server: s}}, {name: unused, cluster: {server: s}}]
users: [{name: a, user: {token: t}}, {name: b, user: {token: t}}]
contexts:
- {name: a, context: {cluster: shared, user: a}}
- {name: b, context: {cluster: b, user: b}}
- {name: c, context: {cluster: shared, user: gone}}
- {name: d, context: {}}
x: kept
";

/// Removes contexts one after another, and compares what went with each and what is left.
#[track_caller]
fn check(remove: &[(&str, Option<&str>, Option<&str>, bool)], clusters: &[&str], users: &[&str]) {
    let mut kubeconfig = Kubeconfig::parse(THREE).unwrap();
    for (name, cluster, user, was_current) in remove {
        let removed = kubeconfig.remove_context(name).unwrap();
        let found = (&*removed.context, removed.cluster.as_deref(), removed.user.as_deref(), removed.was_current);
        assert_eq!(found, (*name, *cluster, *user, *was_current));
        assert_eq!(kubeconfig.current_context.is_empty(), kubeconfig.context("a").is_err());
    }
    assert!(kubeconfig.clusters.iter().map(|entry| entry.name.as_str()).eq(clusters.iter().copied()));
    assert!(kubeconfig.users.iter().map(|entry| entry.name.as_str()).eq(users.iter().copied()));
    assert!(!kubeconfig.unknown.is_empty());
}

#[test]
fn what_only_a_context_used_goes_with_it() {
    check(&[("a", None, Some("a"), true)], &["shared", "b", "unused"], &["b"]);
    check(&[("b", Some("b"), Some("b"), false)], &["shared", "unused"], &["a"]);
    check(&[("c", None, None, false)], &["shared", "b", "unused"], &["a", "b"]);
    check(&[("d", None, None, false)], &["shared", "b", "unused"], &["a", "b"]);
    check(&[("c", None, None, false), ("a", Some("shared"), Some("a"), true)], &["b", "unused"], &["b"]);
}

#[test]
fn nothing_changes_when_there_is_no_such_context() {
    let mut kubeconfig = Kubeconfig::parse(THREE).unwrap();
    let before = kubeconfig.clone();
    let gone = SelectErrorKind::NoSuchContext("gone".to_owned());
    assert_eq!(*kubeconfig.remove_context("gone").unwrap_err().kind(), gone);
    assert_eq!(*kubeconfig.set_current_context("gone").unwrap_err().kind(), gone);
    assert_eq!(kubeconfig, before);
    kubeconfig.set_current_context("b").unwrap();
    assert_eq!(kubeconfig.current_context, "b");
}
