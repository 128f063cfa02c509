//! `kubeproof fetch`: the clients from the command line.

mod attempt;
mod cce;
mod clusters;
mod connection;
mod credentials;
mod delivery;
mod digitalocean;
mod duration;
mod environment;
mod fireworks;
mod lke;
mod manifests;
mod private_file;
mod record;
mod renewal;
mod report;
mod rescue;
mod state_folder;
mod ucs;
mod way;

use clap::{Args, Subcommand};
// Every client knows what all of them share, and the program knows it by them.
pub(crate) use kubeproof_digitalocean::client;

use crate::provider::Provider;

/// Fetches the access to clusters from a provider
///
/// What comes is checked before it is kept: it has to be whole, for a server that is verified, and run nothing on this
/// machine. Credentials are never arguments, which other users of the machine see: they come from the variables that the
/// provider's own tools use, from a file or from standard input. Nothing is asked twice where that would issue something
/// twice.
#[derive(Args)]
#[command(subcommand_value_name = "PROVIDER", subcommand_help_heading = "Providers")]
#[command(after_help = "Examples:
  kubeproof fetch digitalocean CLUSTER_ID --kubeconfig ~/.kube/config
  kubeproof fetch cce PROJECT_ID CLUSTER_ID --print > kubeconfig
  kubeproof fetch ucs CLUSTER_ID --print | kubectl apply -f -
  kubeproof fetch fireworks ACCOUNT_ID CLUSTER_ID --user-token-file token --kubeconfig config
  kubeproof fetch lke CLUSTER_ID --wait --kubeconfig ~/.kube/config
  kubeproof fetch digitalocean --help         which variables, and every option

Exit codes:
  0  all were fetched, and are where they were to go
  1  some could not be fetched, or were refused; what succeeded is kept
  2  wrong usage; nothing was sent
  5  could not run: a file cannot be written")]
pub(crate) struct Fetch {
    #[command(subcommand)]
    provider: Command,
}

/// Makes the registry of a list of modules and of the command in each.
macro_rules! registry {
    ($($(#[$attribute:meta])* $module:ident::$command:ident,)*) => {
        #[derive(Subcommand)]
        enum Command {
            $($(#[$attribute])* $command(Box<$module::$command>),)*
        }

        impl Command {
            fn run(self) -> Result<u8, u8> {
                match self {
                    $(Self::$command(fetch) => fetch.run(),)*
                }
            }
        }

        /// The providers that there is a client for, in the order in which they are listed.
        pub(crate) const PROVIDERS: &[Provider] = &[$($module::PROVIDER,)*];
    };
}

// A new provider adds its line here, and its `mod` above.
registry! {
    #[command(name = "digitalocean")]
    digitalocean::DigitalOcean,
    cce::Cce,
    ucs::Ucs,
    fireworks::Fireworks,
    lke::Lke,
}

impl Fetch {
    pub(crate) fn run(self) -> u8 {
        match self.provider.run() {
            Ok(code) | Err(code) => code,
        }
    }
}
