//! Both hosts answer the same: every case that wiremock can carry runs on it and on kubeproof's own server.

use std::sync::Arc;

use kubeproof::conformance::{CaseResult, Hosting, Outcome, Runner, Suite};
use kubeproof_reference::ReferenceAdapter;
use regex::Regex;

#[tokio::test(flavor = "multi_thread")]
async fn both_hosts_answer_and_record_the_same() {
    let suite = Suite::embedded().unwrap();
    let runner = Runner::new(Arc::new(ReferenceAdapter));
    let on_either = |hosting| {
        let (runner, cases) = (runner.clone().with_hosting(hosting), suite.cases().filter(|case| case.fits_any_host()));
        async move { runner.run(cases).await }
    };
    let wiremock = on_either(Hosting::AsNeeded).await;
    let server = on_either(Hosting::Server).await;
    assert!(wiremock.results.len() > 500, "{} cases", wiremock.results.len());
    // A port is another each time, and with it the hash of a canonical request.
    let varying = Regex::new(r"127\.0\.0\.1:\d+|its hash `[0-9a-f]{64}`").unwrap();
    let mut differences = Vec::new();
    for (wiremock, server) in wiremock.results.iter().zip(&server.results) {
        let shown = |result: &CaseResult| {
            let shown = format!("{} {:#?} {:#?}", result.outcome, result.mismatches, result.exchanges);
            varying.replace_all(&shown, "VARYING").into_owned()
        };
        let (wiremock_shown, server_shown) = (shown(wiremock), shown(server));
        if wiremock_shown != server_shown {
            let diff = similar::TextDiff::from_lines(&wiremock_shown, &server_shown);
            differences.push(format!("{}\n{}", wiremock.case.id, diff.unified_diff().header("wiremock", "server")));
        }
    }
    assert!(differences.is_empty(), "{} cases differ:\n{}", differences.len(), differences.join("\n"));
}

/// A signature is of the host that was asked, which HTTP/2 does not send as a header; a redirect that stays keeps TLS.
#[tokio::test(flavor = "multi_thread")]
async fn every_case_passes_over_tls_and_http_2() {
    let suite = Suite::embedded().unwrap();
    let runner = Runner::new(Arc::new(ReferenceAdapter)).with_hosting(Hosting::ServerOverTls);
    let run = runner.run(suite.cases().filter(|case| case.fits_any_host())).await;
    let others: Vec<_> = run.results.iter().filter(|result| result.outcome != Outcome::Passed).collect();
    assert!(
        others.is_empty(),
        "{:#?}",
        others.iter().map(|other| (&other.case.id, &other.mismatches)).collect::<Vec<_>>()
    );
}
