use std::fmt::{self, Display, Formatter, Write};

use crate::providers::yaml::scalar;

/// What a kubeconfig of DigitalOcean says.
pub(super) struct Kubeconfig<'a> {
    /// The name of cluster and context; the user is called after it.
    pub(super) name: &'a str,
    pub(super) server: &'a str,
    /// The authority's certificate, base64 of PEM.
    pub(super) authority: &'a str,
    pub(super) user: User<'a>,
}

/// How the user of a kubeconfig authenticates.
pub(super) enum User<'a> {
    Token(&'a str),
    /// Certificate and key, both base64 of PEM.
    Certificate {
        certificate: &'a str,
        key: &'a str,
    },
    /// A program that logs the cluster's user in by single sign-on.
    Sso {
        cluster_id: &'a str,
    },
}

/// Who a cluster's users sign on with; a real one has its own.
const ISSUER: &str = "https://sso.example.test";

/// What the cluster is called there.
const CLIENT: &str = "example-cluster-client";

impl Kubeconfig<'_> {
    /// The file, laid out as the provider's Go program does: keys in alphabetical order, lists not indented.
    ///
    /// Written by hand: the emulation shares no YAML writer with what is tested against it.
    pub(super) fn yaml(&self) -> String {
        let name = scalar(self.name);
        let user = format!("{}-admin", self.name);
        let user = scalar(&user);
        let server = scalar(self.server);
        let Self { authority, user: credential, .. } = self;
        // Certificate, key and authority are nearly all of it.
        let mut yaml = String::with_capacity(authority.len() + credential.len() + 1024);
        // Writing to a string does not fail.
        let _ = write!(
            yaml,
            "apiVersion: v1\n\
             clusters:\n\
             - cluster:\n\
             \x20   certificate-authority-data: {authority}\n\
             \x20   server: {server}\n\
             \x20 name: {name}\n\
             contexts:\n\
             - context:\n\
             \x20   cluster: {name}\n\
             \x20   user: {user}\n\
             \x20 name: {name}\n\
             current-context: {name}\n\
             kind: Config\n\
             preferences: {{}}\n\
             users:\n\
             - name: {user}\n\
             \x20 user:\n\
             {credential}"
        );
        yaml
    }
}

impl User<'_> {
    /// How long its secrets are, in bytes.
    fn len(&self) -> usize {
        match self {
            Self::Token(token) => token.len(),
            Self::Certificate { certificate, key } => certificate.len() + key.len(),
            Self::Sso { .. } => 0,
        }
    }
}

/// The lines below `user`.
impl Display for User<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(token) => writeln!(f, "    token: {}", scalar(token)),
            Self::Certificate { certificate, key } => {
                write!(f, "    client-certificate-data: {certificate}\n    client-key-data: {key}\n")
            }
            // After what doctl writes of its own, with the flags that it has for single sign-on.
            Self::Sso { cluster_id } => write!(
                f,
                "    exec:\n\
                 \x20     apiVersion: client.authentication.k8s.io/v1beta1\n\
                 \x20     args:\n\
                 \x20     - kubernetes\n\
                 \x20     - cluster\n\
                 \x20     - kubeconfig\n\
                 \x20     - exec-credential\n\
                 \x20     - --version=v1beta1\n\
                 \x20     - --sso-issuer-url={ISSUER}\n\
                 \x20     - --sso-client-id={CLIENT}\n\
                 \x20     - {}\n\
                 \x20     command: doctl\n\
                 \x20     env: null\n\
                 \x20     provideClusterInfo: false\n",
                scalar(cluster_id)
            ),
        }
    }
}
