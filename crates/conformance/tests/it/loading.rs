//! What is wrong with a file is said with file, line, column and a remedy.

use kubeproof_conformance::{Provenance, Suite};

use crate::suite_of::{CLAUSES, folder_of, suite_of};

/// The one problem of a case file: its line and column, and parts of its message.
#[track_caller]
fn check(cases: &str, place: &str, parts: &[&str]) {
    let error = suite_of(CLAUSES, cases).unwrap_err();
    let [problem] = error.problems() else { panic!("one problem was expected: {error}") };
    let text = problem.to_string();
    assert!(text.contains(&format!("digitalocean/cases/some.yaml:{place}: ")), "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn a_case_file_loads() {
    let suite = suite_of(
        CLAUSES,
        "\
- id: digitalocean/some/a-case
  title: A case
  clauses: [digitalocean.one, digitalocean.two]
  steps: [{expect: {kubeconfig: {lasts: 7d}}}]

# a comment between cases
- id: digitalocean/some/another
  title: Another
  clauses: [digitalocean.one]
  steps: [{fetch: {options: {expiry_seconds: 3}}, expect: {error: [not-found, forbidden]}}]
",
    )
    .unwrap();
    let cases: Vec<_> = suite.cases().collect();
    assert_eq!(cases.len(), 2);
    assert_eq!(cases[0].provenance, Provenance::Inferred, "that of the weakest clause");
    assert_eq!(cases[1].provenance, Provenance::Documented);
    assert_eq!(cases[0].needs.iter().map(|need| need.as_str()).collect::<Vec<_>>(), ["bearer", "http", "kubeconfig"]);
    assert_eq!(
        cases[1].needs.iter().map(|need| need.as_str()).collect::<Vec<_>>(),
        ["error-kinds", "bearer", "http", "expiry"]
    );
    assert_eq!((cases[1].place.line, cases[1].place.column), (7, 7));
    assert!(cases[0].source.starts_with("- id: digitalocean/some/a-case\n"));
    assert!(cases[0].source.ends_with("{lasts: 7d}}}]"), "{}", cases[0].source);
}

#[test]
fn unknown_keys() {
    let case =
        "- id: digitalocean/some/x\n  titel: X\n  clauses: [digitalocean.one]\n  steps: [{expect: {error: any}}]\n";
    check(case, "2:3", &["unknown field `titel`", "title"]);
    let with = |line: &str| format!("- id: digitalocean/some/x\n  title: X\n  clauses: [digitalocean.one]\n  {line}\n");
    check(&with("steps: [{fetch: {cluser: c}, expect: {error: any}}]"), "4:20", &["unknown field `cluser`", "cluster"]);
    check(&with("steps: [{expect: {kubeconfig: {user: u}}}]"), "4:34", &["unknown field `user`", "users"]);
    check(&with("steps: [{expect: {config: {}}}]"), "4:21", &["unknown variant `config`", "kubeconfig"]);
    check(
        &with("world: {clusters: [{nmae: n}]}\n  steps: [{expect: {error: any}}]"),
        "4:23",
        &["unknown field `nmae`", "name"],
    );
    check(
        &with("incidents: [{is: earthquake}]\n  steps: [{expect: {error: any}}]"),
        "4:20",
        &["earthquake", "server-error"],
    );
    check(&with("steps: [{expect: {error: any}}]\n  wire: {request: 1}"), "5:10", &["unknown field `request`"]);
}

#[test]
fn wrong_types_and_values() {
    let with = |line: &str| format!("- id: digitalocean/some/x\n  title: X\n  clauses: [digitalocean.one]\n  {line}\n");
    check(&with("steps: [{after: soon, expect: {error: any}}]"), "4:12", &["soon", "`7d`"]);
    check(&with("steps: [{expect: {error: missing}}]"), "4:28", &["`missing` is no kind of failure", "not-found"]);
    check(&with("steps: [{expect: {error: {status: many}}}]"), "4:37", &["write a whole number from 0 to 65535"]);
    check(&with("steps: [{fetch: {credentials: cookie}, expect: {error: any}}]"), "4:20", &["cookie", "`ak-sk`"]);
    check(&with("steps: [{expect: {error: any}}]\n  wire: {requests: -1}"), "5:10", &["-1", "at-least"]);
    check(&with("needs: [wings]\n  steps: [{expect: {error: any}}]"), "4:11", &["wings", "ak-sk"]);
    check(&with("level: may\n  steps: [{expect: {error: any}}]"), "4:10", &["may", "must"]);
    check(
        &with("incidents: [{calls: [0], is: server-error}]\n  steps: [{expect: {error: any}}]"),
        "4:23",
        &["counted from 1"],
    );
    check(&with("incidents: [{calls: [1]}]\n  steps: [{expect: {error: any}}]"), "4:15", &["either `is` or `reply`"]);
    check(
        &with("incidents: [{reply: {status: 99}}]\n  steps: [{expect: {error: any}}]"),
        "4:32",
        &["99 is no HTTP status"],
    );
    check(&with("edition: '1999-01'\n  steps: [{expect: {error: any}}]"), "4:12", &["no edition `1999-01`", "2026-04"]);
    check(&with("steps: []"), "1:7", &["has no steps"]);
}

#[test]
fn words_that_are_right_and_make_no_sense() {
    let with = |line: &str| format!("- id: digitalocean/some/x\n  title: X\n  clauses: [digitalocean.one]\n  {line}\n");
    let any = "steps: [{expect: {error: any}}]";
    check(&with("steps: [{after: -8d, expect: {error: any}}]"), "4:12", &["-8d"]);
    check(&with("steps: [{after: 99999999999d, expect: {error: any}}]"), "4:12", &["99999999999d"]);
    check(&with(&format!("{any}\n  wire: {{requests: {{}}}}")), "5:20", &["a bound is missing"]);
    check(
        &with(&format!("{any}\n  wire: {{requests: {{at-least: 3, at-most: 1}}}}")),
        "5:20",
        &["no number is at least"],
    );
    check(&with(&format!("incidents: [{{calls: [], is: server-error}}]\n  {any}")), "4:23", &["happens on no call"]);
    check(&with(&format!("{any}\n  wire: {{headers: {{'x y': ~}}}}")), "1:7", &["no header field called `x y`"]);
    check(
        &with(&format!("{any}\n  wire: {{headers: {{a: '{{bearrer}}'}}}}")),
        "1:7",
        &["`{bearrer}`", "{bearer}", "{cluster_id}"],
    );
    check(&with(&format!("{any}\n  wire: {{path: '/{{project_id}}'}}")), "1:7", &["`{project_id}`"]);
    check(
        &with("steps: [{fetch: {cluster: {account_id: a}}, expect: {error: any}}]"),
        "1:7",
        &["no `account_id`", "cluster_id"],
    );
    check(
        &with("steps: [{fetch: {credentials: ak-sk}, expect: {error: any}}]"),
        "1:7",
        &["of the kind `ak-sk`", "bearer"],
    );
    check(&with("steps: [{expect: {kubeconfig: {credential: new}}}]"), "1:7", &["needs an earlier step"]);
    let perhaps = "{expect: {either: [{error: any}, {kubeconfig: {}}]}}";
    check(
        &with(&format!("steps: [{perhaps}, {{expect: {{kubeconfig: {{credential: new}}}}}}]")),
        "1:7",
        &["needs an earlier step"],
    );
    check(&with("steps: [{expect: {either: [{error: any}]}}]"), "4:29", &["list two expectations or more"]);
    check(
        &with("steps: [{expect: {either: [{error: any}, {either: [{error: any}, {access: {}}]}]}}]"),
        "4:29",
        &["put all of them into one list"],
    );
    check(
        &with(&format!("incidents: [{{reply: {{body: x, repeat: 9223372036854775807}}}}]\n  {any}")),
        "4:16",
        &["64 MiB"],
    );
    check(&with(&format!("{any}\n  title: Y")), "5:3", &["stands in this map already"]);
}

#[test]
fn files_that_nobody_reads() {
    let strays = ["cases/more.yml", "case/some.yaml", "clauses.yml", "notes.txt"];
    for stray in strays {
        let path = format!("digitalocean/{stray}");
        check_folder(
            &[("digitalocean/clauses.yaml", CLAUSES), (&path, "x")],
            &[&path, "is read by nobody", "cases/NAME.yaml"],
        );
    }
    let folder = folder_of(&[
        ("digitalocean/clauses.yaml", CLAUSES),
        ("digitalocean/README.md", "x"),
        ("digitalocean/replies/some.json", "x"),
        ("digitalocean/replies/.gitattributes", "x"),
        ("README.md", "x"),
        ("kubeconfig/read/some.yaml", "x"),
    ]);
    assert!(Suite::read(folder.path()).is_ok());
}

#[test]
fn ids_and_clauses() {
    let case = |id: &str, clause: &str| {
        format!("- id: {id}\n  title: X\n  clauses: [{clause}]\n  steps: [{{expect: {{error: any}}}}]\n")
    };
    check(&case("digitalocean/other/x", "digitalocean.one"), "1:7", &["has to be called `digitalocean/some/`"]);
    check(&case("digitalocean/some/Not_So", "digitalocean.one"), "1:7", &["kebab-case"]);
    check(&case("digitalocean/some/x", "digitalocean.on"), "3:13", &["did you mean `digitalocean.one`?"]);
    check(&case("digitalocean/some/x", "ucs.whatever"), "3:13", &["add it to clauses.yaml"]);
    check(&case("digitalocean/some/x", ""), "1:7", &["names no clause"]);
    let twice = case("digitalocean/some/x", "digitalocean.one").repeat(2);
    check(&twice, "5:7", &["is already at", "some.yaml:1:7"]);
}

#[test]
fn a_missing_fixture() {
    let case = "\
- id: digitalocean/some/x
  title: X
  clauses: [digitalocean.one]
  incidents: [{reply: {file: replies/nowhere.yaml}}]
  steps: [{expect: {error: any}}]
";
    check(case, "4:30", &["there is no fixture", "digitalocean/replies/nowhere.yaml", "make that file"]);
}

/// The one problem of a folder of fixtures.
#[track_caller]
fn check_folder(files: &[(&str, &str)], parts: &[&str]) {
    let folder = folder_of(files);
    let error = Suite::read(folder.path()).unwrap_err();
    assert_eq!(error.problems().len(), 1, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn folders_and_clause_files() {
    check_folder(&[], &["holds no fixtures", "digitalocean, cce, ucs, fireworks"]);
    check_folder(
        &[("nimbus/clauses.yaml", "")],
        &["there is no provider `nimbus`", "digitalocean, cce, ucs, fireworks"],
    );
    check_folder(&[("ucs/cases/some.yaml", "[]")], &["ucs/clauses.yaml is missing"]);
    let clauses = |from: &str, to: &str| CLAUSES.replace(from, to);
    let check_clauses = |text: String, parts: &[&str]| check_folder(&[("digitalocean/clauses.yaml", &text)], parts);
    check_clauses(
        clauses("provider: digitalocean", "provider: ucs"),
        &["clauses.yaml:1:11", "write `provider: digitalocean`"],
    );
    check_clauses(clauses("digitalocean.two", "digitalocean.one"), &["clauses.yaml:7:10", "stands twice"]);
    check_clauses(
        clauses("'2026-04'", "'1999-01'"),
        &["clauses.yaml:4:19", "not emulated in the edition `1999-01`", "2026-04"],
    );
    let twice =
        clauses("[{date: '2026-04', note: a note}]", "[{date: '2026-04', note: a}, {date: '2026-04', note: b}]");
    check_clauses(twice, &["clauses.yaml:4:47", "stands twice"]);
    check_clauses(clauses("digitalocean.two", "ucs.two"), &["clauses.yaml:7:10", "has to be called `digitalocean.…`"]);
    check_clauses(clauses("'docs/004, second", "'hearsay, second"), &["clauses.yaml:7", "names `hearsay`"]);
    check_clauses(clauses("provenance: inferred", "provenance: rumoured"), &["clauses.yaml:7", "rumoured", "inferred"]);
    check_clauses(
        clauses("statement: Two holds.", "statment: Two holds."),
        &["clauses.yaml:7:28", "unknown field `statment`"],
    );
    let absent = tempfile::TempDir::new().unwrap().path().join("absent");
    let error = Suite::read(&absent).unwrap_err().to_string();
    assert!(error.contains("absent cannot be read: "), "{error}");
}

#[test]
fn every_problem_is_said_at_once() {
    let cases = "\
- {id: digitalocean/some/x, title: X, clauses: [a.b], steps: [{expect: {error: any}}]}
- {id: digitalocean/some/y, title: Y, clauses: [c.d], steps: []}
";
    let error = suite_of(CLAUSES, cases).unwrap_err();
    assert_eq!(error.problems().len(), 3, "{error}");
}
