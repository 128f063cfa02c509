use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use crate::fault::CallHarm;
use crate::{Reply, Request};

/// What came in and what was answered, newest last; the oldest give way when it is full.
#[derive(Clone, Debug)]
pub struct Journal {
    exchanges: VecDeque<Exchange>,
    capacity: usize,
    numbers: Numbers,
    recorded: u64,
    last_number: u64,
}

/// Where journals take their numbers from: those that share it can be read together, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Numbers(Arc<AtomicU64>);

impl Numbers {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// The newest number; 0 when there was none. Whoever locks a journal after asking for it finds every exchange up to it.
    pub fn last(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One request and its reply, unredacted: print it through a [`Redactor`](crate::Redactor).
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its place among all exchanges of the journals that share their [`Numbers`], from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// The connection that it came on, from 1; absent where the host cannot tell, or there is none.
    pub connection: Option<u64>,
    /// What came in.
    pub request: Request,
    /// What was answered, in common with whoever answers.
    pub reply: Arc<Reply>,
    /// What was done to the connection when it was answered.
    pub fault: Option<CallHarm>,
    /// How long the bodies were, in bytes; the exchange keeps at most [`Journal::LONGEST_BODY`] of each.
    pub body_bytes: Lengths,
}

/// How long the two bodies of an exchange were, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// The request's.
    pub request: usize,
    /// The reply's.
    pub reply: usize,
}

impl Exchange {
    /// An exchange that no journal has numbered yet.
    pub(crate) fn new(at: Timestamp, request: Request, reply: Arc<Reply>) -> Self {
        let body_bytes = Lengths { request: request.body.len(), reply: reply.body.len() };
        Self { number: 0, at, connection: None, request, reply, fault: None, body_bytes }
    }

    /// The same exchange, on this connection and with this fault.
    #[must_use]
    pub(crate) fn on(self, connection: Option<u64>, fault: Option<CallHarm>) -> Self {
        Self { connection, fault, ..self }
    }
}

impl Journal {
    /// How many exchanges a journal keeps unless told otherwise.
    pub const DEFAULT_CAPACITY: usize = 1024;

    /// How much of a body a journal keeps, in bytes.
    pub const LONGEST_BODY: usize = 1 << 20;

    /// An empty journal that keeps the last `capacity` exchanges.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { exchanges: VecDeque::new(), capacity, numbers: Numbers::default(), recorded: 0, last_number: 0 }
    }

    /// The same journal, taking its numbers from there.
    #[must_use]
    pub fn numbered_by(self, numbers: Numbers) -> Self {
        // What was recorded before is older than what follows.
        numbers.0.fetch_max(self.last_number, Ordering::Relaxed);
        Self { numbers, ..self }
    }

    /// Adds an exchange and numbers it. Gives back the one that gives way for it.
    pub fn record(&mut self, mut exchange: Exchange) -> Option<Exchange> {
        self.recorded = self.recorded.saturating_add(1);
        exchange.number = self.numbers.next();
        self.last_number = exchange.number;
        exchange.request.body.truncate(Self::LONGEST_BODY);
        exchange.request.body.shrink_to_fit();
        // A part would keep the whole: what is longer is copied.
        if exchange.reply.body.len() > Self::LONGEST_BODY {
            let reply = Arc::make_mut(&mut exchange.reply);
            reply.body = reply.body.iter().copied().take(Self::LONGEST_BODY).collect();
        }
        let gone = if self.exchanges.len() >= self.capacity.max(1) { self.exchanges.pop_front() } else { None };
        self.exchanges.push_back(exchange);
        gone
    }

    /// The exchanges that are still kept, oldest first.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// The newest exchange.
    pub fn newest(&self) -> Option<&Exchange> {
        self.exchanges.back()
    }

    /// How many exchanges were ever recorded.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    /// The number of the newest exchange; 0 when there was none.
    pub fn last_number(&self) -> u64 {
        self.last_number
    }

    /// How many exchanges are kept at the most.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets every exchange. Numbers go on.
    pub fn clear(&mut self) {
        self.exchanges.clear();
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    fn exchange(body: usize) -> Exchange {
        let reply = Reply::answer("ucs.x", http::StatusCode::OK, "").with_body("text/plain", vec![b'x'; body]);
        Exchange::new(EPOCH, Request::get("/"), reply.into())
    }

    #[test]
    fn the_oldest_give_way_and_numbers_go_on() {
        let mut journal = Journal::with_capacity(2);
        let gone: Vec<_> = (0..3).map(|_| journal.record(exchange(0)).map(|exchange| exchange.number)).collect();
        assert_eq!(gone, [None, None, Some(1)]);
        assert_eq!(journal.exchanges().map(|exchange| exchange.number).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(journal.recorded(), 3);
        assert_eq!((journal.newest().map(|exchange| exchange.number), journal.capacity()), (Some(3), 2));
        journal.clear();
        assert!(journal.exchanges().next().is_none() && journal.newest().is_none());
        journal.record(exchange(0));
        assert_eq!((journal.recorded(), journal.last_number()), (4, 4));
    }

    #[test]
    fn what_was_recorded_before_has_a_lower_number_than_what_follows() {
        let mut journal = Journal::default();
        (0..3).for_each(|_| drop(journal.record(exchange(0))));
        let numbers = Numbers::default();
        let (mut journal, mut another) =
            (journal.numbered_by(numbers.clone()), Journal::default().numbered_by(numbers.clone()));
        another.record(exchange(0));
        journal.record(exchange(0));
        assert_eq!((another.last_number(), journal.last_number(), numbers.last()), (4, 5, 5));
    }

    #[test]
    fn long_bodies_are_cut_and_their_length_is_kept() {
        let mut journal = Journal::default();
        journal.record(exchange(Journal::LONGEST_BODY + 1));
        let kept = journal.exchanges().next().unwrap();
        assert_eq!(kept.reply.body.len(), Journal::LONGEST_BODY);
        assert_eq!(kept.body_bytes.reply, Journal::LONGEST_BODY + 1);
    }
}
