use std::convert::Infallible;

use futures_util::FutureExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;

/// What a process says on standard error, its end at least.
pub(super) struct Stderr {
    /// Until it is closed.
    pipe: Option<ChildStderr>,
    said: Vec<u8>,
}

/// How much of it is kept between two looks, in bytes.
const KEPT: usize = 64 << 10;

impl Stderr {
    pub(super) fn of(pipe: ChildStderr) -> Self {
        Self { pipe: Some(pipe), said: Vec::new() }
    }

    /// Listens for ever: a process whose standard error is full would wait. May be dropped at any time.
    pub(super) async fn listen(&mut self) -> Infallible {
        while self.hear().await {}
        std::future::pending().await
    }

    /// What was said since the last look, and what waits to be heard.
    pub(super) fn take(&mut self) -> String {
        // What was said before an answer is there when the answer is.
        while self.hear().now_or_never() == Some(true) {}
        String::from_utf8_lossy(&std::mem::take(&mut self.said)).into_owned()
    }

    /// Hears something, unless there is nothing more to come.
    async fn hear(&mut self) -> bool {
        let Some(pipe) = &mut self.pipe else { return false };
        if matches!(pipe.read_buf(&mut self.said).await, Ok(0) | Err(_)) {
            self.pipe = None;
        }
        let excess = self.said.len().saturating_sub(KEPT);
        self.said.drain(..excess);
        self.pipe.is_some()
    }
}
