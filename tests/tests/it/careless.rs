//! Clients that are careless with connections: the cases with faults have to name what is wrong with each.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kubeproof::conformance::adapter::{
    About, Adapter, Credentials, Failure, FailureKind, FetchFuture, FetchRequest, Fetched,
};
use kubeproof::conformance::{Outcome, Runner, Suite};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// A client of DigitalOcean that is careful, but for one bad habit.
#[derive(Clone, Copy)]
struct Careless(Option<Habit>);

#[derive(Clone, Copy, PartialEq)]
enum Habit {
    TrustsAnyone,
    RepeatsWhatWasLost,
    SwallowsCuts,
    WaitsForEver,
    ReadsWithoutEnd,
    FollowsWithTheToken,
}

#[track_caller]
fn check(habit: Option<Habit>, caught_by: &[&str]) {
    let failed = failed(Careless(habit));
    let wanted: BTreeSet<String> = caught_by.iter().map(|name| format!("digitalocean/faults/{name}")).collect();
    assert_eq!(failed, wanted);
}

/// The cases with faults that a client fails.
fn failed(client: Careless) -> BTreeSet<String> {
    let suite = Suite::embedded().unwrap();
    let cases: Vec<_> = suite.cases().filter(|case| case.id.starts_with("digitalocean/faults/")).collect();
    // Whoever waits for ever does so until the case is over.
    let runner = Runner::new(Arc::new(client)).with_limit(Duration::from_secs(3));
    let run = tokio::runtime::Runtime::new().unwrap().block_on(runner.run(cases));
    let is_failed = |outcome| matches!(outcome, Outcome::Failed);
    run.results.into_iter().filter(|result| is_failed(result.outcome)).map(|result| result.case.id).collect()
}

#[test]
fn a_careful_one_is_not_accused() {
    check(None, &[]);
}

#[test]
fn whoever_trusts_anyone_is_found_out() {
    check(Some(Habit::TrustsAnyone), &["expired", "not-yet-valid", "wrong-host", "unknown-authority"]);
}

#[test]
fn whoever_repeats_what_was_lost_is_found_out() {
    check(Some(Habit::RepeatsWhatWasLost), &["lost-answer-is-not-asked-for-again"]);
}

#[test]
fn whoever_takes_a_part_for_the_whole_is_found_out() {
    let cuts = ["within-the-body", "before-the-last-byte", "without-close-notify"].map(|name| format!("cut-{name}"));
    let others = ["reset-within-the-body", "chunks-without-end", "silence-within-the-body"].map(str::to_owned);
    let all: Vec<&str> = cuts.iter().chain(&others).map(String::as_str).collect();
    check(Some(Habit::SwallowsCuts), &all);
}

#[test]
fn whoever_waits_for_ever_is_found_out() {
    check(Some(Habit::WaitsForEver), &["silence", "silence-before-tls", "silence-within-the-body"]);
}

#[test]
fn whoever_reads_without_end_is_found_out() {
    check(Some(Habit::ReadsWithoutEnd), &["endless-body"]);
}

#[test]
fn whoever_takes_the_token_along_is_found_out() {
    check(Some(Habit::FollowsWithTheToken), &["redirect-over-tls", "redirect-to-plain-http"]);
}

impl Adapter for Careless {
    fn about(&self) -> About {
        About::new("careless", "1.0.0", ["digitalocean"])
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(self.ask_again_perhaps(request))
    }
}

impl Careless {
    fn has(self, habit: Habit) -> bool {
        self.0 == Some(habit)
    }

    async fn ask_again_perhaps(self, request: FetchRequest) -> Result<Fetched, Failure> {
        match self.ask(&request).await {
            Err(failure) if self.has(Habit::RepeatsWhatWasLost) && failure.kind == FailureKind::Transport => {
                self.ask(&request).await
            }
            other => other,
        }
    }

    async fn ask(self, request: &FetchRequest) -> Result<Fetched, Failure> {
        let Credentials::Bearer { bearer } = &request.credentials else {
            return Err(Failure::new(FailureKind::InvalidArgument));
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls(request.ca_pem.as_deref()))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if !self.has(Habit::WaitsForEver) {
            builder = builder.timeout(Duration::from_millis(request.timeout_ms));
        }
        let http = builder.build().unwrap();
        let cluster_id = &request.cluster["cluster_id"];
        let mut url = format!("{}/v2/kubernetes/clusters/{cluster_id}/kubeconfig", request.base_url);
        loop {
            let answer = http.get(&url).bearer_auth(bearer).send().await.map_err(|error| failure(&error))?;
            let location = answer.headers().get("location").and_then(|location| location.to_str().ok());
            match location {
                Some(location) if self.has(Habit::FollowsWithTheToken) => url = location.to_owned(),
                _ => return self.read(answer).await,
            }
        }
    }

    async fn read(self, mut answer: reqwest::Response) -> Result<Fetched, Failure> {
        const MOST: usize = 1 << 20;
        if answer.status() != 200 {
            let status = Some(answer.status().as_u16());
            return Err(Failure { status, ..Failure::new(FailureKind::Rejected) });
        }
        if answer.headers().contains_key("content-encoding") {
            return Err(Failure::new(FailureKind::Malformed));
        }
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.extend(chunk),
                Ok(None) => break,
                Err(_) if self.has(Habit::SwallowsCuts) => break,
                Err(error) => return Err(failure(&error)),
            }
            if body.len() > MOST && !self.has(Habit::ReadsWithoutEnd) {
                return Err(Failure::new(FailureKind::Malformed));
            }
        }
        Ok(Fetched::Kubeconfig(String::from_utf8_lossy(&body).trim_end().to_owned()))
    }

    fn tls(self, ca_pem: Option<&str>) -> ClientConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let mut roots = RootCertStore::empty();
        if let Some(pem) = ca_pem {
            roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        }
        let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
        if self.has(Habit::TrustsAnyone) {
            config.dangerous().set_certificate_verifier(Arc::new(TrustsAnyone(provider)));
        }
        config
    }
}

/// What went wrong, as far as reqwest tells.
fn failure(error: &reqwest::Error) -> Failure {
    let told = format!("{error:?}");
    let is_tls = ["InvalidCertificate", "PeerIncompatible"].iter().any(|name| told.contains(name));
    Failure::new(match () {
        () if is_tls => FailureKind::Tls,
        () if error.is_timeout() => FailureKind::Timeout,
        () => FailureKind::Transport,
    })
}

/// Takes every certificate, as `--insecure` does.
#[derive(Debug)]
struct TrustsAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustsAnyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
