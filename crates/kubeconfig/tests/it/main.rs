//! Tests of the public interface.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod base64;
mod certificates;
mod completeness;
mod edit;
mod files;
mod generate;
mod hazards;
mod lint;
mod merge;
mod merge_all;
mod properties;
mod read;
mod save;
mod secrecy;
mod select;
mod vectors;
mod write;
mod yaml;
