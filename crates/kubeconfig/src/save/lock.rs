//! The lock that kubectl takes: a file `<file>.lock` that must not be there.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::SaveOptions;
use super::error::{SaveError, SaveErrorKind};
use super::target::Target;
use crate::moment::{in_words, rfc3339};

/// How long to wait between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(25);

/// A lock of ours is larger than this in no case; one of something else need not be read.
const MAX_HOLDER: u64 = 1024;

/// Locks that are held. Dropped, they are given back.
pub(super) struct Lock {
    held: Vec<(PathBuf, String)>,
}

impl Lock {
    /// Takes the locks of files: of the path that was given, as kubectl does, and of the file that it links to, so that
    /// two links to one file exclude each other. Always in the same order, so that no two wait for each other.
    pub(super) fn take(targets: &[Target], options: SaveOptions<'_>) -> Result<Self, SaveError> {
        let paths: BTreeSet<&Path> =
            targets.iter().flat_map(|target| [target.named.as_path(), target.real.as_path()]).collect();
        let mut lock = Self { held: Vec::new() };
        let mut waited = Duration::ZERO;
        for path in paths {
            let lock_path = lock_of(path);
            let claim = claim(options.clock.now());
            while !create(&lock_path, &claim).map_err(|error| cannot_lock(path, &lock_path, &error))? {
                if waited >= options.patience {
                    return Err(SaveError::new(path, SaveErrorKind::Locked, explain(&lock_path, options)));
                }
                let pause = PAUSE.min(options.patience.saturating_sub(waited));
                options.clock.sleep(pause);
                waited += pause;
            }
            lock.held.push((lock_path, claim));
        }
        Ok(lock)
    }

    /// Gives the locks back.
    pub(super) fn give_back(self) {
        drop(self);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        for (path, claim) in self.held.iter().rev() {
            // Somebody may have broken ours and have one there by now.
            if fs::read_to_string(path).is_ok_and(|text| text == *claim) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn lock_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    PathBuf::from(name)
}

/// Creates a lock, and says whether it was free. A lock that could not be filled is removed.
fn create(path: &Path, claim: &str) -> io::Result<bool> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    if let Err(error) = file.write_all(claim.as_bytes()) {
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(true)
}

fn cannot_lock(path: &Path, lock: &Path, error: &io::Error) -> SaveError {
    SaveError::io(path, &format!("make its lock {}", lock.display()), error)
}

/// What is written in a lock: who holds it and since when, one to a line. The last line makes it ours alone.
fn claim(now: SystemTime) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let host = host();
    format!("kubeproof\npid {}\nhost {host}\nsince {}\nnumber {number}\n", process::id(), rfc3339(now))
}

/// The name of this machine, as far as the system tells it without a system call of its own.
fn host() -> String {
    let of_file = |path: &str| fs::read_to_string(path).ok();
    let name = of_file("/proc/sys/kernel/hostname")
        .or_else(|| of_file("/etc/hostname"))
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_default();
    match name.trim() {
        "" => "unknown".to_owned(),
        name => name.to_owned(),
    }
}

/// Who holds a lock and since when, and what to do.
fn explain(path: &Path, options: SaveOptions<'_>) -> String {
    let waited = options.patience.as_secs();
    let lock = path.display();
    let holder = fs::metadata(path)
        .ok()
        .filter(|metadata| metadata.is_file() && metadata.len() <= MAX_HOLDER)
        .and_then(|_| fs::read_to_string(path).ok())
        .and_then(|text| Holder::read(&text));
    let now = options.clock.now();
    match holder {
        Some(holder) => {
            let age = holder.since.and_then(|since| now.duration_since(since).ok());
            let Holder { pid, host: on, .. } = &holder;
            let since = holder.since.map(rfc3339).unwrap_or_default();
            let ago = age.map(|age| format!(" ({} ago)", in_words(age))).unwrap_or_default();
            let state =
                if holder.is_gone() { ", and is not running any more; remove" } else { "; if it is gone, remove" };
            format!("locked since {since}{ago} by process {pid} on host {on:?}{state} {lock} (waited {waited} s)")
        }
        None => {
            let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
            let age = modified.and_then(|modified| now.duration_since(modified).ok());
            let ago = age.map(|age| format!(" {} ago", in_words(age))).unwrap_or_default();
            format!(
                "locked by {lock}, which was made{ago} and does not say by whom, as kubectl's locks do not; if no kubectl \
                 is running, it was left behind: remove it (waited {waited} s)"
            )
        }
    }
}

struct Holder {
    pid: u32,
    host: String,
    since: Option<SystemTime>,
}

impl Holder {
    fn read(text: &str) -> Option<Self> {
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
        let since = field("since").and_then(|since| since.parse::<jiff::Timestamp>().ok()).map(SystemTime::from);
        Some(Self { pid: field("pid")?.parse().ok()?, host: field("host")?.to_owned(), since })
    }

    /// Whether it is known that the process does not run any more.
    fn is_gone(&self) -> bool {
        let processes = Path::new("/proc");
        self.host == host() && processes.join("self").exists() && !processes.join(self.pid.to_string()).exists()
    }
}
