use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::line::{self, Asked, Greeting, PROTOCOL};
use super::stderr::Stderr;
use super::{Command, ProcessLimits, StartError};
use crate::adapter::{About, Breach, Failure, FetchRequest, Fetched};

/// A process that answers one fetch after the other. Dropped, it is ended, and so is what it started.
pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Stderr,
    /// How many lines came.
    lines: u64,
}

/// The longest line, in bytes: longer than any answer that a client should take.
const LONGEST_LINE: usize = 16 << 20;

/// How long is waited for what a process that has ended still has to say.
pub(super) const MOMENT: Duration = Duration::from_millis(500);

impl Worker {
    /// Starts a process, and has it greet.
    pub(super) async fn start(command: &Command, limits: ProcessLimits) -> Result<(Self, About), StartError> {
        let mut process = tokio::process::Command::new(command.program());
        process.args(command.arguments());
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // What it starts is of its group, and ends with it.
        #[cfg(unix)]
        process.process_group(0);
        let mut child =
            process.spawn().map_err(|source| StartError::NotStarted { command: command.clone(), source })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Breach::new("it has no standard input or output").into());
        };
        let stdout = BufReader::new(stdout);
        let mut worker = Self { child, stdin: Some(stdin), stdout, stderr: Stderr::of(stderr), lines: 0 };
        let greeting = Asked::Hello(Greeting { protocol: PROTOCOL });
        let greeted = timeout(limits.start, worker.ask(&greeting)).await;
        let about = match greeted {
            Ok(Ok(line)) => line::hello(worker.lines, &line),
            Ok(Err(breach)) => Err(breach),
            Err(_) => Err(Breach::new(format!("it did not greet within {:?}", limits.start))),
        };
        match about {
            Ok(about) => Ok((worker, about)),
            Err(breach) => Err(breach.after(&worker.stderr.rest().await).into()),
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
            Breach::new(format!(
                "it did not answer within {limit:?}, and the fetch was to take {} ms",
                request.timeout_ms
            ))
        })??;
        line::answer(self.lines, &line, &request.id)
    }

    /// What it said on standard error since the last look.
    pub(super) fn take_stderr(&mut self) -> String {
        self.stderr.take()
    }

    /// Ends its input, and waits for its end.
    pub(super) async fn stop(mut self, limit: Duration) -> Result<(), Breach> {
        drop(self.stdin.take());
        let ended = timeout(limit, async {
            let rest = self.read().await;
            (rest, self.child.wait().await)
        });
        match ended.await {
            Ok((Ok(Some(line)), _)) => Err(line::unasked(self.lines, &line)),
            Ok((Err(breach), _)) => Err(breach),
            Ok((Ok(None), Ok(status))) if status.success() => Ok(()),
            Ok((Ok(None), Ok(status))) => {
                Err(Breach::new(format!("it ended with {status} at the end of its input, and 0 is wanted"))
                    .after(&self.stderr.rest().await))
            }
            Ok((Ok(None), Err(error))) => Err(Breach::new(format!("its end cannot be waited for: {error}"))),
            Err(_) => Err(Breach::new(format!("it did not end within {limit:?} after its input did"))),
        }
    }

    /// Writes a line, and reads one.
    async fn ask(&mut self, asked: &Asked) -> Result<Vec<u8>, Breach> {
        let line = asked.line().map_err(|error| Breach::new(format!("what is asked is no JSON: {error}")))?;
        // What it says unasked would be taken for the answer.
        if let Some(line) = self.unasked().await? {
            return Err(line::unasked(self.lines, &line));
        }
        if let Some(stdin) = &mut self.stdin
            && (stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err())
        {
            return Err(self.ended().await);
        }
        match self.read().await? {
            Some(line) => Ok(line),
            None => Err(self.ended().await),
        }
    }

    /// A line that is there before anything was asked.
    async fn unasked(&mut self) -> Result<Option<Vec<u8>>, Breach> {
        // At the end of it there is nothing, and no error either: whoever reads on finds out.
        let is_there = matches!(self.stdout.fill_buf().now_or_never(), Some(Ok([_, ..])));
        if is_there { self.read().await } else { Ok(None) }
    }

    /// The next line, without its end; `None` when there is none.
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Breach> {
        let mut line = Vec::new();
        loop {
            let some =
                self.stdout.fill_buf().await.map_err(|error| Breach::new(format!("it cannot be read: {error}")))?;
            if some.is_empty() {
                break;
            }
            let (part, ends) = match some.iter().position(|byte| *byte == b'\n') {
                Some(end) => (some.get(..end).unwrap_or_default(), true),
                None => (some, false),
            };
            line.extend_from_slice(part);
            let taken = part.len() + usize::from(ends);
            self.stdout.consume(taken);
            if line.len() > LONGEST_LINE {
                return Err(Breach::new(format!(
                    "line {} of its standard output is longer than {LONGEST_LINE} bytes",
                    self.lines + 1
                )));
            }
            if ends {
                self.lines += 1;
                return Ok(Some(line));
            }
        }
        if line.is_empty() {
            return Ok(None);
        }
        self.lines += 1;
        // The end of the last line may be missing; what it is will be told by reading it.
        Ok(Some(line))
    }

    /// What is to be said of a process that has closed its standard output.
    async fn ended(&mut self) -> Breach {
        match timeout(MOMENT, self.child.wait()).await {
            Ok(Ok(status)) => Breach::new(format!("it ended ({}) instead of answering", shown(status))),
            Ok(Err(_)) | Err(_) => Breach::new("it closed its standard output instead of answering"),
        }
    }
}

fn shown(status: ExitStatus) -> String {
    status.to_string()
}

/// The group goes as a whole: an interpreter may have started another program.
#[cfg(unix)]
impl Drop for Worker {
    fn drop(&mut self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(group) = id {
            // It may have ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
