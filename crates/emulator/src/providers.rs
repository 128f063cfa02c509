//! The emulations, one module a provider.

pub mod cce;
pub mod digitalocean;
pub mod fireworks;
pub mod lke;
pub mod ucs;

mod asking;
mod bearer;
mod provisioning;
pub(crate) mod sense;
mod usage;
mod yaml;

use crate::{Edition, Emulation};

/// Makes the registry of a list of emulations.
macro_rules! registry {
    ($($module:ident::$emulation:ident,)*) => {
        const NAMES: &[&str] = &[$(<$module::$emulation as Emulation>::PROVIDER,)*];

        fn call<V: Visitor>(name: &str, visitor: V) -> Option<V::Output> {
            $(if name == <$module::$emulation as Emulation>::PROVIDER {
                return Some(visitor.visit::<$module::$emulation>());
            })*
            None
        }
    };
}

// Every provider, in the order in which they are listed everywhere. A new one adds its line here, and its `pub mod` above.
registry! {
    digitalocean::DigitalOcean,
    cce::Cce,
    ucs::Ucs,
    fireworks::Fireworks,
    lke::Lke,
}

/// The name of every provider, in the order in which they are listed everywhere.
///
/// ```
/// assert!(kubeproof_emulator::providers::PROVIDERS.contains(&"digitalocean"));
/// ```
pub const PROVIDERS: &[&str] = NAMES;

/// Something to do with the emulation of a provider that is known by name only.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<E: Emulation>(self) -> Self::Output;
}

/// Calls `visitor` with the emulation of the provider called `name`; `None` when there is none.
///
/// ```
/// use kubeproof_emulator::providers::{self, Visitor};
/// use kubeproof_emulator::{Edition, Emulation};
///
/// struct Newest;
/// impl Visitor for Newest {
///     type Output = Option<Edition>;
///     fn visit<E: Emulation>(self) -> Option<Edition> {
///         E::EDITIONS.iter().max().copied()
///     }
/// }
/// assert!(providers::visit("ucs", Newest).is_some());
/// assert!(providers::visit("nimbus", Newest).is_none());
/// ```
pub fn visit<V: Visitor>(name: &str, visitor: V) -> Option<V::Output> {
    call(name, visitor)
}

/// The editions that a provider's documents are emulated in, the default first; none when there is no such provider.
pub fn editions(name: &str) -> &'static [Edition] {
    struct Editions;
    impl Visitor for Editions {
        type Output = &'static [Edition];
        fn visit<E: Emulation>(self) -> &'static [Edition] {
            E::EDITIONS
        }
    }
    visit(name, Editions).unwrap_or_default()
}
