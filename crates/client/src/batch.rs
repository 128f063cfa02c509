//! Many clusters at once.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};

use crate::{ClusterAccess, Error, ErrorKind, Wait};

/// Fetches the access to many clusters, so many at a time.
///
/// One cluster that fails, or whose client panics, takes nothing from the others. No more than the limit are in work at a
/// time, and clusters are taken from their iterator only then, so that a [stream](Self::stream) needs no more memory for
/// a million clusters than for the limit. Dropping the stream or the future ends everything that is in work.
///
/// ```
/// use kubeproof_client::{Batch, ClusterAccess};
///
/// async fn all<A: ClusterAccess>(client: &A, clusters: Vec<A::Cluster>, options: &A::Options) -> Vec<A::Access> {
///     let report = Batch::of(8).fetch(client, clusters, options).await;
///     eprintln!("{report}");
///     report.into_succeeded().map(|(_, access)| access).collect()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    at_a_time: NonZeroUsize,
    wait: Option<Wait>,
}

impl Batch {
    /// Fetches so many at a time; 0 is taken as 1.
    #[must_use]
    pub fn of(at_a_time: usize) -> Self {
        Self { at_a_time: NonZeroUsize::new(at_a_time).unwrap_or(NonZeroUsize::MIN), wait: None }
    }

    /// Waits for each cluster that is not ready. One that is waited for counts as in work.
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Fetches all of them, and gives a report in the order in which they were asked for.
    pub async fn fetch<A: ClusterAccess>(
        &self,
        client: &A,
        clusters: impl IntoIterator<Item = A::Cluster>,
        options: &A::Options,
    ) -> BatchReport<A::Cluster, A::Access> {
        let mut fetched: Vec<_> = self.stream(client, clusters, options).collect().await;
        fetched.sort_by_key(|fetched| fetched.index);
        BatchReport { fetched }
    }

    /// Fetches them and gives each result as it comes, with its place in the order in which they were asked for.
    pub fn stream<'a, A: ClusterAccess, I: IntoIterator<Item = A::Cluster>>(
        &self,
        client: &'a A,
        clusters: I,
        options: &'a A::Options,
    ) -> impl Stream<Item = Fetched<A::Cluster, A::Access>> + use<'a, A, I> {
        let wait = self.wait.clone();
        stream::iter(clusters.into_iter().enumerate())
            .map(move |(index, cluster)| fetch_one(client, index, cluster, options, wait.clone()))
            .buffer_unordered(self.at_a_time.get())
    }
}

async fn fetch_one<A: ClusterAccess>(
    client: &A,
    index: usize,
    cluster: A::Cluster,
    options: &A::Options,
    wait: Option<Wait>,
) -> Fetched<A::Cluster, A::Access> {
    let work = async {
        match wait {
            Some(wait) => wait.fetch(client, &cluster, options, |_| {}).await,
            None => client.fetch(&cluster, options).await,
        }
    };
    // What it panicked with may hold what was received, so it is not repeated.
    let result = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Malformed, "the client of this cluster panicked")
            .with_remedy("report this as a bug of the client; the other clusters are not concerned"))
    });
    Fetched { index, cluster, result }
}

/// What came of one cluster of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched<C, T> {
    /// Its place in the order in which they were asked for, from 0.
    pub index: usize,
    /// What was asked for.
    pub cluster: C,
    /// What came.
    pub result: Result<T, Error>,
}

/// What came of a batch, in the order in which it was asked for.
///
/// Its text is one line for a person, such as `2 of 3 clusters fetched; 1 not-found`.
#[derive(Debug)]
pub struct BatchReport<C, T> {
    fetched: Vec<Fetched<C, T>>,
}

impl<C, T> BatchReport<C, T> {
    /// Each cluster with its result.
    #[must_use]
    pub fn all(&self) -> &[Fetched<C, T>] {
        &self.fetched
    }

    /// The clusters whose access was fetched.
    pub fn succeeded(&self) -> impl Iterator<Item = (&C, &T)> {
        self.fetched.iter().filter_map(|fetched| Some((&fetched.cluster, fetched.result.as_ref().ok()?)))
    }

    /// The clusters whose access was not fetched, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&C, &Error)> {
        self.fetched.iter().filter_map(|fetched| Some((&fetched.cluster, fetched.result.as_ref().err()?)))
    }

    /// The clusters whose access was fetched, taken out.
    pub fn into_succeeded(self) -> impl Iterator<Item = (C, T)> {
        self.fetched.into_iter().filter_map(|fetched| Some((fetched.cluster, fetched.result.ok()?)))
    }

    /// Each cluster with its result, taken out.
    #[must_use]
    pub fn into_all(self) -> Vec<Fetched<C, T>> {
        self.fetched
    }

    /// Whether the access to every cluster was fetched.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.fetched.iter().all(|fetched| fetched.result.is_ok())
    }

    /// How many failed, by kind.
    #[must_use]
    pub fn failures(&self) -> BTreeMap<ErrorKind, usize> {
        let mut failures = BTreeMap::new();
        for (_, error) in self.failed() {
            let count: &mut usize = failures.entry(error.kind()).or_default();
            *count = count.saturating_add(1);
        }
        failures
    }
}

impl<C, T> fmt::Display for BatchReport<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} clusters fetched", self.succeeded().count(), self.fetched.len())?;
        for (index, (kind, count)) in self.failures().iter().enumerate() {
            write!(f, "{}{count} {kind}", if index == 0 { "; " } else { ", " })?;
        }
        Ok(())
    }
}
