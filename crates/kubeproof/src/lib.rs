//! Prove that code which asks a cloud provider for cluster access ends up with a kubeconfig that works.
//!
//! This is the crate to depend on in tests. It re-exports
//!
//! - [`emulator`]: servers that behave as the documents of five providers say, inside a test or on a socket;
//! - [`conformance`]: cases, adapters, the runner and its reports.
//!
//! To see what your client does against an emulation:
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use kubeproof::emulator::Session;
//! use kubeproof::emulator::host::WiremockHost;
//! use kubeproof::emulator::providers::digitalocean::DigitalOcean;
//!
//! let host = WiremockHost::start(Session::new::<DigitalOcean>(Default::default())).await.unwrap();
//! // Point your client at host.base_url(), then ask what it did:
//! assert_eq!(host.session().journal().recorded(), 0);
//! # });
//! ```
//!
//! To have every case as a test of your own, see [`conformance_tests!`]. To have it judged otherwise, implement [`conformance::adapter::Adapter`] and run the suite:
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::sync::Arc;
//! use kubeproof::conformance::adapter::{About, Failure, FailureKind, adapter_fn};
//! use kubeproof::conformance::{Runner, Suite};
//!
//! let mine = adapter_fn(About::new("mine", "1.0.0", ["ucs"]), |_request| async { Err(Failure::new(FailureKind::Error)) });
//! let suite = Suite::embedded().unwrap();
//! let run = Runner::new(Arc::new(mine)).run(suite.cases().filter(|case| case.provider == "ucs")).await;
//! assert!(run.summary().failed > 0);
//! # });
//! ```

pub mod testing;

pub use kubeproof_conformance as conformance;
pub use kubeproof_emulator as emulator;

/// The examples of README.md are run like any other.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
