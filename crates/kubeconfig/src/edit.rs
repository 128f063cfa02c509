//! Changing one thing.

use crate::model::Kubeconfig;
use crate::{SelectError, SelectErrorKind};

/// What went with a context.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedContext {
    /// The name of the context.
    pub context: String,
    /// The cluster that only this context used.
    pub cluster: Option<String>,
    /// The user that only this context used.
    pub user: Option<String>,
    /// Whether it was the current context; there is none then.
    pub was_current: bool,
}

impl Kubeconfig {
    /// Makes a context the current one.
    ///
    /// # Errors
    /// When no context has this name. Nothing is changed then.
    pub fn set_current_context(&mut self, name: impl Into<String>) -> Result<(), SelectError> {
        let name = name.into();
        if !self.contexts.iter().any(|entry| entry.name == name) {
            return Err(SelectErrorKind::NoSuchContext(name).into());
        }
        self.current_context = name;
        Ok(())
    }

    /// Removes a context, and its cluster and user unless another context uses them. kubectl's `delete-context` leaves
    /// those behind, credential included, and a `current-context` that names nothing.
    ///
    /// ```
    /// use kubeproof_kubeconfig::Kubeconfig;
    ///
    /// let mut kubeconfig = Kubeconfig::parse("
    /// current-context: a
    /// clusters: [{name: shared, cluster: {server: 'https://k8s.example.test'}}]
    /// users: [{name: a, user: {token: t}}, {name: b, user: {token: t}}]
    /// contexts: [{name: a, context: {cluster: shared, user: a}}, {name: b, context: {cluster: shared, user: b}}]
    /// ")?;
    /// let removed = kubeconfig.remove_context("a")?;
    /// assert_eq!((removed.cluster, removed.user.as_deref(), removed.was_current), (None, Some("a"), true));
    /// assert_eq!(kubeconfig.clusters.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When no context has this name. Nothing is changed then.
    pub fn remove_context(&mut self, name: &str) -> Result<RemovedContext, SelectError> {
        let Some(at) = self.contexts.iter().position(|entry| entry.name == name) else {
            return Err(SelectErrorKind::NoSuchContext(name.to_owned()).into());
        };
        let context = self.contexts.remove(at).context;
        let mut removed = RemovedContext { context: name.to_owned(), cluster: None, user: None, was_current: false };
        if !self.contexts.iter().any(|entry| entry.context.cluster == context.cluster) {
            let before = self.clusters.len();
            self.clusters.retain(|entry| entry.name != context.cluster);
            removed.cluster = (self.clusters.len() < before).then_some(context.cluster);
        }
        if !self.contexts.iter().any(|entry| entry.context.user == context.user) {
            let before = self.users.len();
            self.users.retain(|entry| entry.name != context.user);
            removed.user = (self.users.len() < before).then_some(context.user);
        }
        if self.current_context == name {
            self.current_context.clear();
            removed.was_current = true;
        }
        Ok(removed)
    }
}
