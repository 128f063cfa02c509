//! Why a file was not saved.

use std::io;
use std::path::{Path, PathBuf};

use crate::{ReadError, shown};

/// Why a file was not saved: which file, what is wrong and what to do. Nothing in it is a secret of the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", shown(path))]
pub struct SaveError {
    path: PathBuf,
    kind: SaveErrorKind,
    message: String,
}

/// What kind of problem a [`SaveError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SaveErrorKind {
    /// Another program holds the lock, or left it behind.
    Locked,
    /// What is there may not be read, or is no kubeconfig.
    Unreadable,
    /// What is there is no ordinary file: a folder, a device, links in a circle.
    NotAFile,
    /// What is there has several YAML documents, of which only the first would survive.
    SeveralDocuments,
    /// The file or its folder may not be written.
    NotPermitted,
    /// A program that takes no lock changed the file at the same time.
    ChangedMeanwhile,
    /// The new kubeconfig could not be read again: a name twice, more than [`crate::MAX_BYTES`].
    NotReadableAgain,
    /// The file was replaced, but may not survive a power cut.
    NotSynced,
    /// The system refused something else.
    Io,
}

impl SaveError {
    pub(super) fn new(path: &Path, kind: SaveErrorKind, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), kind, message: message.into() }
    }

    /// The system refused to do something with a path.
    pub(super) fn io(path: &Path, what: &str, error: &io::Error) -> Self {
        let (kind, remedy) = match error.kind() {
            io::ErrorKind::PermissionDenied => (SaveErrorKind::NotPermitted, "; check who may write there"),
            io::ErrorKind::ReadOnlyFilesystem => {
                (SaveErrorKind::NotPermitted, "; choose a file on a disk that can be written")
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                (SaveErrorKind::Io, "; a part of its path is a file; correct the path")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (SaveErrorKind::Io, "; free some space and try again")
            }
            // A single file that is mounted into a container.
            io::ErrorKind::ResourceBusy => (SaveErrorKind::Io, "; mount its folder rather than the file"),
            _ => (SaveErrorKind::Io, "; check the path"),
        };
        Self::new(path, kind, format!("cannot {what}: {error}{remedy}"))
    }

    /// The system refused to let a file be read.
    pub(super) fn reading(path: &Path, what: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let message = format!("cannot {what}: {error}; check who may read it");
                Self::new(path, SaveErrorKind::Unreadable, message)
            }
            _ => Self::io(path, what, error),
        }
    }

    pub(super) fn unreadable(path: &Path, error: &ReadError) -> Self {
        let message = format!("not changed, since it cannot be read as a kubeconfig; correct or move it: {error}");
        Self::new(path, SaveErrorKind::Unreadable, message)
    }

    /// The file, or the folder that is in the way.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> SaveErrorKind {
        self.kind
    }
}

/// Why a file was not changed: `E` is the error of the caller's own change.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// The file could not be read or written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The change was refused by the caller.
    #[error("{0}")]
    Edit(E),
}
