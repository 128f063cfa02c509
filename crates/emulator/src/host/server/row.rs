use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::{Exchange, Redactor, Request, Verdict};

/// Which of the server's journals an exchange is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A provider's.
    Provider,
    /// That of the stub Kubernetes API of a provider's clusters.
    Kubernetes,
    /// That of requests at a shared address that are for no provider.
    Unclaimed,
    /// That of the second origin.
    Elsewhere,
}

/// An exchange without headers and bodies, redacted: as a log and the admin API show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its place among all exchanges of the server, from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// Which journal it is in.
    pub origin: Origin,
    /// The provider whose journal that is.
    pub provider: Option<&'static str>,
    /// The connection that it came on, from 1.
    pub connection: Option<u64>,
    /// The method.
    pub method: String,
    /// Path and query, percent-encoded unless a secret stood in them that way.
    pub target: String,
    /// What the client was to be told; absent when a fault came before there was anything to tell.
    pub status: Option<u16>,
    /// What was decided.
    pub verdict: &'static str,
    /// The clause that decided.
    pub clause: &'static str,
    /// Why, and what to change.
    pub explanation: String,
    /// What else was wrong with the request.
    pub complaints: Vec<Complained>,
    /// What was done to the connection.
    pub fault: Option<String>,
    /// What reached the second origin and may not have: names of header fields, and `url` or `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<String>>,
}

/// Something wrong with a request that was answered all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complained {
    /// The clause that the request does not follow.
    pub clause: &'static str,
    /// What to change.
    pub explanation: String,
}

/// Where an exchange is from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) origin: Origin,
    pub(super) provider: Option<&'static str>,
}

impl Row {
    pub(super) fn of(source: Source, exchange: &Exchange, redactor: &Redactor) -> Self {
        let Exchange { request, reply, .. } = exchange;
        let Source { origin, provider } = source;
        let is_told = reply.decision.verdict != Verdict::Unanswered || reply.status.is_redirection();
        Self {
            number: exchange.number,
            at: exchange.at,
            origin,
            provider,
            connection: exchange.connection,
            method: redactor.text(request.method.as_str()),
            target: target(request, redactor),
            status: is_told.then_some(reply.status.as_u16()),
            verdict: reply.decision.verdict.name(),
            clause: reply.decision.clause,
            explanation: redactor.text(&reply.decision.explanation),
            complaints: reply
                .complaints
                .iter()
                .map(|complaint| Complained {
                    clause: complaint.clause,
                    explanation: redactor.text(&complaint.explanation),
                })
                .collect(),
            fault: exchange.fault.map(|harm| harm.explanation()),
            credentials: (origin == Origin::Elsewhere).then(|| credentials(request, redactor)),
        }
    }
}

/// Path and query. A secret may stand in them percent-encoded: then they are shown decoded, without it.
fn target(request: &Request, redactor: &Redactor) -> String {
    let target = redactor.text(&request.target());
    let decoded = percent_decode_str(&target).decode_utf8_lossy();
    if redactor.finds_secret(&decoded) { redactor.text(&decoded) } else { target }
}

/// Where a request holds credentials.
fn credentials(request: &Request, redactor: &Redactor) -> Vec<String> {
    let finds = |text: &[u8]| redactor.finds_secret(&String::from_utf8_lossy(text));
    let mut places: Vec<String> = request
        .headers
        .iter()
        .filter(|(name, value)| Redactor::guards_header(name.as_str()) || finds(value.as_bytes()))
        .map(|(name, _)| name.to_string())
        .collect();
    places.dedup();
    let target = request.target();
    if finds(target.as_bytes()) || redactor.finds_secret(&percent_decode_str(&target).decode_utf8_lossy()) {
        places.push("url".to_owned());
    }
    if finds(&request.body) {
        places.push("body".to_owned());
    }
    places
}
