//! The example workflows, each job run as the CI would, in shards and then the report.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_yaml::Value;
use tempfile::TempDir;

use super::runner::{Acted, Context, Runner, expand, holds};
use super::{entries, is_pinned, program, scripts, text, used, yaml};
use crate::program::kubeproof;

/// The ids of the cases that the examples select, of which none may be lost.
fn selected() -> BTreeSet<String> {
    ids(&kubeproof(&["list", "--provider", "digitalocean", "--json"]).out)
}

fn ids(json: &str) -> BTreeSet<String> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let cases = value.get("cases").unwrap_or(&value).as_array().unwrap();
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

/// What the examples expect to find in the user's sources: an adapter and what it is known to fail.
pub(super) fn sources(folder: &Path) {
    program(
        &folder.join("adapter"),
        &format!("#!/bin/sh\nexec '{}' adapter reference\n", env!("CARGO_BIN_EXE_kubeproof")),
    );
    fs::write(folder.join("kubeproof.baseline.yaml"), "# Nothing is known.\n").unwrap();
}

/// Files of a folder whose names fit a pattern with one star.
fn fitting(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let (beginning, end) = pattern.split_once('*').unwrap_or((pattern, ""));
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        if pattern.contains('*') { name.starts_with(beginning) && name.ends_with(end) } else { name == pattern }
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(fits).collect();
    files.sort();
    files
}

/// What the action did in a job, whose machine is there as long as this is kept.
struct Job {
    acted: Acted,
    _runner: Runner,
}

/// A run of examples/ci/github.yml, with what it keeps.
struct GitHub {
    workflow: Value,
    artifacts: TempDir,
}

impl GitHub {
    fn new() -> Self {
        Self { workflow: yaml("examples/ci/github.yml"), artifacts: TempDir::new().unwrap() }
    }

    /// Runs the steps of a job on a machine of its own, and gives what the action did.
    fn job(&self, name: &str, context: &Context, prepare: impl FnOnce(&Path)) -> Job {
        let runner = Runner::new();
        let mut context = context.clone();
        let mut acted = None;
        let mut prepare = Some(prepare);
        for step in self.workflow["jobs"][name]["steps"].as_sequence().unwrap() {
            if !step.get("if").is_none_or(|condition| holds(&text(condition), &context)) {
                continue;
            }
            let with: Vec<(String, String)> =
                entries(&step["with"]).into_iter().map(|(name, value)| (name, expand(&value, &context))).collect();
            let given = |name: &str| with.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap();
            match text(&step["uses"]).split('@').next().unwrap() {
                "actions/checkout" => prepare.take().unwrap()(&runner.checkout()),
                "actions/upload-artifact" => {
                    // An artifact has no second version.
                    let (folder, file) =
                        (self.artifacts.path().join(given("name")), runner.checkout().join(given("path")));
                    if file.exists() {
                        fs::create_dir(&folder).unwrap();
                        fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
                    } else {
                        let or_else = with.iter().find(|(name, _)| name == "if-no-files-found");
                        assert_eq!(or_else, None, "{} is missing", file.display());
                    }
                }
                "actions/download-artifact" => {
                    assert_eq!(given("merge-multiple"), "true");
                    let to = runner.checkout().join(given("path"));
                    fs::create_dir(&to).unwrap();
                    for artifact in fitting(self.artifacts.path(), given("pattern")) {
                        for file in fitting(&artifact, "*") {
                            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
                        }
                    }
                }
                "OWNER/kubeproof" => {
                    let with: Vec<(&str, &str)> =
                        with.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    let ran = runner.act(&with);
                    let id = step.get("id").map(text).unwrap_or_default();
                    for (name, value) in &ran.outputs {
                        context.insert(format!("steps.{id}.outputs.{name}"), value.clone());
                    }
                    acted = Some(ran);
                }
                other => panic!("{other} is not known"),
            }
        }
        Job { acted: acted.unwrap(), _runner: runner }
    }

    /// The shards of the matrix, and how each went.
    fn shards(&self, prepare: impl Fn(&Path)) -> Vec<Job> {
        let shards = self.workflow["jobs"]["shard"]["strategy"]["matrix"]["shard"].as_sequence().unwrap();
        let job = |(index, shard): (usize, &Value)| {
            let context = Context::from([
                ("matrix.shard".to_owned(), text(shard)),
                ("strategy.job-index".to_owned(), index.to_string()),
            ]);
            self.job("shard", &context, &prepare)
        };
        shards.iter().enumerate().map(job).collect()
    }

    fn report(&self) -> Job {
        self.job("report", &Context::new(), |_| panic!("this job has no sources"))
    }
}

#[test]
fn github_judges_in_shards_and_reports_once() {
    let github = GitHub::new();
    let shards = github.shards(sources);
    assert_eq!(shards.len(), 3);
    for shard in &shards {
        assert!(shard.acted.succeeded, "{}", shard.acted.log);
    }
    let job = github.report();
    let acted = &job.acted;
    assert!(acted.succeeded, "{}", acted.log);
    assert_eq!(ids(&fs::read_to_string(acted.output("report")).unwrap()), selected());
    assert_eq!(acted.output("passed"), selected().len().to_string());
    assert!(acted.summary.starts_with("## ✅ kubeproof: "), "{}", acted.summary);
    assert!(github.artifacts.path().join("kubeproof/kubeproof.html").exists());
}

#[test]
fn github_fails_where_a_shard_does() {
    let github = GitHub::new();
    // An entry that is stale, in one of the shards.
    let known = "- {case: digitalocean/access/token, reason: issue 7, failure: 'step 1: it never came to that'}\n";
    let shards = github.shards(|folder| {
        sources(folder);
        fs::write(folder.join("kubeproof.baseline.yaml"), known).unwrap();
    });
    let codes: Vec<&str> = shards.iter().map(|shard| shard.acted.output("exit-code")).collect();
    assert_eq!(codes.iter().filter(|code| **code == "3").count(), 1, "{codes:?}");
    let Job { acted, .. } = github.report();
    assert!(!acted.succeeded && acted.output("exit-code") == "3", "{}", acted.log);

    // One whose report is missing, though the others are fine.
    for name in ["kubeproof-shard-1", "kubeproof"] {
        fs::remove_dir_all(github.artifacts.path().join(name)).unwrap();
    }
    let Job { acted, .. } = github.report();
    assert!(!acted.succeeded && acted.log.contains("and 2/3 did not"), "{}", acted.log);

    let github = GitHub::new();
    let shards = github.shards(|_| {});
    assert!(shards.iter().all(|shard| shard.acted.output("exit-code") == "2"), "{}", shards[0].acted.log);
    assert_eq!(fitting(github.artifacts.path(), "*").len(), 0, "nothing is kept of what was not judged");
}

#[test]
fn github_is_asked_for_little_and_nothing_moves() {
    let workflow = yaml("examples/ci/github.yml");
    assert_eq!(entries(&workflow["permissions"]), [("contents".to_owned(), "read".to_owned())]);
    for action in used(&workflow) {
        assert!(is_pinned(&action) || action == "OWNER/kubeproof@COMMIT", "{action}");
    }
    assert_eq!(scripts(&workflow), [""; 0], "a script has no place for expressions");
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        assert!(job.get("timeout-minutes").is_some(), "{name:?}");
        assert!(job.get("permissions").is_none(), "{name:?}");
    }
}

/// A run of examples/ci/gitlab.yml: each job has a checkout, and what jobs before it have kept.
struct GitLab {
    pipeline: Value,
    artifacts: TempDir,
    bin: TempDir,
}

impl GitLab {
    fn new() -> Self {
        let bin = TempDir::new().unwrap();
        symlink(env!("CARGO_BIN_EXE_kubeproof"), bin.path().join("kubeproof")).unwrap();
        Self { pipeline: yaml("examples/ci/gitlab.yml"), artifacts: TempDir::new().unwrap(), bin }
    }

    fn job(&self, name: &str, index: usize, count: usize) -> (Option<i32>, String) {
        let (checkout, job) = (TempDir::new().unwrap(), &self.pipeline[name]);
        sources(checkout.path());
        if job.get("needs").is_some() {
            for file in fitting(self.artifacts.path(), "*") {
                fs::copy(&file, checkout.path().join(file.file_name().unwrap())).unwrap();
            }
        }
        let lines: Vec<String> = job["script"].as_sequence().unwrap().iter().map(text).collect();
        let path = format!("{}:{}", self.bin.path().display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &lines.join("\n")])
            .current_dir(checkout.path())
            .env_clear()
            .envs([("PATH", path), ("CI_NODE_INDEX", index.to_string()), ("CI_NODE_TOTAL", count.to_string())])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let artifacts = &job["artifacts"];
        let kept = artifacts["paths"].as_sequence().unwrap().iter().map(text);
        for pattern in kept.chain(artifacts["reports"].get("junit").map(text)) {
            let files = fitting(checkout.path(), &pattern);
            assert!(output.status.code() == Some(2) || !files.is_empty(), "nothing is called {pattern}");
            for file in files {
                let to = self.artifacts.path().join(file.file_name().unwrap());
                // What a job of the same pipeline has kept is lost if it has the same name.
                assert!(name != "conformance" || !to.exists(), "{}", to.display());
                fs::copy(&file, to).unwrap();
            }
        }
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code(), said)
    }
}

#[test]
fn gitlab_judges_in_shards_and_reports_once() {
    let gitlab = GitLab::new();
    let count = usize::try_from(gitlab.pipeline["conformance"]["parallel"].as_u64().unwrap()).unwrap();
    assert_eq!(count, 3);
    for index in 1..=count {
        let (code, said) = gitlab.job("conformance", index, count);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("(shard {index}/3)")), "{said}");
    }
    assert_eq!(fitting(gitlab.artifacts.path(), "kubeproof-shard-*.xml").len(), 3);
    let (code, said) = gitlab.job("conformance-report", 1, 1);
    let whole = format!("{0} cases: {0} passed", selected().len());
    assert!(code == Some(0) && said.contains(&whole), "{said}");
    assert!(gitlab.artifacts.path().join("kubeproof.html").exists());

    fs::remove_file(gitlab.artifacts.path().join("kubeproof-shard-2.json")).unwrap();
    let (code, said) = gitlab.job("conformance-report", 1, 1);
    assert!(code == Some(2) && said.contains("and 2/3 did not"), "{said}");
}
