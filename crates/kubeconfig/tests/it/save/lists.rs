//! The files of a list.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use kubeproof_kubeconfig::{
    Kubeconfig, NamedUser, SaveErrorKind, SaveOptions, Saved, Sources, UpdateError, update_sources,
};
use tempfile::TempDir;

use super::{Waiting, add, entries, folder, names};

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
