use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kubernetes::ApiServer;
use crate::pki::Authority;
use crate::{Ledger, Reply, Request, decoded};

/// The server side of one provider's endpoint.
///
/// A pure function over a world: no I/O, no wall clock, no randomness but what the world's seed gives.
/// Adding a provider means implementing this trait in a module of [`providers`](crate::providers) and naming it in the
/// registry there.
pub trait Emulation: Send + Sync + 'static {
    /// The state of the server side. Its `Default` is a useful world: one cluster of every kind. Its `Debug` shows no
    /// secret; what it is serialised to is a world file, and shows all but what was issued and counted so far.
    type World: Clone + Default + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// What the provider may say by itself, whatever was asked: its rate limits and failures, by name.
    type Incident: Clone + DeserializeOwned + Send + Sync + 'static;

    /// The provider's name, as in `fixtures/<provider>/`.
    const PROVIDER: &'static str;

    /// The editions of the provider's documents that are emulated; the first is the default.
    const EDITIONS: &'static [Edition];

    /// How the paths begin that tell this provider from the others where they share an address.
    const PATHS: &'static [&'static str];

    /// The operations whose calls a [fault](crate::Fault) can count.
    const OPERATIONS: &'static [&'static str];

    /// What the keys of a world file mean: `clusters` is one of the world, `clusters.id` one of each of its clusters.
    const WORLD_KEYS: &'static [(&'static str, &'static str)] = &[];

    /// Whether the answers hold a credential of the provider's making, for [`admits`](Emulation::admits) to judge.
    const ISSUES_CREDENTIALS: bool = true;

    /// Answers one request. The explanation of a refusal and of a complaint may quote the request: a
    /// [`Session`](crate::Session) redacts it. That of an answer may not.
    fn answer(edition: Edition, world: &Self::World, now: Timestamp, request: &Request) -> (Reply, Self::World);

    /// Which of [`OPERATIONS`](Self::OPERATIONS) a request asks for, as far as its path tells.
    fn operation(request: &Request) -> Option<&'static str> {
        let last = decoded(request.path.rsplit('/').next()?)?;
        let last = last.rsplit(':').next()?;
        Self::OPERATIONS.iter().copied().find(|operation| *operation == last)
    }

    /// The document that the body of an answer carries: the body itself, unless the provider wraps it. A body that wraps none
    /// is taken for one.
    fn document(body: &[u8]) -> Cow<'_, [u8]> {
        Cow::Borrowed(body)
    }

    /// What an incident makes the provider say instead. It is a call like any other: what counts calls, counts it.
    fn incident(
        edition: Edition,
        incident: &Self::Incident,
        world: &Self::World,
        now: Timestamp,
        request: &Request,
    ) -> (Reply, Self::World);

    /// How a caller with every right would ask for the first cluster.
    fn caller(world: &Self::World) -> Caller;

    /// How a caller asks for access to the cluster with these ids, named as in [`Caller::cluster`], credentials aside.
    /// Options are named as in a case; those that are another provider's are left out.
    fn request(edition: Edition, cluster: &BTreeMap<String, String>, options: &BTreeMap<String, String>) -> Request;

    /// Whether the cluster with these ids, named as in [`Caller::cluster`], would accept a credential at `at`: what its
    /// [`ledger`](Self::ledger) says.
    fn admits(
        world: &Self::World,
        at: Timestamp,
        cluster: &BTreeMap<String, String>,
        presented: &Presented,
    ) -> Admission {
        let issued = Self::ledger(world).map(|ledger| ledger.admits(at, cluster, presented));
        issued.unwrap_or(Admission::Refused(Rejection::NothingIssued))
    }

    /// The certificate authority of the clusters.
    ///
    /// # Errors
    ///
    /// When it cannot be made: a bug of this crate.
    fn authority(world: &Self::World) -> Result<Arc<Authority>, rcgen::Error>;

    /// The certificate authority, as PEM, of the clusters whose kubeconfigs this world issues.
    fn certificate_authority(world: &Self::World) -> String {
        Self::authority(world).map(|authority| authority.certificate_pem().to_owned()).unwrap_or_default()
    }

    /// The ids of every cluster that the answers lead to, named as in [`Caller::cluster`]; none where they lead to no
    /// Kubernetes API.
    fn clusters(_world: &Self::World) -> Vec<BTreeMap<String, String>> {
        Vec::new()
    }

    /// The credentials that the clusters accept; `None` where the answers lead to no Kubernetes API, and never where they
    /// [hold a credential](Self::ISSUES_CREDENTIALS): what is in no ledger opens nothing.
    fn ledger(_world: &Self::World) -> Option<&Ledger> {
        None
    }

    /// The same, to revoke them.
    fn ledger_mut(_world: &mut Self::World) -> Option<&mut Ledger> {
        None
    }

    /// Says where the Kubernetes API of the clusters is, for every answer from now on. A world that was never told names
    /// addresses as the provider's documents do.
    fn point_api(_world: &mut Self::World, _api: ApiServer) {}

    /// Everything in the world that may not be printed.
    fn secrets(world: &Self::World) -> Vec<String>;
}

/// A dated version of a provider's documented behaviour, such as `2025-05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edition(pub &'static str);

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How to address a world's first cluster, with credentials that may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the provider accepts, most usual first; never empty.
    pub credentials: Vec<CallerCredentials>,
    /// The ids that the request needs: `cluster_id`, and `project_id` or `account_id` where the provider has them.
    pub cluster: BTreeMap<String, String>,
}

/// A credential that a world accepts.
#[derive(Clone, PartialEq, Eq)]
pub enum CallerCredentials {
    /// `Authorization: Bearer`.
    Bearer(String),
    /// `X-Auth-Token`.
    Token(String),
    /// A signing key pair.
    AccessKey {
        /// The public part.
        access_key: String,
        /// The secret part.
        secret_key: String,
    },
}

impl fmt::Debug for CallerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer(_) => f.write_str("Bearer(<redacted>)"),
            Self::Token(_) => f.write_str("Token(<redacted>)"),
            Self::AccessKey { access_key, .. } => write!(f, "AccessKey({access_key}, <redacted>)"),
        }
    }
}

/// A credential shown to a cluster.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// A bearer token.
    Token(String),
    /// A client certificate, DER.
    ClientCertificate(Vec<u8>),
}

/// Whether a cluster accepts a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Admitted,
    /// It does not, and why.
    Refused(Rejection),
}

/// Why a cluster does not accept a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is none of this world, or so old that the world has forgotten it.
    #[error("the credential was not issued by this world")]
    Unknown,
    /// It is another cluster's.
    #[error("the credential was issued for another cluster")]
    AnotherCluster,
    /// Its time has not come.
    #[error("the credential is not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("the credential has expired")]
    Expired,
    /// It was taken back before its time.
    #[error("the credential was revoked")]
    Revoked,
    /// The provider issues none.
    #[error("this provider issues nothing that opens the Kubernetes API")]
    NothingIssued,
}
