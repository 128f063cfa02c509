//! `docs/reference/commands.md`: what every command says of itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use crate::generated::{self, HOW};
use crate::page::root;

/// Variables that no help lists under `Variables:`, and what they are for.
const OTHERS: [(&str, &str); 7] = [
    ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "whether there are colors, where `--color` does not say it"),
    ("KUBECONFIG", "the files that `config view` shows, as kubectl reads them, where `--kubeconfig` names none"),
    ("HOME", "where `.kube/config` is for `config view`, and `.local/state` for `fetch ucs`"),
    ("XDG_STATE_HOME", "the folder below which `fetch ucs` keeps what was downloaded"),
    ("SSL_CERT_FILE", "certificate authorities that `fetch` trusts as well, where `--ca-file` names none"),
    (
        "HUAWEICLOUD_SDK_SECURITY_TOKEN, HW_SECURITY_TOKEN, OS_SECURITY_TOKEN",
        "refused by `fetch cce` and `fetch ucs`: temporary keys are not supported",
    ),
    ("KUBEPROOF_UPDATE_BASELINE", "brings the baseline of `conformance_tests!` up to date, in a crate of yours"),
];

#[test]
fn every_command_is_in_the_reference() {
    let mut commands = Vec::new();
    collect(&[], &mut commands);
    generated::page("docs/reference/commands.md", &page(&commands));
}

/// What is said of variables that no help lists is of variables that there are.
#[test]
fn other_variables_are_read() {
    let sources = sources();
    for name in OTHERS.iter().flat_map(|(names, _)| names.split(", ")) {
        // anstream reads those.
        let is_of_colors = name.contains("COLOR");
        assert!(is_of_colors || sources.contains(&format!("\"{name}\"")), "{name} is read by nobody");
    }
}

/// The text of every source of a program that reads the environment.
fn sources() -> String {
    let mut text = String::new();
    let mut folders = vec![root().join("crates/cli/src"), root().join("crates/kubeproof/src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == "rs") {
                text += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

/// A command, and what its `--help` prints.
struct Helped {
    name: String,
    help: String,
}

/// A command and those below it.
fn collect(words: &[&str], commands: &mut Vec<Helped>) {
    let output = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
        .args(words)
        .arg("--help")
        .env("COLUMNS", "100")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}");
    // No blanks at the ends of lines, which editors take away.
    let help = String::from_utf8(output.stdout).unwrap();
    let help: String = help.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let name = ["kubeproof"].iter().chain(words).copied().collect::<Vec<_>>().join(" ");
    commands.push(Helped { name, help: help.clone() });
    for below in below(&help).filter(|name| *name != "help") {
        collect(&[words, &[below]].concat(), commands);
    }
}

/// The names in the list of commands, whatever it is called: the one that has `help`.
fn below(help: &str) -> impl Iterator<Item = &str> {
    let list = help.split("\n\n").find(|section| section.contains("\n  help ")).unwrap_or_default();
    list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty())
}

/// The lines of a section of a help, without their indentation.
fn section<'a>(help: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!("\n{name}:\n");
    let text = help.split_once(&begin).map_or("", |(_, rest)| rest);
    text.lines().take_while(|line| !line.is_empty())
}

fn page(commands: &[Helped]) -> String {
    let mut page = format!(
        "# Commands\n\nWhat every command says of itself: exit codes, variables of the environment, and the `--help` of each. This page is \
         made by running them; `{HOW}` writes it.\n\n## Exit codes\n\nOf every command. What a code means for one is said at its end.\n\n\
         | code | |\n|--:|---|\n"
    );
    let codes: Vec<(&str, &str)> =
        section(&commands[0].help, "Exit codes").map(|line| line.trim().split_once("  ").unwrap()).collect();
    // Writing to a String does not fail.
    for (code, meaning) in &codes {
        let _ = writeln!(page, "| {code} | {meaning} |");
    }
    page += "\n## Environment\n\n| variable | for | read by |\n|---|---|---|\n";
    let mut seen = BTreeSet::new();
    for Helped { name, help } in commands {
        let short = name.trim_start_matches("kubeproof ");
        for (variables, meaning) in variables(help) {
            if seen.insert((variables.clone(), meaning.clone())) {
                let readers: Vec<String> = commands
                    .iter()
                    .filter(|other| self::variables(&other.help).contains(&(variables.clone(), meaning.clone())))
                    .map(|other| format!("`{}`", other.name.trim_start_matches("kubeproof ")))
                    .collect();
                assert!(readers.contains(&format!("`{short}`")));
                let _ = writeln!(page, "| {variables} | {meaning} | {} |", readers.join(", "));
            }
        }
    }
    page += "\nAnd, not of one provider:\n\n| variable | for |\n|---|---|\n";
    for (names, meaning) in OTHERS {
        let names: Vec<String> = names.split(", ").map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {} | {meaning} |", names.join(", "));
    }
    for Helped { name, help } in commands {
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
    }
    page
}

/// What a help lists under `Variables:`: names as code, and what they are for. A line that begins further right goes on.
fn variables(help: &str) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for line in section(help, "Variables") {
        match line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) {
            Some(line) => {
                let (names, meaning) = line.split_once("  ").unwrap();
                variables.push((coded(names), coded(meaning.trim())));
            }
            None => {
                let (_, meaning) = variables.last_mut().unwrap();
                *meaning += " ";
                *meaning += &coded(line.trim());
            }
        }
    }
    variables
}

/// A text with the names of variables as code.
fn coded(text: &str) -> String {
    let is_name = |word: &str| word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let words = text.split(' ').map(|word| {
        let name = word.trim_end_matches([',', ';']);
        if is_name(name) { word.replace(name, &format!("`{name}`")) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_help_is_taken_apart() {
    let help = "X\n\nProviders:\n  a-b   Does\n        more\n  c     Does\n  help  Prints\n\nOptions:\n  -h\n\nVariables:\n  A_B, C_D  the token\n            or E_F\n  G_H       another\n\nExit codes:\n  0  well\n";
    assert_eq!(below(help).collect::<Vec<_>>(), ["a-b", "c", "help"]);
    let expected = [("`A_B`, `C_D`", "the token or `E_F`"), ("`G_H`", "another")];
    assert_eq!(variables(help), expected.map(|(names, meaning)| (names.to_owned(), meaning.to_owned())));
    assert_eq!(section(help, "Exit codes").collect::<Vec<_>>(), ["  0  well"]);
}
