//! Where emulations begin.

mod explained;

pub use self::explained::default_worlds;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{Edition, Emulation, Fault, Incident, Session, Setting};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess};
use serde_saphyr::Spanned;

use crate::case::Place;
use crate::nearest::nearest;
use crate::problem::{Problem, SuiteError};
use crate::setting::{self, SettingSource, Written};
use crate::yaml::{parse, place};

/// The worlds that emulations start from: those of a file, and each provider's default where it says nothing.
///
/// For each provider a file gives an `edition`, a `world`, `incidents` and `faults`, each as in a case.
///
/// ```
/// use std::path::Path;
/// use kubeproof_conformance::Worlds;
/// use kubeproof_emulator::host::server::Transport;
///
/// let text = "ucs: {world: {clusters: [{id: my-cluster, downloaded: true}]}}";
/// let worlds = Worlds::parse(text, "world.yaml", Path::new("."), Transport::Plain)?;
/// assert_eq!(worlds.session("ucs", None).unwrap().caller().cluster["cluster_id"], "my-cluster");
///
/// let mistake = Worlds::parse("ucs: {worlds: {}}", "world.yaml", Path::new("."), Transport::Plain).unwrap_err();
/// assert!(mistake.to_string().starts_with("world.yaml:1:7: unknown field `worlds`"));
/// # Ok::<(), kubeproof_conformance::SuiteError>(())
/// ```
#[derive(Default)]
pub struct Worlds {
    stages: BTreeMap<&'static str, Stage>,
}

/// Starts a session of one provider, in this edition or in the one that is written.
type Stage = Box<dyn Fn(Option<Edition>) -> Session + Send + Sync>;

impl Worlds {
    /// Reads the text of a file that is called `file` in messages. Scripted replies name files relative to `folder`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with line and column. A fault of TLS is wrong where no TLS is spoken.
    pub fn parse(text: &str, file: &str, folder: &Path, transport: Transport) -> Result<Self, SuiteError> {
        let mut problems = Vec::new();
        let body = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be read: {error}; make that file or name another", path.display()))
        };
        let mut stages = BTreeMap::new();
        for entry in parse::<Entries>(text, file, &mut problems).map_or_else(Vec::new, |entries| entries.0) {
            let here = place(file, entry.name.referenced);
            let written = Written { here: &here, text, transport, tls: "serve with --tls", body: &body };
            match (PROVIDERS.iter().copied().find(|name| *name == entry.name.value), entry.side) {
                (Some(provider), Some(side)) => {
                    stages.extend(side(&written, &mut problems).map(|stage| (provider, stage)));
                }
                _ => problems.push(Problem::at(here, unknown(&entry.name.value))),
            }
        }
        if stages.is_empty() && problems.is_empty() {
            let here = Place { file: file.to_owned(), line: 1, column: 1 };
            problems.push(Problem::at(here, format!("no provider stands here; write `{}:`", PROVIDERS.join(":`, `"))));
        }
        if problems.is_empty() { Ok(Self { stages }) } else { Err(SuiteError::new(problems)) }
    }

    /// Whether the file says something of a provider.
    pub fn names(&self, provider: &str) -> bool {
        self.stages.contains_key(provider)
    }

    /// A fresh session of a provider, in this edition or in the one that the file names; `None` when there is no such
    /// provider.
    pub fn session(&self, provider: &str, edition: Option<Edition>) -> Option<Session> {
        match self.stages.get(provider) {
            Some(stage) => Some(stage(edition)),
            None => providers::visit(provider, Default { edition }),
        }
    }
}

impl fmt::Debug for Worlds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Worlds").field(&self.stages.keys()).finish()
    }
}

fn unknown(name: &str) -> String {
    match nearest(name, PROVIDERS.iter().copied()) {
        Some(similar) => format!("there is no provider `{name}`; did you mean `{similar}`?"),
        None => format!("there is no provider `{name}`; there are {}", PROVIDERS.join(", ")),
    }
}

/// A session with the default world.
struct Default {
    edition: Option<Edition>,
}

impl Visitor for Default {
    type Output = Session;

    fn visit<E: Emulation>(self) -> Session {
        staged(&Setting::<E>::default(), self.edition)
    }
}

fn staged<E: Emulation>(setting: &Setting<E>, edition: Option<Edition>) -> Session {
    let setting = setting.clone();
    Session::new(Setting { edition: edition.unwrap_or(setting.edition), ..setting })
}

/// What stands in a file, in its order.
struct Entries(Vec<Entry>);

/// What stands there of one provider.
struct Entry {
    name: Spanned<String>,
    /// `None` when there is no such provider.
    side: Option<Side>,
}

/// Checks what stands there of one provider.
type Side = Box<dyn FnOnce(&Written<'_>, &mut Vec<Problem>) -> Option<Stage>>;

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> serde::de::Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a map of the providers {}", PROVIDERS.join(", "))
            }

            fn visit_unit<E>(self) -> Result<Entries, E> {
                Ok(Entries(Vec::new()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<Spanned<String>>()? {
                    let side =
                        providers::visit(&name.value, NextSide { map: &mut map, document: PhantomData }).transpose()?;
                    if side.is_none() {
                        map.next_value::<IgnoredAny>()?;
                    }
                    entries.push(Entry { name, side });
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_any(EntriesVisitor)
    }
}

/// Reads the next value as the side of a provider, whose world has a type of its own.
struct NextSide<'a, 'de, A> {
    map: &'a mut A,
    document: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> Visitor for NextSide<'_, 'de, A> {
    type Output = Result<Side, A::Error>;

    fn visit<E: Emulation>(self) -> Self::Output {
        let source: Option<SideSource<E::World, E::Incident>> = self.map.next_value()?;
        Ok(Box::new(move |written, problems| {
            let SideSource { edition, world, incidents, faults } = source.unwrap_or_default();
            let source = SettingSource { edition, world, incidents, faults };
            let setting = setting::checked::<E>(source, written, problems)?;
            Some(Box::new(move |edition| staged(&setting, edition)))
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "W: DeserializeOwned, I: DeserializeOwned")]
struct SideSource<W, I> {
    edition: Option<Spanned<String>>,
    world: Option<W>,
    #[serde(default = "Vec::new")]
    incidents: Vec<Incident<I>>,
    #[serde(default = "Vec::new")]
    faults: Vec<Spanned<Fault>>,
}

impl<W, I> std::default::Default for SideSource<W, I> {
    fn default() -> Self {
        Self { edition: None, world: None, incidents: Vec::new(), faults: Vec::new() }
    }
}
