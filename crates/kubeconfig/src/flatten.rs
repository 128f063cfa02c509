//! Files that are referred to, taken in.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::Files;
use crate::load::{Origins, folder_of, joined};
use crate::model::Kubeconfig;
use crate::{Data, shown};

/// Why a kubeconfig cannot be flattened. It shows paths, never contents.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct FlattenError {
    path: String,
    problem: Problem,
}

/// What kind of problem a [`FlattenError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlattenErrorKind {
    /// There is a file and data for the same thing.
    FileAndData,
    /// A file cannot be read.
    Unreadable,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("is given as a file and as data; keep one of the two")]
    FileAndData,
    #[error("the file {} cannot be read: {error}", shown(file))]
    Unreadable { file: PathBuf, error: io::Error },
}

impl FlattenError {
    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> FlattenErrorKind {
        match self.problem {
            Problem::FileAndData => FlattenErrorKind::FileAndData,
            Problem::Unreadable { .. } => FlattenErrorKind::Unreadable,
        }
    }

    /// Where the reference is: `users[0].user.client-key`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Kubeconfig {
    /// The kubeconfig with the files of `certificate-authority`, `client-certificate` and `client-key` taken in as
    /// `*-data`, as `--flatten` does. A `tokenFile` stays a reference: its content changes.
    ///
    /// This reads whatever files the kubeconfig names, relative to the file that an entry came from: of a kubeconfig of
    /// somebody else, that takes in any file of this machine. Look at [`crate::hazards()`] first.
    ///
    /// Source: client-go, `FlattenConfig`.
    ///
    /// # Errors
    /// When there is a file and data for the same thing, or a file cannot be read.
    pub fn flattened(&self, origins: &Origins, files: &impl Files) -> Result<Self, FlattenError> {
        let mut flat = self.clone();
        for (at, entry) in flat.users.iter_mut().enumerate() {
            let folder = folder_of(origins.users.get(&entry.name)).unwrap_or(Path::new(""));
            let user = &mut entry.user;
            let path = format!("users[{at}].user.client-certificate");
            take_in(&mut user.client_certificate, &mut user.client_certificate_data, path, folder, files)?;
            let path = format!("users[{at}].user.client-key");
            take_in(&mut user.client_key, &mut user.client_key_data, path, folder, files)?;
        }
        for (at, entry) in flat.clusters.iter_mut().enumerate() {
            let folder = folder_of(origins.clusters.get(&entry.name)).unwrap_or(Path::new(""));
            let cluster = &mut entry.cluster;
            let path = format!("clusters[{at}].cluster.certificate-authority");
            take_in(&mut cluster.certificate_authority, &mut cluster.certificate_authority_data, path, folder, files)?;
        }
        Ok(flat)
    }
}

fn take_in(
    file: &mut Option<String>,
    data: &mut Option<Data>,
    path: String,
    folder: &Path,
    files: &impl Files,
) -> Result<(), FlattenError> {
    let Some(text) = file.as_deref().filter(|text| !text.is_empty()) else { return Ok(()) };
    if data.as_ref().is_some_and(|data| !data.is_empty()) {
        return Err(FlattenError { path, problem: Problem::FileAndData });
    }
    let from = joined(text, folder);
    match files.read(&from) {
        Ok(bytes) => {
            *data = Some(Data::new(bytes)).filter(|data| !data.is_empty());
            *file = None;
            Ok(())
        }
        Err(error) => Err(FlattenError { path, problem: Problem::Unreadable { file: from, error } }),
    }
}
