//! What has to come of a fetch.

use std::collections::BTreeSet;
use std::fmt;

use http::StatusCode;
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::optional_duration;
use crate::adapter::{FailureKind, Feature};

/// What has to come of a fetch.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// A kubeconfig.
    Kubeconfig(KubeconfigExpectation),
    /// Access information.
    Access(AccessExpectation),
    /// An endpoint and a certificate authority, bare or in a kubeconfig.
    Connection(ConnectionExpectation),
    /// A failure.
    Error(ErrorExpectation),
    /// One of these, where it is the adapter's choice: one that waits for a cluster by itself ends with access where another
    /// ends with an error.
    #[serde(deserialize_with = "alternatives")]
    Either(Vec<Expectation>),
}

/// What a kubeconfig has to be. It always has to load, and its current context has to be complete.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct KubeconfigExpectation {
    /// The name of the current context.
    pub current_context: Option<String>,
    /// The names of all contexts, in any order.
    pub contexts: Option<BTreeSet<String>>,
    /// The names of all clusters, in any order.
    pub clusters: Option<BTreeSet<String>>,
    /// The names of all users, in any order.
    pub users: Option<BTreeSet<String>>,
    /// The server of the current context.
    pub server: Option<String>,
    /// What the current context authenticates with.
    pub auth: Option<AuthMethod>,
    /// The certificate authority of the current context.
    pub certificate_authority: CertificateAuthority,
    /// How long the cluster accepts the credential: accepted a second before, refused at that instant.
    #[serde(deserialize_with = "optional_duration")]
    pub lasts: Option<SignedDuration>,
    /// How the credential compares with that of the step before.
    pub credential: Option<Freshness>,
}

/// What a user of a kubeconfig authenticates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthMethod {
    /// A token in the file.
    Token,
    /// A client certificate and key in the file.
    ClientCertificate,
    /// A program that is run for a credential.
    Exec,
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Token => "a token",
            Self::ClientCertificate => "a client certificate",
            Self::Exec => "an exec plugin",
        })
    }
}

/// Which certificate authority is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateAuthority {
    /// The one of the world's clusters.
    #[default]
    Issued,
    /// Any, or none.
    Any,
}

/// How a credential compares with that of the step before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// It is another one.
    New,
}

/// What access information has to be. Its items always have to be those that the provider sent, unchanged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessExpectation {
    /// The kinds of the manifests, in order.
    pub kinds: Option<Vec<String>>,
    /// Texts that the manifests hold.
    pub mentions: Vec<String>,
}

/// What connection information has to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ConnectionExpectation {
    /// The endpoint.
    pub endpoint: Option<String>,
    /// The certificate authority.
    pub certificate_authority: CertificateAuthority,
}

/// What a failure has to be. It may never hold a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorExpectation {
    /// The kinds that are right; empty means any.
    pub kinds: Vec<FailureKind>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The provider's own code.
    pub code: Option<String>,
    /// A text that the message holds.
    pub mentions: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<RequestId>,
}

/// Which id of a request is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestId {
    /// One that the provider sent, in a header or in the body.
    Sent,
}

impl ErrorExpectation {
    /// Whether any error will do.
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    fn of(Kinds(kinds): Kinds) -> Self {
        Self { kinds, ..Self::default() }
    }
}

impl Expectation {
    /// The features that an adapter needs for it.
    pub(crate) fn features(&self) -> BTreeSet<Feature> {
        match self {
            Self::Kubeconfig(_) => [Feature::Kubeconfig].into(),
            Self::Error(expected) if !expected.is_any() => [Feature::ErrorKinds].into(),
            Self::Access(_) | Self::Connection(_) | Self::Error(_) => BTreeSet::new(),
            Self::Either(alternatives) => alternatives.iter().flat_map(Self::features).collect(),
        }
    }

    /// Whether it is one that only the provider can have caused. Any error is, but for what an adapter may know beforehand.
    pub(super) fn is_an_error_of_the_provider(&self) -> bool {
        match self {
            Self::Error(expected) => !expected.kinds.contains(&FailureKind::InvalidArgument),
            Self::Either(alternatives) => {
                let mut errors = alternatives.iter().filter(|one| matches!(one, Self::Error(_))).peekable();
                errors.peek().is_some() && errors.all(Self::is_an_error_of_the_provider)
            }
            Self::Kubeconfig(_) | Self::Access(_) | Self::Connection(_) => false,
        }
    }
}

/// At least two expectations, none of which is a choice itself.
fn alternatives<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Expectation>, D::Error> {
    let alternatives = Vec::<Expectation>::deserialize(deserializer)?;
    if alternatives.len() < 2 {
        return Err(de::Error::custom(
            "`either` is a choice: list two expectations or more, or write the one without it",
        ));
    }
    if alternatives.iter().any(|one| matches!(one, Expectation::Either(_))) {
        return Err(de::Error::custom("`either` stands within `either`; put all of them into one list"));
    }
    Ok(alternatives)
}

impl<'de> Deserialize<'de> for ErrorExpectation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ErrorVisitor;
        impl<'de> Visitor<'de> for ErrorVisitor {
            type Value = ErrorExpectation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a kind of failure, a list of kinds, `any`, or a map of `kind`, `status`, `code`, `mentions`, `request-id`",
                )
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<ErrorExpectation, E> {
                KindsVisitor.visit_str(word).map(ErrorExpectation::of)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<ErrorExpectation, A::Error> {
                KindsVisitor.visit_seq(seq).map(ErrorExpectation::of)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ErrorExpectation, A::Error> {
                let source = ErrorSource::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(ErrorExpectation {
                    kinds: source.kind.map(|Kinds(kinds)| kinds).unwrap_or_default(),
                    status: source.status,
                    code: source.code,
                    mentions: source.mentions,
                    request_id: source.request_id,
                })
            }
        }
        deserializer.deserialize_any(ErrorVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ErrorSource {
    kind: Option<Kinds>,
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
    code: Option<String>,
    mentions: Option<String>,
    request_id: Option<RequestId>,
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let status = Option::<u16>::deserialize(deserializer)?;
    match status.and_then(status_mistake) {
        Some(mistake) => Err(de::Error::custom(mistake)),
        None => Ok(status),
    }
}

/// What is wrong with a status that no answer can have.
pub(crate) fn status_mistake(status: u16) -> Option<String> {
    StatusCode::from_u16(status).err().map(|_| format!("{status} is no HTTP status: write 100 to 999"))
}

/// One kind, or a list of kinds.
struct Kinds(Vec<FailureKind>);

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindsVisitor)
    }
}

struct KindsVisitor;

impl<'de> Visitor<'de> for KindsVisitor {
    type Value = Kinds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a kind of failure, a list of kinds, or `any`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Kinds, E> {
        if word == "any" {
            Ok(Kinds(Vec::new()))
        } else {
            word.parse().map(|kind| Kinds(vec![kind])).map_err(E::custom)
        }
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Kinds, A::Error> {
        let mut kinds = Vec::new();
        while let Some(kind) = seq.next_element()? {
            kinds.push(kind);
        }
        Ok(Kinds(kinds))
    }
}
