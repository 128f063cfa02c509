//! Several kubeconfigs that somebody merges at once.

use std::collections::HashMap;

use super::{Action, Change, Entry, Manner, Merged, Taken, combine};
use crate::model::Kubeconfig;

/// Several kubeconfigs merged into one, and what became of the entries of each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MergedAll {
    /// The result.
    pub kubeconfig: Kubeconfig,
    /// What became of each entry, for one kubeconfig after the other: see [`Merged::changes`].
    pub changes: Vec<Vec<Change>>,
}

/// Puts the new kubeconfigs together first: what one refers to another may define, as with the files of `KUBECONFIG`.
pub(super) fn combine_all(base: &Kubeconfig, news: &[Kubeconfig], manner: Manner<'_>) -> MergedAll {
    let mut together = Kubeconfig::default();
    let mut changes = Vec::new();
    for new in news {
        let merged = combine(&together, new, Manner { taken: Taken::Rename, reserved: &[] });
        together = merged.kubeconfig;
        changes.push(merged.changes);
    }
    let merged = combine(base, &together, manner);
    let then = Then::of(&together, &merged);
    let changes = changes.into_iter().map(|changes| then.changes(changes)).collect();
    MergedAll { kubeconfig: merged.kubeconfig, changes }
}

/// What became of the entries of all kubeconfigs together.
struct Then<'a> {
    actions: HashMap<(Entry, &'a str), &'a Action>,
    /// The entries of the base that a context uses.
    bound: HashMap<&'a str, Vec<&'a Action>>,
    current_context: &'a str,
}

impl<'a> Then<'a> {
    fn of(together: &'a Kubeconfig, merged: &'a Merged) -> Self {
        let mut then = Self { actions: HashMap::new(), bound: HashMap::new(), current_context: "" };
        for Change { entry, name, action } in &merged.changes {
            match action {
                Action::BoundToBase { .. } => then.bound.entry(name).or_default().push(action),
                _ => {
                    then.actions.entry((*entry, name)).or_insert(action);
                }
            }
        }
        then.current_context = &together.current_context;
        then
    }

    /// What became of the entries of one of the kubeconfigs, from what became of them when they were put together.
    fn changes(&self, first: Vec<Change>) -> Vec<Change> {
        let mut changes = Vec::new();
        for Change { entry, name, action } in first {
            let name_together = match &action {
                // It uses what came with it.
                Action::BoundToBase { .. } => continue,
                Action::Renamed { to, .. } => to.clone(),
                Action::UnchangedAs { name } => name.clone(),
                _ if entry == Entry::CurrentContext => self.current_context.to_owned(),
                _ => name.clone(),
            };
            let bound = self.bound.get(&*name_together).filter(|_| entry == Entry::Context);
            let of_bound = bound.into_iter().flatten().map(|action| (*action).clone());
            let of_bound: Vec<Change> = of_bound.map(|action| Change { entry, name: name.clone(), action }).collect();
            let action = self.then(entry, &name, name_together, action);
            changes.push(Change { entry, name, action });
            changes.extend(of_bound);
        }
        changes
    }

    fn then(&self, entry: Entry, name: &str, name_together: String, first: Action) -> Action {
        let was_there = matches!(first, Action::Unchanged | Action::UnchangedAs { .. });
        match (self.actions.get(&(entry, &*name_together)), first) {
            (_, Action::Shadowed) => Action::Shadowed,
            (None | Some(Action::Added), first) => first,
            (Some(Action::Unchanged), _) if name_together == name || entry == Entry::CurrentContext => {
                Action::Unchanged
            }
            (Some(Action::Unchanged), _) => Action::UnchangedAs { name: name_together },
            (Some(Action::Renamed { to, .. }), _) if was_there => Action::UnchangedAs { name: to.clone() },
            (Some(second), _) => (*second).clone(),
        }
    }
}
