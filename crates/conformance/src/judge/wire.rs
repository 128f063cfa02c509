//! Judges what was on the wire over a whole case, whatever the adapter says.

use std::collections::BTreeMap;

use kubeproof_emulator::{Exchange, Redactor};
use percent_encoding::percent_decode_str;

use crate::case::Case;
use crate::wire::{BodyExpectation, Pattern, fill};

/// What patterns may name, for each step: the number of the step's first exchange, and the names.
#[derive(Default)]
pub(crate) struct Names(Vec<(u64, BTreeMap<String, String>)>);

impl Names {
    /// The names of a step whose exchanges come after number `before`.
    pub(crate) fn begin_step(&mut self, before: u64, names: BTreeMap<String, String>) {
        self.0.push((before + 1, names));
    }

    fn of(&self, exchange: u64) -> BTreeMap<String, String> {
        let step = self.0.iter().rev().find(|(first, _)| *first <= exchange);
        step.map(|(_, names)| names.clone()).unwrap_or_default()
    }
}

/// What was on the wire over a whole case.
pub(crate) struct Wire<'a> {
    /// What reached the provider.
    pub(crate) exchanges: &'a [Exchange],
    /// What reached another origin.
    pub(crate) elsewhere: &'a [Exchange],
    /// How many connections were made to the provider, where the host can tell.
    pub(crate) connections: Option<usize>,
}

/// Judges what was on the wire over a whole case.
pub(crate) fn judge_wire(case: &Case, wire: &Wire<'_>, names: &Names, redactor: &Redactor) -> Vec<(String, String)> {
    let Wire { exchanges, elsewhere, connections } = *wire;
    let expected = &case.wire;
    let mut mismatches = Vec::new();
    let mut miss = |expected: String, came: String| mismatches.push((expected, came));
    if exchanges.is_empty() && expected.requests.is_none() && expected.judges_requests() {
        miss("a request".to_owned(), "none".to_owned());
    }
    if let Some(count) = expected.requests
        && !count.admits(exchanges.len())
    {
        miss(requests(count), requests(exchanges.len()));
    }
    if let (Some(count), Some(made)) = (expected.connections, connections)
        && !count.admits(made)
    {
        miss(counted(count, "connection"), counted(made, "connection"));
    }
    for exchange in exchanges {
        judge_request(case, exchange, &names.of(exchange.number), redactor, &mut miss);
    }
    if let Some(count) = expected.elsewhere
        && !count.admits(elsewhere.len())
    {
        miss(format!("{} to another origin", requests(count)), requests(elsewhere.len()));
    }
    for exchange in elsewhere {
        if let Some(what) = credential_in(exchange, redactor) {
            miss("no credential at another origin".to_owned(), format!("{what} reached it"));
        }
    }
    mismatches
}

fn judge_request(
    case: &Case,
    exchange: &Exchange,
    names: &BTreeMap<String, String>,
    redactor: &Redactor,
    miss: &mut impl FnMut(String, String),
) {
    let expected = &case.wire;
    let number = exchange.number;
    let request = &exchange.request;
    if let Some(method) = &expected.method
        && request.method.as_str() != method
    {
        miss(format!("request {number} with method {method}"), format!("method {}", request.method));
    }
    if let Some(path) = &expected.path {
        let path = fill(path, names);
        let came = percent_decode_str(&request.path).decode_utf8_lossy();
        if came != path {
            miss(format!("request {number} for `{path}`"), format!("`{}`", request.path));
        }
    }
    for (name, pattern) in &expected.query {
        let came = request.query_values(name);
        let what = format!("request {number}: query parameter `{name}`");
        if let Err((expected, came)) = fits(pattern.as_ref(), &came, names) {
            miss(format!("{what} {expected}"), redactor.text(&came));
        }
    }
    for (name, pattern) in &expected.headers {
        let came: Vec<String> = request
            .headers
            .get_all(name.as_str())
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let what = format!("request {number}: header `{name}`");
        if let Err((expected, came)) = fits(pattern.as_ref(), &came, names) {
            miss(format!("{what} {expected}"), redactor.header(name, &came));
        }
    }
    if expected.body == Some(BodyExpectation::Empty) && !request.body.is_empty() {
        miss(format!("request {number} without a body"), format!("a body of {} bytes", request.body.len()));
    }
    for complaint in &exchange.reply.complaints {
        if case.clauses.iter().any(|clause| clause == complaint.clause) {
            miss(format!("request {number} that follows `{}`", complaint.clause), complaint.explanation.clone());
        }
    }
}

/// `1 request`, `2 requests`.
fn requests(number: impl std::fmt::Display) -> String {
    counted(number, "request")
}

fn counted(number: impl std::fmt::Display, noun: &str) -> String {
    let number = number.to_string();
    if number == "1" || number.ends_with(" 1") { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}

/// Whether values of a header or parameter are as expected; otherwise what was expected and what came.
fn fits(pattern: Option<&Pattern>, came: &[String], names: &BTreeMap<String, String>) -> Result<(), (String, String)> {
    match (pattern, came) {
        (None, []) => Ok(()),
        (None, [value, ..]) => Err(("not sent".to_owned(), value.clone())),
        (Some(pattern), []) => Err((format!("`{pattern}`"), "not sent".to_owned())),
        (Some(pattern), [value]) if pattern.fits(value, names) => Ok(()),
        (Some(pattern), [value]) => Err((format!("`{pattern}`"), value.clone())),
        (Some(pattern), several) => Err((format!("`{pattern}`, once"), format!("{} times", several.len()))),
    }
}

/// What part of a request to another origin is a credential.
fn credential_in(exchange: &Exchange, redactor: &Redactor) -> Option<String> {
    const CREDENTIAL_HEADERS: [&str; 3] = ["authorization", "x-auth-token", "x-security-token"];
    let request = &exchange.request;
    for (name, value) in &request.headers {
        if CREDENTIAL_HEADERS.contains(&name.as_str())
            || redactor.finds_secret(&String::from_utf8_lossy(value.as_bytes()))
        {
            return Some(format!("the header `{name}`"));
        }
    }
    let target = request.target();
    if redactor.finds_secret(&target) || redactor.finds_secret(&percent_decode_str(&target).decode_utf8_lossy()) {
        return Some("a credential in the URL".to_owned());
    }
    redactor.finds_secret(&String::from_utf8_lossy(&request.body)).then(|| "a credential in the body".to_owned())
}
