//! Client for `GET {{ path }}` of {{ name }}.
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_{{ name }}::{Client, Cluster, Options};
//!
//! # async fn example(token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::{{ variant }}(token.into())).build()?;
//! let cluster = Cluster::parse({% if owner %}"my-{{ owner }}", {% endif %}"my-cluster")?;
//! let access = client.fetch(&cluster, &Options::default()).await?;
//! assert!(access.kubeconfig.current().is_ok());
//! # Ok(())
//! # }
//! ```

mod cluster;

pub use cluster::Cluster;
/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;

use kubeproof_client::{
    AcceptedHazards, ClusterAccess, ClusterKubeconfig, Credentials, Error, ErrorKind, Repeat, Request, Transport,
    TransportOptions,
};

/// Where {{ name }} is.
pub const BASE_URL: &str = "{{ base_url }}";

/// The media types of an answer.
const ACCEPTED: &str = "{{ accept }}";

/// Fetches kubeconfigs from {{ name }}.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    #[expect(dead_code, reason = "`fetch` reads no kubeconfig yet")]
    accepted: AcceptedHazards,
}

impl Client {
    /// Starts a client with these credentials, which have to be [`Credentials::{{ variant }}`].
    #[must_use]
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            credentials,
            base_url: BASE_URL.to_owned(),
            transport: TransportOptions::default(),
            accepted: AcceptedHazards::none(),
        }
    }
}

impl ClusterAccess for Client {
    type Cluster = Cluster;
    type Options = Options;
    type Access = ClusterKubeconfig;

    /// Fetches the kubeconfig of a cluster.
    ///
    /// # Errors
    /// `malformed`, whatever is answered: reading the answer is not written yet.
    async fn fetch(&self, cluster: &Cluster, _: &Options) -> Result<ClusterKubeconfig, Error> {
        // Each answer is taken to issue a credential; if the document says that it does not, a request is `Repeatable`.
        let request = Request::get(cluster.path(), Repeat::AfterRefusal).header("accept", ACCEPTED);
        let reply = self.transport.send(&request).await?;
        let error = reply.malformed("the client of {{ name }} is not written yet");
        Err(error.with_remedy("write what `Client::fetch` makes of an answer; docs/new-provider.md says how"))
    }
}

/// What can be asked for besides a cluster: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {}

/// A [`Client`] that is being put together.
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: String,
    transport: TransportOptions,
    accepted: AcceptedHazards,
}

impl ClientBuilder {
    /// Another server than [`BASE_URL`].
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Limits, trust and retries.
    #[must_use]
    pub fn transport(mut self, options: TransportOptions) -> Self {
        self.transport = options;
        self
    }

    /// What a kubeconfig may do that is dangerous. Default: nothing.
    #[must_use]
    pub fn accept(mut self, hazards: AcceptedHazards) -> Self {
        self.accepted = hazards;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// `invalid-argument` when the credentials are no {{ credential_words }}, or see [`Transport::new`].
    pub fn build(self) -> Result<Client, Error> {
        if !matches!(self.credentials, Credentials::{{ variant }}(_)) {
            let what = format!("{{ name }} takes a {{ credential_words }}, not a {}", self.credentials.form());
            let error = Error::new(ErrorKind::InvalidArgument, what);
            return Err(error.with_remedy("give a token as {{ credential_words }}"));
        }
        let transport = Transport::new(&self.base_url, self.credentials, self.transport)?;
        Ok(Client { transport, accepted: self.accepted })
    }
}
