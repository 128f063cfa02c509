use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};

use super::connection;
use super::connections::Connections;
use super::door::Door;
use super::site::Site;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// How long to wait where the system gives no connection.
const RETRY: Duration = Duration::from_millis(20);

/// A port that is held: as long as nobody listens, connections to it are refused.
pub(super) struct Listener {
    socket: TcpSocket,
    address: SocketAddr,
    door: Door,
}

impl Listener {
    /// Takes a port, without listening yet. An error says which.
    pub(super) fn bind(address: SocketAddr, door: Door) -> io::Result<Self> {
        let socket = bound(address).map_err(|error| at(address, error))?;
        Ok(Self { address: socket.local_addr()?, socket, door })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to listen, unless a fault is armed that refuses connections.
    pub(super) fn open(self, site: &Site) -> io::Result<Listening> {
        let Self { socket, address, door } = self;
        let state = if site.refuses(&door) {
            drop(socket);
            State::Refusing(held(address).map_err(|error| at(address, error))?)
        } else {
            State::Open(socket.listen(BACKLOG).map_err(|error| at(address, error))?)
        };
        let places = Arc::new(Semaphore::new(site.limits.connections));
        Ok(Listening { state, address, door, places })
    }
}

/// A listener at work.
pub(super) struct Listening {
    state: State,
    address: SocketAddr,
    door: Door,
    /// For how many connections at once there is a place.
    places: Arc<Semaphore>,
}

enum State {
    Open(TcpListener),
    /// Bound without listening: the system refuses connections, and nobody else gets the port.
    Refusing(#[expect(dead_code, reason = "held for its port")] TcpSocket),
    /// Between the two.
    Closed,
}

impl Listening {
    /// Accepts connections until the server stops, then waits for those that are left.
    pub(super) async fn run(mut self, site: Arc<Site>) {
        let mut stopping = site.stopping();
        let mut faults = site.faults();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stops| *stops) => break,
                _ = faults.changed() => self.heed(&site),
                // Somebody else has the port: it is taken back as soon as it is free.
                () = lost(&self.state, &site) => self.heed(&site),
                Some(ended) = connections.join_next(), if !connections.is_empty() => note_panic(&site, &ended),
                (place, stream, peer) = accept(&self.state, &self.places, &site) => {
                    let enter = |leads_to| super::lock(&site.connections).enter(site.now(), peer, leads_to);
                    let number = match site.destination(&self.door) {
                        Some(leads_to) => enter(leads_to),
                        None => Connections::UNCOUNTED,
                    };
                    let serving = connection::serve(Arc::clone(&site), self.door.clone(), stream, number);
                    connections.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
            }
        }
        drop(self.state);
        while let Some(ended) = connections.join_next().await {
            note_panic(&site, &ended);
        }
    }

    /// Opens or closes the port, as the faults that are armed want it.
    fn heed(&mut self, site: &Site) {
        let refuses = site.refuses(&self.door);
        match (refuses, &self.state) {
            (true, State::Refusing(_)) | (false, State::Open(_)) => return,
            _ => {}
        }
        // The port is free for the moment that it takes to bind it again.
        self.state = State::Closed;
        let state = if refuses {
            held(self.address).map(State::Refusing)
        } else {
            bound(self.address).and_then(|socket| socket.listen(BACKLOG)).map(State::Open)
        };
        self.state = state.unwrap_or(State::Closed);
    }
}

/// Ends a while after the port was lost; never while it is had.
async fn lost(state: &State, site: &Site) {
    match state {
        State::Closed => (site.sleep.0)(RETRY).await,
        State::Open(_) | State::Refusing(_) => std::future::pending().await,
    }
}

/// The next connection for which there is a place; never while nobody listens.
async fn accept(state: &State, places: &Arc<Semaphore>, site: &Site) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    let State::Open(listener) = state else { return std::future::pending().await };
    loop {
        // Nobody closes the semaphore.
        if let Ok(place) = Arc::clone(places).acquire_owned().await
            && let Ok((stream, peer)) = listener.accept().await
        {
            return (place, stream, peer);
        }
        // Out of descriptors, say: one may be free in a moment.
        (site.sleep.0)(RETRY).await;
    }
}

fn note_panic(site: &Site, ended: &Result<(), JoinError>) {
    if ended.as_ref().is_err_and(JoinError::is_panic) {
        site.panicked();
    }
}

/// Why an address cannot be listened at: the source of the [`io::Error`] with which a server does not start.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {source}")]
pub struct CannotListen {
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// The same error, saying where.
fn at(address: SocketAddr, source: io::Error) -> io::Error {
    io::Error::new(source.kind(), CannotListen { address, source })
}

/// A socket that can listen at a port that a closed connection still lingers at, and at none that somebody listens at.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = socket_for(address)?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// A socket that keeps others from listening at a port. Where a closed connection still lingers there, the system lets
/// no such socket have it; one that others can share it with is the next best.
fn held(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = socket_for(address)?;
    #[cfg(unix)]
    socket.set_reuseaddr(false)?;
    if socket.bind(address).is_ok() { Ok(socket) } else { bound(address) }
}

fn socket_for(address: SocketAddr) -> io::Result<TcpSocket> {
    if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}
