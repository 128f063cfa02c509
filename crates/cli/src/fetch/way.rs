//! What every provider's command asks of its user about the way there.

use clap::Args;

use super::attempt::Fetching;
use super::client::{Credentials, TransportOptions};
use super::clusters::From;
use super::connection::{Connection, Whereabouts};
use super::credentials::{Accepted, Given};
use super::private_file;
use crate::apart::Used;

/// The way to a provider: how often it is asked, as whom, and where it is.
#[derive(Args)]
pub(super) struct Way {
    #[command(flatten)]
    pub(super) fetching: Fetching,

    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    connection: Connection,
}

/// What a client is made of.
pub(super) struct Parts {
    pub(super) credentials: Credentials,
    pub(super) base_url: String,
    pub(super) transport: TransportOptions,
}

impl Way {
    /// Finds out whether standard input is asked for once at most, by `from`, for the credentials, or for `others`.
    ///
    /// # Errors
    /// The exit code, after saying that it is not.
    pub(super) fn check_standard_input(&self, from: &From, others: &[(&str, bool)]) -> Result<(), u8> {
        let uses = [("--from", from.is_standard_input()), ("the credentials", self.given.is_on_standard_input())];
        private_file::check_standard_input(&[&uses, others].concat())
    }

    /// The files that it and `from` are read from, which nothing is to be written to.
    pub(super) fn files<'a>(&'a self, from: &'a From) -> Vec<Used<'a>> {
        [from.files(), self.given.files(), self.connection.files()].into_iter().flatten().collect()
    }

    /// Where it leads, and as whom.
    ///
    /// # Errors
    /// The exit code, after saying what is missing or cannot be read.
    pub(super) fn parts(&self, accepted: &Accepted, whereabouts: &Whereabouts) -> Result<Parts, u8> {
        let (credentials, url) = self.given.read(accepted, whereabouts)?;
        let base_url = self.connection.base_url(whereabouts, url)?;
        let transport = self.connection.transport(self.fetching.wait())?;
        Ok(Parts { credentials, base_url, transport })
    }
}
