//! Containerfile and .containerignore, as far as they can be judged without building an image.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::root;

/// An instruction, on one line, and what follows it.
type Instruction = (String, String);

fn instructions(containerfile: &str) -> Vec<Instruction> {
    let lines: Vec<&str> =
        containerfile.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).collect();
    let whole = lines.join("\n").replace("\\\n", " ");
    let split = |line: &str| {
        let (name, rest) = line.trim().split_once(' ').unwrap();
        (name.to_uppercase(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    whole.lines().map(split).collect()
}

/// What is copied from the context: sources, and where they go.
fn copied(instructions: &[Instruction]) -> Vec<(String, String)> {
    let of_context = instructions.iter().filter(|(name, rest)| name == "COPY" && !rest.starts_with("--from="));
    of_context
        .flat_map(|(_, rest)| {
            let (sources, to) = rest.rsplit_once(' ').unwrap();
            sources.split(' ').map(|source| (source.to_owned(), to.to_owned())).collect::<Vec<_>>()
        })
        .collect()
}

/// Whether an ignore file lets a path through: the last pattern that fits it, or a folder that it is in, decides.
fn is_visible(ignore: &str, path: &str) -> bool {
    let patterns = ignore.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let fits = |pattern: &str| {
        assert!(pattern == "*" || !pattern.contains(['*', '?', '[']), "`{pattern}` is not understood here");
        pattern == "*" || path == pattern || path.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('/'))
    };
    patterns.fold(true, |visible, pattern| match pattern.strip_prefix('!') {
        Some(pattern) => visible || fits(pattern),
        None => visible && !fits(pattern),
    })
}

/// Every file that the sources of the program take in besides its own crates' folders.
fn embedded() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != "tests" && path.file_name().unwrap() != "benches" {
                    folders.push(path);
                }
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let named = ["include_str!(\"", "include_bytes!(\""]
                .into_iter()
                .flat_map(|name| text.split(name).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()))
                .collect::<Vec<_>>();
            for name in named.iter().filter(|name| name.starts_with("../")) {
                let file = path.parent().unwrap().join(name).canonicalize().unwrap();
                found.push(file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The version of Rust in a text such as `1.89` or `1.95.0-slim-bookworm`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(['.', '-', '"']).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Everything that is wrong.
fn problems(containerfile: &str, ignore: &str) -> Vec<String> {
    let instructions = instructions(containerfile);
    let mut problems = Vec::new();
    let all = |name: &str| {
        instructions.iter().filter(|(other, _)| other == name).map(|(_, rest)| rest.as_str()).collect::<Vec<_>>()
    };

    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let least = manifest.split("rust-version = \"").nth(1).and_then(version).unwrap();
    let mut debians = Vec::new();
    for image in all("FROM") {
        let image = image.split(' ').next().unwrap();
        let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
        let Some(of_tag) = version(tag) else {
            problems.push(format!("{image} is not pinned to a version"));
            continue;
        };
        let registry = name.split('/').next().unwrap();
        if !registry.contains('.') {
            problems.push(format!("{image} names no registry"));
        }
        if name.ends_with("/rust") {
            debians.push(tag.rsplit('-').next().unwrap().replace("bookworm", "12").replace("trixie", "13"));
            if of_tag < least {
                problems.push(format!("{image} is older than the rust-version of the workspace, {least:?}"));
            }
        } else {
            debians.push(of_tag.0.to_string());
        }
    }
    debians.dedup();
    if debians.len() > 1 {
        problems.push(format!("the program is built on another Debian than it runs on: {debians:?}"));
    }

    let copied = copied(&instructions);
    for (source, _) in &copied {
        if !root().join(source).exists() {
            problems.push(format!("{source} is copied and is not there"));
        }
        if !is_visible(ignore, source) {
            problems.push(format!("{source} is copied and is ignored"));
        }
        // Sources of an archive are no work tree, and hold nothing but what was tracked.
        if root().join(".git").exists() {
            let tracked = Command::new("git").args(["ls-files", "--", source]).current_dir(root()).output();
            if tracked.expect("git lists what is tracked").stdout.is_empty() {
                problems.push(format!("{source} is copied and is not tracked"));
            }
        }
    }
    for hidden in ["target", ".git", ".venv", ".venv-sdks", "fuzz/target", "examples/rust-sdk/target", ".env"] {
        if is_visible(ignore, hidden) {
            problems.push(format!("{hidden} goes to the build"));
        }
    }
    let is_copied = |file: &str| {
        copied.iter().any(|(source, _)| {
            file == source || file.strip_prefix(source.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    for file in embedded().iter().filter(|file| !is_copied(file)) {
        problems.push(format!("{file} is a part of the program and is not copied"));
    }

    let last_stage = instructions.iter().rev().take_while(|(name, _)| name != "FROM");
    let user = last_stage.filter(|(name, _)| name == "USER").map(|(_, user)| user.split(':').next().unwrap()).next();
    if user.is_none_or(|user| ["root", "0"].contains(&user)) {
        problems.push("it runs as root".to_owned());
    }
    if all("ENTRYPOINT").last() != Some(&"[\"kubeproof\"]") {
        problems.push("the entrypoint is not kubeproof".to_owned());
    }
    problems
}

const CONTAINERFILE: &str = include_str!("../../../../../Containerfile");
const IGNORE: &str = include_str!("../../../../../.containerignore");

#[test]
fn it_is_as_it_should_be() {
    assert_eq!(problems(CONTAINERFILE, IGNORE), [""; 0]);
    assert!(embedded().contains(&"README.md".to_owned()), "{:?}", embedded());
}

#[track_caller]
fn check(from: &str, to: &str, problem: &str) {
    check_all(from, to, &[problem]);
}

/// Changes either file in one place, and compares what is wrong then.
#[track_caller]
fn check_all(from: &str, to: &str, expected: &[&str]) {
    let (containerfile, ignore) = match (CONTAINERFILE.contains(from), IGNORE.contains(from)) {
        (true, false) => (CONTAINERFILE.replacen(from, to, 1), IGNORE.to_owned()),
        (false, true) => (CONTAINERFILE.to_owned(), IGNORE.replacen(from, to, 1)),
        both => panic!("`{from}` is in {both:?}"),
    };
    assert_eq!(problems(&containerfile, &ignore), expected);
}

#[test]
fn what_is_wrong_is_found() {
    check("debian:12.12-slim", "debian:stable-slim", "docker.io/library/debian:stable-slim is not pinned to a version");
    check("/debian:12.12-slim", "/debian", "docker.io/library/debian is not pinned to a version");
    check("docker.io/library/debian:", "debian:", "debian:12.12-slim names no registry");
    check("debian:12", "debian:11", "the program is built on another Debian than it runs on: [\"12\", \"11\"]");
    check(
        "rust:1.95.0",
        "rust:1.88.0",
        "docker.io/library/rust:1.88.0-slim-bookworm is older than the rust-version of the workspace, (1, 89)",
    );
    check("USER 10001:10001\n", "", "it runs as root");
    check("USER 10001:10001", "USER 1\nFROM docker.io/library/debian:12.12-slim", "it runs as root");
    check("USER 10001:10001", "USER root", "it runs as root");
    check("USER 10001:10001", "USER 0:0", "it runs as root");
    check("ENTRYPOINT [\"kubeproof\"]", "ENTRYPOINT kubeproof", "the entrypoint is not kubeproof");
    check_all(
        "COPY crates",
        "COPY target t\nCOPY crates",
        &["target is copied and is ignored", "target is copied and is not tracked"],
    );
    let gone = ["is not there", "is ignored", "is not tracked"].map(|what| format!("gone is copied and {what}"));
    check_all("COPY crates", "COPY gone t\nCOPY crates", &gone.each_ref().map(String::as_str));
    check(" README.md ", " ", "README.md is a part of the program and is not copied");
    check("!fixtures\n", "", "fixtures is copied and is ignored");
    check("!fixtures\n", "!fixtures\n!target\n", "target goes to the build");
}

#[test]
fn patterns_that_come_later_decide() {
    let ignore = "# all\n*\n!crates\n!tests/Cargo.toml\ncrates/target\n";
    for (path, expected) in [
        ("crates", true),
        ("crates/cli/src/main.rs", true),
        ("crates/target/x", false),
        ("tests/Cargo.toml", true),
        ("tests", false),
        ("tests/tests/it/main.rs", false),
        ("cratesx", false),
        (".git", false),
    ] {
        assert_eq!(is_visible(ignore, path), expected, "{path}");
    }
    assert!(is_visible("", "anything"));
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

/// What the build stage has before it builds.
fn context(folder: &TempDir) -> PathBuf {
    let build: Vec<Instruction> = {
        let all = instructions(CONTAINERFILE);
        let stages: Vec<usize> = (0..all.len()).filter(|at| all[*at].0 == "FROM").collect();
        all[stages[0]..stages[1]].to_vec()
    };
    for (source, to) in copied(&build) {
        let from = root().join(&source);
        let to = folder.path().join(&to);
        let to = if from.is_dir() { to } else { to.join(from.file_name().unwrap()) };
        copy(&from, &to);
    }
    folder.path().to_owned()
}

/// cargo finds every manifest that the program needs, as the lock file has them.
#[test]
fn what_is_copied_is_a_workspace() {
    let folder = TempDir::new().unwrap();
    let context = context(&folder);
    let metadata = || {
        let cargo = std::env::var_os("CARGO").unwrap();
        Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .current_dir(&context)
            .output()
            .unwrap()
    };
    let output = metadata();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_dir_all(context.join("tests")).unwrap();
    let output = metadata();
    assert!(!output.status.success(), "a workspace that is not whole is noticed");
}
