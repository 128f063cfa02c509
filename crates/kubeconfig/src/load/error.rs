//! Why nothing could be loaded.

use std::io;
use std::path::{Path, PathBuf};

use crate::{ReadError, shown};

/// Why the files could not be loaded, and which file it is about.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", shown(path))]
pub struct LoadError {
    path: PathBuf,
    problem: Problem,
}

/// What kind of problem a [`LoadError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The file that was asked for is not there.
    Missing,
    /// The file cannot be read; a folder, for instance.
    Unreadable,
    /// The file is no kubeconfig.
    Invalid,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("there is no such file; correct the path")]
    Missing,
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("{0}")]
    Invalid(ReadError),
}

impl LoadError {
    pub(crate) fn reading(path: &Path, error: io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::NotFound => Problem::Missing,
            _ => Problem::Unreadable(error),
        };
        Self { path: path.to_owned(), problem }
    }

    pub(super) fn invalid(path: &Path, error: ReadError) -> Self {
        Self { path: path.to_owned(), problem: Problem::Invalid(error) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> LoadErrorKind {
        match self.problem {
            Problem::Missing => LoadErrorKind::Missing,
            Problem::Unreadable(_) => LoadErrorKind::Unreadable,
            Problem::Invalid(_) => LoadErrorKind::Invalid,
        }
    }

    /// What is wrong, without the file.
    #[must_use]
    pub fn message(&self) -> String {
        self.problem.to_string()
    }

    /// What is wrong in the file, when it is no kubeconfig.
    #[must_use]
    pub fn read_error(&self) -> Option<&ReadError> {
        match &self.problem {
            Problem::Invalid(error) => Some(error),
            _ => None,
        }
    }
}
