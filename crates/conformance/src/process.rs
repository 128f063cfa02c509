//! An adapter that is a program: JSON lines on standard input and standard output, by the protocol whose schema is
//! [`SCHEMA`].

mod command;
mod line;
mod output;
mod serve;
mod stderr;
mod worker;

pub use command::{Command, CommandError};
pub use line::SCHEMA;
pub use serve::serve;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::adapter::{About, Adapter, Attempt, AttemptFuture, Breach, FetchFuture, FetchRequest};
use worker::Worker;

/// A program as an adapter.
///
/// One process answers one fetch after the other for a whole run; as many are started as there are fetches at once. One
/// that dies, or does what the protocol does not allow, costs the case that it was at: it is ended, and another one takes
/// its place. They end with the adapter.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use kubeproof_conformance::{Runner, Suite};
/// use kubeproof_conformance::process::ProcessAdapter;
///
/// let adapter = Arc::new(ProcessAdapter::start("python3 adapter.py".parse()?).await?);
/// let suite = Suite::embedded()?;
/// let run = Runner::new(adapter.clone()).run(suite.cases()).await;
/// adapter.stop().await?;
/// # Ok(())
/// # }
/// ```
pub struct ProcessAdapter {
    command: Command,
    about: About,
    limits: ProcessLimits,
    /// Those that wait for a fetch.
    idle: Mutex<Vec<Worker>>,
}

/// Why there is no adapter.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program is not there, or cannot be run.
    #[error("`{command}` cannot be started: {source}; give a program that there is, with its path or in PATH")]
    NotStarted {
        /// What was to be started.
        command: Command,
        /// What the system says.
        source: std::io::Error,
    },
    /// It does not greet as the protocol says: what it did, and what it said on standard error.
    #[error(transparent)]
    Greeting(#[from] Breach),
}

/// How long a process is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessLimits {
    /// From its start to its greeting.
    pub start: Duration,
    /// Beyond what a fetch may take.
    pub grace: Duration,
    /// From the end of its input to its own.
    pub stop: Duration,
}

impl Default for ProcessLimits {
    /// Half a minute to start, since an interpreter may have much to load, and two seconds for the others.
    fn default() -> Self {
        Self { start: Duration::from_secs(30), grace: Duration::from_secs(2), stop: Duration::from_secs(2) }
    }
}

impl ProcessAdapter {
    /// Starts the first process, and has it say what it is.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or does not greet as the protocol says.
    pub async fn start(command: Command) -> Result<Self, StartError> {
        Self::start_within(command, ProcessLimits::default()).await
    }

    /// The same with other limits.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_within(command: Command, limits: ProcessLimits) -> Result<Self, StartError> {
        let (worker, about) = Worker::start(&command, limits).await?;
        Ok(Self { command, about, limits, idle: Mutex::new(vec![worker]) })
    }

    /// Ends every process, as the protocol says: by the end of its input.
    ///
    /// # Errors
    ///
    /// When one does not end by itself, or not well. All are ended.
    pub async fn stop(&self) -> Result<(), Breach> {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        let mut stopped = Ok(());
        for worker in idle {
            stopped = stopped.and(worker.stop(self.limits.stop).await);
        }
        stopped
    }

    /// A process that waits for a fetch.
    async fn worker(&self) -> Result<Worker, Breach> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(worker) = idle {
            return Ok(worker);
        }
        let started = Worker::start(&self.command, self.limits).await;
        let (worker, about) = started.map_err(|error| Breach::new(error.to_string()))?;
        if about != self.about {
            return Err(Breach::new(
                "it greets otherwise than when it was first started: it has to be the same each time",
            ));
        }
        Ok(worker)
    }

    async fn attempt_of(&self, request: FetchRequest) -> Attempt {
        let mut worker = match self.worker().await {
            Ok(worker) => worker,
            Err(breach) => return Attempt::from(breach),
        };
        // Dropped meanwhile, it is ended: it may answer later what nobody asks any more.
        let answer = worker.fetch(&request, self.limits.grace).await;
        let stderr = worker.take_stderr();
        if answer.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
        Attempt { answer, stderr }
    }
}

impl Adapter for ProcessAdapter {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(async { self.attempt_of(request).await.answer.unwrap_or_else(|breach| Err(breach.into())) })
    }

    fn attempt(&self, request: FetchRequest) -> AttemptFuture<'_> {
        Box::pin(self.attempt_of(request))
    }
}
