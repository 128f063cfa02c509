//! Secrets are planted everywhere, and all output is searched for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubeproof::conformance::adapter::{About, Adapter as _, Failure, FailureKind, Fetched, adapter_fn};
use kubeproof::conformance::report::Format;
use kubeproof::conformance::{Run, Runner, Suite};
use kubeproof::emulator::{Caller, CallerCredentials};
use kubeproof_reference::ReferenceAdapter;

/// What may stand in no output: the credentials of every world, and private keys in every spelling.
fn secrets(suite: &Suite) -> BTreeSet<String> {
    let mut secrets: BTreeSet<String> =
        ["BEGIN PRIVATE KEY-----\nMC4", "BEGIN PRIVATE KEY-----\\nMC4"].map(str::to_owned).into();
    // Base64 of a key's first line, without what depends on the bytes before and after.
    secrets.insert(STANDARD.encode("-----BEGIN PRIVATE KEY-----\nMC4CA").trim_end_matches('=').to_owned());
    for case in suite.cases() {
        let Caller { credentials, .. } = case.session().caller();
        secrets.extend(credentials.into_iter().map(|credential| match credential {
            CallerCredentials::Bearer(secret) | CallerCredentials::Token(secret) => secret,
            CallerCredentials::AccessKey { secret_key, .. } => secret_key,
        }));
    }
    secrets.retain(|secret| secret.len() > 3);
    secrets
}

#[track_caller]
fn check(run: &Run, suite: &Suite) {
    let secrets = secrets(suite);
    assert!(secrets.len() > 6);
    for format in Format::ALL {
        let text = format.render(run, suite);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "the {format} report holds {secret}");
        }
    }
    let debug = format!("{run:?}");
    for secret in &secrets {
        assert!(!debug.contains(secret.as_str()), "Debug holds {secret}");
    }
}

fn run(runner: &Runner, suite: &Suite) -> Run {
    tokio::runtime::Runtime::new().unwrap().block_on(runner.run(suite.cases()))
}

#[test]
fn reports_of_the_reference_hold_no_secret() {
    let suite = Suite::embedded().unwrap();
    check(&run(&Runner::new(Arc::new(ReferenceAdapter)), &suite), &suite);
}

/// Everything fails, and so every exchange is shown, and the adapter says aloud what it was given.
#[test]
fn reports_of_a_client_that_tells_everything_hold_no_secret() {
    let suite = Suite::embedded().unwrap();
    let about = About { name: "telling".to_owned(), ..ReferenceAdapter.about() };
    let telling = adapter_fn(about, |request| async move {
        let fetched = ReferenceAdapter.fetch(request.clone()).await;
        let got = match fetched {
            Ok(Fetched::Kubeconfig(text)) => text,
            Ok(Fetched::Access(items)) => serde_json::to_string(&items).unwrap(),
            Ok(Fetched::Connection { .. }) | Err(_) => String::new(),
        };
        let message = format!("{} {got}", request.credentials.secrets().join(" "));
        Err(Failure { message, ..Failure::new(FailureKind::Timeout) })
    });
    let run = run(&Runner::new(Arc::new(telling)), &suite);
    assert!(run.summary().failed > 100);
    check(&run, &suite);
}
