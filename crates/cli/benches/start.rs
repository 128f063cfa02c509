//! How long `kubeproof serve` takes from its start to its first answer: `just bench`.
//!
//! Milliseconds are those of the fastest and of the middle of some rounds. Each round starts the program, waits for the
//! line that says that it is ready, and asks once.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};

/// Rounds of each kind.
const ROUNDS: usize = 41;

/// What a person or a script that starts it does not notice.
const LIMIT: Duration = Duration::from_millis(100);

const REQUEST: &[u8] = b"GET /v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo HTTP/1.1\r\n\
    host: localhost\r\nconnection: close\r\nx-auth-token: example-iam-token\r\n\r\n";

fn main() {
    println!("from the start of `kubeproof serve` to its first answer, {ROUNDS} rounds, in ms");
    for (name, arguments) in [
        ("all providers", &[][..]),
        ("all providers, --tls", &["--tls"]),
        ("--case, the suite is read", &["--case", "ucs/download/second-call-is-refused"]),
    ] {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round(arguments)).collect();
        times.sort_unstable();
        let (fastest, middle) = (times[0], times[ROUNDS / 2]);
        let verdict = if middle < LIMIT { "below" } else { "NOT below" };
        println!(
            "  {name:26} fastest {:6.1}  middle {:6.1}  {verdict} {} ms",
            milliseconds(fastest),
            milliseconds(middle),
            LIMIT.as_millis()
        );
    }
}

/// One start and one answer.
fn round(arguments: &[&str]) -> Duration {
    let started = now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
        .args(["serve", "--listen", "127.0.0.1:0", "--quiet"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.lines().last().is_some_and(|line| line.starts_with("kubeproof ready")) {
        assert!(out.read_line(&mut said).unwrap() > 0, "it did not get ready");
    }
    let place = said.split(" ucs=").nth(1).unwrap().split_whitespace().next().unwrap();
    let (scheme, address) = place.split_once("://").unwrap();
    let mut tcp = TcpStream::connect(address).unwrap();
    if scheme == "https" {
        let authority = said.split("export SSL_CERT_FILE='").nth(1).unwrap().split('\'').next().unwrap();
        ask(&mut StreamOwned::new(tls(authority), tcp));
    } else {
        ask(&mut tcp);
    }
    let took = now().duration_since(started);
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

fn ask(stream: &mut (impl Read + Write)) {
    const ANSWERED: &[u8] = b"HTTP/1.1 200";
    stream.write_all(REQUEST).unwrap();
    let mut answer = [0; ANSWERED.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, ANSWERED);
}

fn tls(authority: &str) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1").unwrap()).unwrap()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn now() -> Instant {
    Instant::now()
}
