//! Paths in a kubeconfig, which are relative to its folder.

use std::path::{Component, Path, PathBuf};

/// Why a path cannot be made relative: it goes up, out of the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the path {path:?} goes up, out of the folder of the kubeconfig; make it absolute")]
pub struct PathError {
    path: String,
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
/// assert_eq!(resolved("../ca.pem", Path::new("/home/dev/.kube")), "/home/dev/ca.pem");
/// assert_eq!(resolved("/etc/ca.pem", Path::new("/home/dev/.kube")), "/etc/ca.pem");
/// # }
/// ```
#[must_use]
pub fn resolved(path: &str, folder: &Path) -> String {
    if path.is_empty() || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    // Both are text: the folder of a kubeconfig whose path is not is kept as far as it can be shown.
    clean(&folder.join(path)).to_string_lossy().into_owned()
}

/// The path as it is written relative to the folder of a kubeconfig: one below the folder loses it, another absolute
/// one stays what it is, and so does an empty one.
///
/// # Errors
/// When a relative path goes up, which client-go refuses to write (`RelativizePathWithNoBacksteps`).
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
        Some(Component::ParentDir) => Err(PathError { path: path.to_owned() }),
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
