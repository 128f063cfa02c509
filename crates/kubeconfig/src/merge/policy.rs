//! Merging what somebody else wrote: what may come in, and what happens when a name is taken.

use std::fmt;

use super::together::combine_all;
use super::{Action, Change, Entry, Manner, Merged, MergedAll, Taken};
use crate::finding::{Finding, FindingCode};
use crate::hazards;
use crate::model::Kubeconfig;

/// How to merge a kubeconfig that is not trusted into one that is.
///
/// Refused unless it is allowed: what makes a client run programs or read files of this machine ([`FindingCode::Exec`],
/// [`FindingCode::AuthProvider`], [`FindingCode::FileReference`]), and a context that uses a cluster or user that only
/// the base defines ([`FindingCode::UnknownCluster`], [`FindingCode::UnknownUser`]), since that would send a credential of
/// the base to wherever the new kubeconfig says. What the base has already, the same, needs no permission. Other
/// [`hazards()`] are for the caller to show.
///
/// A name that the base refers to without defining it counts as taken, unless that is allowed too: a cluster or user by
/// [`FindingCode::UnknownCluster`] or [`FindingCode::UnknownUser`], the current context by [`FindingCode::UnknownContext`].
///
/// ```
/// use kubeproof_kubeconfig::{FindingCode, Kubeconfig, MergeErrorKind, MergePolicy, OnCollision};
///
/// let new = Kubeconfig::parse("users: [{name: dev, user: {exec: {command: log-in}}}]\n")?;
/// let policy = MergePolicy::new(OnCollision::Rename);
/// let error = policy.merge(&Kubeconfig::default(), &new).unwrap_err();
/// assert_eq!(error.kind(), MergeErrorKind::Unsafe);
/// let merged = policy.allow(FindingCode::Exec).merge(&Kubeconfig::default(), &new)?;
/// assert_eq!(merged.kubeconfig, new);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergePolicy {
    on_collision: OnCollision,
    allowed: Vec<FindingCode>,
}

/// What to do when a cluster, user or context has a name that the base uses for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnCollision {
    /// Give the new one another name, and let what refers to it in the new kubeconfig refer to that ([`merge`](super::merge)).
    Rename,
    /// Refuse the new kubeconfig, also for an extension or an unknown field that would be left out.
    Refuse,
}

impl MergePolicy {
    /// What needs permission.
    pub const GUARDED: &'static [FindingCode] = &[
        FindingCode::Exec,
        FindingCode::AuthProvider,
        FindingCode::FileReference,
        FindingCode::UnknownCluster,
        FindingCode::UnknownUser,
        FindingCode::UnknownContext,
    ];

    /// A policy that allows nothing of what needs permission.
    #[must_use]
    pub fn new(on_collision: OnCollision) -> Self {
        Self { on_collision, allowed: Vec::new() }
    }

    /// Allows this as well.
    #[must_use]
    pub fn allow(mut self, code: FindingCode) -> Self {
        self.allowed.push(code);
        self
    }

    /// Merges `new` into `base`.
    ///
    /// # Errors
    /// [`MergeErrorKind::Unsafe`] when `new` holds what is not allowed, and [`MergeErrorKind::Collision`] when a name is
    /// taken and that is to be refused. Each says all of it.
    pub fn merge(&self, base: &Kubeconfig, new: &Kubeconfig) -> Result<Merged, MergeError> {
        let MergedAll { kubeconfig, changes } = self.merge_all(base, std::slice::from_ref(new))?;
        Ok(Merged { kubeconfig, changes: changes.into_iter().next().unwrap_or_default() })
    }

    /// Merges several kubeconfigs into `base` at once. They belong together: what one of them refers to may be defined in
    /// another.
    ///
    /// # Errors
    /// As [`MergePolicy::merge`], for the first of them that is refused: [`MergeError::place`].
    pub fn merge_all(&self, base: &Kubeconfig, news: &[Kubeconfig]) -> Result<MergedAll, MergeError> {
        let is_reserved = |code: FindingCode, entry: Entry| (!self.allowed.contains(&code)).then_some(entry);
        let reserved: Vec<Entry> = [
            is_reserved(FindingCode::UnknownCluster, Entry::Cluster),
            is_reserved(FindingCode::UnknownUser, Entry::User),
            is_reserved(FindingCode::UnknownContext, Entry::Context),
        ]
        .into_iter()
        .flatten()
        .collect();
        let merged = combine_all(base, news, Manner { taken: Taken::Rename, reserved: &reserved });
        for (place, (new, changes)) in news.iter().zip(&merged.changes).enumerate() {
            let refused = self.refused(new, changes);
            if !refused.is_empty() {
                return Err(MergeError { place, problem: Problem::Unsafe(refused) });
            }
            let collisions = collisions(changes);
            if self.on_collision == OnCollision::Refuse && !collisions.is_empty() {
                return Err(MergeError { place, problem: Problem::Collision(collisions) });
            }
        }
        Ok(merged)
    }

    fn refused(&self, new: &Kubeconfig, changes: &[Change]) -> Vec<Finding> {
        let is_refused = |code: FindingCode| Self::GUARDED.contains(&code) && !self.allowed.contains(&code);
        let mut refused = hazards(new);
        refused.retain(|finding| is_refused(finding.code) && !is_unchanged(finding, new, changes));
        for change in changes {
            let Action::BoundToBase { to, name } = &change.action else { continue };
            let (code, field) = match to {
                Entry::Cluster => (FindingCode::UnknownCluster, "cluster"),
                _ => (FindingCode::UnknownUser, "user"),
            };
            let at = new.contexts.iter().position(|entry| entry.name == change.name);
            if let Some(at) = at.filter(|_| is_refused(code)) {
                let message = format!("names {to} {name:?}, which is only in the file that it is merged into");
                let path = format!("contexts[{at}].context.{field}");
                refused.push(Finding::new(code, path, message, "add it to the kubeconfig that is merged"));
            }
        }
        refused
    }
}

/// Whether a finding is about an entry that the base has as it is.
fn is_unchanged(finding: &Finding, new: &Kubeconfig, changes: &[Change]) -> bool {
    // A path is `list[place].field`; the changes are in the order of the lists.
    let place = |list: &str| finding.path.strip_prefix(list)?.split_once(']')?.0.parse::<usize>().ok();
    let at = match (place("clusters["), place("users[")) {
        (Some(at), _) => at,
        (None, Some(at)) => new.clusters.len().saturating_add(at),
        (None, None) => return false,
    };
    let is_there = |action: &Action| matches!(action, Action::Unchanged | Action::UnchangedAs { .. });
    changes.get(at).is_some_and(|change| is_there(&change.action))
}

fn collisions(changes: &[Change]) -> Vec<Collision> {
    let collides = |change: &&Change| match change.action {
        Action::Renamed { .. } => true,
        // That a context is not made the current one is no collision.
        Action::Shadowed => change.entry != Entry::CurrentContext,
        _ => false,
    };
    let of_change = |change: &Change| Collision { entry: change.entry, name: change.name.clone() };
    changes.iter().filter(collides).map(of_change).collect()
}

/// A name of the new kubeconfig that is not free: the base uses it for something else, or refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collision {
    /// What the new entry is.
    pub entry: Entry,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.entry, self.name)
    }
}

/// Why a kubeconfig was not merged. Nothing in it is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeError {
    place: usize,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Collision(Vec<Collision>),
    Unsafe(Vec<Finding>),
}

/// What kind of problem a [`MergeError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MergeErrorKind {
    /// Names are taken by other entries.
    Collision,
    /// It holds what nobody allowed.
    Unsafe,
}

impl MergeError {
    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> MergeErrorKind {
        match self.problem {
            Problem::Collision(_) => MergeErrorKind::Collision,
            Problem::Unsafe(_) => MergeErrorKind::Unsafe,
        }
    }

    /// Which of the kubeconfigs that were to be merged is refused, from zero.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }

    /// The names that are taken; empty unless that is the problem.
    #[must_use]
    pub fn collisions(&self) -> &[Collision] {
        match &self.problem {
            Problem::Collision(collisions) => collisions,
            Problem::Unsafe(_) => &[],
        }
    }

    /// What nobody allowed; empty unless that is the problem.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match &self.problem {
            Problem::Collision(_) => &[],
            Problem::Unsafe(findings) => findings,
        }
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Collision(collisions) => {
                f.write_str("names are taken by other entries, or referred to already: ")?;
                list(f, collisions)?;
                f.write_str("; rename them, or let them be renamed")
            }
            Problem::Unsafe(findings) => {
                f.write_str("holds what is not allowed: ")?;
                list(f, findings)
            }
        }
    }
}

/// The first few, and how many there are beside them.
fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    const SHOWN: usize = 5;
    for (at, item) in items.iter().take(SHOWN).enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        write!(f, "{separator}{item}")?;
    }
    match items.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => write!(f, " and {more} more"),
        _ => Ok(()),
    }
}

impl std::error::Error for MergeError {}
