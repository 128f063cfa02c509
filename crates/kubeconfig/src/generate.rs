//! Making a kubeconfig from an address, certificates and a credential.

use std::fmt;

use crate::finding::Problem;
use crate::model::{Cluster, Context, Exec, Kubeconfig, NamedCluster, NamedContext, NamedUser, User};
use crate::{CertificateAuthority, Data, Endpoint, Secret, authority, credential};

/// What to log in with. There is no variant for "nothing": kubectl would ask for a name and a password.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum UserCredentials {
    /// A bearer token of the cluster. An API key of the cloud is none: it would be sent to the cluster.
    Token(Secret),
    /// A client certificate.
    ClientCertificate {
        /// The certificate, and those between it and its authority, in PEM.
        certificate_pem: Data,
        /// Its private key, in PEM.
        key_pem: Data,
    },
    /// A program that prints a credential.
    Exec(Exec),
}

/// What the entries of a generated kubeconfig are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The cluster.
    pub cluster: String,
    /// The user.
    pub user: String,
    /// The context, which becomes the current one.
    pub context: String,
}

impl Names {
    /// One name for cluster, user and context, as the clouds' own command lines do.
    pub fn all(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { cluster: name.clone(), user: name.clone(), context: name }
    }
}

/// Makes a kubeconfig with one cluster, one user and one context, which is the current one.
///
/// ```
/// use kubeproof_kubeconfig::{CertificateAuthority, Endpoint, Names, UserCredentials, generate};
///
/// let key = rcgen::KeyPair::generate()?;
/// let ca = rcgen::CertificateParams::new(vec![])?.self_signed(&key)?.pem();
/// let kubeconfig = generate(
///     &Endpoint::parse("https://k8s.example.test")?,
///     &CertificateAuthority::from_pem(ca.as_bytes())?,
///     &UserCredentials::Token("not-a-real-token".into()),
///     &Names::all("no"),
/// )?;
/// // A name that YAML 1.1 takes for a boolean is quoted.
/// assert!(kubeconfig.to_yaml()?.contains("current-context: \"no\"\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a name is empty or has control characters, or the credential cannot be used.
pub fn generate(
    endpoint: &Endpoint,
    authority: &CertificateAuthority,
    credentials: &UserCredentials,
    names: &Names,
) -> Result<Kubeconfig, GenerateError> {
    for name in [&names.cluster, &names.user, &names.context] {
        check_name(name).map_err(|problem| GenerateError::of(GenerateErrorKind::Names, problem))?;
    }
    let user = user(credentials).map_err(|problem| GenerateError::of(GenerateErrorKind::Credentials, problem))?;
    let cluster = Cluster {
        server: endpoint.as_str().to_owned(),
        certificate_authority_data: Some(authority.as_data().clone()),
        ..Cluster::default()
    };
    let context = Context { cluster: names.cluster.clone(), user: names.user.clone(), ..Context::default() };
    Ok(Kubeconfig {
        clusters: vec![NamedCluster { name: names.cluster.clone(), cluster, ..NamedCluster::default() }],
        users: vec![NamedUser { name: names.user.clone(), user, ..NamedUser::default() }],
        contexts: vec![NamedContext { name: names.context.clone(), context, ..NamedContext::default() }],
        current_context: names.context.clone(),
        ..Kubeconfig::default()
    })
}

fn check_name(name: &str) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(Problem::new("a name is empty", "name cluster, user and context"));
    }
    if name.contains(char::is_control) {
        return Err(Problem::new("a name has a control character, which nobody can type", "remove it"));
    }
    Ok(())
}

fn user(credentials: &UserCredentials) -> Result<User, Problem> {
    match credentials {
        UserCredentials::Token(token) => {
            credential::check_token(token.expose())?;
            Ok(User { token: Some(token.clone()), ..User::default() })
        }
        UserCredentials::ClientCertificate { certificate_pem, key_pem } => {
            if authority::has_private_key(certificate_pem.expose()) {
                return Err(Problem::new("has a private key among the certificates", "give the key on its own"));
            }
            authority::check_certificates(certificate_pem.expose())?;
            credential::check_key(key_pem.expose())?;
            credential::check_pair(certificate_pem.expose(), key_pem.expose())?;
            Ok(User {
                client_certificate_data: Some(certificate_pem.clone()),
                client_key_data: Some(key_pem.clone()),
                ..User::default()
            })
        }
        UserCredentials::Exec(exec) => {
            credential::check_exec(exec)?;
            Ok(User { exec: Some(exec.clone()), ..User::default() })
        }
    }
}

/// Why a kubeconfig cannot be made. Shows nothing of what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateError {
    kind: GenerateErrorKind,
    problem: Problem,
}

impl GenerateError {
    pub(crate) fn of(kind: GenerateErrorKind, problem: Problem) -> Self {
        Self { kind, problem }
    }

    /// What cannot be used.
    #[must_use]
    pub fn kind(&self) -> GenerateErrorKind {
        self.kind
    }
}

/// What a kubeconfig cannot be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GenerateErrorKind {
    /// There is no address; the cluster may not be ready.
    EndpointMissing,
    /// The address.
    Endpoint,
    /// There is no certificate authority; the cluster may not be ready.
    CertificateAuthorityMissing,
    /// The certificate authority.
    CertificateAuthority,
    /// The credential.
    Credentials,
    /// The names.
    Names,
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { message, remedy } = self.problem;
        match self.kind {
            GenerateErrorKind::EndpointMissing | GenerateErrorKind::Endpoint => f.write_str("the endpoint ")?,
            GenerateErrorKind::CertificateAuthorityMissing | GenerateErrorKind::CertificateAuthority => {
                f.write_str("the certificate authority ")?;
            }
            GenerateErrorKind::Credentials => f.write_str("the credential ")?,
            GenerateErrorKind::Names => {}
        }
        write!(f, "{message}; {remedy}")
    }
}

impl std::error::Error for GenerateError {}
