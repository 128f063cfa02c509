//! How a client is put together.

use std::path::PathBuf;

use kubeproof_client::Identifier;

use crate::{Client, Credentials, Error, ErrorKind, Transport, TransportOptions};

/// A [`Client`] that is being put together.
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: String,
    transport: TransportOptions,
    domain_id: Option<String>,
    answers: KeepAnswers,
}

/// Where answers are kept, besides in the memory of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepAnswers {
    /// In this folder, which has to exist: each answer is written to a file of its own, readable by its owner only, and
    /// synced before it is looked at. No file is ever written over.
    InFolder(PathBuf),
    /// Nowhere: a crash right after the download loses the only answer there is.
    Nowhere,
}

impl ClientBuilder {
    pub(crate) fn new(credentials: Credentials, answers: KeepAnswers) -> Self {
        Self { credentials, base_url: String::new(), transport: TransportOptions::default(), domain_id: None, answers }
    }

    /// Where ucs is, which depends on the cloud. It has to be given.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Limits and trust. Retries apply to connections that could not be made, and to nothing else.
    #[must_use]
    pub fn transport(mut self, options: TransportOptions) -> Self {
        self.transport = options;
        self
    }

    /// The id of the caller's domain, sent as `X-Domain-Id` as the provider's own clients do with an access key.
    #[must_use]
    pub fn domain_id(mut self, id: impl Into<String>) -> Self {
        self.domain_id = Some(id.into());
        self
    }

    /// The client.
    ///
    /// # Errors
    /// `invalid-argument` when the credentials are a bearer token or the domain id is not an id, or see
    /// [`Transport::new`].
    pub fn build(self) -> Result<Client, Error> {
        if matches!(self.credentials, Credentials::Bearer(_)) {
            return Err(Error::new(ErrorKind::InvalidArgument, "ucs takes a user token or an access key")
                .with_remedy("give the token as user token"));
        }
        if let Some(domain_id) = &self.domain_id {
            let id = Identifier::parse("domain id", domain_id)?;
            if !id.as_str().is_ascii() {
                return Err(Error::new(ErrorKind::InvalidArgument, "the domain id holds characters outside ascii"));
            }
        }
        let transport = Transport::new(&self.base_url, self.credentials, self.transport)?;
        Ok(Client { transport, domain_id: self.domain_id, answers: self.answers })
    }
}
