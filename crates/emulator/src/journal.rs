use std::collections::VecDeque;

use jiff::Timestamp;

use crate::{Reply, Request};

/// What came in and what was answered, newest last; the oldest give way when it is full.
#[derive(Clone, Debug)]
pub struct Journal {
    exchanges: VecDeque<Exchange>,
    capacity: usize,
    recorded: u64,
}

/// One request and its reply, unredacted: print it through a [`Redactor`](crate::Redactor).
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its place among all exchanges, from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// What came in.
    pub request: Request,
    /// What was answered.
    pub reply: Reply,
}

impl Journal {
    /// How many exchanges a journal keeps unless told otherwise.
    pub const DEFAULT_CAPACITY: usize = 1024;

    /// An empty journal that keeps the last `capacity` exchanges.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { exchanges: VecDeque::new(), capacity, recorded: 0 }
    }

    /// Adds an exchange and numbers it.
    pub fn record(&mut self, mut exchange: Exchange) {
        self.recorded = self.recorded.saturating_add(1);
        exchange.number = self.recorded;
        while self.exchanges.len() >= self.capacity.max(1) {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(exchange);
    }

    /// The exchanges that are still kept, oldest first.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// How many exchanges were ever recorded.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}
