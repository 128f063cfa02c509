//! What was on the wire is judged, whatever the adapter says.

use std::sync::Arc;

use kubeproof_conformance::adapter::{About, Failure, FailureKind, FetchRequest, Fetched, adapter_fn};
use kubeproof_conformance::{CaseResult, Outcome, Runner};

use crate::raw::send;
use crate::suite_of::suite_of_cce;

/// What a client sends; `HOST` stands for the provider's address.
const REQUEST: &str = "\
GET /api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert?a=1&b=%2F HTTP/1.1
host: HOST
x-auth-token: example-iam-token
content-type: application/json
connection: close

";

/// Judges a client that sends `requests` by a case with these lines, and then follows a redirect with `onward`.
fn judge(lines: &str, requests: &[&str], onward: Option<&str>) -> CaseResult {
    judge_by("cce.one", lines, requests, onward)
}

/// The same by a clause of the caller's choice.
fn judge_by(clause: &str, lines: &str, requests: &[&str], onward: Option<&str>) -> CaseResult {
    let case = format!(
        "- id: cce/some/x\n  title: X\n  clauses: [{clause}]\n  steps: [{{expect: {{error: any}}}}]\n  {lines}\n"
    );
    let suite = suite_of_cce(&case);
    let requests: Vec<String> = requests.iter().map(|request| (*request).to_owned()).collect();
    let onward = onward.map(str::to_owned);
    let adapter = adapter_fn(About::new("test", "1.0.0", ["cce"]), move |request: FetchRequest| {
        let (requests, onward) = (requests.clone(), onward.clone());
        async move {
            for text in requests {
                let answer = send(&request.base_url, &text).await;
                if let Some(onward) = &onward {
                    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
                    send(location.trim_end_matches('/'), onward).await;
                }
            }
            Err::<Fetched, _>(Failure::new(FailureKind::Error))
        }
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Runner::new(Arc::new(adapter)).run_case(suite.cases().next().unwrap().clone()))
}

#[track_caller]
fn passes(wire: &str, request: &str) {
    let result = judge(&format!("wire: {wire}"), &[request], None);
    assert_eq!(result.outcome, Outcome::Passed, "{}", result.message());
}

#[track_caller]
fn fails(wire: &str, request: &str, part: &str) {
    let result = judge(&format!("wire: {wire}"), &[request], None);
    assert_eq!(result.outcome, Outcome::Failed, "{wire}");
    assert!(result.message().contains(part), "`{part}` is not in: {}", result.message());
    assert!(!result.message().contains("example-iam-token"), "{}", result.message());
}

#[test]
fn the_number_of_requests() {
    let twice = |wire: &str| judge(&format!("wire: {wire}"), &[REQUEST, REQUEST], None);
    assert_eq!(twice("{requests: 2}").outcome, Outcome::Passed);
    assert_eq!(twice("{requests: {at-least: 1, at-most: 3}}").outcome, Outcome::Passed);
    assert_eq!(twice("{requests: 1}").message(), "expected 1 request; came 2 requests");
    assert_eq!(twice("{requests: {at-most: 1}}").message(), "expected at most 1 request; came 2 requests");
}

#[test]
fn method_and_path() {
    passes("{method: GET}", REQUEST);
    fails("{method: GET}", &REQUEST.replace("GET", "POST"), "expected request 1 with method GET; came method POST");
    passes("{path: '/api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert'}", REQUEST);
    fails("{path: '/api/v3/clusters/{cluster_id}'}", REQUEST, "expected request 1 for `/api/v3/clusters/0c0ffee0-");
}

#[test]
fn the_query() {
    passes("{query: {a: '1', b: '/', c: ~}}", REQUEST);
    passes("{query: {a: '*'}}", REQUEST);
    fails("{query: {a: '2'}}", REQUEST, "query parameter `a` `2`; came 1");
    fails("{query: {a: ~}}", REQUEST, "query parameter `a` not sent; came 1");
    fails("{query: {c: '*'}}", REQUEST, "query parameter `c` `*`; came not sent");
    fails("{query: {a: '1'}}", &REQUEST.replace("a=1", "a=1&a=1"), "`1`, once; came 2 times");
}

#[test]
fn headers() {
    passes("{headers: {x-auth-token: '{token}', authorization: ~}}", REQUEST);
    passes("{headers: {content-type: 'application/*'}}", REQUEST);
    fails("{headers: {x-auth-token: ~}}", REQUEST, "header `x-auth-token` not sent; came <redacted>");
    fails("{headers: {accept: '*'}}", REQUEST, "header `accept` `*`; came not sent");
    fails(
        "{headers: {content-type: text/plain}}",
        REQUEST,
        "header `content-type` `text/plain`; came application/json",
    );
    let twice = REQUEST.replace("content-type: application/json", "content-type: application/json\ncontent-type: x/y");
    fails("{headers: {content-type: '*'}}", &twice, "`*`, once; came 2 times");
}

#[test]
fn the_body() {
    passes("{body: empty}", REQUEST);
    let with_body = REQUEST.replace("connection: close\n\n", "content-length: 2\nconnection: close\n\n{}");
    fails("{body: empty}", &with_body, "expected request 1 without a body; came a body of 2 bytes");
}

#[test]
fn a_complaint_of_the_emulation_counts_where_the_case_judges_by_its_clause() {
    let without = REQUEST.replace("content-type: application/json\n", "");
    passes("{requests: 1}", &without);
    let result = judge_by("cce.content-type.mandatory", "wire: {requests: 1}", &[&without], None);
    assert_eq!(result.outcome, Outcome::Failed);
    assert!(result.message().contains("that follows `cce.content-type.mandatory`"), "{}", result.message());
    let result = judge_by("cce.content-type.mandatory", "wire: {requests: 1}", &[REQUEST], None);
    assert_eq!(result.outcome, Outcome::Passed, "{}", result.message());
}

#[test]
fn another_origin() {
    const REDIRECT: &str = "incidents: [{reply: {status: 302, headers: {location: '{elsewhere}'}}}]";
    let onward = |wire: &str, request: &str| judge(&format!("{REDIRECT}\n  wire: {wire}"), &[REQUEST], Some(request));
    let bare = "GET / HTTP/1.1\nhost: HOST\nconnection: close\n\n";
    assert_eq!(onward("{elsewhere: 1}", bare).outcome, Outcome::Passed);
    assert_eq!(onward("{}", bare).outcome, Outcome::Passed, "it may be asked, without credentials");
    assert_eq!(onward("{elsewhere: 0}", bare).message(), "expected 0 requests to another origin; came 1 request");
    for (header, part) in [
        ("x-auth-token: example-iam-token", "the header `x-auth-token` reached it"),
        ("authorization: Bearer other", "the header `authorization` reached it"),
        ("cookie: t=example-iam-token", "the header `cookie` reached it"),
    ] {
        let result = onward("{}", &bare.replace("\n\n", &format!("\n{header}\n\n")));
        assert!(result.message().contains(part), "{}", result.message());
    }
    let result = onward("{}", &bare.replace("GET /", "GET /?token=example-iam-token"));
    assert!(result.message().contains("a credential in the URL reached it"), "{}", result.message());
}
