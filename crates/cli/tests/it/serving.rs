//! Runs `kubeproof serve` and talks to it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};

use crate::program::signal;

/// A server that is running.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Lines of standard error, taken as they come: a log that is not taken is held up.
    err: Receiver<String>,
    /// Nothing is taken of standard error while this is kept.
    deaf: Option<Sender<()>>,
    /// What was on standard output up to the ready line, with it.
    pub(crate) said: String,
}

/// What a server left behind.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// All of standard output.
    pub(crate) out: String,
    /// What was left of standard error.
    pub(crate) err: String,
}

impl Serving {
    /// Starts a server at a free port, and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, "")
    }

    /// The same with this on standard input.
    #[track_caller]
    pub(crate) fn start_with(arguments: &[&str], input: &str) -> Self {
        Self::spawn(&[&["--listen", "127.0.0.1:0"], arguments].concat(), input)
    }

    /// Starts a server with these arguments alone.
    #[track_caller]
    pub(crate) fn spawn(arguments: &[&str], input: &str) -> Self {
        let mut serving = Self::spawn_deaf(arguments, input);
        serving.hear();
        serving
    }

    /// The same, and nobody takes what it logs.
    #[track_caller]
    pub(crate) fn spawn_deaf(arguments: &[&str], input: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
            .arg("serve")
            .args(arguments)
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin: ChildStdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let out = BufReader::new(child.stdout.take().unwrap());
        let (deaf, hearing) = mpsc::channel();
        let err = lines(child.stderr.take().unwrap(), hearing);
        let mut serving = Self { child, out, err, deaf: Some(deaf), said: String::new() };
        while !serving.said.lines().last().is_some_and(|line| line.starts_with("kubeproof ready")) {
            if serving.out.read_line(&mut serving.said).unwrap() == 0 {
                serving.hear();
                panic!("it did not get ready: {}{}", serving.said, serving.err.iter().collect::<String>());
            }
        }
        serving
    }

    /// Begins to take what is logged.
    pub(crate) fn hear(&mut self) {
        self.deaf = None;
    }

    /// Where each provider is, from the ready line.
    pub(crate) fn places(&self) -> BTreeMap<String, String> {
        let ready = self.said.lines().last().unwrap();
        let places = ready.strip_prefix("kubeproof ready").unwrap().split_whitespace();
        places
            .map(|place| place.split_once('=').unwrap())
            .map(|(name, url)| (name.to_owned(), url.to_owned()))
            .collect()
    }

    /// The environment that it says points a client there.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let exports = self.said.lines().filter_map(|line| line.strip_prefix("export "));
        let value = |text: &str| text.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap().to_owned();
        exports
            .map(|export| export.split_once('=').unwrap())
            .map(|(name, text)| (name.to_owned(), value(text)))
            .collect()
    }

    /// The address of a provider.
    #[track_caller]
    pub(crate) fn address(&self, provider: &str) -> String {
        self.places()[provider].split_once("://").unwrap().1.to_owned()
    }

    /// Asks a provider over plain HTTP, and gives all that came until the connection ended.
    #[track_caller]
    pub(crate) fn ask(&self, provider: &str, target: &str, fields: &[&str]) -> String {
        let mut stream = TcpStream::connect(self.address(provider)).unwrap();
        stream.write_all(request(target, fields).as_bytes()).unwrap();
        read_out(&mut stream)
    }

    /// Asks a provider over TLS, trusting the certificate authorities of a file.
    #[track_caller]
    pub(crate) fn ask_tls(
        &self,
        provider: &str,
        host: &str,
        authority: &str,
        target: &str,
        fields: &[&str],
    ) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(authority).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(self.address(provider)).unwrap());
        stream.write_all(request(target, fields).as_bytes())?;
        Ok(read_out(&mut stream))
    }

    /// The next line on standard error.
    #[track_caller]
    pub(crate) fn log(&self) -> String {
        self.err.recv().expect("nothing more is logged").trim_end().to_owned()
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits until it ends.
    pub(crate) fn wait(mut self) -> Ended {
        let mut out = std::mem::take(&mut self.said);
        self.out.read_to_string(&mut out).unwrap();
        Ended { code: self.child.wait().unwrap().code(), out, err: self.err.iter().collect() }
    }

    /// Interrupts it, and waits until it ends.
    pub(crate) fn stop(self) -> Ended {
        self.signal("INT");
        self.wait()
    }
}

/// The lines of what is read, with their ends, as they come, from when they may be taken.
fn lines(from: ChildStderr, hearing: Receiver<()>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // It ends when the other end is dropped.
        let _ = hearing.recv();
        let mut from = BufReader::new(from);
        loop {
            let mut line = String::new();
            if from.read_line(&mut line).unwrap() == 0 || sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// A test that fails leaves no server behind.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A GET on a connection of its own.
pub(crate) fn request(target: &str, fields: &[&str]) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{fields}\r\n")
}

/// All that comes until the connection ends, however it does.
pub(crate) fn read_out(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
