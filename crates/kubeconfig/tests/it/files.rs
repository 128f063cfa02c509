//! Files of this machine.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kubeproof_kubeconfig::{Disk, Files as _, LoadErrorKind, Loaded, MAX_BYTES, Sources, WarningKind};

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn a_file_is_bounded() {
    let largest = vec![b'#'; MAX_BYTES];
    let larger = vec![b'#'; MAX_BYTES + 1];
    let folder = folder_with(&[("largest", &largest), ("larger", &larger)]);
    assert_eq!(Disk.read(&folder.path().join("largest")).unwrap().len(), MAX_BYTES);
    assert_eq!(Disk.read(&folder.path().join("larger")).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert_eq!(Disk.read(&folder.path().join("gone")).unwrap_err().kind(), ErrorKind::NotFound);
    #[cfg(unix)]
    assert_eq!(Disk.read(Path::new("/dev/zero")).unwrap_err().kind(), ErrorKind::FileTooLarge);
}

#[test]
fn what_is_wrong_names_the_file() {
    let folder = folder_with(&[("a", b"current-context: a\ncurrent-context: b\n"), ("b", b"current-context: [x]\n")]);
    let path = |name: &str| folder.path().join(name);
    let load = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
        Loaded::from_sources(&Sources::List(paths), &Disk)
    };
    let loaded = load(&["a", "gone"]).unwrap();
    assert_eq!(loaded.missing, [path("gone")]);
    let warnings: Vec<_> = loaded.warnings.iter().map(|(path, warning)| (path.clone(), warning.kind)).collect();
    assert_eq!(warnings, [(path("a"), WarningKind::DuplicateKey)]);
    let error = load(&["a", "b"]).unwrap_err();
    assert_eq!((error.kind(), error.path()), (LoadErrorKind::Invalid, &*path("b")));
    assert_eq!(error.read_error().and_then(|error| error.snippet()), Some("1 | current-context: …"));
    let of_folder = Loaded::from_sources(&Sources::List(vec![folder.path().to_owned()]), &Disk).unwrap_err();
    assert_eq!(of_folder.kind(), LoadErrorKind::Unreadable);
    assert!(of_folder.read_error().is_none());
}
