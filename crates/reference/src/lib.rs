//! The reference adapter: the four kubeproof clients behind the adapter trait.
//!
//! Every other adapter is compared with this one. It runs inside the harness, so it never waits between attempts.

mod fetch;
mod saboteur;
mod time;

use kubeproof_conformance::adapter::{About, Adapter, FetchFuture, FetchRequest};

pub use self::saboteur::SabotagedAdapter;

/// The four kubeproof clients as one adapter.
///
/// ```
/// use kubeproof_conformance::adapter::Adapter as _;
///
/// let about = kubeproof_reference::ReferenceAdapter.about();
/// assert_eq!(about.providers, ["digitalocean", "cce", "ucs", "fireworks"]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceAdapter;

impl Adapter for ReferenceAdapter {
    fn about(&self) -> About {
        About::new("kubeproof reference", env!("CARGO_PKG_VERSION"), fetch::PROVIDERS)
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(fetch::fetch(request))
    }
}
