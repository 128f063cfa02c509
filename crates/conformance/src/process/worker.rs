use std::process::Stdio;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use super::line::{self, Asked, Greeting, PROTOCOL};
use super::output::{Line, Output};
use super::stderr::Stderr;
use super::{Command, ProcessLimits, StartError};
use crate::adapter::{About, Breach, Failure, FetchRequest, Fetched};

/// A process that answers one fetch after the other. Dropped, it is ended, and so is what it started.
pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    output: Output,
    stderr: Stderr,
    /// What it started is of its group, which goes as a whole unless it has ended well.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

/// How long is waited for the end of a process that has closed its standard output.
const MOMENT: Duration = Duration::from_millis(500);

impl Worker {
    /// Starts a process, and has it greet.
    pub(super) async fn start(command: &Command, limits: ProcessLimits) -> Result<(Self, About), StartError> {
        let mut process = tokio::process::Command::new(command.program());
        process.args(command.arguments());
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        process.process_group(0);
        let started = process.spawn();
        let mut child = started.map_err(|source| StartError::NotStarted { command: command.clone(), source })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Breach::new("it has no standard input or output").into());
        };
        #[cfg(unix)]
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        let mut worker = Self {
            child,
            stdin: Some(stdin),
            output: Output::of(stdout),
            stderr: Stderr::of(stderr),
            #[cfg(unix)]
            group,
        };
        let greeting = Asked::Hello(Greeting { protocol: PROTOCOL });
        let about = match timeout(limits.start, worker.ask(&greeting)).await {
            Ok(line) => line.and_then(|line| line::hello(&line)),
            Err(_) => Err(Breach::new(format!("it did not greet within {:?}", limits.start))),
        };
        match about {
            Ok(about) => Ok((worker, about)),
            Err(breach) => Err(breach.after(&worker.stderr.take()).into()),
        }
    }

    /// Has it make a fetch.
    pub(super) async fn fetch(
        &mut self,
        request: &FetchRequest,
        grace: Duration,
    ) -> Result<Result<Fetched, Failure>, Breach> {
        let limit = Duration::from_millis(request.timeout_ms).saturating_add(grace);
        let asked = timeout(limit, self.ask(&Asked::Fetch(Box::new(request.clone())))).await;
        let line = asked.map_err(|_| {
            let taken = request.timeout_ms;
            Breach::new(format!("it did not answer within {limit:?}, and the fetch was to take {taken} ms"))
        })??;
        line::answer(&line, &request.id)
    }

    /// What it said on standard error since the last look.
    pub(super) fn take_stderr(&mut self) -> String {
        self.stderr.take()
    }

    /// Ends its input, and waits for its end.
    pub(super) async fn stop(mut self, limit: Duration) -> Result<(), Breach> {
        drop(self.stdin.take());
        let Self { child, output, stderr, .. } = &mut self;
        let ended = async {
            let status = tokio::select! {
                biased;
                line = output.line() => match line? {
                    Some(line) => return Err(line::unasked(&line)),
                    None => child.wait().await,
                },
                status = child.wait() => match timeout(MOMENT, output.line()).await {
                    Ok(Ok(None)) => status,
                    Ok(Ok(Some(line))) => return Err(line::unasked(&line)),
                    Ok(Err(breach)) => return Err(breach),
                    Err(_) => return Err(Breach::new("it ended, and something that it started did not: end that too")),
                },
            };
            status.map_err(|error| Breach::new(format!("its end cannot be waited for: {error}")))
        };
        let ended = tokio::select! {
            ended = timeout(limit, ended) => ended,
            never = stderr.listen() => match never {},
        };
        match ended {
            Ok(Ok(status)) if status.success() => {
                #[cfg(unix)]
                {
                    self.group = None;
                }
                Ok(())
            }
            Ok(Ok(status)) => {
                let breach = Breach::new(format!("it ended with {status} at the end of its input, and 0 is wanted"));
                Err(breach.after(&stderr.take()))
            }
            Ok(Err(breach)) => Err(breach),
            Err(_) => Err(Breach::new(format!("it did not end within {limit:?} after its input did"))),
        }
    }

    /// Writes a line, and reads one.
    async fn ask(&mut self, asked: &Asked) -> Result<Line, Breach> {
        let line = asked.line().map_err(|error| Breach::new(format!("what is asked is no JSON: {error}")))?;
        let Self { child, stdin, output, stderr, .. } = self;
        let exchange = async {
            // What is said unasked would be taken for the answer.
            if let Some(Ok(Some(line))) = output.line().now_or_never() {
                return Err(line::unasked(&line));
            }
            let Some(stdin) = stdin else { return Err(Breach::new("its input has ended")) };
            if stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err() {
                return Err(ended(child).await);
            }
            match output.line().await? {
                Some(line) => Ok(line),
                None => Err(ended(child).await),
            }
        };
        tokio::select! {
            answer = exchange => answer,
            never = stderr.listen() => match never {},
        }
    }
}

/// What is to be said of a process that has closed its standard output.
async fn ended(child: &mut Child) -> Breach {
    match timeout(MOMENT, child.wait()).await {
        Ok(Ok(status)) => Breach::new(format!("it ended ({status}) instead of answering")),
        Ok(Err(_)) | Err(_) => Breach::new("it closed its standard output instead of answering"),
    }
}

/// An interpreter may have started another program.
#[cfg(unix)]
impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // It may have ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
