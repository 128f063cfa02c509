//! `kubeproof config lint` and `kubeproof config merge`

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Ran, kubeproof};

const PLANTED: &str = "hunter2-planted";

/// Runs `kubeproof config` in a folder, with a text as standard input.
fn config_with(folder: &TempDir, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
        .arg("config")
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!format!("{}{}", ran.out, ran.err).contains(PLANTED), "a secret is printed: {}{}", ran.out, ran.err);
    ran
}

fn config(folder: &TempDir, arguments: &[&str]) -> Ran {
    config_with(folder, arguments, "")
}

/// A folder with files that only their owner can read.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
    }
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// A kubeconfig that nothing can be said against, but that its server may be anybody's.
fn good(server: &str, token: &str) -> String {
    format!(
        "current-context: dev
clusters: [{{name: dev, cluster: {{server: 'https://{server}'}}}}]
users: [{{name: dev, user: {{token: {token}}}}}]
contexts: [{{name: dev, context: {{cluster: dev, user: dev}}}}]
"
    )
}

/// One with a secret wherever one may be, and with everything that is dangerous.
fn dangerous() -> String {
    format!(
        "
current-context: c
clusters: [{{name: k, cluster: {{server: 'http://{PLANTED}:{PLANTED}@h', proxy-url: 'http://u:{PLANTED}@p'}}}}]
users:
- name: u
  user:
    token: {PLANTED}
    password: {PLANTED}
    Token: {PLANTED}
    auth-provider: {{name: oidc, config: {{refresh-token: {PLANTED}}}}}
    exec: {{command: c, args: ['{PLANTED}'], env: [{{name: A, value: {PLANTED}}}], installHint: \"\\e[2J\"}}
contexts: [{{name: c, context: {{cluster: k, user: u}}}}]
"
    )
}

#[test]
fn lint_says_what_is_wrong() {
    let good = good("127.0.0.1", "t");
    let certain = good.replace("server: 'https://127.0.0.1'", "server: 'http://127.0.0.1'");
    for (text, code, parts) in [
        (certain.as_str(), 0, &["f: 0 errors, 0 warnings, 0 notices\n"][..]),
        (&format!("x-other: 1\n{certain}"), 0, &["notice   line 1, column ", "[unknown-field]", "1 notice\n"]),
        (&good, 1, &["warning  clusters[0].cluster.certificate-authority-data (\"dev\"): ", "0 errors, 1 warning, "]),
        (&certain.replace("token: t", "tokenFile: /t"), 1, &["warning  users[0].user.tokenFile (\"dev\"): "]),
        (
            &certain.replace("user: dev}", "user: nobody}"),
            1,
            &["error    contexts[0].context.user (\"dev\"): ", "[unknown-user]"],
        ),
        (&certain.replace("token: t", "token: e30.eyJleHAiOjB9.e30"), 1, &["[expired]", "at 1970-01-01T00:00:00Z"]),
        (&dangerous(), 1, &["[exec]", "[auth-provider]", "[basic-auth]", "[credential-in-url]", "[terminal-escape]"]),
        ("", 1, &["error    the kubeconfig: is empty"]),
    ] {
        let folder = folder(&[("f", text)]);
        let ran = config(&folder, &["lint", "f"]);
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{text}{}", ran.out);
        for part in parts {
            assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
        }
        let json = config_with(&folder, &["lint", "--json", "-"], text);
        let report: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!((json.code, &report["schema"]), (code, &json!("kubeproof.lint/1")));
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), ran.out.lines().count() - 1, "{}", ran.out);
        assert!(findings.iter().all(|finding| finding["code"].is_string() && finding["message"].is_string()));
    }
}

#[test]
fn lint_looks_at_the_mode_and_passes_over_what_is_allowed() {
    let text = good("h", "t").replace("token: t", "tokenFile: /t");
    let folder = folder(&[("f", &text)]);
    set_mode(&folder.path().join("f"), 0o640);
    let ran = config(&folder, &["lint", "f", "--allow", "file-reference"]);
    assert!(ran.out.contains("has mode 0640") && !ran.out.contains("file-reference"), "{}", ran.out);
    set_mode(&folder.path().join("f"), 0o600);
    let allow = ["lint", "f", "--allow", "file-reference", "--allow", "missing-certificate-authority"];
    assert_eq!(config(&folder, &allow).code, 0);
    // Every code that is shown can be allowed.
    set_mode(&folder.path().join("f"), 0o644);
    let allow = [&allow[..], &["--allow", "open-to-others"]].concat();
    assert_eq!(config(&folder, &allow).code, 0);
    let wrong = config(&folder, &["lint", "f", "--allow", "nonsense"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("there is no such code") && wrong.err.contains("open-to-others"), "{}", wrong.err);
    // Standard input has no mode, and a file of its name has nothing to do with it.
    fs::write(folder.path().join("-"), "x: 1\n").unwrap();
    set_mode(&folder.path().join("-"), 0o644);
    let piped = config_with(&folder, &["lint", "-", "--json"], &text);
    assert!(!piped.out.contains("open-to-others"), "{}", piped.out);
}

#[test]
fn lint_of_what_cannot_be_read() {
    let broken = format!("users:\n- name: u\n  user:\n    token: [{PLANTED}]\n");
    let folder = folder(&[("f", &broken)]);
    let ran = config(&folder, &["lint", "f"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("f: line 4, column 12: users[0].user.token is a list"), "{}", ran.err);
    assert!(ran.err.contains("4 |     token: …"), "{}", ran.err);
    let json = config(&folder, &["lint", "f", "--json"]);
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &report["unreadable"]["line"]), (2, &json!(4)));
    for path in ["nowhere", "."] {
        let ran = config(&folder, &["lint", path]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(&format!("{path}: the file cannot be read: ")), "{}", ran.err);
        let json = config(&folder, &["lint", path, "--json"]);
        let report: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!((json.code, json.err.as_str(), &report["file"]), (2, "", &json!(path)));
        assert!(report["unreadable"]["message"].as_str().unwrap().starts_with("the file cannot be read: "));
    }
}

#[test]
fn merge_adds_renames_and_says_so() {
    let (first, second) = (good("one", PLANTED), good("two", PLANTED));
    let folder = folder(&[("first", &first), ("second", &second)]);
    let into = folder.path().join("a/config");
    let dry = config(&folder, &["merge", "--into", "a/config", "first", "--dry-run"]);
    assert_eq!((dry.code, into.exists()), (0, false), "{}", dry.err);
    assert!(dry.out.contains("first: cluster \"dev\": added\n") && dry.out.contains("a/config: would be created; "));
    assert!(!folder.path().join("a").exists());
    let made = config(&folder, &["merge", "--into", "a/config", "first"]);
    assert_eq!(made.out, dry.out.replace("would be created", "created"));
    // What is made is for its owner only; what is there keeps its mode.
    assert_eq!(fs::metadata(&into).unwrap().permissions(), std::os::unix::fs::PermissionsExt::from_mode(0o100_600));
    let merged = config(&folder, &["merge", "--into", "a/config", "second", "--set-current"]);
    assert_eq!(merged.code, 0, "{}", merged.err);
    assert_eq!(
        merged.out,
        "second: cluster \"dev\": renamed to \"dev-2\", since the name is taken by another
second: context \"dev\": renamed to \"dev-2\", since the name is taken by another
second: current context \"dev\": made current
a/config: replaced; the current context is \"dev-2\"\n"
    );
    // Again, and from standard input: nothing changes.
    let before = fs::read_to_string(&into).unwrap();
    assert!(before.contains(PLANTED) && before.contains("https://two"));
    for arguments in [&["merge", "--into", "a/config", "first", "second"][..], &["merge", "--into", "a/config", "-"]] {
        let again = config_with(&folder, arguments, &second);
        assert_eq!(again.code, 0);
        assert!(!again.out.contains("renamed"), "{}", again.out);
        assert!(again.out.ends_with("a/config: unchanged; the current context is \"dev-2\"\n"), "{}", again.out);
    }
    assert_eq!(fs::read_to_string(&into).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1, "a lock or a temporary file is left");
}

#[test]
fn merge_in_json() {
    let folder = folder(&[("config", &good("one", "t")), ("new", &good("two", "t"))]);
    let ran = config(&folder, &["merge", "--into", "config", "new", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["schema"], &report["result"]), (0, &json!("kubeproof.merge/1"), &json!("replaced")));
    let change = |entry: &str, action: &str, to: Option<&str>| json!({"from": "new", "entry": entry, "name": "dev", "action": action, "to": to, "to_entry": null});
    let expected = [change("cluster", "renamed", Some("dev-2")), change("user", "unchanged", None)];
    assert_eq!(report["changes"].as_array().unwrap()[..2], expected);
    assert_eq!(report["current_context"], "dev");
    let again = config(&folder, &["merge", "--into", "config", "new", "--json", "--set-current"]);
    let report: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(report["changes"][0], change("cluster", "unchanged-as", Some("dev-2")));
    assert_eq!(report["changes"][3], change("current context", "made-current", None));
    // Which entry of the file a context uses is told.
    let leaning = "{clusters: [{name: x, cluster: {server: 'https://x'}}], contexts: [{name: x, context: {cluster: x, user: dev}}]}";
    let merge = ["merge", "--into", "config", "-", "--json", "--allow", "unknown-user"];
    let report: Value = serde_json::from_str(&config_with(&folder, &merge, leaning).out).unwrap();
    let uses = json!({"from": "-", "entry": "context", "name": "x", "action": "uses-entry-of-file", "to": "dev", "to_entry": "user"});
    assert!(report["changes"].as_array().unwrap().contains(&uses), "{report}");
}

/// Refused, and the file is as it was.
#[track_caller]
fn refused(new: &str, options: &[&str], code: i32, parts: &[&str]) {
    let base = good("one", "t");
    let folder = folder(&[("config", &base), ("new", new)]);
    let ran = config(&folder, &[&["merge", "--into", "config", "new"], options].concat());
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("config")).unwrap(), base);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a lock or a temporary file is left");
}

#[test]
fn merge_refuses() {
    refused(
        &good("two", PLANTED),
        &["--refuse"],
        1,
        &["new: names are taken by other entries, or referred to already: cluster \"dev\", user \"dev\""],
    );
    refused(&dangerous(), &[], 1, &["[exec]", "[auth-provider]", "add --allow auth-provider --allow exec"]);
    refused(&dangerous(), &["--allow", "exec"], 1, &["add --allow auth-provider\n"]);
    refused(&dangerous(), &["--dry-run"], 1, &["[exec]"]);
    let leaning = "{clusters: [{name: x, cluster: {server: 'https://x'}}], contexts: [{name: x, context: {cluster: x, user: dev}}]}";
    refused(leaning, &[], 1, &["names user \"dev\", which is only in the file", "--allow unknown-user"]);
    refused("{}", &["--set-current"], 1, &["has a current context"]);
    refused(&format!("users: {PLANTED}"), &[], 2, &["new: line 1, column 8: users is a text where a list is wanted"]);
    refused(&good("two", "t"), &["--refuse", "--rename"], 2, &["cannot be used with"]);
    refused(&good("two", "t"), &["nowhere"], 2, &["error: nowhere: there is no such file"]);
    // What is not there, or not theirs, is not made current.
    let ghost = "{current-context: ghost, users: [{name: new, user: {token: t}}]}";
    refused(ghost, &["--set-current"], 1, &["the current context is \"ghost\", which nothing that is merged defines"]);
    refused("current-context: dev", &["--set-current"], 1, &["\"dev\", which nothing that is merged defines"]);
    refused(&good("two", "t"), &["--allow", "plain-http"], 2, &["there is no such code here; take one of exec, "]);
}

#[test]
fn merge_into_what_cannot_be_changed() {
    let new = good("two", "t");
    let folder = folder(&[("new", &new), ("two", "a: 1\n---\nb: 1\n"), ("broken", &format!("users: {PLANTED}\n"))]);
    for (into, code, part) in [
        ("two", 2, "two: has several documents"),
        ("broken", 2, "broken: not changed, since it cannot be read"),
        (".", 2, "name a file"),
        ("new/", 2, "names a folder"),
        ("-", 2, "standard input cannot be changed"),
        ("/dev/null", 2, "is no ordinary file"),
        ("new/x", 5, "correct the path"),
        ("/sys/kernel/kubeproof-config", 5, "cannot make its lock"),
    ] {
        let ran = config(&folder, &["merge", "--into", into, "new"]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        // Trying it says the same, as far as it is known before.
        if code == 2 {
            let dry = config(&folder, &["merge", "--into", into, "new", "--dry-run"]);
            assert_eq!((dry.code, dry.out, dry.err), (ran.code, ran.out, ran.err));
        }
    }
    assert!(!folder.path().join("-").exists());
}

/// The file itself, or what lies beside it, has its paths in another spelling than what is merged.
#[test]
fn merge_of_what_is_there_changes_nothing() {
    let base = "
current-context: dev
clusters: [{name: dev, cluster: {server: 'https://dev.example.test', certificate-authority: ca.pem}}]
users: [{name: dev, user: {tokenFile: ./tok}}]
contexts: [{name: dev, context: {cluster: dev, user: dev}}]
";
    let folder = folder(&[("config", base), ("copy", base)]);
    for new in ["config", "copy", "./copy"] {
        let ran = config(&folder, &["merge", "--into", "config", new]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (0, "config: unchanged; the current context is \"dev\"\n"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn merge_of_two_that_belong_together() {
    let uses = "contexts: [{name: c, context: {cluster: k, user: u}}]\n";
    let defines = "clusters: [{name: k, cluster: {server: 'https://k'}}]\nusers: [{name: u, user: {token: t}}]\n";
    let folder = folder(&[("uses", uses), ("defines", defines)]);
    for (into, news) in [("a", ["uses", "defines"]), ("b", ["defines", "uses"])] {
        let ran = config(&folder, &["merge", "--into", into, news[0], news[1], "--refuse"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let lint = config(&folder, &["lint", into, "--json", "--allow", "missing-certificate-authority"]);
        assert!(!lint.out.contains("unknown-"), "{}", lint.out);
    }
}

/// What `kubectl config delete-context` leaves behind is repaired when it is allowed, and told when not.
#[test]
fn merge_into_a_file_whose_current_context_is_gone() {
    let folder = folder(&[("config", "current-context: dev\n"), ("new", &good("one", "t"))]);
    let dry = config(&folder, &["merge", "--into", "config", "new", "--dry-run"]);
    let parts = [
        "context \"dev\": renamed to \"dev-2\", since the name is referred to by what is there already",
        "the current context is \"dev\", which is not defined\n",
    ];
    assert!(parts.iter().all(|part| dry.out.contains(part)), "{}", dry.out);
    let ran = config(&folder, &["merge", "--into", "config", "new", "--allow", "unknown-context"]);
    assert!(ran.out.ends_with("config: replaced; the current context is \"dev\"\n"), "{}", ran.out);
}

/// A refusal leaves no folder behind, and a file that was written is told although nothing can be printed.
#[test]
fn merge_leaves_nothing_half_done() {
    let folder = folder(&[("new", &dangerous()), ("good", &good("one", "t"))]);
    assert_eq!(config(&folder, &["merge", "--into", "a/b/config", "new"]).code, 1);
    assert!(!folder.path().join("a").exists());
    let mut merge = Command::new(env!("CARGO_BIN_EXE_kubeproof"));
    merge.args(["config", "merge", "--into", "into", "good"]).current_dir(folder.path());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = merge.stdout(full).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(
        err.contains("into: created, but the report cannot be printed") && folder.path().join("into").exists(),
        "{err}"
    );
}

#[test]
fn merge_makes_paths_absolute_and_keeps_what_is_there() {
    let base = "users: [{name: mine, user: {tokenFile: mine.txt}, x-other: 1}]\nx-other: {a: 1}\n";
    let folder = folder(&[("config", base)]);
    fs::create_dir(folder.path().join("far")).unwrap();
    fs::write(folder.path().join("far/new"), "users: [{name: new, user: {tokenFile: ./new.txt}}]\n").unwrap();
    let ran = config(&folder, &["merge", "--into", "config", "far/new", "--allow", "file-reference"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("warning: far/new: users[0].user.tokenFile: "), "{}", ran.err);
    let text = fs::read_to_string(folder.path().join("config")).unwrap();
    let absolute = folder.path().canonicalize().unwrap().join("far/new.txt");
    assert!(text.contains(&format!("tokenFile: {}", absolute.display())), "{text}");
    assert!(text.contains("tokenFile: mine.txt") && text.matches("x-other").count() == 2, "{text}");
}

#[test]
fn help_shows_the_exit_codes() {
    for command in ["lint", "merge"] {
        let ran = kubeproof(&["config", command, "--help"]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Exit codes:\n  0  "), "{}", ran.out);
    }
}
