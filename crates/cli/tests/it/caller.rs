//! Runs `kubeproof fetch` as a user does, with an environment and a home of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::Ran;
use crate::serving::Serving;

/// Worlds whose every credential is a secret that nothing may print.
pub(crate) const PLANTED: &str = "\
digitalocean:
  world: {api_tokens: [planted-api-token]}
cce:
  world: {tokens: [planted-iam-token], access_keys: [{access_key: AKMINE, secret_key: planted-secret-key}]}
ucs:
  world: {tokens: [planted-iam-token], access_keys: [{access_key: AKMINE, secret_key: planted-secret-key}]}
fireworks:
  world: {api_keys: [planted-api-key], user_tokens: [{token: planted-user-token, user: demo-user}]}
lke:
  world: {access_tokens: [planted-linode-token]}
";

/// Clusters of the default worlds.
pub(crate) const TOKEN: &str = "0c0ffee0-0000-4000-8000-000000000001";
pub(crate) const CERTIFICATE: &str = "0c0ffee0-0000-4000-8000-000000000002";
pub(crate) const PROJECT: &str = "00000000000000000000000000000abc";
pub(crate) const INTERNAL: &str = "0c0ffee0-0000-11f1-8000-000000000001";
pub(crate) const EXTERNAL: &str = "0c0ffee0-0000-11f1-8000-000000000002";

/// Who calls the program.
pub(crate) struct Caller {
    pub(crate) home: TempDir,
    variables: BTreeMap<String, String>,
}

impl Caller {
    /// Somebody who has set no variable.
    pub(crate) fn new() -> Self {
        let home = TempDir::new().unwrap();
        let variables = [("HOME", home.path().to_str().unwrap()), ("PATH", "/usr/bin:/bin")];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { home, variables }
    }

    /// Somebody who has the credentials of the planted worlds, and is pointed at a server with them.
    pub(crate) fn of(serving: &Serving) -> Self {
        let mut caller = Self::new();
        for (name, value) in [
            ("DIGITALOCEAN_ACCESS_TOKEN", "planted-api-token"),
            ("HUAWEICLOUD_SDK_AK", "AKMINE"),
            ("HUAWEICLOUD_SDK_SK", "planted-secret-key"),
            ("FIREWORKS_API_KEY", "planted-api-key"),
            ("KUBEPROOF_USER_TOKEN", "planted-user-token"),
            ("LINODE_TOKEN", "planted-linode-token"),
        ] {
            caller.set(name, value);
        }
        for (name, value) in serving.environment() {
            if name.starts_with("KUBEPROOF_") || name == "SSL_CERT_FILE" {
                caller.set(&name, &value);
            }
        }
        caller
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file for its owner only.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }

    /// A kubeconfig, as a reader of YAML that is not ours reads it.
    #[track_caller]
    pub(crate) fn kubeconfig(&self, name: &str) -> Value {
        serde_yaml::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// The names of the files in a folder, sorted.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `kubeproof fetch`.
    #[track_caller]
    pub(crate) fn fetch(&self, arguments: &[&str]) -> Ran {
        self.fetch_with(arguments, "")
    }

    /// The same with this on standard input.
    #[track_caller]
    pub(crate) fn fetch_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.spawn(&[&["fetch"], arguments].concat());
        // Who does not read its input has ended.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.ran(child.wait_with_output().unwrap())
    }

    /// Starts the program, in the home.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.spawn_as(Command::new(env!("CARGO_BIN_EXE_kubeproof")).args(arguments))
    }

    /// Starts another program in the same way.
    pub(crate) fn spawn_as(&self, command: &mut Command) -> Child {
        command
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// What the program did. Whatever it was, it printed no secret that it was not asked for.
    #[track_caller]
    pub(crate) fn ran(&self, output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        let secrets = ["planted-api", "planted-iam", "planted-secret", "AKMINE"];
        for secret in secrets {
            assert!(
                !ran.out.contains(secret) && !ran.err.contains(secret),
                "{secret} is printed: {}{}",
                ran.out,
                ran.err
            );
        }
        assert!(!ran.err.contains("planted"), "a secret is printed: {}", ran.err);
        for secret in self.issued() {
            assert!(!ran.err.contains(&secret), "what was issued is printed: {}", ran.err);
        }
        ran
    }

    /// The credentials in every kubeconfig of the home.
    fn issued(&self) -> Vec<String> {
        let files =
            fs::read_dir(self.home.path()).unwrap().filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
        let users = files
            .filter_map(|text| serde_yaml::from_str::<Value>(&text).ok())
            .flat_map(|kubeconfig| kubeconfig.get("users").and_then(Value::as_array).cloned().unwrap_or_default());
        let secrets = users.flat_map(|user| {
            let user = user["user"].clone();
            ["token", "client-key-data"].map(|field| user[field].as_str().map(str::to_owned))
        });
        secrets.flatten().filter(|secret| secret.len() > 8).collect()
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Starts a server with the planted worlds.
#[track_caller]
pub(crate) fn planted(arguments: &[&str]) -> Serving {
    Serving::start_with(&[&["--world", "-", "--log-format", "json"], arguments].concat(), PLANTED)
}

/// The next exchange that a server logs.
#[track_caller]
pub(crate) fn exchange(serving: &Serving) -> Value {
    loop {
        let line: Value = serde_json::from_str(&serving.log()).unwrap();
        if line["event"] == "exchange" {
            return line;
        }
    }
}

/// The entry of a list that has a name.
#[track_caller]
pub(crate) fn entry<'a>(kubeconfig: &'a Value, list: &str, name: &str) -> &'a Value {
    let entries = kubeconfig[list].as_array().unwrap();
    let found = entries.iter().find(|entry| entry["name"] == name);
    found.unwrap_or_else(|| panic!("there is no {name} among the {list} of {:?}", names(kubeconfig, list)))
}

/// The names in a list.
pub(crate) fn names(kubeconfig: &Value, list: &str) -> Vec<String> {
    let entries = kubeconfig[list].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}
