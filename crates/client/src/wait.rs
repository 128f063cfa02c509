//! Waiting for a cluster that is not ready yet.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use crate::time::{Spent, seed};
use crate::{Clock, ClusterAccess, Consumed, Error, ErrorKind, Sleeper, SystemClock, TokioSleeper};

/// Asks for the access to a cluster again until the cluster is ready.
///
/// It asks again only after `not-ready`, and after `not-found` if the caller knows that the cluster
/// [exists](Self::while_provisioning). Each fetch has its own attempts besides, for failures that pass
/// ([`Retry`](crate::Retry)). A request that may have used up an answer that is given only once
/// ([`Error::consumed`]) is never made again.
///
/// The waits double from two seconds to thirty, with up to as much again at random; what the server asks for
/// (`Retry-After`) is the least. The budget is of everything: no fetch begins after it. One that is under way is not cut
/// off, since it may already have created what it asks for; the timeouts of the client bound it.
///
/// Dropping the future ends the wait, and leaves nothing behind but what the client's own `fetch` does.
///
/// ```
/// use std::time::Duration;
/// use kubeproof_client::{ClusterAccess, Error, Wait};
///
/// async fn when_ready<A: ClusterAccess>(
///     client: &A,
///     cluster: &A::Cluster,
///     options: &A::Options,
/// ) -> Result<A::Access, Error> {
///     let wait = Wait::of(Duration::from_secs(600)).while_provisioning();
///     wait.fetch(client, cluster, options, |progress| eprintln!("{progress}")).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Wait {
    budget: Duration,
    base: Duration,
    cap: Duration,
    missing: Missing,
    seed: Option<u64>,
    sleeper: Arc<dyn Sleeper>,
    clock: Arc<dyn Clock>,
}

/// What it means that a provider does not know a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// It does not exist.
    Final,
    /// It is still being made.
    Provisioning,
}

impl Wait {
    /// Waits at most this long in all.
    #[must_use]
    pub fn of(budget: Duration) -> Self {
        Self {
            budget,
            base: Duration::from_secs(2),
            cap: Duration::from_secs(30),
            missing: Missing::Final,
            seed: None,
            sleeper: Arc::new(TokioSleeper),
            clock: Arc::new(SystemClock),
        }
    }

    /// Waits after `not-found` too: the caller has just created the cluster, and some providers answer 404 until it has
    /// credentials. With a wrong id the whole budget is spent for nothing.
    #[must_use]
    pub fn while_provisioning(mut self) -> Self {
        self.missing = Missing::Provisioning;
        self
    }

    /// The first wait and the longest one. Default: two seconds and thirty.
    #[must_use]
    pub fn between(mut self, base: Duration, cap: Duration) -> Self {
        (self.base, self.cap) = (base, cap.max(base));
        self
    }

    /// What the random part of waits is drawn from. Default: the clock.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// What waits. Default: tokio's timer.
    #[must_use]
    pub fn sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.sleeper = sleeper;
        self
    }

    /// What tells the time. Default: the clock of this machine.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Fetches, again after each wait, and says before each wait how it stands.
    ///
    /// # Errors
    /// The first error that is not worth a wait; or, at the end of the budget, the last one, which says how long and how
    /// often it was asked ([`Error::waited`]).
    pub async fn fetch<A: ClusterAccess>(
        &self,
        client: &A,
        cluster: &A::Cluster,
        options: &A::Options,
        mut progress: impl FnMut(&Progress<'_>),
    ) -> Result<A::Access, Error> {
        let mut spent = Spent::begin(self.clock.clone());
        let mut backoff = ExponentialBuilder::default()
            .with_min_delay(self.base)
            .with_max_delay(self.cap)
            .without_max_times()
            .with_jitter()
            .with_jitter_seed(self.seed.unwrap_or_else(|| seed(&*self.clock)))
            .build();
        let mut asked = 0_u32;
        loop {
            asked = asked.saturating_add(1);
            let error = match client.fetch(cluster, options).await {
                Ok(access) => return Ok(access),
                Err(error) => error,
            };
            let so_far = spent.so_far();
            let own = backoff.next().unwrap_or(self.cap);
            let Some(wait) = self.next(&error, own, so_far) else {
                let waits = self.is_waited_for(&error);
                let waited = Waited { asked, duration: so_far };
                return Err(if waits || asked > 1 { error.with_waited(waited) } else { error });
            };
            let left = self.budget.saturating_sub(so_far);
            tracing::debug!(asked, kind = error.kind().as_str(), ?wait, ?left, "waiting for the cluster");
            progress(&Progress { asked, error: &error, wait, left });
            self.sleeper.sleep(wait).await;
            spent.add_wait(wait);
        }
    }

    /// The wait after an error, or `None` when there is to be none.
    fn next(&self, error: &Error, own: Duration, so_far: Duration) -> Option<Duration> {
        let left = self.budget.checked_sub(so_far).filter(|left| !left.is_zero())?;
        if !self.is_waited_for(error) {
            return None;
        }
        match error.retry_after() {
            Some(asked) if asked > left => None,
            // Our own wait is shortened to the end of the budget, so that the end of it is asked too.
            asked => Some(own.min(left).max(asked.unwrap_or_default())),
        }
    }

    fn is_waited_for(&self, error: &Error) -> bool {
        let may_pass = match error.kind() {
            ErrorKind::NotReady => true,
            ErrorKind::NotFound => self.missing == Missing::Provisioning,
            _ => false,
        };
        may_pass && error.consumed() != Some(Consumed::PossiblyHere)
    }
}

/// How a wait stands, before each of its waits.
///
/// Its text is one line for a person: what the provider says, when it is asked again and how long it goes on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// How often was asked so far.
    pub asked: u32,
    /// What the provider said last.
    pub error: &'a Error,
    /// The time until it is asked again.
    pub wait: Duration,
    /// What is left of the budget, this wait included.
    pub left: Duration,
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wait, left) = (self.wait.as_secs_f64(), self.left.as_secs());
        write!(f, "{}", self.error.kind())?;
        if let Some(message) = self.error.message() {
            write!(f, ": {message}")?;
        }
        write!(f, "; asking again in {wait:.1} s, for {left} s at most (asked {} so far)", times(self.asked))
    }
}

/// How long and how often was asked before a wait was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waited {
    /// How often was asked.
    pub asked: u32,
    /// The time from the first request to the last answer.
    pub duration: Duration,
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asked {} in {:.0} s", times(self.asked), self.duration.as_secs_f64())
    }
}

fn times(number: u32) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}
