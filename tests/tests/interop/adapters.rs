//! The providers' own SDKs for Python, unmodified, as adapters: each does over HTTPS what its baseline says, and
//! `docs/sdks.md` says the same. And adapters as they are written anew. `just interop` brings what they need.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

use kubeproof::emulator::providers::PROVIDERS;
use serde::Deserialize;
use serde_json::Value;

use crate::oracle::{kubeproof, program};

/// An SDK: its name on PyPI, and its adapter.
struct Sdk {
    name: &'static str,
    adapter: &'static str,
}

const SDKS: [Sdk; 4] = [
    Sdk { name: "pydo", adapter: "pydo_adapter.py" },
    Sdk { name: "huaweicloudsdkcce", adapter: "huaweicloudsdkcce_adapter.py" },
    Sdk { name: "huaweicloudsdkucs", adapter: "huaweicloudsdkucs_adapter.py" },
    Sdk { name: "fireworks-ai", adapter: "fireworks_ai_adapter.py" },
];

/// An entry of a baseline.
#[derive(Deserialize)]
struct Entry {
    case: String,
    reason: String,
}

/// What `kubeproof check` did.
struct Checked {
    code: Option<i32>,
    report: Value,
    complaints: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn baseline(sdk: &Sdk) -> PathBuf {
    root().join(format!("examples/adapters/{}.baseline.yaml", sdk.name))
}

/// Judges an SDK over HTTPS by the cases of these patterns, or by all.
fn check(sdk: &Sdk, baseline: &Path, patterns: &[&str]) -> Checked {
    let python = program("KUBEPROOF_SDK_PYTHON");
    let output = Command::new(kubeproof())
        // Few processes: each loads an SDK of its own.
        .args(["check", "--tls", "--jobs", "4", "--report", "json=-", "--baseline"])
        .arg(baseline)
        .arg("--adapter")
        .arg(format!("'{}' {}", python.display(), sdk.adapter))
        .args(patterns)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(root().join("examples/adapters"))
        .output()
        .unwrap_or_else(|error| panic!("kubeproof does not run: {error}; use `just interop`"));
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: no report: {error}: {complaints}", sdk.name));
    Checked { code: output.status.code(), report, complaints }
}

/// Every SDK by the whole suite, one after the other.
static CHECKED: LazyLock<Vec<Checked>> = LazyLock::new(|| {
    let checked = |sdk: &Sdk| {
        let begun = now();
        let checked = check(sdk, &baseline(sdk), &[]);
        // Past what captures the output of tests: a job says what takes its time.
        let _ = writeln!(std::io::stderr(), "{}: the whole suite in {:.0?}", sdk.name, begun.elapsed());
        checked
    };
    SDKS.iter().map(checked).collect()
});

#[expect(clippy::disallowed_methods, reason = "how long a run takes is told, nothing is decided by it")]
fn now() -> Instant {
    Instant::now()
}

fn cases(report: &Value) -> impl Iterator<Item = (&str, &str, &str)> {
    let cases = report["cases"].as_array().expect("a report has cases").iter();
    cases.map(|case| {
        let text = |key: &str| case[key].as_str().expect("it is a text");
        (text("id"), text("outcome"), text("message"))
    })
}

/// Nothing but what the baselines say came of the runs.
#[track_caller]
fn assert_as_known(checked: &[Checked]) {
    for (sdk, checked) in SDKS.iter().zip(checked) {
        let others: Vec<_> = cases(&checked.report)
            .filter(|(_, outcome, _)| !["passed", "expected-failure", "skipped"].contains(outcome))
            .collect();
        assert!(others.is_empty(), "{}: {others:#?}\n{}", sdk.name, checked.complaints);
        assert_eq!(checked.code, Some(0), "{}: {}", sdk.name, checked.complaints);
    }
}

#[test]
fn each_sdk_does_what_its_baseline_says() {
    assert_as_known(&CHECKED);
}

/// A line less is a failure, a line too many is stale, and neither is overlooked.
#[test]
fn a_baseline_is_kept_to_the_letter() {
    let sdk = &SDKS[3];
    let text = fs::read_to_string(baseline(sdk)).expect("it can be read");
    let entry = "- case: fireworks/endpoint/empty\n";
    let (before, after) = text.split_once(entry).expect("it is an entry");
    let (_, after) = after.split_once("\n- case: ").expect("others follow");
    let less = format!("{before}- case: {after}");
    let more =
        format!("{text}- {{case: fireworks/connection/endpoint, reason: none, failure: it never came to that}}\n");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("baseline.yaml");
    for (text, code, of_interest) in [
        (&text, 0, None),
        (&less, 1, Some(("fireworks/endpoint/empty", "failed"))),
        (&more, 3, Some(("fireworks/connection/endpoint", "unexpected-pass"))),
    ] {
        fs::write(&file, text).expect("it can be written");
        let checked = check(sdk, &file, &["fireworks/endpoint", "fireworks/connection"]);
        assert_eq!(checked.code, Some(code), "{of_interest:?}: {}", checked.complaints);
        let odd: Vec<_> = cases(&checked.report)
            .map(|(id, outcome, _)| (id, outcome))
            .filter(|(_, outcome)| ["failed", "unexpected-pass"].contains(outcome))
            .collect();
        assert_eq!(odd, Vec::from_iter(of_interest));
    }
}

/// `docs/sdks.md` is what the runs say; `just sdk-matrix` writes it.
#[test]
fn the_published_results_are_those_of_today() {
    // Neither written nor compared else.
    assert_as_known(&CHECKED);
    let page = page(&CHECKED);
    let path = root().join("docs/sdks.md");
    if std::env::var_os("KUBEPROOF_WRITE_DOCS").is_some() {
        fs::create_dir_all(root().join("docs")).expect("the folder can be made");
        fs::write(&path, page).expect("it can be written");
        return;
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&published, &page);
    assert!(
        published == page,
        "docs/sdks.md is stale, `just sdk-matrix` brings it up to date:\n{}",
        diff.unified_diff().header("published", "of today")
    );
}

/// The page of the results.
fn page(checked: &[Checked]) -> String {
    let mut page = "\
# What the providers' own SDKs do

The SDKs of four providers for Python, unmodified and called as their documentation says, judged by the whole suite over HTTPS.
Their adapters and their baselines are in [examples/adapters](../examples/adapters). This page is written by `just sdk-matrix`, and
`just interop` fails when it is not what the SDKs do.

A known failure is one that the baseline of the SDK explains; in how many of them it is a document of the provider that is not kept
to, and not an observation or our own judgement, is said beside. Nothing was asked of the live services.

| SDK | version | provider | passed | known failures | of these by a document | skipped |
|---|---|---|--:|--:|--:|--:|
"
    .to_owned();
    let rows: Vec<Row<'_>> = SDKS.iter().zip(checked).map(|(sdk, checked)| Row::of(sdk, &checked.report)).collect();
    for Row { sdk, provider, version, passed, known, documented, skipped } in &rows {
        let (known, skipped) = (known.len(), skipped.len());
        let _ = writeln!(
            page,
            "| `{}` | {version} | {provider} | {passed} | {known} | {documented} | {skipped} |",
            sdk.name
        );
    }
    for row in &rows {
        row.write(&mut page);
    }
    page
}

/// What came of the cases of its provider.
struct Row<'a> {
    sdk: &'a Sdk,
    provider: &'a str,
    version: &'a str,
    passed: usize,
    known: BTreeSet<&'a str>,
    /// How many of these are by a document, first or later.
    documented: usize,
    skipped: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn of(sdk: &'a Sdk, report: &'a Value) -> Self {
        let provider = report["adapter"]["providers"][0].as_str().expect("it serves a provider");
        let of_provider = || cases(report).filter(|(id, _, _)| id.split('/').next() == Some(provider));
        let with = |wanted: &'static str| of_provider().filter(move |(_, outcome, _)| *outcome == wanted);
        let documented = |case: &&Value| {
            case["outcome"] == "expected-failure"
                && (case["provenance"] == "documented" || case["provenance"] == "newer")
        };
        Self {
            sdk,
            provider,
            documented: report["cases"].as_array().expect("a report has cases").iter().filter(documented).count(),
            version: report["adapter"]["version"].as_str().expect("it has a version"),
            passed: with("passed").count(),
            known: with("expected-failure").map(|(id, _, _)| id).collect(),
            skipped: with("skipped").map(|(_, _, why)| why).collect(),
        }
    }

    /// Why which cases fail and are skipped, what has most of them first.
    fn write(&self, page: &mut String) {
        let _ = writeln!(page, "\n## {} {}\n", self.sdk.name, self.version);
        let text = fs::read_to_string(baseline(self.sdk)).expect("it can be read");
        let entries: Vec<Entry> = serde_yaml::from_str(&text).expect("it is a list of entries");
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for entry in entries.iter().filter(|entry| self.known.contains(entry.case.as_str())) {
            match reasons.iter_mut().find(|(reason, _)| *reason == entry.reason) {
                Some((_, cases)) => cases.push(&entry.case),
                None => reasons.push((&entry.reason, vec![&entry.case])),
            }
        }
        reasons.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
        for (reason, cases) in reasons {
            let prefix = format!("{}/", self.provider);
            let names: Vec<String> =
                cases.iter().map(|case| format!("`{}`", case.strip_prefix(&prefix).unwrap_or(case))).collect();
            let _ = writeln!(page, "- **{}**: {reason}.\n  <br>{}", cases.len(), names.join(" "));
        }
        let kinds: BTreeSet<&str> = self.skipped.iter().copied().collect();
        for kind in kinds {
            let count = self.skipped.iter().filter(|why| **why == kind).count();
            let _ = writeln!(page, "- skipped **{count}**: {kind}.");
        }
    }
}

/// The versions that are judged are those that are pinned.
#[test]
fn each_sdk_is_of_the_version_that_is_pinned() {
    let pins = fs::read_to_string(root().join("examples/adapters/requirements.txt")).expect("it can be read");
    for (sdk, checked) in SDKS.iter().zip(&*CHECKED) {
        let version = checked.report["adapter"]["version"].as_str().expect("it has a version");
        assert!(pins.lines().any(|line| line == format!("{}=={version}", sdk.name)), "{} {version}", sdk.name);
    }
}

/// What `kubeproof new adapter` writes runs at once, and speaks the protocol.
#[test]
fn what_is_written_anew_runs_at_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let python = format!("'{}' adapter.py", program("KUBEPROOF_PYTHON").display());
    for (language, command) in [("python", python.as_str()), ("node", "node adapter.mjs"), ("shell", "sh adapter.sh")] {
        for provider in PROVIDERS {
            let name = format!("{language}-{provider}");
            let run = |within: &Path, arguments: &[&str]| {
                let output = Command::new(kubeproof()).args(arguments).current_dir(within).output();
                let output = output.unwrap_or_else(|error| panic!("kubeproof does not run: {error}"));
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(output.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
                said
            };
            run(folder.path(), &["new", "adapter", language, &name, "--provider", provider]);
            let said = run(&folder.path().join(&name), &["adapter", "smoke", command]);
            // Both fetches were made.
            assert!(said.lines().count() == 4 && !said.contains("nothing"), "{name}: {said}");
        }
    }
}
