//! What the program knows of a provider besides its client. Each is told where its client is called, in `fetch/`.

use crate::fetch::PROVIDERS;

/// A provider, as its tools and its document have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    /// What its tools and SDKs read from their environment, in the order in which it is shown.
    pub(crate) environment: &'static [(&'static str, Meaning)],
    pub(crate) endpoint: Endpoint,
}

/// What a variable is set to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// The bearer token.
    Bearer,
    /// The public part of a signing key pair.
    AccessKey,
    /// The secret part of it.
    SecretKey,
    /// Where the provider is.
    BaseUrl,
    /// An id of the first cluster, by its name in a case.
    Id(&'static str),
}

impl Provider {
    /// The one with this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        PROVIDERS.iter().copied().find(|provider| provider.name == name)
    }
}

/// How a provider is asked for access, as its document says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    /// The path, with the names of ids in braces.
    pub(crate) path: &'static str,
    pub(crate) auth: Auth,
    pub(crate) answer: Answer,
    /// Whether it can be asked how long a credential shall live.
    pub(crate) expiry: Option<&'static str>,
}

/// What authenticates a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Auth {
    /// `Authorization: Bearer`.
    Bearer,
    /// `X-Auth-Token`.
    Token,
}

/// What is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// A kubeconfig, YAML.
    Yaml,
    /// A kubeconfig, JSON.
    Json,
    /// A kubeconfig, YAML, in base64 in the field `kubeconfig` of a JSON object.
    Encoded,
    /// The items of access information.
    Access,
    /// An endpoint and a certificate authority.
    Connection,
}

impl Endpoint {
    /// The features that an adapter has which asks like this.
    pub(crate) fn features(self) -> Vec<&'static str> {
        let auth = match self.auth {
            Auth::Bearer => "bearer",
            Auth::Token => "token",
        };
        let kubeconfig = matches!(self.answer, Answer::Yaml | Answer::Json | Answer::Encoded).then_some("kubeconfig");
        ["error-kinds", auth, "http", "tls"].into_iter().chain(self.expiry).chain(kubeconfig).collect()
    }
}

impl Auth {
    /// The header field, what stands before the credential in it, and what the protocol calls the credential.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Bearer => ("Authorization", "Bearer ", "bearer"),
            Self::Token => ("X-Auth-Token", "", "token"),
        }
    }

    /// The pattern of the credential in Rust.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer { bearer: secret }",
            Self::Token => "Token { token: secret }",
        }
    }
}

impl Answer {
    /// What the templates call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Encoded => "encoded",
            Self::Access => "access",
            Self::Connection => "connection",
        }
    }
}
