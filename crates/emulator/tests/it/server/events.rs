//! What whoever follows a server is told.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::sync::Arc;

use kubeproof_emulator::host::server::{Event, Events, Following, Ports, Server, ServerSetting, Transport};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::{Fault, Session, Setting};
use serde_json::Value;
use tokio::net::TcpStream;

use super::wire::{REQUEST, ask, read_out};

/// A DigitalOcean with these faults beside a ucs, and whoever follows them.
async fn followed(faults: &str) -> (Server, Following) {
    let events = Events::default();
    let following = events.follow();
    let faults: Vec<Fault> = serde_json::from_str(faults).unwrap();
    let sessions = vec![
        Session::new::<DigitalOcean>(Setting { faults, ..Setting::default() }),
        Session::new::<Ucs>(Setting::default()),
    ];
    (Server::start(sessions, ServerSetting { events, ..ServerSetting::default() }).await.unwrap(), following)
}

/// The next event, as JSON.
async fn next(following: &mut Following) -> Value {
    serde_json::to_value(&*following.next().await.unwrap().unwrap()).unwrap()
}

/// The same request on a connection of its own.
fn alone(request: &[u8]) -> Vec<u8> {
    [&request[..request.len() - 2], b"connection: close\r\n\r\n"].concat()
}

#[tokio::test]
async fn every_exchange_and_every_end_of_a_connection_is_told_in_order() {
    let (server, mut following) = followed("[]").await;
    ask(&server, &alone(REQUEST)).await.unwrap();
    ask(&server, &alone(b"GET /?access_token=planted HTTP/1.1\r\nhost: x\r\n\r\n")).await.unwrap();
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(next(&mut following).await);
    }
    // A connection may still be ending when the next one is made.
    told.sort_by_key(|event| event.get("connection").unwrap_or(&event["number"]).as_u64());
    let part = |at: usize, keys: &[&str]| keys.iter().map(|key| told[at][key].clone()).collect::<Value>();
    assert_eq!(
        part(0, &["event", "number", "connection", "provider", "method", "status", "verdict", "fault"]),
        serde_json::json!(["exchange", 1, 1, "digitalocean", "GET", 200, "answered", null]),
    );
    assert_eq!(
        part(1, &["event", "number", "protocol", "requests", "end"]),
        serde_json::json!(["connection", 1, "http/1.1", 1, "closed"])
    );
    assert_eq!(
        part(2, &["event", "number", "connection", "provider", "target", "status", "clause"]),
        serde_json::json!(["exchange", 2, 2, null, "/?access_token=<redacted>", 404, "kubeproof.no-provider"])
    );
    assert_eq!(part(3, &["event", "number"]), serde_json::json!(["connection", 2]));
    server.stop(std::time::Duration::ZERO).await;
    assert!(following.next().await.is_none(), "the server is gone");
}

#[tokio::test]
async fn a_fault_is_told_with_the_exchange_and_with_the_connection() {
    let (server, mut following) = followed(r#"[{"is": "reset"}]"#).await;
    ask(&server, REQUEST).await.unwrap();
    assert_eq!(next(&mut following).await["fault"], "the connection was reset before the answer");
    let (server, mut following) = followed(r#"[{"is": "close", "at": "connect"}]"#).await;
    ask(&server, REQUEST).await.unwrap();
    let connection = next(&mut following).await;
    assert_eq!(connection["event"], "connection");
    assert_eq!(connection["end"], "the connection was closed once it was made");
}

#[tokio::test]
async fn a_credential_that_reaches_another_origin_is_told_of_and_not_told() {
    let (server, mut following) = followed("[]").await;
    let address = server.elsewhere_url().replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /some/example-iam-token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request).await.unwrap();
    read_out(&mut stream).await;
    let exchange = next(&mut following).await;
    assert_eq!(exchange["origin"], "elsewhere");
    assert_eq!(exchange["target"], "/some/<redacted>");
}

#[tokio::test]
async fn all_may_follow() {
    let (server, mut first) = followed("[]").await;
    let events = Events::default();
    let (mut second, mut third) = (events.follow(), events.follow());
    drop(events);
    ask(&server, &alone(REQUEST)).await.unwrap();
    assert!(matches!(&*first.next().await.unwrap().unwrap(), Event::Exchange(_)));
    // Those of another server hear nothing of it.
    assert!(second.next().await.is_none() && third.next().await.is_none());
}

#[tokio::test]
async fn what_listens_everywhere_is_reached_at_loopback() {
    for (address, expected) in
        [(Ipv4Addr::UNSPECIFIED, "http://127.0.0.1:"), (Ipv4Addr::LOCALHOST, "http://127.0.0.1:")]
    {
        let address = IpAddr::from(address);
        let sessions = vec![Session::new::<DigitalOcean>(Setting::default())];
        let server = Server::start(sessions, ServerSetting { address, ..ServerSetting::default() }).await.unwrap();
        let url = server.base_url("digitalocean").unwrap();
        assert!(url.starts_with(expected), "{url}");
        assert!(server.elsewhere_url().starts_with(expected));
        assert!(ask(&server, &alone(REQUEST)).await.unwrap().0.starts_with(b"HTTP/1.1 200"), "{url}");
    }
}

#[tokio::test]
async fn ports_follow_one_another() {
    let sessions = || vec![Session::new::<DigitalOcean>(Setting::default()), Session::new::<Ucs>(Setting::default())];
    // The port after a free one may be another's: then the start fails, and another one is tried.
    let mut tried = 0;
    let server = loop {
        let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let ports = Ports::EachFrom(NonZeroU16::new(free).unwrap());
        match Server::start(sessions(), ServerSetting { ports, ..ServerSetting::default() }).await {
            Ok(server) => break server,
            Err(error) if tried < 100 => {
                assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
                tried += 1;
            }
            Err(error) => panic!("{error}"),
        }
    };
    let port = |provider| server.base_url(provider).unwrap().rsplit(':').next().unwrap().parse::<u16>().unwrap();
    assert_eq!(port("ucs"), port("digitalocean") + 1);
    // There is no port after the last one.
    let ports = Ports::EachFrom(NonZeroU16::MAX);
    let error = Server::start(sessions(), ServerSetting { ports, ..ServerSetting::default() }).await.err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_certificate_is_for_the_names_that_are_asked_for() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName};

    let setting = ServerSetting {
        transport: Transport::Tls,
        names: vec!["kubeproof.example.test".to_owned(), "192.0.2.7".to_owned()],
        ..ServerSetting::default()
    };
    let server = Server::start(vec![Session::new::<DigitalOcean>(Setting::default())], setting).await.unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.authority_pem().unwrap().as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    for (name, good) in [
        ("kubeproof.example.test", true),
        ("192.0.2.7", true),
        ("localhost", true),
        ("127.0.0.1", true),
        ("other.example.test", false),
        ("192.0.2.8", false),
    ] {
        let tcp = TcpStream::connect(super::wire::address(&server)).await.unwrap();
        let connected = connector.connect(ServerName::try_from(name).unwrap(), tcp).await;
        assert_eq!(connected.is_ok(), good, "{name}");
    }
}

#[tokio::test]
async fn a_server_can_be_asked_while_a_session_is_held() {
    let (server, _following) = followed("[]").await;
    let session = server.session("digitalocean").unwrap();
    assert!(server.base_url("digitalocean").is_some() && server.base_url("ucs").is_some());
    assert_eq!(server.providers(), ["digitalocean", "ucs"]);
    assert!(server.session("ucs").is_some());
    drop(session);
}
