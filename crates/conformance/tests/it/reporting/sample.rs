//! Reports to show.

use std::sync::Arc;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, Feature, Fetched, adapter_fn};
use kubeproof_conformance::report::Report;
use kubeproof_conformance::{Mismatch, Outcome, Runner};

use crate::raw::send;
use crate::suite_of::{CLAUSES, suite_of};

/// Text that means something to every format.
pub(crate) const NASTY: &str = "a\u{1b}[31mb\u{7}\u{9b} ]]> | `c` ``` </script></pre></details><!-- \n::error::x\r\n# SKIP %0A \
                                @someone #1 :+1: $x$ [l](http://h) &lt; \u{202e}d\n...\n--- <b>'\"\\";

pub(crate) const SECRET: &str = "planted-in-a-file";

const CASES: &str = "\
- {id: digitalocean/some/passes, title: This passes, clauses: [digitalocean.one], steps: [{expect: {error: not-found}}], wire: {requests: {at-most: 1}}}
- {id: digitalocean/some/is-known-to-fail, title: This is known to fail, clauses: [digitalocean.two], steps: [{expect: {error: forbidden}}]}
- {id: digitalocean/some/is-skipped, title: This is skipped, needs: [post-duration], clauses: [digitalocean.two], steps: [{expect: {error: any}}]}
- {id: digitalocean/some/passes-again, title: This passes again, clauses: [digitalocean.one], steps: [{expect: {error: not-found}}]}
- {id: digitalocean/some/cannot-run, title: This cannot run, clauses: [digitalocean.one], steps: [{expect: {error: not-found}}]}
- {id: digitalocean/some/fails, title: This fails, level: should, clauses: [digitalocean.one, digitalocean.two], steps: [{expect: {kubeconfig: {}}}], wire: {requests: 2}}
";

/// The report of a run with every outcome.
pub(crate) fn report() -> Report {
    let suite = suite_of(CLAUSES, CASES).unwrap();
    let about = About::new("test", "1.0.0", ["digitalocean"]).without(Feature::PostDuration);
    let adapter = adapter_fn(about, |request| async move {
        send(&request.base_url, "GET /v2/unknown HTTP/1.1\nhost: HOST\nconnection: close\n\n").await;
        Err::<Fetched, _>(Failure { status: Some(404), ..Failure::new(FailureKind::NotFound) })
    });
    let mut run = tokio::runtime::Runtime::new().unwrap().block_on(Runner::new(Arc::new(adapter)).run(suite.cases()));
    for result in &mut run.results {
        result.duration_ms = 7;
        let at = result.case.place.file.find("digitalocean/").unwrap();
        result.case.place.file.replace_range(..at, "fixtures/");
        for exchange in &mut result.exchanges {
            let host = exchange.request_headers.iter_mut().find(|field| field.name == "host").unwrap();
            host.value = "127.0.0.1:40123".to_owned();
        }
        // What a baseline makes of them.
        (result.outcome, result.reason) = match result.case.id.rsplit('/').next().unwrap() {
            "is-known-to-fail" => (Outcome::ExpectedFailure, Some("errors are not told apart, issue 12".to_owned())),
            "passes-again" => (Outcome::UnexpectedPass, None),
            "cannot-run" => (Outcome::CouldNotRun, Some("no port is free".to_owned())),
            _ => (result.outcome, result.reason.take()),
        };
    }
    run.adapter.version = "1.2.3".to_owned();
    Report::of(&run, &suite)
}

/// The same with `text` wherever others can put some.
pub(crate) fn with_everything(text: &str) -> Report {
    let mut report = report();
    report.adapter.version = text.to_owned();
    for provider in &mut report.providers {
        provider.title = text.to_owned();
    }
    for clause in &mut report.clauses {
        clause.statement = text.to_owned();
        clause.source = text.to_owned();
    }
    for case in &mut report.cases {
        case.title = text.to_owned();
        case.message = text.to_owned();
        case.stderr = Some(text.to_owned());
        case.reason = case.reason.is_some().then(|| text.to_owned());
        if let Some(place) = &mut case.place {
            place.file = format!("{text}.yaml");
        }
        if case.outcome == Outcome::Failed {
            case.mismatches.push(Mismatch { step: None, expected: text.to_owned(), came: text.to_owned() });
        }
        for exchange in &mut case.exchanges {
            exchange.request = text.to_owned();
            exchange.body = text.to_owned();
            exchange.explanation = text.to_owned();
            exchange.complaints.push(text.to_owned());
            for field in exchange.request_headers.iter_mut().chain(&mut exchange.reply_headers) {
                field.value = text.to_owned();
            }
        }
    }
    report
}

/// A report of `cases` cases as they usually are, one in ten of which failed in a way of its own.
pub(crate) fn ordinary(cases: usize) -> Report {
    let mut report = report();
    let failed = report.cases.iter().find(|case| case.outcome == Outcome::Failed).unwrap().clone();
    let passed = report.cases.iter().find(|case| case.outcome == Outcome::Passed).unwrap().clone();
    report.cases = (0..cases)
        .map(|number| {
            let mut case = if number % 10 == 0 { failed.clone() } else { passed.clone() };
            case.id = format!("digitalocean/group-{}/holds-what-a-usual-name-of-a-case-says-{number}", number / 50);
            case.title = format!("What the sentence of an ordinary case says holds for number {number}");
            for exchange in &mut case.exchanges {
                exchange.body = format!("{{\"id\":\"not_found\",\"number\":{number}}}{}", "x".repeat(700));
            }
            case
        })
        .collect();
    report
}
