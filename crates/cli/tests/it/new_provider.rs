//! `kubeproof new provider`: what is written, and what is refused. Whether it builds and runs is for `just scaffold` to say.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::{Ran, kubeproof, kubeproof_in, signal};

/// What is told of a provider in files that are there, and those beside which a module of its would stand.
const CHECKOUT: [&str; 13] = [
    "Cargo.toml",
    "crates/cli/Cargo.toml",
    "crates/cli/src/fetch.rs",
    "crates/cli/tests/it/new.rs",
    "crates/client/Cargo.toml",
    "crates/emulator/src/providers.rs",
    "crates/emulator/src/providers/sense.rs",
    "crates/reference/Cargo.toml",
    "crates/reference/src/lib.rs",
    "crates/reference/src/time.rs",
    "docs/SUMMARY.md",
    "tests/Cargo.toml",
    "tests/tests/clients/support.rs",
];

/// As much of this repository as it takes.
fn checkout() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in CHECKOUT {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file), path).unwrap();
    }
    fs::create_dir(folder.path().join("fixtures")).unwrap();
    folder
}

/// Every file below a folder, and its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            texts.insert(format!("{name}/"), String::new());
            texts.extend(files(&entry.path()).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            texts.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
    texts
}

fn new(checkout: &TempDir, arguments: &[&str]) -> Ran {
    kubeproof(&[&["new", "provider", "--kubeproof", checkout.path().to_str().unwrap()], arguments].concat())
}

/// Refused with this code and these words, and nothing was written.
#[track_caller]
fn check_refused(checkout: &TempDir, arguments: &[&str], code: i32, parts: &[&str]) {
    let before = files(checkout.path());
    let ran = new(checkout, arguments);
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{arguments:?}: {}", ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "{arguments:?}: `{part}` is not in: {}", ran.err);
    }
    assert_eq!(files(checkout.path()), before, "{arguments:?}");
}

/// Written, with these words in these files; what is said is what was done.
#[track_caller]
fn check_written(arguments: &[&str], parts: &[(&str, &str)]) {
    let checkout = checkout();
    let before = files(checkout.path());
    let promised = new(&checkout, &[arguments, &["--dry-run"]].concat());
    assert_eq!((promised.code, promised.err.as_str()), (0, ""));
    assert_eq!(files(checkout.path()), before, "--dry-run writes nothing");
    let ran = new(&checkout, arguments);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let after = files(checkout.path());
    let said: Vec<String> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("wrote ") || line.starts_with("added to "))
        .map(str::to_owned)
        .collect();
    let would = |line: &String| line.replacen("wrote ", "would write ", 1).replacen("added to ", "would add to ", 1);
    assert_eq!(promised.out.lines().map(str::to_owned).collect::<Vec<_>>(), said.iter().map(would).collect::<Vec<_>>());
    for (file, text) in &after {
        let is_new = !before.contains_key(file) && !file.ends_with('/');
        assert_eq!(said.contains(&format!("wrote {file}")), is_new, "{file}");
        let added = text.lines().count() > before.get(file).map_or(usize::MAX, |text| text.lines().count());
        assert_eq!(said.iter().any(|line| line.starts_with(&format!("added to {file}: "))), added, "{file}");
        if is_new {
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{file}");
            assert!(!text.contains("{%") && !text.contains("{{ "), "{file}: {text}");
            assert!(!text.lines().any(|line| line.ends_with(' ')), "{file}: {text}");
        }
    }
    for (file, part) in parts {
        assert!(after[*file].contains(part), "{file}: `{part}` is not in: {}", after[*file]);
    }
}

#[test]
fn a_provider_is_written_and_registered() {
    check_written(
        &["cirrus"],
        &[
            ("Cargo.toml", "\nkubeproof-cirrus = { path = \"crates/cirrus\" }\n"),
            ("crates/emulator/src/providers.rs", "pub mod cce;\npub mod cirrus;\npub mod digitalocean;\n"),
            ("crates/emulator/src/providers.rs", "    cirrus::Cirrus,\n}\n"),
            ("crates/reference/src/lib.rs", "    cirrus,\n}\n"),
            ("crates/cli/src/fetch.rs", "    cirrus::Cirrus,\n}\n"),
            ("tests/tests/clients/support.rs", "        \"cirrus\" => {\n"),
            ("fixtures/cirrus/clauses.yaml", "provenance: inferred"),
            ("docs/SUMMARY.md", "\n- [Cases of cirrus](reference/cases/cirrus.md)\n"),
            ("crates/emulator/src/providers/cirrus.rs", "&[\"/cirrus/v1/clusters/\"]"),
            ("crates/cirrus/src/lib.rs", "is not written yet"),
            ("crates/cirrus/src/cluster.rs", "pub fn parse(cluster_id: &str)"),
        ],
    );
}

#[test]
fn path_credential_and_answer_are_those_of_its_document() {
    check_written(
        &[
            "cirrus",
            "--path",
            "/api/projects/{project_id}/clusters/{cluster_id}",
            "--credential",
            "token",
            "--answer",
            "json",
            "--base-url",
            "https://api.example.com/",
        ],
        &[
            (
                "crates/emulator/src/providers/cirrus.rs",
                "[\"api\", \"projects\", project_id, \"clusters\", cluster_id]",
            ),
            ("crates/emulator/src/providers/cirrus.rs", "&[\"/api/projects/\"]"),
            ("crates/emulator/src/providers/cirrus.rs", "X-Auth-Token"),
            ("crates/emulator/src/providers/cirrus/kubeconfig.rs", "json!({"),
            ("crates/cirrus/src/cluster.rs", "pub fn parse(project_id: &str, cluster_id: &str)"),
            ("crates/cirrus/src/lib.rs", "\"https://api.example.com\""),
            ("crates/cli/src/fetch/cirrus.rs", "    project_id: Option<String>,"),
            ("fixtures/cirrus/cases/access.yaml", "/api/projects/{project_id}/clusters/{cluster_id}"),
        ],
    );
}

#[test]
fn a_path_that_another_provider_claims_is_told() {
    let checkout = checkout();
    let ran = new(&checkout, &["cirrus", "--path", "/v2/kube/{cluster_id}", "--dry-run"]);
    assert_eq!(ran.code, 0);
    for part in ["digitalocean claims what begins with /v2/kube/", "--port-each"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn two_providers_are_written_one_after_the_other() {
    let checkout = checkout();
    for name in ["cirrus", "altocumulus"] {
        assert_eq!(new(&checkout, &[name]).code, 0, "{name}");
    }
    let providers = &files(checkout.path())["crates/emulator/src/providers.rs"];
    assert!(providers.contains("    cirrus::Cirrus,\n    altocumulus::Altocumulus,\n}\n"), "{providers}");
    assert!(providers.contains("\npub mod altocumulus;\npub mod cce;\n"), "{providers}");
}

#[test]
fn a_name_is_one_everywhere() {
    let checkout = checkout();
    let form = "write 2 to 20 lowercase letters and digits, a letter first";
    for (name, parts) in [
        ("", &[form][..]),
        ("n", &[form]),
        ("Cirrus", &[form, "such as cirrus"]),
        ("my-cloud", &[form, "such as mycloud"]),
        ("my_cloud", &[form, "such as mycloud"]),
        ("1cloud", &[form, "such as cloud"]),
        ("../cloud", &[form, "such as cloud"]),
        ("wölkchen", &[form, "such as wlkchen"]),
        ("abcdefghijklmnopqrstuvw", &[form, "such as abcdefghijklmnopqrst"]),
        ("match", &["a word of Rust", "such as matchcloud"]),
        ("gen", &["a word of Rust"]),
        ("world", &["has another world", "such as worldcloud"]),
        ("vec", &["has another vec"]),
        ("core", &["has another core"]),
        ("tests", &["has another tests"]),
        ("some", &["has another some"]),
        ("sha256", &["has another sha256"]),
        ("help", &["has another help"]),
        ("clap", &["has another clap"]),
        ("protocol", &["has another protocol"]),
        ("time", &["crates/reference/src/time.rs already", "take another name"]),
        ("sense", &["has another sense"]),
        ("session", &["has another session"]),
    ] {
        check_refused(&checkout, &["--", name], 2, parts);
    }
}

#[test]
fn a_path_is_one_that_can_be_emulated() {
    let checkout = checkout();
    for (path, part) in [
        ("v1/clusters/{cluster_id}", "begin it with a slash"),
        ("/{cluster_id}/kubeconfig", "begin it with a word"),
        ("/v1/clusters/kubeconfig", "name {cluster_id} in it, once"),
        ("/v1/{cluster_id}/{cluster_id}", "name {cluster_id} in it, once"),
        ("/v1/{cluster_id}/{project_id}", "before {cluster_id}"),
        ("/v1/{account_id}/{project_id}/{cluster_id}", "one of {project_id} and {account_id}"),
        ("/v1/{id}/kubeconfig", "`{id}` is no segment"),
        ("/v1/{cluster_id}:get", "`{cluster_id}:get` is no segment"),
        ("/v1//{cluster_id}", "`` is no segment"),
        ("/v1/../{cluster_id}", "`..` is no segment"),
        ("/v1/\"/{cluster_id}", "is no segment"),
        ("/v1/{cluster_id}?x=1", "is no segment"),
        ("/_kubeproof/{cluster_id}", "/_kubeproof/ is of the admin API"),
    ] {
        check_refused(&checkout, &["cirrus", "--path", path], 2, &[part]);
    }
    for url in ["http://api.example.com", "https://", "https://a\"b", "api.example.com", "https://:/[", "https://[::1"]
    {
        check_refused(
            &checkout,
            &["cirrus", "--base-url", url],
            2,
            &["is no address over https", "https://api.cirrus.example"],
        );
    }
    for (url, sent) in [
        ("https://1.2.3", "https://1.2.0.3"),
        ("https:///api.example.com", "https://api.example.com"),
        ("https://api.example.com/a/../b", "https://api.example.com/b"),
        ("https://API.example.com", "https://api.example.com"),
        ("https://api.example.com:443", "https://api.example.com"),
    ] {
        check_refused(&checkout, &["cirrus", "--base-url", url], 2, &["is sent to", sent, "write that"]);
    }
}

#[test]
fn nothing_is_overwritten() {
    let checkout = checkout();
    let file = checkout.path().join("crates/cirrus/src/lib.rs");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "mine").unwrap();
    check_refused(&checkout, &["cirrus"], 2, &["crates/cirrus already", "or remove that first; nothing was written"]);
    let case = checkout.path().join("fixtures/altocumulus/cases/old.yaml");
    fs::create_dir_all(case.parent().unwrap()).unwrap();
    fs::write(&case, "rubbish").unwrap();
    check_refused(&checkout, &["altocumulus"], 2, &["fixtures/altocumulus already"]);
    std::os::unix::fs::symlink("/nonexistent", checkout.path().join("crates/stratus")).unwrap();
    let ran = new(&checkout, &["stratus"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("crates/stratus already"), "{}", ran.err);
}

/// Whoever interrupts it finds all of it, and nothing that is in the way of the next time.
#[test]
fn an_interrupt_waits_until_all_is_written() {
    let checkout = checkout();
    let summary = checkout.path().join("docs/SUMMARY.md");
    let text = fs::read_to_string(&summary).unwrap();
    fs::remove_file(&summary).unwrap();
    assert!(Command::new("mkfifo").arg(&summary).status().unwrap().success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubeproof"));
    command.args(["new", "provider", "cirrus", "--kubeproof", checkout.path().to_str().unwrap()]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It opens once the other side reads: the text is asked for, and nothing is written yet.
    let mut pipe = fs::File::options().write(true).open(&summary).unwrap();
    for name in ["INT", "TERM"] {
        signal(&child, name);
    }
    pipe.write_all(text.as_bytes()).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let files = files(checkout.path());
    assert!(files["docs/SUMMARY.md"].contains("emulations/cirrus.md"));
    assert!(files.contains_key("crates/cirrus/src/lib.rs"));
    assert!(!files.keys().any(|name| name.contains(".tmp")), "{:?}", files.keys());
}

/// A file where a folder would have to be, and a file that is gone.
#[test]
fn nothing_is_half_written() {
    let checkout = checkout();
    fs::write(checkout.path().join("snapshots"), "mine").unwrap();
    check_refused(&checkout, &["cirrus"], 2, &["snapshots already", "nothing was written"]);
    fs::remove_file(checkout.path().join("snapshots")).unwrap();
    fs::remove_file(checkout.path().join("docs/SUMMARY.md")).unwrap();
    let parts = ["docs/SUMMARY.md cannot be read", "nothing was written", "restore it"];
    check_refused(&checkout, &["cirrus"], 5, &parts);
}

/// Two that insert into the same lists would lose entries of each other.
#[test]
fn nobody_writes_while_another_does() {
    let checkout = checkout();
    let lock = fs::File::open(checkout.path()).unwrap();
    lock.lock().unwrap();
    check_refused(&checkout, &["cirrus"], 5, &["another `kubeproof new provider` is at work in", "when it has ended"]);
    assert_eq!(new(&checkout, &["cirrus", "--dry-run"]).code, 0);
    drop(lock);
    assert_eq!(new(&checkout, &["cirrus"]).code, 0);
}

#[test]
fn a_place_that_is_gone_is_named_and_the_line_can_be_added_by_hand() {
    let checkout = checkout();
    let path = checkout.path().join("crates/emulator/src/providers.rs");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("registry! {", "the_registry! {")).unwrap();
    let parts = [
        "providers.rs has no known place",
        "no line `registry! {`",
        "nothing was written",
        "run this again:\n    cirrus::Cirrus,\n",
    ];
    check_refused(&checkout, &["cirrus"], 5, &parts);
    fs::write(&path, text.replace("registry! {\n", "the_registry! {\n    cirrus::Cirrus,\n")).unwrap();
    let ran = new(&checkout, &["cirrus"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(&path).unwrap().matches("cirrus::Cirrus").count(), 1);
    fs::remove_file(&path).unwrap();
    check_refused(&checkout, &["altocumulus"], 2, &["is no checkout of kubeproof", "--kubeproof"]);
}

#[test]
fn the_checkout_is_the_one_around_the_current_folder() {
    let checkout = checkout();
    let ran = kubeproof_in(&checkout.path().join("crates/emulator/src"), &["new", "provider", "cirrus"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(checkout.path().join("crates/cirrus/Cargo.toml").is_file());
    let elsewhere = TempDir::new().unwrap();
    let ran = kubeproof_in(elsewhere.path(), &["new", "provider", "cirrus"]);
    assert_eq!(ran.code, 2);
    for part in ["is in no checkout of kubeproof", "--kubeproof"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    assert_eq!(files(elsewhere.path()), BTreeMap::new());
}
