use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A checkout of kubeproof.
#[derive(Clone, Debug)]
pub(super) struct Checkout(PathBuf);

/// What tells one from any other folder.
const MARKS: [&str; 3] = ["Cargo.toml", "crates/emulator/src/providers.rs", "fixtures"];

impl Checkout {
    /// The one that is named, else the one around the current folder.
    ///
    /// # Errors
    ///
    /// When there is none: which folder is none, and what to do.
    pub(super) fn find(named: Option<&Path>) -> Result<Self, String> {
        if let Some(folder) = named {
            return Self::at(folder).ok_or_else(|| {
                format!("{} is no checkout of kubeproof: name the folder of one with --kubeproof", folder.display())
            });
        }
        let here = std::env::current_dir().map_err(|error| format!("the current folder cannot be read: {error}"))?;
        here.ancestors().find_map(Self::at).ok_or_else(|| {
            format!(
                "{} is in no checkout of kubeproof: run this in a clone of its repository, or name one with --kubeproof",
                here.display()
            )
        })
    }

    fn at(folder: &Path) -> Option<Self> {
        MARKS.iter().all(|mark| folder.join(mark).exists()).then(|| Self(folder.to_owned()))
    }

    /// Keeps others of this program from writing to it while the lock lives.
    ///
    /// # Errors
    ///
    /// When another one is at work there, or it cannot be locked.
    pub(super) fn lock(&self) -> Result<File, String> {
        let shown = self.0.display();
        let folder = File::open(&self.0).map_err(|error| format!("{shown} cannot be read: {error}"))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(TryLockError::WouldBlock) => {
                Err(format!("another `kubeproof new provider` is at work in {shown}: run this again when it has ended"))
            }
            Err(TryLockError::Error(error)) => Err(format!("{shown} cannot be locked: {error}")),
        }
    }

    /// A file of it.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }
}
