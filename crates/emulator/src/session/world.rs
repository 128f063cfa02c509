use std::collections::{BTreeSet, VecDeque};

use jiff::SignedDuration;
use serde_json::Value;

use super::Session;
use crate::{Ledger, PLACEHOLDER, Redactor};

/// Whether what may not be printed is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// A placeholder stands in its place.
    Hidden,
    /// It is, so that a world can be put back as it was.
    Shown,
}

/// Why a world cannot be put in place of another.
#[derive(Debug, thiserror::Error)]
pub enum WorldProblem {
    /// It is no world of this provider.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// It was taken with its secrets hidden.
    #[error("`{field}` holds `{PLACEHOLDER}`, which stands in place of a secret")]
    Redacted {
        /// Where, as in `access_keys[0].secret_key`.
        field: String,
    },
}

impl Session {
    /// The world as JSON, in the form of a world file. What was issued and counted so far is no part of it.
    ///
    /// ```
    /// use kubeproof_emulator::providers::fireworks::Fireworks;
    /// use kubeproof_emulator::{Secrets, Session};
    ///
    /// let mut session = Session::new::<Fireworks>(Default::default());
    /// let hidden = session.world(Secrets::Hidden).unwrap();
    /// assert_eq!(hidden["api_keys"][0], "<redacted>");
    ///
    /// let mut world = session.world(Secrets::Shown).unwrap();
    /// world["clusters"][0]["state"] = "creating".into();
    /// session.put_world(world.to_string().as_bytes()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// When the world's type does not fit into JSON: a bug of this crate.
    pub fn world(&self, secrets: Secrets) -> serde_json::Result<Value> {
        let world = self.scene.world()?;
        Ok(match secrets {
            Secrets::Shown => world,
            Secrets::Hidden => {
                let secrets = self.scene.secrets().into_iter().filter(|secret| !secret.is_empty()).collect();
                hidden(world, &secrets, &self.redactor())
            }
        })
    }

    /// Puts another world in place of this one, in which nothing was issued and no call was counted. The journal, the
    /// clock and the faults stay.
    ///
    /// # Errors
    ///
    /// When `json` is no world of this provider, an unknown field included, or holds what stands in place of a secret.
    /// The world is the one before then.
    pub fn put_world(&mut self, json: &[u8]) -> Result<(), WorldProblem> {
        if let Some(field) = serde_json::from_slice(json).ok().and_then(|world| placeholder_in(&world)) {
            return Err(WorldProblem::Redacted { field });
        }
        let former = self.scene.secrets();
        self.scene.put_world(json)?;
        self.former_secrets.enter(former);
        self.point_api_again();
        Ok(())
    }

    /// Goes back to what the session began with: world, incidents and faults as they were, the clock where the host's is,
    /// and an empty journal, whose numbers go on.
    pub fn reset(&mut self) {
        self.former_secrets.enter(self.scene.secrets());
        self.faults = self.scene.reset();
        self.ahead = SignedDuration::ZERO;
        self.clear_journal();
        self.point_api_again();
    }

    /// Tells another world where the Kubernetes API is.
    fn point_api_again(&mut self) {
        if let Some(api) = &self.api {
            self.scene.point_api(api.clone());
        }
    }

    /// Forgets every exchange. Numbers go on.
    pub fn clear_journal(&mut self) {
        self.journal.clear();
        self.api_journal.clear();
    }
}

/// The secrets of worlds that gave way to another: a journal may still show them, and clients may still send them. The
/// oldest give way.
#[derive(Default)]
pub(super) struct FormerSecrets(VecDeque<String>);

impl FormerSecrets {
    /// As many as the worlds of several full ledgers have.
    const CAPACITY: usize = 8 * Ledger::CAPACITY;

    fn enter(&mut self, secrets: Vec<String>) {
        let secrets: BTreeSet<String> = secrets.into_iter().collect();
        self.0.retain(|known| !secrets.contains(known));
        self.0.extend(secrets);
        let surplus = self.0.len().saturating_sub(Self::CAPACITY);
        self.0.drain(..surplus);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = String> {
        self.0.iter().cloned()
    }
}

/// The value without secrets. A text that is one is hidden however short it is.
fn hidden(value: Value, secrets: &BTreeSet<String>, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) if secrets.contains(&text) => PLACEHOLDER.into(),
        Value::String(text) => redactor.text(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| hidden(item, secrets, redactor)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, hidden(value, secrets, redactor))).collect()
        }
        other => other,
    }
}

/// Where the first text stands that holds the placeholder.
fn placeholder_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains(PLACEHOLDER).then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| placeholder_in(item).map(|inner| format!("[{place}]{}", dotted(&inner)))),
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, value)| placeholder_in(value).map(|inner| format!("{name}{}", dotted(&inner)))),
        _ => None,
    }
}

/// What follows a name or a place: an item as it is, a field after a dot.
fn dotted(inner: &str) -> String {
    if inner.is_empty() || inner.starts_with('[') { inner.to_owned() } else { format!(".{inner}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eight worlds with full ledgers gave way, and a ninth.
    #[test]
    fn secrets_of_eight_full_ledgers_are_kept_and_the_oldest_give_way() {
        let secrets =
            |world: usize| (0..Ledger::CAPACITY).map(|number| format!("{world}/{number}")).collect::<Vec<_>>();
        let mut former = FormerSecrets::default();
        for world in 0..8 {
            former.enter(secrets(world));
        }
        let known = |former: &FormerSecrets| former.iter().collect::<BTreeSet<String>>();
        assert_eq!(known(&former), (0..8).flat_map(secrets).collect());
        former.enter(vec!["8/0".to_owned()]);
        assert!(known(&former).contains("8/0") && !known(&former).contains("0/0"));
        assert_eq!(former.iter().count(), 8 * Ledger::CAPACITY);
    }
}
