//! A server, a client of it, and access information.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kubeproof_client::{Clock, Credentials, Error, NoWait, TransportOptions};
use kubeproof_ucs::{Client, ClientBuilder, ClusterId, KeepAnswers};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

/// A credential that may appear on the wire and nowhere else.
pub(crate) const SECRET: &str = "planted-user-token";

/// Access information in the layout of the newer documents.
pub(crate) const ACCESS: &str = r#"[{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"proxy-agent"}},
 {"kind":"Secret", "apiVersion":"v1","metadata":{"name":"proxy-agent-cert"},"data":{"root.key":"planted-key"}}]"#;

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2024-01-02T03:04:05Z".parse().unwrap()
    }
}

/// A cluster of its own: what was downloaded is remembered for the whole process.
pub(crate) fn cluster() -> ClusterId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    ClusterId::parse(&format!("11111111-2222-3333-4444-{number:012}")).unwrap()
}

pub(crate) fn token() -> Credentials {
    Credentials::Token(SECRET.to_owned().into())
}

pub(crate) fn builder(url: &str, credentials: Credentials, answers: KeepAnswers) -> ClientBuilder {
    let transport = TransportOptions::default().sleeper(Arc::new(NoWait)).clock(Arc::new(Fixed));
    Client::builder(credentials, answers).base_url(url).transport(transport)
}

pub(crate) fn client(url: &str) -> Client {
    builder(url, token(), KeepAnswers::Nowhere).build().unwrap()
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
        if replies.len() > 1 { replies.pop().unwrap() } else { replies.last().unwrap().clone() }
    }
}

pub(crate) async fn count(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server that reads one request a connection, writes these bytes and closes.
pub(crate) async fn raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer).await.unwrap();
        }
    });
    url
}

#[track_caller]
pub(crate) fn shows_no_secret(error: &Error) {
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains("planted"), "{shown}");
}
