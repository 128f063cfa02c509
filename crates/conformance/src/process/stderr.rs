use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::task::JoinHandle;

/// What a process says on standard error, its end at least.
pub(super) struct Stderr {
    said: Arc<Mutex<VecDeque<u8>>>,
    reading: JoinHandle<()>,
}

/// How much of it is kept between two looks, in bytes.
const KEPT: usize = 64 << 10;

impl Stderr {
    /// Begins to listen: a process whose standard error is full would wait for ever.
    pub(super) fn of(mut pipe: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&said);
        let reading = tokio::spawn(async move {
            let mut some = vec![0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut some).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(some.iter().take(count));
                let excess = kept.len().saturating_sub(KEPT);
                kept.drain(..excess);
            }
        });
        Self { said, reading }
    }

    /// What was said since the last look.
    pub(super) fn take(&self) -> String {
        let said = std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&Vec::from(said)).into_owned()
    }

    /// Everything that a process said that has ended.
    pub(super) async fn rest(&mut self) -> String {
        // Its children may hold the pipe open, and nothing is waited for from them.
        let _ = tokio::time::timeout(super::worker::MOMENT, &mut self.reading).await;
        self.take()
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
