use std::time::Duration;

use kubeproof_emulator::host::Server;
use kubeproof_emulator::host::server::{Limits, Ports, ServerSetting, Transport};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::{Session, Setting};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::wire::{self, Ending, REQUEST, ask};

/// What is wrong is refused, the connection ends and says why, and the server goes on.
#[track_caller]
fn check(request: &[u8], status: &str, end: &str) {
    let run = async {
        let server = wire::server("[]", Transport::Plain).await;
        let (answer, ending) = ask(&server, request).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert_eq!(ending, Ending::Closed);
        let noted = server.connections().kept().next().unwrap().end.clone().unwrap();
        assert!(noted.contains(end), "{noted}");
        let good = [&REQUEST[..REQUEST.len() - 2], b"connection: close\r\n\r\n"].concat();
        assert!(ask(&server, &good).await.unwrap().0.starts_with(b"HTTP/1.1 200"));
        assert_eq!(server.panics(), 0);
    };
    self::run(run);
}

#[test]
fn what_is_no_http_is_refused() {
    check(b"NONSENSE\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/9.9\r\n\r\n", "400", "invalid");
    check(b"GET /\xff\xfe\x80 HTTP/1.1\r\nhost: x\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", "400", "invalid");
    check(b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: minus\r\n\r\n", "400", "invalid");
}

#[test]
fn http_1_1_without_a_host_or_with_two_is_refused() {
    let request = |version: &str, hosts: &str| {
        let target = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig";
        format!(
            "GET {target} HTTP/{version}\r\n{hosts}authorization: Bearer example-do-api-token\r\nconnection: close\r\n\r\n"
        )
    };
    check(
        request("1.1", "").as_bytes(),
        "400 Bad Request\r\nkubeproof-clause: kubeproof.request-without-host",
        "closed",
    );
    check(request("1.1", "host: a\r\nhost: b\r\n").as_bytes(), "400", "closed");
    check(request("1.1", "host: a\r\n").as_bytes(), "200", "closed");
    run(async {
        let server = wire::server("[]", Transport::Plain).await;
        let (answer, _) = ask(&server, request("1.0", "").as_bytes()).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&answer));
    });
}

/// It is the provider's whose path it names, whatever became of the body.
#[test]
fn a_body_that_breaks_off_is_in_the_journal_of_its_provider() {
    run(async {
        let sessions = vec![Session::new::<DigitalOcean>(Setting::default()), Session::new::<Ucs>(Setting::default())];
        let server = Server::start(sessions, ServerSetting::default()).await.unwrap();
        let request =
            b"POST /v1/clusters/x/accessinfo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n";
        ask(&server, request).await.unwrap();
        let session = server.session("ucs").unwrap();
        let clauses: Vec<_> = session.journal().exchanges().map(|exchange| exchange.reply.decision.clause).collect();
        assert_eq!(clauses, ["kubeproof.request-broken-off"]);
    });
}

#[test]
fn http_2_by_prior_knowledge_may_come_in_pieces() {
    run(async {
        let server = strict(Limits::default()).await;
        for pieces in [&[PREFACE][..], &[&PREFACE[..1], &PREFACE[1..2], &PREFACE[2..5], &PREFACE[5..]]] {
            let mut stream = TcpStream::connect(wire::address(&server)).await.unwrap();
            stream.set_nodelay(true).unwrap();
            for piece in pieces {
                stream.write_all(piece).await.unwrap();
                // The server has its turn; whatever it makes of it, the frame that comes has to be the same.
                for _ in 0..16 {
                    tokio::task::yield_now().await;
                }
            }
            stream.write_all(SETTINGS).await.unwrap();
            let mut frame = [0; 9];
            stream.read_exact(&mut frame).await.unwrap();
            assert_eq!(frame[3], SETTINGS[3], "{frame:?}");
        }
    });
}

/// As in `who_is_too_slow_is_cut_off`, the limit is always reached.
#[test]
fn whoever_answers_pings_and_asks_for_nothing_is_cut_off() {
    run(async {
        let server = strict(Limits { time: Duration::from_millis(40), ..Limits::default() }).await;
        let mut stream = TcpStream::connect(wire::address(&server)).await.unwrap();
        stream.write_all(&[PREFACE, SETTINGS].concat()).await.unwrap();
        let mut head = [0; 9];
        // Two or three pings are answered in that time; who is never cut off is not waited for.
        for _ in 0..100 {
            if stream.read_exact(&mut head).await.is_err() {
                break;
            }
            let [high, middle, low, kind, flags, ..] = head;
            let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, high, middle, low])).unwrap()];
            if stream.read_exact(&mut payload).await.is_err() {
                break;
            }
            if (kind, flags) == (PING, 0) {
                head[4] = ACK;
                // The connection may be gone by now, which the next read finds.
                let _ = stream.write_all(&[&head[..], &payload].concat()).await;
            }
        }
        assert_eq!(ends(&server), ["the client was too slow"]);
    });
}

/// How a client of HTTP/2 begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The frame without any setting.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const PING: u8 = 6;
const ACK: u8 = 1;

#[test]
fn a_head_of_a_megabyte_is_refused() {
    let head = [b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", &vec![b'a'; 1 << 20][..], b"\r\n\r\n"].concat();
    check(&head, "431", "too large");
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A server that bears little.
async fn strict(limits: Limits) -> Server {
    let session = Session::new::<DigitalOcean>(Setting::default());
    Server::start(vec![session], ServerSetting { limits, ..ServerSetting::default() }).await.unwrap()
}

fn ends(server: &Server) -> Vec<String> {
    server.connections().kept().filter_map(|connection| connection.end.clone()).collect()
}

/// The limit is short, and however late it comes, the client never says more: it is always reached.
#[test]
fn who_is_too_slow_is_cut_off() {
    run(async {
        let server = strict(Limits { time: Duration::from_millis(40), ..Limits::default() }).await;
        for beginning in [&b""[..], b"G", b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
            let mut stream = TcpStream::connect(wire::address(&server)).await.unwrap();
            stream.write_all(beginning).await.unwrap();
            wire::read_out(&mut stream).await;
        }
        let (answer, _) = ask(&server, b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nslow").await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
        assert!(ends(&server).iter().filter(|end| end.contains("too slow")).count() >= 3, "{:?}", ends(&server));
    });
}

/// Whoever was told all that there is, and stays, is not waited for.
#[test]
fn who_stays_after_the_end_is_left() {
    run(async {
        let server = strict(Limits { time: Duration::from_millis(40), ..Limits::default() }).await;
        for fault in [r#"{"is": "close", "at": "connect", "connections": [1]}"#, r#"{"is": "close", "calls": [1]}"#] {
            server.disarm("digitalocean").unwrap();
            server.arm("digitalocean", serde_json::from_str(fault).unwrap()).unwrap();
            let before = ends(&server).len();
            let mut stays = TcpStream::connect(wire::address(&server)).await.unwrap();
            stays.write_all(REQUEST).await.unwrap();
            while ends(&server).len() == before {
                tokio::task::yield_now().await;
            }
        }
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_with_what_to_change() {
    run(async {
        let server = strict(Limits { body_bytes: 10, ..Limits::default() }).await;
        for body in [
            &b"content-length: 11\r\n\r\nhello world"[..],
            b"transfer-encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
        ] {
            let request = [b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", body].concat();
            let answer = String::from_utf8(ask(&server, &request).await.unwrap().0).unwrap();
            assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
            assert!(answer.contains("kubeproof-clause: kubeproof.request-too-large"), "{answer}");
        }
    });
}

#[test]
fn connections_beyond_the_limit_wait_for_a_place() {
    run(async {
        let server = strict(Limits { connections: 1, ..Limits::default() }).await;
        let mut first = TcpStream::connect(wire::address(&server)).await.unwrap();
        first.write_all(REQUEST).await.unwrap();
        let mut some = [0; 64];
        assert!(first.read(&mut some).await.unwrap() > 0);
        // The second is made by the system, and served when the first has ended.
        let mut second = TcpStream::connect(wire::address(&server)).await.unwrap();
        second.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        assert_eq!(server.connections().made(), 1);
        drop(first);
        assert!(wire::read_out(&mut second).await.0.starts_with(b"HTTP/1.1 404"));
    });
}

#[test]
fn what_is_under_way_ends_before_the_server_does() {
    run(async {
        let server = strict(Limits::default()).await;
        let mut idle = TcpStream::connect(wire::address(&server)).await.unwrap();
        idle.write_all(REQUEST).await.unwrap();
        let mut some = [0; 64];
        assert!(idle.read(&mut some).await.unwrap() > 0);
        let address = wire::address(&server);
        server.stop(Duration::from_secs(30)).await;
        // The answer is whole, the connection is closed, and nobody listens any more.
        let (rest, ending) = wire::read_out(&mut idle).await;
        assert_eq!(ending, Ending::Closed);
        assert!(rest.len() > 1000);
        assert_eq!(TcpStream::connect(address).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn two_sessions_of_one_provider_are_refused_and_so_is_a_port_that_is_taken() {
    run(async {
        let session = || Session::new::<DigitalOcean>(Setting::default());
        let twice = Server::start(vec![session(), session()], ServerSetting::default()).await;
        assert_eq!(twice.err().map(|error| error.kind()), Some(std::io::ErrorKind::InvalidInput));
        let server = strict(Limits::default()).await;
        let ports = Ports::Shared(wire::address(&server).port());
        let taken = Server::start(vec![session()], ServerSetting { ports, ..ServerSetting::default() }).await;
        assert_eq!(taken.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
    });
}

#[test]
fn a_shared_address_tells_providers_apart_by_their_paths() {
    run(async {
        let sessions = vec![Session::new::<DigitalOcean>(Setting::default()), Session::new::<Ucs>(Setting::default())];
        let server = Server::start(sessions, ServerSetting::default()).await.unwrap();
        assert_eq!(server.base_url("digitalocean"), server.base_url("ucs"));
        for (path, provider, status) in [
            ("/v2/kubernetes/clusters/x/kubeconfig", "digitalocean", "401"),
            ("/v1/clusters/x/accessinfo", "ucs", "401"),
        ] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let (answer, _) = ask(&server, request.as_bytes()).await.unwrap();
            assert!(
                answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()),
                "{}",
                String::from_utf8_lossy(&answer)
            );
            assert_eq!(server.session(provider).unwrap().journal().recorded(), 1, "{path}");
        }
        let (answer, _) = ask(&server, b"GET /other HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("kubeproof.no-provider"), "{answer}");
    });
}
