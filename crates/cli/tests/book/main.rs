//! The pages of `docs/`: what a reader types does what they say, links lead somewhere, and what is told of the data is true.
//!
//! What is generated is compared with what would be written today; `just reference` writes it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bash;
mod commands;
mod comparison;
mod emulations;
mod generated;
mod kubeconfig;
mod links;
mod markdown;
mod page;
mod protocol;
mod reference;
mod summary;
mod tutorial;
mod tutorials;
