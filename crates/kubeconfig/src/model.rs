//! The document: client-go's `v1` types (`tools/clientcmd/api/v1/types.go`).
//!
//! Every field is public and has the name of its field in the document, in snake case. client-go does not tell an
//! absent text from an empty one, so a field that it may leave out is an `Option` that reading never fills with an
//! empty text, and writing leaves out an empty one. It does tell an empty list from none where it always writes the list,
//! `[]` or `null`: such a list is an `Option` that may be empty, and two that differ in that are not equal, to client-go
//! neither.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::{Data, Secret, Unknown};

/// A kubeconfig: clusters, users, and contexts that pair them.
///
/// Read one with [`Kubeconfig::parse`], write it with [`Kubeconfig::to_yaml`], ask for a context with
/// [`Kubeconfig::current`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kubeconfig {
    /// Where clusters are and how to trust them.
    pub clusters: Vec<NamedCluster>,
    /// How to log in.
    pub users: Vec<NamedUser>,
    /// Pairs of a cluster and a user.
    pub contexts: Vec<NamedContext>,
    /// The name of the context to use; empty when there is none.
    pub current_context: String,
    /// Settings of the command line, deprecated since Kubernetes 1.34.
    pub preferences: Preferences,
    /// Data of other programs.
    pub extensions: Vec<NamedExtension>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// A cluster and its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NamedCluster {
    /// What contexts call it.
    pub name: String,
    /// The cluster.
    pub cluster: Cluster,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// Where a cluster is and how to trust it.
#[derive(Clone, Default, PartialEq)]
pub struct Cluster {
    /// The address of the API server, `https://host:port`.
    pub server: String,
    /// The name to ask for and to expect in the server's certificate, when it is not the host of `server`.
    pub tls_server_name: Option<String>,
    /// Accept any certificate.
    pub insecure_skip_tls_verify: bool,
    /// A file with the certificates to trust; relative to the kubeconfig's folder.
    pub certificate_authority: Option<String>,
    /// The certificates to trust, as PEM. Goes before the file.
    pub certificate_authority_data: Option<Data>,
    /// The proxy to go through.
    pub proxy_url: Option<String>,
    /// Ask for answers without compression.
    pub disable_compression: bool,
    /// Data of other programs.
    pub extensions: Vec<NamedExtension>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("server", &without_userinfo(&self.server))
            .field("tls_server_name", &self.tls_server_name)
            .field("insecure_skip_tls_verify", &self.insecure_skip_tls_verify)
            .field("certificate_authority", &self.certificate_authority)
            .field("certificate_authority_data", &self.certificate_authority_data)
            .field("proxy_url", &self.proxy_url.as_deref().map(without_userinfo))
            .field("disable_compression", &self.disable_compression)
            .field("extensions", &self.extensions)
            .field("unknown", &self.unknown)
            .finish()
    }
}

/// A value that client-go does not take for absent: one that is not empty.
pub(crate) fn given<T: MayBeEmpty>(value: &Option<T>) -> Option<&T> {
    value.as_ref().filter(|value| !value.is_empty())
}

/// What client-go takes for absent when it is empty.
pub(crate) trait MayBeEmpty {
    fn is_empty(&self) -> bool;
}

macro_rules! may_be_empty {
    ($($type:ty),*) => {
        $(impl MayBeEmpty for $type {
            fn is_empty(&self) -> bool {
                self.is_empty()
            }
        })*
    };
}

may_be_empty!(String, Secret, Data);

/// A URL for people to read: a name and a password in it are left out.
pub(crate) fn without_userinfo(url: &str) -> String {
    // The last `@`: a password may hold one, and too much hidden is better than too little.
    match (url.rsplit_once('@'), url.split_once("://")) {
        (Some((_, host)), Some((scheme, _))) if !scheme.contains('@') => format!("{scheme}://[REDACTED]@{host}"),
        (Some((_, host)), _) => format!("[REDACTED]@{host}"),
        (None, _) => url.to_owned(),
    }
}

/// A user and its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NamedUser {
    /// What contexts call it.
    pub name: String,
    /// The user.
    pub user: User,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// How to log in (client-go's `AuthInfo`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct User {
    /// A file with the client certificate; relative to the kubeconfig's folder.
    pub client_certificate: Option<String>,
    /// The client certificate, as PEM. Goes before the file.
    pub client_certificate_data: Option<Data>,
    /// A file with the key of the client certificate; relative to the kubeconfig's folder.
    pub client_key: Option<String>,
    /// The key of the client certificate, as PEM. Goes before the file.
    pub client_key_data: Option<Data>,
    /// A bearer token.
    pub token: Option<Secret>,
    /// A file with a bearer token. Goes before `token`.
    pub token_file: Option<String>,
    /// The user to act as (field `as`).
    pub impersonate: Option<String>,
    /// The UID to act as (field `as-uid`).
    pub impersonate_uid: Option<String>,
    /// The groups to act as (field `as-groups`).
    pub impersonate_groups: Vec<String>,
    /// More about the user to act as (field `as-user-extra`). A key may have no list.
    pub impersonate_user_extra: BTreeMap<String, Option<Vec<String>>>,
    /// The name for basic authentication, which no supported Kubernetes accepts.
    pub username: Option<String>,
    /// The password for basic authentication.
    pub password: Option<Secret>,
    /// A log-in helper of the time before `exec`.
    pub auth_provider: Option<AuthProvider>,
    /// A program that prints a credential.
    pub exec: Option<Exec>,
    /// Data of other programs.
    pub extensions: Vec<NamedExtension>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// A log-in helper of the time before [`Exec`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuthProvider {
    /// Which helper: `oidc`, `gcp`, `azure`.
    pub name: String,
    /// Its settings, refresh tokens among them.
    pub config: Option<BTreeMap<String, Secret>>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// A program that prints a credential (client-go's `ExecConfig`). Nothing in this crate runs it.
#[derive(Clone, Default, PartialEq)]
pub struct Exec {
    /// The program: a name, a path, or a path relative to the kubeconfig's folder.
    pub command: String,
    /// Its arguments. `Debug` shows their number only: some hold tokens.
    pub args: Option<Vec<String>>,
    /// Variables added to its environment.
    pub env: Option<Vec<EnvVar>>,
    /// The version of the protocol, `client.authentication.k8s.io/v1` or `…/v1beta1`.
    pub api_version: Option<String>,
    /// What to tell a person who does not have the program.
    pub install_hint: Option<String>,
    /// Whether the program is told about the cluster.
    pub provide_cluster_info: bool,
    /// Whether it may ask questions: `Never`, `IfAvailable` or `Always`. Reading fills in `IfAvailable` for `v1beta1`
    /// and `v1alpha1` (client-go, `v1/defaults.go`); `v1` requires it.
    pub interactive_mode: Option<String>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

impl fmt::Debug for Exec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exec")
            .field("command", &self.command)
            .field("args", &format_args!("[{} arguments]", self.args.iter().flatten().count()))
            .field("env", &self.env)
            .field("api_version", &self.api_version)
            .field("install_hint", &self.install_hint)
            .field("provide_cluster_info", &self.provide_cluster_info)
            .field("interactive_mode", &self.interactive_mode)
            .field("unknown", &self.unknown)
            .finish()
    }
}

/// A variable in the environment of an [`Exec`] program.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value, which is often a credential.
    pub value: Secret,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// A context and its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NamedContext {
    /// What `current-context` and `--context` call it.
    pub name: String,
    /// The context.
    pub context: Context,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// A pair of a cluster and a user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the user.
    pub user: String,
    /// The namespace when a command names none.
    pub namespace: Option<String>,
    /// Data of other programs.
    pub extensions: Vec<NamedExtension>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// Settings of the command line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preferences {
    /// Use colours.
    pub colors: bool,
    /// Data of other programs.
    pub extensions: Vec<NamedExtension>,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

/// Data of another program, under its name. `Debug` does not show the data.
#[derive(Clone, PartialEq)]
pub struct NamedExtension {
    /// The name.
    pub name: String,
    /// The data, of any shape.
    pub extension: Value,
    /// Fields that client-go does not know.
    pub unknown: Unknown,
}

impl fmt::Debug for NamedExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedExtension").field("name", &self.name).finish_non_exhaustive()
    }
}
