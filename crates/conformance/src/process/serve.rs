use std::sync::Arc;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::line::{Answer, Asked, Hello, Outcome, PROTOCOL, Said};
use crate::adapter::Adapter;

/// Speaks the protocol for an adapter that is written in Rust, until the end of the input: the whole of its `main`.
///
/// ```no_run
/// # async fn example(adapter: impl kubeproof_conformance::adapter::Adapter + 'static) -> std::io::Result<()> {
/// use tokio::io::{BufReader, stdin, stdout};
///
/// kubeproof_conformance::process::serve(adapter, BufReader::new(stdin()), stdout()).await
/// # }
/// ```
///
/// # Errors
///
/// When a line is not of the protocol, or nothing can be written.
pub async fn serve(
    adapter: impl Adapter + 'static,
    input: impl AsyncBufRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> std::io::Result<()> {
    let (adapter, output) = (Arc::new(adapter), Arc::new(Mutex::new(output)));
    let mut lines = input.lines();
    let mut fetches = JoinSet::new();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Asked::Hello(_) => {
                let hello = Hello { protocol: PROTOCOL, about: adapter.about() };
                write(&output, &Said::Hello(hello)).await?;
            }
            Asked::Fetch(request) => {
                let (adapter, output) = (Arc::clone(&adapter), Arc::clone(&output));
                fetches.spawn(async move {
                    let id = request.id.clone();
                    let outcome = match adapter.fetch(*request).await {
                        Ok(fetched) => Outcome::Fetched(fetched),
                        Err(failure) => Outcome::Error(failure),
                    };
                    write(&output, &Said::Result(Answer { id, outcome })).await
                });
            }
        }
        while let Some(done) = fetches.try_join_next() {
            done.map_err(std::io::Error::other)??;
        }
    }
    while let Some(done) = fetches.join_next().await {
        done.map_err(std::io::Error::other)??;
    }
    Ok(())
}

async fn write(output: &Mutex<impl AsyncWrite + Unpin>, said: &Said) -> std::io::Result<()> {
    let line = said.line()?;
    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}
