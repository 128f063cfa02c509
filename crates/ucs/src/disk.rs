//! The steps by which an answer gets into a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

/// The steps by which an answer gets into a file, in the order in which they are taken. Tests watch them.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Writes the bytes that have just come.
    fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Makes the content last.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Gives the file its name. Never over another file: that may be the one good answer.
    fn name(&self, file: NamedTempFile, path: &Path) -> Result<File, PersistError> {
        file.persist_noclobber(path)
    }

    /// Makes the name last as well.
    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        fs_err::File::open(folder)?.sync_all()
    }

    /// Makes the name last as well, which here the system does.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// The disk of this machine.
#[derive(Debug)]
pub(crate) struct OwnDisk;

impl Disk for OwnDisk {}
