//! Fetching from several clusters at once, and what came of each.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use kubeproof_kubeconfig::shown;
use tokio::sync::watch;

use super::client::{self, Batch, ClusterAccess, Error, ErrorKind, Sleeper, TokioSleeper, Wait};
use super::clusters::{Ids, Named};
use super::duration::duration;
use crate::output::failed;
use crate::progress::Progress;
use crate::signals::Signals;

/// How several clusters are fetched.
#[derive(Args)]
#[command(next_help_heading = "Fetching")]
pub(super) struct Fetching {
    /// How many clusters are fetched at once
    #[arg(long, value_name = "N", default_value = "4")]
    jobs: NonZeroUsize,

    /// Wait until each cluster is ready, this long at most; an attempt under way is not cut off [default without a value: 10m]
    #[arg(long, value_name = "BUDGET", num_args = 0..=1, require_equals = true, default_missing_value = "10m")]
    #[arg(value_parser = duration)]
    wait: Option<Duration>,

    /// Wait also while the provider does not know a cluster, which was just created
    #[arg(long, requires = "wait")]
    provisioning: bool,
}

/// What came of one cluster.
pub(super) struct Attempt<A> {
    pub(super) ids: Ids,
    pub(super) result: Result<A, Failure>,
}

/// Why there is no access to a cluster.
pub(super) enum Failure {
    /// The client's reason.
    Error(Error),
    /// It was fetched, and cannot be used as was asked.
    Unusable(String),
    /// The program was asked to stop before.
    Interrupted,
    /// The program was asked to stop for good while there was an answer to wait for that is given once. What had come of
    /// it is in these files.
    GivenUp(Vec<PathBuf>),
}

impl Failure {
    /// The word for its kind: that of the client, or `interrupted`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Error(error) => error.kind().as_str(),
            Self::Unusable(_) => ErrorKind::InvalidArgument.as_str(),
            Self::Interrupted | Self::GivenUp(_) => "interrupted",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Unusable(problem) => f.write_str(problem),
            Self::Interrupted => {
                f.write_str("it was not fetched any more, since the program was interrupted; fetch it again")
            }
            Self::GivenUp(parts) => {
                f.write_str(
                    "it was given up by a second interrupt while its answer, which is given once, was waited for: the provider \
                     may count it as downloaded; ",
                )?;
                if parts.is_empty() {
                    return f.write_str("nothing of it had come");
                }
                let parts: Vec<String> = parts.iter().map(|path| shown(path)).collect();
                write!(f, "what had come is in {}", parts.join(" and "))
            }
        }
    }
}

impl<A> Attempt<A> {
    /// The same with what is made of the access.
    pub(super) fn and_then<B>(self, make: impl FnOnce(&Ids, A) -> Result<B, Failure>) -> Attempt<B> {
        let Self { ids, result } = self;
        let result = result.and_then(|access| make(&ids, access));
        Attempt { ids, result }
    }
}

/// What an interrupt does to what is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UnderWay {
    /// It is given up: it can be asked for again.
    GivenUp,
    /// It is waited for, until the next interrupt: there is no second answer.
    AwaitedOnce,
}

impl Fetching {
    /// How long each cluster is waited for, if it is.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.wait
    }

    /// Fetches from every cluster. The result is in their order.
    ///
    /// # Errors
    /// The exit code, after saying why it could not start.
    pub(super) fn run<A>(
        &self,
        client: &A,
        clusters: &[Named<A::Cluster>],
        options: &A::Options,
        under_way: UnderWay,
    ) -> Result<Vec<Attempt<A::Access>>, u8>
    where
        A: ClusterAccess + Sync,
        A::Cluster: Sync + 'static,
        A::Options: Sync,
        A::Access: Send,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(format_args!("cannot start: {error}")))?;
        runtime.block_on(async {
            let mut signals =
                Signals::new().map_err(|error| failed(format_args!("cannot wait for signals: {error}")))?;
            Ok(self.all(client, clusters, options, under_way, &mut signals).await)
        })
    }

    async fn all<A>(
        &self,
        client: &A,
        clusters: &[Named<A::Cluster>],
        options: &A::Options,
        under_way: UnderWay,
        signals: &mut Signals,
    ) -> Vec<Attempt<A::Access>>
    where
        A: ClusterAccess + Sync,
        A::Cluster: Sync + 'static,
        A::Options: Sync,
        A::Access: Send,
    {
        let (interrupt, is_interrupted) = watch::channel(false);
        let wait = self.wait.map(|budget| Wait::of(budget).sleeper(Arc::new(UntilInterrupted(is_interrupted.clone()))));
        let wait = if self.provisioning { wait.map(Wait::while_provisioning) } else { wait };
        let gate = Gate { client, is_interrupted: is_interrupted.clone() };
        let patient = Patient { gate, wait, progress: Progress::new() };
        let mut results: Vec<Option<Result<A::Access, Error>>> = clusters.iter().map(|_| None).collect();
        let asked: Vec<Asked<'_, A::Cluster>> = clusters.iter().map(Asked::of).collect();
        let work = Batch::of(self.jobs.get()).stream(&patient, &asked, options);
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                () = signals.next() => {
                    if under_way == UnderWay::GivenUp || interrupt.send_replace(true) {
                        break;
                    }
                    patient.progress.say("stopping: what is under way cannot be asked for again, and is waited for; interrupt again to give it up");
                }
                fetched = work.next() => {
                    let Some(fetched) = fetched else { break };
                    if let Some(place) = results.get_mut(fetched.index) {
                        *place = fetched.result.transpose();
                    }
                }
            }
        }
        patient.progress.end();
        let why_not = |asked: &Asked<'_, A::Cluster>| {
            if under_way == UnderWay::AwaitedOnce && asked.is_under_way.load(Ordering::Relaxed) {
                Failure::GivenUp(Vec::new())
            } else {
                Failure::Interrupted
            }
        };
        let attempts = asked.iter().zip(results).map(|(asked, result)| {
            let result = result.map_or_else(|| Err(why_not(asked)), |result| result.map_err(Failure::Error));
            Attempt { ids: asked.named.ids.clone(), result }
        });
        attempts.collect()
    }
}

/// A cluster, and whether its provider is being asked.
struct Asked<'a, C> {
    named: &'a Named<C>,
    is_under_way: AtomicBool,
}

impl<'a, C> Asked<'a, C> {
    fn of(named: &'a Named<C>) -> Self {
        Self { named, is_under_way: AtomicBool::new(false) }
    }
}

/// A client that begins nothing once the program is interrupted: it gives `None` then.
struct Gate<'a, A> {
    client: &'a A,
    is_interrupted: watch::Receiver<bool>,
}

impl<'a, A> ClusterAccess for Gate<'a, A>
where
    A: ClusterAccess + Sync,
    A::Cluster: Sync + 'static,
    A::Options: Sync,
    A::Access: Send,
{
    type Cluster = Asked<'a, A::Cluster>;
    type Options = A::Options;
    type Access = Option<A::Access>;

    async fn fetch(&self, asked: &Self::Cluster, options: &A::Options) -> Result<Self::Access, Error> {
        if *self.is_interrupted.borrow() {
            return Ok(None);
        }
        asked.is_under_way.store(true, Ordering::Relaxed);
        let result = self.client.fetch(&asked.named.cluster, options).await;
        asked.is_under_way.store(false, Ordering::Relaxed);
        result.map(Some)
    }
}

/// Waits on tokio's timer, and no longer than until the program is interrupted.
#[derive(Debug)]
struct UntilInterrupted(watch::Receiver<bool>);

impl Sleeper for UntilInterrupted {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut is_interrupted = self.0.clone();
        Box::pin(async move {
            tokio::select! {
                () = TokioSleeper.sleep(duration) => {}
                _ = is_interrupted.wait_for(|is_interrupted| *is_interrupted) => {}
            }
        })
    }
}

/// A client that waits for each cluster, if that is asked for, and says so.
struct Patient<'a, A> {
    gate: Gate<'a, A>,
    wait: Option<Wait>,
    progress: Progress,
}

impl<'a, A> ClusterAccess for Patient<'a, A>
where
    A: ClusterAccess + Sync,
    A::Cluster: Sync + 'static,
    A::Options: Sync,
    A::Access: Send,
{
    type Cluster = &'a Asked<'a, A::Cluster>;
    type Options = A::Options;
    type Access = Option<A::Access>;

    async fn fetch(&self, asked: &Self::Cluster, options: &A::Options) -> Result<Self::Access, Error> {
        match &self.wait {
            None => self.gate.fetch(asked, options).await,
            Some(wait) => {
                let say =
                    |progress: &client::Progress<'_>| self.progress.show(&format!("{}: {progress}", asked.named.ids));
                wait.fetch(&self.gate, asked, options, say).await
            }
        }
    }
}
