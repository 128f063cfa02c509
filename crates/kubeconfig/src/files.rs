//! The files that a kubeconfig is in or refers to.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::MAX_BYTES;

/// Reads files. Everything of this crate that opens one takes this, so that a test or a sandbox can say what is there.
pub trait Files {
    /// The content of a file.
    ///
    /// # Errors
    /// When it cannot be read: [`io::ErrorKind::NotFound`] when it is not there.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The files of this machine. One of more than [`MAX_BYTES`] is not read: kubectl reads `/dev/zero` until it is killed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bound = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        File::open(path)?.take(bound.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_BYTES {
            let message = format!("has more than {MAX_BYTES} bytes, the most that is read here");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(bytes)
    }
}

impl<F: Files + ?Sized> Files for &F {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (**self).read(path)
    }
}
