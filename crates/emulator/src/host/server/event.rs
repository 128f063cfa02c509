use std::sync::Arc;

use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::connections::Connection;
use super::row::Row;

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
/// assert_eq!((exchange.status, exchange.verdict), (Some(404), "refused"));
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
    Exchange(Row),
    /// A connection ended. One that has given way among the [`Connections`](super::Connections) that are kept ends without
    /// a word.
    Connection(Connection),
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

    /// Tells of an exchange.
    pub(super) fn exchanged(&self, row: Row) {
        self.tell(Event::Exchange(row));
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
    use std::net::SocketAddr;

    use super::super::connections::Destination;
    use super::*;
    use crate::EPOCH;

    #[test]
    fn who_is_slow_is_told_how_much_was_missed() {
        let events = Events::default();
        let mut following = events.follow();
        let connection = Connection {
            number: 1,
            at: EPOCH,
            peer: SocketAddr::from(([127, 0, 0, 1], 1)),
            leads_to: Destination::Providers,
            protocol: None,
            requests: 0,
            end: None,
            ended_at: None,
        };
        for _ in 0..Events::CAPACITY + 3 {
            events.ended(&connection);
        }
        assert_eq!(following.try_next().unwrap().unwrap_err(), Missed(3));
        let mut rest = 0;
        while following.try_next().is_some() {
            rest += 1;
        }
        assert_eq!(rest, Events::CAPACITY);
        drop(following);
        // Nobody follows: nothing is told, and nothing is kept for who comes later.
        events.ended(&connection);
        assert!(events.follow().try_next().is_none());
    }
}
