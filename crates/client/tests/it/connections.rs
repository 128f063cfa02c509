use std::sync::Arc;
use std::time::Duration;

use kubeproof_client::{Consumed, Error, ErrorKind, Repeat, Timeouts, Transport};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{Instant, get, options, raw, serve, token, transport};

const EVERY_REPEAT: [Repeat; 3] = [Repeat::Repeatable, Repeat::AfterRefusal, Repeat::OneShot];

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

#[tokio::test]
async fn an_answer_that_does_not_come_ends_in_time() {
    // Accepts connections, as the system does for it, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let short = Duration::from_millis(30);
    for (timeouts, one_shot_too) in [
        (Timeouts { attempt: short, ..Timeouts::default() }, true),
        (Timeouts { total: short, ..Timeouts::default() }, false),
    ] {
        for repeat in EVERY_REPEAT {
            if repeat == Repeat::OneShot && !one_shot_too {
                continue;
            }
            let transport = Transport::new(&url, token(), options(&Arc::default()).timeouts(timeouts)).unwrap();
            let error = transport.send(&get(repeat)).await.unwrap_err();
            check(&error, ErrorKind::Timeout, 1, Consumed::PossiblyHere, repeat);
        }
    }
}
