use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kubeproof_emulator::host::WiremockHost;
use kubeproof_emulator::host::server::{Destination, Ports, Server, ServerSetting, Transport};
use kubeproof_emulator::{Exchange, Session};

use crate::adapter::{About, Feature};
use crate::case::Case;

/// What carries the emulations of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hosting {
    /// `wiremock`, and kubeproof's own server for cases that need TLS or faults; but the server over TLS for all cases where
    /// the adapter talks HTTPS only.
    #[default]
    AsNeeded,
    /// kubeproof's own server for all cases.
    Server,
    /// The same, over TLS, where HTTP/2 is spoken with those who know it.
    ServerOverTls,
}

impl Hosting {
    /// What it comes to for this adapter.
    #[must_use]
    pub fn suiting(self, about: &About) -> Self {
        let has = |feature| about.features.contains(&feature);
        if self == Self::AsNeeded && !has(Feature::Http) && has(Feature::Tls) { Self::ServerOverTls } else { self }
    }

    /// What this adapter lacks for a case when it is carried like this.
    pub(crate) fn missing(self, about: &About, case: &Case) -> Vec<Feature> {
        let has = |feature: &Feature| about.features.contains(feature);
        let needs = case.needs.iter().map(|need| match need {
            Feature::Http if self == Self::ServerOverTls => Feature::Tls,
            need => *need,
        });
        let mut missing: Vec<Feature> = needs.filter(|need| !has(need)).collect();
        if !case.takes_one_of.is_empty() && !case.takes_one_of.iter().any(has) {
            missing.extend(&case.takes_one_of);
        }
        missing
    }
}

/// What carries the emulation of one case.
pub(crate) enum Host {
    Wiremock(WiremockHost),
    Server { server: Server, session: Arc<Mutex<Session>>, base_url: String },
}

impl Host {
    pub(crate) async fn start(case: &Case, hosting: Hosting) -> io::Result<Self> {
        if hosting == Hosting::AsNeeded && case.fits_any_host() {
            return WiremockHost::start(case.session()).await.map(Self::Wiremock);
        }
        let transport = if hosting == Hosting::ServerOverTls { Transport::Tls } else { case.transport };
        let setting = ServerSetting { transport, ports: Ports::Each, ..ServerSetting::default() };
        let server = Server::start(vec![case.session()], setting).await?;
        let hosted = server.shared_session(case.provider).zip(server.base_url(case.provider));
        let (session, base_url) = hosted.ok_or_else(|| io::Error::other("the server lost its session"))?;
        Ok(Self::Server { server, session, base_url })
    }

    pub(crate) fn base_url(&self) -> String {
        match self {
            Self::Wiremock(host) => host.base_url(),
            Self::Server { base_url, .. } => base_url.clone(),
        }
    }

    /// The certificate authority to trust, when the base URL is HTTPS.
    pub(crate) fn ca_pem(&self) -> Option<String> {
        match self {
            Self::Wiremock(_) => None,
            Self::Server { server, .. } => server.authority_pem().map(str::to_owned),
        }
    }

    /// The session, locked: requests wait while the guard lives.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        match self {
            Self::Wiremock(host) => host.session(),
            Self::Server { session, .. } => session.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// What reached the second origin.
    pub(crate) fn elsewhere(&self) -> Vec<Exchange> {
        match self {
            Self::Wiremock(host) => host.elsewhere(),
            Self::Server { server, .. } => server.elsewhere(),
        }
    }

    /// How many connections were made to the provider, where the host can tell.
    pub(crate) fn connections(&self) -> Option<usize> {
        match self {
            Self::Wiremock(_) => None,
            Self::Server { server, .. } => {
                let connections = server.connections();
                Some(connections.kept().filter(|connection| connection.leads_to == Destination::Providers).count())
            }
        }
    }
}
