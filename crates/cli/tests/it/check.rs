//! `kubeproof check`

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use kubeproof::emulator::providers::PROVIDERS;
use tempfile::TempDir;

use crate::program::{FAILS, PASSES, fixtures, kubeproof, kubeproof_with, signal};

/// Runs `check` on fixtures with these cases and compares the exit code and what is on standard error.
#[track_caller]
fn check(cases: &str, arguments: &[&str], code: i32, parts: &[&str]) {
    let folder = fixtures(cases);
    let mut all = vec!["check", "--fixtures", folder.path().to_str().unwrap()];
    all.extend(arguments);
    let ran = kubeproof(&all);
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn the_embedded_suite_is_conformant() {
    let ran = kubeproof(&["check"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    for provider in PROVIDERS.iter().copied() {
        assert!(ran.out.lines().any(|line| line.starts_with(provider)), "{provider}");
    }
    assert!(
        ran.out.contains("passed            ucs/download/second-call-is-refused  ucs.download-once"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("\n  failed"));
    assert_eq!(ran.err, "");
}

#[test]
fn exit_codes() {
    check(PASSES, &[], 0, &[]);
    check(FAILS, &[], 1, &[]);
    check(&format!("{PASSES}{FAILS}"), &["ucs/some/passes"], 0, &[]);
    check(PASSES, &["--min-ran", "100"], 0, &[]);
    check(PASSES, &["--report", "json"], 2, &["FORMAT=PATH"]);
    check(PASSES, &["--report", "pdf=x"], 2, &["human, json, junit"]);
    check(PASSES, &["--report", "json=-", "--report", "junit=-"], 2, &["cannot share standard output"]);
    check(
        PASSES,
        &["--report", "json=/no/such/folder/x.json"],
        2,
        &["there is no folder /no/such/folder", "make it first"],
    );
    check(PASSES, &["--report", "json=/"], 2, &["the report / cannot be written: that is a folder; name a file in it"]);
    check(PASSES, &["--report", "json=new/"], 2, &["the report new/ cannot be written: that is a folder"]);
    check(PASSES, &["--report", "json=Cargo.toml/x"], 2, &["Cargo.toml is no folder; name a file in one"]);
    check(PASSES, &["--report", "json=/dev/full"], 5, &["cannot be written to /dev/full"]);
    check(
        PASSES,
        &["--report", "json=/tmp/no-such-report", "--report", "junit=/tmp/no-such-report"],
        2,
        &["two reports cannot share /tmp/no-such-report"],
    );
    check(PASSES, &["--jobs", "0"], 2, &["--jobs"]);
    check(PASSES, &["--min-ran", "101"], 2, &["--min-ran"]);
    check(PASSES, &["--provider", "nimbus"], 2, &["nimbus", "digitalocean, cce, ucs, fireworks"]);
    check(PASSES, &["--provider", "cce"], 4, &["no case fits all of these options", "kubeproof list"]);
    check(PASSES, &["--provenance", "hearsay"], 2, &["documented, newer, observed or inferred"]);
    check(PASSES, &["--edition", "ucs"], 2, &["PROVIDER@DATE"]);
    check(PASSES, &["--edition", "nimbus@2025-05"], 2, &["there is no provider `nimbus`"]);
    check(PASSES, &["--edition", "ucs@1999-01"], 2, &["ucs@2025-05"]);
    check(PASSES, &["--edition", "ucs@2025-05"], 0, &[]);
    check(PASSES, &["ucs/some/pases"], 4, &["no case fits `ucs/some/pases`", "did you mean `ucs/some/passes`?"]);
    check(PASSES, &["ucs", "nowhere"], 4, &["no case fits `nowhere`", "kubeproof list"]);
    check(PASSES, &["ucs/[z-a]"], 2, &["cannot be read"]);
}

#[test]
fn bad_files() {
    check(&PASSES.replace("title", "titel"), &[], 2, &["ucs/cases/some.yaml:2:3: unknown field `titel`"]);
    check(&FAILS.replace("title:", "title: ''\n  #"), &[], 2, &["some.yaml:2:10: nothing is written here"]);
    let error = |text: &str| FAILS.replace("error: not-found", text);
    check(&error("error: {kind: any, status: 4040}"), &[], 2, &["4040 is no HTTP status: write 100 to 999"]);
    check(&error("error: {kind: any, status: 70000}"), &[], 2, &["write a whole number from 0 to 65535"]);
    check(&error("error: {kidn: any}"), &[], 2, &["unknown field `kidn`"]);
    check(&error("error: not-found, other: 1"), &[], 2, &["one key stands in it alone"]);
    let missing = PASSES.replace("steps", "incidents: [{reply: {file: replies/gone.json}}]\n  steps");
    check(&missing, &[], 2, &["some.yaml:4:", "there is no fixture", "ucs/replies/gone.json", "make that file"]);
    let ran = kubeproof(&["check", "--fixtures", "/no/such/folder"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the fixtures in /no/such/folder cannot be read"), "{}", ran.err);
}

#[test]
fn files_that_are_no_fixtures() {
    let folder = fixtures(PASSES);
    let at = |name: &str| folder.path().join("ucs").join(name);
    let check = || kubeproof(&["check", "--fixtures", folder.path().to_str().unwrap()]);
    // What editors and git leave is hidden.
    std::os::unix::fs::symlink("gone", at("cases/.#some.yaml")).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join(".git/HEAD"), "ref").unwrap();
    fs::write(at("cases/.other.yaml"), "rubbish").unwrap();
    assert_eq!((check().code, check().err.as_str()), (0, ""));
    for (name, text, message) in [
        ("cases/more.yaml", &b""[..], "ucs/cases/more.yaml:1:1: nothing is written here; write a list or a map"),
        ("cases/more.yaml", b"# later\n\n", "ucs/cases/more.yaml:1:1: nothing is written here"),
        ("saboteurs.yaml", b"", "ucs/saboteurs.yaml:1:1: nothing is written here"),
        ("replies/latin.txt", b"abc\xe4", "ucs/replies/latin.txt: byte 3 is not UTF-8; write the file as UTF-8"),
    ] {
        fs::create_dir_all(at("replies")).unwrap();
        fs::write(at(name), text).unwrap();
        let ran = check();
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}");
        assert!(ran.err.contains(message), "`{message}` is not in: {}", ran.err);
        fs::remove_file(at(name)).unwrap();
    }
    std::os::unix::fs::symlink("gone", at("cases/broken.yaml")).unwrap();
    let ran = check();
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("ucs/cases/broken.yaml cannot be read: No such file"), "{}", ran.err);
    fs::remove_file(at("cases/broken.yaml")).unwrap();
    fs::remove_file(at("cases/some.yaml")).unwrap();
    let ran = check();
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("there is no case in these fixtures"), "{}", ran.err);
}

#[test]
fn a_failure_is_told_whole() {
    let folder = fixtures(FAILS);
    let ran = kubeproof(&["check", "--fixtures", folder.path().to_str().unwrap()]);
    for part in [
        "failed  ucs/some/fails",
        "some.yaml:1:7",
        "expected  error not-found",
        "came      access information",
        "> GET /v1/clusters/",
        "> x-auth-token: <redacted>",
        "< 200",
        "clause ucs.one (documented)",
        "docs/001, first sentence",
        "kubeproof check ucs/some/fails",
        "1 cases: 1 failed",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
    }
}

#[test]
fn reports_for_programs() {
    let folder = fixtures(&format!("{PASSES}{FAILS}"));
    let (json, junit) = (folder.path().join("report.json"), folder.path().join("report.xml"));
    fs::write(&json, "an old report that is longer than nothing").unwrap();
    let ran = kubeproof(&[
        "check",
        "--fixtures",
        folder.path().to_str().unwrap(),
        "--report",
        &format!("json={}", json.display()),
        "--report",
        &format!("junit={}", junit.display()),
    ]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out, "");
    assert_eq!(ran.err, "2 cases: 1 passed, 1 failed, 0 could not run, 0 skipped\n");
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["schema"], "kubeproof.report/1");
    assert_eq!(report["summary"]["passed"], 1);
    assert_eq!(report["cases"][1]["id"], "ucs/some/fails");
    assert_eq!(report["cases"][1]["outcome"], "failed");
    let junit = fs::read_to_string(junit).unwrap();
    assert!(junit.starts_with("<?xml") && junit.contains("failures=\"1\""), "{junit}");
    assert!(!junit.contains('\u{1b}'), "no styles in a file");
}

#[test]
fn a_report_follows_a_link_and_goes_through_a_pipe() {
    let folder = fixtures(PASSES);
    let source = folder.path().to_str().unwrap().to_owned();
    let report =
        |path: &Path| kubeproof(&["check", "--fixtures", &source, "--report", &format!("json={}", path.display())]);

    let (file, link) = (folder.path().join("report.json"), folder.path().join("link.json"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(report(&link).code, 0);
    assert!(link.is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("kubeproof.report/1"));

    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(report(&pipe).code, 0);
    assert!(reader.join().unwrap().contains("kubeproof.report/1"));
    assert!(!fs::metadata(&pipe).unwrap().is_file(), "it is still a pipe");
}

#[test]
fn colors_are_asked_for_or_left_out() {
    let folder = fixtures(PASSES);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec!["check", "--fixtures", folder.path().to_str().unwrap()];
        all.extend(arguments);
        kubeproof_with(&all, variables).out.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "standard output is no terminal");
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

/// Whatever was started for a run ends with it, also when that is interrupted.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_adapter_behind() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["up", "alive"] {
        assert!(Command::new("mkfifo").arg(path(name)).status().unwrap().success());
    }
    // It says that it is there, and holds the other pipe open as long as it is.
    let script = format!("exec 3>'{}'; echo up >'{}'; exec sleep 600", path("alive").display(), path("up").display());
    fs::write(path("adapter.sh"), script).unwrap();
    let alive = std::thread::spawn({
        let alive = path("alive");
        move || fs::read(alive).unwrap()
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
        .args(["check", "ucs/access", "--adapter", &format!("sh {}", path("adapter.sh").display())])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(fs::read_to_string(path("up")).unwrap(), "up\n");
    signal(&child, "INT");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    assert_eq!(alive.join().unwrap(), b"");
}
