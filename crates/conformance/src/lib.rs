//! Judges any client of a cluster-access endpoint, by what it returns and by what it put on the wire.
//!
//! A [`Suite`] holds the clauses of the provider documents and the cases that judge by them, all of it data. A
//! [`Runner`] runs cases against an [`Adapter`](adapter::Adapter), each against an emulation of its own, and a
//! [`report`] says what came of it.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::sync::Arc;
//! use kubeproof_conformance::adapter::{About, Failure, FailureKind, adapter_fn};
//! use kubeproof_conformance::{Outcome, Runner, Suite};
//!
//! let suite = Suite::embedded().unwrap();
//! let hopeless = adapter_fn(About::new("hopeless", "1.0.0", ["digitalocean"]), |_| async { Err(Failure::new(FailureKind::Error)) });
//! let run = Runner::new(Arc::new(hopeless)).run(suite.cases().take(1)).await;
//! assert_eq!(run.results[0].outcome, Outcome::Failed);
//! # });
//! ```

pub mod adapter;
pub mod by_hand;
pub mod case;
pub mod coverage;
pub mod process;
pub mod prove;
pub mod report;
pub mod saboteur;
pub mod wire;

mod baseline;
mod clause;
mod fixtures;
mod host;
mod judge;
mod load;
mod nearest;
mod outcome;
mod problem;
mod request;
mod run;
mod select;
mod sense;
mod setting;
mod shard;
mod suite;
mod worlds;
mod yaml;

pub use baseline::{Baseline, Update, UpdateError};
pub use case::Case;
pub use clause::{Clause, Provenance};
pub use host::Hosting;
pub use judge::Mismatch;
pub use nearest::nearest;
pub use outcome::{CaseResult, Field, Outcome, Run, ShownExchange, Summary, Verdicts};
pub use problem::{Problem, SuiteError};
pub use run::Runner;
pub use select::{Selection, SelectionError};
pub use shard::{NoShard, Shard};
pub use suite::{ProviderSuite, Suite};
pub use worlds::{Worlds, default_worlds};
