//! Whether GitHub and GitLab would take the action and the example workflows: by the schemas of `SchemaStore` that
//! check-jsonschema brings along.

use std::path::Path;

use crate::oracle::Oracle;

const FILES: [(&str, &str); 3] = [
    ("vendor.github-actions", "action.yml"),
    ("vendor.github-workflows", "examples/ci/github.yml"),
    ("vendor.gitlab-ci", "examples/ci/gitlab.yml"),
];

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn each_file_is_as_its_schema_asks() {
    let oracle = Oracle::new();
    for (schema, file) in FILES {
        let path = oracle.file("it.yml", &text(file));
        assert_eq!(oracle.check_schema(schema, &path), Ok(()), "{file}");
    }
}

#[track_caller]
fn check(file: &str, from: &str, to: &str, part: &str) {
    let (schema, _) = FILES.into_iter().find(|(_, other)| *other == file).expect("it has a schema");
    let text = text(file);
    assert!(text.contains(from), "{from}");
    let oracle = Oracle::new();
    let path = oracle.file("it.yml", &text.replacen(from, to, 1));
    let complaint = oracle.check_schema(schema, &path).expect_err("it is wrong");
    assert!(complaint.contains(part), "`{part}` is not in: {complaint}");
}

#[test]
fn what_is_wrong_is_found() {
    check("action.yml", "using: composite", "using: compost", "'compost' is not one of");
    check("action.yml", "      shell: bash\n", "", "$.runs");
    check("examples/ci/github.yml", "runs-on:", "run-on:", "'runs-on' is a required property");
    check("examples/ci/github.yml", "fail-fast: false", "fail-fast: 3", "3 is not of type 'boolean'");
    check("examples/ci/github.yml", "contents: read", "contents: look", "'look' is not");
    check("examples/ci/gitlab.yml", "parallel: 3", "parallel: none", "$.conformance.parallel");
    check("examples/ci/gitlab.yml", "when: always", "when: whenever", "$.conformance.artifacts");
}
