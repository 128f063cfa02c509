//! The program as a user meets it: what it prints, where, and the exit code.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod lint_and_merge;
mod program;
mod serve;
mod serving;
mod show;
mod view;
