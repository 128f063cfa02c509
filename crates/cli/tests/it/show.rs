//! `kubeproof list`, `explain`, `clauses` and `--help`

use crate::program::{FAILS, PASSES, fixtures, kubeproof};

#[test]
fn list_names_every_case() {
    let ran = kubeproof(&["list", "ucs/download"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.lines().all(|line| line.starts_with("ucs/download/") || line.ends_with(" cases")), "{}", ran.out);
    let json = kubeproof(&["list", "--json", "--provenance", "documented"]);
    let cases: Vec<serde_json::Value> = serde_json::from_str(&json.out).unwrap();
    assert!(cases.len() > 50);
    assert!(cases.iter().all(|case| case["provenance"] == "documented" && case["line"].as_u64().unwrap() > 0));
    assert_eq!(kubeproof(&["list", "nowhere"]).code, 4);
}

#[test]
fn an_edition_selects_its_cases() {
    for (provider, dates) in [("cce", ["2025-07", "2026-04"]), ("ucs", ["2025-05", "2026-01"])] {
        let clauses = kubeproof(&["clauses", "--provider", provider]).out;
        let mut found = 0;
        for date in dates {
            assert!(clauses.contains(&format!("\n  edition {date}: ")), "{clauses}");
            let edition = format!("{provider}@{date}");
            let list = kubeproof(&["list", "--json", "--provider", provider, "--edition", &edition]);
            let cases: Vec<serde_json::Value> = serde_json::from_str(&list.out).unwrap();
            assert!(cases.len() > 10 && cases.iter().all(|case| case["edition"] == date), "{edition}");
            found += cases.len();
        }
        let all = kubeproof(&["list", "--json", "--provider", provider]);
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&all.out).unwrap().len(), found);
    }
}

#[test]
fn explain_shows_what_and_why() {
    let folder = fixtures(&format!("# before\n{PASSES}\n# between\n\n{FAILS}"));
    let source = folder.path().to_str().unwrap();
    let ran = kubeproof(&["explain", "ucs/some/passes", "--fixtures", source]);
    assert_eq!(ran.code, 0);
    for part in [
        "This passes",
        "ucs.one (documented)",
        "docs/001, first sentence",
        "some.yaml:2:7",
        "    steps: [{expect: {access: {}}}]",
        "kubeproof check ucs/some/passes",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
    }
    assert!(!ran.out.contains("# between"), "{}", ran.out);
    let typo = kubeproof(&["explain", "ucs/some/pases", "--fixtures", source]);
    assert_eq!(typo.code, 2);
    assert!(typo.err.contains("did you mean `ucs/some/passes`?"), "{}", typo.err);
    let several = kubeproof(&["explain", "ucs/some", "--fixtures", source]);
    assert_eq!(several.code, 2);
    assert!(several.err.contains("is several cases; see `kubeproof list ucs/some`"), "{}", several.err);
}

#[test]
fn nothing_is_not_shown_as_if_it_were_something() {
    let folder = fixtures(PASSES);
    let source = folder.path().to_str().unwrap();
    for arguments in [&["list", "--provider", "cce"][..], &["clauses", "--provider", "cce"]] {
        let ran = kubeproof(&[arguments, &["--fixtures", source]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{}", ran.err);
    }
}

#[test]
fn clauses_are_all_covered() {
    let ran = kubeproof(&["clauses"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("ucs.download-once (documented)"), "{}", ran.out);
    assert!(ran.out.contains("    - ucs/download/second-call-is-refused"));
    assert!(ran.out.contains("not observable: "));
    assert!(!ran.out.contains("no case"));
    let json = kubeproof(&["clauses", "--json", "--provider", "cce"]);
    let clauses: Vec<serde_json::Value> = serde_json::from_str(&json.out).unwrap();
    assert!(clauses.iter().all(|clause| clause["provider"] == "cce" && clause["source"].is_string()));
}

#[test]
fn a_clause_without_a_case_fails() {
    let folder = fixtures("[]");
    let ran = kubeproof(&["clauses", "--fixtures", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("no case"), "{}", ran.out);
    assert!(ran.err.contains("no case judges by ucs.one") && ran.err.contains("not-observable"), "{}", ran.err);
}

#[test]
fn help_teaches() {
    for command in [
        &["--help"][..],
        &["check", "--help"],
        &["list", "--help"],
        &["explain", "--help"],
        &["clauses", "--help"],
        &["serve", "--help"],
    ] {
        let ran = kubeproof(command);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Usage: kubeproof"), "{}", ran.out);
    }
    let help = kubeproof(&["--help"]).out;
    assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
    let help = kubeproof(&["serve", "--help"]).out;
    for part in
        ["Examples:", "Exit codes:", "kubeproof ready", "--print-world > world.yaml", "[default: 127.0.0.1:7420]"]
    {
        assert!(help.contains(part), "`{part}` is not in: {help}");
    }
    assert_eq!(kubeproof(&[]).code, 2);
    assert_eq!(kubeproof(&["chek"]).code, 2);
    let version = kubeproof(&["--version"]);
    assert_eq!((version.code, version.out.starts_with("kubeproof ")), (0, true));
}
