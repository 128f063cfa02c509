//! The stub Kubernetes API over TLS, as whoever has a certificate, a token, both or nothing finds it.

use std::io;
use std::sync::Arc;

use jiff::SignedDuration;
use kubeproof_emulator::host::server::{Destination, KubernetesApi, Server, ServerSetting};
use kubeproof_emulator::pki::{Authority, Identity};
use kubeproof_emulator::providers::digitalocean::{DigitalOcean, World};
use kubeproof_emulator::providers::fireworks::Fireworks;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::{EPOCH, Request, Session, Setting};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::wire::{self, parts};

/// The cluster whose kubeconfigs hold tokens, and the one whose hold certificates.
const TOKENS: &str = "0c0ffee0-0000-4000-8000-000000000001";
const CERTIFICATES: &str = "0c0ffee0-0000-4000-8000-000000000002";

async fn server() -> Server {
    let sessions = vec![
        Session::new::<DigitalOcean>(Setting::default()),
        Session::new::<Ucs>(Setting::default()),
        Session::new::<Fireworks>(Setting::default()),
    ];
    let setting = ServerSetting { kubernetes_api: KubernetesApi::Stub, ..ServerSetting::default() };
    Server::start(sessions, setting).await.unwrap()
}

/// What a client presents over TLS.
#[derive(Clone)]
struct Client {
    certificate: Option<Arc<CertifiedKey>>,
    alpn: &'static [u8],
}

const NOBODY: Client = Client { certificate: None, alpn: b"http/1.1" };

impl Client {
    fn with(certificate_pem: &str, key_pem: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).unwrap();
        let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        Self { certificate: Some(Arc::new(CertifiedKey::new(vec![certificate], key))), ..NOBODY }
    }

    fn config(&self, authority_pem: &str) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority_pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match &self.certificate {
            Some(certificate) => config.with_client_cert_resolver(Arc::new(Always(Arc::clone(certificate)))),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![self.alpn.to_vec()];
        config
    }
}

/// Presents a certificate whoever asks, and whether or not the key belongs to it.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

async fn connect(
    server: &Server,
    provider: &str,
    client: &Client,
    name: &'static str,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let url = server.api_url(provider).unwrap();
    let authority = server.session(provider).unwrap().certificate_authority();
    let tcp = TcpStream::connect(url.strip_prefix("https://").unwrap()).await?;
    let connector = TlsConnector::from(Arc::new(client.config(&authority)));
    connector.connect(ServerName::try_from(name).unwrap(), tcp).await
}

/// The status and the clause of an answer of a DigitalOcean cluster about its namespaces.
async fn ask(server: &Server, client: &Client, cluster: &str, token: Option<&str>) -> io::Result<(u16, String)> {
    let mut stream = connect(server, "digitalocean", client, "localhost").await?;
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "GET /{cluster}/api/v1/namespaces HTTP/1.1\r\nhost: localhost\r\n{authorization}connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let (head, _) = parts(&answer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let clause = head.lines().find_map(|line| line.strip_prefix("kubeproof-clause: kubeproof.kubernetes."));
    Ok((status, clause.unwrap_or_default().to_owned()))
}

/// Has a kubeconfig issued, and gives the values of these fields.
fn issue<const N: usize>(session: &mut Session, cluster: &str, fields: [&str; N]) -> [String; N] {
    let path = format!("/v2/kubernetes/clusters/{cluster}/kubeconfig?expiry_seconds=300");
    let reply = session.handle(Request::get(&path).with_header("authorization", "Bearer example-do-api-token"));
    let text = String::from_utf8(reply.body.into()).unwrap();
    fields.map(|field| {
        let value = text.lines().find_map(|line| line.trim().strip_prefix(field)?.strip_prefix(": ")).unwrap();
        value.to_owned()
    })
}

fn issue_token(session: &mut Session) -> String {
    let [token] = issue(session, TOKENS, ["token"]);
    token
}

fn issue_certificate(session: &mut Session) -> Client {
    use base64::Engine as _;
    let pem =
        |data: String| String::from_utf8(base64::engine::general_purpose::STANDARD.decode(data).unwrap()).unwrap();
    let [certificate, key] = issue(session, CERTIFICATES, ["client-certificate-data", "client-key-data"]).map(pem);
    Client::with(&certificate, &key)
}

#[track_caller]
fn check(answer: io::Result<(u16, String)>, status: u16, clause: &str) {
    assert_eq!(answer.unwrap(), (status, clause.to_owned()));
}

#[tokio::test]
async fn a_cluster_knows_whom_it_is_asked_by() {
    let server = server().await;
    let (token, certificate, foreign_token, foreign_certificate) = {
        let mut session = server.session("digitalocean").unwrap();
        let mut another_run = Session::new::<DigitalOcean>(Setting {
            world: World { seed: 2, ..World::default() },
            ..Setting::default()
        });
        (
            issue_token(&mut session),
            issue_certificate(&mut session),
            issue_token(&mut another_run),
            issue_certificate(&mut another_run),
        )
    };
    let ask = |client: &Client, cluster: &'static str, token: Option<&str>| {
        let (server, client, token) = (&server, client.clone(), token.map(str::to_owned));
        async move { ask(server, &client, cluster, token.as_deref()).await }
    };
    check(ask(&NOBODY, TOKENS, Some(&token)).await, 200, "");
    check(ask(&certificate, CERTIFICATES, None).await, 200, "");
    // One that is accepted is enough.
    check(ask(&foreign_certificate, TOKENS, Some(&token)).await, 200, "");
    check(ask(&certificate, CERTIFICATES, Some(&foreign_token)).await, 200, "");

    check(ask(&NOBODY, TOKENS, None).await, 401, "anonymous");
    check(ask(&NOBODY, TOKENS, Some(&foreign_token)).await, 401, "unknown-credential");
    check(ask(&foreign_certificate, CERTIFICATES, None).await, 401, "unknown-credential");
    check(ask(&NOBODY, CERTIFICATES, Some(&token)).await, 401, "another-cluster");
    check(ask(&certificate, TOKENS, None).await, 401, "another-cluster");
    check(ask(&certificate, "lost", None).await, 404, "no-cluster");

    let advance = |by| server.session("digitalocean").unwrap().advance(SignedDuration::from_secs(by));
    advance(299);
    check(ask(&NOBODY, TOKENS, Some(&token)).await, 200, "");
    advance(1);
    check(ask(&NOBODY, TOKENS, Some(&token)).await, 401, "expired");
    check(ask(&certificate, CERTIFICATES, None).await, 200, "");
    advance(7 * 24 * 3600 - 300);
    check(ask(&certificate, CERTIFICATES, None).await, 401, "expired");

    let renewed = issue_certificate(&mut server.session("digitalocean").unwrap());
    check(ask(&renewed, CERTIFICATES, None).await, 200, "");
    assert_eq!(server.session("digitalocean").unwrap().revoke_all(), 3);
    check(ask(&renewed, CERTIFICATES, None).await, 401, "revoked");
    assert_eq!(server.panics(), 0);
}

/// A certificate is public: whoever shows it has to have its key.
#[tokio::test]
async fn a_certificate_without_its_key_breaks_the_handshake() {
    let server = server().await;
    let certificate = issue_certificate(&mut server.session("digitalocean").unwrap());
    let Identity { certificate_pem, key_pem, .. } = {
        let authority = Authority::new(2, "another").unwrap();
        authority.issue_client("somebody", 1, EPOCH, EPOCH + SignedDuration::from_hours(1)).unwrap()
    };
    let own = Client::with(&certificate_pem, &key_pem).certificate.unwrap();
    let stolen = CertifiedKey::new(certificate.certificate.clone().unwrap().cert.clone(), Arc::clone(&own.key));
    let thief = Client { certificate: Some(Arc::new(stolen)), ..NOBODY };
    check(ask(&server, &certificate, CERTIFICATES, None).await, 200, "");
    let error = ask(&server, &thief, CERTIFICATES, None).await.unwrap_err().to_string();
    assert!(error.contains("DecryptError"), "{error}");
}

#[tokio::test]
async fn the_server_is_who_its_kubeconfigs_say() {
    let server = server().await;
    for name in ["localhost", "127.0.0.1", "::1"] {
        connect(&server, "digitalocean", &NOBODY, name).await.unwrap();
        connect(&server, "fireworks", &NOBODY, name).await.unwrap();
    }
    let error = connect(&server, "digitalocean", &NOBODY, "elsewhere.example.test").await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
    assert_eq!(server.api_url("ucs"), None);
}

/// Nobody reaches `0.0.0.0`, and no certificate is for it.
#[tokio::test]
async fn a_server_at_every_address_names_one_that_can_be_reached() {
    let setting = ServerSetting {
        address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        kubernetes_api: KubernetesApi::Stub,
        ..ServerSetting::default()
    };
    let server = Server::start(vec![Session::new::<Fireworks>(Setting::default())], setting).await.unwrap();
    assert!(server.api_url("fireworks").unwrap().starts_with("https://127.0.0.1:"));
    connect(&server, "fireworks", &NOBODY, "127.0.0.1").await.unwrap();
}

#[tokio::test]
async fn http_2_is_spoken_to_whoever_can() {
    let server = server().await;
    for (alpn, spoken) in [(&b"h2"[..], "tls h2"), (b"http/1.1", "tls http/1.1")] {
        let client = Client { alpn, ..NOBODY };
        let stream = connect(&server, "fireworks", &client, "localhost").await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(alpn), "{spoken}");
    }
    let authority = server.session("fireworks").unwrap().certificate_authority();
    let client = reqwest::Client::builder()
        .use_preconfigured_tls(Client { alpn: b"h2", ..NOBODY }.config(&authority))
        .build()
        .unwrap();
    let url = format!("{}/demo-account/demo/api/v1/namespaces", server.api_url("fireworks").unwrap());
    let answer = client.get(&url).bearer_auth("example-fireworks-user-token").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, http::Version::HTTP_2));
    let protocols: Vec<_> = server.connections().kept().filter_map(|connection| connection.protocol).collect();
    assert!(protocols.contains(&"tls h2"), "{protocols:?}");
}

#[tokio::test]
async fn what_comes_to_the_clusters_is_told_from_what_comes_to_the_provider() {
    let server = server().await;
    let token = issue_token(&mut server.session("digitalocean").unwrap());
    check(ask(&server, &NOBODY, TOKENS, Some(&token)).await, 200, "");
    let mut tcp =
        TcpStream::connect(server.api_url("digitalocean").unwrap().strip_prefix("https://").unwrap()).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let (answer, _) = wire::read_out(&mut tcp).await;
    assert!(answer.starts_with(b"HTTP/1.1 400") && answer.ends_with(b"ask with https://\n"));
    let session = server.session("digitalocean").unwrap();
    let of_provider: Vec<u64> = session.journal().exchanges().map(|exchange| exchange.number).collect();
    let of_cluster: Vec<(u64, Option<u64>)> =
        session.api_journal().exchanges().map(|exchange| (exchange.number, exchange.connection)).collect();
    assert_eq!((of_provider, of_cluster), (vec![1], vec![(2, Some(1))]));
    let led: Vec<Destination> = server.connections().kept().map(|connection| connection.leads_to).collect();
    assert_eq!(led, [Destination::Api("digitalocean"); 2]);
}

#[tokio::test]
async fn faults_are_of_the_provider_and_not_of_its_clusters() {
    let server = server().await;
    let token = issue_token(&mut server.session("digitalocean").unwrap());
    for fault in [r#"{"is": "refuse"}"#, r#"{"is": "reset"}"#, r#"{"is": "reset", "at": "connect"}"#] {
        server.arm("digitalocean", serde_json::from_str(fault).unwrap()).unwrap();
    }
    check(ask(&server, &NOBODY, TOKENS, Some(&token)).await, 200, "");
}

#[tokio::test]
async fn kubeconfigs_can_be_pointed_at_a_real_cluster() {
    let sessions = vec![Session::new::<DigitalOcean>(Setting::default()), Session::new::<Ucs>(Setting::default())];
    let kubernetes_api =
        KubernetesApi::Real { url: "https://192.0.2.1:6443".to_owned(), authority_pem: "A REAL ONE".to_owned() };
    let setting = ServerSetting { kubernetes_api, ..ServerSetting::default() };
    let server = Server::start(sessions, setting).await.unwrap();
    assert_eq!(server.api_url("digitalocean").as_deref(), Some("https://192.0.2.1:6443"));
    assert_eq!(server.api_url("ucs"), None);
    let mut session = server.session("digitalocean").unwrap();
    let [url] = issue(&mut session, TOKENS, ["server"]);
    assert_eq!(url, "https://192.0.2.1:6443");
}
