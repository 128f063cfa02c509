use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use jiff::Timestamp;
use tokio::sync::watch;

use super::admin::Desk;
use super::connections::{Connections, Destination};
use super::door::Door;
use super::event::Events;
use super::row::{Origin, Row, Source};
use super::setting::{Clock, Limits, ServerSetting, Sleep};
use super::tls::Certificates;
use crate::fault::ConnectionHarm;
use crate::host::dispatch::lock;
use crate::journal::Numbers;
use crate::{EPOCH, Exchange, Journal, Redactor, Session, Verdict};

/// What all connections of a server share.
pub(super) struct Site {
    /// The provider of each session: to ask for it, a session need not be locked.
    pub(super) providers: Vec<&'static str>,
    pub(super) sessions: Vec<Arc<Mutex<Session>>>,
    pub(super) elsewhere: Mutex<Journal>,
    /// What was asked at a shared address and is for no provider.
    pub(super) unclaimed: Mutex<Journal>,
    pub(super) events: Events,
    pub(super) connections: Mutex<Connections>,
    pub(super) certificates: Option<Certificates>,
    /// What the certificates of this server are for.
    pub(super) names: Vec<String>,
    pub(super) limits: Limits,
    pub(super) sleep: Sleep,
    /// What the journals of this server take their numbers from.
    pub(super) numbers: Numbers,
    /// The admin API, when there is one: it is told where everything listens.
    pub(super) desk: OnceLock<Desk>,
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
            unclaimed: Mutex::new(Journal::default().numbered_by(numbers.clone())),
            events: setting.events.clone(),
            connections: Mutex::default(),
            certificates,
            names: setting.names(),
            limits: setting.limits,
            sleep: setting.sleep.clone(),
            numbers,
            desk: OnceLock::new(),
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

    /// A session, locked, that knows what time it is.
    pub(super) fn told_the_time<'a>(&self, session: &'a Mutex<Session>) -> MutexGuard<'a, Session> {
        let mut session = lock(session);
        if let Some(clock) = self.clock() {
            session.tick(clock);
        }
        session
    }

    /// The sessions behind a door.
    pub(super) fn behind<'a>(&'a self, door: &'a Door) -> impl Iterator<Item = &'a Mutex<Session>> {
        door.sessions().filter_map(|at| self.sessions.get(at)).map(Arc::as_ref)
    }

    /// What a door leads to.
    pub(super) fn destination(&self, door: &Door) -> Option<Destination> {
        match door {
            Door::Providers(_) => Some(Destination::Providers),
            Door::Api(at) => self.sessions.get(*at).map(|session| Destination::Api(lock(session).provider())),
            Door::Elsewhere => Some(Destination::Elsewhere),
            Door::Admin => None,
        }
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
        let exchange = self.recorded(&mut lock(&self.elsewhere), exchange);
        self.tell(Source { origin: Origin::Elsewhere, provider: None }, exchange);
    }

    /// Records what is for no provider.
    pub(super) fn record_unclaimed(&self, exchange: Exchange) {
        let exchange = self.recorded(&mut lock(&self.unclaimed), exchange);
        self.tell(Source { origin: Origin::Unclaimed, provider: None }, exchange);
    }

    fn recorded(&self, journal: &mut Journal, exchange: Exchange) -> Option<Exchange> {
        journal.record(exchange);
        self.to_tell(journal)
    }

    /// The newest exchange of a journal, if anybody wants to be told of it.
    pub(super) fn to_tell(&self, journal: &Journal) -> Option<Exchange> {
        if self.events.is_followed() { journal.newest().cloned() } else { None }
    }

    /// Tells of an exchange. No session may be locked: a request may hold the secret of any of them.
    pub(super) fn tell(&self, source: Source, exchange: Option<Exchange>) {
        let Some(exchange) = exchange else { return };
        // The path of a session's answer is one of its own. To look for every secret that was issued takes its time.
        let is_plain = source.provider.is_some()
            && exchange.reply.decision.verdict == Verdict::Answered
            && exchange.reply.complaints.is_empty()
            && exchange.request.query.is_none();
        let redactor = if is_plain { Redactor::default() } else { self.redactor() };
        self.events.exchanged(Row::of(source, &exchange, &redactor));
    }

    /// A redactor that knows the secrets of every world: a caller may send one provider's secret to another.
    pub(super) fn redactor(&self) -> Redactor {
        self.sessions.iter().fold(Redactor::default(), |all, session| all.with(lock(session).redactor()))
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
