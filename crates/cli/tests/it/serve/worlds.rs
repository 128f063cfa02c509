//! What a file of worlds makes of the emulations.

use std::fs;

use tempfile::TempDir;

use super::{ASKED, answers};
use crate::program::kubeproof;
use crate::serving::Serving;

/// A world whose credentials are nobody's example.
const PLANTED: &str = "\
digitalocean:
  world: {api_tokens: [planted-secret-1, example-do-api-token], forbidden_api_tokens: [planted-secret-2]}
cce:
  world: {tokens: [planted-secret-3], access_keys: [{access_key: AKMINE, secret_key: planted-secret-4}]}
ucs:
  world: {tokens: [planted-secret-5], forbidden_access_keys: [{access_key: AKOTHER, secret_key: planted-secret-6}]}
fireworks:
  world: {api_keys: [planted-secret-7]}
lke:
  world: {access_tokens: [planted-secret-8], read_only_access_tokens: [planted-secret-9]}
";

#[test]
fn a_secret_of_a_world_file_is_nowhere() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (world, environment, ports) = (path("my-world.yaml"), path("env"), path("ports"));
    fs::write(&world, PLANTED).unwrap();
    for format in ["text", "json"] {
        let arguments = ["--world", &world, "--env-file", &environment, "--port-file", &ports, "--log-format", format];
        let serving = Serving::start(&arguments);
        let written = fs::read_to_string(&environment).unwrap() + &fs::read_to_string(&ports).unwrap();
        // It is what opens the door all the same.
        let answer = serving.ask("digitalocean", ASKED[0].1, &["authorization: Bearer planted-secret-1"]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        for (provider, secret) in [
            ("digitalocean", 1),
            ("digitalocean", 2),
            ("cce", 3),
            ("cce", 4),
            ("ucs", 5),
            ("ucs", 6),
            ("fireworks", 7),
            ("lke", 8),
            ("lke", 9),
        ] {
            let secret = format!("planted-secret-{secret}");
            let asked = ASKED.into_iter().find(|(name, ..)| *name == provider).unwrap().1;
            // Percent-encoded it is one, too.
            let encoded = secret.replace('n', "%6e").replace('-', "%2D");
            for target in [
                format!("{asked}?x={secret}"),
                format!("{asked}/{secret}"),
                format!("/{secret}"),
                format!("{asked}?x={encoded}"),
            ] {
                for field in [format!("authorization: Bearer {secret}"), format!("x-auth-token: {secret}")] {
                    serving.ask(provider, &target, &[&field]);
                }
            }
            // One provider's secret may be sent to another.
            let (_, other, credential) = ASKED[if provider == "ucs" { 1 } else { 2 }];
            serving.ask(provider, &format!("{other}?x={secret}"), &[credential]);
            serving.ask(provider, &format!("{other}/{secret}"), &[credential]);
        }
        let first = serving.log();
        assert!(first.contains("digitalocean"), "{first}");
        let ended = serving.stop();
        assert_eq!(ended.code, Some(0));
        for text in [&written, &first, &ended.out, &ended.err] {
            assert!(!text.contains("planted-secret") && !text.contains("pla%6eted"), "{text}");
        }
        assert!(ended.err.lines().count() > 80, "{}", ended.err);
        // What is not shown is counted, and where it is from is said.
        for part in [
            "  api_tokens            example-do-api-token, 1 of ",
            "my-world.yaml, not shown",
            "# FIREWORKS_API_KEY: set it to one of ",
            "# HUAWEICLOUD_SDK_SK: set it to one of ",
        ] {
            assert!(ended.out.contains(part), "`{part}` is not in: {}", ended.out);
        }
    }
}

#[test]
fn a_world_may_come_on_standard_input() {
    let printed = kubeproof(&["serve", "--print-world"]);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    let edited = printed.out.replace("0c0ffee0-0000-4000-8000-000000000001", "0c0ffee0-0000-4000-8000-00000000000a");
    let serving = Serving::start_with(&["--world", "-"], &edited);
    let (provider, target, credential) = ASKED[0];
    assert!(serving.ask(provider, target, &[credential]).starts_with("HTTP/1.1 404"));
    let target = target.replace("000000000001", "00000000000a");
    assert!(serving.ask(provider, &target, &[credential]).starts_with("HTTP/1.1 200"));
    answers(&serving, "cce");
    // The examples are still examples.
    assert!(serving.said.contains("export FIREWORKS_API_KEY='example-fireworks-api-key'"), "{}", serving.said);
    let one = kubeproof(&["serve", "--print-world", "--provider", "ucs"]).out;
    assert!(one.contains("\nucs:\n") && !one.contains("\ncce:\n"), "{one}");
}

#[test]
fn faults_and_incidents_of_a_world_happen() {
    let world = "\
digitalocean:
  faults: [{is: close, at: {body: 12}, calls: [2]}]
ucs:
  incidents: [{calls: [1], is: rate-limited}]
";
    let serving = Serving::start_with(&["--world", "-"], world);
    answers(&serving, "digitalocean");
    let (provider, target, credential) = ASKED[0];
    let cut = serving.ask(provider, target, &[credential]);
    assert_eq!(cut.split_once("\r\n\r\n").unwrap().1.len(), 12, "{cut}");
    answers(&serving, "digitalocean");
    assert!(serving.ask("ucs", ASKED[2].1, &[ASKED[2].2]).starts_with("HTTP/1.1 429"));
    answers(&serving, "ucs");
}

/// What is wrong with a file of worlds: the exit code, and parts of the message.
#[track_caller]
fn check_world(text: &str, parts: &[&str]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("world.yaml");
    fs::write(&path, text).unwrap();
    let ran = kubeproof(&["serve", "--listen", "127.0.0.1:0", "--world", path.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn bad_worlds() {
    check_world("ucs:\n  worlds: {}", &["world.yaml:2:3: ", "unknown field `worlds`", "incidents"]);
    check_world("ucs:\n  world: {clusters: {}}", &["world.yaml:2:21: ", "a list has to stand here"]);
    check_world("firework: {}", &["world.yaml:1:1: ", "did you mean `fireworks`?"]);
    check_world("ucs: {edition: '1999-01'}", &["world.yaml:1:16: ", "2025-05"]);
    check_world("ucs: {faults: [{is: trickle}]}", &["world.yaml:1:16: ", "write `bytes-per-second`"]);
    check_world("ucs: {faults: [{is: tls-expired}]}", &["world.yaml:1:16: ", "serve with --tls"]);
    check_world("ucs:\n  incidents: [{reply: {file: gone.json}}]", &["world.yaml:2:30: ", "gone.json cannot be read"]);
    let ran = kubeproof(&["serve", "--world", "/no/such/world.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("/no/such/world.yaml cannot be read") && ran.err.contains("--print-world"), "{}", ran.err);
}
