use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, Version, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::Response;
use hyper::body::{Body as _, Incoming};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::admin::Desk;
use super::door::Door;
use super::harm::Harm;
use super::row::{Origin, Source};
use super::site::Site;
use crate::host::dispatch::{self, lock};
use crate::host::elsewhere;
use crate::journal::Exchange;
use crate::session::Served;
use crate::{Reply, Request, Session};

/// What a request comes with.
pub(super) struct Context {
    pub(super) site: Arc<Site>,
    pub(super) door: Door,
    pub(super) connection: u64,
    /// What the client presented of itself over TLS, DER.
    pub(super) client_certificate: Option<Vec<u8>>,
    /// Takes the connection over; absent where HTTP/2 is spoken.
    pub(super) harms: Option<mpsc::Sender<Harm>>,
    /// How many requests have begun to be answered, and how many are.
    pub(super) begun: AtomicU64,
    pub(super) answered: AtomicU64,
}

impl Context {
    /// How far the connection has come; `None` while a request is being answered.
    pub(super) fn progress(&self) -> Option<u64> {
        let begun = self.begun.load(Ordering::Relaxed);
        (begun == self.answered.load(Ordering::Relaxed)).then_some(begun)
    }
}

/// Answers a request, or hands its connection over to a fault.
pub(super) async fn answer(
    context: Arc<Context>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    context.begun.fetch_add(1, Ordering::Relaxed);
    let response = respond(&context, request).await;
    context.answered.fetch_add(1, Ordering::Relaxed);
    Ok(response)
}

async fn respond(context: &Context, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
    let Context { site, door, connection, client_certificate, harms, .. } = context;
    if let Some(connection) = lock(&site.connections).get_mut(*connection) {
        connection.requests = connection.requests.saturating_add(1);
    }
    let taken = taken_from(request, site).await;
    if let Some(desk) = site.desk.get() {
        let path = taken.as_ref().map_or_else(|(request, _)| &request.path, |request| &request.path);
        if Desk::claims(door, path) {
            return desk.answer(site, taken).into();
        }
    }
    let served = match (taken, door) {
        (Err((request, refusal)), Door::Providers(_)) => refused(site, door, request, refusal, *connection),
        (Err((request, refusal)), _) => unclaimed(site, request, refusal, *connection),
        (Ok(request), Door::Elsewhere) => {
            let reply = Arc::new(elsewhere::reply());
            site.record_elsewhere(exchange(site, request, &reply, *connection));
            Served::without_session(reply)
        }
        (Ok(request), Door::Api(at)) => match site.sessions.get(*at) {
            Some(session) => {
                let mut session = lock(session);
                let certificate = client_certificate.as_deref();
                let reply = dispatch::serve_api(&mut session, site.clock(), request, certificate, *connection);
                let source = Source { origin: Origin::Kubernetes, provider: Some(session.provider()) };
                let exchange = site.to_tell(session.api_journal());
                drop(session);
                site.tell(source, exchange);
                Served::without_session(reply)
            }
            None => served(site, door, request, *connection),
        },
        (Ok(request), Door::Providers(_) | Door::Admin) => served(site, door, request, *connection),
    };
    drop(served.gone);
    // Over HTTP/2, whose connections end when a fault is armed, a request that was under way is answered.
    if let (Some(harm), Some(harms)) = (served.harm, harms)
        && harms.send(Harm::new(harm, &served.reply)).await.is_ok()
    {
        // The connection is taken away from whoever waits for this answer.
        std::future::pending::<()>().await;
    }
    response(&served.reply)
}

/// Has the provider answer that a request is for.
fn served(site: &Site, door: &Door, request: Request, connection: u64) -> Served {
    match asked(site, door, &request) {
        Some(session) => {
            let serve = |session: &mut Session| dispatch::serve(session, site.clock(), request, Some(connection));
            recorded(site, session, serve)
        }
        None => {
            let reply = Reply::refuse(
                "kubeproof.no-provider",
                StatusCode::NOT_FOUND,
                "ask for a path of one of the providers that are served: this one is of none",
            );
            unclaimed(site, request, reply, connection)
        }
    }
}

/// Refuses in the name of the provider that a request is for, which never sees it.
fn refused(site: &Site, door: &Door, request: Request, refusal: Reply, connection: u64) -> Served {
    match asked(site, door, &request) {
        Some(session) => recorded(site, session, |session| {
            if let Some(clock) = site.clock() {
                session.tick(clock);
            }
            session.record(request, refusal, Some(connection), None)
        }),
        None => unclaimed(site, request, refusal, connection),
    }
}

/// The session of the provider that a request is for.
fn asked<'a>(site: &'a Site, door: &'a Door, request: &Request) -> Option<&'a Mutex<Session>> {
    let is_alone = door.sessions().len() == 1;
    site.behind(door).find(|session| is_alone || lock(session).claims(request))
}

/// Does what is recorded in a session's journal, and tells of it.
fn recorded(site: &Site, session: &Mutex<Session>, what: impl FnOnce(&mut Session) -> Served) -> Served {
    let mut session = lock(session);
    let served = what(&mut session);
    let source = Source { origin: Origin::Provider, provider: Some(session.provider()) };
    let exchange = site.to_tell(session.journal());
    drop(session);
    site.tell(source, exchange);
    served
}

/// Refuses what is for no provider.
fn unclaimed(site: &Site, request: Request, refusal: Reply, connection: u64) -> Served {
    let reply = Arc::new(refusal.ready_for_the_wire(None));
    site.record_unclaimed(exchange(site, request, &reply, connection));
    Served::without_session(reply)
}

fn exchange(site: &Site, request: Request, reply: &Arc<Reply>, connection: u64) -> Exchange {
    Exchange::new(site.now(), request, Arc::clone(reply)).on(Some(connection), None)
}

/// The request with its body, or what is to be said of one that is too long or too slow.
async fn taken_from(request: hyper::Request<Incoming>, site: &Site) -> Result<Request, (Request, Reply)> {
    let (parts, body) = request.into_parts();
    let mut request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: Vec::new(),
    };
    // HTTP/2 has no Host; signatures are of one all the same.
    if let Some(authority) = parts.uri.authority()
        && !request.headers.contains_key(header::HOST)
        && let Ok(host) = HeaderValue::try_from(authority.as_str())
    {
        request.headers.insert(header::HOST, host);
    }
    if parts.version == Version::HTTP_11 && request.headers.get_all(header::HOST).iter().count() != 1 {
        let refusal = Reply::refuse(
            "kubeproof.request-without-host",
            StatusCode::BAD_REQUEST,
            "send `Host` once: HTTP/1.1 wants it of every request (RFC 9112, 3.2)",
        );
        return Err((request, refusal));
    }
    if body.is_end_stream() {
        return Ok(request);
    }
    let limits = site.limits;
    let refusal = match timeout(limits.time, Limited::new(body, limits.body_bytes).collect()).await {
        Ok(Ok(body)) => {
            request.body = body.to_bytes().into();
            return Ok(request);
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => Reply::refuse(
            "kubeproof.request-too-large",
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("send a body of {} bytes at the most", limits.body_bytes),
        ),
        Ok(Err(error)) => Reply::refuse(
            "kubeproof.request-broken-off",
            StatusCode::BAD_REQUEST,
            format!("send the body whole: {error}"),
        ),
        Err(_) => Reply::refuse(
            "kubeproof.request-too-slow",
            StatusCode::REQUEST_TIMEOUT,
            format!("send the body within {} seconds", limits.time.as_secs()),
        ),
    };
    Err((request, refusal))
}

fn response(reply: &Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(reply.body.clone()));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers.clone();
    response
}
