use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kubeproof_kubeconfig::shown;

use super::client::{Retry, Timeouts, TransportOptions};
use super::duration::duration;
use super::environment::{alternatives, first, variable};
use crate::apart::Used;
use crate::output::misused;

/// Names certificate authorities to OpenSSL and what is built on it.
const AUTHORITIES: &str = "SSL_CERT_FILE";

/// How the provider is reached.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct Connection {
    /// Where the provider is, such as https://host:port; plain http leads to this machine only
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Trust the certificate authorities of this PEM file as well as the public ones [default: those of SSL_CERT_FILE, if set]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// How long one fetch may take, with all its attempts
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2m")]
    timeout: Duration,
}

/// Where a provider is when nobody says it.
pub(super) struct Whereabouts {
    pub(super) provider: &'static str,
    /// Variables that say it, first ones first.
    pub(super) variables: &'static [&'static str],
    /// Where it is otherwise, if it is in one place.
    pub(super) usual: Option<&'static str>,
}

impl Connection {
    /// Where the provider is: a file of credentials that says it says where they belong.
    ///
    /// # Errors
    /// The exit code, after saying how to find out.
    pub(super) fn base_url(&self, whereabouts: &Whereabouts, of_file: Option<String>) -> Result<String, u8> {
        let Whereabouts { provider, variables, usual } = whereabouts;
        if let Some(url) = &self.base_url {
            return Ok(url.clone());
        }
        if let Some(url) = of_file {
            return Ok(url);
        }
        if let Some((_, url)) = first(variables)? {
            return Ok(url);
        }
        usual.map(str::to_owned).ok_or_else(|| {
            misused(format_args!(
                "where {provider} is depends on the cloud and the region: give --base-url, or set {}
  The page of your cloud that lists regions and endpoints has it, as https://{provider}.REGION.CLOUD.",
                alternatives(variables)
            ))
        })
    }

    /// The file of certificate authorities, which nothing is to be written to.
    pub(super) fn files(&self) -> Vec<Used<'_>> {
        Used::of([("--ca-file", self.ca_file.as_ref())])
    }

    /// The limits and whom to trust. No attempt begins after the budget of a wait, if there is one.
    ///
    /// # Errors
    /// The exit code, after saying that the file of certificate authorities cannot be read.
    pub(super) fn transport(&self, wait: Option<Duration>) -> Result<TransportOptions, u8> {
        let usual = Timeouts::default();
        let timeouts =
            Timeouts { connect: usual.connect.min(self.timeout), attempt: self.timeout, total: self.timeout };
        let usual = Retry::default();
        let retry = Retry { budget: wait.map_or(usual.budget, |wait| usual.budget.min(wait)), ..usual };
        let options = TransportOptions::default().timeouts(timeouts).retry(retry);
        let (path, from) = match &self.ca_file {
            Some(path) => (path.clone(), "--ca-file"),
            None => match variable(AUTHORITIES)? {
                Some(path) => (PathBuf::from(path), AUTHORITIES),
                None => return Ok(options),
            },
        };
        let pem = fs::read_to_string(&path).map_err(|error| {
            misused(format_args!("{from}: {} cannot be read: {error}; check the path", shown(&path)))
        })?;
        Ok(options.ca_pem(pem))
    }
}
