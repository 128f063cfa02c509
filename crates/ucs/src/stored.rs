//! Answers that are in a folder from before.

use std::fs::{File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use kubeproof_client::{Error, ErrorKind};

use crate::answer::{self, Answer};
use crate::names::{self, Form};
use crate::{AccessInfo, ClusterId, Saved};

/// An answer that an earlier download, of this process or of one that has crashed, left in a folder. Reading it sends
/// nothing.
///
/// ```
/// use kubeproof_ucs::{ClusterId, Form, StoredAnswer};
///
/// let folder = tempfile::tempdir().unwrap();
/// let cluster = ClusterId::parse("11111111-2222-3333-4444-555555555555")?;
/// assert!(StoredAnswer::recover(folder.path(), &cluster).is_err());
///
/// // What a process leaves that is killed while the answer comes.
/// let file = folder.path().join(format!(".accessinfo-{cluster}-x1y2z3"));
/// std::fs::write(&file, r#"[{"apiVersion":"v1","kind":"Secret"}]"#).unwrap();
/// assert_eq!(StoredAnswer::find(folder.path(), &cluster)?[0].form(), Form::Unfinished);
/// assert_eq!(StoredAnswer::recover(folder.path(), &cluster)?.items().len(), 1);
/// # Ok::<(), kubeproof_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    path: PathBuf,
    form: Form,
    number: u32,
}

impl StoredAnswer {
    /// The answers of a cluster in a folder, the most promising first: whole ones, then what a crash has left, then parts; the
    /// newer before the older. A file that is empty, holds only the note that the answer was given before, or belongs to
    /// a download that goes on, is none.
    ///
    /// # Errors
    /// `invalid-argument` when the folder or a file in it cannot be read.
    pub fn find(folder: &Path, cluster: &ClusterId) -> Result<Vec<Self>, Error> {
        let unreadable = |error: std::io::Error| {
            Error::new(ErrorKind::InvalidArgument, format!("the stored answers in {} cannot be read", folder.display()))
                .with_remedy("give the folder in which answers are kept, as a user who may read it; nothing was sent")
                .with_source(error)
        };
        let mut found = Vec::new();
        for entry in fs_err::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let Some((form, number)) = name.to_str().and_then(|name| names::read(name, cluster)) else { continue };
            // Neither a pipe, which would be waited for, nor what a link leads to.
            if !entry.file_type().map_err(unreadable)?.is_file() {
                continue;
            }
            let stored = Self { path: entry.path(), form, number };
            if stored.bytes().map_err(unreadable)?.is_some_and(|bytes| is_of_worth(&bytes)) {
                found.push(stored);
            }
        }
        found.sort_by(|a, b| (a.form, b.number, &a.path).cmp(&(b.form, a.number, &b.path)));
        Ok(found)
    }

    /// The best answer of a cluster in a folder: the first that can be read.
    ///
    /// # Errors
    /// - `not-found` when there is none.
    /// - `malformed` when there are some and none can be read; the error is of the most promising one, holds it
    ///   ([`Error::answer`]) and names its file ([`Error::stored`]).
    /// - `invalid-argument` when the folder cannot be read.
    pub fn recover(folder: &Path, cluster: &ClusterId) -> Result<AccessInfo, Error> {
        let mut first = None;
        for stored in Self::find(folder, cluster)? {
            match stored.read() {
                Ok(access) => return Ok(access),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no stored answer of {cluster} in {}", folder.display()))
                .with_remedy("give the folder in which it was kept; nothing was sent")
        }))
    }

    /// The error of a download that was given before, and whether an answer of it is on this machine.
    pub(crate) fn point_to(error: Error, folder: &Path, cluster: &ClusterId) -> Error {
        let stored = Self::find(folder, cluster).ok().and_then(|stored| stored.into_iter().next());
        let Some(stored) = stored else {
            return error.with_remedy(format!(
                "use the answer that was saved at the first download, which is not in {}, or register the cluster anew",
                folder.display()
            ));
        };
        let remedy = match stored.form {
            Form::Whole => format!("use the answer that is stored on this machine, {}", stored.path.display()),
            Form::Unfinished | Form::Part => format!(
                "recover the answer that is stored on this machine, {}; it may be a part of it",
                stored.path.display()
            ),
        };
        error.with_remedy(remedy).with_stored(stored.path)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much of an answer it holds, as its name says.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Reads it as if it had just come.
    ///
    /// # Errors
    /// - `malformed` when it is not access information, or not the whole of it. The error holds what is there.
    /// - `already-downloaded` when it is only the note that the answer was given before.
    /// - `invalid-argument` when the file cannot be read, or belongs to a download that goes on.
    pub fn read(&self) -> Result<AccessInfo, Error> {
        let shown = self.path.display();
        let unreadable = |what| Error::new(ErrorKind::InvalidArgument, format!("{what}: {shown}"));
        let bytes = self
            .bytes()
            .map_err(|error| unreadable("the stored answer cannot be read").with_source(error))?
            .ok_or_else(|| unreadable("the answer is being downloaded").with_remedy("wait until it is there"))?;
        match answer::read(&bytes) {
            Ok(Answer::AccessInfo(items)) => Ok(AccessInfo::new(items, &bytes, Saved::At(self.path.clone()))),
            Ok(Answer::Downloaded) => Err(Error::new(
                ErrorKind::AlreadyDownloaded,
                format!("the stored answer says that the access information was downloaded before: {shown}"),
            )),
            Err(what) => {
                let error = Error::new(ErrorKind::Malformed, format!("of the stored answer: {what}"))
                    .with_answer(&bytes)
                    .with_stored(&self.path);
                let what = if self.form == Form::Whole { "it" } else { "what was received" };
                Err(error.with_remedy(format!("keep {what}, in {shown}: it cannot be had again; look at it by hand")))
            }
        }
    }

    /// What is in the file; `None` while a download goes on.
    fn bytes(&self) -> std::io::Result<Option<Vec<u8>>> {
        let file = fs_err::File::open(&self.path)?;
        if self.form == Form::Unfinished && is_locked(file.file()) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        { file }.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// Whether another process, or another client in this one, is still writing.
fn is_locked(file: &File) -> bool {
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn is_of_worth(bytes: &[u8]) -> bool {
    !bytes.trim_ascii().is_empty() && !matches!(answer::read(bytes), Ok(Answer::Downloaded))
}

#[cfg(test)]
mod tests {
    use kubeproof_client::Arrival as _;

    use super::*;
    use crate::keep::Keep;

    const ACCESS: &str = r#"[{"kind":"Secret","data":{"k":"planted"}}]"#;

    fn cluster() -> ClusterId {
        ClusterId::parse("11111111-2222-3333-4444-555555555555").unwrap()
    }

    /// The files that are found among these, in their order, and what comes of recovering.
    #[track_caller]
    fn check(files: &[(&str, &str)], found: &[&str], recovered: Result<&str, ErrorKind>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name.replace("ID", &cluster().to_string())), content).unwrap();
        }
        let names: Vec<String> = StoredAnswer::find(folder.path(), &cluster())
            .unwrap()
            .iter()
            .map(|stored| stored.path().file_name().unwrap().to_str().unwrap().replace(&cluster().to_string(), "ID"))
            .collect();
        assert_eq!(names, found);
        match (StoredAnswer::recover(folder.path(), &cluster()), recovered) {
            (Ok(access), Ok(expected)) => assert_eq!(access.raw(), expected.as_bytes()),
            (Err(error), Err(expected)) => {
                assert_eq!(error.kind(), expected, "{error}");
                assert_eq!(error.answer().is_some(), expected == ErrorKind::Malformed);
                assert_eq!(error.stored().is_some(), expected == ErrorKind::Malformed);
                assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
            }
            (found, _) => panic!("{found:?}, expected {recovered:?}"),
        }
        // Reading leaves everything as it is.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), files.len());
    }

    #[test]
    fn the_most_promising_comes_first() {
        let newer = r#"[{"kind":"Deployment"}]"#;
        check(&[], &[], Err(ErrorKind::NotFound));
        check(&[("accessinfo-ID.json", ACCESS)], &["accessinfo-ID.json"], Ok(ACCESS));
        check(&[(".accessinfo-ID-a", ACCESS)], &[".accessinfo-ID-a"], Ok(ACCESS));
        check(&[("accessinfo-ID.part", "[{\"planted")], &["accessinfo-ID.part"], Err(ErrorKind::Malformed));
        check(
            &[
                ("accessinfo-ID.part", "[{"),
                (".accessinfo-ID-a", "[{\"kind"),
                ("accessinfo-ID.json", ACCESS),
                ("accessinfo-ID.10.json", newer),
                ("accessinfo-ID.2.json", "planted, no json"),
            ],
            &[
                "accessinfo-ID.10.json",
                "accessinfo-ID.2.json",
                "accessinfo-ID.json",
                ".accessinfo-ID-a",
                "accessinfo-ID.part",
            ],
            Ok(newer),
        );
        // What cannot be read does not stand before what can.
        check(
            &[("accessinfo-ID.2.json", "planted, no json"), ("accessinfo-ID.json", ACCESS)],
            &["accessinfo-ID.2.json", "accessinfo-ID.json"],
            Ok(ACCESS),
        );
        // Nothing of worth: empty, the note, of another cluster, of somebody else.
        check(
            &[
                (".accessinfo-ID-a", ""),
                (".accessinfo-ID-b", "[\"Downloaded\"]"),
                ("accessinfo-ID.json", "\n"),
                ("accessinfo-11111111-2222-3333-4444-555555555556.json", ACCESS),
                ("notes.txt", ACCESS),
            ],
            &[],
            Err(ErrorKind::NotFound),
        );
    }

    #[test]
    fn a_download_that_goes_on_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::prepare(folder.path(), &cluster()).unwrap();
        keep.take(ACCESS.as_bytes());
        assert_eq!(StoredAnswer::find(folder.path(), &cluster()).unwrap(), []);
        assert_eq!(StoredAnswer::recover(folder.path(), &cluster()).unwrap_err().kind(), ErrorKind::NotFound);
        let path = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let going_on = StoredAnswer { path, form: Form::Unfinished, number: 1 };
        let error = going_on.read().unwrap_err();
        assert!(error.to_string().contains("is being downloaded"), "{error}");

        let saved = keep.save();
        let stored = StoredAnswer::find(folder.path(), &cluster()).unwrap();
        assert_eq!(stored[0].path(), saved.path().unwrap());
        assert_eq!(stored[0].read().unwrap().raw(), ACCESS.as_bytes());
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("missing"), std::env::current_exe().unwrap()] {
            let error = StoredAnswer::recover(&path, &cluster()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        std::fs::write(&elsewhere, ACCESS).unwrap();
        let named = |number| folder.path().join(format!("accessinfo-{}.{number}.json", cluster()));
        std::os::unix::fs::symlink(&elsewhere, named(2)).unwrap();
        std::fs::create_dir(named(3)).unwrap();
        // Opened by mistake, it would be waited for without end.
        assert!(std::process::Command::new("mkfifo").arg(named(4)).status().unwrap().success());
        assert_eq!(StoredAnswer::find(folder.path(), &cluster()).unwrap(), []);
    }
}
