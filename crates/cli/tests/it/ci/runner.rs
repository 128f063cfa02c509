//! The runner of GitHub, as far as the action and the example ask of it: expressions, steps, commands in the log.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_yaml::Value;
use tempfile::TempDir;

use super::{entries, is_pinned, root, text, yaml};

/// What expressions can name, by its whole name: `inputs.shard`, `steps.build.outputs.key`.
pub(super) type Context = BTreeMap<String, String>;

/// The text with its `${{ }}` in place.
pub(super) fn expand(text: &str, context: &Context) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").unwrap();
        out += before;
        out += &value(expression.trim(), context);
        rest = after;
    }
    out + rest
}

/// What an expression names. What a step has not said is empty; a name that nothing has is a mistake of ours.
fn value(name: &str, context: &Context) -> String {
    if let Some(literal) = name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')) {
        return literal.to_owned();
    }
    match context.get(name) {
        Some(value) => value.clone(),
        None if name.starts_with("steps.") && name.contains(".outputs.") => String::new(),
        None => panic!("`{name}` is not known: {context:?}"),
    }
}

/// Whether an `if` holds while nothing has failed or was cancelled.
pub(super) fn holds(condition: &str, context: &Context) -> bool {
    let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
    condition.split("&&").all(|part| match part.trim() {
        "!cancelled()" => true,
        part => match (part.split_once("=="), part.split_once("!=")) {
            (Some((one, other)), _) => value(one.trim(), context) == value(other.trim(), context),
            (_, Some((one, other))) => value(one.trim(), context) != value(other.trim(), context),
            _ => panic!("`{part}` is not understood"),
        },
    })
}

/// A machine with a checkout of a user.
pub(super) struct Runner {
    folder: TempDir,
    /// Whether the cache has the program.
    pub(super) is_cached: bool,
}

/// What an action did.
pub(super) struct Acted {
    /// Whether its job goes on.
    pub(super) succeeded: bool,
    pub(super) log: String,
    pub(super) summary: String,
    pub(super) outputs: BTreeMap<String, String>,
    /// The ids of the steps that ran.
    pub(super) steps: Vec<String>,
}

impl Acted {
    /// Of what is in the log, the commands that the runner obeys.
    pub(super) fn commands(&self) -> Vec<&str> {
        let mut commands = Vec::new();
        let mut stopped: Option<&str> = None;
        for line in self.log.lines().map(str::trim_start).filter(|line| line.starts_with("::")) {
            match (stopped, line.strip_prefix("::stop-commands::")) {
                (Some(word), _) => {
                    if line.strip_prefix("::").and_then(|line| line.strip_suffix("::")) == Some(word) {
                        stopped = None;
                    }
                }
                (None, Some(word)) => {
                    assert!(word.len() >= 16, "a word that can be guessed: {word}");
                    stopped = Some(word);
                }
                (None, None) => commands.push(line),
            }
        }
        assert_eq!(stopped, None, "commands are obeyed again in the end: {}", self.log);
        commands
    }

    pub(super) fn output(&self, name: &str) -> &str {
        &self.outputs[name]
    }
}

impl Runner {
    pub(super) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("a runner").tempdir().unwrap();
        for name in ["checkout", "temp", "home"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, is_cached: false }
    }

    /// The user's sources, where steps run.
    pub(super) fn checkout(&self) -> PathBuf {
        self.folder.path().join("checkout")
    }

    fn temp(&self) -> PathBuf {
        self.folder.path().join("temp")
    }

    /// Runs action.yml as it is, with the program that was built for this test instead of the step that builds one.
    pub(super) fn act(&self, with: &[(&str, &str)]) -> Acted {
        let action = yaml("action.yml");
        assert_eq!(action["runs"]["using"], "composite");
        let mut context = Context::new();
        for (name, input) in action["inputs"].as_mapping().unwrap() {
            context.insert(format!("inputs.{}", text(name)), text(&input["default"]));
        }
        for (name, given) in with {
            let old = context.insert(format!("inputs.{name}"), (*given).to_owned());
            assert!(old.is_some(), "there is no input `{name}`");
        }
        let summary = self.folder.path().join("summary.md");
        fs::write(&summary, "").unwrap();
        let mut acted = Acted {
            succeeded: true,
            log: String::new(),
            summary: String::new(),
            outputs: BTreeMap::new(),
            steps: Vec::new(),
        };
        for step in action["runs"]["steps"].as_sequence().unwrap() {
            let is_wanted = step.get("if").is_none_or(|condition| holds(&text(condition), &context));
            if !acted.succeeded || !is_wanted {
                continue;
            }
            let id = text(&step["id"]);
            let env: Vec<(String, String)> =
                entries(&step["env"]).into_iter().map(|(name, value)| (name, expand(&value, &context))).collect();
            let outputs = match (id.as_str(), step.get("uses")) {
                ("cache", Some(uses)) => {
                    assert!(text(uses).starts_with("actions/cache@") && is_pinned(&text(uses)));
                    self.restore(Path::new(&expand(&text(&step["with"]["path"]), &context)))
                }
                ("install", None) => {
                    install(Path::new(&env[0].1));
                    BTreeMap::new()
                }
                (_, None) => self.run(step, &env, &context, &summary, &mut acted),
                other => panic!("no step is known like {other:?}"),
            };
            for (name, value) in outputs {
                context.insert(format!("steps.{id}.outputs.{name}"), value);
            }
            acted.steps.push(id);
        }
        for (name, output) in action["outputs"].as_mapping().unwrap() {
            acted.outputs.insert(text(name), expand(&text(&output["value"]), &context));
        }
        acted.summary = fs::read_to_string(&summary).unwrap();
        acted
    }

    fn restore(&self, path: &Path) -> BTreeMap<String, String> {
        if !self.is_cached {
            return BTreeMap::new();
        }
        install(path);
        BTreeMap::from([("cache-hit".to_owned(), "true".to_owned())])
    }

    fn run(
        &self,
        step: &Value,
        env: &[(String, String)],
        context: &Context,
        summary: &Path,
        acted: &mut Acted,
    ) -> BTreeMap<String, String> {
        assert_eq!(text(&step["shell"]), "bash");
        let (script, output) = (self.folder.path().join("step.sh"), self.folder.path().join("output"));
        fs::write(&script, text(&step["run"])).unwrap();
        fs::write(&output, "").unwrap();
        let within = step.get("working-directory").map(|path| expand(&text(path), context)).unwrap_or_default();
        // Both on one pipe, as a terminal would have them.
        let ran = Command::new("bash")
            .args(["-c", "exec \"$@\" 2>&1", "bash", "bash", "--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script)
            .current_dir(self.checkout().join(within))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path().join("home"))
            .envs(std::env::vars_os().filter(|(name, _)| name == "CARGO_HOME" || name == "RUSTUP_HOME"))
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", summary)
            .env("RUNNER_TEMP", self.temp())
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        acted.succeeded = ran.status.success();
        acted.log += &String::from_utf8(ran.stdout).unwrap();
        let said = fs::read_to_string(&output).unwrap();
        said.lines().map(|line| line.split_once('=').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }
}

/// Puts the program that was built for this test where the action installs it.
fn install(root: &Path) {
    fs::create_dir_all(root.join("bin")).unwrap();
    let to = root.join("bin/kubeproof");
    if !to.exists() {
        symlink(env!("CARGO_BIN_EXE_kubeproof"), to).unwrap();
    }
}

/// What of the runner the tests rely on.
#[test]
fn expressions_are_understood() {
    let context =
        Context::from([("inputs.a".to_owned(), "${{ x }}".to_owned()), ("inputs.b".to_owned(), String::new())]);
    assert_eq!(expand("<${{ inputs.a }}|${{inputs.b}}|${{ steps.s.outputs.o }}>", &context), "<${{ x }}||>");
    for (condition, expected) in [
        ("inputs.b == ''", true),
        ("inputs.a == ''", false),
        ("inputs.b == '' && steps.s.outputs.o != 'true'", true),
        ("inputs.b == '' && steps.s.outputs.o == 'true'", false),
        ("${{ !cancelled() && inputs.a != '' }}", true),
    ] {
        assert_eq!(holds(condition, &context), expected, "{condition}");
    }
}

#[test]
fn commands_that_are_stopped_are_not_obeyed() {
    let log = "::error::one\ntext\n::stop-commands::0123456789abcdef\n  ::error::two\n::0123456789ABCDEF::\n\
               ::0123456789abcdef::\n  ::error::three\n"
        .to_owned();
    let acted = Acted { succeeded: true, log, summary: String::new(), outputs: BTreeMap::new(), steps: Vec::new() };
    assert_eq!(acted.commands(), ["::error::one", "::error::three"]);
}
