//! Clients that are broken on purpose: the suite has to name what is wrong with each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kubeproof::conformance::adapter::{
    About, Adapter, Credentials, Failure, FailureKind, FetchFuture, FetchRequest, Fetched, adapter_fn,
};
use kubeproof::conformance::{Outcome, Runner, Suite};
use kubeproof::emulator::EPOCH;
use kubeproof::emulator::pki::Authority;
use kubeproof_kubeconfig::{Data, EnvVar, Exec, Kubeconfig, Unknown};
use kubeproof_reference::ReferenceAdapter;
use serde_json::Value;

/// The cases under `under` that a saboteur fails.
fn failed(saboteur: impl Adapter + 'static, under: &str) -> BTreeSet<String> {
    let suite = Suite::embedded().unwrap();
    let cases: Vec<_> = suite.cases().filter(|case| case.id.starts_with(under)).collect();
    assert!(!cases.is_empty(), "there is no case under {under}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let run = runtime.block_on(Runner::new(Arc::new(saboteur)).run(cases));
    run.results.into_iter().filter(|result| result.outcome == Outcome::Failed).map(|result| result.case.id).collect()
}

#[track_caller]
fn check(saboteur: impl Adapter + 'static, under: &str, caught_by: &[&str]) {
    let failed = failed(saboteur, under);
    for case in caught_by {
        assert!(failed.contains(*case), "{case} did not catch it; these did: {failed:#?}");
    }
}

/// The reference adapter with something done to the question or to the answer.
struct Twisted<Q, A> {
    question: Q,
    answer: A,
}

impl<Q, A> Adapter for Twisted<Q, A>
where
    Q: Fn(&mut FetchRequest) + Send + Sync,
    A: Fn(Result<Fetched, Failure>) -> Result<Fetched, Failure> + Send + Sync,
{
    fn about(&self) -> About {
        ReferenceAdapter.about()
    }

    fn fetch(&self, mut request: FetchRequest) -> FetchFuture<'_> {
        (self.question)(&mut request);
        Box::pin(async move { (self.answer)(ReferenceAdapter.fetch(request).await) })
    }
}

fn with_question(question: impl Fn(&mut FetchRequest) + Send + Sync) -> impl Adapter {
    Twisted { question, answer: std::convert::identity }
}

fn with_answer(answer: impl Fn(Result<Fetched, Failure>) -> Result<Fetched, Failure> + Send + Sync) -> impl Adapter {
    Twisted { question: |_: &mut FetchRequest| {}, answer }
}

/// A client as people write it in a hurry: one request, and whatever came is the answer.
#[derive(Clone, Copy)]
struct Hasty {
    authenticates: Authenticates,
    redirects: Redirects,
    errors: Errors,
}

#[derive(Clone, Copy, PartialEq)]
enum Authenticates {
    Yes,
    No,
}

#[derive(Clone, Copy, PartialEq)]
enum Redirects {
    Followed,
    Refused,
}

#[derive(Clone, Copy, PartialEq)]
enum Errors {
    Told,
    TakenForData,
}

impl Adapter for Hasty {
    fn about(&self) -> About {
        About::new("hasty", "1.0.0", ["digitalocean", "cce", "ucs"])
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(self.ask(request))
    }
}

impl Hasty {
    async fn ask(self, request: FetchRequest) -> Result<Fetched, Failure> {
        let id = |name: &str| request.cluster.get(name).cloned().unwrap_or_default();
        let path = match request.provider.as_str() {
            "digitalocean" => format!("/v2/kubernetes/clusters/{}/kubeconfig", id("cluster_id")),
            "cce" => format!("/api/v3/projects/{}/clusters/{}/clustercert", id("project_id"), id("cluster_id")),
            _ => format!("/v1/clusters/{}/accessinfo", id("cluster_id")),
        };
        let policy = match self.redirects {
            Redirects::Followed => reqwest::redirect::Policy::limited(5),
            Redirects::Refused => reqwest::redirect::Policy::none(),
        };
        let tls = rustls_config();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(policy)
            .timeout(Duration::from_millis(request.timeout_ms))
            .no_proxy()
            .build()
            .unwrap();
        let mut call = client.get(format!("{}{path}", request.base_url)).header("content-type", "application/json");
        if self.authenticates == Authenticates::Yes {
            call = match &request.credentials {
                Credentials::Bearer { bearer } => call.bearer_auth(bearer),
                Credentials::Token { token } => call.header("x-auth-token", token),
                Credentials::AccessKey { .. } => call,
            };
        }
        let reply = call.send().await.map_err(|_| Failure::new(FailureKind::Transport))?;
        let status = reply.status().as_u16();
        let body = reply.text().await.map_err(|_| Failure::new(FailureKind::Transport))?;
        if self.errors == Errors::Told && status >= 300 {
            let kind = match status {
                400 => FailureKind::Rejected,
                401 => FailureKind::Unauthenticated,
                403 => FailureKind::Forbidden,
                404 => FailureKind::NotFound,
                429 => FailureKind::RateLimited,
                500.. => FailureKind::Unavailable,
                _ => FailureKind::Malformed,
            };
            return Err(Failure { status: Some(status), ..Failure::new(kind) });
        }
        match request.provider.as_str() {
            "ucs" => Ok(Fetched::Access(serde_json::from_str(&body).unwrap_or_default())),
            _ => Ok(Fetched::Kubeconfig(body)),
        }
    }
}

fn rustls_config() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

const HASTY: Hasty = Hasty { authenticates: Authenticates::Yes, redirects: Redirects::Refused, errors: Errors::Told };

#[test]
fn the_honest_client_is_not_accused() {
    assert_eq!(failed(with_question(|_| {}), ""), BTreeSet::new());
}

#[test]
fn no_credential_is_sent() {
    let silent = || Hasty { authenticates: Authenticates::No, ..HASTY };
    check(silent(), "digitalocean/", &["digitalocean/access/token", "digitalocean/request/bearer-token"]);
    check(silent(), "cce/", &["cce/auth/token-in-x-auth-token", "cce/access/is-a-kubeconfig"]);
    check(silent(), "ucs/", &["ucs/download/second-call-is-refused"]);
}

#[test]
fn an_error_body_is_taken_for_data() {
    let credulous = || Hasty { errors: Errors::TakenForData, ..HASTY };
    check(credulous(), "digitalocean/errors", &["digitalocean/errors/unknown-cluster"]);
    check(credulous(), "cce/errors", &["cce/errors/a-failed-call-is-an-error", "cce/errors/unknown-cluster"]);
    check(credulous(), "ucs/gone", &["ucs/gone/access-information-with-410", "ucs/gone/at-the-first-call"]);
}

#[test]
fn a_redirect_is_followed_with_the_token() {
    let wandering = || Hasty { redirects: Redirects::Followed, ..HASTY };
    check(wandering(), "cce/redirects", &["cce/redirects/token-302", "cce/redirects/token-307"]);
    check(wandering(), "ucs/redirects", &["ucs/redirects/token-302"]);
}

#[test]
fn downloaded_is_taken_for_access_information() {
    check(HASTY, "ucs/download", &["ucs/download/second-call-is-refused"]);
}

/// As a library does that reads any body into a list of strings.
#[test]
fn a_410_is_taken_for_success() {
    let content = || {
        with_answer(|result| {
            result.or_else(|failure| match failure.status {
                Some(410) => Ok(Fetched::Access(vec![Value::from("The certificate has been downloaded.")])),
                _ => Err(failure),
            })
        })
    };
    check(content(), "ucs/gone", &["ucs/gone/second-call-is-refused", "ucs/gone/at-the-first-call"]);
    check(content(), "ucs/not-ready", &["ucs/not-ready/from-too-early-to-too-late"]);
}

/// It tells apart what failed by the status, and 410 is none that it knows.
#[test]
fn a_410_is_a_refusal_like_any_other() {
    let plain = || {
        with_answer(|result| {
            result.map_err(|failure| match failure.kind {
                FailureKind::AlreadyDownloaded => Failure { kind: FailureKind::Rejected, ..failure },
                _ => failure,
            })
        })
    };
    check(plain(), "ucs/gone", &["ucs/gone/second-call-is-refused", "ucs/gone/in-the-dialect-of-errors"]);
}

/// As a library does that reads every item into a string.
#[test]
fn objects_are_written_as_another_language_does() {
    let foreign = || {
        with_answer(|result| {
            result.map(|fetched| match fetched {
                Fetched::Access(items) => Fetched::Access(
                    items.into_iter().map(|item| Value::from(item.to_string().replace('"', "'"))).collect(),
                ),
                other => other,
            })
        })
    };
    check(foreign(), "ucs/objects", &["ucs/objects/deployment-and-secret", "ucs/objects/of-a-private-cluster"]);
}

#[test]
fn what_is_not_ready_is_taken_for_data() {
    let credulous = || Hasty { errors: Errors::TakenForData, ..HASTY };
    check(credulous(), "cce/not-ready", &["cce/not-ready/creating-is-not-access", "cce/not-ready/another-cluster"]);
    check(credulous(), "ucs/not-ready", &["ucs/not-ready/creating-is-not-access", "ucs/not-ready/frozen"]);
}

/// It asks again when it was told no.
struct Twice;

impl Adapter for Twice {
    fn about(&self) -> About {
        ReferenceAdapter.about()
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(async move {
            let first = ReferenceAdapter.fetch(request.clone()).await;
            if first.is_err() { ReferenceAdapter.fetch(request).await } else { first }
        })
    }
}

#[test]
fn the_one_shot_is_repeated() {
    check(Twice, "ucs/errors", &["ucs/errors/not-repeated-after-500"]);
    check(Twice, "ucs/gone", &["ucs/gone/is-not-asked-again", "ucs/gone/second-call-is-refused"]);
    check(
        Twice,
        "ucs/not-ready",
        &["ucs/not-ready/creating-leaves-the-download", "ucs/not-ready/unavailable-leaves-the-download"],
    );
}

#[test]
fn the_post_is_repeated() {
    check(
        Twice,
        "cce/",
        &[
            "cce/post/not-repeated-after-500",
            "cce/post/not-repeated-after-502",
            "cce/post/not-repeated-after-503",
            "cce/post/redirect-does-not-become-a-get",
            "cce/not-ready/unavailable-to-a-post",
            "cce/not-ready/ready-after-two-calls",
        ],
    );
}

#[test]
fn the_certificate_authority_is_lost() {
    let lossy = || {
        with_answer(|result| {
            result.map(|fetched| match fetched {
                Fetched::Kubeconfig(text) => Fetched::Kubeconfig(without_authority(&text)),
                Fetched::Connection { endpoint, .. } => Fetched::Connection { endpoint, ca_data: String::new() },
                other => other,
            })
        })
    };
    check(lossy(), "digitalocean/access", &["digitalocean/access/authority"]);
    check(lossy(), "cce/access", &["cce/access/authority-is-handed-on"]);
    check(lossy(), "fireworks/connection", &["fireworks/connection/authority"]);
}

fn without_authority(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("certificate-authority-data:") {
        Some((before, _)) => format!("{before}certificate-authority-data: ''\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// What the provider sent, with a change that no name in the file shows.
fn with_change(change: fn(&mut Kubeconfig)) -> impl Adapter {
    with_answer(move |result| {
        result.map(|fetched| match fetched {
            Fetched::Kubeconfig(text) => {
                let mut kubeconfig = Kubeconfig::parse(&text).unwrap();
                change(&mut kubeconfig);
                Fetched::Kubeconfig(kubeconfig.to_yaml().unwrap())
            }
            other => other,
        })
    })
}

#[test]
fn the_address_is_another_one() {
    let misled = || {
        with_change(|kubeconfig| {
            for entry in &mut kubeconfig.clusters {
                entry.cluster.server = entry.cluster.server.replace("https://", "https://evil.");
            }
        })
    };
    check(misled(), "digitalocean/access", &["digitalocean/access/token", "digitalocean/access/names"]);
    check(misled(), "fireworks/connection", &["fireworks/connection/endpoint"]);
}

#[test]
fn the_way_leads_through_a_proxy() {
    let diverted = || {
        with_change(|kubeconfig| {
            for entry in &mut kubeconfig.clusters {
                entry.cluster.proxy_url = Some("http://proxy.example.test".to_owned());
            }
        })
    };
    check(diverted(), "digitalocean/access", &["digitalocean/access/token"]);
    check(diverted(), "cce/access", &["cce/access/is-a-kubeconfig"]);
    check(diverted(), "fireworks/connection", &["fireworks/connection/endpoint"]);
}

#[test]
fn the_key_belongs_to_another_certificate() {
    let mismatched = || {
        with_change(|kubeconfig| {
            let another = Authority::new(7, "another").unwrap().issue_client("another", 7, EPOCH, EPOCH).unwrap();
            for entry in kubeconfig.users.iter_mut().filter(|entry| entry.user.client_key_data.is_some()) {
                entry.user.client_key_data = Some(Data::new(another.key_pem.as_bytes()));
            }
        })
    };
    check(mismatched(), "cce/access", &["cce/access/client-certificate-opens-the-cluster"]);
    check(mismatched(), "digitalocean/access", &["digitalocean/access/client-certificate"]);
}

/// It says the same of everything and asks nobody.
#[test]
fn nobody_is_asked() {
    for kind in [FailureKind::Malformed, FailureKind::Transport, FailureKind::Unavailable] {
        let silent = adapter_fn(ReferenceAdapter.about(), move |_| async move { Err(Failure::new(kind)) });
        let suite = Suite::embedded().unwrap();
        let run = tokio::runtime::Runtime::new().unwrap().block_on(Runner::new(Arc::new(silent)).run(suite.cases()));
        let passed: Vec<&str> = run
            .results
            .iter()
            .filter(|result| result.outcome == Outcome::Passed)
            .filter(|result| !result.case.wire.requests.is_some_and(|count| count.admits(0)))
            .map(|result| result.case.id.as_str())
            .collect();
        assert_eq!(passed, [""; 0], "{kind}");
    }
}

#[test]
fn the_expiry_is_not_passed_on() {
    check(
        with_question(|request| request.options.expiry_seconds = None),
        "digitalocean/expiry",
        &["digitalocean/expiry/three-hundred-seconds"],
    );
}

/// It runs whatever it is handed: a kubeconfig is a kubeconfig.
#[test]
fn a_program_is_taken_that_nobody_asked_for() {
    check(
        HASTY,
        "digitalocean/sso",
        &[
            "digitalocean/sso/nobody-asked-for-a-program",
            "digitalocean/sso/nobody-asked-where-there-is-nothing-else",
            "digitalocean/sso/a-program-instead-of-the-token",
        ],
    );
}

#[test]
fn the_type_is_not_passed_on() {
    check(
        with_question(|request| request.options.kubeconfig_type = None),
        "digitalocean/sso",
        &["digitalocean/sso/sso-is-asked-for", "digitalocean/sso/each-fetch-by-itself"],
    );
    check(
        HASTY,
        "digitalocean/",
        &["digitalocean/sso/token-is-asked-for", "digitalocean/provisioning/with-single-sign-on"],
    );
}

#[test]
fn single_sign_on_is_made_up_for_with_a_token() {
    struct Obliging;
    impl Adapter for Obliging {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, mut request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                let first = ReferenceAdapter.fetch(request.clone()).await;
                let Err(Failure { kind: FailureKind::Rejected | FailureKind::InvalidArgument, .. }) = first else {
                    return first;
                };
                request.options.kubeconfig_type = None;
                ReferenceAdapter.fetch(request).await
            })
        }
    }
    check(
        Obliging,
        "digitalocean/sso",
        &["digitalocean/sso/no-sso-where-there-is-none", "digitalocean/sso/unknown-type"],
    );
}

#[test]
fn the_program_is_another_one() {
    for change in [
        (|exec| exec.command = "curl".to_owned()) as fn(&mut Exec),
        |exec| exec.args.get_or_insert_default().push("--help".to_owned()),
        |exec| {
            let (name, value) = ("LD_PRELOAD".to_owned(), "/tmp/evil.so".to_owned().into());
            exec.env.get_or_insert_default().push(EnvVar { name, value, unknown: Unknown::default() });
        },
    ] {
        let adapter = with_answer(move |result| {
            result.map(|fetched| match fetched {
                Fetched::Kubeconfig(text) => {
                    let mut kubeconfig = Kubeconfig::parse(&text).unwrap();
                    kubeconfig.users.iter_mut().filter_map(|entry| entry.user.exec.as_mut()).for_each(change);
                    Fetched::Kubeconfig(kubeconfig.to_yaml().unwrap())
                }
                other => other,
            })
        });
        check(adapter, "digitalocean/sso", &["digitalocean/sso/program-as-sent"]);
    }
}

/// The path to the program is the one thing about it that an adapter may write itself.
#[test]
fn a_program_of_another_path_is_no_other_program() {
    let with_a_path = with_change(|kubeconfig| {
        for exec in kubeconfig.users.iter_mut().filter_map(|entry| entry.user.exec.as_mut()) {
            exec.command = format!("/usr/local/bin/{}", exec.command);
        }
    });
    assert_eq!(failed(with_a_path, "digitalocean/sso"), BTreeSet::new());
}

#[test]
fn a_cluster_that_is_not_ready_is_given_up_as_not_found() {
    let hopeless = with_answer(|result| {
        result.map_err(|failure| match failure.kind {
            FailureKind::NotReady => Failure { kind: FailureKind::NotFound, ..failure },
            _ => failure,
        })
    });
    check(
        hopeless,
        "fireworks/",
        &[
            "fireworks/provisioning/ready-later",
            "fireworks/provisioning/told-from-an-unknown-cluster",
            "fireworks/provisioning/told-from-a-wrong-request",
            "fireworks/provisioning/empty-fields-are-not-ready",
        ],
    );
}

#[test]
fn every_missing_cluster_is_waited_for() {
    let hopeful = || {
        with_answer(|result| {
            result.map_err(|failure| match failure.kind {
                FailureKind::NotFound | FailureKind::Rejected => Failure { kind: FailureKind::NotReady, ..failure },
                _ => failure,
            })
        })
    };
    check(hopeful(), "digitalocean/", &["digitalocean/provisioning/looks-like-an-unknown-cluster"]);
    check(
        hopeful(),
        "fireworks/",
        &["fireworks/provisioning/told-from-an-unknown-cluster", "fireworks/provisioning/told-from-a-wrong-request"],
    );
}

/// It remembers what it was told of a cluster, and asks no more.
#[test]
fn the_first_answer_is_the_last() {
    #[derive(Default)]
    struct Stubborn {
        told: Mutex<BTreeMap<String, Result<Fetched, Failure>>>,
    }
    impl Adapter for Stubborn {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                let key = format!("{} {:?}", request.base_url, request.cluster);
                let told = self.told.lock().unwrap().get(&key).cloned();
                if let Some(told) = told {
                    return told;
                }
                let told = ReferenceAdapter.fetch(request).await;
                self.told.lock().unwrap().insert(key, told.clone());
                told
            })
        }
    }
    check(
        Stubborn::default(),
        "digitalocean/",
        &[
            "digitalocean/provisioning/ready-later",
            "digitalocean/provisioning/with-single-sign-on",
            "digitalocean/sso/each-fetch-by-itself",
        ],
    );
    check(
        Stubborn::default(),
        "fireworks/provisioning",
        &[
            "fireworks/provisioning/ready-later",
            "fireworks/provisioning/empty-fields-later",
            "fireworks/provisioning/absent-fields-later",
            "fireworks/provisioning/with-a-read-mask",
        ],
    );
}

/// It repeats what may have made a token, and asks once more to be sure.
#[test]
fn tokens_are_left_behind() {
    struct Again {
        after: fn(&Result<Fetched, Failure>) -> bool,
    }
    impl Adapter for Again {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                let first = ReferenceAdapter.fetch(request.clone()).await;
                if (self.after)(&first) { ReferenceAdapter.fetch(request).await } else { first }
            })
        }
    }
    let unsure = Again { after: |result| matches!(result, Err(Failure { status: Some(502 | 504), .. })) };
    check(unsure, "digitalocean/rate-limits", &["digitalocean/rate-limits/nobody-knows-whether-it-made-a-token"]);
    let doubtful = Again { after: Result::is_ok };
    check(
        doubtful,
        "digitalocean/",
        &[
            "digitalocean/provisioning/server-error-is-recovered-from",
            "digitalocean/sso/token-is-asked-for",
            "digitalocean/request/one-request-per-success",
        ],
    );
    let insistent = Again { after: |result| matches!(result, Err(Failure { status: Some(403), .. })) };
    check(insistent, "digitalocean/errors", &["digitalocean/errors/token-without-rights-is-not-repeated"]);
}

#[test]
fn what_the_provider_said_is_lost() {
    let silent = with_answer(|result| {
        result.map_err(|failure| Failure { status: failure.status, ..Failure::new(failure.kind) })
    });
    check(
        silent,
        "digitalocean/",
        &[
            "digitalocean/provisioning/message-tells-it",
            "digitalocean/errors/token-without-rights-is-told",
            "digitalocean/errors/token-without-rights-id-in-the-header",
        ],
    );
}

#[test]
fn empty_fields_are_taken() {
    struct Trusting;
    impl Adapter for Trusting {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                match ReferenceAdapter.fetch(request).await {
                    Err(Failure { kind: FailureKind::NotReady, status: Some(200), .. }) => {
                        Ok(Fetched::Connection { endpoint: String::new(), ca_data: String::new() })
                    }
                    other => other,
                }
            })
        }
    }
    check(
        Trusting,
        "fireworks/provisioning",
        &[
            "fireworks/provisioning/empty-fields-later",
            "fireworks/provisioning/absent-fields-later",
            "fireworks/provisioning/with-a-read-mask",
            "fireworks/provisioning/empty-fields-are-not-ready",
        ],
    );
}

#[test]
fn the_certificate_is_asked_for_with_get() {
    check(
        with_question(|request| request.options.duration_days = None),
        "cce/",
        &[
            "cce/post/method-and-path",
            "cce/post/signature-covers-the-body",
            "cce/duration/a-week",
            "cce/duration/longest",
            "cce/duration/open-telekom-cloud-too-many",
        ],
    );
}

#[test]
fn the_duration_is_another_one() {
    let asks_for = |days: fn(i64) -> i64| {
        with_question(move |request| request.options.duration_days = request.options.duration_days.map(days))
    };
    // Always the same.
    check(asks_for(|_| 30), "cce/duration", &["cce/duration/one-day", "cce/duration/longest", "cce/duration/zero"]);
    // Raised to the least, as one helper does, and lowered to the most.
    check(asks_for(|days| days.max(1)), "cce/duration", &["cce/duration/longest", "cce/duration/minus-two"]);
    check(
        asks_for(|days| days.min(1825)),
        "cce/duration",
        &["cce/duration/most-with-one-leap-day", "cce/duration/ten-thousand-days"],
    );
    // Without a sign.
    check(asks_for(i64::abs), "cce/duration", &["cce/duration/longest", "cce/duration/minus-two"]);
    // One too many.
    check(asks_for(|days| days + 1), "cce/duration", &["cce/duration/a-week", "cce/duration/open-telekom-cloud-most"]);
}

#[test]
fn the_certificate_is_kept_for_the_next_fetch() {
    struct Keeping(tokio::sync::Mutex<BTreeMap<String, Fetched>>);
    impl Adapter for Keeping {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                // One address is one case.
                let mut kept = self.0.lock().await;
                if let Some(fetched) = kept.get(&request.base_url) {
                    return Ok(fetched.clone());
                }
                let address = request.base_url.clone();
                let fetched = ReferenceAdapter.fetch(request).await?;
                kept.insert(address, fetched.clone());
                Ok(fetched)
            })
        }
    }
    check(
        Keeping(Default::default()),
        "cce/",
        &["cce/access/every-call-issues-a-certificate", "cce/duration/each-as-asked", "cce/duration/after-the-end"],
    );
}

fn with_context(name: &'static str) -> impl Adapter {
    with_answer(move |result| {
        result.map(|fetched| match fetched {
            Fetched::Kubeconfig(text) => {
                let mut kubeconfig = Kubeconfig::parse(&text).unwrap();
                if kubeconfig.contexts.iter().any(|context| context.name == name) {
                    kubeconfig.current_context = name.to_owned();
                }
                Fetched::Kubeconfig(kubeconfig.to_yaml().unwrap())
            }
            other => other,
        })
    })
}

#[test]
fn the_unverified_context_is_taken() {
    let careless = || with_context("external");
    check(careless(), "cce/verified", &["cce/verified/instead-of-the-unverified", "cce/verified/by-the-get-too"]);
}

/// It is verified, and nobody outside reaches it.
#[test]
fn the_internal_context_is_taken_outside() {
    check(with_context("internal"), "cce/verified", &["cce/verified/instead-of-the-unverified"]);
}

#[test]
fn the_ways_that_are_not_in_use_get_lost() {
    let minimal = || {
        with_change(|kubeconfig| {
            let current = kubeconfig.current_context.clone();
            kubeconfig.contexts.retain(|context| context.name == current);
        })
    };
    check(minimal(), "cce/", &["cce/verified/no-way-gets-lost", "cce/contexts/three-contexts-are-kept"]);
}

#[test]
fn the_first_context_is_taken() {
    let first = || with_change(|kubeconfig| kubeconfig.current_context = kubeconfig.contexts[0].name.clone());
    check(first(), "cce/", &["cce/contexts/internal-listed-first"]);
}

#[test]
fn the_token_is_told_in_an_error() {
    struct Chatty;
    impl Adapter for Chatty {
        fn about(&self) -> About {
            ReferenceAdapter.about()
        }

        fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
            Box::pin(async move {
                let secrets = request.credentials.secrets().join(" ");
                ReferenceAdapter.fetch(request).await.map_err(|failure| Failure {
                    message: format!("{} (asked with {secrets})", failure.message),
                    ..failure
                })
            })
        }
    }
    check(Chatty, "cce/secrets", &["cce/secrets/wrong-token-is-not-shown"]);
    check(Chatty, "digitalocean/errors", &["digitalocean/errors/unknown-cluster"]);
}

#[test]
fn the_api_key_becomes_the_token_of_the_cluster() {
    let keyed = || {
        with_answer(|result| {
            result.map(|fetched| match fetched {
                Fetched::Kubeconfig(text) => {
                    Fetched::Kubeconfig(text.replace("token-of-a-user-of-the-cluster", "example-fireworks-api-key"))
                }
                other => other,
            })
        })
    };
    check(keyed(), "fireworks/user", &["fireworks/user/api-key-is-not-the-token"]);
}
