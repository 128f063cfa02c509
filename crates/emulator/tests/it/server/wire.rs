//! A client that knows sockets, and nothing of HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use kubeproof_emulator::host::server::{Server, ServerSetting, Sleep, Transport};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::{Fault, Session, Setting};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What gets a kubeconfig of the default world.
pub(super) const REQUEST: &[u8] =
    b"GET /v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig HTTP/1.1\r\n\
    host: localhost\r\nauthorization: Bearer example-do-api-token\r\n\r\n";

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As one that has said everything; on TLS, with `close_notify`.
    Closed,
    /// On TLS, without `close_notify`.
    Cut,
    /// By a TCP reset.
    Reset,
}

/// A DigitalOcean whose faults are these, as JSON.
pub(super) async fn server(faults: &str, transport: Transport) -> Server {
    let faults: Vec<Fault> = serde_json::from_str(faults).unwrap();
    let session = Session::new::<DigitalOcean>(Setting { faults, ..Setting::default() });
    // Time passes at once.
    let sleep = Sleep(Arc::new(|_| Box::pin(std::future::ready(()))));
    Server::start(vec![session], ServerSetting { transport, sleep, ..ServerSetting::default() }).await.unwrap()
}

pub(super) fn address(server: &Server) -> SocketAddr {
    let url = server.base_url("digitalocean").unwrap();
    url.split("://").nth(1).unwrap().parse().unwrap()
}

/// Sends a request over plain TCP, and reads until the connection ends.
pub(super) async fn ask(server: &Server, request: &[u8]) -> io::Result<(Vec<u8>, Ending)> {
    let mut stream = TcpStream::connect(address(server)).await?;
    // Who is reset at once need not be able to send.
    let _ = stream.write_all(request).await;
    Ok(read_out(&mut stream).await)
}

/// Sends a request over TLS, and reads until the connection ends.
pub(super) async fn ask_tls(server: &Server, request: &[u8]) -> io::Result<(Vec<u8>, Ending)> {
    let mut stream = connect_tls(server, &[b"http/1.1"]).await?;
    stream.write_all(request).await?;
    Ok(read_out(&mut stream).await)
}

pub(super) async fn connect_tls(server: &Server, alpn: &[&[u8]]) -> io::Result<TlsStream<TcpStream>> {
    connect_tls_to(server, address(server), alpn).await
}

/// A connection to any port of the server.
pub(super) async fn connect_tls_to(
    server: &Server,
    address: SocketAddr,
    alpn: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(address).await?;
    let connector = TlsConnector::from(Arc::new(trusting(server, alpn)));
    connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await
}

/// What trusts the server, and nobody else.
pub(super) fn trusting(server: &Server, alpn: &[&[u8]]) -> ClientConfig {
    let authority = CertificateDer::from_pem_slice(server.authority_pem().unwrap().as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    config
}

pub(super) async fn read_out(stream: &mut (impl AsyncRead + Unpin)) -> (Vec<u8>, Ending) {
    let mut bytes = Vec::new();
    let ending = match stream.read_to_end(&mut bytes).await {
        Ok(_) => Ending::Closed,
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ending::Reset,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ending::Cut,
        Err(error) => panic!("{error:?}"),
    };
    (bytes, ending)
}

/// Head and body of an answer.
pub(super) fn parts(bytes: &[u8]) -> Option<(String, &[u8])> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    Some((String::from_utf8_lossy(&bytes[..at]).into_owned(), &bytes[at..]))
}
