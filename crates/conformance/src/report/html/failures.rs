use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::human::{decided, reply_head, request_lines};
use super::super::{FINDINGS, Report, ReportedCase};
use super::class;
use super::room::{LeftOut, Room, head_size, size};
use crate::clause::Clause;
use crate::judge::Mismatch;
use crate::outcome::{Outcome, ShownExchange};

/// What came of every case with every adapter, and what is to be shown of it.
pub(super) struct Failures<'a> {
    rows: Vec<Found<'a>>,
    /// By row and column; none where an adapter's report does not have the case.
    cells: Vec<Vec<Option<Cell>>>,
    failures: usize,
}

/// What came of a case with an adapter.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) outcome: Outcome,
    /// The number of the failure, if it is one.
    pub(super) failure: Option<usize>,
}

/// The failures of one case.
struct Found<'a> {
    case: &'a ReportedCase,
    clauses: Vec<&'a Clause>,
    failures: Vec<Failure<'a>>,
}

/// A failure, of every adapter that fails in the same way.
struct Failure<'a> {
    number: usize,
    case: &'a ReportedCase,
    adapters: Vec<String>,
}

/// The part of the page about one case.
#[derive(Serialize)]
pub(super) struct Article<'a> {
    row: usize,
    id: &'a str,
    title: &'a str,
    level: &'static str,
    provenance: &'static str,
    place: Option<String>,
    clauses: Vec<&'a Clause>,
    failures: Vec<ShownFailure<'a>>,
}

impl Article<'_> {
    /// The numbers of the failures in it.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.failures.iter().map(|failure| failure.number)
    }
}

#[derive(Serialize)]
struct ShownFailure<'a> {
    number: usize,
    class: &'static str,
    outcome: &'static str,
    adapters: String,
    reason: Option<&'a str>,
    mismatches: &'a [Mismatch],
    stderr: Option<&'a str>,
    /// Absent where there was no room.
    exchanges: Option<Vec<Exchanged<'a>>>,
}

#[derive(Serialize)]
struct Exchanged<'a> {
    number: u64,
    is_elsewhere: bool,
    request: String,
    reply: String,
    body: Body<'a>,
    decided: String,
    complaints: &'a [String],
}

/// A body is shown once; where it comes again, there is a link to it.
#[derive(Serialize)]
struct Body<'a> {
    number: usize,
    text: Option<&'a str>,
}

/// Shorter bodies are shown wherever they come.
const SHORT: usize = 200;

impl<'a> Failures<'a> {
    pub(super) fn of(reports: &'a [Report], cases: &[&'a ReportedCase]) -> Self {
        let by_id: Vec<BTreeMap<&str, &ReportedCase>> =
            reports.iter().map(|report| report.cases.iter().map(|case| (case.id.as_str(), case)).collect()).collect();
        let clauses: BTreeMap<&str, &Clause> = reports
            .iter()
            .rev()
            .flat_map(|report| &report.clauses)
            .map(|clause| (clause.id.as_str(), clause))
            .collect();
        let mut all = Self { rows: Vec::new(), cells: Vec::new(), failures: 0 };
        for case in cases {
            let mut found = Found {
                case,
                clauses: case.clauses.iter().filter_map(|id| clauses.get(id.as_str()).copied()).collect(),
                failures: Vec::new(),
            };
            let cells = reports.iter().zip(&by_id).map(|(report, by_id)| {
                let case = by_id.get(case.id.as_str())?;
                let failure = is_finding(case.outcome).then(|| found.add(case, report.title(), &mut all.failures));
                Some(Cell { outcome: case.outcome, failure })
            });
            let cells = cells.collect();
            all.cells.push(cells);
            all.rows.push(found);
        }
        all
    }

    /// The cells of each row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[Option<Cell>]> {
        self.cells.iter().map(Vec::as_slice)
    }

    /// What is shown of them beside a matrix of `taken` bytes: first what came instead, then exchanges, of the most pressing
    /// first.
    pub(super) fn articles(&self, taken: usize) -> (Vec<Article<'a>>, LeftOut) {
        const ARTICLE: usize = 330;
        let mut room = Room::beside(taken);
        let mut left_out = LeftOut::default();
        let mut begun = BTreeSet::new();
        let mut told = BTreeSet::new();
        for (row, found, failure) in self.by_urgency() {
            let article = if begun.contains(&row) { 0 } else { ARTICLE + found.size() };
            if room.take(article + failure.size()) {
                begun.insert(row);
                told.insert(failure.number);
            } else {
                left_out.failures += 1;
            }
        }
        let mut bodies = BTreeSet::new();
        let mut whole = BTreeSet::new();
        for (_, _, failure) in self.by_urgency().filter(|(_, _, failure)| told.contains(&failure.number)) {
            let new = failure.case.exchanges.iter().filter(|exchange| !bodies.contains(exchange.body.as_str()));
            let exchanges = failure.case.exchanges.iter().map(head_size).sum::<usize>();
            if room.take(exchanges + new.map(|exchange| size(&exchange.body)).sum::<usize>()) {
                let long = failure.case.exchanges.iter().map(|exchange| exchange.body.as_str());
                bodies.extend(long.filter(|body| body.len() > SHORT));
                whole.insert(failure.number);
            } else {
                left_out.exchanges += 1;
            }
        }
        let mut bodies = Bodies::default();
        let articles = self.rows.iter().enumerate().filter(|(row, _)| begun.contains(row));
        let articles = articles.map(|(row, found)| {
            let failures = found.failures.iter().filter(|failure| told.contains(&failure.number));
            Article {
                row,
                id: &found.case.id,
                title: &found.case.title,
                level: found.case.level.as_str(),
                provenance: found.case.provenance.as_str(),
                place: found.case.place.as_ref().map(|place| format!("{}:{}", place.file, place.line)),
                clauses: found.clauses.clone(),
                failures: failures
                    .map(|failure| failure.shown(whole.contains(&failure.number).then_some(&mut bodies)))
                    .collect(),
            }
        });
        (articles.collect(), left_out)
    }

    fn by_urgency(&self) -> impl Iterator<Item = (usize, &Found<'a>, &Failure<'a>)> {
        FINDINGS.into_iter().flat_map(move |(outcome, _)| {
            let failures = self
                .rows
                .iter()
                .enumerate()
                .flat_map(|(row, found)| found.failures.iter().map(move |failure| (row, found, failure)));
            failures.filter(move |(_, _, failure)| failure.case.outcome == outcome)
        })
    }
}

fn is_finding(outcome: Outcome) -> bool {
    FINDINGS.iter().any(|(finding, _)| *finding == outcome)
}

impl<'a> Found<'a> {
    /// The number of the failure, which may be that of another adapter.
    fn add(&mut self, case: &'a ReportedCase, adapter: String, numbers: &mut usize) -> usize {
        match self.failures.iter_mut().find(|failure| failure.is_like(case)) {
            Some(failure) => {
                failure.adapters.push(adapter);
                failure.number
            }
            None => {
                *numbers += 1;
                self.failures.push(Failure { number: *numbers, case, adapters: vec![adapter] });
                *numbers
            }
        }
    }

    fn size(&self) -> usize {
        const CLAUSE: usize = 130;
        let case = self.case;
        let place = case.place.as_ref().map_or(0, |place| size(&place.file));
        let clauses = self.clauses.iter();
        size(&case.id)
            + size(&case.title)
            + place
            + clauses
                .map(|clause| CLAUSE + size(&clause.id) + size(&clause.statement) + size(&clause.source))
                .sum::<usize>()
    }
}

impl<'a> Failure<'a> {
    fn is_like(&self, case: &ReportedCase) -> bool {
        let own = self.case;
        own.outcome == case.outcome
            && own.mismatches == case.mismatches
            && own.reason == case.reason
            && own.stderr == case.stderr
            && own.exchanges == case.exchanges
    }

    fn size(&self) -> usize {
        const MARKUP: usize = 220;
        const MISMATCH: usize = 110;
        let mismatches = self.case.mismatches.iter();
        let texts = self.case.reason.iter().chain(&self.case.stderr).chain(&self.adapters);
        MARKUP
            + mismatches.map(|miss| MISMATCH + size(&miss.expected) + size(&miss.came)).sum::<usize>()
            + texts.map(|text| size(text) + 40).sum::<usize>()
    }

    fn shown(&self, bodies: Option<&mut Bodies<'a>>) -> ShownFailure<'a> {
        let case = self.case;
        ShownFailure {
            number: self.number,
            class: class(case.outcome),
            outcome: case.outcome.as_str(),
            adapters: self.adapters.join(", "),
            reason: case.reason.as_deref(),
            mismatches: &case.mismatches,
            stderr: case.stderr.as_deref(),
            exchanges: bodies
                .map(|bodies| case.exchanges.iter().map(|exchange| Exchanged::of(exchange, bodies)).collect()),
        }
    }
}

impl<'a> Exchanged<'a> {
    fn of(exchange: &'a ShownExchange, bodies: &mut Bodies<'a>) -> Self {
        Self {
            number: exchange.number,
            is_elsewhere: exchange.origin == "elsewhere",
            request: request_lines(exchange).join("\n"),
            reply: reply_head(exchange).join("\n"),
            body: bodies.show(&exchange.body),
            decided: decided(exchange),
            complaints: &exchange.complaints,
        }
    }
}

/// The bodies that the page shows.
#[derive(Default)]
struct Bodies<'a> {
    shown: BTreeMap<&'a str, usize>,
    count: usize,
}

impl<'a> Bodies<'a> {
    fn show(&mut self, body: &'a str) -> Body<'a> {
        if let Some(number) = self.shown.get(body) {
            return Body { number: *number, text: None };
        }
        self.count += 1;
        if body.len() > SHORT {
            self.shown.insert(body, self.count);
        }
        Body { number: self.count, text: Some(body) }
    }
}
