//! What it costs that an adapter is a process: each case of the suite with the same clients within this process and as
//! `kubeproof adapter reference`, one case at a time; and the whole suite as `check` runs it: `just bench`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use kubeproof::conformance::process::{Command, ProcessAdapter};
use kubeproof::conformance::{Case, Outcome, Runner, Suite};
use kubeproof_reference::ReferenceAdapter;
use tokio::runtime::Runtime;

/// How often each case is run by each road.
const ROUNDS: usize = 5;

fn main() {
    let suite = Suite::embedded().unwrap();
    let runtime = Runtime::new().unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_kubeproof"), ["adapter", "reference"].map(str::to_owned));
    let process = Arc::new(runtime.block_on(ProcessAdapter::start(command)).unwrap());
    let roads = [Runner::new(Arc::new(ReferenceAdapter)), Runner::new(Arc::<ProcessAdapter>::clone(&process))];

    // The fastest round of each case by each road: what they differ in is the road.
    let mut overheads: Vec<f64> = suite
        .cases()
        .map(|case| {
            let mut fastest = [Duration::MAX; 2];
            for round in 0..2 * ROUNDS {
                // Each begins as often as the other.
                let road = (round + round / 2) % 2;
                fastest[road] = fastest[road].min(time(&runtime, &roads[road], case));
            }
            (fastest[1].as_secs_f64() - fastest[0].as_secs_f64()) * 1e3
        })
        .collect();
    overheads.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| overheads[(overheads.len() - 1) * percent / 100];
    println!("a case by a process beside the same in this one, {} cases, one at a time", overheads.len());
    println!("  median {:+.3} ms, nine in ten below {:+.3} ms", at(50), at(90));

    println!("the whole suite, as `check` runs it");
    for (name, runner) in ["in this process", "by processes"].into_iter().zip(&roads) {
        let started = Instant::now();
        let run = runtime.block_on(runner.run(suite.cases()));
        println!("  {name:16} {:.2} s", started.elapsed().as_secs_f64());
        assert_eq!(run.summary().passed, suite.cases().count());
    }
    runtime.block_on(process.stop()).unwrap();
}

fn time(runtime: &Runtime, runner: &Runner, case: &Case) -> Duration {
    let started = Instant::now();
    let result = runtime.block_on(runner.run_case(case.clone()));
    assert_eq!(result.outcome, Outcome::Passed, "{}", case.id);
    started.elapsed()
}
