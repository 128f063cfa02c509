//! One bash for a whole tutorial, to which its commands are typed one after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::page::root;

/// A shell in a folder of its own.
pub(crate) struct Bash {
    child: Child,
    stdin: ChildStdin,
    /// What came on standard output or standard error, in lines, the last of which may lack its end.
    lines: Receiver<String>,
    folder: tempfile::TempDir,
}

/// What came of a command.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) said: String,
}

/// Ends what a command said: RS, which none says.
const END: char = '\u{1e}';

/// A command that takes longer hangs. A crate may have to be built.
const LIMIT: Duration = Duration::from_secs(600);

impl Bash {
    /// Starts a shell that finds this kubeproof first, and nothing of the caller's settings but where cargo is at home.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        std::fs::create_dir(folder.path().join("here")).unwrap();
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc"])
            .current_dir(folder.path().join("here"))
            .env_clear()
            .envs(environment(&folder.path().join("home")))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("the tutorials need bash: {error}"));
        let mut stdin = child.stdin.take().unwrap();
        // In the order in which it is seen.
        stdin.write_all(b"exec 2>&1\n").unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while out.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Self { child, stdin, lines, folder }
    }

    /// Where its commands are typed.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("here")
    }

    /// Runs a command, and waits until it ends.
    ///
    /// # Errors
    ///
    /// When bash does not understand it, or it does not end.
    pub(crate) fn run(&mut self, command: &str) -> Result<Ended, String> {
        self.run_until(command, |_| true)
    }

    /// Runs a command that goes on in the background, and waits until what it said is what its reader waits for.
    ///
    /// # Errors
    ///
    /// When bash does not understand it, or nothing like that comes.
    pub(crate) fn run_until(&mut self, command: &str, is_enough: impl Fn(&str) -> bool) -> Result<Ended, String> {
        // A quote that is not closed would wait for ever.
        let checked = Command::new("bash").args(["-n", "-c", command]).output().map_err(|error| error.to_string())?;
        if !checked.status.success() {
            return Err(String::from_utf8_lossy(&checked.stderr).into_owned());
        }
        // The status stays what it was, for who asks `$?`. Nobody reads what is typed next.
        let typed =
            format!("{{ {command}\n}} </dev/null\nstatus=$?; printf '{END}%s\\n' \"$status\"; (exit \"$status\")\n");
        self.stdin.write_all(typed.as_bytes()).map_err(|error| error.to_string())?;
        let (mut said, mut status) = (String::new(), None);
        while status.is_none() || !is_enough(&said) {
            let line = self.lines.recv_timeout(LIMIT).map_err(|error| match error {
                RecvTimeoutError::Timeout => format!("this did not come to an end: {said}"),
                RecvTimeoutError::Disconnected => format!("the shell has ended: {said}"),
            })?;
            match line.split_once(END) {
                Some((before, code)) => {
                    said += before;
                    status = Some(code.trim().parse().map_err(|error| format!("{code}: {error}"))?);
                }
                None => said += &line,
            }
        }
        Ok(Ended { status: status.unwrap_or_default(), said })
    }
}

/// What was started with it ends with it.
impl Drop for Bash {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn environment(home: &Path) -> Vec<(&'static str, String)> {
    let program = Path::new(env!("CARGO_BIN_EXE_kubeproof"));
    let programs = program.parent().unwrap();
    let inherited = |name: &str| std::env::var(name).ok();
    let of_the_caller = |below: &str| format!("{}/{below}", inherited("HOME").unwrap_or_default());
    let mut variables = vec![
        ("PATH", format!("{}:{}", programs.display(), inherited("PATH").unwrap_or_default())),
        ("HOME", home.display().to_string()),
        ("LANG", "C.UTF-8".to_owned()),
        // What a reader has set who follows the introduction.
        ("KUBEPROOF", root().display().to_string()),
        ("CARGO_HOME", inherited("CARGO_HOME").unwrap_or_else(|| of_the_caller(".cargo"))),
        ("RUSTUP_HOME", inherited("RUSTUP_HOME").unwrap_or_else(|| of_the_caller(".rustup"))),
        // Into the folder of the workspace, and as it is built, so that no crate is built twice.
        ("CARGO_TARGET_DIR", programs.parent().unwrap().display().to_string()),
        ("CARGO_PROFILE_DEV_DEBUG", "line-tables-only".to_owned()),
        ("CARGO_NET_OFFLINE", "true".to_owned()),
        ("CARGO_TERM_COLOR", "never".to_owned()),
    ];
    variables.extend(inherited("RUSTUP_TOOLCHAIN").map(|toolchain| ("RUSTUP_TOOLCHAIN", toolchain)));
    variables
}
