//! Judges the suite, the runner and the reports from outside.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod by_hand;
mod judging;
mod loading;
mod proving;
mod raw;
mod reporting;
mod running;
mod sharding;
mod suite_of;
mod wire;
mod worlds;
