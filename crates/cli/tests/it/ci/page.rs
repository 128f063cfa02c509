//! docs/ci.md says what is so.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_yaml::Value;
use tempfile::TempDir;

use super::runner::Runner;
use super::workflows::sources;
use super::{entries, root, text, yaml};

const PAGE: &str = include_str!("../../../../../docs/ci.md");

/// The blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// Each command of the page, in its order and in one folder, with a folder of its own for what a user has.
#[test]
fn every_command_does_what_the_page_says() {
    let (folder, bin) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    symlink(env!("CARGO_BIN_EXE_kubeproof"), bin.path().join("kubeproof")).unwrap();
    sources(folder.path());
    // The page begins without one.
    fs::remove_file(folder.path().join("kubeproof.baseline.yaml")).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let blocks = blocks("console").join("\n").replace("\\\n", "");
    let commands: Vec<&str> = blocks.lines().map(|line| line.strip_prefix("$ ").unwrap()).collect();
    assert!(commands.len() >= 9, "{commands:#?}");
    for command in commands {
        let output = Command::new("bash")
            .args(["--norc", "-ec", command])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", &path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
    }
    for file in
        ["kubeproof.baseline.yaml", "kubeproof.json", "kubeproof.xml", "kubeproof.html", "kubeproof.tap", "badge.json"]
    {
        assert!(!fs::read(folder.path().join(file)).unwrap().is_empty(), "{file}");
    }
}

#[test]
fn the_step_of_the_page_is_one() {
    let [step] = blocks("yaml")[..] else { panic!("one step is shown") };
    let steps: Value = serde_yaml::from_str(step).unwrap();
    assert_eq!(text(&steps[0]["uses"]), "OWNER/kubeproof@COMMIT");
    let runner = Runner::new();
    sources(&runner.checkout());
    let with = entries(&steps[0]["with"]);
    let acted = runner.act(&with.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
    assert!(acted.succeeded, "{}", acted.log);
}

/// The names in the first column of the table below this head.
fn named(head: &str) -> BTreeSet<String> {
    let (_, table) = PAGE.split_once(&format!("| {head} |")).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn inputs_and_outputs_are_all_of_the_action() {
    let action = yaml("action.yml");
    for (head, key) in [("input", "inputs"), ("output", "outputs")] {
        let known: BTreeSet<String> = action[key].as_mapping().unwrap().keys().map(text).collect();
        assert_eq!(named(head), known);
    }
    for code in 0..=5 {
        assert_eq!(PAGE.matches(&format!("\n| {code} | ")).count(), 1, "exit code {code}");
    }
    for file in PAGE.split("](../").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(root().join(file).exists(), "{file}");
    }
}
