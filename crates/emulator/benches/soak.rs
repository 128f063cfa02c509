//! Many clients, four providers and armed faults for some time: `just soak [SECONDS]`.
//!
//! It fails when the server panicked, kept descriptors, answered without saying why, or let two callers win a download
//! that there is once. Loops are bounded by the time that is given, 120 seconds unless told otherwise.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures, and runs for a time that is given")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kubeproof_emulator::host::Server;
use kubeproof_emulator::host::server::ServerSetting;
use kubeproof_emulator::providers::cce::Cce;
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::fireworks::Fireworks;
use kubeproof_emulator::providers::ucs::{self, Ucs};
use kubeproof_emulator::{Fault, Session, Setting, Verdict};

const CLIENTS: usize = 24;
/// Clusters whose access information can be downloaded once, each of which every client asks for.
const ONE_SHOTS: usize = 300;

fn main() {
    // `cargo bench` adds flags of its own.
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(120);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(sessions(), ServerSetting::default())).unwrap();
    let address: SocketAddr = server.base_url("ucs").unwrap().split("://").nth(1).unwrap().parse().unwrap();
    let descriptors = descriptors();
    let end = Instant::now() + Duration::from_secs(seconds);
    let (requests, cut_off) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (requests, cut_off) = (&requests, &cut_off);
            scope.spawn(move || {
                for request in (0..).map(|number| request(client, number)) {
                    if Instant::now() >= end {
                        break;
                    }
                    requests.fetch_add(1, Ordering::Relaxed);
                    if !ask(address, &request) {
                        cut_off.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        while Instant::now() < end {
            for provider in server.providers() {
                server.disarm(provider).unwrap();
                for fault in FAULTS {
                    server.arm(provider, serde_json::from_str::<Fault>(fault).unwrap()).unwrap();
                }
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let (requests, cut_off) = (requests.into_inner(), cut_off.into_inner());
    println!("{CLIENTS} clients, {seconds} s: {requests} requests, {cut_off} of them cut off by a fault");
    judge(&server);
    runtime.block_on(server.stop(Duration::from_secs(5)));
    println!("descriptors: {descriptors} before, {} after", self::descriptors());
    assert!(self::descriptors() <= descriptors, "descriptors are left");
    assert!(cut_off > 0, "no fault was done");
}

/// What is done every now and then, each counted from when it was armed.
const FAULTS: [&str; 8] = [
    r#"{"is": "reset", "calls": [5, 40, 90]}"#,
    r#"{"is": "close", "at": {"body": 30}, "calls": [9, 33, 71]}"#,
    r#"{"is": "garbage", "calls": [12, 55]}"#,
    r#"{"is": "chunked-without-end", "calls": [17, 60]}"#,
    r#"{"is": "reset", "at": "request", "calls": [21, 80]}"#,
    r#"{"is": "enormous-body", "bytes": 2000000, "calls": [25]}"#,
    r#"{"is": "close", "at": "connect", "connections": [30, 61, 99]}"#,
    r#"{"is": "reset", "at": "connect", "connections": [44, 77]}"#,
];

fn sessions() -> Vec<Session> {
    let clusters = (0..ONE_SHOTS).map(|number| ucs::Cluster { id: one_shot(number), ..ucs::Cluster::default() });
    let world = ucs::World { clusters: clusters.collect(), ..ucs::World::default() };
    vec![
        Session::new::<DigitalOcean>(Setting::default()),
        Session::new::<Cce>(Setting::default()),
        // Every call for a one-shot is kept, so that winners can be counted.
        Session::new::<Ucs>(Setting { world, ..Setting::default() }).with_journal_of(2 * CLIENTS * ONE_SHOTS),
        Session::new::<Fireworks>(Setting::default()),
    ]
}

fn one_shot(number: usize) -> String {
    format!("0c0ffee0-0000-4000-9000-{number:012x}")
}

/// What a client asks for next: each one-shot once, and the others in between and ever after.
fn request(client: usize, number: usize) -> String {
    let target = match number % 4 {
        0 if number / 4 < ONE_SHOTS => format!("/v1/clusters/{}/accessinfo", one_shot(number / 4)),
        1 => "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert"
            .to_owned(),
        2 => "/v1/accounts/demo-account/clusters/demo:getConnectionInfo".to_owned(),
        3 if client.is_multiple_of(3) => format!("/v2/unknown/{client}/{number}"),
        _ => "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig".to_owned(),
    };
    let bearer = if target.starts_with("/v2") { "example-do-api-token" } else { "example-fireworks-api-key" };
    format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {bearer}\r\nx-auth-token: example-iam-token\r\n\
         content-type: application/json\r\nconnection: close\r\n\r\n"
    )
}

/// Whether an answer came whole.
fn ask(address: SocketAddr, request: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = Vec::new();
    if stream.write_all(request.as_bytes()).is_err() || stream.read_to_end(&mut answer).is_err() {
        return false;
    }
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length == Some(answer.len() - end - 4)
}

fn judge(server: &Server) {
    assert_eq!(server.panics(), 0, "the server panicked");
    let mut winners: BTreeMap<String, u64> = BTreeMap::new();
    for provider in server.providers() {
        let session = server.session(provider).unwrap();
        let journal = session.journal();
        println!("  {provider}: {} exchanges", journal.recorded());
        assert!(journal.recorded() > 0);
        for exchange in journal.exchanges() {
            let decision = &exchange.reply.decision;
            assert!(!decision.explanation.is_empty() && !decision.clause.is_empty(), "{exchange:?}");
            assert_ne!(decision.verdict, Verdict::HarnessError, "{exchange:?}");
            if decision.clause == "ucs.reply.access-info" {
                *winners.entry(exchange.request.path.clone()).or_default() += 1;
            }
        }
    }
    println!("  {} downloads, each won by one caller", winners.len());
    assert!(!winners.is_empty());
    for (path, count) in winners {
        assert_eq!(count, 1, "{path} was won {count} times");
    }
}

/// How many descriptors this process has. On Linux only.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
