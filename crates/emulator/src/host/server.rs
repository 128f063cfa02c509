//! Our own server: HTTP/1.1 and HTTP/2, TLS, and faults.
//!
//! It hosts the same emulations as [`WiremockHost`](super::WiremockHost), for one provider or several, and adds what a
//! mock of HTTP alone cannot do. It is what `kubeproof serve` runs.

mod admin;
mod api;
mod connection;
mod connections;
mod door;
mod event;
mod harm;
mod listener;
mod row;
mod service;
mod setting;
mod site;
mod stream;
mod tls;

pub use self::connections::{Connection, Connections, Destination};
pub use self::event::{Event, Events, Following, Missed};
pub use self::listener::CannotListen;
pub use self::row::{Complained, Origin, Row};
pub use self::setting::{Admin, Clock, KubernetesApi, Limits, Ports, ServerSetting, Sleep, Sleeping, Transport};

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::task::JoinSet;

use self::admin::Desk;
use self::door::Door;
use self::listener::Listener;
use self::site::Site;
use self::tls::Certificates;
use super::dispatch::lock;
use crate::journal::Numbers;
use crate::{Exchange, Fault, Session};

/// Several [`Session`]s on sockets of their own.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use kubeproof_emulator::host::server::{Server, ServerSetting, Transport};
/// use kubeproof_emulator::providers::ucs::Ucs;
/// use kubeproof_emulator::{Fault, Session};
///
/// let session = Session::new::<Ucs>(Default::default());
/// let setting = ServerSetting { transport: Transport::Tls, ..ServerSetting::default() };
/// let server = Server::start(vec![session], setting).await.unwrap();
/// assert!(server.base_url("ucs").unwrap().starts_with("https://127.0.0.1:"));
/// assert!(server.authority_pem().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
///
/// // The next answer gets lost, after it was given.
/// let lost: Fault = serde_json::from_str(r#"{"is": "reset", "calls": [1]}"#).unwrap();
/// server.arm("ucs", lost).unwrap();
/// server.stop(std::time::Duration::ZERO).await;
/// # });
/// ```
pub struct Server {
    site: Arc<Site>,
    addresses: Vec<SocketAddr>,
    elsewhere: SocketAddr,
    admin: Option<SocketAddr>,
    transport: Transport,
    listeners: JoinSet<()>,
}

impl Server {
    /// Starts to listen. Every session is of another provider.
    ///
    /// # Errors
    ///
    /// When a port cannot be had, two sessions are of one provider, or no certificate can be made.
    pub async fn start(sessions: Vec<Session>, setting: ServerSetting) -> io::Result<Self> {
        let numbers = Numbers::default();
        let mut names: Vec<&str> = sessions.iter().map(Session::provider).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "two sessions are of one provider"));
        }
        let certificates = match setting.transport {
            Transport::Plain => None,
            Transport::Tls => Some(Certificates::new(&setting.names()).map_err(io::Error::other)?),
        };
        let sessions: Vec<_> =
            sessions.into_iter().map(|session| Arc::new(Mutex::new(session.numbered_by(numbers.clone())))).collect();
        let ports = setting.ports.of(sessions.len());
        let site = Arc::new(Site::new(sessions, certificates, &setting, numbers));

        let mut bound = Vec::new();
        let mut addresses = Vec::new();
        for (sessions, port) in ports {
            let listener = Listener::bind(SocketAddr::new(setting.address, port), Door::Providers(sessions.clone()))?;
            addresses.extend(sessions.map(|_| listener.address()));
            bound.push(listener);
        }
        // The last, since it takes any port that is free.
        let elsewhere = Listener::bind(SocketAddr::new(setting.address, 0), Door::Elsewhere)?;
        let elsewhere_address = elsewhere.address();
        let scheme = setting.transport.scheme();
        for session in &site.sessions {
            lock(session).point_elsewhere(format!("{scheme}://{}", reachable(elsewhere_address)));
        }
        bound.push(elsewhere);
        bound.extend(api::bind(&site, &setting)?);
        let admin = match setting.admin {
            Admin::Off => None,
            Admin::On => Some(0),
            Admin::At(port) => Some(port),
        };
        let admin = match admin {
            None => None,
            Some(port) => {
                let listener = Listener::bind(SocketAddr::new(setting.address, port), Door::Admin)?;
                let address = listener.address();
                bound.push(listener);
                let url = |address: SocketAddr| format!("{scheme}://{}", reachable(address));
                let (base_urls, elsewhere_url) = (addresses.iter().copied().map(url).collect(), url(elsewhere_address));
                let desk = Desk::new(base_urls, elsewhere_url, admin_url(address), setting.transport);
                let desk = desk.map_err(io::Error::other)?;
                site.desk.get_or_init(|| desk);
                Some(address)
            }
        };
        let mut listeners = JoinSet::new();
        for listener in bound {
            let listening = listener.open(&site)?;
            listeners.spawn(listening.run(Arc::clone(&site)));
        }
        Ok(Self { site, addresses, elsewhere: elsewhere_address, admin, transport: setting.transport, listeners })
    }

    /// Where a provider is reached from this machine, such as `http://127.0.0.1:41234`; `None` when it is not served.
    pub fn base_url(&self, provider: &str) -> Option<String> {
        let at = self.site.position(provider)?;
        let address = self.addresses.get(at)?;
        Some(format!("{}://{}", self.transport.scheme(), reachable(*address)))
    }

    /// Where the Kubernetes API is that the kubeconfigs of a provider point at: of the stub, the address below which every
    /// cluster has a path of its own. `None` when the provider is not served, or its answers point at none.
    pub fn api_url(&self, provider: &str) -> Option<String> {
        self.session(provider)?.api().map(|api| api.url().to_owned())
    }

    /// Where the admin API and its page are reached whatever is done to connections, such as
    /// `http://127.0.0.1:41234/_kubeproof/`; `None` when there is none. It takes TLS, where the server has it, and plain
    /// HTTP alike, which a browser shows without being told of an authority.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use kubeproof_emulator::Session;
    /// use kubeproof_emulator::host::server::{Admin, Server, ServerSetting};
    /// use kubeproof_emulator::providers::ucs::Ucs;
    ///
    /// let setting = ServerSetting { admin: Admin::On, ..ServerSetting::default() };
    /// let server = Server::start(vec![Session::new::<Ucs>(Default::default())], setting).await.unwrap();
    /// assert!(server.admin_url().unwrap().ends_with("/_kubeproof/"));
    /// # });
    /// ```
    pub fn admin_url(&self) -> Option<String> {
        self.admin.map(admin_url)
    }

    /// The certificate authority of this server, PEM, when it speaks TLS: made when it was started, and known to nobody.
    pub fn authority_pem(&self) -> Option<&str> {
        self.site.certificates.as_ref().map(Certificates::authority_pem)
    }

    /// The providers that are served, in the order given.
    pub fn providers(&self) -> Vec<&'static str> {
        self.site.providers.clone()
    }

    /// The session of a provider, locked: its requests wait while the guard lives. `None` when it is not served.
    pub fn session(&self, provider: &str) -> Option<MutexGuard<'_, Session>> {
        self.site.session(provider).map(|session| lock(session))
    }

    /// The session of a provider, to be kept beside the server.
    pub fn shared_session(&self, provider: &str) -> Option<Arc<Mutex<Session>>> {
        self.site.session(provider).map(Arc::clone)
    }

    /// Arms a fault. Connections on which HTTP/2 is spoken end with what they are at: faults are of HTTP/1.1.
    ///
    /// # Errors
    ///
    /// When the provider is not served.
    pub fn arm(&self, provider: &str, fault: Fault) -> Result<(), NotServed> {
        let session = self.site.session(provider).ok_or(NotServed)?;
        lock(session).faults_mut().arm(fault);
        self.site.faults_changed();
        Ok(())
    }

    /// Disarms every fault of a provider.
    ///
    /// # Errors
    ///
    /// When the provider is not served.
    pub fn disarm(&self, provider: &str) -> Result<(), NotServed> {
        let session = self.site.session(provider).ok_or(NotServed)?;
        lock(session).faults_mut().disarm();
        self.site.faults_changed();
        Ok(())
    }

    /// The connections that were made.
    pub fn connections(&self) -> Connections {
        lock(&self.site.connections).clone()
    }

    /// What reached the second origin.
    pub fn elsewhere(&self) -> Vec<Exchange> {
        lock(&self.site.elsewhere).exchanges().cloned().collect()
    }

    /// Where the second origin is.
    pub fn elsewhere_url(&self) -> String {
        format!("{}://{}", self.transport.scheme(), reachable(self.elsewhere))
    }

    /// How often something in this server panicked: a bug of this crate.
    pub fn panics(&self) -> u64 {
        self.site.panics()
    }

    /// Stops listening, lets what is under way end for as long as `drain`, and cuts off the rest.
    pub async fn stop(mut self, drain: Duration) {
        self.site.stop();
        let ended = async { while self.listeners.join_next().await.is_some() {} };
        // What is still running when the time is up is aborted with the listeners.
        let _ = tokio::time::timeout(drain, ended).await;
        self.listeners.shutdown().await;
    }
}

fn admin_url(address: SocketAddr) -> String {
    format!("http://{}{}/", reachable(address), admin::PREFIX)
}

/// What listens at every address is reached at the one of loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

/// A provider that the server was not started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this provider is not served")]
pub struct NotServed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_reached_at_loopback() {
        for (address, expected) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(reachable(address.parse().unwrap()).to_string(), expected);
        }
    }
}
