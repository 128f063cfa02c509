//! Programs as adapters: `check --adapter`, `kubeproof adapter`, and what the library says of each mistake.

use std::time::Duration;

use kubeproof::conformance::adapter::{Adapter as _, Credentials, FailureKind, Feature, FetchRequest};
use kubeproof::conformance::process::{Command, ProcessAdapter, ProcessLimits, StartError};
use kubeproof::emulator::providers::PROVIDERS;

use crate::program::{FAILS, PASSES, fixtures, kubeproof};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kubeproof");

fn saboteur(name: &str) -> Command {
    Command::new(PROGRAM, ["adapter", "saboteur", name].map(str::to_owned))
}

/// Short, and however late they come, what they are for never does.
const SHORT: ProcessLimits = ProcessLimits {
    start: Duration::from_millis(200),
    grace: Duration::from_millis(200),
    stop: Duration::from_millis(200),
};

/// A fetch from a port at which nobody listens.
fn request(id: &str) -> FetchRequest {
    FetchRequest {
        id: id.to_owned(),
        provider: "digitalocean".to_owned(),
        base_url: "http://127.0.0.1:9".to_owned(),
        ca_pem: None,
        credentials: Credentials::Bearer { bearer: "planted-token".to_owned() },
        cluster: [("cluster_id".to_owned(), "0c0ffee0-0000-4000-8000-000000000001".to_owned())].into(),
        options: Default::default(),
        timeout_ms: 5_000,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What is said of an adapter that does not greet as it should.
#[track_caller]
fn check_greeting(name: &str, limits: ProcessLimits, parts: &[&str]) {
    match run(ProcessAdapter::start_within(saboteur(name), limits)).err() {
        Some(StartError::Greeting(breach)) => assert_in(parts, &breach.to_string()),
        other => panic!("{name}: {other:?}"),
    }
}

/// What is said of an adapter that does not answer as it should; and the next fetch is asked of another process.
#[track_caller]
fn check_answer(name: &str, limits: ProcessLimits, timeout_ms: u64, parts: &[&str]) {
    run(async {
        let adapter = ProcessAdapter::start_within(saboteur(name), limits).await.unwrap();
        for id in ["one", "two"] {
            let breach =
                adapter.attempt(FetchRequest { timeout_ms, ..request(id) }).await.answer.unwrap_err().to_string();
            assert_in(parts, &breach.replace(&format!("\"{id}\""), "ID").replace(&format!("`{id}`"), "ID"));
        }
    });
}

#[track_caller]
fn assert_in(parts: &[&str], text: &str) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn a_wrong_greeting_is_quoted_and_explained() {
    let usual = ProcessLimits::default();
    check_greeting("no-hello", usual, &["it ended (exit status: 0) instead of answering"]);
    check_greeting("mute", SHORT, &["it did not greet within 200ms"]);
    let first = "line 1 of its standard output is no greeting";
    check_greeting("greets-in-words", usual, &[first, "no JSON", "standard error", "`hello, I am an adapter`"]);
    check_greeting("another-protocol", usual, &[first, "another version", "this is version 1", "\"protocol\":2"]);
    check_greeting("unknown-feature", usual, &[first, "`/hello/features/1`", "'ak-sk'", "\"telepathy\""]);
    check_greeting("no-providers", usual, &[first, "`/hello/providers`", "minimum 1 items"]);
    check_greeting("name-of-two-lines", usual, &[first, "`/hello/name`", "::error::two"]);
    let missing = run(ProcessAdapter::start("/no/such/program".parse().unwrap())).err().unwrap();
    assert!(matches!(missing, StartError::NotStarted { .. }));
    assert_in(&["`/no/such/program` cannot be started", "with its path or in PATH"], &missing.to_string());
}

#[test]
fn a_wrong_answer_is_quoted_and_explained_and_costs_one_fetch() {
    let usual = ProcessLimits::default();
    let second = "line 2 of its standard output is no result";
    check_answer("banner", usual, 5_000, &[second, "no JSON", "`adapter ready`"]);
    check_answer("garbage", usual, 5_000, &[second, "no JSON", "`Traceback (most recent call last):`"]);
    check_answer("binary", usual, 5_000, &[second, "no UTF-8"]);
    check_answer("blank", usual, 5_000, &[second, "blank", "one JSON object"]);
    check_answer("wrong-id", usual, 5_000, &[second, "its `id` is `another`", "has ID"]);
    check_answer("no-outcome", usual, 5_000, &[second, "none of `kubeconfig`, `access`, `connection`, `error`"]);
    check_answer("two-outcomes", usual, 5_000, &[second, "kubeconfig and error", "one of them"]);
    check_answer("unknown-kind", usual, 5_000, &[second, "`/result/error/kind`", "'not-found'", "bad-luck"]);
    check_answer("wrong-type", usual, 5_000, &[second, "`/result/kubeconfig`", "string"]);
    check_answer("unknown-key", usual, 5_000, &[second, "elapsed_ms"]);
    check_answer("dies", usual, 5_000, &["it ended (exit status: 0) instead of answering"]);
    check_answer("dies-midway", usual, 5_000, &[second, "no JSON", "EOF"]);
    check_answer(
        "silent",
        ProcessLimits { grace: SHORT.grace, ..usual },
        100,
        &["did not answer within 300ms", "100 ms"],
    );
    check_answer("flood", usual, 60_000, &["line 2 of its standard output is longer than 16777216 bytes"]);
}

#[test]
fn a_second_answer_is_found_before_the_next_fetch() {
    run(async {
        let adapter = ProcessAdapter::start(saboteur("two-answers")).await.unwrap();
        let failure = adapter.attempt(request("one")).await.answer.unwrap().unwrap_err();
        assert_eq!(failure.kind, FailureKind::Transport);
        let breach = adapter.attempt(request("two")).await.answer.unwrap_err().to_string();
        assert_in(&["line 3", "nothing was asked when it came", "answered once"], &breach);
        // Another process answers, and the one before it is gone with its mistakes.
        assert!(adapter.attempt(request("three")).await.answer.is_ok());
    });
}

#[test]
fn standard_error_comes_with_the_answer() {
    run(async {
        let adapter = ProcessAdapter::start(saboteur("leaks")).await.unwrap();
        for id in ["one", "two"] {
            let attempt = adapter.attempt(request(id)).await;
            assert!(attempt.answer.is_ok());
            assert_eq!(attempt.stderr, "asking with planted-token\n");
        }
    });
}

#[test]
fn an_adapter_ends_at_the_end_of_its_input() {
    let stop = |name: &str| {
        run(async {
            let adapter = ProcessAdapter::start_within(
                saboteur(name),
                ProcessLimits { stop: Duration::from_secs(5), ..ProcessLimits::default() },
            );
            adapter.await.unwrap().stop().await.map_err(|breach| breach.to_string())
        })
    };
    assert_eq!(stop("leaks"), Ok(()));
    assert_in(&["it ended with exit status: 1", "0 is wanted"], &stop("ends-badly").unwrap_err());
    assert_in(&["something that it started did not"], &stop("leaves-a-child").unwrap_err());
    run(async {
        let adapter = ProcessAdapter::start(saboteur("lingers")).await.unwrap();
        drop(adapter);
        let limits = ProcessLimits { stop: SHORT.stop, ..ProcessLimits::default() };
        let adapter = ProcessAdapter::start_within(saboteur("lingers"), limits).await.unwrap();
        assert_in(&["did not end within 200ms"], &adapter.stop().await.unwrap_err().to_string());
    });
}

/// Runs `check` on one case that passes and one that fails, with this adapter.
#[track_caller]
fn check(adapter: &str, code: i32, out: &[&str], err: &[&str]) {
    let folder = fixtures(&format!("{PASSES}{FAILS}"));
    let ran = kubeproof(&["check", "--fixtures", folder.path().to_str().unwrap(), "--adapter", adapter]);
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    assert_in(out, &ran.out);
    assert_in(err, &ran.err);
}

#[test]
fn check_judges_a_program() {
    let program = |arguments: &str| format!("'{PROGRAM}' adapter {arguments}");
    check(
        &program("reference"),
        1,
        &["passed            ucs/some/passes", "failed            ucs/some/fails", "1 passed, 1 failed"],
        &[],
    );
    check("builtin", 1, &["1 passed, 1 failed"], &[]);
    // The case has failed, not the run.
    check(&program("saboteur dies"), 1, &["2 cases: 2 failed", "it ended (exit status: 0) instead of answering"], &[]);
    let leak = ["standard error that holds a credential", "standard error of the adapter", "asking with <redacted>"];
    check(&program("saboteur leaks"), 1, &leak, &[]);
    check(&program("saboteur ends-badly"), 1, &["1 passed"], &["did not end well", "exit status: 1"]);
    check(&program("saboteur unknown-feature"), 5, &[], &["does not start", "telepathy", "adapter smoke"]);
    check("/no/such/program", 5, &[], &["cannot be started"]);
    check("", 2, &[], &["no program is named"]);
    check("python3 'adapter.py", 2, &[], &["a quote or a backslash has no end"]);
}

/// An adapter that lacks a feature: the reference, whose greeting is changed on the way.
fn without(feature: &str) -> String {
    format!("sh -c \"'{PROGRAM}' adapter reference | sed -u 's/\\\"{feature}\\\",//'\"")
}

#[test]
fn check_runs_over_https_when_it_is_told_to_and_when_it_has_to() {
    let run = |arguments: &[&str]| kubeproof(&[&["check", "digitalocean/request"], arguments].concat());
    let note = "every case runs over HTTPS: the adapter does not declare the feature `http`\n";
    let https_alone = run(&["--adapter", &without("http")]);
    assert_eq!((https_alone.code, https_alone.err.as_str()), (0, note), "{}", https_alone.out);
    assert!(!https_alone.out.contains("skipped"), "{}", https_alone.out);
    let told = run(&["--tls"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    // Who cannot is not judged.
    let http_alone = run(&["--adapter", &without("tls"), "--tls"]);
    assert_eq!(http_alone.code, 4, "{}", http_alone.out);
    assert!(http_alone.out.contains("the adapter lacks: tls"), "{}", http_alone.out);
    assert_eq!(run(&["--adapter", &without("tls")]).code, 0);
    // And so with the check of the protocol alone.
    let smoke = kubeproof(&["adapter", "smoke", &without("http")]);
    assert_eq!(smoke.code, 0, "{}", smoke.out);
    assert!(!smoke.out.contains("every case needs more features"), "{}", smoke.out);
}

#[test]
fn every_case_has_the_same_outcome_by_a_process() {
    let ran = kubeproof(&["check", "--adapter", &format!("'{PROGRAM}' adapter reference"), "--report", "json=-"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let other = kubeproof(&["check", "--report", "json=-"]);
    let other: serde_json::Value = serde_json::from_str(&other.out).unwrap();
    let outcomes = |report: &serde_json::Value| -> Vec<(String, String, String)> {
        let text = |case: &serde_json::Value, key: &str| case[key].as_str().unwrap().to_owned();
        let cases = report["cases"].as_array().unwrap().iter();
        cases.map(|case| (text(case, "id"), text(case, "outcome"), text(case, "message"))).collect()
    };
    assert!(outcomes(&report).len() > 700);
    assert_eq!(outcomes(&report), outcomes(&other));
    assert_eq!((report["adapter"].clone(), ran.code), (other["adapter"].clone(), 0));
}

#[test]
fn smoke_tells_what_is_right_and_what_is_not() {
    let smoke = |adapter: &str| kubeproof(&["adapter", "smoke", &format!("'{PROGRAM}' adapter {adapter}")]);
    let ran = smoke("reference");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.starts_with("ok       ")), "{}", ran.out);
    // It greets, fetches twice of each provider, and ends.
    assert_eq!(ran.out.lines().count(), 2 + 2 * PROVIDERS.len(), "{}", ran.out);
    let ran = smoke("saboteur no-outcome");
    assert_eq!(ran.code, 1);
    assert_in(&["mistake  ucs: a fetch that ends well", "has none of `kubeconfig`", "ok       it ends"], &ran.out);
    let ran = smoke("saboteur greets-in-words");
    assert_eq!(ran.code, 1);
    assert_in(&["mistake  it starts and greets", "hello, I am an adapter"], &ran.out);
    let ran = kubeproof(&["adapter", "smoke", "/no/such/program"]);
    assert_eq!(ran.code, 5);
    assert_in(&["cannot be started"], &ran.out);
}

#[test]
fn help_names_every_feature() {
    let ran = kubeproof(&["adapter", "--help"]);
    let words: Vec<&str> = ran.out.split([' ', ',', '.', '\n']).collect();
    assert!(Feature::ALL.iter().all(|feature| words.contains(&feature.as_str())), "{}", ran.out);
}

#[test]
fn the_schema_is_printed() {
    let ran = kubeproof(&["adapter", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, schema["$id"].as_str()), (0, Some("urn:kubeproof:adapter-protocol:1")));
}

/// Whoever starts it by hand is told what it is.
#[test]
fn the_reference_adapter_explains_itself() {
    use std::io::Write as _;
    use std::process::Stdio;

    let mut child = std::process::Command::new(PROGRAM)
        .args(["adapter", "reference"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"hello?\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_in(&["this is an adapter", "check --adapter"], &String::from_utf8(output.stderr).unwrap());
}
