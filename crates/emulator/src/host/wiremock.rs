use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use super::dispatch::{self, lock};
use super::elsewhere;
use crate::journal::Exchange;
use crate::{EPOCH, Journal, Reply, Request, Session};

/// A [`Session`] on a `wiremock::MockServer` of its own.
///
/// One catch-all responder answers everything, so that every request is answered and explained, and wiremock's own
/// matching, journal and expectations are not used. A second server, the *elsewhere* origin, is started only for a
/// session that points at it.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use kubeproof_emulator::host::WiremockHost;
/// use kubeproof_emulator::providers::digitalocean::DigitalOcean;
/// use kubeproof_emulator::Session;
///
/// let host = WiremockHost::start(Session::new::<DigitalOcean>(Default::default())).await.unwrap();
/// assert!(host.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(host.session().journal().recorded(), 0);
/// # });
/// ```
pub struct WiremockHost {
    server: MockServer,
    session: Arc<Mutex<Session>>,
    elsewhere: Option<Elsewhere>,
}

struct Elsewhere {
    server: MockServer,
    journal: Arc<Mutex<Journal>>,
}

impl WiremockHost {
    /// Starts a server on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(mut session: Session) -> io::Result<Self> {
        let elsewhere = if session.points_elsewhere() { Some(Elsewhere::start().await?) } else { None };
        if let Some(elsewhere) = &elsewhere {
            session.point_elsewhere(elsewhere.server.uri());
        }
        let session = Arc::new(Mutex::new(session));
        let dispatch = Dispatch { session: Arc::clone(&session) };
        let server = bare_server().await?;
        Mock::given(any()).respond_with(dispatch).mount(&server).await;
        Ok(Self { server, session, elsewhere })
    }

    /// Where the emulation listens, such as `http://127.0.0.1:41234`.
    pub fn base_url(&self) -> String {
        self.server.uri()
    }

    /// The session, locked: requests wait while the guard lives.
    pub fn session(&self) -> MutexGuard<'_, Session> {
        lock(&self.session)
    }

    /// What reached the second origin; empty when there is none.
    pub fn elsewhere(&self) -> Vec<Exchange> {
        self.elsewhere
            .as_ref()
            .map(|elsewhere| lock(&elsewhere.journal).exchanges().cloned().collect())
            .unwrap_or_default()
    }
}

impl Elsewhere {
    async fn start() -> io::Result<Self> {
        let journal = Arc::new(Mutex::new(Journal::default()));
        let server = bare_server().await?;
        Mock::given(any()).respond_with(Trap { journal: Arc::clone(&journal) }).mount(&server).await;
        Ok(Self { server, journal })
    }
}

/// A server that is not pooled, so that nothing of one case reaches the next, and that keeps no journal of its own.
///
/// It is given its listener, since it panics when it finds no port by itself.
async fn bare_server() -> io::Result<MockServer> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(MockServer::builder().listener(listener).disable_request_recording().start().await)
}

struct Dispatch {
    session: Arc<Mutex<Session>>,
}

impl Respond for Dispatch {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        template(&dispatch::serve(&mut lock(&self.session), None, taken_from(request), None).reply)
    }
}

/// Answers everything, and remembers what came.
struct Trap {
    journal: Arc<Mutex<Journal>>,
}

impl Respond for Trap {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let reply = Arc::new(elsewhere::reply());
        lock(&self.journal).record(Exchange::new(EPOCH, taken_from(request), Arc::clone(&reply)));
        template(&reply)
    }
}

fn taken_from(request: &wiremock::Request) -> Request {
    Request {
        method: request.method.clone(),
        path: request.url.path().to_owned(),
        query: request.url.query().map(str::to_owned),
        headers: request.headers.clone(),
        body: request.body.clone(),
    }
}

fn template(reply: &Reply) -> ResponseTemplate {
    let mut template = ResponseTemplate::new(reply.status.as_u16()).set_body_bytes(reply.body.clone());
    for (name, value) in &reply.headers {
        template = template.append_header(name.clone(), value.clone());
    }
    template
}
