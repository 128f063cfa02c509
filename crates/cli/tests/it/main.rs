//! The program as a user meets it: what it prints, where, and the exit code.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod check;
mod program;
mod show;
