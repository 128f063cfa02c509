//! Only what the current context uses.

use crate::model::Kubeconfig;
use crate::{SelectError, SelectErrorKind};

impl Kubeconfig {
    /// The current context, its cluster and its user, and nothing else: what `--minify` leaves. Extensions, preferences
    /// and unknown fields of the document stay. A context may name no cluster or no user.
    ///
    /// Source: client-go, `MinifyConfig`.
    ///
    /// # Errors
    /// When there is no current context, or it or what it names is not defined.
    pub fn minified(&self) -> Result<Self, SelectError> {
        let name = &self.current_context;
        if name.is_empty() {
            return Err(SelectErrorKind::NoCurrentContext.into());
        }
        let context = self.contexts.iter().find(|entry| entry.name == *name);
        let context = context.ok_or_else(|| SelectErrorKind::NoSuchContext(name.clone()))?;
        let wanted = &context.context.cluster;
        let cluster = self.clusters.iter().find(|entry| entry.name == *wanted && !wanted.is_empty());
        if cluster.is_none() && !wanted.is_empty() {
            let (context, cluster) = (name.clone(), wanted.clone());
            return Err(SelectErrorKind::NoSuchCluster { context, cluster }.into());
        }
        let wanted = &context.context.user;
        let user = self.users.iter().find(|entry| entry.name == *wanted && !wanted.is_empty());
        if user.is_none() && !wanted.is_empty() {
            let (context, user) = (name.clone(), wanted.clone());
            return Err(SelectErrorKind::NoSuchUser { context, user }.into());
        }
        Ok(Self {
            clusters: cluster.cloned().into_iter().collect(),
            users: user.cloned().into_iter().collect(),
            contexts: vec![context.clone()],
            current_context: name.clone(),
            preferences: self.preferences.clone(),
            extensions: self.extensions.clone(),
            unknown: self.unknown.clone(),
        })
    }
}
