use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kubeproof_client::{Consumed, Error, ErrorKind, Repeat, Timeouts, Transport};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{Instant, get, options, raw, read_head, serve, token, transport};

const EVERY_REPEAT: [Repeat; 4] = [Repeat::Repeatable, Repeat::AfterRefusal, Repeat::UntilSent, Repeat::OneShot];

#[track_caller]
fn check(error: &Error, kind: ErrorKind, attempts: u32, consumed: Consumed, repeat: Repeat) {
    assert_eq!(error.kind(), kind, "{repeat:?}: {error:?}");
    assert_eq!(error.attempts(), attempts, "{repeat:?}: {error}");
    let consumed = (repeat == Repeat::OneShot).then_some(consumed);
    assert_eq!(error.consumed(), consumed, "{repeat:?}: {error}");
}

#[tokio::test]
async fn one_that_cannot_be_made_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for repeat in EVERY_REPEAT {
        let sleeper = Arc::<Instant>::default();
        let transport = Transport::new(&url, token(), options(&sleeper)).unwrap();
        let error = transport.send(&get(repeat)).await.unwrap_err();
        check(&error, ErrorKind::Transport, 4, Consumed::NotHere, repeat);
        assert_eq!(sleeper.waits().len(), 3);
    }
}

#[tokio::test]
async fn one_that_is_lost_after_sending_is_not() {
    for (answer, kind) in [
        (&b""[..], ErrorKind::Transport),
        (b"HTTP/1.1 200 OK\r\n", ErrorKind::Transport),
        (b"\0\0garbage\r\n\r\n", ErrorKind::Transport),
        (b"HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\nshort", ErrorKind::Transport),
    ] {
        for repeat in EVERY_REPEAT {
            let (url, count) = raw(answer).await;
            let error = transport(&url).send(&get(repeat)).await.unwrap_err();
            check(&error, kind, 1, Consumed::PossiblyHere, repeat);
            assert_eq!(*count.lock().unwrap(), 1);
            assert_eq!(error.answer(), None);
        }
    }
}

#[tokio::test]
async fn what_came_of_a_one_shot_answer_is_kept() {
    for repeat in EVERY_REPEAT {
        let (url, _) = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").await;
        let error = transport(&url).send(&get(repeat)).await.unwrap_err();
        check(&error, ErrorKind::Transport, 1, Consumed::PossiblyHere, repeat);
        assert_eq!(error.status(), Some(200));
        assert_eq!(error.answer(), (repeat == Repeat::OneShot).then_some(&b"half of it"[..]));
        assert!(!format!("{error} {error:?}").contains("half of it"));
    }
}

#[tokio::test]
async fn an_answer_is_bounded() {
    for (length, fits) in [(64, true), (65, false), (100_000, false)] {
        let server = serve(ResponseTemplate::new(200).set_body_bytes(vec![b'x'; length])).await;
        for repeat in EVERY_REPEAT {
            let transport = Transport::new(&server.uri(), token(), options(&Arc::default()).max_body(64)).unwrap();
            match transport.send(&get(repeat)).await {
                Ok(reply) => {
                    assert!(fits);
                    assert_eq!(reply.body().len(), length);
                }
                Err(error) => {
                    assert!(!fits);
                    check(&error, ErrorKind::Malformed, 1, Consumed::PossiblyHere, repeat);
                    assert_eq!(error.answer().map(<[u8]>::len), (repeat == Repeat::OneShot).then_some(64));
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_not_waited_for_unless_there_is_no_other() {
    let seconds = Duration::from_secs;
    let timeouts =
        |attempt, total| Timeouts { attempt: seconds(attempt), total: seconds(total), ..Timeouts::default() };
    for (timeouts, comes_after, repeated, one_shot) in [
        (timeouts(30, 120), seconds(29), true, true),
        (timeouts(30, 120), seconds(31), false, false),
        // An answer that is given once is not dropped for the sake of the whole.
        (timeouts(30, 10), seconds(11), false, true),
        (timeouts(30, 10), seconds(31), false, false),
    ] {
        for repeat in EVERY_REPEAT {
            let time = StandingTime::begin();
            let url = late(comes_after).await;
            let transport = Transport::new(&url, token(), options(&Arc::default()).timeouts(timeouts)).unwrap();
            let result = transport.send(&get(repeat)).await;
            let in_time = if repeat == Repeat::OneShot { one_shot } else { repeated };
            match result {
                Ok(reply) => assert!(in_time && reply.body() == b"late", "{repeat:?} {timeouts:?}"),
                Err(error) => {
                    assert!(!in_time, "{repeat:?} {timeouts:?}: {error}");
                    check(&error, ErrorKind::Timeout, 1, Consumed::PossiblyHere, repeat);
                }
            }
            time.end().await;
        }
    }
}

/// Keeps tokio's paused time from going on by itself while the other side of a socket is busy.
struct StandingTime {
    ends: std::sync::mpsc::Sender<()>,
    held: tokio::task::JoinHandle<()>,
}

impl StandingTime {
    fn begin() -> Self {
        let (ends, ended) = std::sync::mpsc::channel();
        // Time stands still while a blocking task runs.
        let held = tokio::task::spawn_blocking(move || ended.recv().unwrap());
        Self { ends, held }
    }

    async fn end(self) {
        self.ends.send(()).unwrap();
        self.held.await.unwrap();
    }
}

/// A server that lets time pass once a request is there, and then answers.
async fn late(comes_after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        tokio::time::advance(comes_after).await;
        // A client that has waited long enough is woken by now, and goes.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate").await;
    });
    url
}

#[tokio::test]
async fn each_attempt_has_its_own() {
    let (url, accepted) = keep_alive().await;
    let transport = transport(&url);
    for _ in 0..5 {
        assert_eq!(transport.send(&get(Repeat::Repeatable)).await.unwrap().body(), b"ok");
    }
    assert_eq!(accepted.load(Ordering::SeqCst), 5);
}

/// A server that answers any number of requests on one connection, and how many connections it has had.
async fn keep_alive() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = Arc::<AtomicUsize>::default();
    let counted = accepted.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                while read_head(&mut stream).await {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                }
            });
        }
    });
    (url, accepted)
}
