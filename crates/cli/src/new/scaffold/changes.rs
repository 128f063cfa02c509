use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// New files, and new texts of files that are there: all of them, or none.
#[derive(Debug, Default)]
pub(super) struct Changes {
    created: Vec<(PathBuf, String)>,
    changed: BTreeMap<PathBuf, Changed>,
}

#[derive(Debug)]
struct Changed {
    before: String,
    after: String,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) struct NotWritten {
    path: PathBuf,
    error: io::Error,
    /// What could not be taken back.
    left: Vec<PathBuf>,
}

impl Changes {
    /// A new file.
    pub(super) fn create(&mut self, path: PathBuf, text: String) {
        self.created.push((path, text));
    }

    /// What stands where new files are to be, or where their folders are.
    pub(super) fn occupied(&self) -> BTreeSet<&Path> {
        let created = self.created.iter().map(|(path, _)| path.as_path());
        created.filter_map(|path| nearest(path).filter(|place| *place == path || !place.is_dir())).collect()
    }

    /// What a file will hold.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(super) fn text(&self, path: &Path) -> io::Result<String> {
        match self.changed.get(path) {
            Some(changed) => Ok(changed.after.clone()),
            None => fs::read_to_string(path),
        }
    }

    /// Another text of a file, which held `before`.
    pub(super) fn change(&mut self, path: PathBuf, before: String, after: String) {
        self.changed
            .entry(path)
            .and_modify(|changed| changed.after.clone_from(&after))
            .or_insert(Changed { before, after });
    }

    /// Writes all of it, each file beside its place first; what is there by its name already is not overwritten.
    ///
    /// # Errors
    ///
    /// Which file cannot be written. Everything is as it was then, but for what the error names.
    pub(super) fn apply(&self) -> Result<(), NotWritten> {
        let mut done = Done::default();
        self.stage(&mut done).and_then(|staged| staged.commit(&mut done)).map_err(|(path, error)| NotWritten {
            path,
            error,
            left: done.take_back(),
        })
    }

    /// Writes every text to a file beside its place.
    fn stage(&self, done: &mut Done) -> Result<Staged, (PathBuf, io::Error)> {
        let mut staged = Staged::default();
        for (path, text) in &self.created {
            let beside = done.make_folder_of(path).and_then(|()| beside(path, text));
            staged.created.push((path.clone(), beside.map_err(|error| (path.clone(), error))?));
        }
        for (path, Changed { before, after }) in &self.changed {
            let written = || {
                let permissions = fs::metadata(path)?.permissions();
                let files = (beside(path, after)?, beside(path, before)?);
                files.0.as_file().set_permissions(permissions.clone())?;
                files.1.as_file().set_permissions(permissions)?;
                Ok(files)
            };
            let (after, before) = written().map_err(|error| (path.clone(), error))?;
            staged.changed.push((path.clone(), after, before));
        }
        Ok(staged)
    }
}

/// Files beside their places.
#[derive(Default)]
struct Staged {
    created: Vec<(PathBuf, NamedTempFile)>,
    /// With the new text, and with the old one, to go back to.
    changed: Vec<(PathBuf, NamedTempFile, NamedTempFile)>,
}

impl Staged {
    fn commit(self, done: &mut Done) -> Result<(), (PathBuf, io::Error)> {
        for (path, file) in self.created {
            file.persist_noclobber(&path).map_err(|error| (path.clone(), error.error))?;
            done.created.push(path);
        }
        for (path, after, before) in self.changed {
            after.persist(&path).map_err(|error| (path.clone(), error.error))?;
            done.changed.push((path, before));
        }
        Ok(())
    }
}

/// What was done, to be taken back.
#[derive(Default)]
struct Done {
    folders: Vec<PathBuf>,
    created: Vec<PathBuf>,
    changed: Vec<(PathBuf, NamedTempFile)>,
}

impl Done {
    /// Makes the folder of a file, and those around it that are missing.
    fn make_folder_of(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    /// Goes back to what was, and says what could not be taken back.
    fn take_back(self) -> Vec<PathBuf> {
        let mut left = Vec::new();
        for (path, before) in self.changed {
            if before.persist(&path).is_err() {
                left.push(path);
            }
        }
        left.extend(self.created.into_iter().filter(|path| fs::remove_file(path).is_err()));
        left.extend(self.folders.into_iter().rev().filter(|folder| fs::remove_dir(folder).is_err()));
        left
    }
}

/// The path itself, or the nearest folder around it, that is there.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.symlink_metadata().is_ok())
}

/// A file beside its place, with the permissions that files of a repository have.
fn beside(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, error, left } = self;
        write!(f, "{} cannot be written: {error}; ", path.display())?;
        if left.is_empty() {
            return write!(f, "everything is as it was");
        }
        let left: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
        write!(f, "and this could not be taken back: {}", left.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file below a folder, and its text.
    fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                files.insert(path.clone(), String::new());
                files.extend(self::files(&path));
            } else {
                files.insert(path.clone(), fs::read_to_string(&path).unwrap());
            }
        }
        files
    }

    /// A folder with two files, and changes of both and of one that is new.
    fn sample() -> (tempfile::TempDir, Changes) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut changes = Changes::default();
        for name in ["a", "b"] {
            fs::write(at(name), "old").unwrap();
            changes.change(at(name), "old".to_owned(), "new".to_owned());
        }
        changes.create(at("deep/er/c"), "c".to_owned());
        (folder, changes)
    }

    #[test]
    fn all_of_it_is_written() {
        let (folder, changes) = sample();
        changes.apply().unwrap();
        let texts: Vec<String> = files(folder.path()).into_values().filter(|text| !text.is_empty()).collect();
        assert_eq!(texts, ["new", "new", "c"]);
    }

    /// Something is in the way of the last change, which is found out when the others are made.
    #[test]
    fn what_was_written_is_taken_back() {
        let (folder, mut changes) = sample();
        let occupied = folder.path().join("z");
        fs::create_dir(&occupied).unwrap();
        fs::write(occupied.join("mine"), "mine").unwrap();
        changes.change(occupied, "old".to_owned(), "new".to_owned());
        let before = files(folder.path());
        let error = changes.apply().unwrap_err().to_string();
        assert!(error.contains("z cannot be written: ") && error.ends_with("everything is as it was"), "{error}");
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn nothing_is_overwritten() {
        let (folder, changes) = sample();
        fs::create_dir_all(folder.path().join("deep/er")).unwrap();
        fs::write(folder.path().join("deep/er/c"), "mine").unwrap();
        assert_eq!(changes.occupied(), BTreeSet::from([folder.path().join("deep/er/c").as_path()]));
        let before = files(folder.path());
        changes.apply().unwrap_err();
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn where_no_folder_can_be_made_nothing_is() {
        let (folder, mut changes) = sample();
        changes.create(folder.path().join("a/below/a/file"), "x".to_owned());
        assert_eq!(changes.occupied(), BTreeSet::from([folder.path().join("a").as_path()]));
        let before = files(folder.path());
        changes.apply().unwrap_err();
        assert_eq!(files(folder.path()), before);
    }
}
