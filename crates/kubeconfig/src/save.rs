//! Changing files that belong to a person, so that none is ever lost.
//!
//! kubectl truncates a kubeconfig and writes it anew: a crash in between leaves half a file, and two writers that do not
//! wait for each other lose entries. Here a file is replaced in one step, under the lock that kubectl takes too.

mod attributes;
mod clock;
mod error;
mod list;
mod lock;
mod replace;
mod target;

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

pub use clock::{Clock, SystemClock};
pub use error::{SaveError, SaveErrorKind, UpdateError};
pub use list::update_sources;

use crate::Kubeconfig;
use lock::Lock;
use target::Target;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Saved {
    /// It holds this kubeconfig already and was not touched.
    Unchanged,
    /// It was not there.
    Created,
    /// It was replaced.
    Replaced,
}

/// A moment in a save. After each the file that is there is whole: the old one up to [`SaveStep::Synced`], the new one
/// from [`SaveStep::Renamed`] on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SaveStep {
    /// The lock is taken.
    Locked,
    /// The file was read and changed in memory.
    Edited,
    /// The temporary file is there, empty and private.
    Created,
    /// The temporary file has the new content and the mode of the old file.
    Written,
    /// The temporary file is on the disk.
    Synced,
    /// The temporary file has taken the place of the old one.
    Renamed,
    /// The folder is on the disk.
    FolderSynced,
    /// The lock is given back.
    Unlocked,
}

impl SaveStep {
    /// Every step, in their order.
    pub const ALL: &'static [Self] = &[
        Self::Locked,
        Self::Edited,
        Self::Created,
        Self::Written,
        Self::Synced,
        Self::Renamed,
        Self::FolderSynced,
        Self::Unlocked,
    ];
}

/// How to save: whose clock, how long to wait for a lock, and who is told of each step.
#[derive(Clone, Copy)]
pub struct SaveOptions<'a> {
    clock: &'a dyn Clock,
    patience: Duration,
    observer: &'a dyn Fn(SaveStep),
    waiting: &'a dyn Fn(&str),
}

impl Default for SaveOptions<'_> {
    /// The clock of this machine, and ten seconds of patience.
    fn default() -> Self {
        Self { clock: &SystemClock, patience: Duration::from_secs(10), observer: &ignore, waiting: &ignore_text }
    }
}

impl<'a> SaveOptions<'a> {
    /// Takes the time from another clock, and waits by it.
    #[must_use]
    pub fn with_clock(self, clock: &'a dyn Clock) -> Self {
        Self { clock, ..self }
    }

    /// Waits at most so long for another program to give back its lock.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Calls a function after each step.
    #[must_use]
    pub fn with_observer(self, observer: &'a dyn Fn(SaveStep)) -> Self {
        Self { observer, ..self }
    }

    /// Calls a function once, when a lock was waited for for a second: with the file, and who holds the lock.
    #[must_use]
    pub fn with_waiting(self, waiting: &'a dyn Fn(&str)) -> Self {
        Self { waiting, ..self }
    }

    fn reached(&self, step: SaveStep) {
        (self.observer)(step);
    }
}

fn ignore(_: SaveStep) {}

fn ignore_text(_: &str) {}

/// Changes a kubeconfig file: reads it under its lock, lets `edit` make another kubeconfig of it, and replaces it in one
/// step. A file that is not there is an empty kubeconfig; when nothing changes nothing is written.
///
/// - A crash at any moment leaves the old file or the new one, and what it leaves behind (a temporary file) the next
///   save removes.
/// - The lock is kubectl's, `<file>.lock`, so that kubectl and this exclude each other. One that is in the way is waited
///   for and never broken; the error says whose it is, and what to do when that program is gone.
/// - A new file is for its owner only (`0600`); an existing one keeps its mode, owner, group and access control list. One
///   that nobody may write is refused, as kubectl refuses it: it was made read-only for a reason. Folders that are missing
///   are made for the owner only (`0700`; kubectl makes them `0755`), since what will be in them is private; when nothing
///   is written after all, they are removed.
/// - A symbolic link stays, and what it points to is replaced. Other names of the same file (hard links) keep the old
///   content.
/// - Comments and the layout are not kept, as with kubectl; unknown fields are. A file with several documents is
///   refused, since only the first one would survive.
///
/// ```
/// use kubeproof_kubeconfig::{Kubeconfig, SaveOptions, Saved, merge, update};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join(".kube/config");
/// let new = Kubeconfig::parse("users: [{name: dev, user: {token: not-a-real-token}}]\n")?;
/// let saved = update(&path, SaveOptions::default(), |old| Ok::<_, std::convert::Infallible>(merge(&old, &new).kubeconfig))?;
/// assert_eq!(saved, Saved::Created);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`UpdateError::Edit`] is `edit`'s own error. [`UpdateError::Save`] names the file, what is wrong and what to do. The
/// file is then as it was, except after [`SaveErrorKind::NotSynced`].
pub fn update<E>(
    path: &Path,
    options: SaveOptions<'_>,
    edit: impl FnOnce(Kubeconfig) -> Result<Kubeconfig, E>,
) -> Result<Saved, UpdateError<E>> {
    let target = Target::of(path)?;
    let _folders = target.make_folders()?;
    let lock = Lock::take(std::slice::from_ref(&target), options)?;
    options.reached(SaveStep::Locked);
    let before = target.read()?;
    let old = before.as_ref().map(|before| before.kubeconfig.clone()).unwrap_or_default();
    let new = edit(old.clone()).map_err(UpdateError::Edit)?;
    options.reached(SaveStep::Edited);
    let saved = if new == old { Saved::Unchanged } else { replace::replace(&target, before.as_ref(), &new, options)? };
    lock.give_back();
    options.reached(SaveStep::Unlocked);
    Ok(saved)
}

/// What [`update`] would do, as far as that is known without writing anything and without a lock.
///
/// # Errors
/// As [`update`], but for what comes up only when something is written: a lock, a folder that is not one's own, a full disk.
pub fn preview<E>(
    path: &Path,
    edit: impl FnOnce(Kubeconfig) -> Result<Kubeconfig, E>,
) -> Result<Saved, UpdateError<E>> {
    let target = Target::of(path)?;
    let before = target.read()?;
    let old = before.as_ref().map(|before| before.kubeconfig.clone()).unwrap_or_default();
    let new = edit(old.clone()).map_err(UpdateError::Edit)?;
    if new == old {
        return Ok(Saved::Unchanged);
    }
    replace::text_of(&target, before.as_ref(), &new)?;
    Ok(if before.is_some() { Saved::Replaced } else { Saved::Created })
}

/// Writes a kubeconfig to a file, in the place of what is there, as [`update`] does.
///
/// # Errors
/// As [`update`]. A file that is there and is no kubeconfig is not replaced.
pub fn save(path: &Path, kubeconfig: &Kubeconfig, options: SaveOptions<'_>) -> Result<Saved, SaveError> {
    update(path, options, |_| Ok::<_, Infallible>(kubeconfig.clone())).map_err(|error| match error {
        UpdateError::Save(error) => error,
        UpdateError::Edit(never) => match never {},
    })
}
