//! Private files for answers that are given once.

use std::io;
use std::path::{Path, PathBuf};

use kubeproof_client::{Error, ErrorKind};
use tempfile::NamedTempFile;

use crate::disk::{Disk, OwnDisk};
use crate::{ClusterId, Saved};

/// Most files of one cluster in one folder.
const LIMIT: u32 = 1000;

/// A file that waits for an answer. It has no name of its own until the answer is safely in it, and goes away when
/// none comes.
#[derive(Debug)]
pub(crate) struct Keep {
    disk: Box<dyn Disk>,
    folder: PathBuf,
    stem: String,
    file: NamedTempFile,
}

impl Keep {
    /// Creates the file, readable by its owner only.
    ///
    /// # Errors
    /// `invalid-argument` when that is not possible.
    pub(crate) fn prepare(folder: &Path, cluster: &ClusterId) -> Result<Self, Error> {
        Self::prepare_on(Box::new(OwnDisk), folder, cluster)
    }

    /// The same with another way to the disk.
    pub(crate) fn prepare_on(disk: Box<dyn Disk>, folder: &Path, cluster: &ClusterId) -> Result<Self, Error> {
        let file = NamedTempFile::with_prefix_in(".accessinfo-", folder).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, format!("answers cannot be kept in {}", folder.display()))
                .with_remedy("give a folder that exists and can be written to; nothing was sent")
                .with_source(error)
        })?;
        Ok(Self { disk, folder: folder.to_owned(), stem: format!("accessinfo-{cluster}"), file })
    }

    /// Writes a whole answer.
    pub(crate) fn save(self, answer: &[u8]) -> Saved {
        self.save_as(answer, "json")
    }

    /// Writes what came of an answer.
    pub(crate) fn save_part(self, part: &[u8]) -> Saved {
        self.save_as(part, "part")
    }

    fn save_as(self, bytes: &[u8], extension: &str) -> Saved {
        self.write(bytes, extension).map_or_else(Saved::Failed, Saved::At)
    }

    fn write(self, bytes: &[u8], extension: &str) -> io::Result<PathBuf> {
        let Self { disk, folder, stem, mut file } = self;
        disk.write(&mut file, bytes)?;
        disk.sync(file.as_file())?;
        for number in 1..=LIMIT {
            let name = match number {
                1 => format!("{stem}.{extension}"),
                _ => format!("{stem}.{number}.{extension}"),
            };
            let path = folder.join(name);
            match disk.name(file, &path) {
                Ok(_) => {
                    // The content is safe; a name that is lost in a crash leaves it under the first one.
                    let _may_fail = disk.sync_folder(&folder);
                    return Ok(path);
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return keep_unnamed(error.file, error.error),
            }
        }
        keep_unnamed(file, io::Error::other("there are too many answers of this cluster"))
    }
}

/// The answer is written and has no good name: it keeps the one it has.
fn keep_unnamed(file: NamedTempFile, error: io::Error) -> io::Result<PathBuf> {
    match file.keep() {
        // The folder may be gone with the file.
        Ok((_, path)) if path.exists() => Ok(path),
        Ok(_) | Err(_) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(folder: &Path) -> Keep {
        Keep::prepare(folder, &ClusterId::parse("11111111-2222-3333-4444-555555555555").unwrap()).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn no_answer_is_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        for answer in ["first", "second", "third"] {
            let saved = keep(folder.path()).save(answer.as_bytes());
            assert_eq!(fs_err::read_to_string(saved.path().unwrap()).unwrap(), answer);
        }
        keep(folder.path()).save_part(b"half");
        let stem = "accessinfo-11111111-2222-3333-4444-555555555555";
        let expected = [".2.json", ".3.json", ".json", ".part"].map(|end| format!("{stem}{end}"));
        assert_eq!(names(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let saved = keep(folder.path()).save(b"answer");
        let mode = fs_err::metadata(saved.path().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn without_an_answer_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        drop(keep(folder.path()));
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_missing_folder_is_found_before_sending() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let cluster = ClusterId::parse("11111111-2222-3333-4444-555555555555").unwrap();
        let error = Keep::prepare(&missing, &cluster).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}
