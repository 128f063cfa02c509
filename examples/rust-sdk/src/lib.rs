//! A small SDK for DigitalOcean, as one writes it who has read the documentation and no bug report yet.
//!
//! ```no_run
//! # async fn example() -> Result<(), example_sdk::Error> {
//! let client = example_sdk::Client::builder("dop_v1_…").build()?;
//! let kubeconfig = client.kubeconfig("bd5f5959-5e1e-4205-a714-a914373942af", Some(3600)).await?;
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use serde::Deserialize;

/// Where the API is.
const BASE_URL: &str = "https://api.digitalocean.com";

/// Fetches kubeconfigs.
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

/// Why there is no kubeconfig.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request got no answer.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The answer is an error.
    #[error("{status}: {message}")]
    Api {
        /// The HTTP status.
        status: u16,
        /// What kind of error, in a word.
        id: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    id: String,
    message: String,
}

/// Makes a [`Client`].
pub struct Builder {
    base_url: String,
    token: String,
    timeout: Duration,
    certificate_authority: Option<String>,
}

impl Client {
    /// Starts a client with this API token.
    pub fn builder(token: &str) -> Builder {
        Builder {
            base_url: BASE_URL.to_owned(),
            token: token.to_owned(),
            timeout: Duration::from_secs(30),
            certificate_authority: None,
        }
    }

    /// The kubeconfig of a cluster, YAML. Its token lives for `expiry_seconds`, or for 7 days.
    ///
    /// # Errors
    ///
    /// When there is no answer, or an error.
    pub async fn kubeconfig(&self, cluster_id: &str, expiry_seconds: Option<i64>) -> Result<String, Error> {
        let mut url = format!("{}/v2/kubernetes/clusters/{cluster_id}/kubeconfig", self.base_url);
        if let Some(seconds) = expiry_seconds {
            url += &format!("?expiry_seconds={seconds}");
        }
        let response = self.http.get(url).bearer_auth(&self.token).send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.text().await?);
        }
        let ErrorBody { id, message } = response.json().await.unwrap_or_default();
        Err(Error::Api { status: status.as_u16(), id, message })
    }
}

impl Builder {
    /// Another server.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base_url = url.to_owned();
        self
    }

    /// How long a request may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A certificate authority to trust, PEM.
    pub fn certificate_authority(mut self, pem: &str) -> Self {
        self.certificate_authority = Some(pem.to_owned());
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// When the certificate authority is none.
    pub fn build(self) -> Result<Client, Error> {
        // It fails where one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder().timeout(self.timeout);
        if let Some(pem) = &self.certificate_authority {
            http = http.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem.as_bytes())?);
        }
        Ok(Client { http: http.build()?, base_url: self.base_url, token: self.token })
    }
}
