//! Extended attributes of a file, the access control list among them.

use std::fs::File;
use std::io;
use std::path::Path;

/// Gives a new file the access control list and the other extended attributes of an old one. A list that the folder
/// gave the new file goes: it may let others in.
///
/// # Errors
/// When the list cannot be kept. The others are kept as far as the system lets them be: some are for the superuser only.
#[cfg(target_os = "linux")]
pub(super) fn keep(old: &Path, new: &File) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};

    const ACCESS: &str = "system.posix_acl_access";
    let old = File::open(old)?;
    match value(&old, ACCESS)? {
        Some(list) => fsetxattr(new, ACCESS, &list, XattrFlags::empty())?,
        None if value(new, ACCESS)?.is_some() => fremovexattr(new, ACCESS)?,
        None => {}
    }
    for name in names(&old)?.into_iter().filter(|name| name != ACCESS) {
        if let Some(value) = value(&old, &name)? {
            let _ = fsetxattr(new, &*name, &value, XattrFlags::empty());
        }
    }
    Ok(())
}

/// Nothing: not known on this system.
#[cfg(all(unix, not(target_os = "linux")))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(super) fn keep(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// The most that Linux allows for a value, and for all names.
#[cfg(target_os = "linux")]
const MOST: usize = 65_536;

/// The value of an attribute; `None` when there is none, or the file system has no such attributes.
#[cfg(target_os = "linux")]
fn value(file: &File, name: &str) -> io::Result<Option<Vec<u8>>> {
    use rustix::fs::fgetxattr;
    use rustix::io::Errno;

    let mut value = vec![0; MOST];
    match fgetxattr(file, name, &mut value) {
        Ok(length) => {
            value.truncate(length);
            Ok(Some(value))
        }
        Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The names of all attributes.
#[cfg(target_os = "linux")]
fn names(file: &File) -> io::Result<Vec<String>> {
    use rustix::fs::flistxattr;
    use rustix::io::Errno;

    let mut list = vec![0; MOST];
    match flistxattr(file, &mut list) {
        Ok(length) => list.truncate(length),
        Err(Errno::OPNOTSUPP) => list.clear(),
        Err(error) => return Err(error.into()),
    }
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}
