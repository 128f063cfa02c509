use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kubeproof_client::{Clock, ErrorKind, Problem, Repeat, Request, Retry, Timeouts, Transport};
use wiremock::ResponseTemplate;

use crate::support::{Instant, Noon, Sequence, get, options, requests, serve, token};

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

/// A provider may say that an answer stays as it is: that one is not asked for again, and those before it are.
#[tokio::test]
async fn what_is_settled_is_not_repeated() {
    let settled = get(Repeat::Repeatable).settled_when(|reply| reply.status() == 503);
    for (statuses, expected) in
        [(&[503, 200][..], (503, 1)), (&[500, 503, 200], (503, 2)), (&[502, 200], (200, 2)), (&[200], (200, 1))]
    {
        let (status, count, _) = outcome_of(&settled, statuses, Retry::default()).await;
        assert_eq!((status, count), expected, "{statuses:?}");
    }
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

/// The header in which digitalocean says when its limit begins anew; in practice also one that is long past.
#[tokio::test]
async fn a_reset_of_the_limit_is_waited_for_and_one_in_the_past_is_not() {
    let noon = 1_767_268_800_u64;
    for (status, reset, retry_after, expected) in [
        (429, noon + 7, None, Some(7..=7)),
        (429, noon + 7, Some("3"), Some(3..=3)),
        (429, noon - 60, None, None),
        (429, 1_444_931_833, None, None),
        (429, 0, None, None),
        // Only a 429 is about the limit, though every answer names it.
        (500, noon + 7, None, None),
        (503, noon + 7, None, None),
    ] {
        let mut busy = ResponseTemplate::new(status).insert_header("ratelimit-reset", reset.to_string());
        if let Some(value) = retry_after {
            busy = busy.insert_header("retry-after", value);
        }
        let server = serve(Sequence::new([busy, ResponseTemplate::new(200)])).await;
        let sleeper = Arc::<Instant>::default();
        let transport = Transport::new(&server.uri(), token(), options(&sleeper)).unwrap();
        assert_eq!(transport.send(&get(Repeat::Repeatable)).await.unwrap().status(), 200);
        let waits: Vec<u64> = sleeper.waits().iter().map(|wait| wait.as_millis().try_into().unwrap()).collect();
        let expected = expected.map_or(500..=1000, |seconds| seconds.start() * 1000..=seconds.end() * 1000);
        assert!(waits.len() == 1 && expected.contains(&waits[0]), "{status} {reset} {retry_after:?}: {waits:?}");
    }
    // An hour is more than anybody waits: the request is tried as if nothing were said, and its error says when.
    let busy = ResponseTemplate::new(429).insert_header("ratelimit-reset", (noon + 3600).to_string());
    let server = serve(busy).await;
    let sleeper = Arc::<Instant>::default();
    let transport = Transport::new(&server.uri(), token(), options(&sleeper)).unwrap();
    let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
    let error = reply.refusal(ErrorKind::RateLimited, Problem::default());
    assert_eq!((error.attempts(), error.retry_after()), (4, Some(Duration::from_secs(3600))));
    assert!(sleeper.waits().iter().all(|wait| *wait <= Duration::from_secs(4)), "{:?}", sleeper.waits());
}

/// A clock that is set by the server that it is measured at.
#[derive(Debug)]
struct Shared(Mutex<Timestamp>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Requests count as well as waits: no attempt begins after the budget, and the last answer is not thrown away for it.
#[tokio::test]
async fn the_budget_is_of_requests_and_waits_together() {
    let seconds = Duration::from_secs;
    let wide = Timeouts { total: seconds(1000), ..Timeouts::default() };
    for (takes, budget, timeouts, requests_) in [
        (0, 100, wide, 4),
        (20, 100, wide, 4),
        (49, 100, wide, 3),
        (99, 100, wide, 2),
        (100, 100, wide, 1),
        (20, 10, wide, 1),
        // Beyond the total time an attempt would be cut off, with nothing to show for it.
        (49, 1000, Timeouts { total: seconds(100), ..wide }, 3),
        (49, 1000, Timeouts { total: seconds(40), ..wide }, 1),
    ] {
        let clock = Arc::new(Shared(Mutex::new(Noon.now())));
        let moved = clock.clone();
        let server = serve(move |_: &wiremock::Request| {
            let mut now = moved.0.lock().unwrap();
            *now = now.checked_add(seconds(takes)).unwrap();
            ResponseTemplate::new(503)
        })
        .await;
        let retry = Retry { budget: seconds(budget), ..Retry::default() };
        let options = options(&Arc::default()).clock(clock).retry(retry).timeouts(timeouts);
        let transport = Transport::new(&server.uri(), token(), options).unwrap();
        let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
        assert_eq!((reply.status(), requests(&server).await.len()), (503, requests_), "{takes} {budget} {timeouts:?}");
        let error = reply.refusal(ErrorKind::Unavailable, Problem::default());
        assert_eq!(usize::try_from(error.attempts()).unwrap(), requests_);
        assert_eq!(error.to_string().contains("attempts"), requests_ > 1, "{error}");
    }
}

#[tokio::test]
async fn the_same_seed_waits_alike() {
    let mut all = Vec::new();
    for seed in [7, 7, 8] {
        let server = serve(ResponseTemplate::new(503)).await;
        let sleeper = Arc::<Instant>::default();
        let transport = Transport::new(&server.uri(), token(), options(&sleeper).seed(seed)).unwrap();
        transport.send(&get(Repeat::Repeatable)).await.unwrap();
        all.push(sleeper.waits());
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
}
