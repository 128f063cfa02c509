use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A copy of this repository, always at the same place, with a target folder that stays: what does not change is built once.
pub(crate) struct Checkout {
    root: PathBuf,
    target: PathBuf,
}

/// What was built in it.
pub(crate) struct Built {
    root: PathBuf,
    /// The test binaries, by package and name.
    tests: BTreeMap<String, PathBuf>,
    program: PathBuf,
}

/// What became of some tests.
pub(crate) struct Ran {
    pub(crate) passed: BTreeSet<String>,
    pub(crate) failed: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder that this workspace builds into.
fn target() -> PathBuf {
    let tests = std::env::current_exe().expect("a test knows where it is");
    tests.ancestors().nth(3).expect("it is in target/PROFILE/deps").to_owned()
}

/// What a command wrote to standard output, which has to succeed.
#[track_caller]
fn succeeded(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}: {status}\n{text}{}", String::from_utf8_lossy(&stderr));
    text
}

impl Checkout {
    /// The files of this repository as they are now, committed or not.
    pub(crate) fn new() -> Self {
        let copy = target().join("scaffold");
        let checkout = Self { root: copy.join("checkout"), target: copy.join("target") };
        if checkout.root.exists() {
            fs::remove_dir_all(&checkout.root).expect("the copy can be removed");
        }
        let listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        for file in succeeded(Command::new("git").args(listed).current_dir(root())).split_terminator('\0') {
            let (from, to) = (root().join(file), checkout.root.join(file));
            // One that is removed is listed until that is committed.
            let Ok(metadata) = from.metadata() else { continue };
            fs::create_dir_all(to.parent().expect("it is below the copy")).expect("a folder can be made");
            fs::copy(&from, &to).expect("a file can be copied");
            // What was built of it stays good.
            let copied = fs::File::options().append(true).open(&to).expect("a copy can be opened");
            copied.set_modified(metadata.modified().expect("a file has a time")).expect("a copy can have that time");
        }
        checkout
    }

    /// What the program of this workspace says, in this checkout.
    pub(crate) fn kubeproof(&self, arguments: &[&str]) -> String {
        succeeded(Command::new(target().join("debug/kubeproof")).args(arguments).current_dir(&self.root))
    }

    /// What cargo says, without a network.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_NET_OFFLINE", "true");
        // Those of the cargo that runs this test are of another workspace.
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR")
        {
            command.env_remove(name);
        }
        succeeded(&mut command)
    }

    /// The program and the tests of these providers, and of what goes through every provider.
    pub(crate) fn build(&self, providers: &[&str]) -> Built {
        let mut arguments = vec!["test", "--no-run", "--message-format", "json"];
        arguments.extend(["it", "conformance", "clients", "book"].iter().flat_map(|test| ["--test", *test]));
        arguments.extend(["-p", "kubeproof-emulator", "-p", "kubeproof-tests", "-p", "kubeproof-cli"]);
        let packages: Vec<String> = providers.iter().map(|name| format!("kubeproof-{name}")).collect();
        packages.iter().for_each(|package| arguments.extend(["-p", package]));
        let said = self.cargo(&arguments);
        let messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut built = Built { root: self.root.clone(), tests: BTreeMap::new(), program: PathBuf::new() };
        for message in messages.filter(|message| message["executable"].is_string()) {
            let executable = PathBuf::from(message["executable"].as_str().unwrap());
            let target = &message["target"];
            if target["kind"][0] == "bin" {
                built.program = executable;
            } else {
                // `path+file:///…/crates/cli#kubeproof-cli@0.1.0`, or without the name where the folder has it.
                let id = message["package_id"].as_str().unwrap();
                let package = id.rsplit(['#', '/']).next().unwrap().split('@').next().unwrap();
                built.tests.insert(format!("{package} {}", target["name"].as_str().unwrap()), executable);
            }
        }
        built
    }

    /// Writes the client of a provider as the guide does.
    pub(crate) fn write_client(&self, name: &str) {
        let guide = fs::read_to_string(self.root.join("docs/new-provider.md")).expect("there is a guide");
        let block = |marker: &str| {
            let from =
                guide.split_once(&format!("<!-- {marker} -->\n```rust\n")).unwrap_or_else(|| panic!("no {marker}")).1;
            from.split_once("```\n").expect("the block ends").0.to_owned()
        };
        let source = self.root.join(format!("crates/{name}/src"));
        fs::write(source.join("dialect.rs"), block("dialect")).expect("a file can be written");
        let lib = source.join("lib.rs");
        let mut text = fs::read_to_string(&lib).expect("there is a client");
        let (from, to) = ("        let error = reply.malformed(", "    }\n}\n");
        let begin = text.find(from).expect("a client is not written yet");
        let end = begin + text[begin..].find(to).expect("a function ends");
        text.replace_range(begin..end, &block("fetch"));
        let expectation = text.find("    #[expect(dead_code").expect("what is accepted is not read yet");
        let end = expectation + text[expectation..].find('\n').expect("a line ends") + 1;
        text.replace_range(expectation..end, "");
        let text = text.replace("mod cluster;\n", "mod cluster;\nmod dialect;\n").replace(
            "use kubeproof_client::{\n",
            "use kubeproof_client::{Reading, read_kubeconfig};\nuse kubeproof_client::{\n",
        );
        fs::write(lib, text).expect("a file can be written");
    }
}

impl Built {
    /// Runs the tests of a binary whose names hold one of these, or all, with variables of the environment.
    pub(crate) fn test(&self, binary: &str, filters: &[&str], variables: &[(&str, &str)]) -> Ran {
        let program = self.tests.get(binary).unwrap_or_else(|| panic!("no {binary} in {:?}", self.tests.keys()));
        let package = binary.split(' ').next().unwrap().trim_start_matches("kubeproof-");
        let folder = if package == "tests" { "tests".to_owned() } else { format!("crates/{package}") };
        let output = Command::new(program)
            .args(filters)
            .args(["--color", "never"])
            .current_dir(self.root.join(folder))
            // A snapshot that is not there is a failure, and is not written.
            .env("INSTA_UPDATE", "no")
            .envs(variables.iter().copied())
            .output()
            .expect("a test starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let of = |outcome: &str| {
            let lines = said.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(outcome));
            lines.map(|name| name.trim_end_matches([' ', '.']).to_owned()).collect()
        };
        Ran { passed: of(" ok"), failed: of(" FAILED") }
    }

    /// The exit code of the program that was built, and all that it says.
    pub(crate) fn kubeproof(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(&self.program).args(arguments).current_dir(&self.root).output().expect("it starts");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code(), said)
    }
}
