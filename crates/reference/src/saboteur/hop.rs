//! Stands between a client and the provider, so that what is on the wire can be another thing than the client thinks.

mod trust;

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, TRANSFER_ENCODING,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use kubeproof_conformance::adapter::{FailureKind, FetchRequest};
use kubeproof_conformance::saboteur::{OnTheWire, Twist};
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::trust::tls;

/// What stands there while a client asks.
pub(super) struct Hop {
    address: String,
    seen: Arc<Mutex<Seen>>,
    serving: JoinHandle<()>,
}

/// What the hop saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The body of the last answer, as far as it came.
    pub(super) body: Vec<u8>,
    /// Its media type.
    pub(super) media_type: Option<String>,
    /// How the connection to the provider failed, when it did.
    pub(super) lost: Option<FailureKind>,
}

impl Seen {
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

impl Hop {
    /// Listens on a port of loopback.
    pub(super) async fn start(asked: &FetchRequest, twist: Arc<Twist>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let way = Way::new(asked, twist, address.clone(), Arc::clone(&seen)).map_err(io::Error::other)?;
        let serving = tokio::spawn(serve(listener, Arc::new(way)));
        Ok(Self { address, seen, serving })
    }

    pub(super) fn base_url(&self) -> String {
        self.address.clone()
    }

    /// Ends, and says what was seen.
    pub(super) fn stop(self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Serves one connection after the other; all of them end with the task.
async fn serve(listener: TcpListener, way: Arc<Way>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let way = Arc::clone(&way);
        let service = service_fn(move |request| {
            let way = Arc::clone(&way);
            async move { way.pass(request).await }
        });
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // A connection that breaks off is how the client is told that the provider's did.
        connections.spawn(async move { connection.await.is_ok() });
    }
}

/// Why nothing is answered: the connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the provider failed")]
struct Lost;

type Body = UnsyncBoxBody<Bytes, Lost>;

/// The way to the provider.
struct Way {
    twist: Arc<Twist>,
    own: String,
    provider: Url,
    client: reqwest::Client,
    seen: Arc<Mutex<Seen>>,
}

impl Way {
    /// How often one goes on that goes on for a long time.
    const LONG: usize = 40;

    /// How much of a body is kept for whoever hands it on.
    const MOST_KEPT: usize = 1 << 20;

    fn new(asked: &FetchRequest, twist: Arc<Twist>, own: String, seen: Arc<Mutex<Seen>>) -> Result<Self, WayError> {
        let trust = twist.wire.iter().find_map(|twist| match twist {
            OnTheWire::TrustAnyone => Some(trust::Trust::Anyone),
            OnTheWire::TrustNobody => Some(trust::Trust::Nobody),
            _ => None,
        });
        let tls = tls(asked.ca_pem.as_deref(), trust.unwrap_or(trust::Trust::AsTold))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { twist, own, provider: Url::parse(&asked.base_url)?, client, seen })
    }

    async fn pass(&self, request: Request<Incoming>) -> Result<Response<Body>, Lost> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let mut sent = Sent { method: head.method, target, headers: head.headers, body };
        for twist in &self.twist.wire {
            sent.twist(twist);
        }
        let answer = self.answer(&sent).await?;
        Ok(self.handed_back(answer))
    }

    /// What the provider answers in the end.
    async fn answer(&self, sent: &Sent) -> Result<reqwest::Response, Lost> {
        let mut url = self.provider.join(&sent.target).map_err(|_| Lost)?;
        let follows = self.has(|twist| matches!(twist, OnTheWire::FollowRedirects));
        let repeats_lost = self.has(|twist| matches!(twist, OnTheWire::RepeatLost));
        let repeats = |status: StatusCode| {
            self.has(|twist| matches!(twist, OnTheWire::RepeatStatus(of) if of.contains(&status.as_u16())))
        };
        let as_get = self.has(|twist| matches!(twist, OnTheWire::FollowAsGet));
        let mut left = Self::LONG;
        let mut sent = sent.clone();
        loop {
            let answer = self.ask(&sent, &url).await;
            left = left.saturating_sub(1);
            match answer {
                Err(_) if repeats_lost && left > Self::LONG - 2 => {}
                Ok(answer) if left > 0 && repeats(answer.status()) => {}
                Ok(answer) if left > 0 && follows && answer.status().is_redirection() => {
                    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                    match location.map(|location| url.join(location)) {
                        Some(Ok(next)) => url = next,
                        _ => return Ok(answer),
                    }
                }
                Ok(answer) if left > 0 && as_get && answer.status().is_redirection() => {
                    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                    match location.map(|location| url.join(location)) {
                        Some(Ok(next)) if next.origin() == url.origin() => {
                            url = next;
                            sent.method = Method::GET;
                            sent.twist(&OnTheWire::Body(String::new()));
                        }
                        _ => return Ok(answer),
                    }
                }
                answer => return answer.map_err(|error| self.lost(&error)),
            }
        }
    }

    async fn ask(&self, sent: &Sent, url: &Url) -> Result<reqwest::Response, reqwest::Error> {
        let mut headers = sent.headers.clone();
        if url.origin() != self.provider.origin() {
            headers.remove(HOST);
        }
        let mut request =
            self.client.request(sent.method.clone(), url.clone()).headers(headers).body(sent.body.clone());
        if let Some(limit) = self.impatience() {
            request = request.timeout(limit);
        }
        request.send().await
    }

    fn impatience(&self) -> Option<Duration> {
        self.twist.wire.iter().find_map(|twist| match twist {
            OnTheWire::Impatient(ms) => Some(Duration::from_millis(*ms)),
            _ => None,
        })
    }

    fn has(&self, is_it: impl Fn(&OnTheWire) -> bool) -> bool {
        self.twist.wire.iter().any(is_it)
    }

    /// The answer as the client is given it, while it comes.
    fn handed_back(&self, answer: reqwest::Response) -> Response<Body> {
        let mut reading = Reading { seen: Arc::clone(&self.seen), at_most: usize::MAX, texts: Vec::new() };
        let mut status = answer.status();
        let mut headers = answer.headers().clone();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.map(|value| value.split(';').next().unwrap_or(value).trim().to_owned());
        self.seen(|seen| *seen = Seen { media_type, ..Seen::default() });
        for twist in &self.twist.wire {
            match twist {
                OnTheWire::Status(others) => {
                    let other = others.get(&status.as_u16()).and_then(|other| StatusCode::from_u16(*other).ok());
                    status = other.unwrap_or(status);
                }
                OnTheWire::AnswerWithoutHeader(name) => _ = headers.remove(name.as_str()),
                OnTheWire::AnswerText(replacement) => reading.texts.push(replacement.clone()),
                OnTheWire::ReadAtMost(bytes) => reading.at_most = *bytes,
                _ => {}
            }
        }
        // Where the provider leads to itself, the client is to come back to the hop.
        let provider = self.provider.origin().ascii_serialization();
        if let Some(location) = headers.get(LOCATION).and_then(|location| location.to_str().ok())
            && let Some(rest) = location.strip_prefix(&provider)
            && let Ok(location) = HeaderValue::from_str(&format!("{}{rest}", self.own))
        {
            headers.insert(LOCATION, location);
        }
        headers.remove(CONNECTION);
        headers.remove(TRANSFER_ENCODING);
        if reading.changes_length() {
            headers.remove(CONTENT_LENGTH);
        }
        let mut response = Response::new(reading.body(answer));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    fn lost(&self, error: &reqwest::Error) -> Lost {
        self.seen(|seen| seen.lost = Some(trust::kind(error)));
        Lost
    }

    fn seen(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Why there is no way.
#[derive(Debug, thiserror::Error)]
enum WayError {
    #[error("the address of the provider is none: {0}")]
    Address(#[from] url::ParseError),
    #[error(transparent)]
    Tls(#[from] trust::TlsError),
    #[error("there is no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A request as it goes to the provider.
#[derive(Clone)]
struct Sent {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Sent {
    fn twist(&mut self, twist: &OnTheWire) {
        match twist {
            OnTheWire::WithoutHeader(name) => _ = self.headers.remove(name.as_str()),
            OnTheWire::Header(headers) => {
                for (name, value) in headers {
                    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                        self.headers.insert(name, value);
                    }
                }
            }
            OnTheWire::HeaderText { name, from, to } => {
                let held = self.headers.get(name.as_str()).and_then(|value| value.to_str().ok());
                let value = held.map(|held| HeaderValue::from_str(&held.replace(from, to)));
                if let (Some(Ok(value)), Ok(name)) = (value, name.parse::<HeaderName>()) {
                    self.headers.insert(name, value);
                }
            }
            OnTheWire::Method(method) => {
                if let Ok(method) = method.parse() {
                    self.method = method;
                }
            }
            OnTheWire::Target(replacement) => self.target = self.target.replace(&replacement.from, &replacement.to),
            OnTheWire::WithoutParameter(name) => self.target = without_parameter(&self.target, name),
            OnTheWire::Append(more) => self.target.push_str(more),
            OnTheWire::Body(body) => {
                self.body = Bytes::from(body.clone());
                self.headers.remove(CONTENT_LENGTH);
            }
            _ => {}
        }
    }
}

fn without_parameter(target: &str, name: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// How a body is handed on.
struct Reading {
    seen: Arc<Mutex<Seen>>,
    at_most: usize,
    texts: Vec<kubeproof_conformance::saboteur::Replacement>,
}

impl Reading {
    fn changes_length(&self) -> bool {
        self.at_most != usize::MAX || !self.texts.is_empty()
    }

    fn body(self, answer: reqwest::Response) -> Body {
        // A text may stand where two pieces meet, so then the body is handed on when it is whole.
        let frames = stream::unfold(Some((answer, self)), |state| async move {
            let (mut answer, mut reading) = state?;
            if reading.texts.is_empty() {
                let piece = reading.piece(&mut answer).await?;
                let next = piece.is_ok().then_some((answer, reading));
                return Some((piece.map(Frame::data), next));
            }
            let mut whole = Vec::new();
            while let Some(piece) = reading.piece(&mut answer).await {
                match piece {
                    Ok(piece) => whole.extend_from_slice(&piece),
                    Err(lost) => return Some((Err(lost), None)),
                }
            }
            let mut text = String::from_utf8_lossy(&whole).into_owned();
            for replacement in &reading.texts {
                text = text.replace(&replacement.from, &replacement.to);
            }
            Some((Ok(Frame::data(Bytes::from(text))), None))
        });
        BodyExt::boxed_unsync(StreamBody::new(frames))
    }

    /// The next piece; none at the end.
    async fn piece(&mut self, answer: &mut reqwest::Response) -> Option<Result<Bytes, Lost>> {
        if self.at_most == 0 {
            return None;
        }
        match answer.chunk().await {
            Ok(piece) => {
                let mut piece = piece?;
                piece.truncate(self.at_most);
                self.at_most -= piece.len();
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                let room = Way::MOST_KEPT.saturating_sub(seen.body.len());
                seen.body.extend(piece.iter().take(room));
                Some(Ok(piece))
            }
            Err(error) => {
                let kind = trust::kind(&error);
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).lost = Some(kind);
                Some(Err(Lost))
            }
        }
    }
}
