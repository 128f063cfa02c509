use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use kubeproof::emulator::host::server::{Complained, Connection, Event, Events, Following, Missed, Origin, Row};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How long who reads the log may take for what is left of it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// A JSON object on each line.
    Json,
}

/// What is logged, and how.
#[derive(Args)]
pub(super) struct Logging {
    /// How the log is written: for people, or as a line of JSON for each exchange and each connection that ends
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    log_format: Format,

    /// Write no log
    #[arg(long)]
    quiet: bool,
}

/// The log on standard error.
pub(super) struct Log {
    format: Format,
    writer: Option<Writer>,
}

/// What writes the log, on a thread of its own, so that who reads it slowly holds up nobody.
struct Writer {
    end: oneshot::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Log {
    /// Begins to write what happens.
    pub(super) fn begin(logging: &Logging, events: &Events) -> io::Result<Self> {
        let format = logging.log_format;
        let writer = if logging.quiet { None } else { Some(Writer::start(format, events.follow())?) };
        Ok(Self { format, writer })
    }

    /// Says something in passing.
    pub(super) fn note(&self, event: &str, message: &str) {
        if self.writer.is_some() {
            self.say(event, message);
        }
    }

    /// Says what has to be known, even where no log is wanted.
    pub(super) fn warn(&self, message: &str) {
        self.say("warning", message);
    }

    fn say(&self, event: &str, message: &str) {
        let line = match (self.format, event) {
            (Format::Json, _) => json!({"event": event, "message": message}).to_string(),
            (Format::Text, "warning") => format!("warning: {message}"),
            (Format::Text, _) => message.to_owned(),
        };
        // When standard error is gone there is nowhere left to say so.
        let _ = write(&line);
    }

    /// Writes what is left, unless nobody takes it, and says that the server stopped.
    pub(super) async fn end(mut self, message: &str) {
        if let Some(Writer { end, ended }) = self.writer.take() {
            let _ = end.send(());
            if tokio::time::timeout(PATIENCE, ended).await.is_ok() {
                self.say("stopped", message);
            }
        }
    }
}

impl Writer {
    fn start(format: Format, mut following: Following) -> io::Result<Self> {
        let (end, mut ending) = oneshot::channel();
        let (finished, ended) = oneshot::channel();
        let runtime = Handle::current();
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            let written: io::Result<()> = runtime.block_on(async {
                loop {
                    let event = tokio::select! {
                        biased;
                        event = following.next() => event,
                        _ = &mut ending => None,
                    };
                    let Some(event) = event else { break };
                    write(&line(format, event))?;
                }
                while let Some(event) = following.try_next() {
                    write(&line(format, event))?;
                }
                Ok(())
            });
            // Whoever closed standard error wants no log; the rest goes on without it.
            drop(written);
            let _ = finished.send(());
        })?;
        Ok(Self { end, ended })
    }
}

fn write(line: &str) -> io::Result<()> {
    writeln!(anstream::stderr().lock(), "{line}")
}

fn line(format: Format, event: Result<Arc<Event>, Missed>) -> String {
    match (format, event) {
        (Format::Json, Ok(event)) => serde_json::to_string(&*event).unwrap_or_default(),
        (Format::Json, Err(Missed(events))) => json!({"event": "missed", "events": events}).to_string(),
        (Format::Text, Ok(event)) => match &*event {
            Event::Exchange(row) => of_exchange(row),
            Event::Connection(connection) => of_connection(connection),
        },
        (Format::Text, Err(Missed(events))) => format!("{events} events are missing here: the log is read too slowly"),
    }
}

fn of_exchange(row: &Row) -> String {
    let Row { at, origin, provider, method, target, verdict, clause, explanation, .. } = row;
    let provider = provider.unwrap_or_default();
    let asked = match origin {
        Origin::Provider => provider.to_owned(),
        Origin::Kubernetes => format!("{provider}'s clusters"),
        Origin::Unclaimed => "nobody".to_owned(),
        Origin::Elsewhere => "elsewhere".to_owned(),
    };
    let status = row.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let mut line = format!("{at:.3} {asked} {method} {target} {status} {verdict} by {clause}: {explanation}");
    // Writing to a String does not fail.
    for Complained { clause, explanation } in &row.complaints {
        let _ = write!(line, "; but by {clause}: {explanation}");
    }
    if let Some(fault) = &row.fault
        && fault != explanation
    {
        let _ = write!(line, "; {fault}");
    }
    if let Some([first, rest @ ..]) = row.credentials.as_deref() {
        let places = rest.iter().fold(first.clone(), |places, place| places + ", " + place);
        let _ = write!(line, "; credentials came along: {places}");
    }
    if let Some(connection) = row.connection {
        let _ = write!(line, " (connection {connection})");
    }
    line
}

fn of_connection(connection: &Connection) -> String {
    let Connection { number, at, peer, protocol, requests, end, ended_at, .. } = connection;
    let at = ended_at.unwrap_or(*at);
    let spoken = protocol.unwrap_or("no protocol");
    let end = end.as_deref().unwrap_or("closed");
    let requests = if *requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") };
    format!("{at:.3} connection {number} from {peer} ended after {requests} over {spoken}: {end}")
}
