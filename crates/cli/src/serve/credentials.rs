use kubeproof::conformance::Worlds;
use kubeproof::emulator::{CallerCredentials, Secrets, Session};
use serde_json::Value;

/// Which credentials may be printed: those that everybody knows, since they are in this program.
pub(super) enum Origins {
    /// All are a case's.
    Case,
    /// Those of the default worlds, and those of a file.
    Worlds {
        /// How the file is called.
        file: String,
        worlds: Worlds,
    },
}

/// The credentials of one kind that a world has.
pub(super) struct Known {
    /// How the world calls them.
    pub(super) kind: String,
    /// Those that may be printed.
    pub(super) examples: Vec<String>,
    /// How many others there are.
    pub(super) others: usize,
}

impl Origins {
    pub(super) fn of_a_case() -> Self {
        Self::Case
    }

    pub(super) fn of_worlds(worlds: Worlds, file: String) -> Self {
        Self::Worlds { file, worlds }
    }

    /// Where credentials are from that are not printed.
    pub(super) fn file(&self) -> &str {
        match self {
            Self::Case => "",
            Self::Worlds { file, .. } => file,
        }
    }

    /// The credentials of a session's world.
    pub(super) fn of(&self, session: &Session) -> Vec<Known> {
        let examples = match self {
            Self::Case => lists(session),
            Self::Worlds { worlds, .. } => {
                let usual = Worlds::default().session(session.provider(), None);
                if worlds.names(session.provider()) {
                    usual.as_ref().map(lists).unwrap_or_default()
                } else {
                    lists(session)
                }
            }
        };
        lists(session)
            .into_iter()
            .map(|(kind, credentials)| {
                let known = examples.iter().find(|(other, _)| *other == kind).map_or(&[][..], |(_, known)| known);
                let (examples, others): (Vec<_>, Vec<_>) =
                    credentials.into_iter().partition(|credential| known.contains(credential));
                Known { kind, examples: examples.iter().map(shown).collect(), others: others.len() }
            })
            .collect()
    }

    /// Whether a credential of a session's world may be printed.
    pub(super) fn is_example(&self, session: &Session, credential: &CallerCredentials) -> bool {
        match self {
            Self::Case => true,
            Self::Worlds { worlds, .. } => {
                let usual = Worlds::default().session(session.provider(), None);
                !worlds.names(session.provider())
                    || usual.is_some_and(|usual| usual.caller().credentials.contains(credential))
            }
        }
    }
}

/// The credentials of a world, by what it calls them: every list but that of its clusters.
fn lists(session: &Session) -> Vec<(String, Vec<Value>)> {
    let Ok(Value::Object(world)) = session.world(Secrets::Shown) else { return Vec::new() };
    world
        .into_iter()
        .filter(|(name, _)| name != "clusters")
        .filter_map(|(name, value)| match value {
            Value::Array(items) if !items.is_empty() => Some((name, items)),
            _ => None,
        })
        .collect()
}

/// A credential on one line: the parts of a key pair with a blank between.
fn shown(credential: &Value) -> String {
    match credential {
        Value::String(text) => text.clone(),
        Value::Object(parts) => parts.values().filter(|part| !part.is_null()).map(shown).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
