//! Files and standard input that hold secrets.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use kubeproof_kubeconfig::shown;

use crate::config::input::is_standard;
use crate::output::{failed, misused, note};

/// More than any token, key or certificate.
const MAX_BYTES: u64 = 256 * 1024;

/// Reads a file that holds a secret; `-` is standard input.
///
/// As ssh does with a key, a file of this user that others may read is refused: it may have been read already. A file of
/// another user, such as one that a container system mounts, is not this user's to change.
///
/// # Errors
/// The exit code, after saying why it cannot be used.
pub(super) fn read(path: &Path, what: &str) -> Result<String, u8> {
    if is_standard(path) {
        if io::stdin().is_terminal() {
            note(format_args!("reading {what} from standard input; end it with a new line and Ctrl-D"));
        }
        return text_of(io::stdin().lock(), "standard input", what);
    }
    let name = shown(path);
    let cannot = |error: &io::Error| failed(format_args!("{name}: {what} cannot be read: {error}; check the path"));
    let file = File::open(path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            misused(format_args!("{name}: there is no such file to read {what} from; check the path"))
        } else {
            cannot(&error)
        }
    })?;
    let metadata = file.metadata().map_err(|error| cannot(&error))?;
    if metadata.is_dir() {
        return Err(misused(format_args!("{name}: is a folder; name the file that holds {what}")));
    }
    #[cfg(unix)]
    check_mode(&name, &metadata, what)?;
    text_of(file, &name, what)
}

#[cfg(unix)]
fn check_mode(name: &str, metadata: &std::fs::Metadata, what: &str) -> Result<(), u8> {
    use std::os::unix::fs::MetadataExt as _;

    let is_own = metadata.uid() == rustix::process::getuid().as_raw();
    let mode = metadata.mode() & 0o777;
    if metadata.is_file() && is_own && mode & 0o077 != 0 {
        return Err(misused(format_args!(
            "{name}: has mode {mode:04o}, so that others may read {what} in it; chmod 600 it, and replace what others may \
             have read"
        )));
    }
    Ok(())
}

fn text_of(from: impl Read, name: &str, what: &str) -> Result<String, u8> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| failed(format_args!("{name}: {what} cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(misused(format_args!("{name}: is larger than any file with {what}; name another")));
    }
    // What is wrong with it is not quoted.
    let text =
        String::from_utf8(bytes).map_err(|_| misused(format_args!("{name}: is not utf-8 text; name another")))?;
    if text.trim().is_empty() {
        return Err(misused(format_args!("{name}: is empty; {what} was expected in it")));
    }
    Ok(text)
}

/// Finds out whether standard input is asked for once at most.
///
/// # Errors
/// The exit code, after saying that it is not.
pub(super) fn check_standard_input(uses: &[(&str, bool)]) -> Result<(), u8> {
    let used: Vec<&str> = uses.iter().filter(|(_, is_used)| *is_used).map(|(option, _)| *option).collect();
    if used.len() > 1 {
        let options = used.join(" and ");
        return Err(misused(format_args!("{options} cannot share standard input; give all but one a file")));
    }
    Ok(())
}
