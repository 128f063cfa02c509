//! Read, generate, check and merge kubeconfigs, in agreement with kubectl.
//!
//! A [`Kubeconfig`] is the document that says where a cluster is, how to trust it and how to log in. This crate holds
//! it the way client-go's `v1` types do, reads it with kubectl's rules and writes it so that every YAML reader, of
//! YAML 1.1 or 1.2, gets the same strings back. It has no network and runs nothing. It opens the files that it is told
//! to load or to save, through [`Files`] when reading; what a kubeconfig *refers* to is reported by [`hazards()`], and
//! followed by [`Kubeconfig::flattened`] alone.
//!
//! ```
//! use kubeproof_kubeconfig::{Kubeconfig, hazards, incompleteness};
//!
//! let kubeconfig = Kubeconfig::parse(
//!     "
//! current-context: dev
//! clusters: [{name: dev, cluster: {server: 'https://k8s.example.test'}}]
//! users: [{name: dev, user: {token: not-a-real-token}}]
//! contexts: [{name: dev, context: {cluster: dev, user: dev}}]
//! ",
//! )?;
//! assert_eq!(kubeconfig.current()?.cluster.server, "https://k8s.example.test");
//! assert!(hazards(&kubeconfig).is_empty());
//! // The certificate of the cluster is missing.
//! assert_eq!(incompleteness(&kubeconfig)[0].path, "clusters[0].cluster.certificate-authority-data");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Tokens, keys and passwords are [`Secret`] or [`Data`]: neither `Debug` nor any error or [`Finding`] of this crate
//! shows what they hold.

mod authority;
mod completeness;
mod credential;
mod data;
mod edit;
mod endpoint;
mod files;
mod finding;
mod flatten;
mod generate;
mod hazards;
mod lint;
mod load;
mod merge;
mod minify;
mod model;
mod moment;
mod number;
mod proxy;
mod read;
mod rules;
mod save;
mod secret;
mod select;
mod severity;
mod shown;
mod unknown;
mod validate;
mod view;
mod write;

pub use authority::CertificateAuthority;
pub use completeness::incompleteness;
pub use data::{Base64Error, Data};
pub use edit::RemovedContext;
pub use endpoint::{Endpoint, PlainHttp};
pub use files::{Disk, Files};
pub use finding::{Finding, FindingCode};
pub use flatten::{FlattenError, FlattenErrorKind};
pub use generate::{GenerateError, GenerateErrorKind, Names, UserCredentials, generate};
pub use hazards::{hazards, hazards_at};
pub use lint::{lint, lint_access};
pub use load::{LoadError, LoadErrorKind, Loaded, Origins, PathError, Sources, relativized, resolved};
pub use merge::{
    Action, Change, Collision, Entry, MergeError, MergeErrorKind, MergePolicy, Merged, MergedAll, Occupied,
    OnCollision, merge, merge_first_wins,
};
pub use model::{
    AuthProvider, Cluster, Context, EnvVar, Exec, Kubeconfig, NamedCluster, NamedContext, NamedExtension, NamedUser,
    Preferences, User,
};
pub use read::{Location, MAX_BYTES, Profile, Read, ReadError, ReadErrorKind, Warning, WarningKind};
pub use save::{
    Clock, SaveError, SaveErrorKind, SaveOptions, SaveStep, Saved, SystemClock, UpdateError, preview, save, update,
    update_sources,
};
pub use secret::Secret;
pub use select::{Current, SelectError, SelectErrorKind};
pub use severity::Severity;
pub use shown::shown;
pub use unknown::Unknown;
pub use validate::{Rules, validate};
pub use view::{Disclosure, View, ViewError};
pub use write::WriteError;
