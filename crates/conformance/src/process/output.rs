use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::ChildStdout;

use crate::adapter::Breach;

/// The lines that a process writes.
pub(super) struct Output {
    pipe: BufReader<ChildStdout>,
    /// What came of a line that has no end yet.
    begun: Vec<u8>,
    lines: u64,
}

/// A line without its end, and its number, from 1.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
}

/// The longest line, in bytes: longer than any answer that a client should take.
const LONGEST: usize = 16 << 20;

impl Output {
    pub(super) fn of(pipe: ChildStdout) -> Self {
        Self { pipe: BufReader::new(pipe), begun: Vec::new(), lines: 0 }
    }

    /// The next line; `None` when there is none. May be dropped at any time.
    pub(super) async fn line(&mut self) -> Result<Option<Line>, Breach> {
        loop {
            let some =
                self.pipe.fill_buf().await.map_err(|error| Breach::new(format!("it cannot be heard: {error}")))?;
            if some.is_empty() {
                // The last line may lack its end; reading it tells whether it is whole.
                return Ok((!self.begun.is_empty()).then(|| self.ended()));
            }
            let (part, ends) = match some.iter().position(|byte| *byte == b'\n') {
                Some(end) => (some.get(..end).unwrap_or_default(), true),
                None => (some, false),
            };
            let taken = part.len() + usize::from(ends);
            self.begun.extend_from_slice(part);
            self.pipe.consume(taken);
            if self.begun.len() > LONGEST {
                let number = self.lines + 1;
                return Err(Breach::new(format!(
                    "line {number} of its standard output is longer than {LONGEST} bytes"
                )));
            }
            if ends {
                return Ok(Some(self.ended()));
            }
        }
    }

    fn ended(&mut self) -> Line {
        self.lines += 1;
        Line { number: self.lines, bytes: std::mem::take(&mut self.begun) }
    }
}
