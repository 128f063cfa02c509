use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::connections::Connection;
use crate::journal::Exchange;
use crate::{Redactor, Session, Verdict};

/// What happens at a server, told to whoever follows it: a log, or a page.
///
/// Nobody is waited for. Who falls behind by more than [`CAPACITY`](Self::CAPACITY) events is told how many were
/// [missed](Missed), and where nobody follows, nothing is made up to be told.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use kubeproof_emulator::Session;
/// use kubeproof_emulator::host::server::{Event, Events, Server, ServerSetting};
/// use kubeproof_emulator::providers::ucs::Ucs;
/// # use tokio::io::AsyncWriteExt as _;
///
/// let events = Events::default();
/// let mut following = events.follow();
/// let setting = ServerSetting { events, ..ServerSetting::default() };
/// let server = Server::start(vec![Session::new::<Ucs>(Default::default())], setting).await.unwrap();
/// # let address = server.base_url("ucs").unwrap().replace("http://", "");
/// # let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
/// # client.write_all(b"GET /?access_token=abc HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
/// // … a client asks …
/// let Some(Ok(event)) = following.next().await else { panic!() };
/// let Event::Exchange(exchange) = &*event else { panic!() };
/// assert_eq!((exchange.status, exchange.verdict), (404, "refused"));
/// assert_eq!(exchange.target, "/?access_token=<redacted>");
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Arc<Event>>);

/// Something that happened at a server. Holds no secret.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A request was answered, or fell to a fault.
    Exchange(ExchangeEvent),
    /// A connection ended. One that has given way among the [`Connections`](super::Connections) that are kept ends without
    /// a word.
    Connection(Connection),
}

/// An exchange without header fields and bodies, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeEvent {
    /// Its place among all exchanges of the server, from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// The connection that it came on, from 1.
    pub connection: Option<u64>,
    /// Who was asked; `None` when it was no provider.
    pub provider: Option<&'static str>,
    /// Whether it reached the second origin.
    pub elsewhere: bool,
    /// The method.
    pub method: String,
    /// Path and query, percent-encoded.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
    /// What was decided.
    pub verdict: &'static str,
    /// The clause that decided.
    pub clause: &'static str,
    /// Why, and what to change.
    pub explanation: String,
    /// What else was wrong with the request, each after its clause.
    pub complaints: Vec<String>,
    /// What was done to the connection.
    pub fault: Option<String>,
    /// How long the body of the request was, in bytes.
    pub request_bytes: usize,
    /// How long the body of the answer was, in bytes.
    pub reply_bytes: usize,
}

/// Follows the [`Events`] of a server, from where [`Events::follow`] was called.
#[derive(Debug)]
pub struct Following(broadcast::Receiver<Arc<Event>>);

/// So many events went by before they were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed(pub u64);

impl Events {
    /// How many events wait for whoever is slow.
    pub const CAPACITY: usize = 1024;

    /// Follows them from now on.
    pub fn follow(&self) -> Following {
        Following(self.0.subscribe())
    }

    /// Tells of the newest exchange of a session.
    pub(super) fn exchanged(&self, session: &Session) {
        if !self.is_followed() {
            return;
        }
        if let Some(exchange) = session.journal().newest() {
            // The path of an answer was one of a cluster. To look for every secret that was issued takes its time.
            let is_plain = exchange.reply.decision.verdict == Verdict::Answered && exchange.request.query.is_none();
            let redactor = if is_plain { Redactor::default() } else { session.redactor() };
            self.tell(Event::Exchange(ExchangeEvent::new(exchange, Some(session.provider()), &redactor)));
        }
    }

    /// Tells of an exchange that is no session's.
    pub(super) fn exchanged_with_nobody(&self, exchange: &Exchange, elsewhere: bool, redactor: &Redactor) {
        let event = ExchangeEvent::new(exchange, None, redactor);
        self.tell(Event::Exchange(ExchangeEvent { elsewhere, ..event }));
    }

    /// Tells that a connection ended.
    pub(super) fn ended(&self, connection: &Connection) {
        if self.is_followed() {
            self.tell(Event::Connection(connection.clone()));
        }
    }

    /// Whether anybody follows them.
    pub(super) fn is_followed(&self) -> bool {
        self.0.receiver_count() > 0
    }

    fn tell(&self, event: Event) {
        // Nobody follows any more, then.
        let _ = self.0.send(Arc::new(event));
    }
}

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(Self::CAPACITY))
    }
}

impl ExchangeEvent {
    fn new(exchange: &Exchange, provider: Option<&'static str>, redactor: &Redactor) -> Self {
        let Exchange { number, at, connection, request, reply, fault, body_bytes } = exchange;
        let complaint =
            |complaint: &crate::Complaint| format!("{}: {}", complaint.clause, redactor.text(&complaint.explanation));
        Self {
            number: *number,
            at: *at,
            connection: *connection,
            provider,
            elsewhere: false,
            method: redactor.text(request.method.as_str()),
            target: redactor.text(&request.target()),
            status: reply.status.as_u16(),
            verdict: reply.decision.verdict.name(),
            clause: reply.decision.clause,
            explanation: redactor.text(&reply.decision.explanation),
            complaints: reply.complaints.iter().map(complaint).collect(),
            fault: fault.map(|harm| harm.explanation()),
            request_bytes: body_bytes.request,
            reply_bytes: body_bytes.reply,
        }
    }
}

impl Following {
    /// The next event, or how many were missed before it; `None` when the server is gone.
    pub async fn next(&mut self) -> Option<Result<Arc<Event>, Missed>> {
        match self.0.recv().await {
            Ok(event) => Some(Ok(event)),
            Err(RecvError::Lagged(missed)) => Some(Err(Missed(missed))),
            Err(RecvError::Closed) => None,
        }
    }

    /// The same without waiting; `None` when nothing has happened.
    pub fn try_next(&mut self) -> Option<Result<Arc<Event>, Missed>> {
        match self.0.try_recv() {
            Ok(event) => Some(Ok(event)),
            Err(TryRecvError::Lagged(missed)) => Some(Err(Missed(missed))),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::digitalocean::{DigitalOcean, World};
    use crate::{Request, Setting};

    fn session(token: &str) -> Session {
        let world = World { api_tokens: vec![token.to_owned()], ..World::default() };
        Session::new::<DigitalOcean>(Setting { world, ..Setting::default() })
    }

    fn exchanged(following: &mut Following) -> ExchangeEvent {
        match following.try_next().unwrap().unwrap().as_ref() {
            Event::Exchange(exchange) => exchange.clone(),
            Event::Connection(_) => panic!("no connection ended"),
        }
    }

    #[test]
    fn no_event_holds_a_secret_of_the_world() {
        const SECRET: &str = "planted-secret";
        const PATH: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig";
        let (events, mut session) = (Events::default(), session(SECRET));
        let mut following = events.follow();
        for (target, authorized) in [
            (PATH.to_owned(), true),
            (format!("{PATH}?planted={SECRET}"), true),
            (format!("{PATH}?planted={SECRET}"), false),
            (format!("/v2/{SECRET}"), true),
        ] {
            let mut request = Request::get(&target);
            if authorized {
                request = request.with_header("authorization", &format!("Bearer {SECRET}"));
            }
            session.handle(request);
            events.exchanged(&session);
            let event = exchanged(&mut following);
            let text = serde_json::to_string(&event).unwrap();
            assert!(!text.contains(SECRET), "{text}");
            assert_eq!(event.verdict == "answered", authorized && target.starts_with(PATH), "{text}");
        }
    }

    #[test]
    fn who_is_slow_is_told_how_much_was_missed() {
        let (events, mut session) = (Events::default(), session("some-token"));
        let mut following = events.follow();
        session.handle(Request::get("/"));
        for _ in 0..Events::CAPACITY + 3 {
            events.exchanged(&session);
        }
        assert_eq!(following.try_next().unwrap().unwrap_err(), Missed(3));
        let mut rest = 0;
        while following.try_next().is_some() {
            rest += 1;
        }
        assert_eq!(rest, Events::CAPACITY);
        drop(following);
        // Nobody follows: nothing is told, and nothing is kept for who comes later.
        events.exchanged(&session);
        assert!(events.follow().try_next().is_none());
    }
}
