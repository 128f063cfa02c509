use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::watch;

use super::connections::Connections;
use super::door::Door;
use super::event::Events;
use super::setting::{Clock, Limits, ServerSetting, Sleep};
use super::tls::Certificates;
use crate::fault::ConnectionHarm;
use crate::host::dispatch::lock;
use crate::journal::Numbers;
use crate::{EPOCH, Exchange, Journal, Redactor, Session};

/// What all connections of a server share.
pub(super) struct Site {
    /// The provider of each session: to ask for it, a session need not be locked.
    pub(super) providers: Vec<&'static str>,
    pub(super) sessions: Vec<Arc<Mutex<Session>>>,
    pub(super) elsewhere: Mutex<Journal>,
    /// What was asked at a shared address and is for no provider.
    unclaimed: Mutex<Journal>,
    pub(super) events: Events,
    pub(super) connections: Mutex<Connections>,
    pub(super) certificates: Option<Certificates>,
    pub(super) limits: Limits,
    pub(super) sleep: Sleep,
    clock: Option<Clock>,
    panics: AtomicU64,
    faults: watch::Sender<()>,
    stopping: watch::Sender<bool>,
}

impl Site {
    pub(super) fn new(
        sessions: Vec<Arc<Mutex<Session>>>,
        certificates: Option<Certificates>,
        setting: &ServerSetting,
        numbers: Numbers,
    ) -> Self {
        Self {
            providers: sessions.iter().map(|session| lock(session).provider()).collect(),
            sessions,
            elsewhere: Mutex::new(Journal::default().numbered_by(numbers.clone())),
            unclaimed: Mutex::new(Journal::default().numbered_by(numbers)),
            events: setting.events.clone(),
            connections: Mutex::default(),
            certificates,
            limits: setting.limits,
            sleep: setting.sleep.clone(),
            clock: setting.clock.clone(),
            panics: AtomicU64::new(0),
            faults: watch::Sender::new(()),
            stopping: watch::Sender::new(false),
        }
    }

    /// Where the session of a provider stands.
    pub(super) fn position(&self, provider: &str) -> Option<usize> {
        self.providers.iter().position(|known| *known == provider)
    }

    pub(super) fn session(&self, provider: &str) -> Option<&Arc<Mutex<Session>>> {
        self.sessions.get(self.position(provider)?)
    }

    /// The sessions behind a door.
    pub(super) fn behind<'a>(&'a self, door: &'a Door) -> impl Iterator<Item = &'a Mutex<Session>> {
        door.sessions().filter_map(|at| self.sessions.get(at)).map(Arc::as_ref)
    }

    /// Whether nobody should listen at a door.
    pub(super) fn refuses(&self, door: &Door) -> bool {
        self.behind(door).any(|session| lock(session).faults().refuse())
    }

    /// Whether any fault is armed behind a door.
    pub(super) fn is_faulty(&self, door: &Door) -> bool {
        self.behind(door).any(|session| !lock(session).faults().armed().is_empty())
    }

    /// Counts a connection at a door, and says what is done to it.
    pub(super) fn connect(&self, door: &Door) -> Option<ConnectionHarm> {
        let mut due = None;
        for session in self.behind(door) {
            let harm = lock(session).connect();
            due = due.or(harm);
        }
        due
    }

    /// Records what reached the second origin.
    pub(super) fn record_elsewhere(&self, exchange: Exchange) {
        self.record(&self.elsewhere, exchange, true);
    }

    /// Records what is for no provider.
    pub(super) fn record_unclaimed(&self, exchange: Exchange) {
        self.record(&self.unclaimed, exchange, false);
    }

    fn record(&self, journal: &Mutex<Journal>, exchange: Exchange, elsewhere: bool) {
        // Before the journal is locked: whoever holds a session may ask for it.
        let redactor = self.events.is_followed().then(|| self.redactor());
        let mut journal = lock(journal);
        journal.record(exchange);
        if let (Some(exchange), Some(redactor)) = (journal.newest(), redactor) {
            self.events.exchanged_with_nobody(exchange, elsewhere, &redactor);
        }
    }

    /// A redactor that knows the secrets of every world.
    fn redactor(&self) -> Redactor {
        self.sessions.iter().fold(Redactor::default(), |redactor, session| redactor.joined(lock(session).redactor()))
    }

    /// What the clock says, when there is one.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        self.clock.as_ref().map(|clock| clock.0())
    }

    /// When something happened, for what belongs to no session.
    pub(super) fn now(&self) -> Timestamp {
        self.clock().unwrap_or(EPOCH)
    }

    pub(super) fn faults_changed(&self) {
        self.faults.send_replace(());
    }

    /// Changes when a fault was armed or disarmed.
    pub(super) fn faults(&self) -> watch::Receiver<()> {
        self.faults.subscribe()
    }

    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Turns true when the server stops.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    pub(super) fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}
