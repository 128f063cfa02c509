//! Compares what came of a fetch, and what was on the wire, with what a case expects.

mod access;
mod connection;
mod failure;
mod kubeconfig;
mod wire;

use std::collections::BTreeMap;

use kubeproof_emulator::{Exchange, Redactor, Session};

use crate::adapter::{Credentials, Failure, FetchRequest, Fetched};
use crate::case::Expectation;

pub(crate) use self::kubeconfig::Credential;
pub(crate) use self::wire::{Names, Wire, judge_wire};

/// One thing that is not as a case expects it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mismatch {
    /// The step, from 1; absent when it is about the whole case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The credential that an earlier step ended with.
    pub(crate) previous: Option<&'a Credential>,
}

impl Evidence<'_> {
    /// A redactor that knows the world's secrets and the credentials that the adapter was given.
    fn redactor(&self) -> Redactor {
        self.session.redactor().and(self.request.credentials.secrets())
    }
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
    let mut judgement = compare(expectation, result, evidence);
    if let Ok(fetched) = result {
        judge_credentials_kept(fetched, &evidence.request.credentials, &mut judgement);
    }
    judgement
}

fn compare(expectation: &Expectation, result: &Result<Fetched, Failure>, evidence: &Evidence<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    match (expectation, result) {
        (Expectation::Either(alternatives), result) => {
            judgement = one_of(alternatives.iter().map(|expected| compare(expected, result, evidence)));
        }
        (Expectation::Error(expected), Err(failure)) => failure::judge(expected, failure, evidence, &mut judgement),
        (Expectation::Error(expected), Ok(fetched)) => judgement.miss(failure::shown(expected), fetched.noun()),
        (expectation, Err(failure)) => judgement.miss(noun(expectation), failure::shown_failure(failure)),
        (Expectation::Kubeconfig(expected), Ok(Fetched::Kubeconfig(text))) => {
            kubeconfig::judge(expected, text, evidence, &mut judgement);
        }
        (Expectation::Access(expected), Ok(Fetched::Access(items))) => {
            access::judge(expected, items, evidence, &mut judgement);
        }
        (Expectation::Connection(expected), Ok(Fetched::Connection { endpoint, ca_data })) => {
            connection::judge(expected, endpoint, ca_data, evidence, &mut judgement);
        }
        (Expectation::Connection(expected), Ok(Fetched::Kubeconfig(text))) => {
            connection::judge_kubeconfig(expected, text, evidence, &mut judgement);
        }
        (expectation, Ok(fetched)) => judgement.miss(noun(expectation), fetched.noun()),
    }
    judgement
}

/// What is expected, in words.
pub(crate) fn shown(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Error(expected) => failure::shown(expected),
        other => noun(other).to_owned(),
    }
}

/// The first judgement without a mismatch; otherwise what all of them expected, and what came instead.
fn one_of(judgements: impl Iterator<Item = Judgement>) -> Judgement {
    let (mut expected, mut came) = (Vec::new(), Vec::new());
    for judgement in judgements {
        if judgement.mismatches.is_empty() {
            return judgement;
        }
        let (wanted, found): (Vec<String>, Vec<String>) = judgement.mismatches.into_iter().unzip();
        expected.push(wanted.join(" and "));
        came.extend(found);
    }
    came.dedup();
    Judgement { mismatches: vec![(expected.join(", or "), came.join("; "))], credential: None }
}

fn noun(expectation: &Expectation) -> &'static str {
    match expectation {
        Expectation::Kubeconfig(_) => "a kubeconfig",
        Expectation::Access(_) => "access information",
        Expectation::Connection(_) => "an endpoint and a certificate authority, bare or in a kubeconfig",
        Expectation::Error(_) => "an error",
        Expectation::Either(_) => "one of several results",
    }
}

/// What an adapter ends up with may not hold what it authenticated with.
fn judge_credentials_kept(fetched: &Fetched, credentials: &Credentials, judgement: &mut Judgement) {
    let text = match fetched {
        Fetched::Kubeconfig(text) => text.clone(),
        Fetched::Access(items) => items.iter().map(ToString::to_string).collect(),
        Fetched::Connection { endpoint, ca_data } => format!("{endpoint} {ca_data}"),
    };
    if credentials.secrets().iter().any(|secret| !secret.is_empty() && text.contains(secret.as_str())) {
        judgement.miss("a result without the provider credential", format!("{} that holds it", fetched.noun()));
    }
}

/// The names that patterns may use: the ids asked for, and the parts of the credentials.
pub(crate) fn names(request: &FetchRequest) -> BTreeMap<String, String> {
    let mut names = request.cluster.clone();
    match &request.credentials {
        Credentials::Bearer { bearer } => names.insert("bearer".to_owned(), bearer.clone()),
        Credentials::Token { token } => names.insert("token".to_owned(), token.clone()),
        Credentials::AccessKey { access_key, .. } => names.insert("access_key".to_owned(), access_key.clone()),
    };
    names
}
