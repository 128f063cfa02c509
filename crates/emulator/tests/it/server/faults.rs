use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kubeproof_emulator::host::Server;
use kubeproof_emulator::host::server::{ServerSetting, Sleep, Transport};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::{Calls, Fault, Session, Setting};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;

use super::wire::{self, Ending, REQUEST, ask, ask_tls, parts};

/// What comes of a request of which the fault is told; `expected` looks at the bytes that came.
#[track_caller]
fn check(fault: &str, transport: Transport, ending: Ending, expected: impl Fn(&[u8]) -> bool) {
    run(async {
        let server = wire::server(&format!("[{fault}]"), transport).await;
        let (bytes, came) = match transport {
            Transport::Plain => ask(&server, REQUEST).await.unwrap(),
            Transport::Tls => ask_tls(&server, REQUEST).await.unwrap(),
        };
        assert_eq!(came, ending, "{fault} over {transport:?}");
        assert!(expected(&bytes), "{fault} over {transport:?}: {:?}", String::from_utf8_lossy(&bytes));
        let session = server.session("digitalocean").unwrap();
        assert_eq!(session.journal().recorded(), 1, "{fault}");
        assert!(session.journal().exchanges().all(|exchange| exchange.fault.is_some()), "{fault}");
    });
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

const BOTH: [Transport; 2] = [Transport::Plain, Transport::Tls];

/// The length that the head promises, and the bytes of the body that came.
fn promised(bytes: &[u8]) -> Option<(usize, usize)> {
    let (head, body) = parts(bytes)?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    Some((length, body.len()))
}

#[test]
fn a_connection_is_reset_where_the_fault_says() {
    check(r#"{"is": "reset", "at": "request"}"#, Transport::Plain, Ending::Reset, <[u8]>::is_empty);
    check(r#"{"is": "reset"}"#, Transport::Plain, Ending::Reset, <[u8]>::is_empty);
    for transport in BOTH {
        // A reset may overtake what was sent before it: what has come is the beginning of what was sent.
        let within_head =
            |bytes: &[u8]| b"HTTP/1.1 200 OK\r\n".starts_with(&bytes[..bytes.len().min(17)]) && parts(bytes).is_none();
        check(r#"{"is": "reset", "at": "in-headers"}"#, transport, Ending::Reset, within_head);
        let until = |most: usize| {
            move |bytes: &[u8]| parts(bytes).is_none() || promised(bytes).is_some_and(|(_, came)| came <= most)
        };
        check(r#"{"is": "reset", "at": "after-headers"}"#, transport, Ending::Reset, until(0));
        check(r#"{"is": "reset", "at": {"body": 12}}"#, transport, Ending::Reset, until(12));
    }
}

#[test]
fn a_connection_is_closed_where_the_fault_says() {
    for transport in BOTH {
        check(r#"{"is": "close", "at": "request"}"#, transport, Ending::Closed, <[u8]>::is_empty);
        check(r#"{"is": "close"}"#, transport, Ending::Closed, <[u8]>::is_empty);
        check(r#"{"is": "close", "at": "in-headers"}"#, transport, Ending::Closed, |bytes| {
            bytes.starts_with(b"HTTP/1.1 200 OK\r\n") && parts(bytes).is_none()
        });
        check(r#"{"is": "close", "at": "after-headers"}"#, transport, Ending::Closed, |bytes| {
            promised(bytes).is_some_and(|(length, came)| length > 1000 && came == 0)
        });
        check(r#"{"is": "close", "at": {"body": 12}}"#, transport, Ending::Closed, |bytes| {
            promised(bytes).is_some_and(|(length, came)| length > 1000 && came == 12)
        });
        check(r#"{"is": "close", "at": {"body": 999999}}"#, transport, Ending::Closed, |bytes| {
            promised(bytes).is_some_and(|(length, came)| came + 1 == length)
        });
    }
}

#[test]
fn tls_is_left_without_close_notify() {
    check(r#"{"is": "close-without-notify"}"#, Transport::Tls, Ending::Cut, <[u8]>::is_empty);
    check(r#"{"is": "close-without-notify", "at": {"body": 12}}"#, Transport::Tls, Ending::Cut, |bytes| {
        promised(bytes).is_some_and(|(_, came)| came == 12)
    });
    check(r#"{"is": "close-without-notify"}"#, Transport::Plain, Ending::Closed, <[u8]>::is_empty);
}

#[test]
fn what_is_no_http_is_sent() {
    for transport in BOTH {
        check(r#"{"is": "garbage"}"#, transport, Ending::Closed, |bytes| bytes.starts_with(b"\x00\xff\xfe"));
        check(r#"{"is": "garbage", "at": {"body": 3}}"#, transport, Ending::Closed, |bytes| {
            parts(bytes).is_some_and(|(_, body)| body.starts_with(b"api\x00\xff\xfe"))
        });
    }
}

#[test]
fn a_trickle_brings_everything_at_last() {
    for transport in BOTH {
        for at in ["\"before-headers\"", "\"in-headers\"", "\"after-headers\"", "{\"body\": 7}"] {
            let fault = format!(r#"{{"is": "trickle", "at": {at}, "bytes-per-second": 100}}"#);
            check(&fault, transport, Ending::Closed, |bytes| {
                promised(bytes).is_some_and(|(length, came)| length == came)
            });
        }
    }
}

/// Time is given by whoever starts the server: here it is written down instead of waited for.
#[test]
fn a_trickle_is_as_slow_as_it_should_be() {
    run(async {
        let pauses = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&pauses);
        let sleep = Sleep(Arc::new(move |pause| {
            written.lock().unwrap().push(pause);
            Box::pin(std::future::ready(()))
        }));
        for (rate, at_once) in [(1000, 100), (100, 10), (4, 1)] {
            let fault = format!(r#"{{"is": "trickle", "at": "before-headers", "bytes-per-second": {rate}}}"#);
            let setting = Setting { faults: vec![serde_json::from_str(&fault).unwrap()], ..Setting::default() };
            let session = Session::new::<DigitalOcean>(setting);
            let setting = ServerSetting { sleep: sleep.clone(), ..ServerSetting::default() };
            let server = Server::start(vec![session], setting).await.unwrap();
            let (bytes, _) = ask(&server, REQUEST).await.unwrap();
            let pauses = std::mem::take(&mut *pauses.lock().unwrap());
            assert_eq!(pauses.len(), bytes.len().div_ceil(at_once), "{rate}");
            let pause = Duration::from_secs(1) * u32::try_from(at_once).unwrap() / rate;
            assert!(pauses.iter().all(|one| *one == pause), "{rate}: {:?}", pauses.first());
        }
    });
}

/// What is under way when the server stops may end, also when a fault makes it slow; what never ends is ended.
#[test]
fn a_trickle_goes_on_while_the_server_stops_and_a_stall_does_not() {
    for (fault, whole) in [
        (r#"{"is": "trickle", "at": "after-headers", "bytes-per-second": 1000}"#, true),
        (r#"{"is": "stall", "at": "after-headers"}"#, false),
    ] {
        run(async {
            let clock = Arc::new(Semaphore::new(0));
            let ticks = Arc::clone(&clock);
            let sleep = Sleep(Arc::new(move |_| {
                let ticks = Arc::clone(&ticks);
                Box::pin(async move { ticks.acquire().await.unwrap().forget() })
            }));
            let faults = vec![serde_json::from_str(fault).unwrap()];
            let session = Session::new::<DigitalOcean>(Setting { faults, ..Setting::default() });
            let server =
                Server::start(vec![session], ServerSetting { sleep, ..ServerSetting::default() }).await.unwrap();
            let mut stream = TcpStream::connect(wire::address(&server)).await.unwrap();
            stream.write_all(REQUEST).await.unwrap();
            let mut first = [0; 16];
            stream.read_exact(&mut first).await.unwrap();
            let stopping = tokio::spawn(server.stop(Duration::from_secs(60)));
            tokio::task::yield_now().await;
            clock.add_permits(1000);
            let (rest, _) = wire::read_out(&mut stream).await;
            let is_whole = promised(&[&first[..], &rest].concat()).is_some_and(|(length, came)| length == came);
            assert_eq!(is_whole, whole, "{fault}");
            drop(stream);
            stopping.await.unwrap();
        });
    }
}

#[test]
fn a_body_has_no_end() {
    for transport in BOTH {
        check(r#"{"is": "chunked-without-end"}"#, transport, Ending::Closed, |bytes| {
            parts(bytes).is_some_and(|(head, body)| {
                head.contains("transfer-encoding: chunked") && body.len() > 1000 && !body.ends_with(b"0\r\n\r\n")
            })
        });
    }
}

#[test]
fn a_body_is_longer_than_it_should_be() {
    for transport in BOTH {
        check(r#"{"is": "enormous-body", "bytes": 300000}"#, transport, Ending::Closed, |bytes| {
            promised(bytes) == Some((300_000, 300_000)) && parts(bytes).unwrap().1.ends_with(b"  ")
        });
        check(r#"{"is": "gzip-bomb", "bytes": 3000000}"#, transport, Ending::Closed, |bytes| {
            let (head, body) = parts(bytes).unwrap();
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&dechunked(body)[..]).read_to_end(&mut unpacked).unwrap();
            head.contains("content-encoding: gzip")
                && body.len() < 30_000
                && unpacked.len() == 3_000_000
                && unpacked.starts_with(b"apiVersion")
        });
    }
}

fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend(&body[end + 2..end + 2 + length]);
        body = &body[end + 2 + length + 2..];
    }
}

#[test]
fn a_client_is_sent_to_another_origin_which_tells_what_reached_it() {
    for transport in BOTH {
        run(async {
            let server = wire::server(r#"[{"is": "redirect", "status": 302}]"#, transport).await;
            let (bytes, _) = match transport {
                Transport::Plain => ask(&server, REQUEST).await.unwrap(),
                Transport::Tls => ask_tls(&server, REQUEST).await.unwrap(),
            };
            let (head, _) = parts(&bytes).unwrap();
            let target = format!(
                "location: {}/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
                server.elsewhere_url()
            );
            assert!(head.starts_with("HTTP/1.1 302 Found\r\n") && head.contains(&target), "{head}");
            // Plain HTTP reaches it whatever the server speaks: a redirect may be a downgrade.
            let elsewhere = server.elsewhere_url();
            let mut stream = TcpStream::connect(elsewhere.split("://").nth(1).unwrap()).await.unwrap();
            stream
                .write_all(b"GET /leak HTTP/1.1\r\nhost: x\r\nx-auth-token: t\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            wire::read_out(&mut stream).await;
            let reached = server.elsewhere();
            assert_eq!(reached.len(), 1);
            assert_eq!(reached[0].request.header("x-auth-token"), Some("t"));
        });
    }
}

#[test]
fn nothing_more_is_said_until_the_client_gives_up() {
    run(async {
        let server = wire::server(r#"[{"is": "stall", "at": {"body": 5}}]"#, Transport::Plain).await;
        let mut stream = TcpStream::connect(wire::address(&server)).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        let mut came = Vec::new();
        while parts(&came).is_none_or(|(_, body)| body.len() != 5) {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await.unwrap();
            came.extend(&some[..count]);
        }
        // Nothing is there to be read, and nothing has ended.
        assert_eq!(stream.try_read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        stream.shutdown().await.unwrap();
        assert_eq!(wire::read_out(&mut stream).await, (Vec::new(), Ending::Closed));
    });
}

#[test]
fn connections_end_before_a_request() {
    for (fault, ending, bytes) in [
        (r#"[{"is": "reset", "at": "connect"}]"#, Ending::Reset, &b""[..]),
        (r#"[{"is": "close", "at": "connect"}]"#, Ending::Closed, b""),
        (r#"[{"is": "garbage", "at": "connect"}]"#, Ending::Closed, b"\x00\xff\xfe this is no HTTP \x80\x81\r\n\r\n"),
        (r#"[{"is": "tls-expired"}]"#, Ending::Closed, b""),
    ] {
        run(async {
            let server = wire::server(fault, Transport::Plain).await;
            let (came, ended) = ask(&server, REQUEST).await.unwrap();
            assert_eq!((ended, &came[..]), (ending, bytes), "{fault}");
            assert_eq!(server.session("digitalocean").unwrap().journal().recorded(), 0, "{fault}");
            assert_eq!(server.connections().made(), 1, "{fault}");
        });
    }
}

#[test]
fn nobody_listens_until_the_fault_is_disarmed() {
    run(async {
        let server = wire::server(r#"[{"is": "refuse"}]"#, Transport::Plain).await;
        let refused = || async { ask(&server, REQUEST).await.unwrap_err().kind() };
        assert_eq!(refused().await, std::io::ErrorKind::ConnectionRefused);
        // Nor can anybody else.
        let thief = TcpSocket::new_v4().unwrap();
        thief.set_reuseaddr(true).unwrap();
        assert_eq!(thief.bind(wire::address(&server)).unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
        server.disarm("digitalocean").unwrap();
        until(|| async { ask(&server, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.is_ok() }).await;
        server.arm("digitalocean", serde_json::from_str(r#"{"is": "refuse"}"#).unwrap()).unwrap();
        until(|| async { TcpStream::connect(wire::address(&server)).await.is_err() }).await;
        assert_eq!(refused().await, std::io::ErrorKind::ConnectionRefused);
    });
}

/// Gives the server turns until something holds; the limit is that of the test.
async fn until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    while !holds().await {
        tokio::task::yield_now().await;
    }
}

#[test]
fn calls_and_connections_are_counted_from_when_a_fault_was_armed() {
    run(async {
        let server = wire::server(r#"[{"is": "close", "calls": [2]}]"#, Transport::Plain).await;
        let keep_alive = [REQUEST, REQUEST].concat();
        let (bytes, ending) = ask(&server, &keep_alive).await.unwrap();
        assert_eq!(ending, Ending::Closed);
        assert_eq!(promised(&bytes).map(|(length, came)| length == came), Some(true), "one answer, whole");
        assert_eq!(server.session("digitalocean").unwrap().journal().recorded(), 2);
        // One connection, two requests: each is told of by itself.
        let connections = server.connections();
        assert_eq!(connections.made(), 1);
        assert_eq!(connections.kept().next().unwrap().requests, 2);

        server.disarm("digitalocean").unwrap();
        server.arm("digitalocean", serde_json::from_str(r#"{"is": "close", "calls": [1]}"#).unwrap()).unwrap();
        assert_eq!(ask(&server, REQUEST).await.unwrap(), (Vec::new(), Ending::Closed));
        assert_eq!(server.connections().made(), 2);
    });
}

#[test]
fn only_calls_of_the_operation_are_counted() {
    run(async {
        let server =
            wire::server(r#"[{"is": "close", "operation": "kubeconfig", "calls": [1]}]"#, Transport::Plain).await;
        let other = b"GET /v2/account HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        assert!(ask(&server, other).await.unwrap().0.starts_with(b"HTTP/1.1 404"));
        assert_eq!(ask(&server, REQUEST).await.unwrap(), (Vec::new(), Ending::Closed));
    });
}

#[test]
fn a_fault_is_read_back_as_it_was_written() {
    for written in [
        r#"{"is":"reset","at":{"body":12},"calls":[2],"operation":"accessinfo"}"#,
        r#"{"is":"close","at":"connect","connections":[1,3]}"#,
        r#"{"is":"refuse","connections":"every"}"#,
        r#"{"is":"trickle","at":"after-headers","bytes-per-second":9,"calls":"every"}"#,
        r#"{"is":"gzip-bomb","bytes":1000,"calls":[1]}"#,
        r#"{"is":"redirect","status":308,"calls":[1]}"#,
        r#"{"is":"tls-1.1-only","connections":[1]}"#,
    ] {
        let fault: Fault = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&fault).unwrap(), written);
    }
    let Fault::Call(fault) = serde_json::from_str(r#"{"is":"stall"}"#).unwrap() else { panic!("it is of calls") };
    assert_eq!(fault.calls, Calls::Every);
}

#[test]
fn what_cannot_be_done_is_said() {
    for (written, remedy) in [
        (r#"{"is":"tls-expired","calls":[1]}"#, "write `connections`"),
        (r#"{"is":"close","at":"connect","operation":"x"}"#, "write `connections`"),
        (r#"{"is":"close","connections":[1]}"#, "write `calls`"),
        (r#"{"is":"refuse","connections":[1]}"#, "cannot be counted"),
        (r#"{"is":"trickle"}"#, "bytes-per-second"),
        (r#"{"is":"trickle","at":"request","bytes-per-second":1}"#, "before-headers"),
        (r#"{"is":"trickle","bytes-per-second":0}"#, "nonzero"),
        (r#"{"is":"gzip-bomb"}"#, "write `bytes`"),
        (r#"{"is":"redirect","status":200}"#, "301"),
        (r#"{"is":"reset","bytes":3}"#, "takes no such key"),
        (r#"{"is":"refuse","at":"request"}"#, "takes no such key"),
        (r#"{"is":"reset","calls":[0]}"#, "from 1"),
        (r#"{"is":"explode"}"#, "unknown variant"),
        (r#"{"is":"reset","when":1}"#, "unknown field"),
    ] {
        let error = serde_json::from_str::<Fault>(written).unwrap_err().to_string();
        assert!(error.contains(remedy), "{written}: {error}");
    }
}
