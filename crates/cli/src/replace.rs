use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, is_separator};

/// Replaces a file whole: whoever reads it meanwhile sees the old one or the new one. A pipe or a device is written to,
/// and a link is followed. Other users may read it: it is not for secrets.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(&path, text);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // CI systems and containers read it as another user.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    Ok(())
}

/// What keeps a file from being at a path, and what to do about it: told before work that would be lost.
pub(crate) fn obstacle(path: &Path) -> Option<String> {
    let names_a_folder = path.as_os_str().to_string_lossy().ends_with(is_separator);
    if names_a_folder || path.is_dir() {
        return Some("that is a folder; name a file in it".to_owned());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())?;
    Some(if folder.exists() {
        format!("{} is no folder; name a file in one", folder.display())
    } else {
        format!("there is no folder {}; make it first", folder.display())
    })
}
