use std::sync::Arc;
use std::time::Duration;

use kubeproof_client::{ErrorKind, Problem, Repeat, Request, Retry, Transport};
use wiremock::ResponseTemplate;

use crate::support::{Instant, Sequence, get, options, requests, serve, token};

/// What comes of answers with these statuses, one after the other: the last status, and the number of requests.
async fn outcome(repeat: Repeat, statuses: &[u16], retry: Retry) -> (u16, usize, Vec<Duration>) {
    outcome_of(&get(repeat), statuses, retry).await
}

async fn outcome_of(request: &Request, statuses: &[u16], retry: Retry) -> (u16, usize, Vec<Duration>) {
    let server = serve(Sequence::new(statuses.iter().map(|status| ResponseTemplate::new(*status)))).await;
    let sleeper = Arc::<Instant>::default();
    let transport = Transport::new(&server.uri(), token(), options(&sleeper).retry(retry)).unwrap();
    let reply = transport.send(request).await.unwrap();
    let count = requests(&server).await.len();
    let error = reply.refusal(ErrorKind::Unavailable, Problem::default());
    assert_eq!(usize::try_from(error.attempts()).unwrap(), count);
    (reply.status(), count, sleeper.waits())
}

#[tokio::test]
async fn statuses_are_repeated_as_the_request_allows() {
    use Repeat::{AfterRefusal, OneShot, Repeatable};
    for (repeat, statuses, expected) in [
        (Repeatable, &[200][..], (200, 1)),
        (Repeatable, &[429, 200], (200, 2)),
        (Repeatable, &[500, 502, 503, 200], (200, 4)),
        (Repeatable, &[504, 200], (200, 2)),
        (Repeatable, &[503], (503, 4)),
        (Repeatable, &[429, 401, 200], (401, 2)),
        (Repeatable, &[501, 200], (501, 1)),
        (Repeatable, &[505, 200], (505, 1)),
        (Repeatable, &[400, 200], (400, 1)),
        (Repeatable, &[404, 200], (404, 1)),
        (Repeatable, &[408, 200], (408, 1)),
        (Repeatable, &[409, 200], (409, 1)),
        (AfterRefusal, &[429, 500, 503, 200], (200, 4)),
        (AfterRefusal, &[502, 200], (502, 1)),
        (AfterRefusal, &[504, 200], (504, 1)),
        (OneShot, &[429, 200], (429, 1)),
        (OneShot, &[500, 200], (500, 1)),
        (OneShot, &[502, 200], (502, 1)),
        (OneShot, &[503, 200], (503, 1)),
        (OneShot, &[504, 200], (504, 1)),
    ] {
        let (status, count, _) = outcome(repeat, statuses, Retry::default()).await;
        assert_eq!((status, count), expected, "{repeat:?} {statuses:?}");
    }
    let (status, count, waits) = outcome(Repeatable, &[503, 200], Retry::NEVER).await;
    assert_eq!((status, count, waits.len()), (503, 1, 0));
}

/// What a POST created cannot be taken back, so no answer leads to another one.
#[tokio::test]
async fn a_post_is_sent_once() {
    let post = Request::post("/start", &serde_json::json!({"days": 30}));
    for status in [200, 201, 400, 408, 429, 500, 502, 503, 504] {
        let (last, count, waits) = outcome_of(&post, &[status, 200], Retry::default()).await;
        assert_eq!((last, count, waits.len()), (status, 1, 0));
    }
}

#[tokio::test]
async fn waits_grow_and_keep_to_the_server() {
    let retry = Retry { attempts: 4, ..Retry::default() };
    let (_, _, waits) = outcome(Repeat::Repeatable, &[500], retry).await;
    assert_eq!(waits.len(), 3);
    for (wait, least) in waits.iter().zip([500, 1000, 2000].map(Duration::from_millis)) {
        assert!((least..=2 * least).contains(wait), "{waits:?}");
    }

    for (value, expected) in [
        ("29", Some(29)),
        ("Thu, 01 Jan 2026 12:00:07 GMT", Some(7)),
        // More than the budget: the answer is returned, not asked for too early.
        ("61", None),
        ("99999999999999999999", None),
    ] {
        let busy = ResponseTemplate::new(429).insert_header("retry-after", value);
        let server = serve(Sequence::new([busy, ResponseTemplate::new(200)])).await;
        let sleeper = Arc::<Instant>::default();
        let transport = Transport::new(&server.uri(), token(), options(&sleeper)).unwrap();
        let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
        let waits = expected.map(Duration::from_secs).into_iter().collect::<Vec<_>>();
        assert_eq!(sleeper.waits(), waits, "{value}");
        assert_eq!(reply.status(), if expected.is_some() { 200 } else { 429 }, "{value}");
        let error = reply.refusal(ErrorKind::RateLimited, Problem::default());
        assert_eq!(error.retry_after().is_some(), expected.is_none(), "{value}");
    }
}
