use std::sync::Mutex;

use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::exchange::Whole;
use super::guard::Changing;
use super::problem::Problem;
use super::query::Query;
use super::{Desk, world};
use crate::host::dispatch::lock;
use crate::host::server::row::{Origin, Row, Source};
use crate::host::server::site::Site;
use crate::{Exchange, Journal, Request, Session, Verdict};

/// Which exchanges are wanted.
#[derive(Debug, Default)]
pub(super) struct Selection {
    provider: Option<&'static str>,
    after: Option<u64>,
    limit: usize,
    verdict: Option<Verdict>,
    clause: Option<String>,
    status: Option<Statuses>,
    connection: Option<u64>,
}

/// Some statuses.
#[derive(Clone, Copy, Debug)]
enum Statuses {
    One(u16),
    /// All that begin with this digit.
    Class(u16),
}

/// Exchanges, newest last.
#[derive(Debug, Serialize)]
pub(super) struct Listing<T> {
    pub(super) exchanges: Vec<T>,
    /// Whether there are more: newer ones when `after` was given, older ones otherwise.
    pub(super) more: bool,
    /// What `after` has to be to go on from here.
    pub(super) next_after: u64,
}

/// The parameters that select exchanges.
pub(super) const PARAMETERS: [&str; 7] = ["provider", "after", "limit", "verdict", "clause", "status", "connection"];

/// How many exchanges are listed at the most.
const LARGEST_LIMIT: usize = 1000;

impl Selection {
    /// What a query selects; `limit` of them unless it says otherwise.
    pub(super) fn of(site: &Site, query: &Query, limit: usize) -> Result<Self, Problem> {
        let limit = query.number("limit")?.unwrap_or(limit);
        if !(1..=LARGEST_LIMIT).contains(&limit) {
            return Err(Problem::bad_request(
                format!("`limit` is {limit}"),
                format!("send one from 1 to {LARGEST_LIMIT}"),
            ));
        }
        Ok(Self {
            provider: query.get("provider").map(|name| world::name(site, name)).transpose()?,
            after: query.number("after")?,
            limit,
            verdict: query.get("verdict").map(verdict).transpose()?,
            clause: query.get("clause").map(str::to_owned),
            status: query.get("status").map(statuses).transpose()?,
            connection: query.number("connection")?,
        })
    }

    /// Those that follow an exchange.
    fn takes(&self, exchange: &Exchange) -> bool {
        let reply = &exchange.reply;
        let is_of = |clause: &str, wanted: &str| {
            clause.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let has_clause = |wanted: &String| {
            is_of(reply.decision.clause, wanted) || reply.complaints.iter().any(|one| is_of(one.clause, wanted))
        };
        self.after.is_none_or(|after| exchange.number > after)
            && self.verdict.is_none_or(|verdict| reply.decision.verdict == verdict)
            && self.clause.as_ref().is_none_or(has_clause)
            && self.status.is_none_or(|statuses| statuses.include(reply.status))
            && self.connection.is_none_or(|connection| exchange.connection == Some(connection))
    }

    /// Takes what is wanted out of all journals, in the order of arrival.
    pub(super) fn list<T>(&self, site: &Site, shown: impl Fn(Source, &Exchange) -> T) -> Listing<T> {
        // Before any journal is looked at: what comes meanwhile is for the next time, lest an older one be missed.
        let newest = site.numbers.last();
        // One more than wanted tells whether there are more.
        let wanted = self.limit.saturating_add(1);
        let mut found = Vec::new();
        each_journal(site, self.provider, |source, journal| {
            let fitting = journal.exchanges().filter(|exchange| exchange.number <= newest && self.takes(exchange));
            let entry = |exchange: &Exchange| (exchange.number, shown(source, exchange));
            match self.after {
                Some(_) => found.extend(fitting.take(wanted).map(entry)),
                None => found.extend(fitting.rev().take(wanted).map(entry)),
            }
        });
        found.sort_by_key(|(number, _)| *number);
        let surplus = found.len().saturating_sub(self.limit);
        let mut next_after = newest;
        match self.after {
            Some(_) => found.truncate(self.limit),
            None => drop(found.drain(..surplus)),
        }
        if let (Some(_), Some((last, _)), 1..) = (self.after, found.last(), surplus) {
            next_after = *last;
        }
        Listing { exchanges: found.into_iter().map(|(_, shown)| shown).collect(), more: surplus > 0, next_after }
    }
}

impl Statuses {
    fn include(self, status: StatusCode) -> bool {
        match self {
            Self::One(one) => status.as_u16() == one,
            Self::Class(class) => status.as_u16() / 100 == class,
        }
    }
}

fn verdict(name: &str) -> Result<Verdict, Problem> {
    Verdict::ALL.into_iter().find(|verdict| verdict.name() == name).ok_or_else(|| {
        let names = Verdict::ALL.map(Verdict::name).join(", ");
        Problem::bad_request(format!("there is no verdict `{name}`"), format!("use one of {names}"))
    })
}

fn statuses(text: &str) -> Result<Statuses, Problem> {
    let class = text.strip_suffix("xx").and_then(|digit| digit.parse().ok()).filter(|class| (1..=5).contains(class));
    let one = text.parse().ok().filter(|status| (100..=599).contains(status));
    class.map(Statuses::Class).or(one.map(Statuses::One)).ok_or_else(|| {
        Problem::bad_request(format!("`{text}` is no status"), "send one as in `401`, or a class as in `4xx`")
    })
}

/// Shows each journal that may hold what is wanted: that of the provider, or all.
fn each_journal(site: &Site, provider: Option<&str>, mut look: impl FnMut(Source, &Journal)) {
    for session in &site.sessions {
        let session = lock(session);
        let name = session.provider();
        if provider.is_none_or(|wanted| wanted == name) {
            look(Source { origin: Origin::Provider, provider: Some(name) }, session.journal());
            look(Source { origin: Origin::Kubernetes, provider: Some(name) }, session.api_journal());
        }
    }
    if provider.is_none() {
        look(Source { origin: Origin::Unclaimed, provider: None }, &lock(&site.unclaimed));
        look(Source { origin: Origin::Elsewhere, provider: None }, &lock(&site.elsewhere));
    }
}

/// How many exchanges are listed unless a query says otherwise.
const USUAL_LIMIT: usize = 100;

pub(super) fn list(site: &Site, request: &Request) -> Result<Answer, Problem> {
    let selection = Selection::of(site, &Query::of(request, &PARAMETERS)?, USUAL_LIMIT)?;
    let redactor = site.redactor();
    Answer::json(&selection.list(site, |source, exchange| Row::of(source, exchange, &redactor)))
}

pub(super) fn one(site: &Site, number: u64) -> Result<Answer, Problem> {
    let redactor = site.redactor();
    let mut found = None;
    each_journal(site, None, |source, journal| {
        if let Some(exchange) = journal.exchanges().find(|exchange| exchange.number == number) {
            found = Some(Whole::of(source, exchange, &redactor, Journal::LONGEST_BODY));
        }
    });
    let found = found.ok_or_else(|| {
        Problem::not_found(
            format!("no exchange has the number {number}"),
            "ask for one that is in /_kubeproof/journal: the oldest give way, and a reset forgets them",
        )
    })?;
    Answer::json(&found)
}

pub(super) fn elsewhere(site: &Site, url: &str) -> Result<Answer, Problem> {
    let redactor = site.redactor();
    let source = Source { origin: Origin::Elsewhere, provider: None };
    let journal = lock(&site.elsewhere);
    let rows: Vec<Row> = journal.exchanges().map(|exchange| Row::of(source, exchange, &redactor)).collect();
    drop(journal);
    Answer::json(&json!({"url": url, "exchanges": rows}))
}

/// Forgets the exchanges of a provider, or all.
pub(super) fn clear(desk: &Desk, site: &Site, request: &Changing<'_>) -> Result<Answer, Problem> {
    let query = Query::of(request.request(), &["provider"])?;
    let provider = query.get("provider").map(|name| world::name(site, name)).transpose()?;
    let cleared = world::each_session(site, provider, Session::clear_journal);
    if provider.is_none() {
        clear_what_is_of_no_provider(site);
    }
    desk.forgot();
    Answer::json(&json!({"cleared": cleared}))
}

pub(super) fn clear_what_is_of_no_provider(site: &Site) {
    let clear = |journal: &Mutex<Journal>| lock(journal).clear();
    clear(&site.unclaimed);
    clear(&site.elsewhere);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use super::*;
    use crate::host::server::setting::ServerSetting;
    use crate::journal::Numbers;
    use crate::providers::{cce::Cce, digitalocean::DigitalOcean, ucs::Ucs};
    use crate::{Emulation, Setting};

    fn session<E: Emulation>(numbers: &Numbers) -> Arc<Mutex<Session>> {
        Arc::new(Mutex::new(Session::new::<E>(Setting::default()).numbered_by(numbers.clone())))
    }

    /// Journals are read one after the other, and one that was read gets another exchange meanwhile: whoever goes on from
    /// there must not miss it.
    #[test]
    fn what_comes_while_journals_are_read_is_for_the_next_time() {
        let numbers = Numbers::default();
        let sessions = vec![session::<DigitalOcean>(&numbers), session::<Cce>(&numbers), session::<Ucs>(&numbers)];
        let site = Site::new(sessions, None, &ServerSetting::default(), numbers);
        let ask = |place: usize| lock(&site.sessions[place]).handle(Request::get("/"));
        ask(1);
        let (is_first, all) = (Cell::new(true), Selection { limit: 10, ..Selection::default() });
        let listing = all.list(&site, |_, exchange| {
            if is_first.take() {
                ask(0);
                ask(2);
            }
            exchange.number
        });
        assert_eq!((listing.exchanges, listing.next_after), (vec![1], 1));
        let later = Selection { after: Some(1), limit: 10, ..Selection::default() };
        assert_eq!(later.list(&site, |_, exchange| exchange.number).exchanges, [2, 3]);
    }
}
