//! Client for `GET /v2/kubernetes/clusters/{cluster_id}/kubeconfig` of digitalocean.
//!
//! Each successful request makes digitalocean mint a new API token, which stays in the account's list until it expires.
//! So a request is repeated only when no kubeconfig can have been sent for it: when no connection could be made, or after 429, 500
//! or 503, with which digitalocean itself answers instead (see [`Repeat::AfterRefusal`]). It is not repeated after 502 or 504, after a
//! timeout, or after a connection that was lost: a token may have been minted behind each of them, and nobody would know of it.
//! That a 500 minted none is our judgement; digitalocean has answered so for clusters that are being provisioned. The kubeconfig
//! should be kept, not fetched again.
//!
//! The client always says which type of kubeconfig it wants: `type=token`, or `type=sso` for who asks for it. Left out, the
//! answer would depend on the cluster: one with single sign-on sends a kubeconfig that runs a program. Editions of the API
//! before single sign-on (2026-05) do not know the parameter and ignore it.
//!
//! ```no_run
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//! use kubeproof_digitalocean::{Client, ClusterId, Options};
//!
//! # async fn example(api_token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Bearer(api_token.into())).build()?;
//! let cluster = ClusterId::parse("bd5f5959-5e1e-4205-a714-a914373942af")?;
//! let access = client.fetch(&cluster, &Options { expiry_seconds: Some(3600), ..Options::default() }).await?;
//! assert!(access.kubeconfig.current().is_ok());
//! # Ok(())
//! # }
//! ```

mod dialect;
mod kubeconfig_type;
mod server;

pub use kubeconfig_type::KubeconfigType;
/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;

use std::fmt;

use kubeproof_client::{
    AcceptedHazards, ClusterAccess, ClusterKubeconfig, Credentials, Error, ErrorKind, Identifier, Problem, Reading,
    Repeat, Reply, Request, Transport, TransportOptions, read_kubeconfig,
};
use kubeproof_kubeconfig::FindingCode;

/// Where digitalocean is.
pub const BASE_URL: &str = "https://api.digitalocean.com";

/// Fetches kubeconfigs from digitalocean.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    accepted: AcceptedHazards,
}

impl Client {
    /// Starts a client with these credentials, which have to be [`Credentials::Bearer`].
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
    /// `not-ready` when a 404 says that the credentials "aren't ready yet"; `not-found` for any other 404, also that of a new
    /// cluster which says so in other words. `rejected` when
    /// the cluster does not offer the type of kubeconfig that was asked for. `unsafe` when the kubeconfig runs a program or
    /// refers to files, unless that is [accepted](ClientBuilder::accept): one for single sign-on runs `doctl`, and to ask
    /// for it is not to accept whatever program the answer names. `unsafe` also when the server of the kubeconfig has the
    /// name of another cluster.
    async fn fetch(&self, cluster: &ClusterId, options: &Options) -> Result<ClusterKubeconfig, Error> {
        let path = format!("/v2/kubernetes/clusters/{}/kubeconfig", cluster.0.encoded());
        let mut request = Request::get(path, Repeat::AfterRefusal)
            .header("accept", "application/yaml, application/json;q=0.9, */*;q=0.1")
            .query("type", options.kubeconfig_type.as_str());
        if let Some(seconds) = options.expiry_seconds {
            request = request.query("expiry_seconds", seconds.to_string());
        }
        let reply = self.transport.send(&request).await?;
        if reply.status() == 200 {
            let remedy = match options.kubeconfig_type {
                KubeconfigType::Token => |_| None,
                KubeconfigType::Sso => instead_of_sso,
            };
            let reading = Reading { context: None, accepted: &self.accepted, dialect: dialect::problem, remedy };
            let access = read_kubeconfig(&reply, &reading)?;
            if server::is_of_another_cluster(&access.kubeconfig, cluster.0.as_str()) {
                let what = "the kubeconfig is of another cluster than was asked for";
                let error = reply.error(ErrorKind::Unsafe, what, Problem::default());
                return Err(error.with_remedy("do not use it, and report this to digitalocean"));
            }
            Ok(access)
        } else {
            Err(refusal(&reply))
        }
    }
}

fn refusal(reply: &Reply) -> Error {
    let problem = reply.problem(dialect::problem);
    let kind = dialect::kind(reply.status(), &problem);
    let error = reply.refusal(kind, problem);
    match kind {
        ErrorKind::NotFound => {
            error.with_remedy("check the cluster id; a cluster that is being created answers like this at first")
        }
        ErrorKind::Rejected if reply.status() == 422 => error.with_remedy(
            "change the expiry, or ask for another type of kubeconfig: a cluster may allow single sign-on alone, or not at all",
        ),
        ErrorKind::Forbidden => error.with_remedy("use an api token with the scope kubernetes:access_cluster"),
        _ => error,
    }
}

fn instead_of_sso(hazard: FindingCode) -> Option<&'static str> {
    (hazard == FindingCode::Exec).then_some("ask for the type token, which needs no program")
}

/// The id of a cluster, usually a UUID. digitalocean documents no rule for it, so none is made up here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClusterId(Identifier);

impl ClusterId {
    /// Checks that an id is one segment of a path.
    ///
    /// # Errors
    /// `invalid-argument`, see [`Identifier::parse`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Identifier::parse("cluster id", text).map(Self)
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can be asked for besides a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How long the token is valid, in seconds. `None` sends nothing; that and 0 mean seven days. It has no effect on a
    /// kubeconfig of another type.
    pub expiry_seconds: Option<u64>,
    /// What the kubeconfig authenticates with. It is always sent.
    pub kubeconfig_type: KubeconfigType,
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
            let what = format!("digitalocean takes a bearer token, not a {}", self.credentials.form());
            return Err(Error::new(ErrorKind::InvalidArgument, what).with_remedy("give an api token as bearer token"));
        }
        let transport = Transport::new(&self.base_url, self.credentials, self.transport)?;
        Ok(Client { transport, accepted: self.accepted })
    }
}
