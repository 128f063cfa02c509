//! Replacing a file in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(unix)]
use super::attributes;
use super::error::{SaveError, SaveErrorKind};
use super::target::{Before, Target};
use super::{SaveOptions, SaveStep, Saved};
use crate::Kubeconfig;

const SUFFIX: &str = ".kubeproof-tmp";

/// Replaces the file by one with this kubeconfig. The lock is held.
pub(super) fn replace(
    target: &Target,
    before: Option<&Before>,
    kubeconfig: &Kubeconfig,
    options: SaveOptions<'_>,
) -> Result<Saved, SaveError> {
    let text = text_of(target, before, kubeconfig)?;
    remove_leftovers(target);
    let (temporary, mut file) = Temporary::create(target)?;
    options.reached(SaveStep::Created);
    let refused = |what: &str, error: &io::Error| SaveError::io(&target.named, what, error);
    file.write_all(text.as_bytes()).map_err(|error| refused("write the new file", &error))?;
    if let Some(before) = before {
        keep_access(&file, target, before)?;
    }
    options.reached(SaveStep::Written);
    file.sync_all().map_err(|error| refused("sync the new file", &error))?;
    drop(file);
    options.reached(SaveStep::Synced);
    target.check_unchanged(before)?;
    fs::rename(&temporary.path, &target.real).map_err(|error| refused("replace the file", &error))?;
    temporary.keep();
    options.reached(SaveStep::Renamed);
    sync_folder(target.folder()).map_err(|error| {
        let message = format!("replaced, but its folder cannot be synced: {error}; check the disk");
        SaveError::new(&target.named, SaveErrorKind::NotSynced, message)
    })?;
    options.reached(SaveStep::FolderSynced);
    Ok(if before.is_some() { Saved::Replaced } else { Saved::Created })
}

/// The new text, which is known to be readable, for a file that may be changed.
pub(super) fn text_of(target: &Target, before: Option<&Before>, kubeconfig: &Kubeconfig) -> Result<String, SaveError> {
    if before.is_some_and(|before| before.metadata.permissions().readonly()) {
        let message = "is read-only, and is left as it is; allow writing (chmod u+w) if it may be changed";
        return Err(SaveError::new(&target.named, SaveErrorKind::NotPermitted, message));
    }
    let refused = |message| SaveError::new(&target.named, SaveErrorKind::NotReadableAgain, message);
    let text = kubeconfig.to_yaml().map_err(|error| refused(format!("not changed: {error}")))?;
    Kubeconfig::parse(&text).map_err(|error| {
        refused(format!("not changed, since what would be written could not be read here again: {error}"))
    })?;
    Ok(text)
}

/// A temporary file in the folder of the target. Removed when dropped.
struct Temporary {
    path: PathBuf,
    is_kept: bool,
}

impl Temporary {
    fn create(target: &Target) -> Result<(Self, File), SaveError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{}-{number}{SUFFIX}", prefix(target), process::id());
        let path = target.folder().join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| SaveError::io(&path, "make a temporary file", &error))?;
        Ok((Self { path, is_kept: false }, file))
    }

    /// It is the file itself now.
    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn prefix(target: &Target) -> String {
    let name = target.real.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.")
}

/// Removes what a crash left behind. Under the lock nobody else makes such a file for this target; should one have
/// broken the lock, its rename fails, and harms nothing.
fn remove_leftovers(target: &Target) {
    let prefix = prefix(target);
    let Ok(entries) = fs::read_dir(target.folder()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(&prefix)?.strip_suffix(SUFFIX));
        if number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Owner and group first, then the access control list: the mode must not open the new file to another group.
#[cfg(unix)]
fn keep_access(file: &File, target: &Target, before: &Before) -> Result<(), SaveError> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let refused = |what: &str, error: &io::Error| SaveError::io(&target.named, what, error);
    let new = file.metadata().map_err(|error| refused("look at the new file", &error))?;
    let (owner, group) = (before.metadata.uid(), before.metadata.gid());
    if new.uid() != owner {
        fchown(file, Some(owner), None).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let message =
                    "belongs to another user, who would lose it; let that user change it, or name another file";
                SaveError::new(&target.named, SaveErrorKind::NotPermitted, message)
            }
            _ => refused("give the new file the owner of the old one", &error),
        })?;
    }
    if new.gid() != group {
        fchown(file, None, Some(group)).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let message =
                    "belongs to a group that you are not in, which would lose it; chgrp it, or name another file";
                SaveError::new(&target.named, SaveErrorKind::NotPermitted, message)
            }
            _ => refused("give the new file the group of the old one", &error),
        })?;
    }
    attributes::keep(&target.real, file).map_err(|error| refused("keep the access control list", &error))?;
    let mode = fs::Permissions::from_mode(before.metadata.mode() & 0o777);
    file.set_permissions(mode).map_err(|error| refused("give the new file the mode of the old one", &error))
}

#[cfg(not(unix))]
fn keep_access(file: &File, target: &Target, before: &Before) -> Result<(), SaveError> {
    let kept = file.set_permissions(before.metadata.permissions());
    kept.map_err(|error| SaveError::io(&target.named, "give the new file the permissions of the old one", &error))
}

#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems cannot sync a folder, and need not.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
