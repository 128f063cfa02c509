//! Both hosts answer the same: every case that wiremock can carry runs on it and on kubeproof's own server.

use std::sync::Arc;

use kubeproof::conformance::adapter::{About, Adapter, Feature, FetchFuture, FetchRequest};
use kubeproof::conformance::{CaseResult, Hosting, Outcome, Run, Runner, Suite};
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

/// The clients of this workspace, which lack a feature and are asked for nothing that needs it.
struct Lacking(Feature);

impl Adapter for Lacking {
    fn about(&self) -> About {
        ReferenceAdapter.about().without(self.0)
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        let plain = request.base_url.starts_with("http://");
        assert_eq!(request.ca_pem.is_none(), plain);
        assert!(!(plain && self.0 == Feature::Http) && request.credentials.feature() != self.0, "{request:?}");
        ReferenceAdapter.fetch(request)
    }
}

#[track_caller]
fn check(run: &Run, least: usize) {
    let others: Vec<_> = run
        .results
        .iter()
        .filter(|result| !matches!(result.outcome, Outcome::Passed | Outcome::Skipped))
        .map(|other| (&other.case.id, &other.mismatches))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(run.summary().passed >= least, "{:?}", run.summary());
}

/// Faults and all: a signature is of the host that was asked, which HTTP/2 does not send as a header; a redirect that stays
/// keeps TLS. An adapter without plain HTTP is judged like this by itself.
#[tokio::test(flavor = "multi_thread")]
async fn every_case_passes_over_tls_and_http_2() {
    let suite = Suite::embedded().unwrap();
    assert_eq!(Runner::new(Arc::new(ReferenceAdapter)).hosting(), Hosting::AsNeeded);
    let runner = Runner::new(Arc::new(Lacking(Feature::Http)));
    assert_eq!(runner.hosting(), Hosting::ServerOverTls);
    check(&runner.run(suite.cases()).await, suite.cases().count());
}

/// A case that names no credentials is judged by those that an adapter takes.
#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_signs_passes_what_is_not_about_tokens() {
    let suite = Suite::embedded().unwrap();
    let cases = || suite.cases().filter(|case| ["cce", "ucs"].contains(&case.provider));
    check(&Runner::new(Arc::new(Lacking(Feature::Token))).run(cases()).await, 400);
    // Whoever takes neither is not asked.
    let neither = About::new("neither", "1", ["cce"]).without(Feature::Token).without(Feature::AkSk);
    let neither = kubeproof::conformance::adapter::adapter_fn(neither, |request| async move { panic!("{request:?}") });
    let run = Runner::new(Arc::new(neither)).run(cases()).await;
    assert_eq!(run.summary().skipped, cases().count());
    assert!(run.results.iter().any(|result| result.reason.as_deref() == Some("the adapter lacks: token, ak-sk")));
}
