//! The programs of others, run so that nothing of this machine reaches them.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder of its own for one test: the home of the programs, and the kubeconfigs that they read.
pub(crate) struct Oracle {
    folder: tempfile::TempDir,
}

impl Oracle {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn file(&self, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) -> PathBuf {
        let path = self.folder.path().join(name);
        let mut file = tempfile::NamedTempFile::new_in(self.folder.path()).expect("a file can be made");
        file.write_all(text.as_ref()).expect("it can be written");
        assert_private(file.path());
        file.persist(&path).expect("it can be named");
        path
    }

    /// A folder within.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir(&path).expect("a folder can be made");
        path
    }

    /// What `kubectl config view --raw -o json` shows of a file, or what it complains of.
    pub(crate) fn kubectl_view(&self, kubeconfig: &Path) -> Result<Value, String> {
        let text = self.kubectl_view_text(kubeconfig)?;
        serde_json::from_str(&text).map_err(|error| format!("kubectl wrote no JSON: {error}"))
    }

    /// The same as it was printed.
    pub(crate) fn kubectl_view_text(&self, kubeconfig: &Path) -> Result<String, String> {
        self.kubectl_view_as("json", kubeconfig)
    }

    /// What `kubectl config view --raw -o yaml` prints of a file.
    pub(crate) fn kubectl_view_yaml(&self, kubeconfig: &Path) -> Result<String, String> {
        self.kubectl_view_as("yaml", kubeconfig)
    }

    fn kubectl_view_as(&self, format: &str, kubeconfig: &Path) -> Result<String, String> {
        let options = ["config", "view", "--raw", "-o", format, "--kubeconfig"].map(OsStr::new);
        let output = self.kubectl(options.into_iter().chain([kubeconfig.as_os_str()]));
        String::from_utf8(succeeded(output)?).map_err(|error| format!("kubectl wrote no text: {error}"))
    }

    /// Runs kubectl.
    pub(crate) fn kubectl(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        self.run(program("KUBEPROOF_KUBECTL"), arguments)
    }

    /// What Python programs read of files: see `tests/interop/read.py` for the ways.
    pub(crate) fn python(&self, way: &str, files: &[PathBuf]) -> Result<Vec<Value>, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/read.py");
        let arguments = [script.into_os_string(), way.into()].into_iter().chain(files.iter().map(Into::into));
        let stdout = succeeded(self.run(program("KUBEPROOF_PYTHON"), arguments))?;
        serde_json::from_slice(&stdout).map_err(|error| format!("read.py wrote no JSON: {error}"))
    }

    /// What a browser saw of the page of a server: see `tests/interop/page.py` for the ways. It leaves its screenshots in
    /// `shots`.
    pub(crate) fn browser(&self, way: &str, admin_url: &str, base_url: &str, shots: &Path) -> Value {
        self.chromium("page.py", way, [admin_url.as_ref(), base_url.as_ref(), shots.as_os_str()])
    }

    /// What a browser saw of the page of a report: see `tests/interop/report.py` for the ways.
    pub(crate) fn browser_of_report(&self, way: &str, page: &Path, shots: &Path) -> Value {
        self.chromium("report.py", way, [page.as_os_str(), shots.as_os_str()])
    }

    /// What a schema that check-jsonschema brings along finds wrong with a YAML file; nothing of it is fetched.
    pub(crate) fn check_schema(&self, schema: &str, file: &Path) -> Result<(), String> {
        let options = ["-m", "check_jsonschema", "--no-cache", "--builtin-schema", schema].map(OsStr::new);
        let output = self.run(program("KUBEPROOF_PYTHON"), options.into_iter().chain([file.as_os_str()]));
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Err(said.concat())
    }

    fn chromium<const N: usize>(&self, script: &str, way: &str, arguments: [&OsStr; N]) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop").join(script);
        // Modules of ours leave nothing compiled in the sources.
        let first = ["-B".into(), path.into_os_string(), way.into(), program("KUBEPROOF_CHROMIUM").into_os_string()];
        let arguments = first.into_iter().chain(arguments.map(OsStr::to_owned));
        let output = self.run(program("KUBEPROOF_PYTHON"), arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script} {way}: {}\n{complaint}", output.status);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{script} {way} wrote no JSON: {error}"))
    }

    fn run(&self, program: PathBuf, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
        Command::new(&program)
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{} does not run: {error}; use `just interop`", program.display()))
    }
}

/// A program that a variable of the environment names.
pub(crate) fn program(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) if !path.is_empty() => path.into(),
        _ => panic!(
            "{variable} is not set: run these tests with `just interop`, which brings kubectl, Python packages and Chromium"
        ),
    }
}

/// The program that `just interop` has built.
pub(crate) fn kubeproof() -> PathBuf {
    let tests = std::env::current_exe().expect("a test knows where it is");
    tests.ancestors().nth(2).expect("it is in target/PROFILE/deps").join("kubeproof")
}

fn succeeded(output: Output) -> Result<Vec<u8>, String> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    // kubectl may quote the whole file in a complaint.
    const SHOWN: usize = 400;
    let complaint: String = String::from_utf8_lossy(&output.stderr).trim().chars().take(SHOWN).collect();
    Err(format!("{}: {complaint}", output.status))
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}
