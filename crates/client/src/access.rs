//! What every client does.

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

