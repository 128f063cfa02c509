//! Client for `GET /v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo` of fireworks.
//!
//! The answer says where the cluster is and which certificate authority it has. It says nothing of a user, so a
//! kubeconfig has to be [generated](Client::kubeconfig) with credentials from elsewhere. The API key is not one of
//! them: nothing says that a cluster accepts it, and a kubeconfig with it would send it there.
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_fireworks::{Client, Cluster, Options};
//! use kubeproof_kubeconfig::{Names, UserCredentials};
//!
//! # async fn example(api_key: String, cluster_token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Bearer(api_key.into())).build()?;
//! let cluster = Cluster::parse("my-account", "my-cluster")?;
//! let info = client.fetch(&cluster, &Options::default()).await?;
//! let user = UserCredentials::Token(cluster_token.into());
//! let kubeconfig = client.kubeconfig(&info, &user, &Names::all("fireworks_my-account_my-cluster"))?;
//! assert!(kubeconfig.current().is_ok());
//! # Ok(())
//! # }
//! ```

mod cluster;
mod connection;
mod dialect;

pub use cluster::{Cluster, Field, Options, ReadMask};
pub use connection::ConnectionInfo;
/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;

use kubeproof_client::{ClusterAccess, Credentials, Error, ErrorKind, Repeat, Request, Transport, TransportOptions};
use kubeproof_kubeconfig::{Kubeconfig, Names, UserCredentials};
use secrecy::{ExposeSecret, SecretString};

/// Where fireworks is.
pub const BASE_URL: &str = "https://api.fireworks.ai";

/// Fetches connection info from fireworks.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    api_key: SecretString,
}

impl Client {
    /// Starts a client with these credentials, which have to be [`Credentials::Bearer`].
    #[must_use]
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder { credentials, base_url: BASE_URL.to_owned(), transport: TransportOptions::default() }
    }

    /// A kubeconfig from connection info and the credentials of a user of the cluster.
    ///
    /// # Errors
    /// - `invalid-argument` when a field was not asked for, or the credentials or names cannot be used.
    /// - `malformed` when fireworks gave an endpoint or a certificate authority that cannot be used. It is found here,
    ///   before a file is written: a single wrong one makes kubectl refuse a whole file.
    /// - `unsafe` when the credentials are the API key of this client.
    pub fn kubeconfig(
        &self,
        info: &ConnectionInfo,
        user: &UserCredentials,
        names: &Names,
    ) -> Result<Kubeconfig, Error> {
        if let UserCredentials::Token(token) = user
            && token.expose() == self.api_key.expose_secret()
        {
            return Err(Error::new(
                ErrorKind::Unsafe,
                "the token is the api key of fireworks, which the cluster would get",
            )
            .with_remedy("give a credential of the cluster itself"));
        }
        info.kubeconfig(user, names)
    }
}

impl ClusterAccess for Client {
    type Cluster = Cluster;
    type Options = Options;
    type Access = ConnectionInfo;

    /// Fetches the connection info of a cluster.
    ///
    /// # Errors
    /// `not-ready` when a field that was asked for is empty or absent, or the service says `FAILED_PRECONDITION`: what
    /// it does for a cluster that is being created is not documented, and these are the two plausible ways.
    async fn fetch(&self, cluster: &Cluster, options: &Options) -> Result<ConnectionInfo, Error> {
        let mut request = Request::get(cluster.path(), Repeat::Repeatable).header("accept", "application/json");
        if let Some(mask) = &options.read_mask {
            request = request.query("readMask", mask.as_str());
        }
        let reply = self.transport.send(&request).await?;
        if reply.status() != 200 {
            let problem = reply.problem(dialect::problem);
            return Err(reply.refusal(dialect::kind(reply.status(), &problem), problem));
        }
        ConnectionInfo::read(&reply, options.read_mask.as_ref())
    }
}

/// A [`Client`] that is being put together.
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    credentials: Credentials,
    base_url: String,
    transport: TransportOptions,
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

    /// The client.
    ///
    /// # Errors
    /// `invalid-argument` when the credentials are no bearer token, or see [`Transport::new`].
    pub fn build(self) -> Result<Client, Error> {
        let Credentials::Bearer(api_key) = &self.credentials else {
            let what = format!("fireworks takes a bearer token, not a {}", self.credentials.form());
            return Err(Error::new(ErrorKind::InvalidArgument, what).with_remedy("give an api key as bearer token"));
        };
        let api_key = api_key.clone();
        Ok(Client { transport: Transport::new(&self.base_url, self.credentials, self.transport)?, api_key })
    }
}
