//! What is under test, and what the harness asks of it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// Whatever is under test: code that fetches access to a cluster from a provider.
///
/// One adapter serves a whole run and is called from several tasks at once.
pub trait Adapter: Send + Sync {
    /// Its name, version, providers and features.
    fn about(&self) -> About;

    /// Fetches access as `request` says, and gives back what came of it.
    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_>;

    /// The same for an adapter that is not a part of this process, which may do what no function can: end, answer nonsense,
    /// say something aside.
    fn attempt(&self, request: FetchRequest) -> AttemptFuture<'_> {
        Box::pin(async { Attempt::from(self.fetch(request).await) })
    }
}

/// What [`Adapter::attempt`] returns.
pub type AttemptFuture<'a> = Pin<Box<dyn Future<Output = Attempt> + Send + 'a>>;

/// What came of asking an adapter.
#[derive(Debug)]
pub struct Attempt {
    /// Its answer, unless it broke its protocol.
    pub answer: Result<Result<Fetched, Failure>, Breach>,
    /// What it said meanwhile on standard error; empty where it has none.
    pub stderr: String,
}

impl From<Result<Fetched, Failure>> for Attempt {
    fn from(answer: Result<Fetched, Failure>) -> Self {
        Self { answer: Ok(answer), stderr: String::new() }
    }
}

impl From<Breach> for Attempt {
    fn from(breach: Breach) -> Self {
        Self { answer: Err(breach), stderr: String::new() }
    }
}

/// What an adapter did that its protocol does not allow, or left undone, and what was wanted instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Breach(String);

impl Breach {
    /// This breach.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// The same breach, with what was said on standard error before it.
    #[must_use]
    pub(crate) fn after(self, stderr: &str) -> Self {
        match stderr.trim_end() {
            "" => self,
            said => Self(format!("{}; on standard error it said:\n{said}", self.0)),
        }
    }
}

/// To whoever asks for nothing but an answer.
impl From<Breach> for Failure {
    fn from(breach: Breach) -> Self {
        Self { message: breach.0, ..Self::new(FailureKind::Error) }
    }
}

/// What [`Adapter::fetch`] returns.
pub type FetchFuture<'a> = Pin<Box<dyn Future<Output = Result<Fetched, Failure>> + Send + 'a>>;

/// An [`Adapter`] made of a function.
///
/// ```
/// use kubeproof_conformance::adapter::{About, Adapter, Failure, FailureKind, adapter_fn};
///
/// let lazy = adapter_fn(About::new("lazy", "1.0.0", ["ucs"]), |_request| async { Err(Failure::new(FailureKind::Unavailable)) });
/// assert_eq!(lazy.about().name, "lazy");
/// ```
pub fn adapter_fn<F, R>(about: About, fetch: F) -> impl Adapter
where
    F: Fn(FetchRequest) -> R + Send + Sync,
    R: Future<Output = Result<Fetched, Failure>> + Send + 'static,
{
    AdapterFn { about, fetch }
}

struct AdapterFn<F> {
    about: About,
    fetch: F,
}

impl<F, R> Adapter for AdapterFn<F>
where
    F: Fn(FetchRequest) -> R + Send + Sync,
    R: Future<Output = Result<Fetched, Failure>> + Send + 'static,
{
    fn about(&self) -> About {
        self.about.clone()
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin((self.fetch)(request))
    }
}

/// What an adapter says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The providers it can fetch from.
    pub providers: Vec<String>,
    /// What it can do. A case that needs more is skipped, loudly.
    pub features: Vec<Feature>,
}

impl About {
    /// An adapter that can do everything.
    ///
    /// ```
    /// use kubeproof_conformance::adapter::{About, Feature};
    ///
    /// let about = About::new("pydo", "0.44.0", ["digitalocean"]).without(Feature::ErrorKinds);
    /// assert!(!about.features.contains(&Feature::ErrorKinds));
    /// ```
    pub fn new<'a>(name: &str, version: &str, providers: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            providers: providers.into_iter().map(str::to_owned).collect(),
            features: Feature::ALL.to_vec(),
        }
    }

    /// The same adapter, lacking a feature. Cases that need it are skipped, and counted.
    #[must_use]
    pub fn without(mut self, feature: Feature) -> Self {
        self.features.retain(|has| *has != feature);
        self
    }
}

/// Something that an adapter can or cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Tells errors apart by kind.
    ErrorKinds,
    /// Takes a bearer token.
    Bearer,
    /// Takes a user token for `X-Auth-Token`.
    Token,
    /// Signs requests with an access key.
    AkSk,
    /// Talks plain HTTP to a loopback address.
    Http,
    /// Talks HTTPS and takes a certificate authority to trust.
    Tls,
    /// Passes on `expiry_seconds`.
    Expiry,
    /// Passes on `vpcendpoint` and `region`.
    PrivateEndpoint,
    /// Passes on `read_mask`.
    ReadMask,
    /// Ends up with a kubeconfig.
    Kubeconfig,
    /// Asks with `POST` and a duration.
    PostDuration,
    /// Passes on `kubeconfig_type`, and takes a kubeconfig that runs a program when asked for one.
    KubeconfigType,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 12] = [
        Self::ErrorKinds,
        Self::Bearer,
        Self::Token,
        Self::AkSk,
        Self::Http,
        Self::Tls,
        Self::Expiry,
        Self::PrivateEndpoint,
        Self::ReadMask,
        Self::Kubeconfig,
        Self::PostDuration,
        Self::KubeconfigType,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ErrorKinds => "error-kinds",
            Self::Bearer => "bearer",
            Self::Token => "token",
            Self::AkSk => "ak-sk",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Expiry => "expiry",
            Self::PrivateEndpoint => "private-endpoint",
            Self::ReadMask => "read-mask",
            Self::Kubeconfig => "kubeconfig",
            Self::PostDuration => "post-duration",
            Self::KubeconfigType => "kubeconfig-type",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One fetch that an adapter is asked to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchRequest {
    /// Tells fetches apart.
    pub id: String,
    /// The provider.
    pub provider: String,
    /// Where the provider's API is: scheme, host and port.
    pub base_url: String,
    /// The certificate authority to trust, PEM, when the base URL is HTTPS.
    pub ca_pem: Option<String>,
    /// What to authenticate with.
    pub credentials: Credentials,
    /// `cluster_id`, and `project_id` or `account_id` where the provider has them.
    pub cluster: BTreeMap<String, String>,
    /// What else to ask for.
    pub options: Options,
    /// How long the fetch may take, in milliseconds.
    pub timeout_ms: u64,
}

/// What to authenticate with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Credentials {
    /// For `Authorization: Bearer`.
    Bearer {
        /// The token.
        bearer: String,
    },
    /// For `X-Auth-Token`.
    Token {
        /// The token.
        token: String,
    },
    /// For signed requests.
    AccessKey {
        /// The public part.
        access_key: String,
        /// The secret part.
        secret_key: String,
    },
}

impl Credentials {
    /// The parts that may not be printed.
    pub fn secrets(&self) -> Vec<String> {
        match self {
            Self::Bearer { bearer } => vec![bearer.clone()],
            Self::Token { token } => vec![token.clone()],
            Self::AccessKey { secret_key, .. } => vec![secret_key.clone()],
        }
    }

    /// The feature that an adapter needs to use them.
    pub fn feature(&self) -> Feature {
        match self {
            Self::Bearer { .. } => Feature::Bearer,
            Self::Token { .. } => Feature::Token,
            Self::AccessKey { .. } => Feature::AkSk,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, <redacted>)", self.feature())
    }
}

/// What else to ask for. Absent means: do not ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// digitalocean: how long the token shall live, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_seconds: Option<i64>,
    /// digitalocean, since single sign-on: the parameter `type`, `token` or `sso`. Who asks for `sso` wants the program that
    /// it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubeconfig_type: Option<String>,
    /// ucs: the IP address of the VPC endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpcendpoint: Option<String>,
    /// ucs: the access region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// fireworks: the fields to return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_mask: Option<String>,
    /// cce with `POST`: how long the certificate shall live, in days; -1 is the longest there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_days: Option<i64>,
}

impl Options {
    /// Those that are given, by name.
    pub fn named(&self) -> BTreeMap<String, String> {
        let Ok(serde_json::Value::Object(options)) = serde_json::to_value(self) else { return BTreeMap::new() };
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        options.into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    /// The features that an adapter needs to pass them on.
    pub fn features(&self) -> Vec<Feature> {
        let mut features = Vec::new();
        if self.expiry_seconds.is_some() {
            features.push(Feature::Expiry);
        }
        if self.kubeconfig_type.is_some() {
            features.push(Feature::KubeconfigType);
        }
        if self.vpcendpoint.is_some() || self.region.is_some() {
            features.push(Feature::PrivateEndpoint);
        }
        if self.read_mask.is_some() {
            features.push(Feature::ReadMask);
        }
        if self.duration_days.is_some() {
            features.push(Feature::PostDuration);
        }
        features
    }
}

/// What an adapter ended up with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fetched {
    /// A kubeconfig, YAML or JSON.
    Kubeconfig(String),
    /// ucs: the items of the access information. A list of strings or objects, as they were sent.
    Access(Vec<serde_json::Value>),
    /// fireworks, for an adapter that makes no kubeconfig of it.
    Connection {
        /// The address of the Kubernetes API server.
        endpoint: String,
        /// The certificate authority, base64.
        ca_data: String,
    },
}

impl Fetched {
    /// What it is called in messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Kubeconfig(_) => "a kubeconfig",
            Self::Access(_) => "access information",
            Self::Connection { .. } => "connection information",
        }
    }
}

/// Names what it is, never what it holds.
impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Why an adapter ended up with nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// The HTTP status, when there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What a person is told.
    #[serde(default)]
    pub message: String,
    /// The provider's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure of which nothing but its kind is known.
    pub fn new(kind: FailureKind) -> Self {
        Self { kind, status: None, code: None, message: String::new(), request_id: None }
    }
}

/// What kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Refused before anything was sent.
    InvalidArgument,
    /// The credentials were not accepted.
    Unauthenticated,
    /// The credentials do not suffice.
    Forbidden,
    /// There is no such cluster, or none that may be seen.
    NotFound,
    /// The cluster is there, but not ready.
    NotReady,
    /// The provider refused the request for another reason.
    Rejected,
    /// The access information was downloaded before.
    AlreadyDownloaded,
    /// Too many requests.
    RateLimited,
    /// The provider failed.
    Unavailable,
    /// The answer is not what the document describes.
    Malformed,
    /// The answer is dangerous to use.
    Unsafe,
    /// The connection failed.
    Transport,
    /// The TLS handshake failed.
    Tls,
    /// It took too long.
    Timeout,
    /// The adapter cannot tell.
    Error,
}

impl FailureKind {
    /// Every kind, `error` last.
    pub const ALL: [Self; 15] = [
        Self::InvalidArgument,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::NotReady,
        Self::Rejected,
        Self::AlreadyDownloaded,
        Self::RateLimited,
        Self::Unavailable,
        Self::Malformed,
        Self::Unsafe,
        Self::Transport,
        Self::Tls,
        Self::Timeout,
        Self::Error,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::NotReady => "not-ready",
            Self::Rejected => "rejected",
            Self::AlreadyDownloaded => "already-downloaded",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::Unsafe => "unsafe",
            Self::Transport => "transport",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for FailureKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("`{word}` is no kind of failure: write one of {known}")
        })
    }
}
