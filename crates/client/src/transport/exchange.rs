//! One request on one connection.

use std::error::Error as StdError;
use std::io;

use bytes::BytesMut;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use url::Url;

use super::{Arrival, TransportOptions};
use crate::retry::Asked;
use crate::scrub::Scrubber;
use crate::{Clock, Credentials, Error, ErrorKind, Repeat, Reply, Request, RetryAfter, signing};

/// Why an attempt gave no answer to return.
pub(super) enum Failure {
    /// The server answered, and the request may be repeated after this answer.
    Answered(Box<Reply>),
    /// No connection could be made, so nothing was sent.
    Unsent(Error),
    /// The request may have reached the server.
    Final(Error),
    /// The request cannot be sent at all.
    Refused(Error),
}

impl Failure {
    /// Whether another attempt is safe and may do better. An untrusted certificate stays untrusted.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            Self::Answered(_) => true,
            Self::Unsent(error) => error.kind() != ErrorKind::Tls,
            Self::Final(_) | Self::Refused(_) => false,
        }
    }

    /// The status, or the kind of error, in a word for a trace.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Answered(reply) => format!("status {}", reply.status),
            Self::Unsent(error) | Self::Final(error) | Self::Refused(error) => error.kind().to_string(),
        }
    }

    pub(super) fn asked(&self) -> Option<Asked> {
        match self {
            Self::Answered(reply) => reply.asked,
            Self::Unsent(_) | Self::Final(_) | Self::Refused(_) => None,
        }
    }
}

/// The headers of a request, credentials included. What they hold of secrets is added to the scrubber.
pub(super) fn headers(
    request: &Request,
    url: &Url,
    credentials: &Credentials,
    clock: &dyn Clock,
    scrubber: &mut Scrubber,
) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        headers.insert(HeaderName::from_static(name), header_value(value)?);
    }
    match credentials {
        Credentials::Bearer(token) => {
            headers.insert(AUTHORIZATION, secret_value(&format!("Bearer {}", token.expose_secret()))?);
        }
        Credentials::Token(token) => {
            headers.insert(HeaderName::from_static("x-auth-token"), secret_value(token.expose_secret())?);
        }
        Credentials::AccessKey { access_key, secret_key } => {
            // What a proxy may rewrite on the way cannot be signed.
            let signed: Vec<_> = request.headers.iter().filter(|(name, _)| *name != "accept").cloned().collect();
            let signed =
                signing::Signed { method: request.method.as_str(), url, headers: &signed, body: &request.body };
            let signature = signing::sign(&signed, access_key, secret_key, clock.now())?;
            scrubber.add(signature.signature.expose_secret());
            headers.insert(HeaderName::from_static(signing::DATE_HEADER), header_value(&signature.date)?);
            headers.insert(AUTHORIZATION, secret_value(signature.authorization.expose_secret())?);
        }
    }
    Ok(headers)
}

/// Sends the request and waits for the head of the answer.
pub(super) async fn open(
    http: &reqwest::Client,
    request: &Request,
    url: &Url,
    headers: HeaderMap,
) -> Result<reqwest::Response, Failure> {
    let mut call = http.request(request.method.clone(), url.clone()).headers(headers);
    if !request.body.is_empty() {
        call = call.body(request.body.clone());
    }
    call.send().await.map_err(|error| {
        let unsent = error.is_connect();
        let error = lost(error);
        if unsent { Failure::Unsent(error) } else { Failure::Final(error) }
    })
}

/// Reads the body, as far as it is allowed to go.
pub(super) async fn read(
    mut response: reqwest::Response,
    options: &TransportOptions,
    attempts: u32,
    scrubber: Scrubber,
    repeat: Repeat,
    arrival: &dyn Arrival,
) -> Result<Reply, Failure> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let is_success = (200..300).contains(&status);
    let mut body = BytesMut::new();
    let problem = loop {
        match response.chunk().await {
            Ok(None) => break None,
            Ok(Some(chunk)) => {
                let room = options.max_body.saturating_sub(body.len());
                let fits = chunk.get(..room).unwrap_or(&chunk);
                if is_success {
                    arrival.take(fits);
                }
                body.extend_from_slice(fits);
                if chunk.len() > room {
                    break Some(Error::new(
                        ErrorKind::Malformed,
                        format!("the answer is longer than {} bytes", options.max_body),
                    ));
                }
            }
            Err(error) => break Some(lost(error)),
        }
    };
    let asked = asked(status, &headers, options.clock.now());
    match problem {
        None => Ok(Reply { status, headers, body: body.freeze(), attempts, asked, scrubber }),
        Some(error) => {
            let error = error.with_status(status);
            let keeps = repeat == Repeat::OneShot && is_success && !body.is_empty();
            Err(Failure::Final(if keeps { error.with_answer(&body) } else { error }))
        }
    }
}

/// How long the server asks to wait. `ratelimit-reset` is in every answer of digitalocean, and counts in those that refuse
/// for it.
fn asked(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Asked> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let reset = || {
        let value = header("ratelimit-reset").filter(|_| status == 429)?;
        RetryAfter::parse_reset(value, now).map(Asked::Perhaps)
    };
    header("retry-after").and_then(|value| RetryAfter::parse(value, now)).map(Asked::ToWait).or_else(reset)
}

fn header_value(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .map_err(|_| Error::new(ErrorKind::InvalidArgument, "a value cannot be sent in a header"))
}

fn secret_value(text: &str) -> Result<HeaderValue, Error> {
    let mut value = header_value(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The error for a connection that was not made, or lost.
fn lost(error: reqwest::Error) -> Error {
    let (kind, what) = if is_tls(&error) {
        (ErrorKind::Tls, "the connection is not trusted")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "the server did not answer in time")
    } else if error.is_connect() {
        (ErrorKind::Transport, "no connection could be made")
    } else if error.is_builder() {
        (ErrorKind::InvalidArgument, "the request cannot be sent")
    } else {
        (ErrorKind::Transport, "the connection was lost before the whole answer had come")
    };
    Error::new(kind, what).with_source(error.without_url())
}

/// Whether TLS is somewhere among the causes. An `io::Error` does not name what it wraps as its source.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    #[test]
    fn what_holds_a_credential_is_marked_so_that_nothing_prints_it() {
        let url = Url::parse("https://h/").unwrap();
        let request = Request::get("/", Repeat::Repeatable).header("accept", "application/json");
        let secret = || "planted".to_owned().into();
        for (credentials, name) in [
            (Credentials::Bearer(secret()), "authorization"),
            (Credentials::Token(secret()), "x-auth-token"),
            (Credentials::AccessKey { access_key: "planted".into(), secret_key: secret() }, "authorization"),
        ] {
            let headers = headers(&request, &url, &credentials, &SystemClock, &mut Scrubber::default()).unwrap();
            assert!(headers[name].is_sensitive(), "{name}");
            assert!(!headers["accept"].is_sensitive());
            assert!(!format!("{headers:?}").contains("planted"), "{headers:?}");
        }
    }
}
