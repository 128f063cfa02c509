//! `kubeproof report`

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{FAILS, PASSES, fixtures, kubeproof};

/// Shards of one run, the second with a failure, and the report of another adapter.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = fixtures(&format!("{PASSES}{FAILS}"));
        let files = Self { folder };
        for (name, case) in [("passes", "ucs/some/passes"), ("fails", "ucs/some/fails")] {
            let report = format!("json={}", files.path(name).display());
            kubeproof(&["check", "--fixtures", files.folder.path().to_str().unwrap(), case, "--report", &report]);
        }
        files.change("passes", "other", "\"name\": \"", "\"name\": \"other-");
        files.change("fails", "differs", "ucs/some/fails", "ucs/some/passes");
        files.change("fails", "newer", "kubeproof.report/1", "kubeproof.report/9");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).with_extension("json")
    }

    fn change(&self, from: &str, to: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(from)).unwrap();
        assert!(text.contains(old), "{text}");
        fs::write(self.path(to), text.replace(old, new)).unwrap();
    }

    /// Runs `report`; an argument that begins with `@` is a file within, and `{}` is the folder.
    fn report(&self, arguments: &[&str]) -> crate::program::Ran {
        let folder = self.folder.path().to_str().unwrap();
        let said = |argument: &&str| match argument.strip_prefix('@') {
            Some(name) => self.path(name).display().to_string(),
            None => argument.replace("{}", folder),
        };
        let arguments: Vec<String> = arguments.iter().map(said).collect();
        let mut all = vec!["report"];
        all.extend(arguments.iter().map(String::as_str));
        kubeproof(&all)
    }
}

#[test]
fn shards_become_one_report_in_every_format() {
    let files = Files::new();
    let ran = files.report(&["@passes", "@fails"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("2 cases: 1 passed, 1 failed"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no styles without a terminal");

    let formats = [
        ("human", "2 cases: 1 passed, 1 failed"),
        ("json", "\"schema\": \"kubeproof.report/1\""),
        ("junit", "tests=\"2\" failures=\"1\""),
        ("tap", "TAP version 14\n1..2\n"),
        ("markdown", "## ❌ kubeproof: 1 failed"),
        ("github", "::error file="),
        ("html", "<td class=f><a href=#f1>failed"),
        ("badge", "\"schemaVersion\": 1"),
    ];
    let options: Vec<String> =
        formats.iter().flat_map(|(format, _)| [format!("--{format}"), format!("{{}}/out.{format}")]).collect();
    let mut arguments = vec!["@fails", "@passes"];
    arguments.extend(options.iter().map(String::as_str));
    let ran = files.report(&arguments);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    for (format, part) in formats {
        let text = fs::read_to_string(files.folder.path().join(format!("out.{format}"))).unwrap();
        assert!(text.contains(part), "{format}: {text}");
        assert!(!text.contains('\u{1b}'), "{format}");
        // The same that comes out on standard output.
        assert_eq!(files.report(&["@passes", "@fails", &format!("--{format}"), "-"]).out, text, "{format}");
    }
    // What was merged is read again.
    let again = files.report(&["{}/out.json", "--json", "-"]);
    let summary: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((&summary["summary"]["passed"], &summary["summary"]["failed"]), (&1.into(), &1.into()));
}

#[test]
fn several_files_of_a_format_and_several_adapters() {
    let files = Files::new();
    let ran =
        files.report(&["@passes", "@other", "@fails", "--html", "{}/a.html", "--html", "{}/b.html", "--tap", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("TAP version 14\n1..2\n# Subtest: "), "{}", ran.out);
    let page = fs::read_to_string(files.folder.path().join("a.html")).unwrap();
    assert_eq!(page, fs::read_to_string(files.folder.path().join("b.html")).unwrap());
    assert!(page.contains("<td class=n>not run"), "the other adapter has no second case");
}

#[track_caller]
fn check(files: &Files, arguments: &[&str], code: i32, parts: &[&str]) {
    let ran = files.report(arguments);
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    let files = Files::new();
    check(&files, &["@passes", "--html", "@passes"], 2, &["is the file of the reports that are read as well"]);
    check(&files, &["@passes", "--human", "{}/x", "--html", "{}/./x"], 2, &["two reports cannot share"]);
    check(&files, &[], 2, &["<FILE>"]);
    check(&files, &["{}/gone.json"], 2, &["gone.json cannot be read"]);
    check(&files, &["{}"], 2, &["cannot be read"]);
    check(&files, &["@newer", "--html", "{}/x"], 2, &["newer.json:2:", "`kubeproof.report/9` cannot be read"]);
    check(
        &files,
        &["@passes", "@differs", "--html", "{}/x"],
        2,
        &[
            "the case `ucs/some/passes`",
            "`passed` in",
            "passes.json and `failed` in",
            "differs.json",
            "leave one file out",
        ],
    );
    check(
        &files,
        &["@passes", "@other", "--html", "{}/x", "--json", "{}/y"],
        2,
        &["a json report is of one adapter", "html"],
    );
    check(&files, &["@passes", "--html", "{}/x", "--tap", "{}/x"], 2, &["two reports cannot share"]);
    check(&files, &["@passes", "--html", "-", "--tap", "-"], 2, &["cannot share standard output"]);
    check(&files, &["@passes", "--html", ""], 2, &["write a path, or - for standard output"]);
    check(&files, &["@passes", "--html", "{}/no/x"], 2, &["there is no folder", "make it first"]);
    check(&files, &["@passes", "--html", "/"], 2, &["that is a folder"]);
    check(&files, &["@passes", "--html", "/dev/full"], 5, &["cannot be written to /dev/full"]);
    check(&files, &["@passes", "--pdf", "x"], 2, &["--pdf"]);
    fs::write(files.path("latin"), b"\xe4").unwrap();
    check(&files, &["@latin"], 2, &["latin.json is not UTF-8"]);
    let text = fs::read_to_string(files.path("fails")).unwrap();
    fs::write(files.path("cut"), text.get(..text.len() / 2).unwrap()).unwrap();
    check(&files, &["@cut"], 2, &["cut.json:", "ends here before it is whole", "write it again"]);
    for name in ["x", "y"] {
        assert!(!Path::new(&files.folder.path().join(name)).exists(), "{name} was written");
    }
}

#[test]
fn help_teaches() {
    let help = kubeproof(&["report", "--help"]).out;
    for part in
        ["shards of one run", "side by side", "--markdown - >> \"$GITHUB_STEP_SUMMARY\"", "Exit codes:", "--badge"]
    {
        assert!(help.contains(part), "`{part}` is not in: {help}");
    }
}

/// Every format of `check --report` is an option of `report`, and the other way round.
#[test]
fn both_commands_know_the_same_formats() {
    let (help, refused) = (kubeproof(&["report", "--help"]).out, kubeproof(&["check", "--report", "pdf=x"]).err);
    let known = refused.split("write one of ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let known: Vec<&str> = known.split(", ").collect();
    assert_eq!(known.len(), 8, "{refused}");
    for format in known {
        assert!(help.contains(&format!("--{format} <PATH>")), "{format}: {help}");
        let folder = fixtures(PASSES);
        let (source, out) = (folder.path().to_str().unwrap(), folder.path().join("out"));
        let ran = kubeproof(&["check", "--fixtures", source, "--report", &format!("{format}={}", out.display())]);
        assert_eq!(ran.code, 0, "{format}: {}", ran.err);
        assert!(!fs::read_to_string(&out).unwrap().is_empty(), "{format}");
    }
}
