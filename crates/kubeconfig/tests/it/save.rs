//! Saving: what is there afterwards, whatever happened.

mod access;
mod crashes;
mod lists;
mod locks;

use std::cell::Cell;
use std::fs;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kubeproof_kubeconfig::{
    Clock, Kubeconfig, NamedUser, SaveError, SaveErrorKind, SaveOptions, SaveStep, Saved, UpdateError, User, preview,
    save, update,
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
