//! What every client does.

use std::fmt;

use kubeproof_kubeconfig::Kubeconfig;
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// Fetches the access to a cluster of one provider.
pub trait ClusterAccess {
    /// What names a cluster.
    type Cluster;
    /// What can be asked for besides.
    type Options;
    /// What is received.
    type Access;

    /// Fetches the access to a cluster.
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind) may occur; each client says which it means by what.
    fn fetch(
        &self,
        cluster: &Self::Cluster,
        options: &Self::Options,
    ) -> impl Future<Output = Result<Self::Access, Error>> + Send;
}

/// A kubeconfig as a provider issued it.
#[derive(Clone)]
pub struct ClusterKubeconfig {
    /// The document, read and checked.
    pub kubeconfig: Kubeconfig,
    raw: SecretString,
}

impl ClusterKubeconfig {
    pub(crate) fn new(kubeconfig: Kubeconfig, raw: String) -> Self {
        Self { kubeconfig, raw: raw.into() }
    }

    /// The text as it was received, which holds the user's credentials.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.raw.expose_secret()
    }
}

impl fmt::Debug for ClusterKubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterKubeconfig").field("kubeconfig", &self.kubeconfig).finish_non_exhaustive()
    }
}
