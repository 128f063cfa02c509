//! Our own server, over real sockets.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod admin;
mod api;
mod events;
mod faults;
mod robustness;
mod tls;
mod wire;
