//! How many requests a second the server answers, beside a bare hyper server with the same body and beside wiremock
//! with one static mock, by the same client in the same run; and how its memory grows: `just bench`.
//!
//! Client and server share the machine's processors, so what counts is the ratio.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "a benchmark may panic")]

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use kubeproof_emulator::host::Server;
use kubeproof_emulator::host::server::{Clock, ServerSetting};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::{EPOCH, Session};
use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Connections that are kept alive, each with a thread of its own.
const CLIENTS: usize = 8;
/// Requests of a round.
const REQUESTS: usize = 24_000;
/// Rounds of which the fastest counts.
const ROUNDS: usize = 15;
/// Requests over which memory is watched.
const MANY: usize = 300_000;

const REQUEST: &[u8] = b"GET /v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig HTTP/1.1\r\n\
    host: localhost\r\nauthorization: Bearer example-do-api-token\r\n\r\n";

fn main() {
    let runtime = Runtime::new().unwrap();
    let (server, served) = runtime.block_on(kubeproof());
    let (head, body) = ask_once(served);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let hyper = bare_hyper(&runtime, body.clone());
    let (_mock, wiremock) = runtime.block_on(static_mock(body));

    println!("requests a second, {CLIENTS} connections, {REQUESTS} requests, the fastest of {ROUNDS} rounds");
    let servers = [("kubeproof serve", served), ("bare hyper", hyper), ("wiremock, one mock", wiremock)];
    let mut fastest = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        for (at, (_, address)) in servers.iter().enumerate() {
            fastest[at] = fastest[at].min(round(*address, REQUESTS));
        }
    }
    let rate = |time: Duration| REQUESTS as f64 / time.as_secs_f64();
    for ((name, _), time) in servers.iter().zip(fastest) {
        println!("  {name:20} {:9.0}  {:.2} of bare hyper", rate(time), rate(time) / rate(fastest[1]));
    }

    drop(server);
    let (server, address) = runtime.block_on(kubeproof());
    round(address, 1);
    let before = resident();
    for part in 1..=3 {
        round(address, MANY / 3);
        println!("resident memory after {} requests: +{:.1} MiB", MANY / 3 * part, resident() - before);
    }
    assert_eq!(server.panics(), 0);
    let session = server.session("digitalocean").unwrap();
    let last = session.journal().exchanges().last().unwrap();
    assert_eq!(last.reply.status, 200, "{}", last.reply.decision.explanation);
}

async fn kubeproof() -> (Server, SocketAddr) {
    let session = Session::new::<DigitalOcean>(kubeproof_emulator::Setting::default());
    // A second later each time: the provider's hourly limit is not what is measured.
    let calls = AtomicI64::new(0);
    let clock = Clock(Arc::new(move || EPOCH + SignedDuration::from_secs(calls.fetch_add(1, Ordering::Relaxed))));
    let setting = ServerSetting { clock: Some(clock), ..ServerSetting::default() };
    let server = Server::start(vec![session], setting).await.unwrap();
    let address = server.base_url("digitalocean").unwrap().split("://").nth(1).unwrap().parse().unwrap();
    (server, address)
}

fn bare_hyper(runtime: &Runtime, body: Vec<u8>) -> SocketAddr {
    let body = Bytes::from(body);
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let body = body.clone();
            let service = service_fn(move |_request| {
                let response = hyper::Response::builder().header("content-type", "application/yaml");
                let response = response.body(Full::new(body.clone())).unwrap();
                async { Ok::<_, Infallible>(response) }
            });
            tokio::spawn(async move {
                // The client going away is how it ends.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn static_mock(body: Vec<u8>) -> (MockServer, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
    let response = ResponseTemplate::new(200).set_body_bytes(body);
    Mock::given(any()).respond_with(response).mount(&server).await;
    let address = *server.address();
    (server, address)
}

/// How long `requests` take over all connections.
fn round(address: SocketAddr, requests: usize) -> Duration {
    let share = requests.div_ceil(CLIENTS);
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = Vec::new();
                for _ in 0..share {
                    stream.write_all(REQUEST).unwrap();
                    read_answer(&mut stream, &mut buffer);
                }
            });
        }
    });
    started.elapsed()
}

fn ask_once(address: SocketAddr) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(REQUEST).unwrap();
    let mut buffer = Vec::new();
    let head = read_answer(&mut stream, &mut buffer);
    (String::from_utf8(buffer[..head].to_vec()).unwrap(), buffer[head..].to_vec())
}

/// Reads one answer, and gives back how long its head is.
fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    buffer.clear();
    let mut some = [0; 16 << 10];
    loop {
        let count = stream.read(&mut some).unwrap();
        assert!(count > 0, "the server went away");
        buffer.extend(&some[..count]);
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end]).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        if buffer.len() == end + 4 + length.parse::<usize>().unwrap() {
            return end + 4;
        }
    }
}

/// Resident memory of this process, in MiB. On Linux only.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
    kib / 1024.0
}
