//! Files that are read or kept, which nothing else may be written to.

use std::path::{Path, PathBuf};

use kubeproof_kubeconfig::shown;

use crate::config::input::is_standard;
use crate::output::misused;

/// A file, and the option that named it.
pub(crate) struct Used<'a> {
    pub(crate) option: &'static str,
    pub(crate) path: &'a Path,
}

impl<'a> Used<'a> {
    /// The files that are named, without standard input.
    pub(crate) fn of(files: impl IntoIterator<Item = (&'static str, Option<&'a PathBuf>)>) -> Vec<Self> {
        let named = |(option, path): (_, Option<&'a PathBuf>)| path.map(|path| Self { option, path });
        files.into_iter().filter_map(named).filter(|used| !is_standard(used.path)).collect()
    }

    /// Finds out whether something else is to be written to it, by whatever path.
    ///
    /// # Errors
    /// The exit code, after saying which two they are.
    pub(crate) fn check(&self, option: &str, path: &Path) -> Result<(), u8> {
        if real(self.path) != real(path) {
            return Ok(());
        }
        Err(misused(format_args!(
            "{option}: {} is the file of {} as well, which would be lost; name another; nothing was sent or written",
            shown(path),
            self.option
        )))
    }
}

/// The file that a path leads to, also where it is still to be made.
pub(crate) fn real(path: &Path) -> PathBuf {
    let of_folder = || {
        let path = std::path::absolute(path).ok()?;
        Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(of_folder).unwrap_or_else(|| path.to_owned())
}
