//! A process that is killed at each step of a download, by the system and in earnest.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kubeproof_client::{ClusterAccess as _, Credentials, ErrorKind};
use tempfile::{NamedTempFile, PersistError};

use crate::disk::{Disk, OwnDisk};
use crate::keep::Keep;
use crate::{AccessInfo, Client, ClusterId, Form, KeepAnswers, Options, StoredAnswer};

const CLUSTER: &str = "e0000000-0000-0000-0000-0000000000ff";
const ACCESS: &str = r#"[{"kind":"Deployment","apiVersion":"apps/v1"},{"kind":"Secret","apiVersion":"v1"}]"#;
/// Where the other process asks, in its environment.
const URL: &str = "KUBEPROOF_TEST_URL";
const FOLDER: &str = "KUBEPROOF_TEST_FOLDER";
const STEP: &str = "KUBEPROOF_TEST_STEP";

/// The disk, and a process that says that it has come to a step, and stays there until it is killed.
#[derive(Debug)]
struct Stopping {
    at: String,
    written: AtomicUsize,
}

impl Stopping {
    fn reach(&self, step: &str) {
        if self.at != step {
            return;
        }
        // Not by `print!`, which the harness of tests keeps to itself.
        let mut out = io::stdout();
        out.write_all(format!("\nreached {step}\n").as_bytes()).unwrap();
        out.flush().unwrap();
        // Nothing ever comes.
        io::stdin().read_exact(&mut [0]).unwrap();
    }
}

impl Disk for Stopping {
    fn write(&self, file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
        OwnDisk.write(file, bytes)?;
        let written = self.written.fetch_add(bytes.len(), Ordering::SeqCst) + bytes.len();
        self.reach(if written == ACCESS.len() { "after the whole is written" } else { "after a part is written" });
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.reach("before it is synced");
        OwnDisk.sync(file)?;
        self.reach("after it is synced");
        Ok(())
    }

    fn name(&self, file: NamedTempFile, path: &Path) -> Result<File, PersistError> {
        let file = OwnDisk.name(file, path)?;
        self.reach("after it has its name");
        Ok(file)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        OwnDisk.sync_folder(folder)?;
        self.reach("after the folder is synced");
        Ok(())
    }
}

/// Downloads as `fetch` does, with another disk.
async fn download(url: &str, folder: &Path, step: String) -> Result<AccessInfo, kubeproof_client::Error> {
    let cluster = ClusterId::parse(CLUSTER).unwrap();
    let disk = Stopping { at: step, written: AtomicUsize::new(0) };
    let keep = Keep::prepare_on(Box::new(disk), folder, &cluster).unwrap();
    client(url, folder).download(&cluster, &Options::default(), Some(keep)).await
}

fn client(url: &str, folder: &Path) -> Client {
    let token = Credentials::Token("not-a-real-token".to_owned().into());
    Client::builder(token, KeepAnswers::InFolder(folder.to_owned())).base_url(url).build().unwrap()
}

/// A server that gives the answer, or the first bytes of it and nothing more, to the first that asks; to others it says
/// that it was given. The second is how often it was asked.
fn serve(sends: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<AtomicUsize>::default();
    let counted = asked.clone();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            let (body, sends) = match counted.fetch_add(1, Ordering::SeqCst) {
                0 => (ACCESS, sends),
                _ => (r#"["Downloaded"]"#, usize::MAX),
            };
            let sent: Vec<u8> = body.bytes().take(sends).collect();
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
            stream.write_all(&sent).unwrap();
            held.push(stream);
        }
    });
    (url, asked)
}

/// Starts this test in another process, and kills that when it says that it has come to the step.
fn kill_at(step: &str, url: &str, folder: &Path) {
    let mut child: Child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::a_kill_at_every_step_loses_nothing_that_was_received", "--nocapture"])
        .env(URL, url)
        .env(FOLDER, folder)
        .env(STEP, step)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let reached = lines.inspect(|line| said.push(line.clone())).any(|line| line == format!("reached {step}"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(reached, "{step} was not reached: {said:?}");
}

#[tokio::test]
async fn a_kill_at_every_step_loses_nothing_that_was_received() {
    if let Ok(step) = std::env::var(STEP) {
        let folder = std::env::var_os(FOLDER).unwrap();
        download(&std::env::var(URL).unwrap(), Path::new(&folder), step).await.unwrap();
        // Reached only when all of it went well, and nobody is waiting for the step.
        Stopping { at: "after it is read".to_owned(), written: AtomicUsize::new(0) }.reach("after it is read");
        return;
    }
    let cluster = ClusterId::parse(CLUSTER).unwrap();
    let half = ACCESS.len() / 2;
    for (step, form) in [
        ("after a part is written", Form::Unfinished),
        ("after the whole is written", Form::Unfinished),
        ("before it is synced", Form::Unfinished),
        ("after it is synced", Form::Unfinished),
        ("after it has its name", Form::Whole),
        ("after the folder is synced", Form::Whole),
        ("after it is read", Form::Whole),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let is_part = step == "after a part is written";
        let (url, asked) = serve(if is_part { half } else { usize::MAX });
        kill_at(step, &url, folder.path());
        assert_eq!(asked.load(Ordering::SeqCst), 1, "{step}");

        let stored = StoredAnswer::find(folder.path(), &cluster).unwrap();
        assert_eq!(stored.iter().map(StoredAnswer::form).collect::<Vec<_>>(), [form], "{step}");
        // By the bytes, not by our own reader.
        let expected = &ACCESS.as_bytes()[..if is_part { half } else { ACCESS.len() }];
        assert_eq!(std::fs::read(stored[0].path()).unwrap(), expected, "{step}");
        match StoredAnswer::recover(folder.path(), &cluster) {
            Ok(access) => assert!(!is_part && access.raw() == expected && access.items().len() == 2, "{step}"),
            Err(error) => {
                assert!(is_part, "{step}: {error}");
                assert_eq!((error.kind(), error.answer()), (ErrorKind::Malformed, Some(expected)), "{step}");
            }
        }

        // Who asks again is told where it is.
        let error = client(&url, folder.path()).fetch(&cluster, &Options::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.stored()), (ErrorKind::AlreadyDownloaded, Some(stored[0].path())), "{step}");
        assert!(error.to_string().contains(&stored[0].path().display().to_string()), "{step}: {error}");
        assert_eq!(asked.load(Ordering::SeqCst), 2, "{step}");
    }
}
