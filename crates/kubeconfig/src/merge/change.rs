//! What became of the entries that were merged.

use std::fmt;

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
    /// It was there already, the same but for its name.
    UnchangedAs {
        /// Its name there.
        name: String,
    },
    /// It was added under another name, because its own is not free.
    Renamed {
        /// The other name.
        to: String,
        /// Why its own is not free.
        because: Occupied,
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

/// Why a name is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Occupied {
    /// Another entry has it.
    Taken,
    /// The base refers to it without defining it. An entry of `new` under such a name would hand its credential to a
    /// cluster of the base, or the other way round, or become the current context.
    ReferredTo,
}

impl fmt::Display for Occupied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Taken => "the name is taken by another",
            Self::ReferredTo => "the name is referred to by what is there already, where nothing has it",
        })
    }
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
            Action::UnchangedAs { name } => write!(f, "unchanged, and is there as {name:?}"),
            Action::Renamed { to, because } => write!(f, "renamed to {to:?}, since {because}"),
            Action::Shadowed if *entry == Entry::CurrentContext => {
                f.write_str("not made current, since another one is")
            }
            Action::Shadowed => f.write_str("left out, since the name is taken by another"),
            Action::BoundToBase { to, name } => write!(f, "uses {to} {name:?} of the file that it is merged into"),
        }
    }
}
