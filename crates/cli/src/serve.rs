//! `kubeproof serve`: the emulations for programs in any language.

mod announcement;
mod cluster;
mod credentials;
mod environment;
mod files;
pub(crate) mod listen;
mod log;
mod plan;

use std::time::Duration;

use clap::Args;
use kubeproof::conformance::by_hand::Reached;
use kubeproof::conformance::default_worlds;
use kubeproof::emulator::host::server::{Admin, Events, Server, ServerSetting, Transport};
use kubeproof::emulator::providers::PROVIDERS;

use self::cluster::Cluster;
use self::environment::Variable;
use self::files::{Files, Paths};
use self::listen::Place;
use self::log::{Log, Logging};
use self::plan::{Beginning, Plan};
use crate::exit_code;
use crate::output::{Text, complain, failed, misused, print};
use crate::signals::Signals;

/// How long requests that are under way when the program is asked to stop may take.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves the emulated endpoints, for programs in any language, until it is interrupted
///
/// Every request is answered as the provider's documents say. A refusal names the clause behind it in the response header
/// `kubeproof-clause`, and the log says what to change. Standard output tells where each provider is, which clusters and
/// credentials it has, and the environment that points a client there; the line that begins with `kubeproof ready` is the
/// last of it. Standard error is the log.
#[derive(Args)]
#[command(after_help = "Examples:
  All providers at http://127.0.0.1:7420, with example credentials:
    kubeproof serve
  HTTPS, and the environment that points what a shell starts there:
    kubeproof serve --tls --env-file kubeproof.env
    set -a; . ./kubeproof.env; set +a
  Worlds of your own, beginning with the default ones, explained:
    kubeproof serve --print-world > world.yaml
    kubeproof serve --world world.yaml
  What one case has, and the curl command of each of its steps:
    kubeproof serve --case ucs/download/second-call-is-refused
  Kubeconfigs that point at a cluster of yours instead of at a stub:
    kubeproof serve --api-server https://127.0.0.1:6443 --api-ca ca.crt
  For scripts: a free port, where it is, and a log for programs:
    kubeproof serve --listen 127.0.0.1:0 --port-file ports --log-format json

The credentials of the default worlds and of cases are examples: they are public, and
open nothing else. Those that --world brings are not printed.

Exit codes:
  0  it was interrupted
  2  wrong usage, or a bad world or case file
  5  it could not start: a port is taken, or a file cannot be written")]
pub(crate) struct Serve {
    #[command(flatten)]
    beginning: Beginning,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    cluster: Cluster,

    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    logging: Logging,

    /// Print the default worlds, explained, as a file to edit and to give to --world; and serve nothing
    #[arg(long, conflicts_with_all = ["world", "case", "editions"])]
    print_world: bool,
}

impl Serve {
    pub(crate) fn run(self) -> u8 {
        match self.try_run() {
            Ok(()) => exit_code::CONFORMANT,
            Err(code) => code,
        }
    }

    fn try_run(self) -> Result<(), u8> {
        if self.print_world {
            let providers: Vec<&str> = PROVIDERS.iter().copied().filter(|name| self.beginning.wants(name)).collect();
            return print(&Text::ForPrograms(default_worlds(&providers)))
                .map_err(|error| failed(format_args!("cannot print: {error}")));
        }
        let plan = Plan::of(&self.beginning, &self.place, &self.paths, &self.cluster)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(format_args!("cannot start: {error}")))?;
        runtime.block_on(self.serve(plan))
    }

    async fn serve(self, plan: Plan) -> Result<(), u8> {
        let mut signals = Signals::new().map_err(|error| failed(format_args!("cannot wait for signals: {error}")))?;
        let events = Events::default();
        let log = Log::begin(&self.logging, &events)
            .map_err(|error| failed(format_args!("cannot start the log: {error}")))?;
        let setting = ServerSetting {
            address: self.place.listen.address(),
            ports: plan.ports,
            transport: plan.transport,
            clock: Some(plan.clock),
            kubernetes_api: plan.kubernetes_api,
            admin: self.place.admin(),
            names: self.place.names(),
            events,
            ..ServerSetting::default()
        };
        let Plan { sessions, credentials, case, transport, .. } = plan;
        let server = Server::start(sessions, setting).await.map_err(|error| failed(self.place.explain(&error)))?;
        let mut files = Files::default();
        let variables = match self.write(&server, &credentials, transport, &mut files) {
            Ok(variables) => variables,
            Err(code) => {
                files.remove().iter().for_each(complain);
                return Err(code);
            }
        };

        let ca_file = files.authority().map(|path| path.display().to_string());
        let mut text = announcement::announcement(&server, &credentials, &variables);
        if let Some(case) = case {
            let base_url = server.base_url(case.provider).unwrap_or_default();
            text += &format!("\nThe steps of {}\n", case.id);
            let admin_url = server.admin_url();
            text += &case.by_hand(Reached {
                base_url: &base_url,
                admin_url: admin_url.as_deref(),
                ca_file: ca_file.as_deref(),
            });
        }
        text += &format!("\n{}\n", announcement::ready(&server));
        if let Err(error) = print(&Text::ForPeople(text)) {
            files.remove().iter().for_each(complain);
            return Err(failed(format_args!("cannot print: {error}")));
        }
        if !self.place.listen.is_loopback() {
            let admin = if self.place.admin() == Admin::Off {
                ""
            } else {
                " and the admin API, which asks nobody who they are"
            };
            log.warn(&format!(
                "{} is not of this machine alone: others can reach the emulations{admin}, and the credentials are examples \
                 that everybody knows",
                self.place.listen.address()
            ));
        }

        signals.next().await;
        log.note("stopping", "stopping: what is under way may end; interrupt again to cut it off");
        let panics = server.panics();
        let stopped = tokio::select! {
            () = server.stop(DRAIN) => "stopped",
            () = signals.next() => "stopped at once",
        };
        log.end(stopped).await;
        files.remove().iter().for_each(complain);
        if panics > 0 {
            return Err(failed(format_args!("an emulation panicked (times: {panics}): please report it as a bug")));
        }
        Ok(())
    }

    /// Writes what tells others where this server is. Gives the environment that points a client there.
    fn write(
        &self,
        server: &Server,
        credentials: &credentials::Origins,
        transport: Transport,
        files: &mut Files,
    ) -> Result<Vec<Variable>, u8> {
        if transport == Transport::Tls {
            files.write_authority(self.paths.ca_file.as_deref(), server.authority_pem().unwrap_or_default())?;
        }
        let variables = environment::variables(server, credentials, files.authority());
        if let Some(path) = &self.paths.env_file {
            files.write(path, "the environment", &environment::lines(&variables), environment::is_ours)?;
        }
        if let Some(path) = &self.paths.port_file {
            files.write(path, "the ports", &announcement::ports(server), announcement::is_ports)?;
        }
        Ok(variables)
    }
}
