//! What a caller may choose about the way.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::BaseUrl;
use crate::{Clock, Error, ErrorKind, Retry, Sleeper, SystemClock, TokioSleeper};

/// Where plain HTTP, which shows the credentials to everyone on the way, is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlainHttp {
    /// Only to this machine.
    #[default]
    OnlyLoopback,
    /// To any server.
    Anywhere,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, TLS included.
    pub connect: Duration,
    /// For one attempt, from connecting to the last byte of the answer.
    pub attempt: Duration,
    /// For one fetch with all its attempts and waits. A one-shot request is bounded by its attempts instead, so that an
    /// answer is never dropped half read.
    pub total: Duration,
}

impl Default for Timeouts {
    /// Ten seconds, thirty seconds, two minutes.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), attempt: Duration::from_secs(30), total: Duration::from_secs(120) }
    }
}

/// What a caller may choose about the way. The defaults are the safe choice.
///
/// ```
/// use kubeproof_client::{Retry, TransportOptions};
///
/// let options = TransportOptions::default().retry(Retry::NEVER).max_body(64 * 1024);
/// # drop(options);
/// ```
#[derive(Clone, Debug)]
pub struct TransportOptions {
    pub(crate) plain_http: PlainHttp,
    pub(crate) ca_pem: Option<String>,
    pub(crate) timeouts: Timeouts,
    pub(crate) max_body: usize,
    pub(crate) retry: Retry,
    proxy: Option<SecretString>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<u64>,
    adjust: Option<Adjustment>,
}

impl TransportOptions {
    /// Where plain HTTP is accepted. Default: only to this machine.
    #[must_use]
    pub fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.plain_http = plain_http;
        self
    }

    /// Certificate authorities to trust besides the public ones, as PEM.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// How long things may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The longest answer, in bytes. Default: 4 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How often and after how long to try again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The URL of a proxy for every request. Default: none, and none from the environment either.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into().into());
        self
    }

    /// What waits between attempts. Default: tokio's timer.
    #[must_use]
    pub fn sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.sleeper = sleeper;
        self
    }

    /// What tells the time. Default: the clock of this machine.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// What the random part of waits is drawn from. Default: the clock. Clients with the same seed wait alike.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// What the caller has to say of the HTTP client that is built: a resolver of its own, a local address, keep-alive, a
    /// `User-Agent`, headers that a gateway wants.
    ///
    /// A finished [`reqwest::Client`] is not taken, because nobody can see what rules it has: one that follows redirects would
    /// bring `X-Auth-Token` to another origin. So the rules of this crate are laid over what the caller has said: no
    /// redirects and no repeats but ours, one HTTP/1.1 connection an attempt, no proxy but
    /// [`proxy`](Self::proxy), [`timeouts`](Self::timeouts), TLS by [`ca_pem`](Self::ca_pem) alone, and no log of the bytes on
    /// the wire.
    ///
    /// ```
    /// use kubeproof_client::TransportOptions;
    ///
    /// let options = TransportOptions::default()
    ///     .http_client(|builder| builder.user_agent("our-platform/1.0").resolve("cce.example", ([127, 0, 0, 1], 443).into()));
    /// # drop(options);
    /// ```
    #[must_use]
    pub fn http_client(
        mut self,
        adjust: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.adjust = Some(Adjustment(Arc::new(adjust)));
        self
    }

    /// A proxy is another machine, so plain HTTP to this one is no longer private with it.
    pub(crate) fn check_proxy(&self, base: &BaseUrl) -> Result<(), Error> {
        if self.proxy.is_some() && self.plain_http == PlainHttp::OnlyLoopback && !base.is_https() {
            return Err(Error::new(ErrorKind::InvalidArgument, "plain http would show the credentials to the proxy")
                .with_remedy(
                    "use https or no proxy, or allow plain http if that network is trusted; nothing was sent",
                ));
        }
        Ok(())
    }

    pub(crate) fn build_http_client(&self, tls: rustls::ClientConfig) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder().user_agent(concat!("kubeproof/", env!("CARGO_PKG_VERSION")));
        if let Some(Adjustment(adjust)) = &self.adjust {
            builder = adjust(builder);
        }
        // After what the caller has said, so that none of it is undone.
        builder = builder
            .tls_backend_preconfigured(tls)
            // An attempt is one request on one connection, which HTTP/2 does not promise.
            .http1_only()
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connection_verbose(false)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.attempt);
        if let Some(proxy) = &self.proxy {
            // The cause is left out: it may quote a password in the URL.
            let proxy = reqwest::Proxy::all(proxy.expose_secret())
                .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the proxy is not a url"))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "the connection cannot be set up").with_source(error)
        })
    }
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            plain_http: PlainHttp::OnlyLoopback,
            ca_pem: None,
            timeouts: Timeouts::default(),
            max_body: 4 * 1024 * 1024,
            retry: Retry::default(),
            proxy: None,
            sleeper: Arc::new(TokioSleeper),
            clock: Arc::new(SystemClock),
            seed: None,
            adjust: None,
        }
    }
}

/// A caller's say about the HTTP client.
#[derive(Clone)]
struct Adjustment(Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>);

impl fmt::Debug for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adjustment")
    }
}
