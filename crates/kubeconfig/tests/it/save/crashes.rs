//! Processes that are killed, and many at once.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use kubeproof_kubeconfig::{Clock, SaveErrorKind, SaveOptions, SaveStep, update};

use super::{add, entries, folder, names, refused};

const STEP: &str = "KUBEPROOF_TEST_STEP";
const PATH: &str = "KUBEPROOF_TEST_PATH";
const USER: &str = "KUBEPROOF_TEST_USER";

/// This test in a process of its own.
fn child(variables: &[(&str, &str)]) -> Child {
    // The program that runs, even if a build has replaced the file meanwhile.
    let running = PathBuf::from("/proc/self/exe");
    let program = if running.exists() { running } else { std::env::current_exe().unwrap() };
    Command::new(program)
        .args(["save::crashes::in_a_child", "--exact", "--nocapture", "--test-threads=1"])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the children of the tests below do; nothing when it is run as a test.
#[test]
fn in_a_child() {
    let (Ok(path), Ok(name)) = (std::env::var(PATH), std::env::var(USER)) else { return };
    let stop_at = std::env::var(STEP).ok();
    let stop = |step: SaveStep| {
        if stop_at.as_ref().is_some_and(|at| *at == format!("{step:?}")) {
            std::io::stdout().write_all(b"\nreached\n").unwrap();
            // Until it is killed.
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
    };
    let options = SaveOptions::default().with_clock(&Yielding).with_patience(Duration::MAX).with_observer(&stop);
    update(Path::new(&path), options, add(&name)).unwrap();
}

#[test]
fn a_process_that_is_killed_leaves_the_old_or_the_new_file() {
    for step in SaveStep::ALL {
        let (folder, path) = folder();
        let text = path.to_str().unwrap();
        let mut child = child(&[(PATH, text), (USER, "new"), (STEP, &format!("{step:?}"))]);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line == "reached"), "{step:?} is not reached");
        child.kill().unwrap();
        child.wait().unwrap();
        let is_new = matches!(step, SaveStep::Renamed | SaveStep::FolderSynced | SaveStep::Unlocked);
        let expected: &[&str] = if is_new { &["old", "new"] } else { &["old"] };
        assert_eq!(names(&path), expected, "{step:?}");
        // The lock is left behind, and says so.
        let lock = folder.path().join("config.lock");
        if *step != SaveStep::Unlocked {
            let options = SaveOptions::default().with_patience(Duration::ZERO);
            refused(&path, options, SaveErrorKind::Locked, &["is not running any more; remove"]);
            fs::remove_file(&lock).unwrap();
        }
        update(&path, SaveOptions::default(), add("later")).unwrap();
        assert_eq!(names(&path), [expected, &["later"]].concat(), "{step:?}");
        assert_eq!(entries(folder.path()), ["config"], "{step:?}: something is left");
    }
}

#[test]
fn sixteen_processes_lose_no_entry() {
    let (folder, path) = folder();
    let text = path.to_str().unwrap();
    let children: Vec<Child> = (0..16).map(|number| child(&[(PATH, text), (USER, &format!("u{number}"))])).collect();
    for child in children {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
    let mut names = names(&path);
    names.sort();
    let mut expected: Vec<String> = (0..16).map(|number| format!("u{number}")).chain(["old".to_owned()]).collect();
    expected.sort();
    assert_eq!((names, entries(folder.path())), (expected, vec!["config".to_owned()]));
}

/// Lets others go first, as often as it takes.
struct Yielding;

impl Clock for Yielding {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) {
        thread::yield_now();
    }
}

#[test]
fn sixteen_threads_lose_no_entry() {
    let (_folder, path) = folder();
    thread::scope(|scope| {
        for number in 0..16 {
            let path = &path;
            scope.spawn(move || {
                let options = SaveOptions::default().with_clock(&Yielding).with_patience(Duration::MAX);
                update(path, options, add(&format!("u{number}"))).unwrap();
            });
        }
    });
    assert_eq!(names(&path).len(), 17);
}

#[test]
fn temporary_files_of_others_are_left_alone() {
    let (folder, path) = folder();
    let others = [".config.d.1-0.kubeproof-tmp", ".config.swp", ".other.1-0.kubeproof-tmp", "config.kubeproof-tmp"];
    for name in others.iter().chain(&[".config.1-0.kubeproof-tmp"]) {
        fs::write(folder.path().join(name), "").unwrap();
    }
    update(&path, SaveOptions::default(), add("new")).unwrap();
    let mut expected = [&others[..], &["config"]].concat();
    expected.sort_unstable();
    assert_eq!(entries(folder.path()), expected);
}
