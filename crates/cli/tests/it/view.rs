//! `kubeproof config view`

use std::fs;

use tempfile::TempDir;

use crate::program::{Ran, kubeproof_with};

const SECRET: &str = "planted-secret";

/// A folder with files, in which the program is at home.
struct Home(TempDir);

impl Home {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs `config view` with these files in `KUBECONFIG`.
    fn view(&self, list: &[&str], options: &[&str]) -> Ran {
        let list: Vec<String> = list.iter().map(|name| self.path(name)).collect();
        let list = std::env::join_paths(list).unwrap();
        let home = self.0.path().to_str().unwrap();
        let arguments = [&["config", "view"], options].concat();
        kubeproof_with(&arguments, &[("HOME", home), ("KUBECONFIG", list.to_str().unwrap())])
    }
}

const DEV: &str = "\
current-context: dev
clusters: [{name: dev, cluster: {server: 'https://dev.example.test', certificate-authority: ca.pem}}, {name: b, cluster: {}}]
users: [{name: dev, user: {token: planted-secret, client-key-data: cGxhbnRlZC1zZWNyZXQ=}}]
contexts: [{name: dev, context: {cluster: dev, user: dev}}]
";

const EMPTY: &str = "\
apiVersion: v1
clusters: null
contexts: null
current-context: \"\"
kind: Config
users: null
";

#[track_caller]
fn check(ran: &Ran, code: i32, out: &str, err: &str) {
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains(out), "{out:?} is not in {}", ran.out);
    assert!(ran.err.contains(err), "{err:?} is not in {}", ran.err);
    assert_eq!(ran.err.is_empty(), err.is_empty(), "{}", ran.err);
}

#[test]
fn secrets_are_shown_when_asked_for() {
    let home = Home::with(&[("dev", DEV)]);
    let shown = home.view(&["dev"], &[]);
    check(&shown, 0, "    token: REDACTED\n", "");
    check(&shown, 0, "    client-key-data: DATA+OMITTED\n", "");
    assert!(!shown.out.contains(SECRET) && !shown.out.contains("cGxhbnRlZC1zZWNyZXQ="));
    check(&home.view(&["dev"], &["--raw"]), 0, "    token: planted-secret\n", "");
    let json = home.view(&["dev"], &["--raw", "-o", "json"]);
    check(&json, 0, "{\n    \"kind\": \"Config\",\n    \"apiVersion\": \"v1\",\n    \"clusters\": [\n", "");
    check(&json, 0, "                \"token\": \"planted-secret\"\n", "");
}

#[test]
fn one_context_and_its_files() {
    let home = Home::with(&[("dev", DEV), ("ca.pem", "CA"), ("none", "contexts: []"), ("gone", "current-context: x")]);
    let minified = home.view(&["dev"], &["--minify"]);
    check(&minified, 0, "certificate-authority: ca.pem", "");
    assert!(!minified.out.contains("name: b\n"));
    check(&home.view(&["dev"], &["--flatten", "--raw"]), 0, "certificate-authority-data: Q0E=\n", "");
    // kubectl redacts only when neither --raw nor --flatten is given.
    let flat = home.view(&["dev"], &["--flatten"]);
    check(&flat, 0, "certificate-authority-data: Q0E=\n", "");
    check(&flat, 0, "token: planted-secret\n", "");
    check(&home.view(&["none"], &["--minify"]), 2, "", "error: no current context is set");
    check(&home.view(&["gone"], &["--minify"]), 2, "", "error: there is no context \"x\"");
    fs::remove_file(home.path("ca.pem")).unwrap();
    check(&home.view(&["dev"], &["--flatten"]), 2, "", "clusters[0].cluster.certificate-authority: the file ");
    check(&home.view(&["dev"], &[]), 0, "certificate-authority: ca.pem", "");
}

#[test]
fn several_files() {
    let other = "current-context: x\nusers: [{name: dev, user: {token: other}}, {name: x, user: {username: me}}]\n";
    let home = Home::with(&[("dev", DEV), ("other", other), (".kube/config", "current-context: home"), ("d/x", "")]);
    let both = home.view(&["dev", "other"], &["--raw"]);
    check(&both, 0, "current-context: dev\n", "");
    assert!(both.out.contains("token: planted-secret") && both.out.contains("username: me"));
    check(&home.view(&["gone", "other"], &[]), 0, "current-context: x\n", "warning: ");
    check(&home.view(&[], &[]), 0, "current-context: home\n", "");
    check(&home.view(&["dev"], &["--kubeconfig", &home.path("other")]), 0, "current-context: x\n", "");
    let gone = home.view(&["dev"], &["--kubeconfig", &home.path("gone")]);
    check(&gone, 0, EMPTY, "there is no such file");
    check(&home.view(&["dev", "d"], &[]), 2, "", "cannot be read");
}

#[test]
fn what_is_wrong_is_said_without_secrets() {
    for (text, code, message) in [
        ("users: [{name: a, user: {token: planted-secret}}, {name: a}]", 2, "users[1] has the same name as users[0]"),
        (
            "users:\n- name: a\n  user:\n    token: [planted-secret]\n",
            2,
            "line 4, column 12: users[0].user.token is a list",
        ),
        ("planted-secret", 2, "the document is a text"),
        ("'planted-secret", 2, "not YAML"),
        ("{users: [], planted-secret: planted-secret}", 0, "has a field that kubectl does not know"),
        ("kind: Config\nkind: Config\n", 0, "a key is there twice"),
        ("current-context: \"\\x7f planted-secret\"", 2, "U+007F"),
    ] {
        let home = Home::with(&[("file", text)]);
        let ran = home.view(&["file"], &[]);
        check(&ran, code, "", message);
        assert!(!ran.err.contains(SECRET), "{}", ran.err);
    }
}

/// What a program reads is not filtered as what a terminal shows is.
#[test]
fn every_character_is_printed() {
    let home = Home::with(&[("file", "users:\n- name: u\n  user: {token: \"a\\x7fb\\e[31mc\\u009b\"}\n")]);
    let json = home.view(&["file"], &["--raw", "-o", "json"]);
    check(&json, 0, "\"token\": \"a\u{7f}b\\u001b[31mc\u{9b}\"", "");
    check(&home.view(&["file"], &["--raw"]), 2, "", "print JSON instead");
}

#[test]
fn options_as_kubectl_takes_them() {
    let home = Home::with(&[("dev", DEV)]);
    check(&home.view(&["dev"], &["--kubeconfig", ""]), 0, "current-context: dev\n", "");
    check(&home.view(&["dev"], &["-o", "JSON"]), 0, "\"current-context\": \"dev\"", "");
}

#[test]
fn without_a_home_there_is_no_file() {
    let ran = kubeproof_with(&["config", "view"], &[("HOME", ""), ("KUBECONFIG", "")]);
    check(&ran, 0, EMPTY, "neither KUBECONFIG nor HOME is set");
}

#[test]
fn names_of_files_do_not_control_the_terminal() {
    let home = Home::with(&[("a\u{1b}]0;x\u{7}b", "users: 1"), ("c\u{202e}d", "x: 1")]);
    check(&home.view(&["a\u{1b}]0;x\u{7}b"], &[]), 2, "", "a\\u{1b}]0;x\\u{7}b: ");
    check(&home.view(&["c\u{202e}d"], &[]), 0, "", "c\\u{202e}d: ");
    check(&home.view(&["\u{1b}"], &[]), 0, "", "\\u{1b}: there is no such file");
}

/// A kubeconfig lies where the system allows it, also where a name is no text.
#[test]
#[cfg(target_os = "linux")]
fn folders_whose_names_are_no_text() {
    use std::os::unix::ffi::OsStrExt as _;

    let home = Home::with(&[]);
    let folder = home.0.path().join(std::ffi::OsStr::from_bytes(b"no\xfftext"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ca.pem"), "CA").unwrap();
    fs::write(folder.join("config"), DEV).unwrap();
    let mut view = std::process::Command::new(env!("CARGO_BIN_EXE_kubeproof"));
    view.args(["config", "view", "--flatten", "--kubeconfig"]).arg(folder.join("config"));
    let flat = view.output().unwrap();
    assert!(String::from_utf8_lossy(&flat.stdout).contains("certificate-authority-data: Q0E=\n"), "{flat:?}");
    // A path into it cannot be written to another file.
    let mut merge = std::process::Command::new(env!("CARGO_BIN_EXE_kubeproof"));
    merge.args(["config", "merge", "--allow", "file-reference", "--into"]).arg(home.path("into"));
    let merged = merge.arg(folder.join("config")).output().unwrap();
    assert_eq!((merged.status.code(), home.0.path().join("into").exists()), (Some(2), false), "{merged:?}");
    assert!(String::from_utf8_lossy(&merged.stderr).contains("is no text"), "{merged:?}");
}
