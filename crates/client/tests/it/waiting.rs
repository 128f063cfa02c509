use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kubeproof_client::{Clock, ClusterAccess, Consumed, Error, ErrorKind, Wait};

use crate::support::{Instant, Noon};

/// A client that answers with these, and takes some time for each by the clock that it moves.
struct Scripted {
    answers: Mutex<VecDeque<Result<&'static str, Error>>>,
    asked: Mutex<u32>,
    takes: Duration,
    clock: Arc<Moved>,
}

impl ClusterAccess for Scripted {
    type Cluster = ();
    type Options = ();
    type Access = &'static str;

    async fn fetch(&self, (): &(), (): &()) -> Result<&'static str, Error> {
        *self.asked.lock().unwrap() += 1;
        let mut now = self.clock.0.lock().unwrap();
        *now = now.checked_add(self.takes).unwrap();
        self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Err(error("not-ready")))
    }
}

#[derive(Debug)]
struct Moved(Mutex<Timestamp>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// An error of a kind; `!` says that a download may be used up, `-` that it is not, and a number what the server asks for.
fn error(text: &str) -> Error {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    let error = Error::new(kind.parse().unwrap(), "it failed").with_message(Some(format!("says {kind}")));
    match rest {
        "" => error,
        "!" => error.with_consumed(Consumed::PossiblyHere),
        "-" => error.with_consumed(Consumed::NotHere),
        seconds => error.with_retry_after(Some(Duration::from_secs(seconds.parse().unwrap()))),
    }
}

fn scripted(answers: &[&'static str], takes: u64) -> Scripted {
    let answers =
        answers.iter().map(|answer| if *answer == "access" { Ok("access") } else { Err(error(answer)) }).collect();
    Scripted {
        answers: Mutex::new(answers),
        asked: Mutex::default(),
        takes: Duration::from_secs(takes),
        clock: Arc::new(Moved(Mutex::new(Noon.now()))),
    }
}

fn wait(budget: u64, client: &Scripted, sleeper: &Arc<Instant>) -> Wait {
    Wait::of(Duration::from_secs(budget)).sleeper(sleeper.clone()).clock(client.clock.clone())
}

#[tokio::test]
async fn only_what_may_pass_is_waited_for() {
    let kinds = ErrorKind::ALL.map(ErrorKind::as_str);
    let mut rows = vec![
        (vec!["access"], false, (None, 1)),
        (vec!["not-ready", "not-ready", "access"], false, (None, 3)),
        (vec!["not-found", "not-ready", "not-found", "access"], true, (None, 4)),
        (vec!["not-ready", "forbidden", "access"], false, (Some(ErrorKind::Forbidden), 2)),
        (vec!["not-ready", "not-found", "access"], false, (Some(ErrorKind::NotFound), 2)),
        // A download that is used up is never asked for again, one that is not may be.
        (vec!["not-ready !", "access"], true, (Some(ErrorKind::NotReady), 1)),
        (vec!["not-found !", "access"], true, (Some(ErrorKind::NotFound), 1)),
        (vec!["not-ready -", "not-ready !", "access"], true, (Some(ErrorKind::NotReady), 2)),
        (vec!["not-ready -", "access"], false, (None, 2)),
    ];
    for kind in kinds.into_iter().filter(|kind| *kind != "not-ready") {
        rows.push((vec![kind, "access"], false, (kind.parse().ok(), 1)));
        if kind != "not-found" {
            rows.push((vec![kind, "access"], true, (kind.parse().ok(), 1)));
        }
    }
    for (answers, provisioning, expected) in rows {
        let (client, sleeper) = (scripted(&answers, 0), Arc::default());
        let mut wait = wait(600, &client, &sleeper);
        if provisioning {
            wait = wait.while_provisioning();
        }
        let found = wait.fetch(&client, &(), &(), |_| {}).await;
        let asked = *client.asked.lock().unwrap();
        let kind = found.err().map(|error| error.kind());
        assert_eq!((kind, asked), expected, "{answers:?} {provisioning}");
    }
}

/// An error that was never waited for says nothing of waiting.
#[tokio::test]
async fn only_who_waited_says_so() {
    for (answers, asked) in [
        (&["forbidden"][..], None),
        (&["not-found"], None),
        (&["not-ready", "forbidden"], Some(2)),
        (&["not-ready", "not-ready", "not-found"], Some(3)),
    ] {
        let (client, sleeper) = (scripted(answers, 0), Arc::default());
        let error = wait(600, &client, &sleeper).fetch(&client, &(), &(), |_| {}).await.unwrap_err();
        assert_eq!(error.waited().map(|waited| waited.asked), asked, "{answers:?}: {error}");
    }
}

/// The clock goes on by what requests take, waits by what they say: both count.
#[tokio::test]
async fn the_budget_is_kept_and_its_last_error_says_so() {
    for (budget, takes) in [(0, 0), (0, 5), (1, 0), (5, 0), (60, 0), (60, 7), (60, 59), (60, 61), (600, 0)] {
        for seed in [0, 1, u64::MAX] {
            let (client, sleeper) = (scripted(&[], takes), Arc::<Instant>::default());
            let mut lefts = Vec::new();
            let error = wait(budget, &client, &sleeper)
                .seed(seed)
                .fetch(&client, &(), &(), |progress| lefts.push(progress.left))
                .await
                .unwrap_err();
            let context = format!("{budget} {takes} {seed}: {error}");
            let asked = *client.asked.lock().unwrap();
            let waited = error.waited().unwrap();
            assert_eq!((error.kind(), waited.asked), (ErrorKind::NotReady, asked), "{context}");
            let waits: Duration = sleeper.waits().iter().sum();
            assert!(waits <= Duration::from_secs(budget), "{context}");
            assert_eq!(sleeper.waits().len() + 1, usize::try_from(asked).unwrap(), "{context}");
            if takes == 0 {
                // Down to the end, and asked there.
                assert_eq!(waits, Duration::from_secs(budget), "{context}");
            }
            assert!(lefts.is_sorted_by(|a, b| a > b), "{context}: {lefts:?}");
            let times = if asked == 1 { "once".to_owned() } else { format!("{asked} times") };
            assert!(error.to_string().contains(&format!("asked {times} in ")), "{context}");
            assert!(error.to_string().contains("says not-ready"), "{context}");
        }
    }
}

#[tokio::test]
async fn waits_grow_and_are_at_least_what_the_server_asks() {
    let (client, sleeper) = (scripted(&["not-ready", "not-ready", "not-ready", "access"], 0), Arc::default());
    wait(600, &client, &sleeper).fetch(&client, &(), &(), |_| {}).await.unwrap();
    for (wait, least) in sleeper.waits().iter().zip([2, 4, 8].map(Duration::from_secs)) {
        assert!((least..=2 * least).contains(wait), "{:?}", sleeper.waits());
    }
    for (asked, least, most) in [(0, 2, 4), (1, 2, 4), (45, 45, 45), (600, 600, 600)] {
        let answers: &[&str] = match asked {
            0 => &["not-ready 0", "access"],
            1 => &["not-ready 1", "access"],
            45 => &["not-ready 45", "access"],
            _ => &["not-ready 600", "access"],
        };
        let (client, sleeper) = (scripted(answers, 0), Arc::<Instant>::default());
        wait(600, &client, &sleeper).fetch(&client, &(), &(), |_| {}).await.unwrap();
        let waits = sleeper.waits();
        assert_eq!(waits.len(), 1);
        assert!(Duration::from_secs(least) <= waits[0] && waits[0] <= Duration::from_secs(most), "{asked}: {waits:?}");
    }
    // More than is left: there is no use in asking too early.
    let (client, sleeper) = (scripted(&["not-ready 601", "access"], 0), Arc::<Instant>::default());
    let error = wait(600, &client, &sleeper).fetch(&client, &(), &(), |_| {}).await.unwrap_err();
    assert_eq!((error.kind(), sleeper.waits().len()), (ErrorKind::NotReady, 0), "{error}");
    // The same seed, the same waits.
    let mut all = Vec::new();
    for seed in [7, 7, 8] {
        let (client, sleeper) = (scripted(&["not-ready", "not-ready", "access"], 0), Arc::<Instant>::default());
        wait(600, &client, &sleeper).seed(seed).fetch(&client, &(), &(), |_| {}).await.unwrap();
        all.push(sleeper.waits());
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
    // Without one, those who begin at the same time differ only if their clocks do.
    let mut all = Vec::new();
    for later in [0, 0, 1] {
        let (client, sleeper) = (scripted(&["not-ready", "not-ready", "access"], 0), Arc::<Instant>::default());
        *client.clock.0.lock().unwrap() += Duration::from_nanos(later);
        wait(600, &client, &sleeper).fetch(&client, &(), &(), |_| {}).await.unwrap();
        all.push(sleeper.waits());
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
}

#[tokio::test]
async fn progress_says_how_it_stands() {
    let (client, sleeper) = (scripted(&["not-ready 9", "not-found 5", "access"], 1), Arc::default());
    let mut lines = Vec::new();
    wait(60, &client, &sleeper)
        .while_provisioning()
        .between(Duration::ZERO, Duration::ZERO)
        .fetch(&client, &(), &(), |progress| lines.push(progress.to_string()))
        .await
        .unwrap();
    assert_eq!(
        lines,
        [
            "not-ready: says not-ready; asking again in 9.0 s, for 59 s at most (asked once so far)",
            // Nine seconds were waited; the clock, which only requests move, says two.
            "not-found: says not-found; asking again in 5.0 s, for 51 s at most (asked 2 times so far)",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_is_over() {
    let client = scripted(&[], 0);
    let wait = Wait::of(Duration::from_secs(600)).clock(client.clock.clone());
    let dropped = tokio::time::timeout(Duration::from_secs(100), wait.fetch(&client, &(), &(), |_| {})).await;
    assert!(dropped.is_err());
    let asked = *client.asked.lock().unwrap();
    assert!(asked > 2, "{asked}");
    tokio::time::advance(Duration::from_secs(600)).await;
    tokio::task::yield_now().await;
    assert_eq!(*client.asked.lock().unwrap(), asked);
}
