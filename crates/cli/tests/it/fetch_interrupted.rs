//! What an interrupt leaves of a fetch

use std::io::{BufRead as _, BufReader};

use serde_json::Value;

use crate::caller::{CERTIFICATE, Caller, PROJECT, TOKEN, exchange, names};
use crate::program::signal;
use crate::serving::Serving;

fn serve(world: &str) -> Serving {
    Serving::start_with(&["--world", "-", "--log-format", "json"], world)
}

#[test]
fn what_was_fetched_before_is_kept_whole() {
    // The second answer never ends.
    let serving = serve(
        "digitalocean:\n  world: {api_tokens: [planted-api-token]}\n  faults: [{is: stall, at: {body: 12}, calls: [2]}]\n",
    );
    let caller = Caller::of(&serving);
    let never = "0c0ffee0-0000-4000-8000-00000000000e";
    let arguments = [
        "fetch",
        "digitalocean",
        TOKEN,
        CERTIFICATE,
        never,
        "--jobs",
        "1",
        "--kubeconfig",
        "config",
        "--report",
        "json=report.json",
    ];
    let child = caller.spawn(&arguments);
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(TOKEN));
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(CERTIFICATE));
    signal(&child, "INT");
    let ran = caller.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    for id in [CERTIFICATE, never] {
        let line = format!(
            "error: {id}: it was not fetched any more, since the program was interrupted; fetch it again [interrupted]"
        );
        assert!(ran.err.contains(&line), "{}", ran.err);
    }
    assert!(ran.out.ends_with("3 clusters: 1 fetched, 2 failed\n"), "{}", ran.out);
    assert_eq!(names(&caller.kubeconfig("config"), "contexts"), ["do-nyc1-demo"]);
    assert_eq!(caller.files("."), ["config", "report.json"], "nothing is left half-written");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["clusters"][2]["error"]["kind"], "interrupted");
}

const UCS: &str = "ucs:\n  world: {access_keys: [{access_key: AKMINE, secret_key: planted-secret-key}]}\n";

#[test]
fn an_answer_that_is_given_once_is_waited_for() {
    let serving = serve(&format!("{UCS}  faults: [{{is: trickle, bytes-per-second: 2000, calls: [1]}}]\n"));
    let caller = Caller::of(&serving);
    let child = caller.spawn(&["fetch", "ucs", TOKEN, CERTIFICATE, "--jobs", "1"]);
    exchange(&serving);
    signal(&child, "INT");
    let ran = caller.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with(&format!("{TOKEN}: 2 manifests, kept in ")), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("stopping: what is under way cannot be asked for again, and is waited for"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains(&format!("error: {CERTIFICATE}: it was not fetched any more")), "{}", ran.err);
}

#[test]
fn whoever_interrupts_twice_finds_what_had_come() {
    let serving = serve(&format!("{UCS}  faults: [{{is: stall, at: {{body: 12}}, calls: [1]}}]\n"));
    let caller = Caller::of(&serving);
    let mut child = caller.spawn(&["fetch", "ucs", TOKEN]);
    exchange(&serving);
    signal(&child, "INT");
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    assert!(line.starts_with("stopping: "), "{line}");
    signal(&child, "INT");
    let mut rest = String::new();
    while err.read_line(&mut rest).unwrap() > 0 {}
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest}");
    assert!(rest.contains("[interrupted]") && !rest.contains("fetch it again"), "{rest}");
    assert!(rest.contains("the provider may count it as downloaded"), "{rest}");
    let files = caller.files(".local/state/kubeproof/ucs");
    let [file] = &files[..] else { panic!("{files:?}") };
    assert!(
        file.contains(TOKEN)
            && rest.contains(&format!(
                "what had come is in {}",
                caller.path(".local/state/kubeproof/ucs").join(file).display()
            )),
        "{rest}"
    );
}

#[test]
fn a_cluster_that_is_waited_for_is_not_asked_for_any_more() {
    let serving = serve(UCS);
    for arguments in [
        &["fetch", "ucs", "0c0ffee0-0000-4000-8000-000000000005", "--wait=1h"][..],
        &["fetch", "cce", PROJECT, "0c0ffee0-0000-11f1-8000-000000000004", "--wait=1h", "--provisioning", "--print"],
    ] {
        let mut caller = Caller::of(&serving);
        if arguments[1] == "cce" {
            caller.set("HUAWEICLOUD_SDK_AK", "AKEXAMPLE");
            caller.set("HUAWEICLOUD_SDK_SK", "SKEXAMPLE");
        }
        let mut child = caller.spawn(arguments);
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        err.read_line(&mut said).unwrap();
        assert!(said.contains("asking again in"), "{said}");
        signal(&child, "INT");
        while err.read_line(&mut said).unwrap() > 0 {}
        assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
        assert!(said.contains("[interrupted]"), "{said}");
    }
}
