//! A case that is served, and its commands.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::Value;
use tempfile::TempDir;

use super::{ASKED, answers};
use crate::program::kubeproof;
use crate::serving::{Serving, read_out};

/// The commands that are said for a case.
fn commands(serving: &Serving) -> Vec<&str> {
    serving.said.lines().filter(|line| line.starts_with("curl ") || line.starts_with("# ")).collect()
}

#[test]
fn a_case_is_served_as_it_is() {
    let serving = Serving::start(&["--case", "ucs/faults/reset-before-the-answer"]);
    let commands = commands(&serving);
    let url = format!("curl -i --path-as-is '{}{}' ", serving.places()["ucs"], ASKED[2].1);
    assert!(commands[0].starts_with("# step 1: ") && commands[1].starts_with(&url), "{commands:?}");
    // The answer gets lost, and with it the download.
    assert_eq!(serving.ask("ucs", ASKED[2].1, &[ASKED[2].2]), "");
    let line = serving.log();
    for part in [" 200 answered by ucs.reply.access-info: ", "; the connection was reset before the answer"] {
        assert!(line.contains(part), "`{part}` is not in: {line}");
    }
    assert_eq!(serving.places().len(), 1);
}

#[test]
fn a_case_over_tls_is_served_over_tls() {
    let folder = TempDir::new().unwrap();
    let authority = folder.path().join("it's ca.pem").to_str().unwrap().to_owned();
    let serving = Serving::start(&["--case", "ucs/faults/expired", "--ca-file", &authority]);
    let quoted = authority.replace('\'', "'\\''");
    assert!(commands(&serving)[1].contains(&format!(" --cacert '{quoted}' 'https://127.0.0.1:")), "{}", serving.said);
    let (provider, target, credential) = ASKED[2];
    let error = serving.ask_tls(provider, "127.0.0.1", &authority, target, &[credential]).unwrap_err();
    assert!(error.to_string().contains("certificate expired"), "{error}");
    let serving = Serving::start(&["--case", "ucs/faults/works-over-tls"]);
    let authority = serving.environment()["SSL_CERT_FILE"].clone();
    assert!(
        serving.ask_tls(provider, "127.0.0.1", &authority, target, &[credential]).unwrap().starts_with("HTTP/1.1 200")
    );
}

#[test]
fn the_clock_of_a_case_is_moved_by_the_command_that_is_said() {
    let serving = Serving::start(&["--case", "digitalocean/expiry/expired-is-fetched-anew", "--log-format", "json"]);
    let command = commands(&serving).into_iter().find(|line| line.contains("/clock/advance")).unwrap().to_owned();
    let part = |from: &str| command.split_once(from).unwrap().1.split('\'').next().unwrap().to_owned();
    let (url, body) = (part("'http://"), part("-d '"));
    let (address, path) = url.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer = read_out(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serving.ask("digitalocean", ASKED[0].1, &[ASKED[0].2]);
    let line: Value = serde_json::from_str(&serving.log()).unwrap();
    assert_ne!(line["at"], "2026-01-01T00:00:00Z");

    let serving = Serving::start(&["--case", "digitalocean/expiry/expired-is-fetched-anew", "--admin=off"]);
    assert!(serving.said.contains("serve with --admin"), "{}", serving.said);
}

#[test]
fn explain_says_how_to_make_a_case_by_hand() {
    let ran = kubeproof(&["explain", "ucs/faults/expired"]);
    for part in [
        "\nBy hand\n  kubeproof serve --case ucs/faults/expired --ca-file kubeproof-ca.pem\n",
        "  curl -i --path-as-is --cacert 'kubeproof-ca.pem' 'https://127.0.0.1:7420/v1/clusters/",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
    }
    let folder = crate::program::fixtures(crate::program::PASSES);
    let folder = folder.path().to_str().unwrap();
    let ran = kubeproof(&["explain", "ucs/some/passes", "--fixtures", folder]);
    assert!(
        ran.out.contains(&format!("kubeproof serve --case ucs/some/passes --fixtures '{folder}'\n")),
        "{}",
        ran.out
    );
    let serving = Serving::start(&["--case", "ucs/some/passes", "--fixtures", folder]);
    answers(&serving, "ucs");
}
