//! Waiting for others, and being waited for.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use kubeproof_kubeconfig::{Clock, SaveErrorKind, SaveOptions, SaveStep, save, update};

use super::{Waiting, add, entries, folder, names, refused, set_mode, with_user};

#[test]
fn two_links_to_one_file_exclude_each_other() {
    let (folder, path) = folder();
    let link = folder.path().join("link");
    symlink("config", &link).unwrap();
    fs::write(folder.path().join("config.lock"), "").unwrap();
    let clock = Waiting::from(SystemTime::UNIX_EPOCH);
    refused(&link, SaveOptions::default().with_clock(&clock), SaveErrorKind::Locked, &["config.lock"]);
    assert_eq!(entries(folder.path()), ["config", "config.lock", "link"], "the other lock was given back");
    assert_eq!(names(&path), ["old"]);
}

/// Somebody who waits sees that, and stands in nobody's way meanwhile.
#[test]
fn while_one_lock_is_waited_for_no_other_is_held() {
    struct Looks<'a>(&'a Path, &'a RefCell<Vec<Vec<String>>>);
    impl Clock for Looks<'_> {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, _: Duration) {
            self.1.borrow_mut().push(entries(self.0));
        }
    }
    let (folder, path) = folder();
    let link = folder.path().join("a-link");
    symlink("config", &link).unwrap();
    fs::write(folder.path().join("config.lock"), "").unwrap();
    let (seen, told) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let clock = Looks(folder.path(), &seen);
    let tell = |text: &str| told.borrow_mut().push(text.to_owned());
    let options = SaveOptions::default().with_clock(&clock).with_waiting(&tell).with_patience(Duration::from_secs(3));
    refused(&link, options, SaveErrorKind::Locked, &["config.lock", "(waited 3 s)"]);
    let seen = seen.into_inner();
    assert!(seen.len() > 2 && seen.iter().all(|names| names == &["a-link", "config", "config.lock"]), "{seen:?}");
    let told = told.into_inner();
    assert!(matches!(&*told, [text] if text.contains("config.lock") && text.ends_with("(waiting)")), "{told:?}");
    assert_eq!(names(&path), ["old"]);
}

#[test]
fn a_lock_of_kubectl_is_waited_for_and_explained() {
    let (folder, path) = folder();
    let lock = folder.path().join("config.lock");
    fs::write(&lock, "").unwrap();
    set_mode(&lock, 0);
    let made = fs::metadata(&lock).unwrap().modified().unwrap();
    let clock = Waiting::from(made + Duration::from_secs(600));
    let options = SaveOptions::default().with_clock(&clock).with_patience(Duration::from_secs(3));
    let parts = ["which was made 10 minutes ago", "as kubectl's locks do not", "remove it (waited 3 s)"];
    refused(&path, options, SaveErrorKind::Locked, &parts);
    assert_eq!(clock.waited.get(), Duration::from_secs(3));
    assert!(lock.exists(), "a lock is never broken");
    // No patience at all.
    let clock = Waiting::from(made);
    refused(&path, options.with_clock(&clock).with_patience(Duration::ZERO), SaveErrorKind::Locked, &[]);
    assert_eq!(clock.waited.get(), Duration::ZERO);
}

#[test]
fn a_lock_that_is_given_back_is_taken() {
    struct GivesBack<'a>(&'a Path);
    impl Clock for GivesBack<'_> {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, _: Duration) {
            fs::remove_file(self.0).unwrap();
        }
    }
    let (folder, path) = folder();
    let lock = folder.path().join("config.lock");
    fs::write(&lock, "").unwrap();
    update(&path, SaveOptions::default().with_clock(&GivesBack(&lock)), add("new")).unwrap();
    assert_eq!((names(&path), entries(folder.path())), (vec!["old".into(), "new".into()], vec!["config".to_owned()]));
}

#[test]
fn a_lock_of_ours_says_who_and_since_when() {
    let (folder, path) = folder();
    let lock = folder.path().join("config.lock");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let outer = Waiting::from(now);
    let inner = Waiting::from(now + Duration::from_secs(90));
    let seen = RefCell::new(String::new());
    let look = |step| {
        if step == SaveStep::Locked {
            let options = SaveOptions::default().with_clock(&inner).with_patience(Duration::ZERO);
            *seen.borrow_mut() = save(&path, &with_user("other"), options).unwrap_err().to_string();
        }
    };
    update(&path, SaveOptions::default().with_clock(&outer).with_observer(&look), add("new")).unwrap();
    let process = std::process::id();
    let seen = seen.into_inner();
    let expected = format!("locked since 2026-01-01T00:00:00Z (90 seconds ago) by process {process} on host ");
    assert!(seen.contains(&expected) && seen.contains("; if it is gone, remove "), "{seen}");
    // Left behind by a process that is gone.
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap().into_os_string().into_string().unwrap();
    let left_behind = |namespace: &str| {
        format!("kubeproof\npid 4294967295\nhost {}\n{namespace}since 2026-01-01T00:00:00Z\n", host.trim())
    };
    fs::write(&lock, left_behind(&format!("namespace {namespace}\n"))).unwrap();
    let options = SaveOptions::default().with_clock(&inner).with_patience(Duration::ZERO);
    refused(&path, options, SaveErrorKind::Locked, &["process 4294967295", "is not running any more; remove"]);
    // In another container of the same name, whose processes are not seen.
    for elsewhere in ["namespace pid:[1]\n", ""] {
        fs::write(&lock, left_behind(elsewhere)).unwrap();
        refused(&path, options, SaveErrorKind::Locked, &["process 4294967295", "; if it is gone, remove"]);
    }
    // On another machine, nobody can tell.
    fs::write(&lock, "kubeproof\npid 1\nhost elsewhere\nsince 2026-01-01T00:00:00Z\n").unwrap();
    refused(&path, options, SaveErrorKind::Locked, &["on host \"elsewhere\"; if it is gone, remove"]);
    assert!(lock.exists());
}

#[test]
fn somebody_elses_lock_is_not_removed() {
    let (folder, path) = folder();
    let lock = folder.path().join("config.lock");
    let break_it = |step| {
        if step == SaveStep::Locked {
            fs::write(&lock, "theirs").unwrap();
        }
    };
    update(&path, SaveOptions::default().with_observer(&break_it), add("new")).unwrap();
    assert_eq!(fs::read_to_string(&lock).unwrap(), "theirs");
}
