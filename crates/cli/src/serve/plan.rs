use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::{fs, io};

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use kubeproof::conformance::{Case, Worlds};
use kubeproof::emulator::host::server::{Clock, KubernetesApi, Ports, Transport};
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof::emulator::{EPOCH, Edition, Session};

use super::cluster::Cluster;
use super::credentials::Origins;
use super::files::Paths;
use super::listen::Place;
use super::misused;
use crate::selection::{Source, edition};

/// What to begin with.
#[derive(Args)]
pub(super) struct Beginning {
    /// Only this provider; may be given again
    #[arg(long = "provider", value_name = "PROVIDER", value_parser = PossibleValuesParser::new(PROVIDERS))]
    providers: Vec<String>,

    /// Begin with the worlds, incidents and faults of this file; - is standard input
    ///
    /// A provider that the file does not name begins with its default world.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Begin with what this case has: its world, incidents, faults and edition, and TLS if it runs over TLS
    #[arg(long, value_name = "ID", conflicts_with_all = ["providers", "world", "editions", "tls"])]
    case: Option<String>,

    #[command(flatten)]
    source: Source,

    /// Serve this edition of a provider's documents, such as ucs@2025-05
    #[arg(long = "edition", value_name = "PROVIDER@DATE", value_parser = edition)]
    editions: Vec<(String, Edition)>,

    /// What the emulators' clocks show: `system`, or a time at which they stand, such as 2026-01-01T00:00:00Z
    /// [default: system; with --case, 2026-01-01T00:00:00Z as in `check`]
    #[arg(long, value_name = "TIME")]
    clock: Option<Time>,
}

impl Beginning {
    /// Whether a provider is to be served.
    pub(super) fn wants(&self, provider: &str) -> bool {
        self.providers.is_empty() || self.providers.iter().any(|name| name == provider)
    }
}

/// What is to be served.
pub(super) struct Plan {
    pub(super) sessions: Vec<Session>,
    pub(super) credentials: Origins,
    pub(super) case: Option<Case>,
    pub(super) transport: Transport,
    pub(super) ports: Ports,
    pub(super) clock: Clock,
    pub(super) kubernetes_api: KubernetesApi,
}

/// What the emulators' clocks show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// What the clock of this machine does.
    System,
    /// Always this.
    At(Timestamp),
}

impl Plan {
    /// What the arguments ask for, or the exit code after saying what is wrong with them.
    pub(super) fn of(beginning: &Beginning, place: &Place, paths: &Paths, cluster: &Cluster) -> Result<Self, u8> {
        let (sessions, credentials, case, transport) = match &beginning.case {
            Some(id) => {
                let suite = beginning.source.suite()?;
                let case = beginning.source.case(&suite, id)?.clone();
                (vec![case.session()], Origins::of_a_case(), Some(case.clone()), case.transport)
            }
            None => {
                if beginning.source.folder().is_some() {
                    return Err(misused("--fixtures says where --case is read from; give --case too"));
                }
                let transport = if place.tls { Transport::Tls } else { Transport::Plain };
                let (worlds, origin) = worlds(beginning.world.as_deref(), transport)?;
                (sessions(beginning, &worlds)?, Origins::of_worlds(worlds, origin), None, transport)
            }
        };
        if transport == Transport::Plain {
            let argument = match (&paths.ca_file, place.tls_names.as_slice()) {
                (Some(_), _) => Some("--ca-file"),
                (None, [_, ..]) => Some("--tls-name"),
                (None, []) => None,
            };
            if let Some(argument) = argument {
                return Err(misused(format_args!("{argument} is of TLS, which is not spoken; give --tls too")));
            }
        }
        let each = place.port_each.then_some(sessions.len());
        let ports = place.ports(each).map_err(misused)?;
        // A case is served as it is judged.
        let (time, api) = match case {
            Some(_) => (Time::At(EPOCH), KubernetesApi::None),
            None => (Time::System, KubernetesApi::Stub),
        };
        let clock = beginning.clock.unwrap_or(time).clock();
        let kubernetes_api = cluster.api(api)?;
        Ok(Self { sessions, credentials, case, transport, ports, clock, kubernetes_api })
    }
}

/// A session of each provider that is wanted.
fn sessions(beginning: &Beginning, worlds: &Worlds) -> Result<Vec<Session>, u8> {
    let mut sessions = Vec::new();
    for provider in PROVIDERS.iter().copied().filter(|name| beginning.wants(name)) {
        let mut editions: Vec<Edition> =
            beginning.editions.iter().filter(|(name, _)| name == provider).map(|(_, edition)| *edition).collect();
        editions.dedup();
        if let [one, another, ..] = editions.as_slice() {
            return Err(misused(format_args!(
                "{provider} can be served in one edition at a time; give --edition {provider}@{one} or --edition \
                 {provider}@{another}"
            )));
        }
        sessions.extend(worlds.session(provider, editions.first().copied()));
    }
    if let Some((provider, edition)) = beginning.editions.iter().find(|(name, _)| !beginning.wants(name)) {
        return Err(misused(format_args!(
            "--edition {provider}@{edition} is of a provider that --provider leaves out; give --provider {provider} too"
        )));
    }
    Ok(sessions)
}

/// The worlds of a file, or the default ones; and how the file is called.
fn worlds(path: Option<&Path>, transport: Transport) -> Result<(Worlds, String), u8> {
    let Some(path) = path else { return Ok((Worlds::default(), String::new())) };
    let (text, name, folder) = if path.as_os_str() == "-" {
        let mut text = String::new();
        (io::stdin().lock().read_to_string(&mut text).map(|_| text), "standard input".to_owned(), Path::new(""))
    } else {
        (fs::read_to_string(path), path.display().to_string(), path.parent().unwrap_or(Path::new("")))
    };
    let text = text.map_err(|error| {
        misused(format_args!(
            "{name} cannot be read: {error}; `kubeproof serve --print-world` writes a file of worlds to begin with"
        ))
    })?;
    let worlds = Worlds::parse(&text, &name, folder, transport).map_err(misused)?;
    Ok((worlds, name))
}

impl Time {
    fn clock(self) -> Clock {
        Clock(match self {
            Self::System => Arc::new(system),
            Self::At(time) => Arc::new(move || time),
        })
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "system" {
            return Ok(Self::System);
        }
        text.parse()
            .map(Self::At)
            .map_err(|_| "write `system`, or a time with its offset, such as 2026-01-01T00:00:00Z".to_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where it is injected: the one clock that goes")]
fn system() -> Timestamp {
    Timestamp::now()
}
