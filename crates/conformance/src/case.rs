//! A case: a world, what the provider says by itself, the fetches, and what is expected of them.

mod expectation;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::{DURATION_FORMS, Edition, Session, parse_duration};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::adapter::{Credentials, Feature, Options};
use crate::clause::Provenance;
use crate::wire::WireExpectation;

pub(crate) use self::expectation::status_mistake;
pub use self::expectation::{
    AccessExpectation, AuthMethod, CertificateAuthority, ConnectionExpectation, ErrorExpectation, Expectation,
    Freshness, KubeconfigExpectation, RequestId,
};

/// One case of the suite.
#[derive(Clone)]
pub struct Case {
    /// Its id: provider, file, and a name that says what holds, as in `ucs/download/second-call-is-refused`.
    pub id: String,
    /// The provider.
    pub provider: &'static str,
    /// What holds, as a sentence.
    pub title: String,
    /// Whether the documents demand it.
    pub level: Level,
    /// The clauses that it judges by.
    pub clauses: Vec<String>,
    /// The provenance of its weakest clause.
    pub provenance: Provenance,
    /// The edition of the provider's documents that it judges by.
    pub edition: Edition,
    /// What an adapter has to be able to do.
    pub needs: BTreeSet<Feature>,
    /// The kinds of credentials of which it has to take one; empty where the case leaves it no choice.
    pub takes_one_of: BTreeSet<Feature>,
    /// The fetches.
    pub steps: Vec<Step>,
    /// What has to be seen on the wire.
    pub wire: WireExpectation,
    /// Whether it runs over TLS.
    pub transport: Transport,
    /// Where it is written.
    pub place: Place,
    /// How it is written: its lines in the file.
    pub source: String,
    pub(crate) stage: Arc<dyn Fn() -> Session + Send + Sync>,
}

impl Case {
    /// A fresh session with the world of this case.
    pub fn session(&self) -> Session {
        (self.stage)()
    }

    /// Whether a mock of HTTP can carry its emulation: it needs no TLS, no fault, and no look at the connections.
    pub fn fits_any_host(&self) -> bool {
        self.transport == Transport::Plain
            && self.wire.connections.is_none()
            && self.session().faults().armed().is_empty()
    }

    /// The kinds of its faults, as files write them under `is`.
    pub fn fault_families(&self) -> BTreeSet<String> {
        let session = self.session();
        let written = session.faults().armed().iter().filter_map(|armed| serde_json::to_value(&armed.fault).ok());
        written.filter_map(|fault| Some(fault.get("is")?.as_str()?.to_owned())).collect()
    }

    /// Whether a step can only end as it is expected to when the provider was asked. An error that an adapter may
    /// know beforehand need not be asked for; any other has to be the provider's doing.
    pub(crate) fn asks_the_provider(&self, step: &Step) -> bool {
        let may_be_silent = self.wire.requests.is_some_and(|count| count.admits(0));
        step.expect.is_an_error_of_the_provider() && !may_be_silent
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the folder that holds `fixtures/`.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whether a case is demanded or advised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Code that does otherwise does not work, or does harm.
    #[default]
    Must,
    /// Code that does otherwise serves its users less well.
    Should,
}

impl Level {
    /// Every level, the stronger first.
    pub const ALL: [Self; 2] = [Self::Must, Self::Should];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One fetch and what is expected of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How far the emulator's clock moves before the fetch.
    #[serde(default, deserialize_with = "optional_duration")]
    pub after: Option<SignedDuration>,
    /// What is asked for.
    #[serde(default)]
    pub fetch: Fetch,
    /// What has to come of it.
    pub expect: Expectation,
}

/// What is asked for. Whatever is left out is taken from the world: its first cluster, the first of its credentials that the
/// adapter takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// A cluster id, or several ids by name.
    pub cluster: Ids,
    /// What to authenticate with.
    pub credentials: Option<CredentialChoice>,
    /// What else to ask for.
    pub options: Options,
    /// How long the fetch may take: 5 s unless told otherwise. A case in which nothing comes may be told less.
    #[serde(deserialize_with = "optional_duration")]
    pub timeout: Option<SignedDuration>,
}

/// Ids by name, laid over those of the world's first cluster. A bare string is the `cluster_id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(pub BTreeMap<String, String>);

/// The credentials of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialChoice {
    /// The world's credentials of this kind.
    OfTheWorld(Feature),
    /// These.
    Literal(Credentials),
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdsVisitor;
        impl<'de> Visitor<'de> for IdsVisitor {
            type Value = Ids;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cluster id, or a map of `cluster_id`, `project_id`, `account_id`")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Ids, E> {
                Ok(Ids(BTreeMap::from([("cluster_id".to_owned(), id.to_owned())])))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ids, A::Error> {
                const NAMES: [&str; 3] = ["cluster_id", "project_id", "account_id"];
                let mut ids = BTreeMap::new();
                while let Some((name, id)) = map.next_entry::<String, String>()? {
                    if !NAMES.contains(&name.as_str()) {
                        return Err(de::Error::unknown_field(&name, &NAMES));
                    }
                    ids.insert(name, id);
                }
                Ok(Ids(ids))
            }
        }
        deserializer.deserialize_any(IdsVisitor)
    }
}

impl<'de> Deserialize<'de> for CredentialChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ChoiceVisitor;
        impl<'de> Visitor<'de> for ChoiceVisitor {
            type Value = CredentialChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "`bearer`, `token` or `ak-sk`, or a map of `bearer`, of `token`, or of `access_key` and `secret_key`",
                )
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<CredentialChoice, E> {
                [Feature::Bearer, Feature::Token, Feature::AkSk]
                    .into_iter()
                    .find(|kind| kind.as_str() == word)
                    .map(CredentialChoice::OfTheWorld)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CredentialChoice, A::Error> {
                let mut parts = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    parts.insert(name, value);
                }
                let mut take = |name: &str| parts.remove(name);
                let credentials = match (take("bearer"), take("token"), take("access_key"), take("secret_key")) {
                    (Some(bearer), None, None, None) => Credentials::Bearer { bearer },
                    (None, Some(token), None, None) => Credentials::Token { token },
                    (None, None, Some(access_key), Some(secret_key)) => {
                        Credentials::AccessKey { access_key, secret_key }
                    }
                    _ => return Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                };
                if parts.is_empty() {
                    Ok(CredentialChoice::Literal(credentials))
                } else {
                    Err(de::Error::invalid_type(de::Unexpected::Map, &self))
                }
            }
        }
        deserializer.deserialize_any(ChoiceVisitor)
    }
}

/// `500ms`, `90s`, `15m`, `24h`, `7d`, or ISO 8601.
fn optional_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    parse_duration(&text).map(Some).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &DURATION_FORMS))
}
