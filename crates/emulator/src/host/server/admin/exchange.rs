use http::HeaderMap;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::{Exchange, Redactor, Request, Verdict};

/// Which of the server's journals an exchange is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Origin {
    /// A provider's.
    Provider,
    /// That of the stub Kubernetes API of a provider's clusters.
    Kubernetes,
    /// That of requests at a shared address that are for no provider.
    Unclaimed,
    /// That of the second origin.
    Elsewhere,
}

/// An exchange without headers and bodies, redacted.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) number: u64,
    at: Timestamp,
    origin: Origin,
    provider: Option<&'static str>,
    connection: Option<u64>,
    method: String,
    target: String,
    /// What the client was to be told; absent when a fault came before there was anything to tell.
    status: Option<u16>,
    verdict: &'static str,
    clause: &'static str,
    explanation: String,
    complaints: Vec<Complained>,
    fault: Option<String>,
    /// What reached the second origin and may not have: names of header fields, and `url` or `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Complained {
    clause: &'static str,
    explanation: String,
}

/// An exchange with headers and bodies, redacted.
#[derive(Debug, Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) row: Row,
    request: Message,
    reply: Message,
}

#[derive(Debug, Serialize)]
struct Message {
    headers: Vec<Field>,
    /// What the journal keeps of it, as text.
    body: String,
    body_bytes: usize,
    /// Whether more came than is shown.
    cut: bool,
}

#[derive(Debug, Serialize)]
struct Field {
    name: String,
    value: String,
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

impl Whole {
    /// With at most `characters` of each body.
    pub(super) fn of(source: Source, exchange: &Exchange, redactor: &Redactor, characters: usize) -> Self {
        let Exchange { request, reply, body_bytes, .. } = exchange;
        let message = |headers, body: &[u8], bytes| Message::of(headers, body, bytes, redactor, characters);
        Self {
            row: Row::of(source, exchange, redactor),
            request: message(&request.headers, &request.body, body_bytes.request),
            reply: message(&reply.headers, &reply.body, body_bytes.reply),
        }
    }
}

impl Message {
    fn of(headers: &HeaderMap, body: &[u8], body_bytes: usize, redactor: &Redactor, characters: usize) -> Self {
        // Cut only after it is redacted: half a secret is not known as one.
        let mut text = redactor.text(&String::from_utf8_lossy(body));
        let end = text.char_indices().nth(characters).map(|(end, _)| end);
        if let Some(end) = end {
            text.truncate(end);
        }
        let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| Field {
            name: name.to_string(),
            value: redactor.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())),
        };
        Self {
            headers: headers.iter().map(field).collect(),
            body: text,
            body_bytes,
            cut: end.is_some() || body.len() < body_bytes,
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
