/// How a provider is asked for access, as its document says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endpoint {
    pub(super) provider: &'static str,
    /// The path, with the names of ids in braces.
    pub(super) path: &'static str,
    pub(super) auth: Auth,
    pub(super) answer: Answer,
    /// Whether it can be asked how long a credential shall live.
    pub(super) expiry: Option<&'static str>,
}

/// What authenticates a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Auth {
    /// `Authorization: Bearer`.
    Bearer,
    /// `X-Auth-Token`.
    Token,
}

/// What is answered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// A kubeconfig, YAML.
    Yaml,
    /// A kubeconfig, JSON.
    Json,
    /// The items of access information.
    Access,
    /// An endpoint and a certificate authority.
    Connection,
}

const ENDPOINTS: [Endpoint; 4] = [
    Endpoint {
        provider: "digitalocean",
        path: "/v2/kubernetes/clusters/{cluster_id}/kubeconfig",
        auth: Auth::Bearer,
        answer: Answer::Yaml,
        expiry: Some("expiry"),
    },
    Endpoint {
        provider: "cce",
        path: "/api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert",
        auth: Auth::Token,
        answer: Answer::Json,
        expiry: None,
    },
    Endpoint {
        provider: "ucs",
        path: "/v1/clusters/{cluster_id}/accessinfo",
        auth: Auth::Token,
        answer: Answer::Access,
        expiry: None,
    },
    Endpoint {
        provider: "fireworks",
        path: "/v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo",
        auth: Auth::Bearer,
        answer: Answer::Connection,
        expiry: None,
    },
];

impl Endpoint {
    /// That of a provider.
    pub(super) fn of(provider: &str) -> Option<Self> {
        ENDPOINTS.into_iter().find(|endpoint| endpoint.provider == provider)
    }

    /// The features that an adapter has which asks like this.
    pub(super) fn features(self) -> Vec<&'static str> {
        let auth = match self.auth {
            Auth::Bearer => "bearer",
            Auth::Token => "token",
        };
        let kubeconfig = matches!(self.answer, Answer::Yaml | Answer::Json).then_some("kubeconfig");
        ["error-kinds", auth, "http", "tls"].into_iter().chain(self.expiry).chain(kubeconfig).collect()
    }
}

impl Auth {
    /// The header field, what stands before the credential in it, and what the protocol calls the credential.
    pub(super) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Bearer => ("Authorization", "Bearer ", "bearer"),
            Self::Token => ("X-Auth-Token", "", "token"),
        }
    }

    /// The pattern of the credential in Rust.
    pub(super) fn rust(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer { bearer: secret }",
            Self::Token => "Token { token: secret }",
        }
    }
}

impl Answer {
    /// What the templates call it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Access => "access",
            Self::Connection => "connection",
        }
    }
}
