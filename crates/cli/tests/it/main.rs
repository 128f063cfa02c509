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
mod caller;
mod check;
mod ci;
mod fetch;
mod fetch_credentials;
mod fetch_interrupted;
mod fetch_many;
mod fetch_merge;
mod fetch_ucs;
mod lint_and_merge;
mod manual;
mod new;
mod new_provider;
mod program;
mod prove;
mod report;
mod serve;
mod serving;
mod shards;
mod show;
mod view;
