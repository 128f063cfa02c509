//! The program as a user meets it: what it prints, where, and the exit code.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod adapter;
mod baseline;
mod check;
mod lint_and_merge;
mod new;
mod program;
mod serve;
mod serving;
mod show;
mod view;
