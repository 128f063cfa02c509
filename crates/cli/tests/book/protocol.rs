//! `docs/protocol.md`: its examples are of the schema, its tables have everything, and what it says of breaches is said.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use boon::{Compiler, Schemas};
use kubeproof::conformance::adapter::{FailureKind, Feature};
use kubeproof::conformance::process::{ProcessLimits, SCHEMA};
use serde_json::Value;

use crate::generated;
use crate::markdown::blocks;
use crate::page::Page;

const PAGE: &str = "docs/protocol.md";

/// What is wrong with the examples of a page, and how many there are.
fn examples(page: &str) -> Result<usize, String> {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.add_resource("urn:x", serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let line = compiler.compile("urn:x", &mut schemas).unwrap();
    let mut count = 0;
    for block in blocks(page) {
        if block.info != "json" {
            return Err(format!("line {}: this is no JSON", block.line));
        }
        for example in serde_json::Deserializer::from_str(&block.text).into_iter::<Value>() {
            let example = example.map_err(|error| format!("line {}: {error}", block.line))?;
            schemas.validate(&example, line).map_err(|error| format!("line {}: {error:#}", block.line))?;
            count += 1;
        }
    }
    Ok(count)
}

#[test]
fn examples_are_of_the_schema() {
    assert_eq!(examples(&Page::read(PAGE).text), Ok(8));
    for (text, expected) in [
        ("```json\n{\"hello\": {\"protocol\": 1}}\n{\"result\": {\"id\": \"7\", \"kubeconfig\": \"\"}}\n```\n", ""),
        ("```json\n{\"hello\": {\"protocol\": 2}}\n```\n", "line 2: jsonschema validation failed"),
        ("```json\n{\"result\": {\"id\": \"7\"}}\n```\n", "line 2: jsonschema validation failed"),
        ("```json\n{\"hello\":\n```\n", "line 2: EOF while parsing"),
        ("```text\n{}\n```\n", "line 2: this is no JSON"),
    ] {
        let came = examples(text).err().unwrap_or_default();
        assert!(came.starts_with(expected) && came.is_empty() == expected.is_empty(), "{text}: {came}");
    }
}

/// The names in the first column of a table.
fn column(page: &str, header: &str) -> Vec<String> {
    let begin = format!("| {header} |");
    let lines = page.lines().skip_while(|line| !line.starts_with(&begin)).skip(2);
    let rows = lines.take_while(|line| line.starts_with("| "));
    rows.map(|row| row.split('`').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn tables_have_everything() {
    let page = Page::read(PAGE).text;
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let keys = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).and_then(Value::as_object).unwrap().keys().cloned().collect()
    };
    let set = |header: &str| -> BTreeSet<String> { column(&page, header).into_iter().collect() };
    assert_eq!(column(&page, "feature"), Feature::ALL.map(|feature| feature.to_string()));
    assert_eq!(column(&page, "kind of error"), FailureKind::ALL.map(|kind| kind.to_string()));
    assert_eq!(set("in `fetch`"), keys("/$defs/fetch/properties/fetch/properties"));
    assert_eq!(set("in `options`"), keys("/$defs/fetch/properties/fetch/properties/options/properties"));
    let mut outcomes = keys("/$defs/result/properties/result/properties");
    outcomes.remove("id");
    assert_eq!(set("in `result`"), outcomes);
}

#[test]
fn limits_are_those_of_the_program() {
    let page = Page::read(PAGE).text;
    let ProcessLimits { start, grace, stop } = ProcessLimits::default();
    for told in [
        format!("greets within {} seconds of its start", start.as_secs()),
        format!("its `timeout_ms` and {} seconds more", grace.as_secs()),
        format!("within {} seconds of the end of its input", stop.as_secs()),
    ] {
        assert!(page.contains(&told), "{told}");
    }
}

/// What an adapter does, and how a shell does it.
const BREACHES: [(&str, &str); 8] = [
    (
        "greets with another version",
        r#"read -r _; echo '{"hello":{"protocol":2,"name":"x","version":"1","providers":["ucs"],"features":[]}}'"#,
    ),
    (
        "declares a feature that there is not",
        r#"read -r _; echo '{"hello":{"protocol":1,"name":"x","version":"1","providers":["ucs"],"features":["magic"]}}'"#,
    ),
    ("writes for people", "greet; read -r _; echo 'asking ucs'"),
    ("answers another fetch", r#"greet; read -r _; echo '{"result":{"id":"0","access":["a"]}}'"#),
    (
        "answers with two things",
        r#"greet; read -r _; echo '{"result":{"id":"0","access":["a"],"error":{"kind":"error"}}}'"#,
    ),
    ("answers with nothing", r#"greet; read -r _; echo '{"result":{"id":"0"}}'"#),
    ("makes up a kind of error", r#"greet; read -r _; echo '{"result":{"id":"0","error":{"kind":"sad"}}}'"#),
    ("exits instead of answering", "greet; read -r _; exit 3"),
];

const GREET: &str = r#"greet() { read -r _; echo '{"hello":{"protocol":1,"name":"x","version":"1","providers":["ucs"],"features":["token","http"]}}'; }"#;

#[test]
fn breaches_are_told_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("adapter.sh");
    let mut table = "| an adapter that … | is told |\n|---|---|\n".to_owned();
    for (what, commands) in BREACHES {
        fs::write(&script, format!("{GREET}\n{commands}\n")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
            .args(["adapter", "smoke", &format!("sh '{}'", script.display())])
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        let why = said.lines().skip_while(|line| !line.starts_with("mistake")).nth(1).unwrap().trim();
        let why = why.rsplit_once("; came ").map_or(why, |(_, came)| came);
        // A code within a table may hold no bar.
        assert!(!why.contains('|') && !why.contains("``"), "{why}");
        // Writing to a String does not fail.
        let _ = writeln!(table, "| {what} | {why} |");
    }
    generated::part(PAGE, "breaches", &table);
}
