//! Where answers are kept that are given once.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use kubeproof_kubeconfig::shown;

use super::environment::variable;
use crate::output::{failed, misused};

/// The folder for answers of ucs, below the one for the state of programs (XDG Base Directory Specification).
///
/// # Errors
/// The exit code, after saying that there is no such folder.
pub(super) fn of_ucs() -> Result<PathBuf, u8> {
    // A relative path is to be ignored.
    let state = variable("XDG_STATE_HOME")?.map(PathBuf::from).filter(|path| path.is_absolute());
    let state = match state {
        Some(state) => Some(state),
        None => variable("HOME")?.map(|home| PathBuf::from(home).join(".local").join("state")),
    };
    state.map(|state| state.join("kubeproof").join("ucs")).ok_or_else(|| {
        misused(
            "where are answers of ucs to be kept? neither XDG_STATE_HOME nor HOME is set; name a folder with --save",
        )
    })
}

/// Makes a folder, and those above it, for their owner only.
///
/// # Errors
/// The exit code, after saying why it cannot be made.
pub(super) fn make(folder: &Path) -> Result<(), u8> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        failed(format_args!(
            "{}: the folder for answers cannot be made: {error}; name another with --save; nothing was sent",
            shown(folder)
        ))
    })
}
