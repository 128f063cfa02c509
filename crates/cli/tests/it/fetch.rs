//! `kubeproof fetch`, one cluster at a time

use std::fs;

use serde_json::Value;

use crate::caller::{CERTIFICATE, Caller, EXTERNAL, INTERNAL, PROJECT, TOKEN, entry, exchange, mode, names, planted};

/// What gets a kubeconfig of each provider, and the context of it.
const FETCHED: [(&[&str], &str); 5] = [
    (&["digitalocean", TOKEN], "do-nyc1-demo"),
    (&["digitalocean", CERTIFICATE], "do-nyc1-legacy"),
    (&["cce", PROJECT, INTERNAL], "internal"),
    (&["fireworks", "demo-account", "demo"], "fireworks_demo-account_demo"),
    (&["lke", "1001"], "lke1001-ctx"),
];

#[test]
fn every_provider_gives_a_kubeconfig_over_http_and_https() {
    for arguments in [&[][..], &["--tls"]] {
        let serving = planted(arguments);
        let caller = Caller::of(&serving);
        for (fetched, context) in FETCHED {
            let ran = caller.fetch(&[fetched, &["--kubeconfig", "new/config"]].concat());
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{fetched:?}");
            let id = fetched[1..].join("/");
            for part in [
                &format!("{id}: context {context:?}: added\n"),
                "new/config: created; the current context is ",
                &format!("{id}: fetched; use it with --context {context:?}\n"),
            ] {
                assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
            }
            let path = caller.path("new/config");
            assert_eq!((mode(&path), mode(&caller.path("new"))), (0o600, 0o700));
            let kubeconfig = caller.kubeconfig("new/config");
            assert_eq!(kubeconfig["current-context"], context);
            let cluster = &entry(&kubeconfig, "contexts", context)["context"]["cluster"];
            let server = &entry(&kubeconfig, "clusters", cluster.as_str().unwrap())["cluster"]["server"];
            assert!(server.as_str().unwrap().starts_with("https://127.0.0.1:"), "{server}");
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_server_that_is_not_trusted_gets_nothing() {
    let serving = planted(&["--tls"]);
    let authority = serving.environment()["SSL_CERT_FILE"].clone();
    let mut caller = Caller::of(&serving);
    caller.unset("SSL_CERT_FILE");
    for (fetched, _) in FETCHED {
        let arguments = [fetched, &["--print"]].concat();
        let ran = caller.fetch(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        assert!(ran.err.contains("[tls]") && ran.err.contains("certificate authority"), "{}", ran.err);
        let trusting = caller.fetch(&[&arguments[..], &["--ca-file", &authority]].concat());
        assert_eq!((trusting.code, trusting.err.as_str()), (0, ""));
    }
    // The option goes before the variable.
    let other = caller.file("other.pem", "no certificate");
    caller.set("SSL_CERT_FILE", other.to_str().unwrap());
    let arguments = ["digitalocean", TOKEN, "--print", "--ca-file", &authority];
    assert_eq!(caller.fetch(&arguments).code, 0);
    let ran = caller.fetch(&arguments[..3]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the certificate authority holds no certificate"), "{}", ran.err);
    caller.set("SSL_CERT_FILE", "/nowhere.pem");
    let ran = caller.fetch(&arguments[..3]);
    assert!(ran.code == 2 && ran.err.contains("SSL_CERT_FILE: /nowhere.pem cannot be read"), "{}", ran.err);
}

#[test]
fn what_is_printed_is_a_kubeconfig_and_nothing_else() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    for (fetched, context) in FETCHED {
        let ran = caller.fetch(&[fetched, &["--print", "--report", "json=report.json"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{fetched:?}");
        let kubeconfig: Value = serde_yaml::from_str(&ran.out).unwrap();
        assert_eq!(kubeconfig["current-context"], context);
        assert!(ran.out.ends_with('\n') && ran.out.starts_with("apiVersion: v1\n"), "{}", ran.out);
        let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
        assert_eq!(report["clusters"][0]["access"]["context"], context);
        assert_eq!(report["kubeconfig"], Value::Null);
    }
    let ran = caller.fetch(&["digitalocean", TOKEN, "--print", "--report", "json=-"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("standard output is for what is fetched"), "{}", ran.err);
}

#[test]
fn a_context_gets_the_name_that_is_wanted() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    for (fetched, context) in FETCHED {
        let ran = caller.fetch(&[fetched, &["--print", "--context-name", "no"]].concat());
        let kubeconfig: Value = serde_yaml::from_str(&ran.out).unwrap();
        assert_eq!(kubeconfig["current-context"], "no", "{}", ran.out);
        assert!(!names(&kubeconfig, "contexts").contains(&context.to_owned()));
        assert!(entry(&kubeconfig, "contexts", "no")["context"]["user"].is_string());
    }
    for (name, code, part) in [
        ("", 2, "a name has no control character and is not empty"),
        ("a\u{1b}[2J", 2, "a name has no control character"),
        (
            "internal",
            1,
            "another context of this kubeconfig is called \"internal\"; take another name [invalid-argument]",
        ),
    ] {
        let ran = caller.fetch(&["cce", PROJECT, EXTERNAL, "--print", "--context-name", name]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{name:?}");
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn the_expiry_is_asked_for_in_the_provider_s_way() {
    let serving = planted(&["--edition", "cce@2026-04"]);
    let caller = Caller::of(&serving);
    let digitalocean = |expiry| ["digitalocean", TOKEN, "--print", "--expiry", expiry].to_vec();
    let cce = |expiry| ["cce", PROJECT, INTERNAL, "--print", "--expiry", expiry].to_vec();
    for (arguments, method, target) in [
        (digitalocean("3600"), "GET", "expiry_seconds=3600"),
        (digitalocean("1h 30m"), "GET", "expiry_seconds=5400"),
        (digitalocean("7d"), "GET", "expiry_seconds=604800"),
        (cce("30d"), "POST", "/clustercert"),
        (cce("longest"), "POST", "/clustercert"),
        (cce("86400"), "POST", "/clustercert"),
    ] {
        let ran = caller.fetch(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
        let exchange = exchange(&serving);
        assert_eq!(exchange["method"], method, "{exchange}");
        assert!(exchange["target"].as_str().unwrap().contains(target), "{exchange}");
    }
    for (arguments, part) in [
        (digitalocean("0"), "give a duration of a second or more, such as 90, 90s, 5m, 1h or 7d"),
        (digitalocean("soon"), "give a duration"),
        (cce("1h"), "cce counts in whole days; give such as 1d or 30d, or `longest`"),
        (["ucs", TOKEN, "--expiry", "1h"].to_vec(), "ucs takes none: how long the keys are good is its own choice"),
        (
            ["fireworks", "a", "c", "--expiry", "1h"].to_vec(),
            "fireworks issues no credential, so there is nothing that",
        ),
    ] {
        let ran = caller.fetch(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
}

#[test]
fn the_way_to_a_cluster_of_cce_is_chosen_by_name() {
    let serving = planted(&["--edition", "cce@2026-04"]);
    let caller = Caller::of(&serving);
    let fetch =
        |more: &[&str]| caller.fetch(&[&["cce", PROJECT, EXTERNAL, "--expiry", "1d", "--print"], more].concat());
    for (more, context) in [
        // The provider's choice is `external`, which is not verified. The stub has one address, so this leads there too.
        (&[][..], "internal"),
        (&["--endpoint", "internal"], "internal"),
        (&["--endpoint", "external-tls-verify"], "externalTLSVerify"),
        (&["--endpoint", "external", "--allow", "insecure-skip-tls-verify"], "external"),
    ] {
        let ran = fetch(more);
        assert_eq!(ran.code, 0, "{more:?}: {}", ran.err);
        let kubeconfig: Value = serde_yaml::from_str(&ran.out).unwrap();
        assert_eq!(kubeconfig["current-context"], context, "{more:?}");
    }
    // A server that is not verified is not used unless that is wanted.
    let ran = fetch(&["--endpoint", "external"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("[unsafe]"), "{}", ran.err);
    let ran = caller.fetch(&["cce", PROJECT, INTERNAL, "--expiry", "1d", "--print", "--endpoint", "external"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("it has internal") && ran.err.contains("[not-found]"), "{}", ran.err);
}

#[test]
fn a_kubeconfig_that_runs_a_program_is_refused_unless_that_is_wanted() {
    let serving = planted(&["--edition", "digitalocean@2026-05"]);
    let caller = Caller::of(&serving);
    let sso = ["digitalocean", "0c0ffee0-0000-4000-8000-000000000003", "--type", "sso", "--kubeconfig", "config"];
    let ran = caller.fetch(&sso);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("[unsafe]") && !caller.path("config").exists(), "{}", ran.err);
    let ran = caller.fetch(&[&sso[..], &["--allow", "exec"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    // It is said all the same.
    assert!(ran.err.contains("warning: ") && ran.err.contains("[exec]"), "{}", ran.err);
    assert_eq!(caller.kubeconfig("config")["users"][0]["user"]["exec"]["command"], "doctl");
}

#[test]
fn a_cluster_that_is_not_ready_is_waited_for() {
    const READY_AFTER_ONE: &str = "\
digitalocean:
  world:
    api_tokens: [planted-api-token]
    clusters: [{id: 0c0ffee0-0000-4000-8000-000000000001, ready_after_calls: 1}]
";
    let serve = || crate::serving::Serving::start_with(&["--world", "-"], READY_AFTER_ONE);
    let serving = serve();
    let caller = Caller::of(&serving);
    let fetch = ["digitalocean", TOKEN, "--print"];
    let ran = caller.fetch(&fetch);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("[not-ready]"), "{}", ran.err);

    let serving = serve();
    let caller = Caller::of(&serving);
    // It is asked again at the end of the budget, at the latest.
    let ran = caller.fetch(&[&fetch[..], &["--wait=1s"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 1, "a line for each wait, where there is no terminal: {}", ran.err);
    assert!(
        lines[0].starts_with(&format!("{TOKEN}: not-ready: ")) && lines[0].contains("asking again in"),
        "{lines:?}"
    );

    // One that the provider does not know is waited for only by who knows better.
    let unknown = ["digitalocean", "0c0ffee0-0000-4000-8000-00000000000f", "--print", "--wait=1s"];
    let ran = caller.fetch(&unknown);
    assert!(ran.code == 1 && ran.err.lines().count() == 1, "{}", ran.err);
    let ran = caller.fetch(&[&unknown[..], &["--provisioning"]].concat());
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("asking again in") && ran.err.contains("asked 2 times in "), "{}", ran.err);
}

#[test]
fn no_attempt_begins_after_the_budget_of_a_wait() {
    const LIMITED: &str = "\
digitalocean:
  world: {api_tokens: [planted-api-token]}
  incidents: [{calls: [1], reply: {status: 503, headers: {retry-after: \"2\"}}}]
";
    let serving = crate::serving::Serving::start_with(&["--world", "-"], LIMITED);
    let caller = Caller::of(&serving);
    let fetch = ["digitalocean", TOKEN, "--print", "--report", "json=report.json", "--wait=1s"];
    let ran = caller.fetch(&fetch);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["clusters"][0]["error"]["attempts"], 1, "{report}");
}

#[test]
fn nobody_waits_longer_than_the_timeout() {
    const STALLED: &str = "\
digitalocean:
  world: {api_tokens: [planted-api-token]}
  faults: [{is: stall, at: {body: 12}, calls: every}]
";
    let serving = crate::serving::Serving::start_with(&["--world", "-"], STALLED);
    let ran = Caller::of(&serving).fetch(&["digitalocean", TOKEN, "--print", "--timeout", "1s"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("[timeout]") && ran.err.contains("or allow more time"), "{}", ran.err);
}

#[test]
fn errors_say_all_that_is_known() {
    const LIMITED: &str = "\
digitalocean:
  world: {api_tokens: [planted-api-token], forbidden_api_tokens: [planted-api-without-rights]}
";
    let serving = crate::serving::Serving::start_with(&["--world", "-"], LIMITED);
    let mut caller = Caller::of(&serving);
    let fetch = ["digitalocean", "0c0ffee0-0000-4000-8000-00000000000f", "--print", "--report", "json=report.json"];
    for (token, kind, status, remedy) in [
        ("planted-api-token", "not-found", 404, "check the cluster id"),
        ("planted-api-without-rights", "forbidden", 403, "kubernetes:access_cluster"),
        ("planted-api-unknown", "unauthenticated", 401, "check the credentials"),
    ] {
        caller.set("DIGITALOCEAN_ACCESS_TOKEN", token);
        let ran = caller.fetch(&fetch);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
        let error = &report["clusters"][0]["error"];
        assert_eq!((&error["kind"], &error["status"], &error["attempts"]), (&kind.into(), &status.into(), &1.into()));
        let request_id = error["request_id"].as_str().unwrap();
        for part in [fetch[1], remedy, request_id, &format!("[{kind}]")] {
            assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        }
    }
}

#[test]
fn wrong_usage_is_found_before_anything_is_sent() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let twice = format!("{TOKEN}\n{TOKEN} # again\n");
    for (name, text) in
        [("ids", "../x\n"), ("twice", &twice), ("two", "a b\n"), ("none", "# nothing\n\n"), ("no-yaml", "[")]
    {
        caller.file(name, text);
    }
    fs::create_dir(caller.path("folder")).unwrap();
    let digitalocean = |more: &[&'static str]| [&["digitalocean"], more].concat();
    for (arguments, code, part) in [
        (digitalocean(&[TOKEN]), 2, "where is the kubeconfig to go? add --kubeconfig FILE"),
        (digitalocean(&["--print"]), 2, "which cluster? give its id"),
        (digitalocean(&["--print", "--from", "none"]), 2, "which cluster?"),
        (digitalocean(&["..", "--print"]), 2, "..: the cluster id is a step in a path"),
        (digitalocean(&["a/../b", "--print"]), 2, "the cluster id holds '/'"),
        (digitalocean(&["a%2Fb", "--print"]), 2, "the cluster id holds '%'"),
        (digitalocean(&["", "--print"]), 2, "the cluster id is empty"),
        (digitalocean(&["a\r\nx-evil: 1", "--print"]), 2, "the cluster id holds '\\r'"),
        (digitalocean(&["--from", "ids", "--print"]), 2, "ids:1: the cluster id holds '/'"),
        (
            digitalocean(&["--from", "twice", "--print"]),
            2,
            "twice:2: the cluster 0c0ffee0-0000-4000-8000-000000000001 is named twice",
        ),
        (digitalocean(&["--from", "two", "--print"]), 2, "two:1: these are several ids; write one a line"),
        (digitalocean(&["--from", "nowhere", "--print"]), 2, "--from: nowhere cannot be read"),
        (
            digitalocean(&[TOKEN, "--from", "-", "--token-stdin", "--print"]),
            2,
            "--from and the credentials cannot share",
        ),
        (digitalocean(&[TOKEN, "--kubeconfig", "-"]), 2, "--kubeconfig -: is no file; use --print"),
        (digitalocean(&[TOKEN, "--kubeconfig", "folder"]), 2, "folder: is a folder; name a file in it"),
        (
            digitalocean(&[TOKEN, "--kubeconfig", "no-yaml"]),
            2,
            "no-yaml: not changed, since it cannot be read as a kubeconfig",
        ),
        (digitalocean(&[TOKEN, "--print", "--base-url", "ftp://127.0.0.1"]), 2, "neither https nor http"),
        (digitalocean(&[TOKEN, "--print", "--base-url", "http://example.test"]), 2, "is plain http to another machine"),
        (digitalocean(&[TOKEN, "--print", "--base-url", "https://u:planted@h"]), 2, "holds a user or a password"),
        (digitalocean(&[TOKEN, "--print", "--report", "junit=-"]), 2, "there is no junit report of a fetch"),
        (digitalocean(&[TOKEN, CERTIFICATE, "--print", "--context-name", "x"]), 2, "put {cluster_id} into it"),
        (digitalocean(&[TOKEN, "--print", "--provisioning"]), 2, "--wait"),
        (digitalocean(&[TOKEN, "--print", "--allow", "nonsense"]), 2, "there is no such code here"),
        (
            ["cce", INTERNAL, "--print"].to_vec(),
            2,
            "of which project is this cluster? give the id of the project before it",
        ),
        (["fireworks", "a", "C", "--print"].to_vec(), 2, "the cluster id does not look like an id of fireworks"),
        (["fireworks", "a", "c:delete", "--print"].to_vec(), 2, "the cluster id does not look like"),
        (["ucs", "my-cluster"].to_vec(), 2, "the cluster id is not a uuid"),
        (["ucs", TOKEN, "--region", "eu-de"].to_vec(), 2, "--vpcendpoint"),
        (["ucs", TOKEN, "--kubeconfig", "config"].to_vec(), 2, "ucs gives the manifests of an agent, not a kubeconfig"),
        (
            ["ucs", TOKEN, CERTIFICATE, "--print"].to_vec(),
            2,
            "the manifests of several clusters do not belong together",
        ),
        (["hetzner", TOKEN].to_vec(), 2, "unrecognized subcommand 'hetzner'"),
    ] {
        let ran = caller.fetch(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    // The first request that comes is this one.
    caller.fetch(&["digitalocean", CERTIFICATE, "--print"]);
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(CERTIFICATE));
}

#[test]
fn the_owner_of_a_cluster_comes_from_an_argument_an_option_or_a_variable() {
    let serving = planted(&[]);
    let mut caller = Caller::of(&serving);
    let fetch = |caller: &Caller, arguments: &[&str]| caller.fetch(&[&["cce", "--print"], arguments].concat());
    for arguments in
        [&[PROJECT, INTERNAL][..], &["--project-id", PROJECT, INTERNAL], &[INTERNAL, "--project-id", PROJECT]]
    {
        assert_eq!(fetch(&caller, arguments).code, 0, "{arguments:?}");
    }
    let ids = caller.file("ids", &format!("{PROJECT} {INTERNAL}\n"));
    assert_eq!(fetch(&caller, &["--from", ids.to_str().unwrap()]).code, 0);
    caller.set("OS_PROJECT_ID", PROJECT);
    assert_eq!(fetch(&caller, &[INTERNAL]).code, 0);
    // Both are on the command line, so it is not in the variable. This is said.
    caller.set("HUAWEICLOUD_SDK_PROJECT_ID", "another");
    let ran = fetch(&caller, &[PROJECT, INTERNAL]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.err, format!("{PROJECT} is taken for the project; HUAWEICLOUD_SDK_PROJECT_ID is not used\n"));
    let ran = fetch(&caller, &[INTERNAL]);
    assert!(ran.code == 1 && ran.err.contains(&format!("another/{INTERNAL}: ")), "{}", ran.err);
}
