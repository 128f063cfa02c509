//! `kubeproof prove`

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kubeproof::conformance::Suite;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Ran, kubeproof, run};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The whole suite is proven; its page in the docs is true; and without any one file of cases it would not be proven.
#[test]
fn the_suite_bites() {
    let folder = TempDir::new().unwrap();
    let (json, markdown) = (folder.path().join("proof.json"), folder.path().join("proof.md"));
    let reports = [format!("json={}", json.display()), format!("markdown={}", markdown.display())];
    let ran = kubeproof(&["prove", "--aimed", "--report", &reports[0], "--report", &reports[1]]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.as_str()), (0, "", ""));

    let page = fs::read_to_string(&markdown).unwrap();
    let docs = repository().join("docs/prove.md");
    if std::env::var_os("KUBEPROOF_WRITE_DOCS").is_some() {
        fs::write(&docs, &page).unwrap();
    }
    let published = fs::read_to_string(&docs).unwrap_or_default();
    assert!(
        published == page,
        "docs/prove.md is not what `kubeproof prove` says: run\n  KUBEPROOF_WRITE_DOCS=1 cargo test -p kubeproof-cli --test it -- prove"
    );

    let proof: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let suite = Suite::embedded().unwrap();
    let saboteurs = proof["saboteurs"].as_array().unwrap();
    let broken_protocols = proof["protocol"].as_array().unwrap().len() - 1;
    assert!(saboteurs.len() + broken_protocols >= 80, "{} and {broken_protocols}", saboteurs.len());
    let files: BTreeSet<&str> = suite.cases().map(|case| case.place.file.as_str()).collect();
    assert!(files.len() > 50);
    let unnoticed: Vec<&str> = files.into_iter().filter(|file| !is_missed(file, &suite, saboteurs)).collect();
    assert_eq!(unnoticed, [""; 0], "these could be deleted, and nobody would notice");
}

/// Whether the rest of the suite tells that a file is not there: a clause is left without a case, or a saboteur that breaks a
/// clause is caught by no case of that clause.
fn is_missed(file: &str, suite: &Suite, saboteurs: &[Value]) -> bool {
    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in suite.cases().filter(|case| case.place.file != file) {
        for clause in &case.clauses {
            left.entry(clause).or_default().insert(&case.id);
        }
    }
    let is_bare = |clause: &str| !left.contains_key(clause);
    if suite.clauses().any(|clause| clause.not_observable.is_none() && is_bare(&clause.id)) {
        return true;
    }
    saboteurs.iter().any(|saboteur| {
        let caught_by: BTreeSet<&str> = texts(&saboteur["caught_on_purpose"]).collect();
        texts(&saboteur["breaks"]).any(|clause| left.get(clause).is_none_or(|cases| cases.is_disjoint(&caught_by)))
    })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

const CLAUSES: &str = "\
provider: ucs
title: A provider
documents: {docs/001: a document}
editions: [{date: '2025-05', note: a note}]
clauses:
  - {id: ucs.one, statement: The first call is answered., source: 'docs/001, first sentence', provenance: documented}
  - {id: ucs.two, statement: The second is not., source: 'docs/001, second sentence', provenance: documented}
";

const CASES: &str = "\
- id: ucs/some/first
  title: The first call is answered
  clauses: [ucs.one]
  steps: [{expect: {access: {}}}]
- id: ucs/some/second
  title: The second is not
  clauses: [ucs.two]
  steps: [{expect: {access: {}}}, {expect: {error: already-downloaded}}]
";

const SABOTEURS: &str = "\
- id: ucs/loses-an-item
  title: The last item is lost
  twist: {answer: [{items: without-last}]}
  breaks: [ucs.one]
- id: ucs/takes-downloaded
  title: It takes Downloaded for access information
  twist: {answer: [{take: [{kind: already-downloaded}]}]}
  breaks: [ucs.two]
";

/// Runs `prove` on a small suite that is proven, after a change of one of its files.
fn changed(file: &str, from: &str, to: &str) -> Ran {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("ucs/cases")).unwrap();
    for (name, text) in [("clauses.yaml", CLAUSES), ("cases/some.yaml", CASES), ("saboteurs.yaml", SABOTEURS)] {
        let text = if name == file {
            assert!(text.contains(from), "{from} is not in {text}");
            text.replace(from, to)
        } else {
            text.to_owned()
        };
        fs::write(folder.path().join("ucs").join(name), text).unwrap();
    }
    kubeproof(&["prove", "--provider", "ucs", "--fixtures", folder.path().to_str().unwrap()])
}

#[track_caller]
fn check(file: &str, from: &str, to: &str, code: i32, parts: &[&str]) {
    let ran = changed(file, from, to);
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    for part in parts {
        assert!(ran.err.contains(part) || ran.out.contains(part), "`{part}` is not in:\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn whatever_does_not_bite_is_a_finding() {
    check("clauses.yaml", "a note", "another note", 0, &["2 saboteurs", "2 cases, of which 1 catch all; 0 findings"]);
    // A saboteur does what does no harm.
    let harmless = "ucs/saboteurs.yaml:5:7: ucs/takes-downloaded gets through: no case fails it";
    let undefended = "no saboteur breaks ucs.two";
    check(
        "saboteurs.yaml",
        "{kind: already-downloaded}",
        "{kind: tls}",
        1,
        &[harmless, "ucs/some/second catches nothing"],
    );
    // One is caught, but not by what it breaks.
    let cases = "  clauses: [ucs.two]\n  steps: [{expect: {access: {}}}, {expect: {error: already-downloaded}}]";
    let weak = "  clauses: [ucs.two]\n  steps: [{expect: {either: [{access: {}}, {error: any}]}}]";
    check("cases/some.yaml", cases, weak, 1, &["ucs/takes-downloaded gets through", "ucs/some/second catches nothing"]);
    check("saboteurs.yaml", "breaks: [ucs.one]", "breaks: [ucs.one, ucs.two]", 0, &[]);
    check(
        "saboteurs.yaml",
        "items: without-last",
        "pretend: [{kind: already-downloaded}]",
        1,
        &["ucs/loses-an-item breaks ucs.one, and no case that judges by that clause fails it"],
    );
    let kept = "ucs/loses-an-item is not refused by ucs.two: the emulation does not keep that rule, or another";
    check("saboteurs.yaml", "breaks: [ucs.one]", "breaks: [ucs.one]\n  refused: [ucs.two]", 1, &[kept]);
    // Nobody at all.
    let text = SABOTEURS.split("\n- id").nth(1).unwrap();
    check(
        "saboteurs.yaml",
        &format!("\n- id{text}"),
        "\n",
        1,
        &["no saboteur breaks ucs.two", "ucs/some/second catches nothing"],
    );
    check("saboteurs.yaml", SABOTEURS, "[]", 1, &["no saboteur breaks ucs.one", "no saboteur breaks ucs.two"]);
    // A case too many, a clause too many.
    let more = "- id: ucs/some/third\n  title: Anything will do\n  clauses: [ucs.two]\n  steps: [{expect: {either: [{access: {}}, {error: any}]}}]\n- id: ucs/some/second";
    check("cases/some.yaml", "- id: ucs/some/second", more, 1, &["ucs/some/third catches nothing"]);
    check("saboteurs.yaml", "breaks: [ucs.two]", "breaks: [ucs.one]", 1, &[undefended]);
    // Nobody can pass.
    let honest = "the honest client fails ucs/some/first";
    check("cases/some.yaml", "steps: [{expect: {access: {}}}]", "steps: [{expect: {error: not-found}}]", 1, &[honest]);
    // A fault of which nobody makes anything.
    let fault = "- id: ucs/some/third\n  title: A fault that is never done\n  clauses: [ucs.two]\n  faults: [{is: reset, at: before-headers, calls: [9]}]\n  steps: [{expect: {either: [{access: {}}, {error: any}]}}]\n- id: ucs/some/second";
    let silent = "no saboteur is caught by a case of ucs with the fault `reset`; write one";
    check("cases/some.yaml", "- id: ucs/some/second", fault, 1, &[silent]);
}

#[test]
fn a_mistake_in_a_file_of_saboteurs_names_its_place() {
    let mistakes = [
        (
            "takes-downloaded\n",
            "Takes\n",
            "saboteurs.yaml:5:7: the saboteur `ucs/Takes` has to be called `ucs/` and a name in kebab-case",
        ),
        ("ucs/takes-downloaded", "ucs/loses-an-item", "stands twice in this file"),
        ("breaks: [ucs.two]", "breaks: []", "breaks no clause; name those that it breaks"),
        (
            "breaks: [ucs.two]",
            "breaks: [ucs.tow]",
            "saboteurs.yaml:8:12: there is no clause `ucs.tow`; did you mean `ucs.two`?",
        ),
        ("{items: without-last}", "{items: upside-down}", "saboteurs.yaml:3:"),
        (
            "answer: [{items: without-last}]",
            "wire: [{method: \"G T\"}]",
            "saboteurs.yaml:1:7: the saboteur `ucs/loses-an-item`: `G T` is no method",
        ),
        ("answer: [{items: without-last}]", "wire: [{header: {\"a b\": c}}]", "`a b` is no name of a header"),
        ("answer: [{items: without-last}]", "wire: [{header: {a: \"c\\n\"}}]", "no header holds `c"),
        (
            "answer: [{items: without-last}]",
            "wire: [{status: {404: 2000}}]",
            "2000 is no HTTP status: write 100 to 999",
        ),
        ("answer: [{items: without-last}]", "ask: [{forget: regoin}]", "`regoin` is no option of a fetch"),
        ("answer: [{items: without-last}]", "wire: [nothing]", "saboteurs.yaml:3:18: unknown variant `nothing`"),
        (
            "title: The last item is lost",
            "title: ''",
            "saboteurs.yaml:2:10: nothing is written here; say in a few words what it is",
        ),
        ("kind: already-downloaded", "status: 9", "9 is no HTTP status"),
        ("[{kind: already-downloaded}]", "[]", "an empty list is true of nothing: say when"),
        ("{answer: [{items: without-last}]}", "{}", "does nothing; say under `twist` what it does"),
        ("  twist: {answer: [{items: without-last}]}\n", "", "missing field `twist`"),
    ];
    for (from, to, message) in mistakes {
        check("saboteurs.yaml", from, to, 2, &[message]);
    }
    let hidden = "provenance: documented, not-observable: nobody sees it}\n";
    let ran =
        changed("clauses.yaml", "second sentence', provenance: documented}\n", &format!("second sentence', {hidden}"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`ucs.two` is not observable, so nothing can break it; leave it out"), "{}", ran.err);
}

/// A program that could not be started did not break the protocol.
#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_tried_is_not_caught() {
    let few_files = r#"ulimit -n 12; exec "$0" prove protocol/two-answers protocol/honest --report json=-"#;
    let ran = run(Command::new("sh").args(["-c", few_files, env!("CARGO_BIN_EXE_kubeproof")]));
    assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{}", ran.err);
    assert!(ran.err.contains(" says nothing: ") && ran.err.contains("cannot be started"), "{}", ran.err);
}

#[test]
fn a_part_of_them_is_tried_alone() {
    let ran = kubeproof(&["prove", "--aimed", "ucs/takes-downloaded", "protocol/dies", "--report", "json=-"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let page = kubeproof(&["prove", "--aimed", "ucs/takes-downloaded", "--report", "markdown=-"]).out;
    assert!(
        page.contains("`kubeproof prove 'ucs/takes-downloaded'` wrote this page: it is of this part alone."),
        "{page}"
    );
    let proof: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(proof["saboteurs"][0]["id"], "ucs/takes-downloaded");
    assert_eq!((proof["saboteurs"].as_array().unwrap().len(), proof["protocol"].as_array().unwrap().len()), (1, 1));
    for (arguments, message) in [
        (
            &["ucs/takes-downlaoded"][..],
            "no saboteur fits `ucs/takes-downlaoded`; did you mean `ucs/takes-downloaded`?",
        ),
        (&["--provider", "ucs", "protocol/*"], "no saboteur fits `protocol/*`; they are in PROVIDER/saboteurs.yaml"),
        (&["--provider", "cce", "ucs/asks-*"], "those that fit are of a provider that --provider leaves out"),
        (&["ucs/[a"], "`ucs/[a`: unclosed character class"),
        (&["--report", "json=/"], "the report / cannot be written: that is a folder"),
        (&["--report", "junit=-"], "a proof is not shown as `junit`: write human, json or markdown"),
    ] {
        let ran = kubeproof(&[&["prove"], arguments].concat());
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
}
