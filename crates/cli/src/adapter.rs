mod reference;
mod saboteur;
mod smoke;

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, Subcommand};
use kubeproof::conformance::process::{Command, ProcessAdapter, SCHEMA};

use self::saboteur::Saboteur;
pub(crate) use self::saboteur::Saboteur as ProtocolBreaker;
use self::smoke::Smoke;
pub(crate) use self::smoke::ends_well;
use crate::exit_code;
use crate::output::{Text, complain, failed, print};
use crate::signals::Signals;

/// Checks one adapter alone, or is one
///
/// An adapter is whatever is judged: a program, in any language, that reads JSON lines on standard input and writes JSON
/// lines on standard output, one process for a whole run.
#[derive(Args)]
#[command(after_help = "What is said, a line each (`kubeproof adapter schema` is the JSON Schema of every line):
  → {\"hello\":{\"protocol\":1}}
  ← {\"hello\":{\"protocol\":1,\"name\":\"my-sdk\",\"version\":\"1.0.0\",\"providers\":[\"digitalocean\"],\"features\":[\"bearer\",\"http\"]}}
  → {\"fetch\":{\"id\":\"7\",\"provider\":\"digitalocean\",\"base_url\":\"http://127.0.0.1:40123\",\"ca_pem\":null,
             \"credentials\":{\"bearer\":\"…\"},\"cluster\":{\"cluster_id\":\"…\"},\"options\":{},\"timeout_ms\":5000}}
  ← {\"result\":{\"id\":\"7\",\"kubeconfig\":\"apiVersion: v1\\n…\"}}
     or {\"result\":{\"id\":\"7\",\"error\":{\"kind\":\"not-found\",\"status\":404,\"message\":\"…\"}}}
  → end of input: the adapter exits.

Features: error-kinds, bearer, token, ak-sk, http, tls, expiry, private-endpoint, read-mask, kubeconfig, post-duration,
kubeconfig-type. A case that needs one which the adapter does not declare is skipped, and counted. Standard error is free: it is shown
when a case fails, and may hold no credential.")]
pub(crate) struct AdapterCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Smoke(Smoke),
    /// The clients of this workspace as an adapter: an example, and something to compare with
    Reference,
    /// Prints the JSON Schema of every line of the protocol
    Schema,
    /// The same clients, breaking the protocol on purpose in one way
    #[command(hide = true)]
    Saboteur {
        #[arg(value_enum)]
        saboteur: Saboteur,
    },
}

impl AdapterCommand {
    pub(crate) fn run(self) -> u8 {
        match self.what {
            What::Smoke(smoke) => smoke.run(),
            What::Reference => reference::run(),
            What::Schema => match print(&Text::ForPrograms(SCHEMA.to_owned())) {
                Ok(()) => exit_code::CONFORMANT,
                Err(error) => {
                    complain(format_args!("cannot print: {error}"));
                    exit_code::COULD_NOT_RUN
                }
            },
            What::Saboteur { saboteur } => saboteur.run(),
        }
    }
}

/// What is judged.
#[derive(Clone, Debug)]
pub(crate) enum Tested {
    /// The clients of this workspace, in this process.
    Builtin,
    /// A program, as it was written.
    Program(String),
}

impl FromStr for Tested {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "builtin" => Self::Builtin,
            command => Self::Program(command.to_owned()),
        })
    }
}

impl Tested {
    /// Starts it, where it is a program; or the exit code after saying why it cannot be.
    pub(crate) async fn start(&self) -> Result<Option<Arc<ProcessAdapter>>, u8> {
        match self {
            Self::Builtin => Ok(None),
            Self::Program(text) => {
                let command = command(text)?;
                match ProcessAdapter::start(command).await {
                    Ok(program) => Ok(Some(Arc::new(program))),
                    Err(breach) => {
                        complain(format_args!(
                            "the adapter `{text}` does not start: {breach}\ncheck it alone with `kubeproof adapter smoke`"
                        ));
                        Err(exit_code::COULD_NOT_RUN)
                    }
                }
            }
        }
    }
}

/// A program and its arguments, or the exit code after saying what is wrong with it.
fn command(text: &str) -> Result<Command, u8> {
    text.parse().map_err(|error| {
        complain(format_args!("`{text}`: {error}"));
        exit_code::USAGE
    })
}

/// Waits for `work`, unless the program is asked to stop: it is given up then, and with it every program that was started for it.
pub(crate) fn unless_interrupted<T>(runtime: &tokio::runtime::Runtime, work: impl Future<Output = T>) -> Result<T, u8> {
    runtime.block_on(async {
        let mut signals = Signals::new().map_err(|error| failed(format_args!("cannot wait for signals: {error}")))?;
        tokio::select! {
            done = work => Ok(done),
            () = signals.next() => Err(failed("interrupted; nothing was reported")),
        }
    })
}

/// What everything here runs on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, u8> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        complain(format_args!("cannot start: {error}"));
        exit_code::COULD_NOT_RUN
    })
}
