//! The transport against real sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod batches;
mod connections;
mod own_client;
mod redirects;
mod retries;
mod support;
mod tls;
mod traces;
mod waiting;
mod wire;
