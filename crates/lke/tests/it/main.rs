//! The client against a server that says what it is told.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod refusals;
mod requests;
mod support;
