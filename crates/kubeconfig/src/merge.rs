//! Putting two kubeconfigs together.

mod change;
mod policy;
mod together;

pub use change::{Action, Change, Entry, Occupied};
pub use policy::{Collision, MergeError, MergeErrorKind, MergePolicy, OnCollision};
pub use together::MergedAll;

use std::collections::{HashMap, HashSet};

use serde_json::Map;

use crate::Unknown;
use crate::model::{Context, Kubeconfig, NamedCluster, NamedContext, NamedExtension, NamedUser};

/// A merged kubeconfig, and what became of every entry that was merged into it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Merged {
    /// The result.
    pub kubeconfig: Kubeconfig,
    /// What became of each entry of the new kubeconfig, in its order: clusters, users, contexts, then the rest.
    pub changes: Vec<Change>,
}

/// Merges `new` into `base` so that no cluster, user or context of either is lost.
///
/// What is left out, and [`Change`]s say so: a current context of `new` when the base has one, and extensions and unknown
/// fields of `new` whose names the base uses for something else.
///
/// An entry that the base has, the same, is one entry. One whose name the base uses for something else gets a new name,
/// `name-2` and so on, and what refers to it in `new` refers to the new name. Merging the same kubeconfig again changes
/// nothing. The base keeps its current context if it has one.
///
/// ```
/// use kubeproof_kubeconfig::{Kubeconfig, merge};
///
/// let of = |token| {
///     Kubeconfig::parse(&format!("
/// current-context: admin
/// clusters: [{{name: dev, cluster: {{server: 'https://dev.example.test'}}}}]
/// users: [{{name: admin, user: {{token: {token}}}}}]
/// contexts: [{{name: admin, context: {{cluster: dev, user: admin}}}}]
/// "))
/// };
/// let merged = merge(&of("first")?, &of("second")?);
/// let changes: Vec<String> = merged.changes.iter().map(ToString::to_string).collect();
/// assert_eq!(changes[1], r#"user "admin": renamed to "admin-2", since the name is taken by another"#);
/// assert_eq!(merged.kubeconfig.context("admin-2")?.user.token, Some("second".into()));
/// assert_eq!(merge(&merged.kubeconfig, &of("second")?).kubeconfig, merged.kubeconfig);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn merge(base: &Kubeconfig, new: &Kubeconfig) -> Merged {
    combine(base, new, Manner { taken: Taken::Rename, reserved: Manner::ALL })
}

/// Merges as client-go does with the files of `KUBECONFIG`: of two entries with one name the base's is taken, whole, and
/// the other is [`Action::Shadowed`]. A context of `new` may then use a cluster or user of the base.
#[must_use]
pub fn merge_first_wins(base: &Kubeconfig, new: &Kubeconfig) -> Merged {
    combine(base, new, Manner { taken: Taken::Shadow, reserved: &[] })
}

/// What to do with an entry whose name is taken by another.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Rename,
    Shadow,
}

/// How to merge.
#[derive(Clone, Copy)]
struct Manner<'a> {
    taken: Taken,
    /// Of which entries a name counts as taken that the base refers to without defining it.
    reserved: &'a [Entry],
}

impl Manner<'static> {
    const ALL: &'static [Entry] = &[Entry::Cluster, Entry::User, Entry::Context];
}

fn combine(base: &Kubeconfig, new: &Kubeconfig, manner: Manner<'_>) -> Merged {
    let mut changes = Changes(Vec::new());
    let referred = |name_of: fn(&Context) -> &str| base.contexts.iter().map(move |entry| name_of(&entry.context));

    let mut clusters = List::new(&base.clusters, &new.clusters, Entry::Cluster, manner);
    clusters.reserve(referred(|context| &context.cluster));
    clusters.add_all(&new.clusters, &mut changes);

    let mut users = List::new(&base.users, &new.users, Entry::User, manner);
    users.reserve(referred(|context| &context.user));
    users.add_all(&new.users, &mut changes);

    let mut contexts = List::new(&base.contexts, &new.contexts, Entry::Context, manner);
    // A current context that nobody defines must not become one of `new`, with the server of somebody else.
    contexts.reserve(std::iter::once(base.current_context.as_str()).filter(|name| !name.is_empty()));
    for entry in &new.contexts {
        let mut renamed = entry.clone();
        renamed.context.cluster = clusters.name_in_result(&entry.context.cluster);
        renamed.context.user = users.name_in_result(&entry.context.user);
        if contexts.add(&renamed, &mut changes) {
            for (to, name, is_bound) in [
                (Entry::Cluster, &entry.context.cluster, clusters.is_of_base_only(&entry.context.cluster)),
                (Entry::User, &entry.context.user, users.is_of_base_only(&entry.context.user)),
            ] {
                if is_bound {
                    changes.add(Entry::Context, &entry.name, Action::BoundToBase { to, name: name.clone() });
                }
            }
        }
    }

    let current_context = current_context(base, new, &contexts, &mut changes);
    let mut preferences = base.preferences.clone();
    if new.preferences.colors {
        let action = if preferences.colors { Action::Unchanged } else { Action::Added };
        changes.add(Entry::Preference, "colors", action);
        preferences.colors = true;
    }
    preferences.extensions = extensions(&base.preferences.extensions, &new.preferences.extensions, &mut changes);
    preferences.unknown = unknown(&base.preferences.unknown, &new.preferences.unknown, &mut changes);
    let extensions = extensions(&base.extensions, &new.extensions, &mut changes);
    let unknown = unknown(&base.unknown, &new.unknown, &mut changes);
    let kubeconfig = Kubeconfig {
        clusters: clusters.items,
        users: users.items,
        contexts: contexts.items,
        current_context,
        preferences,
        extensions,
        unknown,
    };
    Merged { kubeconfig, changes: changes.0 }
}

fn current_context(
    base: &Kubeconfig,
    new: &Kubeconfig,
    contexts: &List<'_, NamedContext>,
    changes: &mut Changes,
) -> String {
    if new.current_context.is_empty() {
        return base.current_context.clone();
    }
    let wanted = contexts.name_in_result(&new.current_context);
    let action = match base.current_context.as_str() {
        "" => Action::Added,
        current if current == wanted => Action::Unchanged,
        _ => Action::Shadowed,
    };
    let result = if action == Action::Added { wanted } else { base.current_context.clone() };
    changes.add(Entry::CurrentContext, &new.current_context, action);
    result
}

/// Extensions have no references, and two programs do not share a name: the base's goes first, as in client-go.
fn extensions(base: &[NamedExtension], new: &[NamedExtension], changes: &mut Changes) -> Vec<NamedExtension> {
    let mut list = List::new(base, new, Entry::Extension, Manner { taken: Taken::Shadow, reserved: &[] });
    list.add_all(new, changes);
    list.items
}

fn unknown(base: &Unknown, new: &Unknown, changes: &mut Changes) -> Unknown {
    let mut fields: Map<_, _> = base.fields().clone();
    for (name, value) in new.fields() {
        let action = match fields.get(name) {
            None => {
                fields.insert(name.clone(), value.clone());
                Action::Added
            }
            Some(same) if same == value => Action::Unchanged,
            Some(_) => Action::Shadowed,
        };
        changes.add(Entry::UnknownField, name, action);
    }
    Unknown::new(fields)
}

struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, entry: Entry, name: &str, action: Action) {
        self.0.push(Change { entry, name: name.to_owned(), action });
    }
}

/// An entry that others refer to by name.
pub(crate) trait Named: Clone + PartialEq {
    fn name(&self) -> &str;
    fn set_name(&mut self, name: String);
}

macro_rules! named {
    ($($type:ty),*) => {
        $(impl Named for $type {
            fn name(&self) -> &str {
                &self.name
            }

            fn set_name(&mut self, name: String) {
                self.name = name;
            }
        })*
    };
}

named!(NamedCluster, NamedUser, NamedContext, NamedExtension);

/// One list of the result, in the making.
struct List<'a, T> {
    items: Vec<T>,
    by_name: HashMap<String, usize>,
    entry: Entry,
    manner: Manner<'a>,
    /// Names that `new` uses itself, so that no renamed entry may take them.
    of_new: HashSet<String>,
    /// Names that the base refers to without an entry: see [`Occupied::ReferredTo`].
    reserved: HashSet<String>,
    renames: HashMap<String, String>,
}

impl<'a, T: Named> List<'a, T> {
    fn new(base: &[T], new: &[T], entry: Entry, manner: Manner<'a>) -> Self {
        let mut by_name = HashMap::new();
        for (at, item) in base.iter().enumerate() {
            by_name.entry(item.name().to_owned()).or_insert(at);
        }
        Self {
            items: base.to_vec(),
            by_name,
            entry,
            manner,
            of_new: new.iter().map(|item| item.name().to_owned()).collect(),
            reserved: HashSet::new(),
            renames: HashMap::new(),
        }
    }

    fn reserve<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        if self.manner.reserved.contains(&self.entry) {
            self.reserved = names.filter(|name| !self.by_name.contains_key(*name)).map(str::to_owned).collect();
        }
    }

    fn add_all(&mut self, new: &[T], changes: &mut Changes) {
        for item in new {
            self.add(item, changes);
        }
    }

    /// Adds an entry, and says whether the result has it now.
    fn add(&mut self, item: &T, changes: &mut Changes) -> bool {
        let name = item.name().to_owned();
        let action = match self.get(&name) {
            None if !self.reserved.contains(&name) => {
                self.push(item.clone());
                Action::Added
            }
            Some(same) if same == item => Action::Unchanged,
            _ if self.manner.taken == Taken::Shadow => Action::Shadowed,
            Some(_) => self.add_renamed(item, Occupied::Taken),
            None => self.add_renamed(item, Occupied::ReferredTo),
        };
        let is_there = action != Action::Shadowed;
        changes.add(self.entry, &name, action);
        is_there
    }

    /// Adds an entry under the first name that is free, unless it is there under such a name.
    fn add_renamed(&mut self, item: &T, because: Occupied) -> Action {
        let mut renamed = item.clone();
        let mut number = 2_usize;
        let (to, action) = loop {
            let candidate = format!("{}-{number}", item.name());
            number += 1;
            // Names of `new` are passed over even when the entry is the same: merging again has to end up here too.
            if self.of_new.contains(&candidate) || self.reserved.contains(&candidate) {
                continue;
            }
            renamed.set_name(candidate.clone());
            match self.get(&candidate) {
                Some(same) if *same == renamed => break (candidate.clone(), Action::UnchangedAs { name: candidate }),
                Some(_) => {}
                None => {
                    self.push(renamed);
                    break (candidate.clone(), Action::Renamed { to: candidate, because });
                }
            }
        };
        self.renames.entry(item.name().to_owned()).or_insert(to);
        action
    }

    fn get(&self, name: &str) -> Option<&T> {
        self.by_name.get(name).and_then(|at| self.items.get(*at))
    }

    fn push(&mut self, item: T) {
        self.by_name.insert(item.name().to_owned(), self.items.len());
        self.items.push(item);
    }

    /// What an entry of `new` is called in the result.
    fn name_in_result(&self, name: &str) -> String {
        self.renames.get(name).map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// Whether `new` refers to a name that it does not define and the base does.
    fn is_of_base_only(&self, name: &str) -> bool {
        !self.of_new.contains(name) && self.by_name.contains_key(name)
    }
}
