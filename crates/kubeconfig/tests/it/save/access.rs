//! Who may read and write what is there afterwards.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use kubeproof_kubeconfig::{
    Kubeconfig, SaveErrorKind, SaveOptions, SaveStep, Saved, Sources, preview, save, update, update_sources,
};
use tempfile::TempDir;

use super::{add, entries, folder, mode, names, refused, set_mode, with_user};

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
