//! Paths in a kubeconfig, which are relative to its folder.

use std::path::{Component, Path, PathBuf};

use crate::shown;

/// Why a path cannot be written to a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// It is relative and goes up, out of the folder.
    #[error("the path {0:?} goes up, out of the folder of the kubeconfig; make it absolute")]
    GoesUp(String),
    /// A folder on the way has a name that is no text, and a kubeconfig holds text only.
    #[error("the path {} is no text, as a path in a kubeconfig has to be; rename that folder", shown(.0))]
    NoText(PathBuf),
}

/// The path that a field means: relative ones are against the folder of the kubeconfig, and `.` and `..` are worked
/// out in the text, as Go's `filepath.Join` does. An empty path stays empty.
///
/// ```
/// use std::path::Path;
///
/// use kubeproof_kubeconfig::resolved;
///
/// # if cfg!(unix) {
/// assert_eq!(resolved("../ca.pem", Path::new("/home/dev/.kube"))?, "/home/dev/ca.pem");
/// assert_eq!(resolved("/etc/ca.pem", Path::new("/home/dev/.kube"))?, "/etc/ca.pem");
/// # }
/// # Ok::<(), kubeproof_kubeconfig::PathError>(())
/// ```
///
/// # Errors
/// [`PathError::NoText`] when the folder has no name that is text.
pub fn resolved(path: &str, folder: &Path) -> Result<String, PathError> {
    joined(path, folder).into_os_string().into_string().map_err(|path| PathError::NoText(path.into()))
}

/// The path that a field means, of any name.
pub(crate) fn joined(path: &str, folder: &Path) -> PathBuf {
    if path.is_empty() || Path::new(path).is_absolute() { path.into() } else { clean(&folder.join(path)) }
}

/// The path as it is written relative to the folder of a kubeconfig: one below the folder loses it, another absolute
/// one stays what it is, and so does an empty one.
///
/// # Errors
/// [`PathError::GoesUp`] when a relative path goes up, which client-go refuses to write (`RelativizePathWithNoBacksteps`).
pub fn relativized(path: &str, folder: &Path) -> Result<String, PathError> {
    if path.is_empty() {
        return Ok(String::new());
    }
    if Path::new(path).is_absolute() {
        let clean_path = clean(Path::new(path));
        return Ok(match clean_path.strip_prefix(clean(folder)) {
            Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
            Ok(below) => below.to_string_lossy().into_owned(),
            Err(_) => path.to_owned(),
        });
    }
    match clean(Path::new(path)).components().next() {
        Some(Component::ParentDir) => Err(PathError::GoesUp(path.to_owned())),
        _ => Ok(path.to_owned()),
    }
}

/// Whether a command is a path rather than a name to look up.
pub(super) fn has_separator(command: &str) -> bool {
    command.contains(std::path::is_separator)
}

/// A path without `.`, and without `..` as far as there is something to go up from.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match clean.components().next_back() {
                Some(Component::Normal(_)) => {
                    clean.pop();
                }
                Some(Component::RootDir) => {}
                _ => clean.push(".."),
            },
            other => clean.push(other),
        }
    }
    if clean.as_os_str().is_empty() {
        clean.push(".");
    }
    clean
}
