//! What the clients cost: a fetch beside a bare GET by reqwest of the same bytes from the same socket, and a thousand
//! clusters of an emulation in a batch beside a plain concurrent loop: `just bench`.
//!
//! What counts is the ratio within one run, over HTTPS, as every provider is asked; plain HTTP shows more of what the client
//! itself does. A client opens a connection for each attempt, since a kept one can fail after a
//! request that may not be made again; so a bare GET is measured with a connection of its own, and with a kept one besides.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use kubeproof::emulator::host::server::{Clock, Server, ServerSetting};
use kubeproof::emulator::pki::Authority;
use kubeproof::emulator::providers::cce::{self, Cce};
use kubeproof::emulator::providers::{digitalocean::DigitalOcean, fireworks::Fireworks};
use kubeproof::emulator::{CallerCredentials, EPOCH, Request, Session, Setting};
use kubeproof_client::{Batch, ClusterAccess, Credentials, TransportOptions};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// Of each contender, one after the other in turns.
const SAMPLES: usize = 1500;
/// Before anything is measured.
const WARM_UP: usize = 100;
const CLUSTERS: usize = 1000;
/// At a time.
const LIMIT: usize = 16;
/// Rounds of a thousand clusters.
const ROUNDS: usize = 6;

fn main() {
    // The server has a thread of its own, and the clients another.
    let servers = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let clients = Builder::new_current_thread().enable_all().build().unwrap();
    println!("one fetch, median of {SAMPLES}");
    let sessions = vec![
        Session::new::<DigitalOcean>(Setting::default()),
        Session::new::<Cce>(Setting::default()),
        Session::new::<Fireworks>(Setting::default()),
    ];
    let server = servers.block_on(serve(sessions));
    for tls in [Some(tls()), None] {
        for provider in server.providers() {
            one(&servers, &clients, &server, provider, Keys::OfTheEmulation, tls.clone());
        }
        one(&servers, &clients, &server, "cce", Keys::P256, tls.clone());
    }
    many(&servers, &clients);
}

async fn serve(sessions: Vec<Session>) -> Server {
    // A second later each time: the provider's hourly limit is not what is measured.
    let calls = AtomicI64::new(0);
    let clock = Clock(Arc::new(move || EPOCH + SignedDuration::from_secs(calls.fetch_add(1, Ordering::Relaxed))));
    Server::start(sessions, ServerSetting { clock: Some(clock), ..ServerSetting::default() }).await.unwrap()
}

/// A socket that answers everything with this body: what the emulation does is not what is measured.
async fn answer(body: String, tls: Option<TlsAcceptor>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer: Arc<[u8]> = (head + &body).into_bytes().into();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (answer, tls) = (answer.clone(), tls.clone());
            tokio::spawn(async move {
                match tls {
                    Some(tls) => answer_all(tls.accept(stream).await.unwrap(), &answer).await,
                    None => answer_all(stream, &answer).await,
                }
            });
        }
    });
    url
}

/// Until the client goes away.
async fn answer_all(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) {
    let mut head = Vec::new();
    while stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            if stream.write_all(answer).await.is_err() || stream.flush().await.is_err() {
                break;
            }
        }
    }
}

/// A server's side of TLS, and the authority that a client has to trust.
fn tls() -> (TlsAcceptor, String) {
    let authority = Authority::new(7, "of a benchmark").unwrap();
    let server = authority.issue_server(&["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from_pem_slice(server.key_pem.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.certificate_der.into()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.certificate_pem().to_owned())
}

/// What the user of a kubeconfig authenticates with.
#[derive(Clone, Copy)]
enum Keys {
    /// Ed25519, for determinism. Whether a key belongs to its certificate is told by a multiplication, which it is not for the
    /// kinds of keys that real services issue.
    OfTheEmulation,
    P256,
}

/// The answer with another certificate and its key.
fn with_p256(body: &str) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let mut body: serde_json::Value = serde_json::from_str(body).unwrap();
    let user = &mut body["users"][0]["user"];
    user["client-certificate-data"] = STANDARD.encode(certificate.pem()).into();
    user["client-key-data"] = STANDARD.encode(key.serialize_pem()).into();
    body.to_string()
}

/// The medians of a fetch and of a bare GET.
fn one(
    servers: &Runtime,
    runtime: &Runtime,
    server: &Server,
    provider: &str,
    keys: Keys,
    tls: Option<(TlsAcceptor, String)>,
) {
    let (tls, authority) = tls.unzip();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let emulated = Bare::new(server, provider, Pool::None, None);
    let body = runtime.block_on(emulated.get(&emulated.url));
    let (body, shown) = match keys {
        Keys::OfTheEmulation => (body, provider.to_owned()),
        Keys::P256 => (with_p256(&body), format!("{provider} (P-256)")),
    };
    let url = servers.block_on(servers.spawn(answer(body, tls))).unwrap();
    let [own, kept] = [Pool::None, Pool::Kept].map(|pool| {
        let bare = Bare::new(server, provider, pool, authority.as_deref());
        Bare { url: bare.url.replace(&server.base_url(provider).unwrap(), &url), ..bare }
    });
    let id = |name: &str| server.session(provider).unwrap().caller().cluster[name].clone();
    let credentials = credentials(server, provider);
    let options = authority.map_or_else(TransportOptions::default, |pem| TransportOptions::default().ca_pem(pem));
    let medians = match provider {
        "digitalocean" => {
            let client = kubeproof_digitalocean::Client::builder(credentials).base_url(url).transport(options);
            let cluster = kubeproof_digitalocean::ClusterId::parse(&id("cluster_id")).unwrap();
            medians(runtime, &client.build().unwrap(), &cluster, &own, &kept)
        }
        "cce" => {
            let client = kubeproof_cce::Client::builder(credentials).base_url(url).transport(options);
            let cluster = kubeproof_cce::Cluster::parse(&id("project_id"), &id("cluster_id")).unwrap();
            medians(runtime, &client.build().unwrap(), &cluster, &own, &kept)
        }
        _ => {
            let client = kubeproof_fireworks::Client::builder(credentials).base_url(url).transport(options);
            let cluster = kubeproof_fireworks::Cluster::parse(&id("account_id"), &id("cluster_id")).unwrap();
            medians(runtime, &client.build().unwrap(), &cluster, &own, &kept)
        }
    };
    let [fetch, own, kept] = medians.map(|median| median.as_secs_f64() * 1e6);
    println!(
        "  {shown:12} over {scheme:5}  fetch {fetch:7.1} µs, bare GET {own:7.1} µs: {:+5.1} %   (on a kept connection {kept:7.1} µs)",
        (fetch / own - 1.0) * 100.0,
    );
}

fn medians<A: ClusterAccess<Options: Default>>(
    runtime: &Runtime,
    client: &A,
    cluster: &A::Cluster,
    own: &Bare,
    kept: &Bare,
) -> [Duration; 3] {
    let mut samples = [const { Vec::new() }; 3];
    runtime.block_on(async {
        let options = A::Options::default();
        for round in 0..WARM_UP + SAMPLES {
            // Each comes after each other one equally often.
            for turn in 0..samples.len() {
                let contender = if round % 2 == 0 { (round / 2 + turn) % 3 } else { (round / 2 + 3 - turn) % 3 };
                let started = now();
                match contender {
                    0 => assert!(client.fetch(cluster, &options).await.is_ok()),
                    1 => drop(own.get(&own.url).await),
                    _ => drop(kept.get(&kept.url).await),
                }
                if round >= WARM_UP {
                    samples[contender].push(now() - started);
                }
            }
        }
    });
    samples.map(|mut samples| {
        samples.sort_unstable();
        samples[samples.len() / 2]
    })
}

/// A thousand clusters in a batch, and in a plain loop.
fn many(servers: &Runtime, clients: &Runtime) {
    let clusters = (0..CLUSTERS).map(|number| cce::Cluster { id: cluster_id(number), ..cce::Cluster::default() });
    let world = cce::World { clusters: clusters.collect(), ..cce::World::default() };
    let session = Session::new::<Cce>(Setting { world, ..Setting::default() });
    let server = servers.block_on(serve(vec![session]));
    let project = server.session("cce").unwrap().caller().cluster["project_id"].clone();
    let client = kubeproof_cce::Client::builder(credentials(&server, "cce"))
        .base_url(server.base_url("cce").unwrap())
        .build()
        .unwrap();
    let ids = || (0..CLUSTERS).map(|number| kubeproof_cce::Cluster::parse(&project, &cluster_id(number)).unwrap());
    let bare = Bare::new(&server, "cce", Pool::None, None);
    let first = cluster_id(0);
    let urls = || (0..CLUSTERS).map(|number| bare.url.replace(&first, &cluster_id(number)));

    println!("{CLUSTERS} clusters of cce, {LIMIT} at a time, the fastest of {ROUNDS} rounds");
    let (mut batch, mut plain, mut most) = (Duration::MAX, Duration::MAX, 0.0_f64);
    let before = resident();
    for round in 0..ROUNDS {
        // Each begins as often as the other.
        for turn in [round % 2, (round + 1) % 2] {
            let started = now();
            if turn == 0 {
                let fetched = clients.block_on(async {
                    let options = kubeproof_cce::Options::default();
                    let results = Batch::of(LIMIT).stream(&client, ids(), &options);
                    results.filter(|fetched| std::future::ready(fetched.result.is_ok())).count().await
                });
                batch = batch.min(now() - started);
                assert_eq!(fetched, CLUSTERS);
                most = most.max(resident() - before);
            } else {
                let asked = stream::iter(urls()).map(|url| bare.take(url)).buffer_unordered(LIMIT).count();
                let asked = clients.block_on(asked);
                plain = plain.min(now() - started);
                assert_eq!(asked, CLUSTERS);
            }
        }
    }
    let (batch, plain) = (batch.as_secs_f64() * 1e3, plain.as_secs_f64() * 1e3);
    println!("  batch {batch:7.1} ms, plain loop {plain:7.1} ms: {:+5.1} %", (batch / plain - 1.0) * 100.0);
    println!("  resident memory, server included: {before:.1} MiB before, {most:+.1} MiB at most after a round");
}

fn cluster_id(number: usize) -> String {
    format!("0c0ffee0-0000-11f1-8000-{number:012}")
}

/// A GET as one would write it: the right address and header, and the body as text.
struct Bare {
    http: reqwest::Client,
    url: String,
    header: (&'static str, String),
}

#[derive(Clone, Copy, PartialEq)]
enum Pool {
    None,
    Kept,
}

impl Bare {
    fn new(server: &Server, provider: &str, pool: Pool, authority: Option<&str>) -> Self {
        let session = server.session(provider).unwrap();
        let caller = session.caller();
        let request: Request = session.request(&caller.cluster, &Default::default());
        let header = match caller.credentials.into_iter().next().unwrap() {
            CallerCredentials::Bearer(secret) => ("authorization", format!("Bearer {secret}")),
            CallerCredentials::Token(secret) => ("x-auth-token", secret),
            CallerCredentials::AccessKey { .. } => unreachable!("a token comes first"),
        };
        let mut roots = rustls::RootCertStore::empty();
        if let Some(pem) = authority {
            roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        }
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut builder = reqwest::Client::builder().tls_backend_preconfigured(tls).http1_only().no_proxy();
        if pool == Pool::None {
            builder = builder.pool_max_idle_per_host(0);
        }
        let url = format!("{}{}", server.base_url(provider).unwrap(), request.target());
        Self { http: builder.build().unwrap(), url, header }
    }

    async fn get(&self, url: &str) -> String {
        let (name, value) = &self.header;
        let call = self.http.get(url).header(*name, value).header("content-type", "application/json");
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    async fn take(&self, url: String) -> usize {
        self.get(&url).await.len()
    }
}

fn credentials(server: &Server, provider: &str) -> Credentials {
    match server.session(provider).unwrap().caller().credentials.remove(0) {
        CallerCredentials::Bearer(secret) => Credentials::Bearer(secret.into()),
        CallerCredentials::Token(secret) => Credentials::Token(secret.into()),
        CallerCredentials::AccessKey { .. } => unreachable!("a token comes first"),
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn now() -> Instant {
    Instant::now()
}

/// Resident memory of this process, in MiB. On Linux only.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
    kib / 1024.0
}
