//! `kubeproof serve`

mod cases;
mod endings;
mod worlds;

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kubeproof::emulator::providers::PROVIDERS;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::kubeproof;
use crate::serving::{Serving, read_out, request};

/// What gets an answer of each provider with what the default worlds have.
const ASKED: [(&str, &str, &str); 5] = [
    (
        "digitalocean",
        "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig",
        "authorization: Bearer example-do-api-token",
    ),
    (
        "cce",
        "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert",
        "x-auth-token: example-iam-token",
    ),
    ("ucs", "/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo", "x-auth-token: example-iam-token"),
    (
        "fireworks",
        "/v1/accounts/demo-account/clusters/demo:getConnectionInfo",
        "authorization: Bearer example-fireworks-api-key",
    ),
    ("lke", "/v4/lke/clusters/1001/kubeconfig", "authorization: Bearer example-linode-token"),
];

#[track_caller]
fn answers(serving: &Serving, provider: &str) {
    let (_, target, credential) = ASKED.into_iter().find(|(name, ..)| *name == provider).unwrap();
    let answer = serving.ask(provider, target, &[credential]);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{provider}: {answer}");
}

#[test]
fn all_providers_answer_at_one_port() {
    let serving = Serving::start(&[]);
    let places = serving.places();
    assert_eq!(places.len(), PROVIDERS.len());
    assert!(places.values().all(|place| *place == places["ucs"]), "{places:?}");
    for (provider, target, credential) in ASKED {
        answers(&serving, provider);
        // What the clients need to know is all said.
        let named = target.rsplit_once("/clusters/").unwrap().1;
        let id = named.split(['/', ':']).next().unwrap();
        let credential = credential.rsplit(' ').next().unwrap();
        for part in [&format!("\n{provider}  http://127.0.0.1:"), id, credential] {
            assert!(format!("\n{}", serving.said).contains(part), "`{part}` is not in: {}", serving.said);
        }
    }
    let refused = serving.ask("ucs", "/v1/clusters/unknown/accessinfo", &["x-auth-token: example-iam-token"]);
    assert!(refused.contains("\r\nkubeproof-clause: ucs."), "{refused}");
    let ended = serving.stop();
    assert_eq!(ended.code, Some(0));
    assert!(ended.out.ends_with('\n') && ended.out.lines().last().unwrap().starts_with("kubeproof ready"));
}

#[test]
fn either_signal_ends_it() {
    for signal in ["INT", "TERM"] {
        let serving = Serving::start(&["--quiet"]);
        serving.signal(signal);
        let ended = serving.wait();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{signal}");
    }
}

#[test]
fn providers_may_be_chosen_and_have_ports_of_their_own() {
    let serving = Serving::start(&["--port-each", "--provider", "ucs", "--provider", "cce"]);
    let places = serving.places();
    assert_eq!(places.keys().collect::<Vec<_>>(), ["cce", "ucs"]);
    assert_ne!(places["cce"], places["ucs"]);
    answers(&serving, "ucs");
    answers(&serving, "cce");
    assert!(!serving.said.contains("DIGITALOCEAN"), "{}", serving.said);
}

#[test]
fn the_environment_names_every_provider_and_its_credentials() {
    let serving = Serving::start(&[]);
    let environment = serving.environment();
    let url = &serving.places()["ucs"];
    for name in [
        "KUBEPROOF_DIGITALOCEAN_URL",
        "KUBEPROOF_CCE_URL",
        "KUBEPROOF_UCS_URL",
        "KUBEPROOF_FIREWORKS_URL",
        "KUBEPROOF_LKE_URL",
        "DIGITALOCEAN_API_URL",
        "FIREWORKS_BASE_URL",
        "LINODE_URL",
        "HUAWEICLOUD_SDK_REGION_CCE_KUBEPROOF",
        "HUAWEICLOUD_SDK_REGION_UCS_KUBEPROOF",
    ] {
        assert_eq!(environment.get(name), Some(url), "{name}");
    }
    for (name, value) in [
        ("DIGITALOCEAN_TOKEN", "example-do-api-token"),
        ("DIGITALOCEAN_ACCESS_TOKEN", "example-do-api-token"),
        ("HUAWEICLOUD_SDK_AK", "AKEXAMPLE"),
        ("HUAWEICLOUD_SDK_SK", "SKEXAMPLE"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "00000000000000000000000000000abc"),
        ("FIREWORKS_API_KEY", "example-fireworks-api-key"),
        ("FIREWORKS_ACCOUNT_ID", "demo-account"),
        ("LINODE_TOKEN", "example-linode-token"),
        ("LINODE_CLI_TOKEN", "example-linode-token"),
    ] {
        assert_eq!(environment.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!environment.contains_key("SSL_CERT_FILE"), "there is no TLS");
}

#[test]
fn tls_is_trusted_by_the_authority_that_is_written() {
    let folder = TempDir::new().unwrap();
    let asked_for = folder.path().join("ca.pem");
    for arguments in [&["--tls"][..], &["--tls", "--ca-file", asked_for.to_str().unwrap()]] {
        let serving = Serving::start(arguments);
        let environment = serving.environment();
        let authority = environment["SSL_CERT_FILE"].clone();
        for name in ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"] {
            assert_eq!(environment[name], authority);
        }
        assert_eq!(fs::metadata(&authority).unwrap().permissions().mode() & 0o777, 0o644);
        for (provider, target, credential) in ASKED {
            assert!(serving.places()[provider].starts_with("https://"));
            let answer = serving.ask_tls(provider, "127.0.0.1", &authority, target, &[credential]).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{provider}: {answer}");
        }
        assert!(serving.ask_tls("ucs", "example.test", &authority, "/", &[]).is_err(), "it is for no such host");
        let is_asked_for = arguments.len() > 1;
        assert_eq!(Path::new(&authority) == asked_for, is_asked_for);
        assert_eq!(serving.stop().code, Some(0));
        assert_eq!(Path::new(&authority).exists(), is_asked_for, "a temporary file is removed");
    }
}

#[test]
fn another_name_can_be_certified() {
    let serving = Serving::start(&["--tls", "--tls-name", "kubeproof.example.test", "--tls-name", "192.0.2.7"]);
    let authority = serving.environment()["SSL_CERT_FILE"].clone();
    let (provider, target, credential) = ASKED[2];
    for host in ["kubeproof.example.test", "192.0.2.7", "localhost"] {
        assert!(serving.ask_tls(provider, host, &authority, target, &[credential]).is_ok(), "{host}");
    }
}

#[test]
fn what_says_where_it_is_goes_with_it() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ports, environment) = (path("ports"), path("env"));
    // A server that was killed has left them.
    fs::write(&ports, "ucs=1\n").unwrap();
    let serving = Serving::start(&["--port-file", &ports, "--env-file", &environment]);
    let port = serving.address("ucs").rsplit_once(':').unwrap().1.to_owned();
    let expected: String = PROVIDERS.iter().map(|name| format!("{name}={port}\n")).collect();
    assert_eq!(fs::read_to_string(&ports).unwrap(), expected);
    let lines = fs::read_to_string(&environment).unwrap();
    for (name, value) in serving.environment() {
        assert!(lines.lines().any(|line| line == format!("{name}={value}")), "{name} is not in: {lines}");
    }
    assert_eq!(serving.stop().code, Some(0));
    assert!(!Path::new(&ports).exists() && !Path::new(&environment).exists());

    // What another one wrote meanwhile is not this one's to remove.
    let serving = Serving::start(&["--port-file", &ports]);
    fs::write(&ports, "of another").unwrap();
    assert_eq!(serving.stop().code, Some(0));
    assert_eq!(fs::read_to_string(&ports).unwrap(), "of another");
}

#[test]
fn the_log_has_a_line_for_each_exchange_and_each_connection() {
    let serving = Serving::start(&["--log-format", "json"]);
    answers(&serving, "ucs");
    let json = |line: String| serde_json::from_str::<Value>(&line).unwrap();
    let exchange = json(serving.log());
    assert_eq!(exchange["event"], "exchange");
    assert_eq!(
        (&exchange["provider"], &exchange["status"], &exchange["verdict"]),
        (&"ucs".into(), &200.into(), &"answered".into())
    );
    assert_eq!(exchange["target"], ASKED[2].1);
    let connection = json(serving.log());
    assert_eq!(
        (&connection["event"], &connection["requests"], &connection["end"]),
        (&"connection".into(), &1.into(), &"closed".into())
    );
    assert_eq!(connection["number"], exchange["connection"]);
    let ended = serving.stop();
    let rest: Vec<Value> = ended.err.lines().map(|line| json(line.to_owned())).collect();
    assert_eq!(rest.iter().map(|line| line["event"].as_str().unwrap()).collect::<Vec<_>>(), ["stopping", "stopped"]);

    let serving = Serving::start(&[]);
    serving.ask(
        "ucs",
        "/v1/clusters/0c0ffee0-0000-4000-8000-00000000000f/accessinfo",
        &["x-auth-token: example-iam-token"],
    );
    let line = serving.log();
    for part in
        ["Z ucs GET /v1/clusters/0c0ffee0-0000-4000-8000-00000000000f/accessinfo 403 refused by ucs.", "(connection 1)"]
    {
        assert!(line.contains(part), "`{part}` is not in: {line}");
    }
    let line = serving.log();
    for part in [" connection 1 from 127.0.0.1:", " ended after 1 request over http/1.1: closed"] {
        assert!(line.contains(part), "`{part}` is not in: {line}");
    }
    serving.ask("ucs", "/nowhere", &[]);
    let line = serving.log();
    assert!(line.contains(" nobody GET /nowhere 404 refused by kubeproof.no-provider: "), "{line}");
}

#[test]
fn who_reads_the_log_slowly_holds_up_nobody() {
    const REQUESTS: usize = 4_000;
    let mut serving = Serving::spawn_deaf(&["--listen", "127.0.0.1:0", "--log-format", "json"], "");
    let mut stream = TcpStream::connect(serving.address("ucs")).unwrap();
    let mut sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let kept = "GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(REQUESTS - 1);
        sending.write_all(kept.as_bytes()).unwrap();
        sending.write_all(request("/nowhere", &[]).as_bytes()).unwrap();
    });
    assert_eq!(read_out(&mut stream).matches("HTTP/1.1 404").count(), REQUESTS);
    sender.join().unwrap();
    // Everybody was answered. What did not fit is counted.
    serving.hear();
    let ended = serving.stop();
    let lines: Vec<Value> = ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &'static str| lines.iter().filter(move |line| line["event"] == event);
    let missed: u64 = of("missed").map(|line| line["events"].as_u64().unwrap()).sum();
    assert!(missed > 0, "{} lines", lines.len());
    assert_eq!(of("exchange").count() + of("connection").count() + usize::try_from(missed).unwrap(), REQUESTS + 1);
}

#[test]
fn a_port_that_is_taken_is_named_with_a_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [&[][..], &["--port-each"], &["--tls"]] {
        let ran = kubeproof(&[&["serve", "--listen", &address], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{}", ran.err);
        for part in [&format!("cannot listen: {address}: "), "it is taken", "--listen 127.0.0.1:0"] {
            assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        }
    }
    let admin = format!("--admin={}", taken.local_addr().unwrap().port());
    check_usage(&["--listen", "127.0.0.1:0", &admin], 5, &["cannot listen: ", "it is taken", "as in --admin=on"]);
}

/// Runs `serve` where it cannot start, and compares the exit code and what is on standard error.
#[track_caller]
fn check_usage(arguments: &[&str], code: i32, parts: &[&str]) {
    let ran = kubeproof(&[&["serve"], arguments].concat());
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn wrong_usage() {
    check_usage(&["--listen", "127.0.0.1:8080", "--admin=8080"], 2, &["both have the port 8080", "--admin=on"]);
    check_usage(&["--listen", "127.0.0.1:8080", "--port-each", "--admin=8083"], 2, &["both have the port 8083"]);
    check_usage(&["--listen", "8080"], 2, &["127.0.0.1:8080", "[::1]:8080"]);
    let ports = format!("65534 to {}", 65533 + PROVIDERS.len());
    check_usage(&["--listen", "127.0.0.1:65534", "--port-each"], 2, &[&ports, "lower port"]);
    check_usage(&["--listen", "192.0.2.1:0"], 5, &["192.0.2.1:0", "no such address", "--listen 127.0.0.1"]);
    check_usage(&["--clock", "noon"], 2, &["system", "2026-01-01T00:00:00Z"]);
    check_usage(&["--ca-file", "x"], 2, &["--ca-file is of TLS", "--tls"]);
    check_usage(&["--tls-name", "x"], 2, &["--tls-name is of TLS", "--tls"]);
    check_usage(&["--tls", "--tls-name", "no name"], 2, &["kubeproof.example.test"]);
    check_usage(&["--fixtures", "x"], 2, &["--case"]);
    check_usage(&["--provider", "nimbus"], 2, &["nimbus", "digitalocean, cce, ucs, fireworks"]);
    check_usage(&["--edition", "ucs@1999-01"], 2, &["ucs@2025-05"]);
    check_usage(&["--provider", "cce", "--edition", "ucs@2025-05"], 2, &["--provider ucs"]);
    check_usage(
        &["--case", "ucs/download/second-call-is-refuse"],
        2,
        &["did you mean `ucs/download/second-call-is-refused`?"],
    );
    check_usage(&["--case", "ucs/download"], 2, &["several cases"]);
    check_usage(&["--case", "ucs/download/second-call-is-refused", "--tls"], 2, &["--tls"]);
    check_usage(
        &["--listen", "127.0.0.1:0", "--port-file", "/no/such/folder/ports"],
        2,
        &["no folder /no/such/folder", "make it first"],
    );
    check_usage(
        &["--listen", "127.0.0.1:0", "--port-file", "/"],
        2,
        &["the ports cannot be written to /", "name another"],
    );
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join(".env");
    std::fs::write(&mine, "MINE=1\n").unwrap();
    let (path, ours) = (mine.display().to_string(), folder.path().join("ports").display().to_string());
    for option in ["--env-file", "--port-file"] {
        check_usage(&["--listen", "127.0.0.1:0", option, &path], 2, &["something else is there", "name another"]);
    }
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "MINE=1\n");
    check_usage(
        &["--listen", "127.0.0.1:0", "--env-file", &ours, "--port-file", &ours],
        2,
        &["something else is there"],
    );
    assert!(!std::path::Path::new(&ours).exists());
}

#[test]
fn nothing_is_left_of_a_start_that_failed() {
    let folder = TempDir::new().unwrap();
    let environment = folder.path().join("env");
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--env-file",
        environment.to_str().unwrap(),
        "--port-file",
        "/no/such/folder/ports",
    ];
    check_usage(&arguments, 2, &["no folder"]);
    assert!(!environment.exists());
}

#[test]
fn what_others_can_reach_is_warned_of() {
    for quiet in [&[][..], &["--quiet"]] {
        let serving = Serving::spawn(&[&["--listen", "0.0.0.0:0"], quiet].concat(), "");
        let line = serving.log();
        assert!(line.starts_with("warning: 0.0.0.0 ") && line.contains("examples that everybody knows"), "{line}");
        // It is reached at loopback, too, and that is what is said.
        assert!(serving.places()["ucs"].starts_with("http://127.0.0.1:"));
        answers(&serving, "ucs");
    }
    assert_eq!(Serving::start(&["--quiet"]).stop().err, "");
}

#[test]
fn the_admin_api_is_there_where_only_this_machine_reaches_it() {
    let admin = |arguments: &[&str]| {
        let serving = Serving::spawn(arguments, "");
        let answer = serving.ask("ucs", "/_kubeproof/healthz", &[]);
        let url = serving.environment().get("KUBEPROOF_ADMIN_URL").cloned();
        assert_eq!(answer.starts_with("HTTP/1.1 200"), url.is_some(), "{answer}");
        url
    };
    let local = admin(&["--listen", "127.0.0.1:0"]).unwrap();
    assert!(local.starts_with("http://127.0.0.1:") && local.ends_with("/_kubeproof/"), "{local}");
    assert_eq!(admin(&["--listen", "0.0.0.0:0"]), None);
    assert!(admin(&["--listen", "0.0.0.0:0", "--admin"]).is_some());
    assert_eq!(admin(&["--listen", "127.0.0.1:0", "--admin=off"]), None);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = format!("--admin={free}");
    assert_eq!(admin(&["--listen", "127.0.0.1:0", &at]), Some(format!("http://127.0.0.1:{free}/_kubeproof/")));
}

#[test]
fn kubeconfigs_point_at_the_stub_or_where_they_are_told_to() {
    let (provider, target, credential) = ASKED[0];
    let server = |arguments: &[&str]| {
        let serving = Serving::start(arguments);
        let answer = serving.ask(provider, target, &[credential]);
        let line = answer.lines().find(|line| line.trim_start().starts_with("server: ")).unwrap();
        (line.trim_start().trim_start_matches("server: ").to_owned(), serving.said.clone())
    };
    let (stub, said) = server(&[]);
    let base = stub.strip_suffix("/0c0ffee0-0000-4000-8000-000000000001").unwrap();
    assert!(base.starts_with("https://127.0.0.1:"), "{stub}");
    assert!(said.contains(&format!("  Kubernetes API        {base}, a stub")), "{said}");

    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (authority, wrong) = (path("ca.crt"), path("wrong.crt"));
    let serving = Serving::start(&["--tls", "--ca-file", &authority]);
    serving.stop();
    fs::write(&wrong, "no certificate").unwrap();
    let real = "https://k8s.example.test:6443";
    let (told, said) = server(&["--api-server", real, "--api-ca", &authority]);
    assert_eq!(told, real);
    assert!(said.contains(&format!("  Kubernetes API        {real}\n")), "{said}");
    // A case is served as it is judged: with the addresses that the documents name.
    let (documented, _) = server(&["--case", "digitalocean/access/server"]);
    assert!(documented.ends_with(".k8s.ondigitalocean.com"), "{documented}");

    check_usage(&["--api-server", real], 2, &["--api-ca"]);
    check_usage(&["--api-server", "ftp://x", "--api-ca", &authority], 2, &["--api-server"]);
    check_usage(&["--api-server", real, "--api-ca", &wrong], 2, &["wrong.crt", "certificates in PEM"]);
    check_usage(&["--api-server", real, "--api-ca", "/no/such/file"], 2, &["/no/such/file", "No such file"]);
}

#[test]
fn an_edition_can_be_asked_for() {
    for edition in ["2025-05", "2026-01"] {
        let serving = Serving::start(&["--provider", "ucs", "--edition", &format!("ucs@{edition}")]);
        assert!(serving.said.contains(&format!(" edition {edition}\n")), "{}", serving.said);
        let downloaded = ASKED[2].1.replace("000000000001", "000000000004");
        let answer = serving.ask("ucs", &downloaded, &[ASKED[2].2]);
        let status = if edition == "2025-05" { "HTTP/1.1 200" } else { "HTTP/1.1 410" };
        assert!(answer.starts_with(status), "{answer}");
    }
    check_usage(
        &["--edition", "ucs@2025-05", "--edition", "ucs@2026-01"],
        2,
        &["ucs@2025-05 or --edition ucs@2026-01"],
    );
}

#[test]
fn the_clock_is_that_of_the_machine_unless_it_stands() {
    let at = |arguments: &[&str]| {
        let serving = Serving::start(&[&["--log-format", "json"], arguments].concat());
        let place = serving.places().into_iter().next().unwrap();
        serving.ask(&place.0, "/", &[]);
        let line: Value = serde_json::from_str(&serving.log()).unwrap();
        line["at"].as_str().unwrap().to_owned()
    };
    const CASE: [&str; 2] = ["--case", "ucs/download/second-call-is-refused"];
    assert_eq!(at(&["--clock", "2031-02-03T04:05:06Z"]), "2031-02-03T04:05:06Z");
    assert_eq!(at(&CASE), "2026-01-01T00:00:00Z", "as in `check`");
    assert_eq!(at(&[CASE[0], CASE[1], "--clock", "2031-02-03T04:05:06Z"]), "2031-02-03T04:05:06Z");
    for arguments in [&[][..], &["--clock", "system"], &[CASE[0], CASE[1], "--clock", "system"]] {
        // A clock that goes shows no whole second, but once in a thousand million times.
        assert!(at(arguments).contains('.'), "{arguments:?}");
    }
}
