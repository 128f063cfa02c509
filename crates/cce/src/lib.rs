//! Client for `GET /api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert` of cce, the Kubernetes service of
//! Huawei Cloud and Open Telekom Cloud, and for `POST` on the same path.
//!
//! The documents deprecate the GET, which older services know alone; the POST takes for how long the client certificate
//! shall be good. So a fetch with a [`Validity`] is a POST, and one without is a GET.
//!
//! The answer is a kubeconfig in JSON with a context for each way to the cluster: `internal`, `external` when it has a
//! public address, and `externalTLSVerify` beside it. Which one is used is what `current-context` says, never the order,
//! unless [`Options::context`] says otherwise. There is one exception, which holds for every answer: `external` need not
//! verify its server, and is not used then unless that is [accepted](ClientBuilder::accept). A context that leads to the
//! same server and verifies it takes its place, and where there is none, the answer is refused as `unsafe`.
//!
//! Callers report that each request issues a new client certificate, which nobody can take back. So a GET is repeated
//! only after an answer that says that it failed (see [`Repeat::AfterRefusal`]), and a POST not at all once it may have been
//! sent (see [`Repeat::UntilSent`]).
//!
//! ```no_run
//! use kubeproof_cce::{Client, Cluster, Options, Validity};
//! use kubeproof_client::{ClusterAccess as _, Credentials};
//!
//! # async fn example(user_token: String) -> Result<(), kubeproof_client::Error> {
//! let client = Client::builder(Credentials::Token(user_token.into())).base_url("https://cce.eu-de.otc.t-systems.com").build()?;
//! let cluster = Cluster::parse("08d44be1ef00d22e2f6fc0061f54a2f1", "a4df62ce-64d5-11f1-a2b8-02550a100047")?;
//! let options = Options { context: Some("internal".into()), validity: Some(Validity::of_days(30)?) };
//! let access = client.fetch(&cluster, &options).await?;
//! assert_eq!(access.kubeconfig.current_context, "internal");
//! # Ok(())
//! # }
//! ```

mod dialect;
mod validity;

/// What the clients of all providers share, for who names its types: credentials, errors, options of the transport.
pub use kubeproof_client as client;
pub use validity::Validity;

use std::fmt;

use kubeproof_client::{
    AcceptedHazards, ClusterAccess, ClusterKubeconfig, Credentials, Error, ErrorKind, Identifier, Reading, Repeat,
    Request, Transport, TransportOptions, read_kubeconfig,
};
use kubeproof_kubeconfig::FindingCode;

/// Fetches kubeconfigs from cce.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    signs: bool,
    accepted: AcceptedHazards,
}

impl Client {
    /// Starts a client with these credentials: [`Credentials::Token`] or [`Credentials::AccessKey`].
    #[must_use]
    pub fn builder(credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            credentials,
            base_url: String::new(),
            transport: TransportOptions::default(),
            accepted: AcceptedHazards::none(),
        }
    }
}

impl ClusterAccess for Client {
    type Cluster = Cluster;
    type Options = Options;
    type Access = ClusterKubeconfig;

    /// Fetches the kubeconfig of a cluster, and checks that the context in use is complete.
    ///
    /// # Errors
    /// - `malformed` when the context in use lacks its certificates. cce sends empty texts for what it does not have, as
    ///   its own example does; an empty text is nothing. It is also an error of the answer, not of the caller, when one
    ///   cluster both has a certificate authority and is not to be verified: kubectl refuses that.
    /// - `unsafe` when the server of the context in use is not to be verified (`insecure-skip-tls-verify`, as newer
    ///   documents say of `externalCluster`) and no other context verifies the same server, or the caller named that
    ///   context, unless it is [accepted](ClientBuilder::accept). Contexts that are not in use may say so.
    /// - `rejected` also when cce does not take the [`Validity`].
    /// - `not-found` also when the kubeconfig has no such context as [`Options::context`] names.
    async fn fetch(&self, cluster: &Cluster, options: &Options) -> Result<ClusterKubeconfig, Error> {
        let path = format!(
            "/api/v3/projects/{}/clusters/{}/clustercert",
            cluster.project_id.encoded(),
            cluster.cluster_id.encoded()
        );
        let (mut request, successes) = match options.validity {
            // A content type is mandatory in the document, although there is no body.
            None => (Request::get(path, Repeat::AfterRefusal).header("content-type", "application/json"), &[200][..]),
            // 201 is not documented here, as it is for its siblings in ucs; what came with it cannot be taken back.
            Some(validity) => (Request::post(path, &validity.body()), &[200, 201][..]),
        };
        request = request.header("accept", "application/json");
        if self.signs {
            request = request.header("x-project-id", cluster.project_id.as_str());
        }
        let reply = self.transport.send(&request).await?;
        if !successes.contains(&reply.status()) {
            return Err(reply.refusal(ErrorKind::of_status(reply.status()), reply.problem(dialect::problem)));
        }
        let reading = Reading {
            context: options.context.as_deref(),
            accepted: &self.accepted,
            dialect: dialect::problem,
            remedy: |code| match code {
                FindingCode::InsecureSkipTlsVerify => Some("ask for the context externalTLSVerify or internal"),
                _ => None,
            },
        };
        read_kubeconfig(&reply, &reading)
    }
}

/// A cluster of a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    project_id: Identifier,
    cluster_id: Identifier,
}

impl Cluster {
    /// Checks that each id is one segment of a path. The documents give no other rule for them.
    ///
    /// # Errors
    /// `invalid-argument`, see [`Identifier::parse`]; also when the project id cannot be sent in a header.
    pub fn parse(project_id: &str, cluster_id: &str) -> Result<Self, Error> {
        let project_id = Identifier::parse("project id", project_id)?;
        if !project_id.as_str().is_ascii() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the project id holds characters outside ascii"));
        }
        Ok(Self { project_id, cluster_id: Identifier::parse("cluster id", cluster_id)? })
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project_id, self.cluster_id)
    }
}

/// What can be asked for besides a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The context to make current, such as `internal` or `externalTLSVerify`. `None`: the one that cce chose, or the one
    /// that verifies the same server where that one does not.
    pub context: Option<String>,
    /// How long the client certificate shall be good. `None`: as long as cce chooses.
    pub validity: Option<Validity>,
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
    /// Where cce is, which depends on the cloud and the region. It has to be given.
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
    /// `invalid-argument` when the credentials are a bearer token, or see [`Transport::new`].
    pub fn build(self) -> Result<Client, Error> {
        let signs = match self.credentials {
            Credentials::Token(_) => false,
            Credentials::AccessKey { .. } => true,
            Credentials::Bearer(_) => {
                return Err(Error::new(ErrorKind::InvalidArgument, "cce takes a user token or an access key")
                    .with_remedy("give the token as user token"));
            }
        };
        let transport = Transport::new(&self.base_url, self.credentials, self.transport)?;
        Ok(Client { transport, signs, accepted: self.accepted })
    }
}
