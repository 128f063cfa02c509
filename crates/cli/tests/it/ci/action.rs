//! action.yml, run as a runner would.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::runner::{Acted, Runner};
use super::{is_pinned, program, root, scripts, used, yaml};

/// Answers every fetch with an error, and tries what it writes on the runner.
const FAILING: &str = r#"
read -r hello
echo '{"hello":{"protocol":1,"name":"failing","version":"1","providers":["ucs"],"features":["token","http"]}}'
while read -r line; do
    id=${line#*'"id":"'}
    printf '::error::injected\n::set-output name=passed::99\n::stop-commands::x\n' >&2
    printf '{"result":{"id":"%s","error":{"kind":"error","message":"::error::injected too"}}}\n' "${id%%'"'*}"
done
"#;

/// Writes down its arguments, a line each, and leaves a report.
const NOTING: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$@" >arguments.txt
for argument; do
    case $argument in --report=json=*) printf '{\n  "summary": {\n    "passed": 12,\n    "failed": 3\n  }\n}\n' >"${argument#--report=json=}" ;; esac
done
exit 7
"#;

fn report(acted: &Acted) -> Value {
    serde_json::from_str(&fs::read_to_string(acted.output("report")).unwrap()).unwrap()
}

#[test]
fn inputs_reach_no_script_but_by_the_environment() {
    let action = yaml("action.yml");
    let scripts = scripts(&action);
    assert_eq!(scripts.len(), 3, "{scripts:?}");
    for script in scripts {
        assert!(!script.contains("${{"), "{script}");
    }
    for action in used(&action) {
        assert!(action.starts_with("actions/cache@") && is_pinned(&action), "{action}");
    }
}

#[test]
fn a_conformant_adapter() {
    let runner = Runner::new();
    let acted = runner.act(&[("patterns", "ucs/download\n*/redirects/*\n"), ("providers", "ucs, cce")]);
    assert!(acted.succeeded, "{}", acted.log);
    assert_eq!(acted.steps, ["build", "cache", "install", "kubeproof"]);
    let report = report(&acted);
    let ids: Vec<&str> = report["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
    assert!(ids.iter().any(|id| id.starts_with("cce/redirects/")) && ids.len() > 20, "{ids:?}");
    assert!(ids.iter().all(|id| id.starts_with("ucs/download/") || id.contains("/redirects/")), "{ids:?}");
    assert_eq!(acted.output("exit-code"), "0");
    assert_eq!(acted.output("passed"), ids.len().to_string());
    assert_eq!(acted.output("failed"), "0");
    assert!(acted.summary.starts_with("## ✅ kubeproof: "), "{}", acted.summary);
    assert!(acted.log.contains("passed            ucs/download/second-call-is-refused"), "{}", acted.log);
    assert!(
        matches!(acted.commands()[..], [notice] if notice.starts_with("::notice title=kubeproof::")),
        "{}",
        acted.log
    );
}

#[test]
fn a_failing_adapter() {
    let runner = Runner::new();
    fs::create_dir(runner.checkout().join("an sdk")).unwrap();
    fs::write(runner.checkout().join("an sdk/my adapter.sh"), FAILING).unwrap();
    let acted = runner.act(&[
        ("adapter", "bash 'my adapter.sh'"),
        ("patterns", "ucs/download"),
        ("working-directory", "an sdk"),
        ("reports", "junit=report.xml\n\n  \nhtml=the page.html"),
    ]);
    assert!(!acted.succeeded);
    let summary = &report(&acted)["summary"];
    assert_eq!(acted.output("exit-code"), "1");
    assert_eq!(acted.output("passed"), summary["passed"].to_string());
    assert_eq!(acted.output("failed"), summary["failed"].to_string());
    assert!(summary["failed"].as_u64().unwrap() >= 3, "{summary}");
    assert!(acted.summary.contains("❌ kubeproof: ") && acted.summary.contains("ucs/download/"), "{}", acted.summary);
    for file in ["report.xml", "the page.html"] {
        assert!(runner.checkout().join("an sdk").join(file).exists(), "{file}");
    }
    // What the adapter says is in the log, and is obeyed nowhere.
    assert!(acted.log.contains("::error::injected"), "{}", acted.log);
    let commands = acted.commands();
    let annotations = commands.iter().filter(|line| line.starts_with("::error file=")).count();
    assert_eq!(annotations.to_string(), acted.output("failed"));
    let known = ["::error file=", "::notice title=kubeproof::"];
    assert!(commands.iter().all(|line| known.iter().any(|known| line.starts_with(known))), "{commands:#?}");
}

/// Texts that would be split, expanded or run by a shell that read them.
#[test]
fn each_line_is_one_argument_whatever_is_in_it() {
    let runner = Runner::new();
    let kubeproof = runner.checkout().join("my kubeproof");
    program(&kubeproof, NOTING);
    fs::write(runner.checkout().join("ucs"), "a file that `*` fits").unwrap();
    let acted = runner.act(&[
        ("program", kubeproof.to_str().unwrap()),
        ("adapter", "--sh -c 'touch one' $(touch two)"),
        ("patterns", "*\r\nwith 'single' and \"double\" quotes\n$(touch three) `touch four`\n; touch five\n--update-baseline\n\\n ~"),
        ("providers", "$(touch six),*  ucs"),
        ("baseline", "--a baseline.yaml"),
        ("shard", "1/2; touch seven"),
        ("min-ran", "5 $x"),
        ("arguments", "--tls\n--jobs=4 4"),
        ("reports", "html=$(touch eight).html"),
    ]);
    assert_eq!(acted.steps, ["kubeproof"], "nothing is built for a program that is there");
    let noted = fs::read_to_string(runner.checkout().join("arguments.txt")).unwrap();
    let noted: Vec<&str> = noted.lines().collect();
    let temp = noted.iter().find_map(|line| line.strip_prefix("--report=json=")).unwrap();
    let temp = temp.strip_suffix("/kubeproof.json").unwrap();
    let expected = [
        "check",
        "--adapter=--sh -c 'touch one' $(touch two)",
        "--min-ran=5 $x",
        "--baseline=--a baseline.yaml",
        "--shard=1/2; touch seven",
        "--provider=$(touch",
        "--provider=six)",
        "--provider=*",
        "--provider=ucs",
        "--report=human=-",
        &format!("--report=json={temp}/kubeproof.json"),
        &format!("--report=markdown={temp}/summary.md"),
        &format!("--report=github={temp}/annotations.txt"),
        "--report=html=$(touch eight).html",
        "--tls",
        "--jobs=4 4",
        "--",
        "*",
        "with 'single' and \"double\" quotes",
        "$(touch three) `touch four`",
        "; touch five",
        "--update-baseline",
        "\\n ~",
    ];
    assert_eq!(noted, expected);
    let files: Vec<_> = fs::read_dir(runner.checkout()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    // What the program said is handed on, also what it has not written.
    assert!(!acted.succeeded);
    assert_eq!([acted.output("exit-code"), acted.output("passed"), acted.output("failed")], ["7", "12", "3"]);
    assert!(acted.summary.contains("no report"), "{}", acted.summary);
}

/// The same against the program itself.
#[test]
fn what_is_wrong_is_said() {
    let runner = Runner::new();
    for (with, code, part) in [
        (&[("patterns", "it's a \"$(touch here)\"")][..], "4", "no case fits `it's a \"$(touch here)\"`"),
        (&[("providers", "nimbus")], "2", "nimbus"),
        (&[("shard", "4/3")], "2", "`4/3` is no shard"),
        (&[("min-ran", "all")], "2", "all"),
        (&[("baseline", "gone.yaml")], "2", "gone.yaml cannot be read"),
        (&[("adapter", "./gone"), ("patterns", "ucs/download")], "5", "./gone"),
        (&[("reports", "pdf=x")], "2", "`pdf` is no format"),
    ] {
        let acted = runner.act(with);
        assert!(!acted.succeeded && acted.log.contains(part), "`{part}` is not in: {}", acted.log);
        assert_eq!([acted.output("exit-code"), acted.output("passed"), acted.output("report")], [code, "", ""]);
        let said = format!("it exited with {code} before there was a report");
        assert!(matches!(acted.commands()[..], [error] if error.contains(&said)), "{}", acted.log);
        assert!(acted.summary.contains("no report"), "{}", acted.summary);
    }
    assert!(!runner.checkout().join("here").exists());
}

#[test]
fn shards_are_merged() {
    let runner = Runner::new();
    let shards = runner.checkout().join("the shards");
    fs::create_dir(&shards).unwrap();
    for shard in ["1/2", "2/2"] {
        let acted = runner.act(&[("patterns", "ucs/download"), ("shard", shard)]);
        let (number, file) = (shard.replace('/', "-of-"), Path::new(acted.output("report")));
        assert_eq!(file.file_name().unwrap(), format!("kubeproof-{number}.json").as_str());
        fs::copy(file, shards.join(file.file_name().unwrap())).unwrap();
    }
    let merge =
        [("merge", "\nthe shards/*.json\n"), ("min-ran", "100"), ("reports", "html=all.html\nbadge=badge.json")];
    let acted = runner.act(&merge);
    assert!(acted.succeeded, "{}", acted.log);
    assert_eq!([acted.output("exit-code"), acted.output("failed")], ["0", "0"]);
    assert_eq!(report(&acted).get("shard"), None);
    assert!(acted.summary.starts_with("## ✅") && runner.checkout().join("all.html").exists());
    // Annotations are made where the cases ran.
    assert_eq!(acted.commands(), [""; 0]);

    fs::remove_file(shards.join("kubeproof-2-of-2.json")).unwrap();
    let acted = runner.act(&merge);
    assert!(acted.log.contains("and 2/2 did not"), "{}", acted.log);
    assert_eq!([acted.output("exit-code"), acted.output("report")], ["2", ""]);
    // What fits no file is said as it was written; nothing of it is run.
    let acted = runner.act(&[("merge", "$(touch here)/*.json")]);
    assert!(acted.log.contains("the report $(touch here)/*.json cannot be read"), "{}", acted.log);
    assert!(!runner.checkout().join("here").exists());
}

#[test]
fn what_is_in_the_cache_is_not_built() {
    let mut runner = Runner::new();
    runner.is_cached = true;
    let acted = runner.act(&[("patterns", "ucs/download/second-call-is-refused")]);
    assert!(acted.succeeded, "{}", acted.log);
    assert_eq!(acted.steps, ["build", "cache", "kubeproof"]);
}

/// A checkout of the action with programs of our own for cargo and rustc.
struct Checkout(TempDir);

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("a checkout").tempdir().unwrap();
        for name in ["bin", "temp", "crates", "examples", "fixtures", ".ci/action"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        for file in ["Cargo.toml", "Cargo.lock", "README.md", "crates/a b.rs", "examples/x", "fixtures/y"] {
            fs::write(folder.path().join(file), file).unwrap();
        }
        for script in ["build-key", "install"] {
            let script = Path::new(".ci/action").join(script);
            fs::copy(root().join(&script), folder.path().join(&script)).unwrap();
        }
        let checkout = Self(folder);
        checkout.program("rustc", "echo rustc 1.95.0");
        checkout.program(
            "cargo",
            "echo \"$PWD ${RUSTFLAGS-none} ${CARGO_BUILD_TARGET-none} $*\" >>\"$LOG\"; mkdir -p \"$KUBEPROOF_ROOT/bin\"; \
             touch \"$KUBEPROOF_ROOT/bin/kubeproof\"; chmod +x \"$KUBEPROOF_ROOT/bin/kubeproof\"",
        );
        checkout
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn program(&self, name: &str, script: &str) {
        program(Path::new(&self.path("bin")).join(name).as_path(), &format!("#!/bin/sh\n{script}\n"));
    }

    /// Runs a step, and gives its exit code and what it said.
    fn step(&self, name: &str, path: &str) -> (Option<i32>, String) {
        let _ = fs::remove_file(self.path("output"));
        let output = Command::new("bash")
            .arg(self.path(&format!(".ci/action/{name}")))
            .env_clear()
            .env("PATH", path)
            .env("GITHUB_ACTION_PATH", self.path(""))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("RUNNER_OS", "Linux")
            .env("KUBEPROOF_ROOT", self.path("temp/root"))
            .env("LOG", self.path("log"))
            .env("RUSTFLAGS", "-Dwarnings")
            .env("CARGO_BUILD_TARGET", "elsewhere")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    }

    fn usual(&self) -> String {
        format!("{}:/usr/bin:/bin", self.path("bin"))
    }

    fn key(&self) -> String {
        let (code, said) = self.step("build-key", &self.usual());
        assert_eq!(code, Some(0), "{said}");
        let output = fs::read_to_string(self.path("output")).unwrap();
        let (key, place) = output.trim_end().split_once("\nroot=").unwrap();
        let key = key.strip_prefix("key=").unwrap();
        assert_eq!(place, self.path(&format!("temp/kubeproof/{key}")));
        key.to_owned()
    }
}

#[test]
fn the_cache_is_of_a_toolchain_and_of_sources() {
    let checkout = Checkout::new();
    let first = checkout.key();
    assert!(first.starts_with("kubeproof-Linux-any-") && !first.contains([' ', ',', '/']), "{first}");
    assert_eq!(checkout.key(), first);
    let mut seen = vec![first];
    let mut is_new = |what: &str| {
        let key = checkout.key();
        assert!(!seen.contains(&key), "{what} makes no difference");
        seen.push(key);
    };
    for file in ["Cargo.lock", "Cargo.toml", "README.md", "crates/a b.rs", "examples/x", "fixtures/y"] {
        fs::write(checkout.path(file), "changed").unwrap();
        is_new(file);
    }
    fs::rename(checkout.path("crates/a b.rs"), checkout.path("crates/c.rs")).unwrap();
    is_new("a name");
    checkout.program("rustc", "echo rustc 1.96.0");
    is_new("the toolchain");
}

#[test]
fn the_program_is_built_from_the_checkout_alone_and_once() {
    let checkout = Checkout::new();
    for _ in 0..2 {
        let (code, said) = checkout.step("install", &checkout.usual());
        assert_eq!(code, Some(0), "{said}");
    }
    let log = fs::read_to_string(checkout.path("log")).unwrap();
    let root = checkout.path("temp/root");
    let said = format!("none none install --locked --path crates/cli --root {root} --target-dir ");
    assert!(log.lines().count() == 1 && log.contains(&said), "{log}");
    assert!(log.starts_with(checkout.0.path().canonicalize().unwrap().to_str().unwrap()), "{log}");
    let left: Vec<_> = fs::read_dir(checkout.path("temp")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["root"], "what was built on the way is gone");
    // Without a toolchain.
    fs::remove_file(checkout.path("bin/cargo")).unwrap();
    let (code, said) = checkout.step("build-key", &checkout.usual());
    assert!(code == Some(1) && said.starts_with("::error title=kubeproof::cargo is missing: install Rust"), "{said}");
}
