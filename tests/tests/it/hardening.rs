//! Clients that lack one protection: of the cases about ids, redirects and hostile answers, exactly those that are about it
//! have to catch each.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kubeproof::conformance::adapter::{
    About, Adapter, Credentials, Failure, FailureKind, FetchFuture, FetchRequest, Fetched,
};
use kubeproof::conformance::{Outcome, Runner, Suite};
use kubeproof_client::signing;
use kubeproof_reference::ReferenceAdapter;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use serde_json::Value;

/// The clients, but for one protection.
#[derive(Clone, Copy, PartialEq)]
enum Lacks {
    /// Pastes whatever id it is given into the path.
    CheckOfIds,
    /// Goes wherever it is sent, with its credentials, from HTTPS to HTTP as well.
    RuleForRedirects,
    /// Takes whatever comes with a status of success.
    LookAtAnswers,
}

/// Cases of redirects in which following does no harm that a case could see: they stay, or lead to nowhere.
const NOWHERE: [&str; 9] = [
    "cce/redirects/circle",
    "cce/redirects/to-nowhere",
    "digitalocean/redirects/circle",
    "digitalocean/redirects/nowhere",
    "fireworks/redirects/circle",
    "lke/redirects/circle",
    "lke/redirects/nowhere",
    "ucs/redirects/circle",
    "ucs/redirects/to-nowhere",
];

#[track_caller]
fn check(lacks: Lacks, is_about_it: fn(&str) -> bool, at_least: usize) {
    let suite = Suite::embedded().unwrap();
    let is_judged = |id: &str| id.ends_with("-is-not-sent") || id.contains("/redirects/") || id.contains("/hostile/");
    let cases: Vec<_> = suite.cases().filter(|case| is_judged(&case.id)).collect();
    let expected: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).filter(|id| is_about_it(id)).collect();
    assert!(expected.len() >= at_least, "{} cases", expected.len());
    let runner = Runner::new(Arc::new(lacks)).with_limit(Duration::from_secs(10));
    let run = tokio::runtime::Runtime::new().unwrap().block_on(runner.run(cases.iter().copied()));
    let failed: BTreeSet<&str> = run
        .results
        .iter()
        .filter(|result| result.outcome != Outcome::Passed)
        .map(|result| {
            assert_eq!(result.outcome, Outcome::Failed, "{}", result.case.id);
            result.case.id.as_str()
        })
        .collect();
    let (missed, accused): (Vec<_>, Vec<_>) =
        (expected.difference(&failed).collect(), failed.difference(&expected).collect());
    assert!(missed.is_empty() && accused.is_empty(), "not caught by {missed:#?}; accused by {accused:#?}");
}

#[test]
fn whoever_pastes_ids_is_found_out() {
    check(Lacks::CheckOfIds, |id| id.ends_with("-is-not-sent"), 42);
}

#[test]
fn whoever_goes_wherever_it_is_sent_is_found_out() {
    check(Lacks::RuleForRedirects, |id| id.contains("/redirects/") && !NOWHERE.contains(&id), 66);
}

#[test]
fn whoever_takes_whatever_comes_is_found_out() {
    check(Lacks::LookAtAnswers, |id| id.contains("/hostile/"), 40);
}

impl Adapter for Lacks {
    fn about(&self) -> About {
        ReferenceAdapter.about()
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        let lacks = *self;
        Box::pin(async move {
            // Careful in everything else.
            let has_wrong_id = request.cluster.values().any(|id| is_wrong(&request.provider, id));
            let bare = match lacks {
                Self::CheckOfIds => has_wrong_id,
                Self::RuleForRedirects | Self::LookAtAnswers => !has_wrong_id,
            };
            if !bare {
                return ReferenceAdapter.fetch(request).await;
            }
            let answer = ask(&request, lacks).await?;
            match lacks {
                Self::LookAtAnswers if answer.0 < 300 => Ok(take(&request, answer.1)),
                _ => Err(Failure { status: Some(answer.0), ..Failure::new(FailureKind::Malformed) }),
            }
        })
    }
}

fn is_wrong(provider: &str, id: &str) -> bool {
    let is_no_number = !id.bytes().all(|byte| byte.is_ascii_digit());
    (provider == "lke" && is_no_number) || id.is_empty() || id == "." || id == ".." || id.chars().any(char::is_control)
}

/// The last status and the last body.
async fn ask(request: &FetchRequest, lacks: Lacks) -> Result<(u16, String), Failure> {
    let lost = |_| Failure::new(FailureKind::Transport);
    let client = client(request.ca_pem.as_deref());
    let method = if request.options.duration_days.is_some() { reqwest::Method::POST } else { reqwest::Method::GET };
    let mut url = reqwest::Url::parse(&format!("{}{}", request.base_url, path(request))).unwrap();
    let headers = headers(request, &method, &url);
    let mut hops = 0;
    loop {
        let mut call = client.request(method.clone(), url.clone()).headers(headers.clone());
        if let Some(days) = request.options.duration_days {
            call = call.json(&serde_json::json!({"duration": days}));
        }
        let answer = call.send().await.map_err(lost)?;
        let status = answer.status().as_u16();
        let location = answer.headers().get("location").and_then(|location| location.to_str().ok()).map(str::to_owned);
        hops += 1;
        match location {
            _ if hops > 5 => return Ok((status, String::new())),
            // As one that is told to try again.
            None if matches!(status, 429 | 503) && lacks == Lacks::RuleForRedirects => {}
            Some(location) if lacks == Lacks::RuleForRedirects => url = url.join(&location).unwrap(),
            _ => return Ok((status, answer.text().await.map_err(lost)?)),
        }
    }
}

fn path(request: &FetchRequest) -> String {
    let id = |name: &str| request.cluster[name].as_str();
    match request.provider.as_str() {
        "digitalocean" => format!("/v2/kubernetes/clusters/{}/kubeconfig", id("cluster_id")),
        "cce" => format!("/api/v3/projects/{}/clusters/{}/clustercert", id("project_id"), id("cluster_id")),
        "ucs" => format!("/v1/clusters/{}/accessinfo", id("cluster_id")),
        "lke" => format!("/v4/lke/clusters/{}/kubeconfig", id("cluster_id")),
        _ => format!("/v1/accounts/{}/clusters/{}:getConnectionInfo", id("account_id"), id("cluster_id")),
    }
}

fn headers(request: &FetchRequest, method: &reqwest::Method, url: &reqwest::Url) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut add =
        |name, value: &str| headers.insert(HeaderName::from_static(name), value.parse::<HeaderValue>().unwrap());
    add("content-type", "application/json");
    match &request.credentials {
        Credentials::Bearer { bearer } => drop(add("authorization", &format!("Bearer {bearer}"))),
        Credentials::Token { token } => drop(add("x-auth-token", token)),
        Credentials::AccessKey { access_key, secret_key } => {
            let signed = signing::Signed { method: method.as_str(), url, headers: &[], body: "" };
            let now = jiff::Timestamp::constant(1_767_225_600, 0);
            let signature = signing::sign(&signed, access_key, &secret_key.clone().into(), now).unwrap();
            add("x-sdk-date", &signature.date);
            add("authorization", signature.authorization.expose_secret());
        }
    }
    headers
}

fn client(ca_pem: Option<&str>) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca_pem {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// What came, as it came.
fn take(request: &FetchRequest, body: String) -> Fetched {
    let value = || serde_json::from_str::<Value>(&body).unwrap_or_default();
    match request.provider.as_str() {
        "ucs" => Fetched::Access(match value() {
            Value::Array(items) => items,
            _ => vec![Value::from(body)],
        }),
        "fireworks" => {
            let field = |name: &str| value()[name].as_str().unwrap_or_default().to_owned();
            Fetched::Connection { endpoint: field("endpoint"), ca_data: field("caData") }
        }
        "lke" => {
            let decoded =
                BASE64_STANDARD.decode(value()["kubeconfig"].as_str().unwrap_or_default()).unwrap_or_default();
            Fetched::Kubeconfig(String::from_utf8(decoded).unwrap_or(body))
        }
        _ => Fetched::Kubeconfig(body),
    }
}
