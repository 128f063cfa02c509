//! `kubeproof fetch` of several clusters

use std::fs;

use serde_json::{Value, json};

use crate::caller::{CERTIFICATE, Caller, TOKEN, names, planted};
use crate::serving::Serving;

const UNKNOWN: &str = "0c0ffee0-0000-4000-8000-00000000000f";

#[test]
fn what_succeeds_is_kept_and_what_fails_is_said() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let ids = format!("# all of mine\n{UNKNOWN}   # gone\n\n{CERTIFICATE}\n");
    let fetch = ["digitalocean", TOKEN, "--from", "-", "--kubeconfig", "config"];
    let ran = caller.fetch_with(&fetch, &ids);
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with(&format!("error: {UNKNOWN}: ")) && ran.err.ends_with(" [not-found]\n"), "{}", ran.err);
    assert!(ran.out.ends_with("3 clusters: 2 fetched, 1 failed\n"), "{}", ran.out);
    assert_eq!(names(&caller.kubeconfig("config"), "contexts"), ["do-nyc1-demo", "do-nyc1-legacy"]);

    fs::remove_file(caller.path("config")).unwrap();
    let reports = ["--report", "json=-", "--report", "human=report.txt"];
    let ran = caller.fetch_with(&[&fetch[..], &reports].concat(), &ids);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["schema"]), (1, &json!("kubeproof.fetch/1")));
    assert_eq!(
        (&report["provider"], &report["summary"]),
        (&json!("digitalocean"), &json!({"fetched": 2, "failed": 1}))
    );
    let rows = report["clusters"].as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["cluster"]["cluster_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [TOKEN, UNKNOWN, CERTIFICATE], "in the order in which they were asked for");
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["fetched", "failed", "fetched"]);
    assert_eq!(rows[2]["access"], json!({"context": "do-nyc1-legacy"}));
    assert_eq!((&rows[1]["access"], &rows[1]["error"]["kind"]), (&Value::Null, &json!("not-found")));
    assert_eq!(
        (&report["kubeconfig"]["schema"], &report["kubeconfig"]["result"]),
        (&json!("kubeproof.merge/1"), &json!("created"))
    );
    let human = fs::read_to_string(caller.path("report.txt")).unwrap();
    assert!(
        human.contains(&format!("{UNKNOWN}: failed: ")) && human.contains(&format!("{TOKEN}: fetched; ")),
        "{human}"
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_an_id() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let ran = caller.fetch_with(&["digitalocean", "--from", "-", "--print"], &format!("\u{feff}{TOKEN}\r\n"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn where_all_fail_no_file_is_made() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let ran =
        caller.fetch(&["digitalocean", UNKNOWN, "0c0ffee0-0000-4000-8000-00000000000e", "--kubeconfig", "new/config"]);
    assert_eq!(ran.code, 1);
    assert!(!caller.path("new").exists() && ran.out.ends_with("2 clusters: 0 fetched, 2 failed\n"), "{}", ran.out);
    let ran = caller.fetch(&["digitalocean", UNKNOWN, "0c0ffee0-0000-4000-8000-00000000000e", "--print"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[test]
fn many_are_printed_as_one_kubeconfig() {
    const COUNT: usize = 40;
    let id = |at: usize| format!("0c0ffee0-0000-4000-8000-{at:012}");
    // They are all called alike.
    let clusters: String = (0..COUNT).map(|at| format!("    - {{id: {}, name: demo}}\n", id(at))).collect();
    let world = format!("digitalocean:\n  world:\n    api_tokens: [planted-api-token]\n    clusters:\n{clusters}");
    let serving = Serving::start_with(&["--world", "-"], &world);
    let caller = Caller::of(&serving);
    let ids: String = (0..COUNT).map(|at| id(at) + "\n").collect();
    for jobs in ["1", "8"] {
        let ran = caller.fetch_with(&["digitalocean", "--from", "-", "--print", "--jobs", jobs], &ids);
        assert_eq!((ran.code, ran.err.as_str()), (0, "40 clusters: 40 fetched, 0 failed\n"));
        let kubeconfig: Value = serde_yaml::from_str(&ran.out).unwrap();
        let mut servers: Vec<&str> = kubeconfig["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["cluster"]["server"].as_str().unwrap().rsplit('/').next().unwrap())
            .collect();
        // Their order is that of the ids, however many are fetched at once.
        assert_eq!(servers, (0..COUNT).map(id).collect::<Vec<_>>());
        servers.dedup();
        assert_eq!((servers.len(), names(&kubeconfig, "contexts").len()), (COUNT, COUNT));
    }
    let ran = caller.fetch(&["digitalocean", &id(0), "--print", "--jobs", "0"]);
    assert_eq!(ran.code, 2);
}
