//! `kubeproof fetch ucs`: what is given once is kept

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::caller::{CERTIFICATE, Caller, TOKEN, exchange, mode, planted};
use crate::serving::Serving;

const FOLDER: &str = ".local/state/kubeproof/ucs";

fn file() -> String {
    format!("accessinfo-{TOKEN}.json")
}

#[test]
fn the_answer_is_kept_for_its_owner_only_and_found_again() {
    let serving = planted(&[]);
    let mut caller = Caller::of(&serving);
    let ran = caller.fetch(&["ucs", TOKEN]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let path = caller.path(FOLDER).join(file());
    assert_eq!(
        ran.out,
        format!(
            "{TOKEN}: 2 manifests, kept in {}
  apply them with: kubeproof fetch ucs {TOKEN} --recover --print | kubectl apply -f -\n",
            path.display()
        )
    );
    assert_eq!((mode(&path), mode(&caller.path(FOLDER)), mode(&caller.path(".local"))), (0o600, 0o700, 0o700));
    assert_eq!(caller.files(FOLDER), [file()]);
    exchange(&serving);

    // It needs neither credentials nor a server.
    for name in ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "KUBEPROOF_UCS_URL"] {
        caller.unset(name);
    }
    let raw = fs::read_to_string(&path).unwrap();
    let recovered = caller.fetch(&["ucs", TOKEN, "--recover", "--print=json"]);
    assert_eq!((recovered.code, recovered.out.trim_end(), recovered.err.as_str()), (0, raw.trim_end(), ""));
    let recovered = caller.fetch(&["ucs", TOKEN, "--recover", "--report", "json=-"]);
    let report: Value = serde_json::from_str(&recovered.out).unwrap();
    assert_eq!(report["clusters"][0]["access"], json!({"manifests": 2, "stored": path.to_str().unwrap()}));
    assert_eq!(caller.files(FOLDER), [file()], "reading leaves everything as it is");
    for (id, part) in [(CERTIFICATE, "there is no stored answer of"), (TOKEN, "nothing was kept in elsewhere")] {
        let save: &[&str] = if id == TOKEN { &["--save", "elsewhere"] } else { &[] };
        let ran = caller.fetch(&[&["ucs", id, "--recover"], save].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains(part) && ran.err.contains("nothing was sent"), "{}", ran.err);
    }
}

#[test]
fn manifests_are_printed_for_kubectl() {
    for edition in ["2025-05", "2026-01"] {
        let serving = planted(&["--edition", &format!("ucs@{edition}")]);
        let caller = Caller::of(&serving);
        let ran = caller.fetch(&["ucs", TOKEN, "--print"]);
        let path = caller.path(FOLDER).join(file());
        assert_eq!((ran.code, ran.err), (0, format!("{TOKEN}: kept in {}\n", path.display())), "{edition}");
        let documents: Vec<Value> = serde_yaml::Deserializer::from_str(&ran.out)
            .map(|one| serde::Deserialize::deserialize(one).unwrap())
            .collect();
        let kinds: Vec<&str> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Deployment", "Secret"], "{edition}: {}", ran.out);
        // As they came, in the file.
        let raw: Value = serde_json::from_str(&fs::read_to_string(caller.path(FOLDER).join(file())).unwrap()).unwrap();
        let object =
            |item: &Value| item.as_str().map_or_else(|| item.clone(), |text| serde_yaml::from_str(text).unwrap());
        assert_eq!(documents, raw.as_array().unwrap().iter().map(object).collect::<Vec<_>>());
    }
}

#[test]
fn downloaded_says_whether_this_machine_has_it() {
    for edition in ["2025-05", "2026-01"] {
        let serving = planted(&["--edition", &format!("ucs@{edition}")]);
        let caller = Caller::of(&serving);
        assert_eq!(caller.fetch(&["ucs", TOKEN, "--save", "kept here"]).code, 0);
        let before = fs::read(caller.path("kept here").join(file())).unwrap();
        let ran = caller.fetch(&["ucs", TOKEN, "--save", "kept here"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        for part in [
            "[already-downloaded]",
            "use the answer that is stored on this machine, kept here/accessinfo-",
            &format!("read what is on this machine with: kubeproof fetch ucs {TOKEN} --recover --save 'kept here'"),
        ] {
            assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        }
        let ran = caller.fetch(&["ucs", TOKEN, "--save", "another"]);
        assert!(
            ran.code == 1 && ran.err.contains("which is not in another, or register the cluster anew"),
            "{}",
            ran.err
        );
        assert_eq!(
            fs::read(caller.path("kept here").join(file())).unwrap(),
            before,
            "the good one is not written over"
        );
        assert_eq!((caller.files("kept here"), caller.files("another")), (vec![file()], vec![]));
    }
}

#[test]
fn a_folder_that_cannot_be_used_costs_nothing() {
    let serving = planted(&[]);
    let mut caller = Caller::of(&serving);
    caller.file("taken", "");
    for (save, code) in [("taken", 5), ("taken/below", 5), ("/proc/kubeproof", 5)] {
        let ran = caller.fetch(&["ucs", TOKEN, "--save", save]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{save}: {}", ran.err);
        assert!(
            ran.err.contains("the folder for answers cannot be made") && ran.err.contains("nothing was sent"),
            "{}",
            ran.err
        );
    }
    caller.unset("HOME");
    let ran = caller.fetch(&["ucs", TOKEN]);
    assert!(ran.code == 2 && ran.err.contains("name a folder with --save"), "{}", ran.err);
    // A relative one does not count.
    caller.set("XDG_STATE_HOME", "relative");
    assert_eq!(caller.fetch(&["ucs", TOKEN]).code, 2);
    let state = caller.path("state");
    caller.set("XDG_STATE_HOME", state.to_str().unwrap());
    let ran = caller.fetch(&["ucs", TOKEN]);
    assert_eq!(ran.code, 0, "the download was not used up: {}", ran.err);
    assert_eq!(caller.files("state/kubeproof/ucs"), [file()]);
}

#[test]
fn an_answer_that_cannot_be_read_is_kept_and_said() {
    const GARBLED: &str = "\
ucs:
  world: {access_keys: [{access_key: AKMINE, secret_key: planted-secret-key}]}
  incidents: [{calls: [1], reply: {status: 200, body: '[{\"kind\": \"Secret\", \"key\": \"planted-secret-of-an-answer\"'}}]
  faults: [{is: close, at: {body: 12}, calls: [2]}]
";
    let serving = Serving::start_with(&["--world", "-"], GARBLED);
    let caller = Caller::of(&serving);
    for (id, name, part) in [
        (TOKEN, file(), "the answer is not json"),
        (CERTIFICATE, format!("accessinfo-{CERTIFICATE}.part"), "[transport]"),
    ] {
        let private: &[&str] =
            if id == CERTIFICATE { &["--vpcendpoint", "10.0.0.9", "--region", "eu-de"] } else { &[] };
        let ran = caller.fetch(&[&["ucs", id], private].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        for part in [part, "this process may have used up the only download", "cannot be had again", &name] {
            assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
        }
        assert!(caller.files(FOLDER).contains(&name), "{:?}", caller.files(FOLDER));
    }
    // A recovery finds it and says no more of it.
    let ran = caller.fetch(&["ucs", TOKEN, "--recover"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("of the stored answer: the answer is not json"), "{}", ran.err);
}

/// No file can have more than 512 bytes, as on a disk that is full.
#[test]
fn an_answer_that_no_file_has_room_for_is_printed() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let limited = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" fetch ucs {TOKEN}");
    let child = caller.spawn_as(Command::new("sh").args(["-c", &limited, env!("CARGO_BIN_EXE_kubeproof")]));
    let ran = caller.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 5, "{}", ran.err);
    for part in ["the answer could not be kept: ", "cannot be written to any file (", "so it is printed"] {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    let answer: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!(answer.as_array().unwrap().len(), 2);
    assert!(ran.out.ends_with(&format!("{TOKEN}: 2 manifests, kept nowhere\n")), "{}", ran.out);
    assert_eq!(caller.files(FOLDER), [""; 0]);
}

#[test]
fn several_are_kept_each_in_its_file() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let downloaded = "0c0ffee0-0000-4000-8000-000000000004";
    let ran = caller.fetch(&["ucs", TOKEN, downloaded, "--save", "kept", "--report", "json=report.json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.out.ends_with("2 clusters: 1 fetched, 1 failed\n"), "{}", ran.out);
    let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
    assert_eq!(report["clusters"][1]["error"]["kind"], "already-downloaded");
    assert_eq!(caller.files("kept"), [file()]);
}
