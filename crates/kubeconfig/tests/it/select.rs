//! Contexts and what they refer to.

use kubeproof_kubeconfig::{Kubeconfig, SelectErrorKind};

const TWO_CONTEXTS: &str = "
current-context: internal
clusters:
- {name: internalCluster, cluster: {server: 'https://192.0.2.1:5443'}}
- {name: externalCluster, cluster: {server: 'https://203.0.113.7:5443'}}
users: [{name: user, user: {token: not-a-real-token}}]
contexts:
- {name: internal, context: {cluster: internalCluster, user: user}}
- {name: external, context: {cluster: externalCluster, user: user}}
- {name: no-cluster, context: {cluster: gone, user: user}}
- {name: no-user, context: {cluster: internalCluster, user: gone}}
";

#[test]
fn the_current_context_is_resolved() {
    let mut kubeconfig = Kubeconfig::parse(TWO_CONTEXTS).unwrap();
    assert_eq!(kubeconfig.current().unwrap().cluster.server, "https://192.0.2.1:5443");
    assert_eq!(kubeconfig.context("external").unwrap().cluster.server, "https://203.0.113.7:5443");
    kubeconfig.set_current_context("external").unwrap();
    let current = kubeconfig.current().unwrap();
    assert_eq!((current.name, current.context.user.as_str()), ("external", "user"));
}

#[test]
fn what_is_missing_is_named() {
    let kubeconfig = Kubeconfig::parse(TWO_CONTEXTS).unwrap();
    let kind = |name: &str| kubeconfig.context(name).unwrap_err().kind().clone();
    assert_eq!(kind("gone"), SelectErrorKind::NoSuchContext("gone".to_owned()));
    assert!(matches!(kind("no-cluster"), SelectErrorKind::NoSuchCluster { .. }));
    assert!(matches!(kind("no-user"), SelectErrorKind::NoSuchUser { .. }));
    assert_eq!(*Kubeconfig::default().current().unwrap_err().kind(), SelectErrorKind::NoCurrentContext);
    let error = kubeconfig.context("gone").unwrap_err();
    assert_eq!(error.to_string(), "there is no context \"gone\"");
}
