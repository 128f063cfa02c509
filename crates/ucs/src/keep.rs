//! Private files for answers that are given once.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use kubeproof_client::{Arrival, Error, ErrorKind};
use tempfile::NamedTempFile;

use crate::disk::{Disk, OwnDisk};
use crate::names::{self, Form};
use crate::{ClusterId, Saved};

/// Most files of one cluster in one folder.
const LIMIT: u32 = 1000;

/// A file into which an answer is written while it comes. Its name says only of which cluster it is, until the answer is
/// safely in it: what a crash leaves is found by it. The file goes away when no answer comes.
#[derive(Debug)]
pub(crate) struct Keep {
    disk: Box<dyn Disk>,
    folder: PathBuf,
    cluster: ClusterId,
    arriving: Mutex<Arriving>,
}

/// What has come so far.
#[derive(Debug)]
struct Arriving {
    file: NamedTempFile,
    written: io::Result<()>,
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
        let file = NamedTempFile::with_prefix_in(names::unnamed(cluster), folder).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, format!("answers cannot be kept in {}", folder.display()))
                .with_remedy("give a folder that exists and can be written to; nothing was sent")
                .with_source(error)
        })?;
        // Tells a download that goes on from one that a crash has left. Where files cannot be locked, both look like the latter.
        let _may_fail = file.as_file().try_lock();
        let arriving = Mutex::new(Arriving { file, written: Ok(()) });
        Ok(Self { disk, folder: folder.to_owned(), cluster: cluster.clone(), arriving })
    }

    /// Makes a whole answer last.
    pub(crate) fn save(self) -> Saved {
        self.save_as(Form::Whole)
    }

    /// Makes last what came of an answer.
    pub(crate) fn save_part(self) -> Saved {
        self.save_as(Form::Part)
    }

    fn save_as(self, form: Form) -> Saved {
        self.finish(form).map_or_else(Saved::Failed, Saved::At)
    }

    fn finish(self, form: Form) -> io::Result<PathBuf> {
        let Self { disk, folder, cluster, arriving } = self;
        let Arriving { mut file, written } = arriving.into_inner().unwrap_or_else(PoisonError::into_inner);
        written?;
        disk.sync(file.as_file())?;
        for number in 1..=LIMIT {
            let path = folder.join(names::named(&cluster, number, form));
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

impl Arrival for Keep {
    fn take(&self, bytes: &[u8]) {
        let mut arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        let Arriving { file, written } = &mut *arriving;
        // With a hole in it the file would be worth less than the answer in memory.
        if written.is_ok() {
            *written = self.disk.write(file, bytes);
            // Whatever becomes of the task that waits for the rest, what has come stays.
            file.disable_cleanup(written.is_ok());
        }
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
            let keep = keep(folder.path());
            keep.take(answer.as_bytes());
            let saved = keep.save();
            assert_eq!(fs_err::read_to_string(saved.path().unwrap()).unwrap(), answer);
        }
        let half = keep(folder.path());
        half.take(b"ha");
        half.take(b"lf");
        let saved = half.save_part();
        assert_eq!(fs_err::read_to_string(saved.path().unwrap()).unwrap(), "half");
        let stem = "accessinfo-11111111-2222-3333-4444-555555555555";
        let expected = [".2.json", ".3.json", ".json", ".part"].map(|end| format!("{stem}{end}"));
        assert_eq!(names(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let keep = keep(folder.path());
        keep.take(b"answer");
        // Also before it has its name.
        for name in names(folder.path()) {
            let mode = fs_err::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let mode = fs_err::metadata(keep.save().path().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn without_an_answer_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        drop(keep(folder.path()));
        assert_eq!(names(folder.path()), [""; 0]);
    }

    /// A runtime that is shut down drops what is under way.
    #[test]
    fn what_has_come_outlives_its_task() {
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(folder.path());
        keep.take(b"ha");
        drop(keep);
        let [name] = &names(folder.path())[..] else { panic!("{:?}", names(folder.path())) };
        assert_eq!(fs_err::read_to_string(folder.path().join(name)).unwrap(), "ha");
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
