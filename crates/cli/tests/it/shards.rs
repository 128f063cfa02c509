//! `--shard` of `check` and `list`, and what `report` makes of shards.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{FAILS, PASSES, Ran, fixtures, kubeproof};

/// What every run of this file selects: two patterns of two providers, and not all of what they fit.
const SELECTED: [&str; 6] = ["*/redirects/*", "ucs/download", "--provider", "ucs", "--provider", "digitalocean"];

fn ids(json: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(json).unwrap();
    let cases = value.get("cases").unwrap_or(&value).as_array().unwrap();
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

fn list(arguments: &[&str]) -> Ran {
    kubeproof(&[&["list", "--json"], &SELECTED[..], arguments].concat())
}

/// A report without what differs from run to run: durations, and the ports of this machine.
fn lasting(json: &str) -> String {
    let mut report: Value = serde_json::from_str(json).unwrap();
    for case in report["cases"].as_array_mut().unwrap() {
        case["duration_ms"] = 0.into();
    }
    let text = report.to_string();
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + "127.0.0.1:0" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn each_selected_case_is_in_one_shard() {
    let whole = ids(&list(&[]).out);
    assert!(whole.len() > 20, "{whole:?}");
    let shards: Vec<Vec<String>> = (1..=3).map(|number| ids(&list(&["--shard", &format!("{number}/3")]).out)).collect();
    for (at, id) in whole.iter().enumerate() {
        assert_eq!(shards[at % 3].get(at / 3), Some(id));
    }
    assert_eq!(shards.concat().len(), whole.len());
    let people = kubeproof(&["list", "ucs/download/second-call-is-refused", "--shard", "1/1"]);
    assert!(people.out.ends_with("\n1 cases\n"), "{}", people.out);
}

#[test]
fn the_reports_of_all_shards_are_that_of_one_run() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let check = |arguments: &[&str], name: &str| {
        let report = format!("json={}", path(name));
        let ran = kubeproof(&[&["check", "--report", &report], &SELECTED[..], arguments].concat());
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    };
    check(&[], "whole");
    for number in 1..=3 {
        let (shard, name) = (format!("{number}/3"), number.to_string());
        check(&["--shard", &shard], &name);
        let text = fs::read_to_string(path(&name)).unwrap();
        assert_eq!(ids(&text), ids(&list(&["--shard", &shard]).out), "`list` and `check` mean the same");
        assert_eq!(kubeproof(&["report", &path(&name)]).code, 2, "one shard is no run");
    }
    let ran = kubeproof(&["report", &path("3"), &path("1"), &path("2"), "--json", &path("merged"), "--exit-code"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert_eq!(lasting(&read("merged")), lasting(&read("whole")));
}

/// A suite of one case that passes and one that fails, which `check` runs in two shards.
struct Desk {
    suite: TempDir,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { suite: fixtures(&format!("{PASSES}{FAILS}")), folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(&self, arguments: &[&str]) -> Ran {
        kubeproof(&[&["check", "--fixtures", self.suite.path().to_str().unwrap()], arguments].concat())
    }

    /// Writes the report of a shard, and gives the exit code of its run.
    fn shard(&self, shard: &str, arguments: &[&str]) -> i32 {
        let report = format!("json={}", self.path(&shard.replace('/', "-of-")).display());
        self.check(&[&["--shard", shard, "--report", &report], arguments].concat()).code
    }

    /// Merges these, to a page within; `of` are shards.
    fn report(&self, of: &[&str], arguments: &[&str]) -> Ran {
        let files: Vec<String> =
            of.iter().map(|shard| self.path(&shard.replace('/', "-of-")).display().to_string()).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let page = self.path("page.html");
        kubeproof(&[&["report"], &files[..], &["--html", page.to_str().unwrap()], arguments].concat())
    }

    #[track_caller]
    fn check_report(&self, of: &[&str], arguments: &[&str], code: i32, part: &str) {
        let ran = self.report(of, arguments);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        assert!(code != 2 || !self.path("page.html").exists(), "nothing is made of what is wrong");
    }
}

#[test]
fn exit_codes_of_shards_and_of_their_report() {
    let desk = Desk::new();
    assert_eq!(desk.shard("1/2", &[]), 0);
    assert_eq!(desk.shard("2/2", &[]), 1);
    desk.check_report(&["2/2"], &[], 2, "2/2 (");
    desk.check_report(&["1/2", "1/2"], &[], 2, "came twice");
    desk.check_report(&["1/2", "2/2"], &["--min-ran", "5"], 2, "--exit-code");
    desk.check_report(&["1/2", "2/2"], &["--exit-code", "--min-ran", "101"], 2, "101");
    desk.check_report(&["1/2", "2/2"], &[], 0, "");
    desk.check_report(&["1/2", "2/2"], &["--exit-code"], 1, "");
    assert!(desk.path("page.html").exists(), "a failure is told by what was written");
}

/// What the same cases are judged by, and where they are served, makes a run of its own.
#[test]
fn shards_of_other_fixtures_and_options_are_of_another_run() {
    let desk = Desk::new();
    desk.shard("1/2", &[]);
    desk.shard("2/2", &["--tls"]);
    desk.check_report(&["1/2", "2/2"], &[], 2, "2/2 did not; of another run is 2/2 (");
    let cases = desk.suite.path().join("ucs/cases/some.yaml");
    let text = fs::read_to_string(&cases).unwrap();
    fs::write(&cases, text.replace("error: not-found", "access: {}")).unwrap();
    assert_eq!(desk.shard("2/2", &[]), 0, "it is weaker");
    desk.check_report(&["1/2", "2/2"], &[], 2, "2/2 did not; of another run is 2/2 (");
    fs::write(&cases, text).unwrap();
    desk.shard("2/2", &[]);
    desk.check_report(&["1/2", "2/2"], &[], 0, "");
}

#[test]
fn what_is_wrong_with_a_shard() {
    let desk = Desk::new();
    for (shard, part) in [("3/2", "`3/2` is no shard: write I/N"), ("0/2", "`0/2` is no shard"), ("", "`` is no shard")]
    {
        let ran = desk.check(&["--shard", shard]);
        assert!(ran.code == 2 && ran.err.contains(part), "{}", ran.err);
        assert_eq!(kubeproof(&["list", "--shard", shard]).code, 2);
    }
    // A mistyped pattern is none of the shard's.
    let ran = desk.check(&["ucs/some/pases", "--shard", "1/2"]);
    assert!(ran.code == 4 && ran.err.contains("did you mean `ucs/some/passes`?"), "{}", ran.err);
}

#[test]
fn a_shard_without_cases_is_said_and_is_no_error() {
    let desk = Desk::new();
    for number in 1..=3 {
        desk.shard(&format!("{number}/3"), &[]);
    }
    let ran = desk.check(&["--shard", "3/3", "--min-ran", "100"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("the shard 3/3 is empty: 2 cases are selected; fewer shards will do"), "{}", ran.err);
    assert!(ran.out.contains("(shard 3/3): 0 cases: nothing ran"), "{}", ran.out);
    assert!(!ran.out.contains("by provenance"), "{}", ran.out);
    // It is missed all the same.
    desk.check_report(&["1/3", "2/3"], &[], 2, "and 3/3 did not");
    desk.check_report(&["1/3", "2/3", "3/3"], &["--exit-code"], 1, "");
    let source = desk.suite.path().to_str().unwrap();
    let ran = kubeproof(&["list", "--fixtures", source, "--shard", "3/3"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "0 cases\n"), "{}", ran.err);
}

#[test]
fn an_entry_of_another_shard_is_not_stale() {
    let desk = Desk::new();
    let baseline = desk.path("baseline.yaml");
    let entry = |case: &str| {
        format!(
            "- {{case: {case}, reason: issue 7, failure: 'step 1: expected error not-found; came access information'}}\n"
        )
    };
    fs::write(&baseline, entry("ucs/some/fails") + &entry("ucs/some/passes")).unwrap();
    let baseline = ["--baseline", baseline.to_str().unwrap()];
    assert_eq!(desk.shard("2/2", &baseline), 0, "what fails is known, and what passes is elsewhere");
    assert_eq!(desk.shard("1/2", &baseline), 3, "its own entry is");
    desk.check_report(&["1/2", "2/2"], &["--exit-code"], 3, "");
}

#[test]
fn a_baseline_is_not_brought_up_to_date_by_a_shard() {
    let desk = Desk::new();
    let baseline = desk.path("baseline.yaml");
    let ran = desk.check(&["--shard", "1/1", "--baseline", baseline.to_str().unwrap(), "--update-baseline"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for part in
        ["--update-baseline cannot be used with --shard 1/1", "an update is of the whole suite", "leave --shard out"]
    {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    assert!(!baseline.exists() && ran.out.is_empty(), "nothing ran: {}", ran.out);
}

/// The adapter lacks a feature for one case, and that case is alone in its shard.
#[test]
fn what_is_skipped_gathers_in_a_shard_and_not_in_the_report() {
    let suite = fixtures(&format!("{}  needs: [ak-sk]\n{PASSES}", PASSES.replace("passes", "signs")));
    let desk = Desk { suite, folder: TempDir::new().unwrap() };
    let script = desk.path("adapter.sh");
    fs::write(&script, ONLY_TOKENS).unwrap();
    let adapter = format!("bash '{}'", script.display());
    let with_tokens = ["--adapter", adapter.as_str()];
    // The first is skipped, and the second fails.
    assert_eq!(desk.shard("1/2", &with_tokens), 4);
    let ran = desk.check(&[&with_tokens[..], &["--shard", "1/2"]].concat());
    for part in
        ["only-tokens 1 (shard 1/2): 0 of 1 cases ran", "has gathered in this shard", "report --exit-code --min-ran"]
    {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    assert_eq!(desk.shard("2/2", &[&with_tokens[..], &["--min-ran", "100"]].concat()), 1);
    // All of it together: one of two ran, and failed.
    desk.check_report(&["1/2", "2/2"], &["--exit-code"], 1, "");
    // Known, so that what is left is how much ran.
    let baseline = desk.path("baseline.yaml");
    fs::write(&baseline, "- {case: ucs/some/passes, reason: issue 7, failure: 'step 1: expected access[..]'}\n")
        .unwrap();
    let known = [&with_tokens[..], &["--baseline", baseline.to_str().unwrap()]].concat();
    assert_eq!(desk.shard("2/2", &known), 0);
    desk.check_report(&["1/2", "2/2"], &["--exit-code", "--min-ran", "50"], 0, "");
    desk.check_report(
        &["1/2", "2/2"],
        &["--exit-code", "--min-ran", "51"],
        4,
        "only-tokens 1: 1 of 2 cases ran, less than 51 percent; the adapter declares too few",
    );
}

/// Answers every fetch with an error.
const ONLY_TOKENS: &str = r#"
read -r hello
echo '{"hello":{"protocol":1,"name":"only-tokens","version":"1","providers":["ucs"],"features":["token","http"]}}'
while read -r line; do
    id=${line#*'"id":"'}
    printf '{"result":{"id":"%s","error":{"kind":"error","message":"none"}}}\n' "${id%%'"'*}"
done
"#;

#[test]
fn help_teaches() {
    for (command, parts) in [
        ("check", &["--shard <I/N>", "every case is in exactly one", "--shard 1/3 --report json=shard-1.json"][..]),
        ("list", &["--shard <I/N>"]),
        (
            "report",
            &["--exit-code", "--min-ran <PERCENT>", "a shard of `check --shard` that is missing or comes twice"],
        ),
    ] {
        let help = kubeproof(&[command, "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(help.contains(part), "{command}: `{part}` is not in: {help}");
        }
    }
}
