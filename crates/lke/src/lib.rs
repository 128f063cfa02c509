//! Client for `GET /v4/lke/clusters/{clusterId}/kubeconfig` of Linode Kubernetes Engine.
//!
//! A request changes nothing at Linode: every answer holds the same token of a service account, until the kubeconfig is
//! deleted. So a request is repeated where that may help (see [`Repeat::Repeatable`]), and what was fetched need not be
//! kept. Two answers with a status that is usually repeated are final instead. A cluster that was just created has no
//! kubeconfig for some minutes, which is `not-ready`, and a matter for [`client::Wait`]; and maintenance takes longer than anybody
//! waits within a fetch.
//!
//! The token that is sent needs the scope `lke:read_write`. Linode answers one that has less with 401, as one that it does not
//! know; the header `X-OAuth-Scopes` tells the two apart, and this client says `forbidden` of the first.
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_lke::{Client, ClusterId, Options};
//!
//! # async fn example(token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Bearer(token.into())).build()?;
//! let cluster = ClusterId::parse("12345")?;
//! let access = client.fetch(&cluster, &Options::default()).await?;
//! assert_eq!(access.kubeconfig.current_context, "lke12345-ctx");
//! # Ok(())
//! # }
//! ```

mod answer;
mod cluster;
mod dialect;

pub use cluster::{ClusterId, Options};
/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;

use kubeproof_client::{
    AcceptedHazards, ClusterAccess, ClusterKubeconfig, Credentials, Error, ErrorKind, Reading, Repeat, Reply, Request,
    Transport, TransportOptions, read_carried_kubeconfig,
};

/// Where Linode is.
pub const BASE_URL: &str = "https://api.linode.com";

/// Fetches kubeconfigs from Linode.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    accepted: AcceptedHazards,
}

impl Client {
    /// Starts a client with these credentials, which have to be [`Credentials::Bearer`]: a personal access token or an
    /// OAuth token.
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
    type Cluster = ClusterId;
    type Options = Options;
    type Access = ClusterKubeconfig;

    /// Fetches the kubeconfig of a cluster, and checks that its current context is complete.
    ///
    /// # Errors
    /// `not-ready` when a 503 says that the kubeconfig "is not yet available"; `unavailable` for any other. `forbidden` when a
    /// 401 names the scopes of the token. `malformed` when the answer holds no base64 of a kubeconfig. `unsafe` when the
    /// kubeconfig runs a program or refers to files, unless that is [accepted](ClientBuilder::accept), and when it is called
    /// after another cluster.
    async fn fetch(&self, cluster: &ClusterId, _: &Options) -> Result<ClusterKubeconfig, Error> {
        let request = Request::get(format!("/v4/lke/clusters/{cluster}/kubeconfig"), Repeat::Repeatable)
            .header("accept", "application/json")
            .settled_when(dialect::is_settled);
        let reply = self.transport.send(&request).await?;
        if reply.status() != 200 {
            return Err(refusal(&reply));
        }
        let document = answer::document(&reply)?;
        let reading = Reading { context: None, accepted: &self.accepted, dialect: dialect::problem, remedy: |_| None };
        let access = read_carried_kubeconfig(&reply, &document, &reading)?;
        if cluster.is_another(&access.kubeconfig) {
            let what = "the kubeconfig is of another cluster than was asked for";
            let error = reply.error(ErrorKind::Unsafe, what, kubeproof_client::Problem::default());
            return Err(error.with_remedy("do not use it, and report this to linode"));
        }
        Ok(access)
    }
}

fn refusal(reply: &Reply) -> Error {
    let problem = reply.problem(dialect::problem);
    let kind = dialect::kind(reply, &problem);
    let error = reply.refusal(kind, problem);
    match kind {
        ErrorKind::Forbidden => {
            error.with_remedy("use a token with the scope lke:read_write, of a user who may see the cluster")
        }
        ErrorKind::NotReady => {
            error.with_remedy("wait and ask again: a cluster has no kubeconfig for some minutes after it was created")
        }
        _ => error,
    }
}

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
    /// `invalid-argument` when the credentials are no bearer token, or see [`Transport::new`].
    pub fn build(self) -> Result<Client, Error> {
        if !matches!(self.credentials, Credentials::Bearer(_)) {
            let what = format!("linode takes a bearer token, not a {}", self.credentials.form());
            let error = Error::new(ErrorKind::InvalidArgument, what);
            return Err(error.with_remedy("give a personal access token as bearer token"));
        }
        let transport = Transport::new(&self.base_url, self.credentials, self.transport)?;
        Ok(Client { transport, accepted: self.accepted })
    }
}
