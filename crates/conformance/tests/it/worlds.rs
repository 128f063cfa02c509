//! What is wrong with a file of worlds is said with file, line, column and a remedy; what is right is what is served.

use std::fs;
use std::path::Path;

use kubeproof_conformance::{Worlds, default_worlds};
use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::providers::{self, PROVIDERS};
use kubeproof_emulator::{CallerCredentials, Request, Secrets};

fn parse(text: &str) -> Result<Worlds, kubeproof_conformance::SuiteError> {
    Worlds::parse(text, "some.yaml", Path::new("/nowhere"), Transport::Plain)
}

/// The one problem of a file: its line and column, and parts of its message.
#[track_caller]
fn check(text: &str, place: &str, parts: &[&str]) {
    let error = parse(text).unwrap_err();
    let [problem] = error.problems() else { panic!("one problem was expected: {error}") };
    let shown = problem.to_string();
    assert!(shown.starts_with(&format!("some.yaml:{place}: ")), "{shown}");
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
}

#[test]
fn mistakes_have_a_place_and_a_remedy() {
    check("nimbus: {}", "1:1", &["no provider `nimbus`", "digitalocean, cce, ucs, fireworks"]);
    check("ucs: {}\nfirework:\n  world: {no: [such, type]}", "2:1", &["did you mean `fireworks`?"]);
    check("ucs: {worlds: {}}", "1:7", &["unknown field `worlds`", "incidents"]);
    check("ucs:\n  world:\n    cluster: []", "3:5", &["unknown field `cluster`", "clusters"]);
    check("ucs:\n  world:\n    clusters: some", "3:15", &["a list has to stand here"]);
    check("ucs:\n  world:\n    clusters: [{kind: detached}]", "3:23", &["detached", "attached"]);
    check("ucs: {edition: '1999-01'}", "1:16", &["no edition `1999-01`", "2025-05"]);
    check("ucs: {incidents: [{is: earthquake}]}", "1:24", &["earthquake", "rate-limited"]);
    check("ucs: {incidents: [{calls: [0], is: server-error}]}", "1:27", &["counted from 1"]);
    check("ucs: {faults: [{is: explode}]}", "1:21", &["explode", "reset"]);
    check("ucs: {faults: [{is: reset, connections: [1]}]}", "1:16", &["write `calls`"]);
    check("ucs: {faults: [{is: reset, operation: kubeconfig}]}", "1:16", &["no operation `kubeconfig`", "accessinfo"]);
    check("ucs:\n  faults:\n  - is: tls-expired", "3:5", &["of TLS", "--tls"]);
    check("ucs: {}\nucs: {}", "2:1", &["stands in this map already"]);
    check("- ucs", "1:1", &["a map of the providers digitalocean, cce, ucs, fireworks"]);
    let ids = "ucs:\n  world:\n    clusters: [{id: a}, {id: b}, {id: a}]";
    check(ids, "3:15", &["two clusters have the id `a`", "give each its own"]);
    check("fireworks:\n  world:\n    clusters: [{id: ''}]", "3:15", &["an empty id"]);
    let ids = "cce:\n  world:\n    clusters: [{id: a, project_id: p}, {id: a, project_id: p}]";
    check(ids, "3:15", &["the id `p` and `a`"]);
    check("digitalocean:\n  world:\n    api_tokens: [a, '']", "3:21", &["in a header", "visible ASCII"]);
    check("cce:\n  world:\n    tokens: [\"a\\nb\"]", "3:14", &["in a header"]);
    check("ucs:\n  world:\n    access_keys: [{access_key: a, secret_key: ''}]", "3:47", &["in a header"]);
    check("ucs: [", "1:6", &["a map has to stand here"]);
    check("ucs: {", "1:6", &["unclosed bracket"]);
    check("", "1:1", &["no provider stands here", "`digitalocean:`"]);
    check("# nothing\n", "1:1", &["no provider stands here"]);
    check("{}", "1:1", &["no provider stands here"]);
    check("ucs: {incidents: [{reply: {body: x, padding: 99999999}}]}", "1:20", &["64 MiB"]);
}

#[test]
fn every_mistake_of_sense_is_said_at_once() {
    let error = parse("nimbus: {}\nucs: {edition: '1999-01', faults: [{is: tls-expired}]}\ncce: {edition: '1998-01'}");
    let places: Vec<String> =
        error.unwrap_err().problems().iter().map(|problem| problem.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(places, ["some.yaml:1:1", "some.yaml:2:16", "some.yaml:2:36", "some.yaml:3:16"]);
}

#[test]
fn a_fault_of_tls_is_right_where_tls_is_spoken() {
    let text = "ucs: {faults: [{is: tls-expired}]}";
    let worlds = Worlds::parse(text, "some.yaml", Path::new("."), Transport::Tls).unwrap();
    assert_eq!(worlds.session("ucs", None).unwrap().faults().armed().len(), 1);
}

#[test]
fn what_stands_there_is_served_and_the_rest_is_as_usual() {
    let worlds = parse(
        "\
digitalocean:
  world:
    api_tokens: [first, second]
    clusters: [{id: mine}]
  incidents: [{calls: [1], is: server-error}]
fireworks:
",
    )
    .unwrap();
    assert!(worlds.names("digitalocean") && worlds.names("fireworks") && !worlds.names("ucs"));
    let mut session = worlds.session("digitalocean", None).unwrap();
    let caller = session.caller();
    assert_eq!(caller.cluster["cluster_id"], "mine");
    assert_eq!(caller.credentials, ["first", "second"].map(|token| CallerCredentials::Bearer(token.to_owned())));
    let request =
        || Request::get("/v2/kubernetes/clusters/mine/kubeconfig").with_header("authorization", "Bearer second");
    assert_eq!(session.handle(request()).status, 500);
    assert_eq!(session.handle(request()).status, 200);
    // Each session begins anew.
    assert_eq!(worlds.session("digitalocean", None).unwrap().handle(request()).status, 500);
    for provider in PROVIDERS.iter().copied().filter(|provider| *provider != "digitalocean") {
        let usual = Worlds::default().session(provider, None).unwrap();
        assert_eq!(worlds.session(provider, None).unwrap().caller(), usual.caller(), "{provider}");
    }
    assert!(worlds.session("nimbus", None).is_none());
}

#[test]
fn an_edition_that_is_asked_for_goes_before_the_one_that_is_written() {
    for &provider in PROVIDERS {
        for edition in providers::editions(provider) {
            let written = parse(&format!("{provider}: {{edition: '{edition}'}}")).unwrap();
            assert_eq!(written.session(provider, None).unwrap().edition(), *edition);
            let first = providers::editions(provider)[0];
            assert_eq!(written.session(provider, Some(first)).unwrap().edition(), first);
            assert_eq!(Worlds::default().session(provider, Some(*edition)).unwrap().edition(), *edition);
        }
        assert_eq!(Worlds::default().session(provider, None).unwrap().edition(), providers::editions(provider)[0]);
    }
}

#[test]
fn a_reply_may_be_in_a_file_beside() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("replies")).unwrap();
    fs::write(folder.path().join("replies/some.json"), "{\"some\": 1}").unwrap();
    fs::write(folder.path().join("replies/binary"), [0xff, 0xfe]).unwrap();
    let text = "ucs:\n  incidents:\n  - reply: {status: 503, file: replies/FILE}\n";
    let parse = |file: &str| Worlds::parse(&text.replace("FILE", file), "some.yaml", folder.path(), Transport::Plain);
    let reply = parse("some.json").unwrap().session("ucs", None).unwrap().handle(Request::get("/"));
    assert_eq!((reply.status.as_u16(), reply.body.as_ref()), (503, b"{\"some\": 1}".as_slice()));
    for file in ["gone.json", "binary"] {
        let error = parse(file).unwrap_err().to_string();
        assert!(error.starts_with("some.yaml:3:32: "), "{error}");
        assert!(
            error.contains(&format!("replies/{file} cannot be read")) && error.contains("make that file"),
            "{error}"
        );
    }
}

/// The keys of a provider's default world, and those that are explained.
struct Keys;

impl providers::Visitor for Keys {
    type Output = (Vec<String>, Vec<String>);

    fn visit<E: kubeproof_emulator::Emulation>(self) -> Self::Output {
        let world = serde_json::to_value(E::World::default()).unwrap();
        let mut there = Vec::new();
        for (name, value) in world.as_object().unwrap() {
            there.push(name.clone());
            if name == "clusters" {
                let cluster = value.as_array().unwrap()[0].as_object().unwrap();
                there.extend(cluster.keys().map(|key| format!("clusters.{key}")));
            }
        }
        let explained = E::WORLD_KEYS.iter().map(|(name, _)| (*name).to_owned()).collect();
        (there, explained)
    }
}

#[test]
fn every_key_of_a_world_is_explained_and_no_other() {
    for &provider in PROVIDERS {
        let (there, explained) = providers::visit(provider, Keys).unwrap();
        assert_eq!(there, explained, "{provider}");
    }
}

#[test]
fn the_default_worlds_can_be_given_back() {
    let text = default_worlds(PROVIDERS);
    assert!(text.lines().all(|line| line.len() <= 110 && line.trim_end() == line), "{text}");
    let given_back = parse(&text).unwrap();
    for &provider in PROVIDERS {
        assert!(given_back.names(provider));
        let (usual, back) =
            (Worlds::default().session(provider, None).unwrap(), given_back.session(provider, None).unwrap());
        assert_eq!(usual.world(Secrets::Shown).unwrap(), back.world(Secrets::Shown).unwrap());
        assert_eq!(usual.edition(), back.edition());
    }
    for part in ["reset,", "tls-1.1-only", "rate-limited-burst", "deadline-exceeded."] {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    // The examples in the comments are right, too.
    let example = |line: &str| line.trim_start_matches(['#', ' ']).to_owned();
    let faults: Vec<String> = text.lines().filter(|line| line.starts_with("#   - {is:")).map(example).collect();
    assert_eq!(faults.len(), 3);
    let incident = text.lines().find(|line| line.contains("{calls: every")).map(example).unwrap();
    parse(&format!("ucs:\n  faults:\n  {}\n  incidents:\n  {incident}\n", faults.join("\n  "))).unwrap();
    assert_eq!(default_worlds(&["ucs"]).lines().filter(|line| line.starts_with("ucs:")).count(), 1);
    assert!(!default_worlds(&["ucs"]).contains("\ncce:"));
}
