//! Who sees an answer while it comes.

/// Sees an answer while it comes, for one that is given only once.
///
/// ```
/// use std::sync::Mutex;
/// use kubeproof_client::{Arrival, Error, Reply, Request, Transport};
///
/// struct Kept(Mutex<Vec<u8>>);
///
/// impl Arrival for Kept {
///     fn take(&self, bytes: &[u8]) {
///         self.0.lock().unwrap().extend(bytes);
///     }
/// }
///
/// async fn send(transport: &Transport, request: &Request, kept: &Kept) -> Result<Reply, Error> {
///     transport.send_to(request, kept).await
/// }
/// ```
pub trait Arrival: Sync {
    /// The next bytes of the body of an answer with a status of success, before anything else is done with them. They are
    /// the body of the reply that is returned, or the [answer](crate::Error::answer) of the error when there is no end.
    fn take(&self, bytes: &[u8]);
}

/// For an answer that can be had again.
pub(super) struct Nobody;

impl Arrival for Nobody {
    fn take(&self, _: &[u8]) {}
}
