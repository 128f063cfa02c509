//! How often a second each emulation answers a request as it should be, in the default world: `just bench`.
//!
//! No socket, no journal: what a host adds comes on top. Each call starts from the world that the one before left, a second
//! later, so that a world that remembers is measured when it is full; a download of ucs starts from a fresh world, since it
//! has only one. What counts is the fastest of some rounds, which the rest of the machine disturbs least.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/it/proper.rs"]
mod proper;

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{EPOCH, Emulation, Verdict};

use crate::proper::proper;

/// Rounds of which the fastest counts.
const ROUNDS: usize = 9;

/// Calls of a round.
const CALLS: u32 = 4_000;

fn main() {
    for &provider in PROVIDERS {
        let round = providers::visit(provider, Answers).unwrap();
        let per_call = round.as_secs_f64() / f64::from(CALLS);
        println!("{provider:12} {:9.0} answers/s  {:7.2} µs each", 1.0 / per_call, per_call * 1e6);
    }
}

/// The fastest round of an emulation.
struct Answers;

impl Visitor for Answers {
    type Output = Duration;

    fn visit<E: Emulation>(self) -> Duration {
        let edition = *E::EDITIONS.first().unwrap();
        let mut world = E::World::default();
        let request = proper::<E>(&world);
        let mut now = EPOCH;
        let mut round = || {
            for _ in 0..CALLS {
                let (reply, next) = E::answer(edition, &world, now, black_box(&request));
                assert_eq!(reply.decision.verdict, Verdict::Answered);
                // The one download stays to be had.
                if E::PROVIDER != "ucs" {
                    world = next;
                }
                now += SignedDuration::from_secs(1);
            }
        };
        (0..ROUNDS).map(|_| time(&mut round)).min().unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}
