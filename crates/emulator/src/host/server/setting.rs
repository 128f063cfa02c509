use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::event::Events;

/// How a [`Server`](super::Server) listens.
#[derive(Clone, Debug)]
pub struct ServerSetting {
    /// The address that is listened on; a loopback address unless told otherwise.
    pub address: IpAddr,
    /// The ports.
    pub ports: Ports,
    /// Whether TLS is spoken.
    pub transport: Transport,
    /// The Kubernetes API that issued kubeconfigs point at.
    pub kubernetes_api: KubernetesApi,
    /// What is borne of clients.
    pub limits: Limits,
    /// What tells the time; without one the emulators' clocks stand at [`EPOCH`](crate::EPOCH).
    pub clock: Option<Clock>,
    /// What waits where a fault is slow.
    pub sleep: Sleep,
    /// Whether there is an admin API.
    pub admin: Admin,
    /// Tells what happens to whoever follows it.
    pub events: Events,
    /// Names and addresses besides `localhost` and the address, by which clients may call the server over TLS.
    pub names: Vec<String>,
}

impl Default for ServerSetting {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            ports: Ports::default(),
            transport: Transport::default(),
            kubernetes_api: KubernetesApi::default(),
            limits: Limits::default(),
            clock: None,
            sleep: Sleep::default(),
            admin: Admin::default(),
            events: Events::default(),
            names: Vec::new(),
        }
    }
}

impl ServerSetting {
    /// The names that the server's certificates are for.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec!["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string(), "::1".to_owned()];
        let address = (!self.address.is_unspecified()).then(|| self.address.to_string());
        for name in address.iter().chain(&self.names) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
}

/// Which ports providers are at; 0 stands for a free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Each at a free port of its own.
    Each,
    /// Each at a port of its own: the first at this one, the next at the one after it, and so on.
    EachFrom(NonZeroU16),
    /// All at this one. A request is for the provider whose paths begin like its own.
    Shared(u16),
}

impl Default for Ports {
    fn default() -> Self {
        Self::Shared(0)
    }
}

impl Ports {
    /// Which of `sessions` are at which port.
    pub(super) fn of(self, sessions: usize) -> Vec<(Range<usize>, u16)> {
        match self {
            Self::Each => (0..sessions).map(|at| (at..at + 1, 0)).collect(),
            Self::EachFrom(first) => {
                // There are more sessions than ports, then, and the last one is wanted twice.
                (0..sessions)
                    .zip((0..).map(|at| first.saturating_add(at).get()))
                    .map(|(at, port)| (at..at + 1, port))
                    .collect()
            }
            Self::Shared(port) => vec![(0..sessions, port)],
        }
    }
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Plain HTTP.
    #[default]
    Plain,
    /// HTTPS, with a certificate authority made at the start.
    Tls,
}

impl Transport {
    /// The scheme of base URLs.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Tls => "https",
        }
    }
}

/// The Kubernetes API that issued kubeconfigs point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KubernetesApi {
    /// None: they name the addresses that the providers' documents name, at which nobody is.
    #[default]
    None,
    /// The [stub](crate::kubernetes), at a free port for each provider, with TLS whatever the [`Transport`]: clients
    /// present certificates.
    Stub,
    /// One that is not this server's. Whether it accepts what is issued is its own affair.
    Real {
        /// Its address.
        url: String,
        /// Its certificate authority, PEM.
        authority_pem: String,
    },
}

/// Whether there is an admin API, which can change everything and asks nobody who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admin {
    /// There is none: its paths are paths like any other.
    #[default]
    Off,
    /// Under `/_kubeproof/` at the ports of providers, and at a free port of its own, which faults do not touch.
    On,
    /// The same, at this port.
    At(u16),
}

/// What is borne of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections there are at once at one address; more wait to be accepted.
    pub connections: usize,
    /// How long the head of a request may be, in bytes.
    pub head_bytes: usize,
    /// How long the body of a request may be, in bytes.
    pub body_bytes: usize,
    /// How long a TLS handshake and the body of a request may take, each. A connection on which no request has come for so
    /// long, or whose answer is not taken, is ended before twice that time is over.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, head_bytes: 64 << 10, body_bytes: 1 << 20, time: Duration::from_secs(30) }
    }
}

/// What tells the time.
#[derive(Clone)]
pub struct Clock(pub Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What waits where a fault is slow. A test gives one that does not.
#[derive(Clone)]
pub struct Sleep(pub Arc<dyn Fn(Duration) -> Sleeping + Send + Sync>);

/// What is over when the time is.
pub type Sleeping = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Default for Sleep {
    fn default() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is where it is injected: the one sleeper that sleeps")]
        Self(Arc::new(|duration| Box::pin(tokio::time::sleep(duration))))
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sleep")
    }
}
