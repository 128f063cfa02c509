//! The reference adapter: the kubeproof clients behind the adapter trait, a module a provider.
//!
//! Every other adapter is compared with this one. It runs inside the harness, so it never waits between attempts.

mod cce;
mod digitalocean;
mod fetch;
mod fireworks;
mod lke;
mod saboteur;
mod time;
mod ucs;

use kubeproof_client::{Error, ErrorKind};
use kubeproof_conformance::adapter::{About, Adapter, FetchFuture, FetchRequest, Fetched};

pub use self::saboteur::SabotagedAdapter;

/// Makes the registry of a list of modules, each called like its provider.
macro_rules! registry {
    ($($provider:ident,)*) => {
        /// The providers that there is a client for.
        const PROVIDERS: &[&str] = &[$(stringify!($provider),)*];

        async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
            match request.provider.as_str() {
                $(stringify!($provider) => $provider::fetch(request).await,)*
                other => {
                    let message = format!("there is no client for the provider {other:?}");
                    Err(Error::new(ErrorKind::InvalidArgument, message))
                }
            }
        }
    };
}

// A new provider adds its line here, and its `mod` above.
registry! {
    digitalocean,
    cce,
    ucs,
    fireworks,
    lke,
}

/// The kubeproof clients as one adapter.
///
/// ```
/// use kubeproof_conformance::adapter::Adapter as _;
///
/// let about = kubeproof_reference::ReferenceAdapter.about();
/// assert!(about.providers.iter().any(|provider| provider == "digitalocean"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceAdapter;

impl Adapter for ReferenceAdapter {
    fn about(&self) -> About {
        About::new("kubeproof reference", env!("CARGO_PKG_VERSION"), PROVIDERS.iter().copied())
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(async move { fetch(&request).await.map_err(|error| fetch::failure(&error)) })
    }
}
