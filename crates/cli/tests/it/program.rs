//! Runs the program.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// What the program did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program with these arguments, away from a terminal and from the caller's settings.
pub(crate) fn kubeproof(arguments: &[&str]) -> Ran {
    kubeproof_with(arguments, &[])
}

/// The same with variables in the environment.
pub(crate) fn kubeproof_with(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    run(program().args(arguments).envs(variables.iter().copied()))
}

/// The same in a folder.
pub(crate) fn kubeproof_in(folder: &Path, arguments: &[&str]) -> Ran {
    run(program().args(arguments).current_dir(folder))
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kubeproof"));
    program.env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
    program
}

/// Sends a signal, such as `INT`, to a program that runs.
#[track_caller]
pub(crate) fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(kill.success(), "{kill}");
}

/// Runs a command, and says what it did.
pub(crate) fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// Fixtures of one provider with the case file `cases/some.yaml`.
pub(crate) fn fixtures(cases: &str) -> TempDir {
    const CLAUSES: &str = "\
provider: ucs
title: A provider
documents: {docs/001: a document}
editions: [{date: '2025-05', note: a note}]
clauses:
  - {id: ucs.one, statement: One holds., source: 'docs/001, first sentence', provenance: documented}
";
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("ucs/cases")).unwrap();
    fs::write(folder.path().join("ucs/clauses.yaml"), CLAUSES).unwrap();
    fs::write(folder.path().join("ucs/cases/some.yaml"), cases).unwrap();
    folder
}

/// A case that every adapter passes which answers at all.
pub(crate) const PASSES: &str = "\
- id: ucs/some/passes
  title: This passes
  clauses: [ucs.one]
  steps: [{expect: {access: {}}}]
";

/// A case that no honest adapter passes.
pub(crate) const FAILS: &str = "\
- id: ucs/some/fails
  title: This fails
  clauses: [ucs.one]
  steps: [{expect: {error: not-found}}]
";
