//! Compares what came of a fetch, and what was on the wire, with what a case expects.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kubeproof_emulator::{Admission, Exchange, Presented, Redactor, Session, Verdict};
use kubeproof_kubeconfig::{Current, Data, Kubeconfig, incompleteness};
use percent_encoding::percent_decode_str;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;

use crate::adapter::{Failure, FailureKind, Feature, FetchRequest, Fetched};
use crate::case::{
    AccessExpectation, AuthMethod, Case, CertificateAuthority, ConnectionExpectation, ErrorExpectation, Expectation,
    Freshness, KubeconfigExpectation, RequestId,
};
use crate::wire::{BodyExpectation, Pattern, fill};

/// One thing that is not as a case expects it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// The step, from 1; absent when it is about the whole case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What the case expects.
    pub expected: String,
    /// What came instead.
    pub came: String,
}

/// What a step is judged by, besides its expectation.
pub(crate) struct Evidence<'a> {
    /// The emulation, as it is after the fetch.
    pub(crate) session: &'a Session,
    /// What the adapter was asked.
    pub(crate) request: &'a FetchRequest,
    /// What was on the wire during the step.
    pub(crate) exchanges: &'a [Exchange],
    /// The credential that the step before ended with.
    pub(crate) previous: Option<&'a Credential>,
    /// Whether the adapter says that it tells errors apart.
    pub(crate) tells_kinds: bool,
}

/// What a kubeconfig's current user authenticates with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    Token(String),
    ClientCertificate(Vec<u8>),
    Exec,
}

/// What is wrong with a result, and the credential that it ended with.
#[derive(Default)]
pub(crate) struct Judgement {
    pub(crate) mismatches: Vec<(String, String)>,
    pub(crate) credential: Option<Credential>,
}

impl Judgement {
    fn miss(&mut self, expected: impl Into<String>, came: impl Into<String>) {
        self.mismatches.push((expected.into(), came.into()));
    }

    fn equal(&mut self, what: &str, expected: &str, came: &str) {
        if expected != came {
            self.miss(format!("{what} `{expected}`"), format!("{what} `{came}`"));
        }
    }
}

/// Judges the result of one step.
pub(crate) fn judge(
    expectation: &Expectation,
    result: &Result<Fetched, Failure>,
    evidence: &Evidence<'_>,
) -> Judgement {
    let mut judgement = Judgement::default();
    match (expectation, result) {
        (Expectation::Error(expected), Err(failure)) => judge_failure(expected, failure, evidence, &mut judgement),
        (Expectation::Error(expected), Ok(fetched)) => judgement.miss(shown(expected), fetched.noun()),
        (expectation, Err(failure)) => judgement.miss(noun(expectation), shown_failure(failure)),
        (Expectation::Kubeconfig(expected), Ok(Fetched::Kubeconfig(text))) => {
            judge_kubeconfig(expected, text, evidence, &mut judgement);
        }
        (Expectation::Access(expected), Ok(Fetched::Access(items))) => {
            judge_access(expected, items, evidence, &mut judgement);
        }
        (Expectation::Connection(expected), Ok(fetched @ (Fetched::Connection { .. } | Fetched::Kubeconfig(_)))) => {
            judge_connection(expected, fetched, evidence, &mut judgement);
        }
        (expectation, Ok(fetched)) => judgement.miss(noun(expectation), fetched.noun()),
    }
    if let Ok(fetched) = result {
        judge_credentials_kept(fetched, evidence, &mut judgement);
    }
    judgement
}

fn noun(expectation: &Expectation) -> &'static str {
    match expectation {
        Expectation::Kubeconfig(_) => "a kubeconfig",
        Expectation::Access(_) => "access information",
        Expectation::Connection(_) => "an endpoint and a certificate authority, bare or in a kubeconfig",
        Expectation::Error(_) => "an error",
    }
}

fn shown(expected: &ErrorExpectation) -> String {
    let kinds: Vec<&str> = expected.kinds.iter().map(|kind| kind.as_str()).collect();
    let mut text = if kinds.is_empty() { "an error".to_owned() } else { format!("error {}", kinds.join(" or ")) };
    if let Some(status) = expected.status {
        text.push_str(&format!(", status {status}"));
    }
    if let Some(code) = &expected.code {
        text.push_str(&format!(", code `{code}`"));
    }
    if let Some(mentions) = &expected.mentions {
        text.push_str(&format!(", mentioning `{mentions}`"));
    }
    if expected.request_id.is_some() {
        text.push_str(", with the id of the request that the provider sent");
    }
    text
}

fn shown_failure(failure: &Failure) -> String {
    let mut text = format!("error {}", failure.kind);
    if let Some(status) = failure.status {
        text.push_str(&format!(", status {status}"));
    }
    if let Some(code) = &failure.code {
        text.push_str(&format!(", code `{code}`"));
    }
    if let Some(id) = &failure.request_id {
        text.push_str(&format!(", request id `{id}`"));
    }
    if !failure.message.is_empty() {
        text.push_str(&format!(": {}", failure.message));
    }
    text
}

fn judge_failure(expected: &ErrorExpectation, failure: &Failure, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    // What an adapter cannot tell, it is not asked for; what it tells has to be right.
    let untold = failure.kind == FailureKind::Error && !evidence.tells_kinds;
    let kind = expected.kinds.is_empty() || expected.kinds.contains(&failure.kind) || untold;
    let status = expected.status.is_none() || expected.status == failure.status || (untold && failure.status.is_none());
    let code = expected.code.is_none() || expected.code == failure.code || (untold && failure.code.is_none());
    let mentions = expected.mentions.as_ref().is_none_or(|text| failure.message.contains(text.as_str()) || untold);
    let request_id = expected.request_id.is_none_or(|RequestId::Sent| match &failure.request_id {
        Some(id) => evidence.exchanges.iter().any(|exchange| holds(exchange, id)),
        None => untold,
    });
    if !(kind && status && code && mentions && request_id) {
        judgement.miss(shown(expected), shown_failure(failure));
    }
    let secrets = redactor(evidence).and(evidence.exchanges.iter().filter_map(signature));
    let texts = [Some(&failure.message), failure.code.as_ref(), failure.request_id.as_ref()];
    if texts.into_iter().flatten().any(|text| secrets.finds_secret(text)) {
        judgement.miss("an error that holds no secret", "an error that holds a credential");
    }
}

/// Whether a reply holds this id, in a header or in its body.
fn holds(exchange: &Exchange, id: &str) -> bool {
    let reply = &exchange.reply;
    !id.is_empty()
        && (reply.headers.values().any(|value| value.as_bytes() == id.as_bytes())
            || String::from_utf8_lossy(&reply.body).contains(id))
}

/// The signature of a signed request: whoever has it can repeat the request.
fn signature(exchange: &Exchange) -> Option<String> {
    let (_, signature) = exchange.request.header("authorization")?.split_once("Signature=")?;
    Some(signature.to_owned())
}

/// A redactor that knows the world's secrets and the credentials that the adapter was given.
fn redactor(evidence: &Evidence<'_>) -> Redactor {
    evidence.session.redactor().and(evidence.request.credentials.secrets())
}

fn judge_kubeconfig(expected: &KubeconfigExpectation, text: &str, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let Some(kubeconfig) = load(text, judgement) else { return };
    for finding in incompleteness(&kubeconfig) {
        judgement.miss("a kubeconfig that is complete", format!("{}: {}", finding.path, finding.message));
    }
    let names = |names: Vec<&String>| names.into_iter().cloned().collect::<BTreeSet<String>>();
    let lists = [
        ("contexts", &expected.contexts, names(kubeconfig.contexts.iter().map(|entry| &entry.name).collect())),
        ("clusters", &expected.clusters, names(kubeconfig.clusters.iter().map(|entry| &entry.name).collect())),
        ("users", &expected.users, names(kubeconfig.users.iter().map(|entry| &entry.name).collect())),
    ];
    for (what, expected, came) in lists {
        if let Some(expected) = expected
            && *expected != came
        {
            judgement.miss(format!("{what} {}", listed(expected)), format!("{what} {}", listed(&came)));
        }
    }
    if let Some(name) = &expected.current_context {
        judgement.equal("current context", name, &kubeconfig.current_context);
    }
    let Ok(current) = kubeconfig.current() else { return };
    if let Some(server) = &expected.server {
        judgement.equal("server", server, &current.cluster.server);
    }
    if expected.certificate_authority == CertificateAuthority::Issued {
        judge_authority(current.cluster.certificate_authority_data.as_ref().map(Data::expose), evidence, judgement);
    }
    judge_user(expected, &current, evidence, judgement);
}

fn load(text: &str, judgement: &mut Judgement) -> Option<Kubeconfig> {
    match Kubeconfig::parse(text) {
        Ok(kubeconfig) => Some(kubeconfig),
        Err(error) => {
            judgement.miss("a kubeconfig that kubectl loads", format!("a text that does not load: {error}"));
            None
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn judge_authority(pem: Option<&[u8]>, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let issued = certificates(evidence.session.certificate_authority().as_bytes());
    let came = pem.map(certificates).unwrap_or_default();
    if issued.is_empty() || came != issued {
        judgement.miss(
            "the certificate authority that the provider sent",
            if came.is_empty() { "no certificate authority" } else { "another certificate authority" },
        );
    }
}

/// The certificates of a PEM text, DER.
fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).map(|certificate| certificate.to_vec()).collect()
}

fn judge_user(
    expected: &KubeconfigExpectation,
    current: &Current<'_>,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    let credential = credential_of(current);
    if let Some(auth) = expected.auth {
        let came = match &credential {
            Some(Credential::Token(_)) => Some(AuthMethod::Token),
            Some(Credential::ClientCertificate(_)) => Some(AuthMethod::ClientCertificate),
            Some(Credential::Exec) => Some(AuthMethod::Exec),
            None => None,
        };
        if came != Some(auth) {
            let came = came.map_or_else(|| "nothing usable".to_owned(), |came| came.to_string());
            judgement.miss(format!("a user with {auth}"), format!("a user with {came}"));
        }
    }
    if expected.credential == Some(Freshness::New) && evidence.previous == credential.as_ref() {
        judgement.miss("a credential that differs from that of the step before", "the same credential");
    }
    let presented = match &credential {
        Some(Credential::Token(token)) => Some(Presented::Token(token.clone())),
        Some(Credential::ClientCertificate(der)) => Some(Presented::ClientCertificate(der.clone())),
        Some(Credential::Exec) | None => None,
    };
    let now = evidence.session.now();
    let was_answered = evidence.exchanges.last().is_some_and(|last| last.reply.decision.verdict == Verdict::Answered);
    if let Some(presented) = &presented
        && was_answered
        && evidence.session.issues_credentials()
        && let Admission::Refused(why) = evidence.session.admits(now, presented)
    {
        judgement.miss("a credential that the cluster accepts", format!("a credential that it refuses: {why}"));
    }
    if let Some(lifetime) = expected.lasts {
        let admitted = |at: SignedDuration| {
            let at = now.checked_add(at).unwrap_or(jiff::Timestamp::MAX);
            presented.as_ref().is_some_and(|presented| evidence.session.admits(at, presented) == Admission::Admitted)
        };
        let expects = format!("a credential that lasts {} seconds", lifetime.as_secs());
        if !admitted(lifetime - SignedDuration::from_secs(1)) {
            judgement.miss(&expects, "a credential that is refused a second before that");
        }
        if admitted(lifetime) {
            judgement.miss(&expects, "a credential that is still accepted at that instant");
        }
    }
    judgement.credential = credential;
}

fn credential_of(current: &Current<'_>) -> Option<Credential> {
    let user = current.user;
    if let Some(token) = &user.token {
        return Some(Credential::Token(token.expose().to_owned()));
    }
    if let Some(certificate) = &user.client_certificate_data {
        return certificates(certificate.expose()).into_iter().next().map(Credential::ClientCertificate);
    }
    user.exec.as_ref().map(|_| Credential::Exec)
}

fn judge_access(expected: &AccessExpectation, items: &[Value], evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let sent = evidence.exchanges.last().and_then(|last| serde_json::from_slice::<Vec<Value>>(&last.reply.body).ok());
    match sent {
        Some(sent) if sent.len() == items.len() && sent.iter().zip(items).all(|(sent, item)| is_same(sent, item)) => {}
        Some(sent) => judgement.miss(
            format!("the {} items that the provider sent, unchanged", sent.len()),
            format!("{} items, not all of them as they were sent", items.len()),
        ),
        None => judgement.miss("no access information: the provider sent no list", "access information"),
    }
    if let Some(kinds) = &expected.kinds {
        let came: Vec<String> =
            items.iter().map(|item| manifest(item).unwrap_or_else(|| "no manifest".to_owned())).collect();
        judgement.equal("manifests", &kinds.join(", "), &came.join(", "));
    }
    for text in &expected.mentions {
        if !items.iter().any(|item| item.to_string().contains(text.as_str())) {
            judgement.miss(format!("access information that mentions `{text}`"), "none that does");
        }
    }
}

/// An adapter may hand on an object as the text of the same JSON.
fn is_same(sent: &Value, item: &Value) -> bool {
    sent == item
        || item.as_str().is_some_and(|text| serde_json::from_str::<Value>(text).is_ok_and(|value| value == *sent))
}

/// The kind of a manifest, be it an object or the text of one.
fn manifest(item: &Value) -> Option<String> {
    let parsed;
    let item = match item.as_str() {
        Some(text) => {
            parsed = serde_saphyr::from_str::<Value>(text).ok()?;
            &parsed
        }
        None => item,
    };
    item.get("kind")?.as_str().map(str::to_owned)
}

fn judge_connection(
    expected: &ConnectionExpectation,
    fetched: &Fetched,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    let (endpoint, authority) = match fetched {
        Fetched::Connection { endpoint, ca_data } => {
            let data = Data::from_base64(ca_data).ok();
            (endpoint.clone(), data.map(|data| data.expose().to_vec()))
        }
        Fetched::Kubeconfig(text) => {
            let Some(kubeconfig) = load(text, judgement) else { return };
            for finding in incompleteness(&kubeconfig) {
                judgement.miss("a kubeconfig that is complete", format!("{}: {}", finding.path, finding.message));
            }
            let Ok(current) = kubeconfig.current() else { return };
            let data = current.cluster.certificate_authority_data.as_ref();
            (current.cluster.server.clone(), data.map(|data| data.expose().to_vec()))
        }
        Fetched::Access(_) => return,
    };
    if let Some(expected) = &expected.endpoint {
        judgement.equal("endpoint", expected, &endpoint);
    }
    if expected.certificate_authority == CertificateAuthority::Issued {
        judge_authority(authority.as_deref(), evidence, judgement);
    }
}

/// What an adapter ends up with may not hold what it authenticated with.
fn judge_credentials_kept(fetched: &Fetched, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let text = match fetched {
        Fetched::Kubeconfig(text) => text.clone(),
        Fetched::Access(items) => items.iter().map(ToString::to_string).collect(),
        Fetched::Connection { endpoint, ca_data } => format!("{endpoint} {ca_data}"),
    };
    if evidence.request.credentials.secrets().iter().any(|secret| !secret.is_empty() && text.contains(secret.as_str()))
    {
        judgement.miss("a result without the provider credential", format!("{} that holds it", fetched.noun()));
    }
}

/// Judges what was on the wire over a whole case.
pub(crate) fn judge_wire(
    case: &Case,
    exchanges: &[Exchange],
    elsewhere: &[Exchange],
    names: &BTreeMap<String, String>,
    redactor: &Redactor,
) -> Vec<(String, String)> {
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
    for exchange in exchanges {
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

/// `1 request`, `2 requests`.
fn requests(number: impl std::fmt::Display) -> String {
    let number = number.to_string();
    if number == "1" || number.ends_with(" 1") { format!("{number} request") } else { format!("{number} requests") }
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
    redactor.finds_secret(&request.target()).then(|| "a credential in the URL".to_owned())
}

/// The names that patterns may use: the ids asked for, and the parts of the credentials.
pub(crate) fn names(request: &FetchRequest) -> BTreeMap<String, String> {
    use crate::adapter::Credentials;
    let mut names = request.cluster.clone();
    match &request.credentials {
        Credentials::Bearer { bearer } => names.insert("bearer".to_owned(), bearer.clone()),
        Credentials::Token { token } => names.insert("token".to_owned(), token.clone()),
        Credentials::AccessKey { access_key, .. } => names.insert("access_key".to_owned(), access_key.clone()),
    };
    names
}

/// Whether an adapter with these features tells errors apart.
pub(crate) fn tells_kinds(features: &[Feature]) -> bool {
    features.contains(&Feature::ErrorKinds)
}
