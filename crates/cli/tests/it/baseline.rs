//! `kubeproof check --baseline`

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::program::{FAILS, PASSES, Ran, fixtures, kubeproof};

/// The case that fails, as `check` says it.
const FAILURE: &str = "step 1: expected error not-found; came access information";

/// A folder with a suite of one case that passes and one that fails, and with a baseline.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(baseline: &str) -> Self {
        let folder = fixtures(&format!("{PASSES}{FAILS}"));
        fs::write(folder.path().join("baseline.yaml"), baseline).unwrap();
        Self { folder }
    }

    fn baseline(&self) -> PathBuf {
        self.folder.path().join("baseline.yaml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.baseline()).unwrap()
    }

    fn check(&self, arguments: &[&str]) -> Ran {
        let (folder, baseline) = (self.folder.path().to_str().unwrap().to_owned(), self.baseline());
        // The suite of the folder holds no file of another kind.
        let suite = TempDir::new().unwrap();
        for file in ["ucs/clauses.yaml", "ucs/cases/some.yaml"] {
            let to = suite.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(format!("{folder}/{file}"), to).unwrap();
        }
        let usual = ["check", "--fixtures", suite.path().to_str().unwrap(), "--baseline", baseline.to_str().unwrap()];
        kubeproof(&[&usual[..], arguments].concat())
    }
}

/// Runs `check` with a baseline, and compares the exit code and what is printed.
#[track_caller]
fn check(baseline: &str, arguments: &[&str], code: i32, parts: &[&str]) {
    let ran = Desk::with(baseline).check(arguments);
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    let all = format!("{}{}", ran.out, ran.err);
    for part in parts {
        assert!(all.contains(part), "`{part}` is not in: {all}");
    }
}

fn entry(case: &str, reason: &str, failure: &str) -> String {
    format!("- case: {case}\n  reason: '{reason}'\n  failure: '{failure}'\n")
}

#[test]
fn exit_codes() {
    let known = entry("ucs/some/fails", "issue 7 of the SDK", FAILURE);
    check(&known, &[], 0, &["1 passed, 1 expected failures", "baseline.yaml:1:9 says: issue 7 of the SDK"]);
    check("# nothing is known\n", &[], 1, &["1 passed, 1 failed"]);
    let other = entry("ucs/some/fails", "issue 7", "step 1: expected error forbidden; came [..]");
    check(&other, &[], 1, &["1 failed", "another failure than ", "says: step 1: expected error forbidden; came [..]"]);
    let stale = format!("{known}{}", entry("ucs/some/passes", "issue 8", FAILURE));
    check(&stale, &[], 3, &["1 unexpected passes", "baseline.yaml:4:9 says that it fails: remove that entry"]);
    // What fails is more than what is stale.
    check(&entry("ucs/some/passes", "issue 8", FAILURE), &[], 1, &["1 failed, 1 unexpected passes"]);
    // An entry of a case that was not run is left alone.
    check(&stale, &["ucs/some/fails"], 0, &["1 cases: 1 expected failures"]);
}

#[test]
fn wrong_baselines() {
    let case = |case: &str| entry(case, "a reason", FAILURE);
    check(
        &case("ucs/some/fail"),
        &[],
        2,
        &["baseline.yaml:1:9: there is no case `ucs/some/fail`", "did you mean `ucs/some/fails`?"],
    );
    for broad in ["ucs", "ucs/some", "ucs/some/", "ucs/*"] {
        let text = format!("- {{case: '{broad}', reason: a, failure: '{FAILURE}'}}\n");
        check(&text, &[], 2, &["baseline.yaml:1:10: ", "is more than one case"]);
    }
    check(&entry("ucs/some/fails", " ", FAILURE), &[], 2, &["baseline.yaml:2:11: say why"]);
    check(&entry("ucs/some/fails", "a", "[..]"), &[], 2, &["baseline.yaml:3:12: ", "too many failures"]);
    let twice = case("ucs/some/fails").repeat(2);
    check(&twice, &[], 2, &["baseline.yaml:4:9: `ucs/some/fails` stands at line 1 already"]);
    check("- case: ucs/some/fails\n  reason: a\n", &[], 2, &["baseline.yaml:2:3: missing field `failure`"]);
    check("- {case: ucs/some/fails, reasons: a}\n", &[], 2, &["unknown field `reasons`"]);
    check("case: ucs/some/fails\n", &[], 2, &["a list has to stand here"]);
    let ran = kubeproof(&["check", "ucs/download", "--baseline", "/no/such/file"]);
    assert!(ran.code == 2 && ran.err.contains("/no/such/file cannot be read"), "{}", ran.err);
    let ran = kubeproof(&["check", "--update-baseline"]);
    assert!(ran.code == 2 && ran.err.contains("--baseline"), "{}", ran.err);
}

/// Brings a baseline up to date, and compares its text.
#[track_caller]
fn check_update(before: &str, after: &str, said: &[&str]) {
    let desk = Desk::with(before);
    let ran = desk.check(&["--update-baseline"]);
    assert_eq!(desk.text(), after);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    for part in said {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    // What was written is the truth: nothing is left to be changed.
    let again = desk.check(&["--update-baseline"]);
    assert_eq!((desk.text().as_str(), again.code), (after, 0));
    assert!(again.err.contains("added: 0, changed: 0, removed: 0"), "{}", again.err);
}

#[test]
fn an_update_keeps_comments_and_leaves_reasons_to_be_written() {
    let new = format!("- case: ucs/some/fails\n  reason: ''\n  failure: \"{FAILURE}\"\n");
    check_update(
        "# of ours\n",
        &format!("# of ours\n{new}"),
        &["added: 1", "baseline.yaml:3: say why ucs/some/fails fails"],
    );
    let stale = "\
# Above all.

# About the one that passes.
- case: ucs/some/passes
  reason: an old one # aside
  failure: step 1 expected something else
# Between the two.

- reason: >
    issue 7, which
    is long
  # Within.
  failure: |-
    step 1: expected error forbidden,
    came nothing
  # After the failure.
  case: ucs/some/fails
# Below all.
";
    let fresh = format!(
        "\
# Above all.

# About the one that passes.
# Between the two.

- reason: >
    issue 7, which
    is long
  # Within.
  failure: \"{FAILURE}\"
  # After the failure.
  case: ucs/some/fails
# Below all.
"
    );
    check_update(stale, &fresh, &["changed: 1, removed: 1", "see whether its reason is still true"]);
    let kept = entry("ucs/some/fails", "issue 7", "step 1: [..]; came access information");
    check_update(&kept, &kept, &[]);
}

#[test]
fn a_reason_that_was_left_to_be_written_is_asked_for() {
    let desk = Desk::with("");
    assert_eq!(desk.check(&["--update-baseline"]).code, 0);
    assert!(desk.text().starts_with("# What kubeproof reference "), "{}", desk.text());
    let ran = desk.check(&[]);
    assert!(ran.code == 2 && ran.err.contains("baseline.yaml:4:11: say why"), "{}", ran.err);
}

/// A report would take the place of the reasons.
#[test]
fn a_report_is_not_written_over_the_baseline() {
    let known = entry("ucs/some/fails", "issue 7", FAILURE);
    let desk = Desk::with(&known);
    let report = format!("json={}", desk.baseline().display());
    for arguments in [&["--report", &report][..], &["--update-baseline", "--report", &report]] {
        let ran = desk.check(arguments);
        assert!(
            ran.code == 2 && ran.err.contains("is the file of --baseline as well, which would be lost"),
            "{}",
            ran.err
        );
        assert_eq!(desk.text(), known);
    }
}

#[test]
fn what_cannot_be_updated_is_left_as_it_is() {
    let flow = format!("[{{case: ucs/some/passes, reason: a, failure: '{FAILURE}'}}]\n");
    for (text, arguments, part) in [
        (flow.as_str(), &[][..], "shares a line with something else"),
        ("# nothing\n", &["ucs/some/fails"], "1 cases were not selected"),
        ("- {case: nowhere}\n", &[], "missing field"),
    ] {
        let desk = Desk::with(text);
        let ran = desk.check(&[&["--update-baseline"], arguments].concat());
        assert!(ran.code == 2 && ran.err.contains(part), "{}", ran.err);
        assert_eq!(desk.text(), text);
    }
}
