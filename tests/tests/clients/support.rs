//! A server with all providers, and the clients of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kubeproof::emulator::host::server::{Server, ServerSetting, Sleep, Transport};
use kubeproof::emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof::emulator::{CallerCredentials, EPOCH, Emulation, Fault, Session};
use kubeproof_client::{Clock, Credentials, Error, NoWait, Progress, Timeouts, TransportOptions, Wait};
use kubeproof_kubeconfig::Kubeconfig;
use serde_json::Value;

/// A server with the default worlds, on which these faults are armed from the beginning.
pub(crate) async fn serve(transport: Transport, faults: &[Fault]) -> Server {
    let mut sessions: Vec<Session> = PROVIDERS.iter().filter_map(|name| providers::visit(name, Beginning)).collect();
    for session in &mut sessions {
        faults.iter().for_each(|fault| session.faults_mut().arm(fault.clone()));
    }
    serve_all(sessions, transport).await
}

/// A session of a provider with its default world.
struct Beginning;

impl Visitor for Beginning {
    type Output = Session;

    fn visit<E: Emulation>(self) -> Session {
        Session::new::<E>(Default::default())
    }
}

/// A server of these; where a fault is slow, no time passes.
pub(crate) async fn serve_all(sessions: Vec<Session>, transport: Transport) -> Server {
    let sleep = Sleep(Arc::new(|_| Box::pin(std::future::ready(()))));
    Server::start(sessions, ServerSetting { transport, sleep, ..ServerSetting::default() }).await.unwrap()
}

/// The time of the emulators, which stands.
#[derive(Debug)]
pub(crate) struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        EPOCH
    }
}

pub(crate) fn options(server: &Server, limit: Duration) -> TransportOptions {
    let options = TransportOptions::default()
        .timeouts(Timeouts { connect: limit, attempt: limit, total: 8 * limit })
        .sleeper(Arc::new(NoWait))
        .clock(Arc::new(Epoch));
    match server.authority_pem() {
        Some(pem) => options.ca_pem(pem),
        None => options,
    }
}

pub(crate) fn credentials(server: &Server, provider: &str) -> Credentials {
    match server.session(provider).unwrap().caller().credentials.remove(0) {
        CallerCredentials::Bearer(secret) => Credentials::Bearer(secret.into()),
        CallerCredentials::Token(secret) => Credentials::Token(secret.into()),
        CallerCredentials::AccessKey { access_key, secret_key } => {
            Credentials::AccessKey { access_key, secret_key: secret_key.into() }
        }
    }
}

/// An id of the first cluster of a world.
pub(crate) fn id(server: &Server, provider: &str, name: &str) -> String {
    server.session(provider).unwrap().caller().cluster[name].clone()
}

/// What two fetches of one cluster have in common: everything but the credentials that each of them is issued.
#[derive(Debug, PartialEq)]
pub(crate) enum Fetched {
    Kubeconfig(Box<Kubeconfig>),
    Access(Vec<Value>),
    Connection(String),
}

impl Fetched {
    fn of(mut kubeconfig: Kubeconfig) -> Self {
        assert_eq!(kubeconfig.users.len(), 1);
        for named in &mut kubeconfig.users {
            let user = &named.user;
            assert!(user.token.is_some() || user.client_key_data.is_some());
            named.user = Default::default();
        }
        Self::Kubeconfig(Box::new(kubeconfig))
    }
}

/// Fetches the first cluster of a provider's world.
pub(crate) async fn fetch(server: &Server, provider: &str, limit: Duration, folder: &Path) -> Result<Fetched, Error> {
    fetch_by(server, provider, limit, folder, &Wait::of(Duration::ZERO), |_| {}).await
}

/// The same, waiting until the cluster is ready.
pub(crate) async fn fetch_when_ready(
    server: &Server,
    provider: &str,
    folder: &Path,
    wait: &Wait,
    progress: impl FnMut(&Progress<'_>),
) -> Result<Fetched, Error> {
    fetch_by(server, provider, Duration::from_secs(30), folder, wait, progress).await
}

async fn fetch_by(
    server: &Server,
    provider: &str,
    limit: Duration,
    folder: &Path,
    wait: &Wait,
    progress: impl FnMut(&Progress<'_>),
) -> Result<Fetched, Error> {
    let (url, options) = (server.base_url(provider).unwrap(), options(server, limit));
    let credentials = credentials(server, provider);
    let id = |name| id(server, provider, name);
    match provider {
        "digitalocean" => {
            use kubeproof_digitalocean::{Client, ClusterId, Options};
            let client = Client::builder(credentials).base_url(url).transport(options).build()?;
            let cluster = ClusterId::parse(&id("cluster_id"))?;
            Ok(Fetched::of(wait.fetch(&client, &cluster, &Options::default(), progress).await?.kubeconfig))
        }
        "cce" => {
            use kubeproof_cce::{Client, Cluster, Options};
            let client = Client::builder(credentials).base_url(url).transport(options).build()?;
            let cluster = Cluster::parse(&id("project_id"), &id("cluster_id"))?;
            Ok(Fetched::of(wait.fetch(&client, &cluster, &Options::default(), progress).await?.kubeconfig))
        }
        "ucs" => {
            use kubeproof_ucs::{Client, ClusterId, KeepAnswers, Options};
            let keep = KeepAnswers::InFolder(folder.to_owned());
            let client = Client::builder(credentials, keep).base_url(url).transport(options).build()?;
            let cluster = ClusterId::parse(&id("cluster_id"))?;
            let access = wait.fetch(&client, &cluster, &Options::default(), progress).await?;
            assert_eq!(std::fs::read(access.saved().path().unwrap()).unwrap(), access.raw());
            Ok(Fetched::Access(access.items().to_vec()))
        }
        "fireworks" => {
            use kubeproof_fireworks::{Client, Cluster, Options};
            let client = Client::builder(credentials).base_url(url).transport(options).build()?;
            let cluster = Cluster::parse(&id("account_id"), &id("cluster_id"))?;
            let info = wait.fetch(&client, &cluster, &Options::default(), progress).await?;
            Ok(Fetched::Connection(format!("{info:?}")))
        }
        "lke" => {
            use kubeproof_lke::{Client, ClusterId, Options};
            let client = Client::builder(credentials).base_url(url).transport(options).build()?;
            let cluster = ClusterId::parse(&id("cluster_id"))?;
            Ok(Fetched::of(wait.fetch(&client, &cluster, &Options::default(), progress).await?.kubeconfig))
        }
        other => panic!("how is {other} fetched from? say it here"),
    }
}
