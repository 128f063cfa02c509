use std::collections::VecDeque;
use std::net::SocketAddr;

use jiff::Timestamp;
use serde::Serialize;

/// The connections that were made, newest last; the oldest give way.
///
/// They are counted apart from requests: a library that sends a request again by itself, on a new connection or on the
/// same, is seen to do so.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    kept: VecDeque<Connection>,
    made: u64,
}

/// A connection.
#[derive(Clone, Debug, Serialize)]
pub struct Connection {
    /// Its place among all connections of the server, from 1.
    pub number: u64,
    /// When it was made, by the host's clock.
    pub at: Timestamp,
    /// Who made it.
    pub peer: SocketAddr,
    /// What it led to.
    pub leads_to: Destination,
    /// What is spoken, once that is known: `http/1.1` or `h2`, after `tls` where there is any.
    pub protocol: Option<&'static str>,
    /// How many requests came on it.
    pub requests: u64,
    /// How it ended; `None` while it lasts. Holds no secret.
    pub end: Option<String>,
    /// When it ended, by the host's clock.
    pub ended_at: Option<Timestamp>,
}

/// What a [`Connection`] leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// The providers that are at its port.
    Providers,
    /// The stub Kubernetes API of the clusters of this provider.
    Api(&'static str),
    /// The second origin.
    Elsewhere,
}

impl Connections {
    /// How many connections are kept.
    pub const CAPACITY: usize = 1024;

    /// Stands for a connection that is not entered: one to the admin API.
    pub(super) const UNCOUNTED: u64 = 0;

    /// Those that are kept, oldest first.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = &Connection> {
        self.kept.iter()
    }

    /// How many were ever made.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Enters a connection, and gives its number.
    pub(super) fn enter(&mut self, at: Timestamp, peer: SocketAddr, leads_to: Destination) -> u64 {
        self.made = self.made.saturating_add(1);
        while self.kept.len() >= Self::CAPACITY {
            self.kept.pop_front();
        }
        let number = self.made;
        self.kept.push_back(Connection {
            number,
            at,
            peer,
            leads_to,
            protocol: None,
            requests: 0,
            end: None,
            ended_at: None,
        });
        number
    }

    /// A connection, unless it has given way.
    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Connection> {
        let place = self.kept.binary_search_by_key(&number, |connection| connection.number).ok()?;
        self.kept.get_mut(place)
    }

    /// Forgets those that have ended. Numbers go on.
    pub(super) fn forget_ended(&mut self) {
        self.kept.retain(|connection| connection.end.is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    #[test]
    fn the_oldest_give_way_and_numbers_go_on() {
        let mut connections = Connections::default();
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        for _ in 0..=Connections::CAPACITY {
            connections.enter(EPOCH, peer, Destination::Providers);
        }
        assert_eq!(connections.made(), 1025);
        assert_eq!(connections.kept().count(), Connections::CAPACITY);
        assert!(connections.get_mut(1).is_none());
        assert_eq!(connections.get_mut(2).unwrap().number, 2);
        assert_eq!(connections.get_mut(1025).unwrap().number, 1025);
        assert!(connections.get_mut(1026).is_none());
    }

    #[test]
    fn those_that_last_are_not_forgotten() {
        let mut connections = Connections::default();
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        for _ in 0..4 {
            connections.enter(EPOCH, peer, Destination::Providers);
        }
        for ended in [1, 3] {
            connections.get_mut(ended).unwrap().end = Some("closed".to_owned());
        }
        connections.forget_ended();
        assert_eq!(connections.kept().map(|connection| connection.number).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(connections.get_mut(4).unwrap().number, 4);
        assert!(connections.get_mut(3).is_none());
        assert_eq!(connections.enter(EPOCH, peer, Destination::Providers), 5);
        assert_eq!(connections.get_mut(5).unwrap().number, 5);
    }
}
