//! Putting two kubeconfigs together.

mod policy;

pub use policy::{Collision, MergeError, MergeErrorKind, MergePolicy, OnCollision};

use std::collections::{HashMap, HashSet};
use std::fmt;

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

/// What became of one entry of the new kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What the entry is.
    pub entry: Entry,
    /// What the new kubeconfig calls it.
    pub name: String,
    /// What became of it.
    pub action: Action,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Entry {
    /// A cluster.
    Cluster,
    /// A user.
    User,
    /// A context.
    Context,
    /// The `current-context`; its name is the context's.
    CurrentContext,
    /// An extension of the document or of its preferences.
    Extension,
    /// A setting of the command line.
    Preference,
    /// A field of the document that client-go does not know.
    UnknownField,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It was not there and is now.
    Added,
    /// It was there already, the same.
    Unchanged,
    /// It was added under another name, or is there already under it, because its own belongs to something else.
    Renamed {
        /// The other name.
        to: String,
    },
    /// It was left out, because the base has another of its name, or a current context.
    Shadowed,
    /// The context was taken over, but refers to a cluster or user that only the base defines.
    BoundToBase {
        /// What kind of entry it refers to.
        to: Entry,
        /// The name that it refers to.
        name: String,
    },
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cluster => "cluster",
            Self::User => "user",
            Self::Context => "context",
            Self::CurrentContext => "current context",
            Self::Extension => "extension",
            Self::Preference => "preference",
            Self::UnknownField => "field",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, name, action } = self;
        write!(f, "{entry} {name:?}: ")?;
        match action {
            Action::Added => f.write_str("added"),
            Action::Unchanged => f.write_str("unchanged"),
            Action::Renamed { to } => write!(f, "renamed to {to:?}, since the name is taken by another"),
            Action::Shadowed if *entry == Entry::CurrentContext => {
                f.write_str("not made current, since another one is")
            }
            Action::Shadowed => f.write_str("left out, since the name is taken by another"),
            Action::BoundToBase { to, name } => write!(f, "uses {to} {name:?} of the file that it is merged into"),
        }
    }
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
    combine(base, new, Taken::Rename)
}

/// Merges as client-go does with the files of `KUBECONFIG`: of two entries with one name the base's is taken, whole, and
/// the other is [`Action::Shadowed`]. A context of `new` may then use a cluster or user of the base.
#[must_use]
pub fn merge_first_wins(base: &Kubeconfig, new: &Kubeconfig) -> Merged {
    combine(base, new, Taken::Shadow)
}

/// What to do with an entry whose name is taken by another.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Rename,
    Shadow,
}

fn combine(base: &Kubeconfig, new: &Kubeconfig, taken: Taken) -> Merged {
    let mut changes = Changes(Vec::new());
    let referred = |name_of: fn(&Context) -> &str| base.contexts.iter().map(move |entry| name_of(&entry.context));

    let mut clusters = List::new(&base.clusters, &new.clusters, Entry::Cluster, taken);
    clusters.reserve(referred(|context| &context.cluster));
    clusters.add_all(&new.clusters, &mut changes);

    let mut users = List::new(&base.users, &new.users, Entry::User, taken);
    users.reserve(referred(|context| &context.user));
    users.add_all(&new.users, &mut changes);

    let mut contexts = List::new(&base.contexts, &new.contexts, Entry::Context, taken);
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
    contexts: &List<NamedContext>,
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
    let mut list = List::new(base, new, Entry::Extension, Taken::Shadow);
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
struct List<T> {
    items: Vec<T>,
    by_name: HashMap<String, usize>,
    entry: Entry,
    taken: Taken,
    /// Names that `new` uses itself, so that no renamed entry may take them.
    of_new: HashSet<String>,
    /// Names that the base refers to without an entry. An entry of `new` under such a name would hand its credential to a
    /// cluster of the base, or the other way round.
    reserved: HashSet<String>,
    renames: HashMap<String, String>,
}

impl<T: Named> List<T> {
    fn new(base: &[T], new: &[T], entry: Entry, taken: Taken) -> Self {
        let mut by_name = HashMap::new();
        for (at, item) in base.iter().enumerate() {
            by_name.entry(item.name().to_owned()).or_insert(at);
        }
        Self {
            items: base.to_vec(),
            by_name,
            entry,
            taken,
            of_new: new.iter().map(|item| item.name().to_owned()).collect(),
            reserved: HashSet::new(),
            renames: HashMap::new(),
        }
    }

    fn reserve<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        if self.taken == Taken::Rename {
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
            _ if self.taken == Taken::Shadow => Action::Shadowed,
            _ => Action::Renamed { to: self.add_renamed(item) },
        };
        let is_there = action != Action::Shadowed;
        changes.add(self.entry, &name, action);
        is_there
    }

    /// Adds an entry under the first name that is free, unless it is there under such a name.
    fn add_renamed(&mut self, item: &T) -> String {
        let mut renamed = item.clone();
        let mut number = 2_usize;
        let to = loop {
            let candidate = format!("{}-{number}", item.name());
            number += 1;
            // Names of `new` are passed over even when the entry is the same: merging again has to end up here too.
            if self.of_new.contains(&candidate) || self.reserved.contains(&candidate) {
                continue;
            }
            renamed.set_name(candidate.clone());
            match self.get(&candidate) {
                Some(same) if *same == renamed => break candidate,
                Some(_) => {}
                None => {
                    self.push(renamed);
                    break candidate;
                }
            }
        };
        self.renames.entry(item.name().to_owned()).or_insert_with(|| to.clone());
        to
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
