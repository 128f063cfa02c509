//! Saving: what is there afterwards, whatever happened.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use kubeproof_kubeconfig::{
    Clock, Kubeconfig, NamedUser, SaveError, SaveErrorKind, SaveOptions, SaveStep, Saved, Sources, UpdateError, User,
    preview, save, update, update_sources,
};
use tempfile::TempDir;

const PLANTED: &str = "hunter2-planted";

/// Time that passes only by waiting.
struct Waiting {
    now: Cell<SystemTime>,
    waited: Cell<Duration>,
}

impl Waiting {
    fn from(now: SystemTime) -> Self {
        Self { now: Cell::new(now), waited: Cell::new(Duration::ZERO) }
    }
}

impl Clock for Waiting {
    fn now(&self) -> SystemTime {
        self.now.get()
    }

    fn sleep(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
        self.waited.set(self.waited.get() + duration);
    }
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

fn with_user(name: &str) -> Kubeconfig {
    let mut kubeconfig = Kubeconfig::default();
    kubeconfig.users.push(user(name));
    kubeconfig
}

fn user(name: &str) -> NamedUser {
    let user = User { token: Some(PLANTED.into()), ..User::default() };
    NamedUser { name: name.to_owned(), user, ..NamedUser::default() }
}

fn add(name: &str) -> impl Fn(Kubeconfig) -> Result<Kubeconfig, String> {
    move |mut kubeconfig| {
        kubeconfig.users.push(user(name));
        Ok(kubeconfig)
    }
}

fn names(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    Kubeconfig::parse_bytes(&bytes).unwrap().users.into_iter().map(|entry| entry.name).collect()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What is in a folder, sorted.
fn entries(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// A folder with a file that has one user, `old`.
fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("config");
    save(&path, &with_user("old"), SaveOptions::default()).unwrap();
    (folder, path)
}

#[test]
fn modes_are_never_widened() {
    let (_folder, path) = folder();
    assert_eq!(mode(&path), 0o600, "of a new file");
    for before in [0o600, 0o200, 0o640, 0o644, 0o660, 0o666] {
        fs::write(&path, with_user("old").to_yaml().unwrap()).unwrap();
        set_mode(&path, before);
        assert_eq!(update(&path, SaveOptions::default(), add("new")).unwrap(), Saved::Replaced);
        assert_eq!(mode(&path), before, "{before:o}");
        set_mode(&path, 0o600);
        assert_eq!(names(&path), ["old", "new"]);
    }
}

#[test]
fn a_temporary_file_is_private_while_it_is_empty() {
    let (folder, path) = folder();
    set_mode(&path, 0o644);
    let modes = RefCell::new(Vec::new());
    let look = |step| {
        if step == SaveStep::Created {
            let temporary = entries(folder.path()).into_iter().find(|name| name.ends_with(".kubeproof-tmp")).unwrap();
            modes.borrow_mut().push(mode(&folder.path().join(temporary)));
        }
    };
    update(&path, SaveOptions::default().with_observer(&look), add("new")).unwrap();
    assert_eq!(modes.into_inner(), [0o600]);
}

#[test]
fn folders_are_made_for_their_owner() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a/b/config");
    assert_eq!(save(&path, &with_user("new"), SaveOptions::default()).unwrap(), Saved::Created);
    assert_eq!([mode(&folder.path().join("a")), mode(&folder.path().join("a/b")), mode(&path)], [0o700, 0o700, 0o600]);
    assert_eq!(entries(&folder.path().join("a/b")), ["config"], "no lock and no temporary file is left");
}

#[test]
fn what_does_not_change_is_not_written() {
    let (_folder, path) = folder();
    let text = format!("# a comment\n{}", with_user("old").to_yaml().unwrap());
    fs::write(&path, &text).unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    assert_eq!(update(&path, SaveOptions::default(), Ok::<_, String>).unwrap(), Saved::Unchanged);
    assert_eq!(save(&path, &with_user("old"), SaveOptions::default()).unwrap(), Saved::Unchanged);
    assert_eq!((fs::metadata(&path).unwrap().ino(), fs::read_to_string(&path).unwrap()), (before, text));
}

#[test]
fn links_stay_and_what_they_lead_to_is_replaced() {
    for (link, to) in [("link", "config"), ("link", "./config"), ("far/link", "../config")] {
        let (folder, path) = folder();
        let link = folder.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(to, &link).unwrap();
        let second = folder.path().join("second");
        symlink(&link, &second).unwrap();
        assert_eq!(update(&second, SaveOptions::default(), add("new")).unwrap(), Saved::Replaced);
        assert!([&link, &second].iter().all(|path| fs::symlink_metadata(path).unwrap().is_symlink()));
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(names(&path), ["old", "new"]);
    }
    // One that leads to nothing yet.
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("link");
    symlink("there/config", &link).unwrap();
    assert_eq!(update(&link, SaveOptions::default(), add("new")).unwrap(), Saved::Created);
    assert_eq!(names(&folder.path().join("there/config")), ["new"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

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

/// Saves, and expects a refusal that names the file and says all of `parts`, and no secret.
#[track_caller]
fn refused(path: &Path, options: SaveOptions<'_>, kind: SaveErrorKind, parts: &[&str]) -> SaveError {
    // Reading a pipe waits.
    let content = || fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|_| fs::read(path).unwrap());
    let before = content();
    let UpdateError::Save(error) = update(path, options, add("new")).expect_err("the save is refused") else {
        panic!("an error of the edit")
    };
    let shown = error.to_string();
    assert_eq!(error.kind(), kind, "{shown}");
    assert!(shown.starts_with(&error.path().display().to_string()), "{shown}");
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
    assert!(!format!("{shown} {error:?}").contains(PLANTED), "{shown}");
    assert_eq!(content(), before, "the file was changed");
    error
}

#[test]
fn refusals_name_the_file_and_the_remedy() {
    let (folder, path) = folder();
    let options = SaveOptions::default();
    refused(folder.path(), options, SaveErrorKind::NotAFile, &["is a folder; name a file in it"]);
    refused(Path::new("/"), options, SaveErrorKind::NotAFile, &["name a file"]);
    refused(&path.join("below"), options, SaveErrorKind::Io, &["cannot", "correct the path"]);
    symlink("round", folder.path().join("round")).unwrap();
    refused(&folder.path().join("round"), options, SaveErrorKind::NotAFile, &["links in a circle; remove"]);
    for (text, kind, parts) in [
        (
            format!("users: [{{name: u, user: {{token: [{PLANTED}]}}}}]\n"),
            SaveErrorKind::Unreadable,
            &["line 1", "users[0].user.token", "correct or move it"][..],
        ),
        (format!("\u{7}{PLANTED}"), SaveErrorKind::Unreadable, &["control character"]),
        (format!("users: []\n---\nx: {PLANTED}\n"), SaveErrorKind::SeveralDocuments, &["split the file"]),
        (format!("# x\n--- \nusers: []\n...\n---\nx: {PLANTED}\n"), SaveErrorKind::SeveralDocuments, &[]),
    ] {
        fs::write(&path, text).unwrap();
        refused(&path, options, kind, parts);
    }
    for single in ["---\nusers: []\n", "# x\n---\nusers: []\n...\n# y\n", "users:\n- name: '---'\n", ""] {
        fs::write(&path, single).unwrap();
        update(&path, options, add("new")).unwrap();
    }
    // What cannot be read again is not written.
    let twice = |_| Ok::<_, String>(Kubeconfig { users: vec![user("a"), user("a")], ..Kubeconfig::default() });
    let Err(UpdateError::Save(error)) = update(&path, options, twice) else { panic!("written") };
    assert_eq!(error.kind(), SaveErrorKind::NotReadableAgain);
    assert!(!error.to_string().contains(PLANTED));
    assert_eq!(entries(folder.path()), ["config", "round"]);
}

#[test]
fn a_file_that_is_read_only_is_left_alone() {
    let (folder, path) = folder();
    for read_only in [0o400, 0o444, 0o000] {
        set_mode(&path, read_only);
        let parts = ["is read-only", "chmod u+w"];
        refused(&path, SaveOptions::default(), SaveErrorKind::NotPermitted, &parts);
        let error = preview(&path, add("new")).unwrap_err();
        assert!(error.to_string().contains("is read-only"), "{error}");
        assert_eq!((mode(&path), entries(folder.path())), (read_only, vec!["config".to_owned()]));
    }
    assert_eq!(update(&path, SaveOptions::default(), Ok::<_, String>).unwrap(), Saved::Unchanged);
}

#[test]
fn what_is_no_file() {
    let (folder, path) = folder();
    let named_as_folder = PathBuf::from(format!("{}/", folder.path().join("new").display()));
    refused(&named_as_folder, SaveOptions::default(), SaveErrorKind::NotAFile, &["names a folder"]);
    let (pipe, _writer) = std::io::pipe().unwrap();
    let pipe = format!("/proc/self/fd/{}", pipe.as_raw_fd());
    for device in ["/dev/null", &pipe] {
        refused(Path::new(device), SaveOptions::default(), SaveErrorKind::NotAFile, &["is no ordinary file"]);
    }
    let socket = folder.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    refused(&socket, SaveOptions::default(), SaveErrorKind::NotAFile, &["is no ordinary file"]);
    assert!(preview(&socket, add("new")).is_err());
    assert_eq!(names(&path), ["old"]);
}

/// Nothing is written, and nothing is left of what was made for it.
#[test]
fn folders_that_were_made_for_nothing_are_removed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a/b/config");
    update(&path, SaveOptions::default(), |_| Err::<Kubeconfig, _>("no")).unwrap_err();
    assert_eq!(entries(folder.path()), [""; 0]);
    assert_eq!(update(&path, SaveOptions::default(), Ok::<_, String>).unwrap(), Saved::Unchanged);
    assert_eq!(entries(folder.path()), [""; 0]);
    let sources = Sources::Explicit(path.clone());
    update_sources(&sources, SaveOptions::default(), |_| Err::<Kubeconfig, _>("no")).unwrap_err();
    assert_eq!(entries(folder.path()), [""; 0]);
    update_sources(&sources, SaveOptions::default(), add("new")).unwrap();
    assert_eq!(names(&path), ["new"]);
}

#[test]
fn a_preview_says_what_would_become_and_writes_nothing() {
    let (folder, path) = folder();
    assert_eq!(preview(&path, add("new")).unwrap(), Saved::Replaced);
    assert_eq!(preview(&path, Ok::<_, String>).unwrap(), Saved::Unchanged);
    assert_eq!(preview(&folder.path().join("far/away"), add("new")).unwrap(), Saved::Created);
    assert_eq!((entries(folder.path()), names(&path)), (vec!["config".to_owned()], vec!["old".to_owned()]));
    fs::write(&path, "a: 1\n---\nb: 1\n").unwrap();
    let UpdateError::Save(error) = preview(&path, add("new")).unwrap_err() else { panic!("an error of the edit") };
    assert_eq!(error.kind(), SaveErrorKind::SeveralDocuments);
}

/// With a list, the mode of a file for its group is what the list allows at most, not what the group may do.
#[test]
#[cfg(target_os = "linux")]
fn an_access_control_list_is_kept() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};

    const ACCESS: &str = "system.posix_acl_access";
    let entry = |tag: u16, may: u16, id: u32| [&tag.to_le_bytes()[..], &may.to_le_bytes(), &id.to_le_bytes()].concat();
    // Of the owner, of user 65534, of the group (nothing), the most for both, of others.
    let all = u32::MAX;
    let entries = [entry(1, 6, all), entry(2, 4, 65534), entry(4, 0, all), entry(16, 4, all), entry(32, 0, all)];
    let list = [&2_u32.to_le_bytes()[..], &entries.concat()].concat();
    let of = |path: &Path| {
        let mut value = [0; 256];
        getxattr(path, ACCESS, &mut value).map(|length| value[..length].to_vec()).ok()
    };
    let (folder, path) = folder();
    setxattr(&path, ACCESS, &list, XattrFlags::empty()).expect("the file system has access control lists");
    setxattr(&path, "user.kubeproof", b"kept", XattrFlags::empty()).unwrap();
    assert_eq!(update(&path, SaveOptions::default(), add("new")).unwrap(), Saved::Replaced);
    assert_eq!((of(&path), mode(&path)), (Some(list), 0o640));
    let mut value = [0; 16];
    assert_eq!(getxattr(&path, "user.kubeproof", &mut value).unwrap(), 4);
    // One that the folder gives to what is new does not let others in.
    let open = [entry(1, 6, all), entry(2, 4, 65534), entry(4, 0, all), entry(16, 4, all), entry(32, 0, all)];
    let open = [&2_u32.to_le_bytes()[..], &open.concat()].concat();
    let other = folder.path().join("other");
    fs::write(&other, with_user("old").to_yaml().unwrap()).unwrap();
    set_mode(&other, 0o640);
    setxattr(folder.path(), "system.posix_acl_default", &open, XattrFlags::empty()).unwrap();
    assert_eq!(update(&other, SaveOptions::default(), add("new")).unwrap(), Saved::Replaced);
    assert_eq!((of(&other), mode(&other)), (None, 0o640));
}

/// The superuser may write in a folder of any mode, but not in this one.
#[test]
fn a_folder_that_cannot_be_written() {
    let path = Path::new("/sys/kernel/kubeproof-config");
    let parts = ["cannot make its lock /sys/kernel/kubeproof-config.lock: ", "; "];
    refused(path, SaveOptions::default(), SaveErrorKind::NotPermitted, &parts);
}

#[test]
fn an_edit_that_fails_changes_nothing() {
    let (folder, path) = folder();
    let error = update(&path, SaveOptions::default(), |_| Err("no")).unwrap_err();
    assert!(matches!(error, UpdateError::Edit("no")));
    assert_eq!((names(&path), entries(folder.path())), (vec!["old".to_owned()], vec!["config".to_owned()]));
}

#[test]
fn a_change_by_one_who_takes_no_lock_is_not_overwritten() {
    let (folder, path) = folder();
    let theirs = with_user("theirs").to_yaml().unwrap();
    let meddle = |step| {
        if step == SaveStep::Synced {
            fs::write(&path, &theirs).unwrap();
        }
    };
    let options = SaveOptions::default().with_observer(&meddle);
    let Err(UpdateError::Save(error)) = update(&path, options, add("new")) else { panic!("overwritten") };
    assert_eq!(error.kind(), SaveErrorKind::ChangedMeanwhile);
    assert_eq!((names(&path), entries(folder.path())), (vec!["theirs".to_owned()], vec!["config".to_owned()]));
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

const STEP: &str = "KUBEPROOF_TEST_STEP";
const PATH: &str = "KUBEPROOF_TEST_PATH";
const USER: &str = "KUBEPROOF_TEST_USER";

/// This test in a process of its own.
fn child(variables: &[(&str, &str)]) -> Child {
    // The program that runs, even if a build has replaced the file meanwhile.
    let running = PathBuf::from("/proc/self/exe");
    let program = if running.exists() { running } else { std::env::current_exe().unwrap() };
    Command::new(program)
        .args(["save::in_a_child", "--exact", "--nocapture", "--test-threads=1"])
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

/// Files of a list from `name=users`, `-` for one that is not there; what is in them after an edit.
#[track_caller]
fn check_list(files: &[&str], edit: impl Fn(&mut Kubeconfig), expected: &[&str]) {
    let folder = TempDir::new().unwrap();
    let paths: Vec<PathBuf> = (0..files.len()).map(|at| folder.path().join(format!("file{at}"))).collect();
    for (path, text) in paths.iter().zip(files).filter(|(_, text)| **text != "-") {
        fs::write(path, text).unwrap();
    }
    let sources = Sources::List(paths.clone());
    let edit = |mut kubeconfig| {
        edit(&mut kubeconfig);
        Ok::<_, String>(kubeconfig)
    };
    let saved = update_sources(&sources, SaveOptions::default(), edit).unwrap();
    for (at, path) in paths.iter().enumerate() {
        let read = |text: &str| Kubeconfig::parse(text).unwrap();
        let found = fs::read_to_string(path).ok().map(|text| read(&text));
        assert_eq!(found, Some(expected[at]).filter(|text| *text != "-").map(read), "file {at}");
        let was_saved = saved.iter().any(|(saved, _)| saved == path);
        assert_eq!(was_saved, files[at] != expected[at], "whether file {at} is said to be saved");
    }
    assert!(entries(folder.path()).iter().all(|name| !name.contains('.')), "{:?}", entries(folder.path()));
}

#[test]
fn lists_of_files() {
    let first = "{users: [{name: a, user: {token: t}}], current-context: x}";
    let second = "{users: [{name: a, user: {token: other}}, {name: b, user: {token: t}}], current-context: other}";
    let new_user =
        |kubeconfig: &mut Kubeconfig| kubeconfig.users.push(NamedUser { name: "c".into(), ..<_>::default() });
    // What is new goes to the first file that is there, or to the last.
    check_list(&["-", "{}", "{}"], new_user, &["-", "{users: [{name: c}]}", "{}"]);
    check_list(&["-", "-"], new_user, &["-", "{users: [{name: c}]}"]);
    check_list(&["-", "-"], |_| {}, &["-", "-"]);
    // What changes is changed where it is.
    check_list(
        &[first, second],
        |kubeconfig| kubeconfig.users[1].user.token = Some("new".into()),
        &[first, &second.replace("b, user: {token: t}", "b, user: {token: new}")],
    );
    check_list(
        &[first, second],
        |kubeconfig| kubeconfig.users.retain(|user| user.name != "b"),
        &[first, "{users: [{name: a, user: {token: other}}], current-context: other}"],
    );
    // The current context: set in the first file that is there, taken away where it is set.
    check_list(
        &["-", "{}", second],
        |kubeconfig| kubeconfig.current_context = "z".into(),
        &["-", "{current-context: z}", second],
    );
    check_list(
        &["{}", second],
        |kubeconfig| kubeconfig.current_context.clear(),
        &["{}", &second.replace(", current-context: other", "")],
    );
    check_list(&["{x: 1}", "{y: 2}"], |kubeconfig| kubeconfig.unknown = <_>::default(), &["{}", "{}"]);
}

#[test]
fn only_the_files_of_a_list_that_are_written_are_locked() {
    let (folder, path) = folder();
    let second = folder.path().join("second");
    fs::write(&second, "users: [{name: b}]\n").unwrap();
    fs::write(folder.path().join("second.lock"), "").unwrap();
    let sources = Sources::List(vec![path.clone(), second]);
    let clock = Waiting::from(SystemTime::UNIX_EPOCH);
    let options = SaveOptions::default().with_clock(&clock);
    assert_eq!(update_sources(&sources, options, add("new")).unwrap(), [(path.clone(), Saved::Replaced)]);
    assert_eq!(names(&path), ["old", "new"]);
    let without_b = |mut kubeconfig: Kubeconfig| {
        kubeconfig.users.retain(|user| user.name != "b");
        Ok::<_, String>(kubeconfig)
    };
    let Err(UpdateError::Save(error)) = update_sources(&sources, options, without_b) else { panic!("not locked") };
    assert_eq!(error.kind(), SaveErrorKind::Locked);
    let none = update_sources(&Sources::List(Vec::new()), SaveOptions::default(), add("new"));
    assert!(none.unwrap_err().to_string().contains("set KUBECONFIG or HOME"));
}
