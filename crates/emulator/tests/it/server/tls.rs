use kubeproof_emulator::host::Server;
use kubeproof_emulator::host::server::Transport;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::wire::{self, REQUEST, ask, ask_tls, connect_tls};

/// What a careful client says of the handshake.
#[track_caller]
fn check(fault: &str, complaint: &str) {
    let run = async {
        let server = wire::server(&format!("[{fault}]"), Transport::Tls).await;
        let error = ask_tls(&server, REQUEST).await.unwrap_err().to_string();
        assert!(error.contains(complaint), "{fault}: {error}");
        assert_eq!(server.session("digitalocean").unwrap().journal().recorded(), 0);
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run);
}

#[test]
fn a_certificate_is_bad_in_one_way() {
    check(r#"{"is": "tls-expired"}"#, "certificate expired");
    check(r#"{"is": "tls-not-yet-valid"}"#, "not valid yet");
    check(r#"{"is": "tls-wrong-host"}"#, "not valid for name");
    check(r#"{"is": "tls-unknown-authority"}"#, "UnknownIssuer");
    check(r#"{"is": "tls-1.1-only"}"#, "peer is incompatible");
}

#[tokio::test]
async fn only_the_connections_that_are_meant_are_harmed() {
    let server = wire::server(r#"[{"is": "tls-expired", "connections": [1]}]"#, Transport::Tls).await;
    assert!(ask_tls(&server, REQUEST).await.is_err());
    let mut stream = connect_tls(&server, &[b"http/1.1"]).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(wire::read_out(&mut stream).await.0.starts_with(b"HTTP/1.1 404"));
}

#[tokio::test]
async fn http_2_is_offered_unless_a_fault_is_armed() {
    let both: &[&[u8]] = &[b"h2", b"http/1.1"];
    let chosen = |stream: &tokio_rustls::client::TlsStream<TcpStream>| {
        String::from_utf8(stream.get_ref().1.alpn_protocol().unwrap().to_vec()).unwrap()
    };
    let server = wire::server("[]", Transport::Tls).await;
    assert_eq!(chosen(&connect_tls(&server, both).await.unwrap()), "h2");
    server.arm("digitalocean", serde_json::from_str(r#"{"is": "reset"}"#).unwrap()).unwrap();
    assert_eq!(chosen(&connect_tls(&server, both).await.unwrap()), "http/1.1");
}

#[tokio::test]
async fn who_speaks_the_other_protocol_is_told() {
    let server = wire::server("[]", Transport::Tls).await;
    let (answer, _) = ask(&server, REQUEST).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400") && answer.ends_with(b"ask with https://\n"));
    let plain = wire::server("[]", Transport::Plain).await;
    let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
    let (answer, _) = ask(&plain, hello).await.unwrap();
    assert_eq!(answer, b"");
    let end = plain.connections().kept().next().unwrap().end.clone();
    assert_eq!(end.as_deref(), Some("TLS was spoken where plain HTTP is"));
}

/// Faults are of HTTP/1.1: what speaks HTTP/2 when one is armed ends, and the client comes again.
#[tokio::test]
async fn a_fault_that_is_armed_later_is_done_to_clients_of_http_2_as_well() {
    let server = wire::server("[]", Transport::Tls).await;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(wire::trusting(&server, &[b"h2", b"http/1.1"]))
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("{}/v2/account", server.base_url("digitalocean").unwrap());
    assert_eq!(client.get(&url).send().await.unwrap().version(), reqwest::Version::HTTP_2);
    server.arm("digitalocean", serde_json::from_str(r#"{"is": "reset", "calls": [1]}"#).unwrap()).unwrap();
    while ends_of(&server).is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(client.get(&url).send().await.is_err());
    assert_eq!(client.get(&url).send().await.unwrap().version(), reqwest::Version::HTTP_11);
    let protocols: Vec<_> = server.connections().kept().map(|connection| connection.protocol).collect();
    assert_eq!(protocols, [Some("tls h2"), Some("tls http/1.1"), Some("tls http/1.1")]);
}

fn ends_of(server: &Server) -> Vec<String> {
    server.connections().kept().filter_map(|connection| connection.end.clone()).collect()
}
