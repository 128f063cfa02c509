//! The file that is meant by a path, and what is in it.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf, is_separator};

use super::error::{SaveError, SaveErrorKind};
use crate::{Kubeconfig, MAX_BYTES, Profile, Read, WarningKind};

const NO_ORDINARY_FILE: &str = "is no ordinary file, which could be replaced; name one";

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// A file to change.
#[derive(Clone)]
pub(super) struct Target {
    /// The path as it was given; kubectl makes the name of its lock of this.
    pub(super) named: PathBuf,
    /// The file that symbolic links lead to, which need not be there.
    pub(super) real: PathBuf,
}

/// Folders that were made for a file. Dropped, they are removed again, unless there is something in them.
pub(super) struct Folders(Vec<PathBuf>);

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What was in the file.
pub(super) struct Before {
    pub(super) bytes: Vec<u8>,
    pub(super) metadata: Metadata,
    pub(super) kubeconfig: Kubeconfig,
}

impl Target {
    pub(super) fn of(path: &Path) -> Result<Self, SaveError> {
        let refuse = |message: &str| Err(SaveError::new(path, SaveErrorKind::NotAFile, message));
        if path.as_os_str().to_string_lossy().ends_with(is_separator) {
            return refuse("names a folder; name a file in it");
        }
        // A pipe has a name that leads to nothing.
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return refuse(NO_ORDINARY_FILE);
        }
        let mut real = path.to_owned();
        for _ in 0..MAX_LINKS {
            match fs::read_link(&real) {
                Ok(to) => real = folder_of(&real).join(to),
                // No link, or nothing there.
                Err(_) if real.file_name().is_some() => return Ok(Self { named: path.to_owned(), real }),
                Err(_) => return refuse("is no file; name a file"),
            }
        }
        refuse("links in a circle; remove one of the symbolic links")
    }

    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.real)
    }

    /// Makes the folders that are missing, for their owner only.
    pub(super) fn make_folders(&self) -> Result<Folders, SaveError> {
        let mut made = Folders(Vec::new());
        for folder in [folder_of(&self.named), self.folder()] {
            let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
            let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
            for folder in missing.into_iter().rev() {
                let mut builder = DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                match builder.create(folder) {
                    Ok(()) => made.0.push(folder.to_owned()),
                    // Somebody else was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                    Err(error) => return Err(SaveError::io(folder, "make the folder", &error)),
                }
            }
        }
        Ok(made)
    }

    /// Reads the file; `None` when it is not there.
    pub(super) fn read(&self) -> Result<Option<Before>, SaveError> {
        let metadata = match fs::metadata(&self.real) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SaveError::reading(&self.named, "look at the file", &error)),
        };
        if !metadata.is_file() {
            let what = if metadata.is_dir() { "is a folder; name a file in it" } else { NO_ORDINARY_FILE };
            return Err(SaveError::new(&self.named, SaveErrorKind::NotAFile, what));
        }
        let bytes = self.bytes()?;
        let read = Kubeconfig::read(&bytes, Profile::Kubectl);
        let Read { kubeconfig, warnings, .. } = read.map_err(|error| SaveError::unreadable(&self.named, &error))?;
        if warnings.iter().any(|warning| warning.kind == WarningKind::IgnoredRest) {
            let message = "has several documents, of which only the first would be kept; split the file";
            return Err(SaveError::new(&self.named, SaveErrorKind::SeveralDocuments, message));
        }
        Ok(Some(Before { bytes, metadata, kubeconfig }))
    }

    fn bytes(&self) -> Result<Vec<u8>, SaveError> {
        let bound = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let read = File::open(&self.real).and_then(|file| file.take(bound).read_to_end(&mut bytes));
        read.map_err(|error| SaveError::reading(&self.named, "read the file", &error))?;
        Ok(bytes)
    }

    /// Makes sure that nobody who takes no lock changed the file since it was read.
    pub(super) fn check_unchanged(&self, before: Option<&Before>) -> Result<(), SaveError> {
        let is_same = match before {
            Some(before) => self.bytes()? == before.bytes,
            None => fs::symlink_metadata(&self.real).is_err(),
        };
        if is_same {
            return Ok(());
        }
        let message = "was changed by another program in the meantime, and is left as that program wrote it; try again";
        Err(SaveError::new(&self.named, SaveErrorKind::ChangedMeanwhile, message))
    }
}

/// The folder of a path; `.` for a bare name.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
