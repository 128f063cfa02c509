use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::answer::Answer;
use super::guard::Changing;
use super::problem::Problem;
use super::query::Query;
use super::world::each_session;
use crate::fault::Armed;
use crate::host::dispatch::lock;
use crate::host::server::connections::Connection;
use crate::host::server::site::Site;
use crate::{DURATION_FORMS, Journal, Session, parse_duration};

/// How the server is.
#[derive(Debug, Serialize)]
pub(super) struct State {
    version: &'static str,
    pub(super) admin_url: String,
    pub(super) providers: Vec<ProviderState>,
    elsewhere: Elsewhere,
    /// Requests at a shared address that were for no provider.
    unclaimed: Counts,
    connections: Connected,
    /// A bug of this crate, each.
    panics: u64,
    /// How often exchanges were forgotten: whoever shows some has to begin anew.
    forgotten: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct ProviderState {
    pub(super) provider: &'static str,
    base_url: String,
    /// Where the Kubernetes API is that its answers lead to.
    api_url: Option<String>,
    edition: String,
    pub(super) clock: Timestamp,
    operations: &'static [&'static str],
    faults: Vec<Armed>,
    exchanges: Counts,
}

/// How many exchanges there were, and how many of them are still in the journal.
#[derive(Debug, Serialize)]
struct Counts {
    recorded: u64,
    kept: usize,
}

#[derive(Debug, Serialize)]
struct Elsewhere {
    url: String,
    exchanges: Counts,
}

#[derive(Debug, Serialize)]
struct Connected {
    made: u64,
    open: usize,
}

impl State {
    pub(super) fn of(site: &Site, desk: &Desk) -> Self {
        let provider = |session, base_url: &String| {
            let session = site.told_the_time(session);
            ProviderState {
                provider: session.provider(),
                base_url: base_url.clone(),
                api_url: session.api().map(|api| api.url().to_owned()),
                edition: session.edition().to_string(),
                clock: session.now(),
                operations: session.operations(),
                faults: session.faults().armed().to_vec(),
                exchanges: Counts::of(session.journal()),
            }
        };
        let connections = lock(&site.connections);
        let connected = Connected {
            made: connections.made(),
            open: connections.kept().filter(|connection| connection.end.is_none()).count(),
        };
        drop(connections);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            admin_url: desk.own_url.clone(),
            providers: site.sessions.iter().zip(&desk.base_urls).map(|(session, url)| provider(session, url)).collect(),
            elsewhere: Elsewhere { url: desk.elsewhere_url.clone(), exchanges: Counts::of(&lock(&site.elsewhere)) },
            unclaimed: Counts::of(&lock(&site.unclaimed)),
            connections: connected,
            panics: site.panics(),
            forgotten: desk.forgotten.load(Ordering::Relaxed),
        }
    }
}

impl Counts {
    fn of(journal: &Journal) -> Self {
        Self { recorded: journal.recorded(), kept: journal.exchanges().count() }
    }
}

/// The connections of providers' ports and of the second origin.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    made: u64,
    pub(super) connections: Vec<Connection>,
}

impl Made {
    pub(super) fn of(site: &Site) -> Self {
        let connections = lock(&site.connections);
        Self { made: connections.made(), connections: connections.kept().cloned().collect() }
    }
}

/// What the emulators' clocks say.
#[derive(Debug, Serialize)]
pub(super) struct Clocks {
    clocks: Vec<ClockState>,
}

#[derive(Debug, Serialize)]
struct ClockState {
    provider: &'static str,
    now: Timestamp,
}

impl Clocks {
    pub(super) fn of(site: &Site) -> Self {
        let clock = |session: &Arc<Mutex<Session>>| {
            let session = site.told_the_time(session);
            ClockState { provider: session.provider(), now: session.now() }
        };
        Self { clocks: site.sessions.iter().map(clock).collect() }
    }
}

/// Moves all clocks forward.
pub(super) fn advance(site: &Site, request: &Changing<'_>) -> Result<Answer, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an object with `by`")]
    struct Advance {
        by: String,
    }
    /// What a clock cannot show is refused: to show less would go unnoticed.
    fn is_shown(site: &Site, by: SignedDuration) -> bool {
        site.sessions.iter().all(|session| site.told_the_time(session).now().checked_add(by).is_ok())
    }
    Query::none(request.request())?;
    let remedy = format!("send {{\"by\": \"1h\"}}: {DURATION_FORMS}");
    let Advance { by } = request.json(&remedy)?;
    let duration =
        parse_duration(&by).ok_or_else(|| Problem::bad_request(format!("`{by}` is no span of time"), remedy))?;
    if !is_shown(site, duration) {
        let message = format!("`{by}` from now is later than any clock can show");
        return Err(Problem::bad_request(
            message,
            "advance by less, or send `reset` first, which sets the clocks back",
        ));
    }
    each_session(site, None, |session: &mut Session| session.advance(duration));
    Answer::json(&Clocks::of(site))
}
