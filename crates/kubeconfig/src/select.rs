//! A context and what it refers to.

use crate::{Cluster, Context, Kubeconfig, User};

/// A context with its cluster and user resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Current<'a> {
    /// The name of the context.
    pub name: &'a str,
    /// The context.
    pub context: &'a Context,
    /// The cluster that it refers to.
    pub cluster: &'a Cluster,
    /// The user that it refers to.
    pub user: &'a User,
}

/// Why a context cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SelectError {
    kind: SelectErrorKind,
}

impl SelectError {
    /// What is missing.
    #[must_use]
    pub fn kind(&self) -> &SelectErrorKind {
        &self.kind
    }
}

/// What is missing for a context.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectErrorKind {
    /// `current-context` is empty.
    #[error("no current context is set; name one of the contexts in `current-context`")]
    NoCurrentContext,
    /// No context has this name.
    #[error("there is no context {0:?}")]
    NoSuchContext(String),
    /// The context refers to a cluster that is not defined.
    #[error("context {context:?} refers to cluster {cluster:?}, which is not defined")]
    NoSuchCluster {
        /// The context.
        context: String,
        /// The cluster that it names.
        cluster: String,
    },
    /// The context refers to a user that is not defined.
    #[error("context {context:?} refers to user {user:?}, which is not defined")]
    NoSuchUser {
        /// The context.
        context: String,
        /// The user that it names.
        user: String,
    },
}

impl From<SelectErrorKind> for SelectError {
    fn from(kind: SelectErrorKind) -> Self {
        Self { kind }
    }
}

impl Kubeconfig {
    /// The current context, resolved.
    ///
    /// # Errors
    /// When none is set, or it or what it refers to is not defined. (kubectl goes to `localhost:8080` or asks for a
    /// name and password in the last two cases.)
    pub fn current(&self) -> Result<Current<'_>, SelectError> {
        if self.current_context.is_empty() {
            return Err(SelectErrorKind::NoCurrentContext.into());
        }
        self.context(&self.current_context)
    }

    /// The context of this name, resolved.
    ///
    /// # Errors
    /// When it or what it refers to is not defined.
    pub fn context(&self, name: &str) -> Result<Current<'_>, SelectError> {
        let entry = self.contexts.iter().find(|entry| entry.name == name);
        let entry = entry.ok_or_else(|| SelectErrorKind::NoSuchContext(name.to_owned()))?;
        let context = &entry.context;
        let cluster = self.clusters.iter().find(|entry| entry.name == context.cluster);
        let cluster = cluster.ok_or_else(|| SelectErrorKind::NoSuchCluster {
            context: name.to_owned(),
            cluster: context.cluster.clone(),
        })?;
        let user = self.users.iter().find(|entry| entry.name == context.user);
        let user =
            user.ok_or_else(|| SelectErrorKind::NoSuchUser { context: name.to_owned(), user: context.user.clone() })?;
        Ok(Current { name: &entry.name, context, cluster: &cluster.cluster, user: &user.user })
    }
}
