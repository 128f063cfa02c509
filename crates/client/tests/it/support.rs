//! Servers and sleepers for the tests.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kubeproof_client::{Clock, Credentials, Repeat, Request, Sleeper, Transport, TransportOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-secret";

/// Waits for nothing and remembers what for.
#[derive(Debug, Default)]
pub(crate) struct Instant(Mutex<Vec<Duration>>);

impl Instant {
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Sleeper for Instant {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }
}

pub(crate) fn options(sleeper: &Arc<Instant>) -> TransportOptions {
    TransportOptions::default().sleeper(sleeper.clone()).clock(Arc::new(Noon))
}

pub(crate) fn token() -> Credentials {
    Credentials::Token(SECRET.to_owned().into())
}

pub(crate) fn transport(base_url: &str) -> Transport {
    Transport::new(base_url, token(), options(&Arc::default())).unwrap()
}

pub(crate) fn get(repeat: Repeat) -> Request {
    Request::get("/start", repeat)
}

pub(crate) async fn serve(reply: impl Respond + 'static) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(reply).mount(&server).await;
    server
}

/// Answers with these, one after the other, and with the last for ever.
pub(crate) struct Sequence(Mutex<Vec<ResponseTemplate>>);

impl Sequence {
    pub(crate) fn new(replies: impl IntoIterator<Item = ResponseTemplate>) -> Self {
        let mut replies: Vec<_> = replies.into_iter().collect();
        replies.reverse();
        Self(Mutex::new(replies))
    }
}

impl Respond for Sequence {
    fn respond(&self, _: &wiremock::Request) -> ResponseTemplate {
        let mut replies = self.0.lock().unwrap();
        if replies.len() > 1 { replies.pop().unwrap() } else { replies[0].clone() }
    }
}

pub(crate) async fn requests(server: &MockServer) -> Vec<wiremock::Request> {
    server.received_requests().await.unwrap()
}

/// A server that reads one request a connection, writes these bytes and closes. Returns its base URL, and the number of
/// requests that came.
pub(crate) async fn raw(answer: &'static [u8]) -> (String, Arc<Mutex<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(read_head(&mut stream).await);
            *counted.lock().unwrap() += 1;
            stream.write_all(answer).await.unwrap();
        }
    });
    (url, count)
}

/// Reads the head of a request; false when the client is gone.
pub(crate) async fn read_head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return false };
        head.push(byte);
    }
    true
}

/// What another process of this binary is told by.
pub(crate) const TARGET: &str = "KUBEPROOF_TEST_TARGET";

/// Runs one test of this binary in a process of its own, for what belongs to a whole process. The test finds `target` in
/// the variable [`TARGET`].
pub(crate) async fn alone(test: &'static str, target: &str, environment: &[(&str, Option<&str>)]) {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test]).env(TARGET, target);
    for (name, value) in environment {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}
