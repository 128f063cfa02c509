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
use crate::shown;

/// How long to wait between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(25);

/// A lock of ours is larger than this in no case; one of something else need not be read.
const MAX_HOLDER: u64 = 1024;

/// After how long it is said that a lock is waited for.
const NOTICE: Duration = Duration::from_secs(1);

/// What came of trying to take locks.
enum Attempt<'p> {
    Taken(Lock),
    /// The lock of this path is held by somebody else.
    Busy(&'p Path),
}

/// Locks that are held. Dropped, they are given back.
pub(super) struct Lock {
    held: Vec<(PathBuf, String)>,
}

impl Lock {
    /// Takes the locks of files: of the path that was given, as kubectl does, and of the file that it links to, so that
    /// two links to one file exclude each other. Always in the same order, so that no two wait for each other; and none is
    /// held while another is waited for, since kubectl does not wait.
    pub(super) fn take(targets: &[Target], options: SaveOptions<'_>) -> Result<Self, SaveError> {
        let paths: BTreeSet<&Path> =
            targets.iter().flat_map(|target| [target.named.as_path(), target.real.as_path()]).collect();
        let mut waited = Duration::ZERO;
        loop {
            let path = match Self::try_take(&paths, options)? {
                Attempt::Taken(lock) => return Ok(lock),
                Attempt::Busy(path) => path,
            };
            let explained = |rest: &str| format!("{}{rest}", explain(&lock_of(path), options.clock.now()));
            if waited >= options.patience {
                let message = explained(&format!(" (waited {} s)", waited.as_secs()));
                return Err(SaveError::new(path, SaveErrorKind::Locked, message));
            }
            let pause = PAUSE.min(options.patience.saturating_sub(waited));
            options.clock.sleep(pause);
            let told = waited >= NOTICE;
            waited += pause;
            if waited >= NOTICE && !told {
                (options.waiting)(&format!("{}: {}", shown(path), explained(" (waiting)")));
            }
        }
    }

    /// Takes all of them or none.
    fn try_take<'p>(paths: &BTreeSet<&'p Path>, options: SaveOptions<'_>) -> Result<Attempt<'p>, SaveError> {
        let mut lock = Self { held: Vec::new() };
        for path in paths {
            let lock_path = lock_of(path);
            let claim = claim(options.clock.now());
            if !create(&lock_path, &claim).map_err(|error| cannot_lock(path, &lock_path, &error))? {
                return Ok(Attempt::Busy(path));
            }
            lock.held.push((lock_path, claim));
        }
        Ok(Attempt::Taken(lock))
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
    SaveError::io(path, &format!("make its lock {}", shown(lock)), error)
}

/// What is written in a lock: who holds it and since when, one to a line. The last line makes it ours alone.
fn claim(now: SystemTime) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let (pid, host, namespace) = (process::id(), host(), namespace());
    let since = rfc3339(now);
    format!("kubeproof\npid {pid}\nhost {host}\nnamespace {namespace}\nsince {since}\nnumber {number}\n")
}

/// Which processes this one sees: a container has its own numbers for them.
fn namespace() -> String {
    fs::read_link("/proc/self/ns/pid").map_or_else(|_| "unknown".to_owned(), |name| name.display().to_string())
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
fn explain(path: &Path, now: SystemTime) -> String {
    let lock = shown(path);
    let holder = fs::metadata(path)
        .ok()
        .filter(|metadata| metadata.is_file() && metadata.len() <= MAX_HOLDER)
        .and_then(|_| fs::read_to_string(path).ok())
        .and_then(|text| Holder::read(&text));
    match holder {
        Some(holder) => {
            let age = holder.since.and_then(|since| now.duration_since(since).ok());
            let Holder { pid, host: on, .. } = &holder;
            let since = holder.since.map(rfc3339).unwrap_or_default();
            let ago = age.map(|age| format!(" ({} ago)", in_words(age))).unwrap_or_default();
            let state =
                if holder.is_gone() { ", and is not running any more; remove" } else { "; if it is gone, remove" };
            format!("locked since {since}{ago} by process {pid} on host {on:?}{state} {lock}")
        }
        None => {
            let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
            let age = modified.and_then(|modified| now.duration_since(modified).ok());
            let ago = age.map(|age| format!(" {} ago", in_words(age))).unwrap_or_default();
            format!(
                "locked by {lock}, which was made{ago} and does not say by whom, as kubectl's locks do not; if no kubectl \
                 is running, it was left behind: remove it"
            )
        }
    }
}

struct Holder {
    pid: u32,
    host: String,
    namespace: Option<String>,
    since: Option<SystemTime>,
}

impl Holder {
    fn read(text: &str) -> Option<Self> {
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
        let since = field("since").and_then(|since| since.parse::<jiff::Timestamp>().ok()).map(SystemTime::from);
        let namespace = field("namespace").map(str::to_owned);
        Some(Self { pid: field("pid")?.parse().ok()?, host: field("host")?.to_owned(), namespace, since })
    }

    /// Whether it is known that the process does not run any more.
    fn is_gone(&self) -> bool {
        let processes = Path::new("/proc");
        let is_visible = self.host == host() && self.namespace.as_ref().is_some_and(|name| *name == namespace());
        is_visible && processes.join("self").exists() && !processes.join(self.pid.to_string()).exists()
    }
}
