use http::HeaderMap;
use serde::Serialize;

use crate::host::server::row::{Row, Source};
use crate::{Exchange, Redactor};

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
