//! The entries of a mapping while it is composed.

use std::borrow::Cow;
use std::collections::HashMap;

use super::tree::{Node, Value};
use super::{ReadError, ReadErrorKind};

/// How many entries are searched one by one, which is faster than an index of few.
const FEW_ENTRIES: usize = 16;

/// The entries of a mapping. A key given again replaces the value of the first and keeps its place.
#[derive(Default)]
pub(super) struct Entries<'t> {
    list: Vec<(Cow<'t, str>, Node<'t>)>,
    /// Whether the key of each was written there rather than merged.
    is_written: Vec<bool>,
    /// Where each is, once they are many.
    index: HashMap<Cow<'t, str>, usize>,
}

impl<'t> Entries<'t> {
    /// Puts a value whose key is written here, and says whether it was written before.
    pub(super) fn write(&mut self, key: Cow<'t, str>, node: Node<'t>) -> bool {
        self.insert(key, node, true)
    }

    /// Puts a value, and says whether its key was written before.
    fn insert(&mut self, key: Cow<'t, str>, node: Node<'t>, is_written: bool) -> bool {
        if let Some(at) = self.position(&key)
            && let Some((_, old)) = self.list.get_mut(at)
            && let Some(written) = self.is_written.get_mut(at)
        {
            *old = node;
            let before = *written;
            *written |= is_written;
            return before;
        }
        if self.list.len() == FEW_ENTRIES {
            self.index = self.list.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        }
        if self.list.len() >= FEW_ENTRIES {
            self.index.insert(key.clone(), self.list.len());
        }
        self.list.push((key, node));
        self.is_written.push(is_written);
        false
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.list.len() > FEW_ENTRIES {
            self.index.get(key).copied()
        } else {
            self.list.iter().position(|(other, _)| other == key)
        }
    }

    /// The entries in the order of the document.
    pub(super) fn into_list(self) -> Vec<(Cow<'t, str>, Node<'t>)> {
        self.list
    }

    /// Takes over the entries of one mapping, or of a list of mappings of which the first goes before the others.
    pub(super) fn merge(&mut self, node: Node<'t>) -> Result<(), ReadError> {
        let refused = node.error(ReadErrorKind::Syntax, "a merge key `<<` needs a mapping or a list of mappings");
        let maps = match node.value {
            Value::Map(entries) => vec![entries],
            Value::List(items) => items
                .into_iter()
                .map(|item| match item.value {
                    Value::Map(entries) => Ok(entries),
                    _ => Err(refused.clone()),
                })
                .collect::<Result<_, _>>()?,
            _ => return Err(refused),
        };
        for (key, node) in maps.into_iter().rev().flatten() {
            self.insert(key, node, false);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Location;

    fn node(text: &'static str) -> Node<'static> {
        Node { value: Value::Text(text.into()), location: Location { line: 1, column: 1 } }
    }

    /// Writes as many entries, then each of them again.
    #[track_caller]
    fn check(entries: usize) {
        let keys: Vec<String> = (0..entries).map(|number| format!("key-{number}")).collect();
        let mut mapping = Entries::default();
        for key in &keys {
            assert!(!mapping.write(key.clone().into(), node("first")), "{entries} entries, {key}");
        }
        for key in &keys {
            assert!(mapping.write(key.clone().into(), node("last")), "{entries} entries, {key}");
        }
        let list = mapping.into_list();
        assert!(list.iter().map(|(key, _)| key.as_ref()).eq(&keys), "{entries} entries");
        assert!(list.iter().all(|(_, node)| matches!(&node.value, Value::Text(text) if text == "last")));
    }

    #[test]
    fn a_key_given_again_replaces_the_first_among_few_and_among_many() {
        for entries in [1, FEW_ENTRIES - 1, FEW_ENTRIES, FEW_ENTRIES + 1, 5 * FEW_ENTRIES] {
            check(entries);
        }
    }

    #[test]
    fn a_merged_key_was_not_written() {
        let mut mapping = Entries::default();
        mapping.merge(Node { value: Value::Map(vec![("key".into(), node("merged"))]), ..node("") }).unwrap();
        assert!(!mapping.write("key".into(), node("written")));
        assert!(mapping.write("key".into(), node("again")));
        assert!(mapping.merge(node("no mapping")).is_err());
    }
}
