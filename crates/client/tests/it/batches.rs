use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use kubeproof_client::{Batch, ClusterAccess, Error, ErrorKind, Wait};
use tokio::sync::{Notify, Semaphore};

use crate::support::{Instant, Noon};

/// A client that answers when it is let, and knows how many fetches are in work.
struct Gated {
    gate: Semaphore,
    in_work: AtomicUsize,
    most: AtomicUsize,
    ended: Mutex<Vec<usize>>,
    entered: Notify,
}

impl Gated {
    fn new(permits: usize) -> Self {
        Self {
            gate: Semaphore::new(permits),
            in_work: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            ended: Mutex::default(),
            entered: Notify::new(),
        }
    }
}

/// Counts a fetch as in work until it is dropped.
struct InWork<'a>(&'a Gated);

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.0.in_work.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ClusterAccess for Gated {
    type Cluster = usize;
    type Options = ();
    type Access = String;

    async fn fetch(&self, cluster: &usize, (): &()) -> Result<String, Error> {
        let now = self.in_work.fetch_add(1, Ordering::SeqCst) + 1;
        let _in_work = InWork(self);
        self.most.fetch_max(now, Ordering::SeqCst);
        self.entered.notify_one();
        // Later ones are faster.
        for _ in 0..10_usize.saturating_sub(*cluster) {
            tokio::task::yield_now().await;
        }
        self.gate.acquire().await.unwrap().forget();
        self.ended.lock().unwrap().push(*cluster);
        match cluster % 5 {
            3 => Err(Error::new(ErrorKind::NotFound, "there is no such cluster")),
            4 => std::panic::resume_unwind(Box::new("planted-secret")),
            _ => Ok(format!("access to {cluster}")),
        }
    }
}

#[tokio::test]
async fn one_that_fails_or_panics_takes_nothing_from_the_others() {
    for limit in [0, 1, 3, 100] {
        let client = Gated::new(1000);
        let report = Batch::of(limit).fetch(&client, 0..20, &()).await;
        let most = client.most.load(Ordering::SeqCst);
        assert!(if limit < 10 { most == limit.max(1) } else { most > 10 }, "{limit}: {most}");
        assert_eq!(report.all().len(), 20);
        for (index, fetched) in report.all().iter().enumerate() {
            assert_eq!((fetched.index, fetched.cluster), (index, index));
            match (&fetched.result, index % 5) {
                (Ok(access), 0..=2) => assert_eq!(*access, format!("access to {index}")),
                (Err(error), 3) => assert_eq!(error.kind(), ErrorKind::NotFound),
                (Err(error), 4) => {
                    assert_eq!(error.kind(), ErrorKind::Malformed);
                    assert!(error.to_string().contains("panicked"), "{error}");
                }
                (found, _) => panic!("{index}: {found:?}"),
            }
        }
        assert!(!format!("{report:?} {report}").contains("planted"));
        assert_eq!(report.to_string(), "12 of 20 clusters fetched; 4 not-found, 4 malformed");
        assert_eq!(report.failures(), BTreeMap::from([(ErrorKind::NotFound, 4), (ErrorKind::Malformed, 4)]));
        assert_eq!((report.succeeded().count(), report.failed().count()), (12, 8));
        assert!(!report.is_complete());
        assert_eq!(report.into_succeeded().map(|(cluster, _)| cluster).take(4).collect::<Vec<_>>(), [0, 1, 2, 5]);
    }
    let report = Batch::of(3).fetch(&Gated::new(0), [], &()).await;
    assert_eq!((report.to_string().as_str(), report.is_complete()), ("0 of 0 clusters fetched", true));
}

/// A slow first one holds up nobody, and a report has them in the order asked for all the same.
#[tokio::test]
async fn results_come_as_they_are_there() {
    let client = Gated::new(1000);
    let order: Vec<usize> = Batch::of(3).stream(&client, 0..3, &()).map(|fetched| fetched.index).collect().await;
    assert_eq!(order, [2, 1, 0]);
    assert_eq!(*client.ended.lock().unwrap(), order);
}

/// Without end, and so never kept: clusters are taken one by one as there is room.
#[tokio::test]
async fn clusters_are_taken_only_when_there_is_room() {
    let (client, taken) = (Gated::new(50), Arc::new(AtomicUsize::new(0)));
    let counted = taken.clone();
    let clusters = std::iter::repeat_with(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        0
    });
    let mut stream = std::pin::pin!(Batch::of(4).stream(&client, clusters, &()));
    for received in 1..=50 {
        assert!(stream.next().await.is_some());
        assert!(taken.load(Ordering::SeqCst) <= received + 4);
    }
    // All permits are spent: nothing more comes, and no more is taken than has room.
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(taken.load(Ordering::SeqCst), 54);
}

#[tokio::test]
async fn dropping_it_ends_what_is_in_work() {
    let client = Gated::new(0);
    {
        let batch = Batch::of(5);
        let mut work = std::pin::pin!(batch.fetch(&client, 0..100, &()));
        let all_entered = async {
            while client.in_work.load(Ordering::SeqCst) < 5 {
                client.entered.notified().await;
            }
        };
        tokio::select! {
            _ = &mut work => unreachable!("nobody is let through"),
            () = all_entered => {}
        }
        assert_eq!(client.in_work.load(Ordering::SeqCst), 5);
    }
    assert_eq!(client.in_work.load(Ordering::SeqCst), 0);
    assert!(client.ended.lock().unwrap().is_empty());
}

/// A client whose clusters are ready at the second request.
#[derive(Default)]
struct Slow(Mutex<BTreeMap<usize, u32>>);

impl ClusterAccess for Slow {
    type Cluster = usize;
    type Options = ();
    type Access = usize;

    async fn fetch(&self, cluster: &usize, (): &()) -> Result<usize, Error> {
        let mut asked = self.0.lock().unwrap();
        let times = asked.entry(*cluster).or_default();
        *times += 1;
        if *times == 2 { Ok(*cluster) } else { Err(Error::new(ErrorKind::NotReady, "it is being created")) }
    }
}

#[tokio::test]
async fn each_cluster_may_be_waited_for() {
    let wait = Wait::of(Duration::from_secs(60)).sleeper(Arc::<Instant>::default()).clock(Arc::new(Noon));
    let report = Batch::of(2).fetch(&Slow::default(), 0..5, &()).await;
    assert_eq!(report.to_string(), "0 of 5 clusters fetched; 5 not-ready");
    let report = Batch::of(2).wait(wait).fetch(&Slow::default(), 0..5, &()).await;
    assert!(report.is_complete(), "{report}");
    let fetched: Vec<_> = report.into_all().into_iter().map(|fetched| fetched.result.unwrap()).collect();
    assert_eq!(fetched, [0, 1, 2, 3, 4]);
}

#[test]
fn they_can_run_on_any_thread() {
    fn sent<T: Send>(_: T) {}
    let client = Gated::new(0);
    sent(Batch::of(2).fetch(&client, 0..2, &()));
    sent(Batch::of(2).stream(&client, 0..2, &()));
    sent(Wait::of(Duration::ZERO).fetch(&client, &0, &(), |_| {}));
}
