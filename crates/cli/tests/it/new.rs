//! `kubeproof new adapter`: what is written, and what is refused. Whether it runs is for `just interop` to say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kubeproof::conformance::adapter::Feature;
use kubeproof::emulator::providers::PROVIDERS;

use crate::program::{Ran, kubeproof};

fn new(arguments: &[&str], folder: &Path) -> Ran {
    kubeproof(&[&["new", "adapter"], arguments, &["--dir", folder.to_str().unwrap()]].concat())
}

/// The files below a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            names.extend(files(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            names.insert(name);
        }
    }
    names
}

/// What is written in a language, for every provider: these files, of which this one holds the path of the request, each id in it
/// and the features; what is left of a template is found.
#[track_caller]
fn check(language: &str, expected: &[&str], asks: &str, command: &str) {
    let bearer = ["error-kinds", "bearer", "http", "tls"];
    let token = ["error-kinds", "token", "http", "tls"];
    let asked = [
        (
            "digitalocean",
            &["cluster_id"][..],
            "/v2/kubernetes/clusters/",
            [&bearer[..], &["expiry", "kubeconfig"]].concat(),
        ),
        ("cce", &["project_id", "cluster_id"], "/clustercert", [&token[..], &["kubeconfig"]].concat()),
        ("ucs", &["cluster_id"], "/accessinfo", token.to_vec()),
        ("fireworks", &["account_id", "cluster_id"], ":getConnectionInfo", bearer.to_vec()),
        ("lke", &["cluster_id"], "/v4/lke/clusters/", [&bearer[..], &["kubeconfig"]].concat()),
    ];
    assert_eq!(asked.each_ref().map(|(provider, ..)| *provider), *PROVIDERS, "every provider has templates");
    for (provider, ids, path, features) in asked {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("deep/my-sdk");
        let ran = new(&[language, "my-sdk", "--provider", provider], &folder);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{language} {provider}");
        assert_eq!(files(&folder), expected.iter().map(|name| (*name).to_owned()).collect(), "{language} {provider}");
        for name in files(&folder) {
            assert!(ran.out.contains(&format!("my-sdk/{name}\n")), "{name}: {}", ran.out);
            let text = fs::read_to_string(folder.join(&name)).unwrap();
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
            assert!(!text.contains("{%") && !text.contains("{{ "), "{name}: {text}");
            assert!(!text.lines().any(|line| line.ends_with(' ')), "{name}: {text}");
        }
        let text = fs::read_to_string(folder.join(asks)).unwrap();
        assert!(text.contains(path), "{language} {provider}: {text}");
        assert!(ids.iter().all(|id| text.contains(id)), "{language} {provider}: {text}");
        let declared = if language == "rust" {
            let all = Feature::ALL.into_iter().map(|known| (known.to_string(), format!("Feature::{known:?}")));
            let variants: BTreeMap<String, String> = all.collect();
            features.iter().map(|feature| variants[*feature].clone()).collect::<Vec<_>>().join(", ")
        } else {
            features.iter().map(|feature| format!("\"{feature}\"")).collect::<Vec<_>>().join(", ")
        };
        assert!(text.contains(&declared), "{language} {provider}: {declared}: {text}");
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        for text in [&readme, &ran.out] {
            assert!(text.contains(&format!("kubeproof adapter smoke '{command}'")), "{text}");
            assert!(text.contains(&format!("kubeproof check --adapter '{command}'")), "{text}");
        }
    }
}

#[test]
fn an_adapter_is_written_in_each_language_for_each_provider() {
    check("python", &["README.md", "adapter.py", "kubeproof_adapter.py"], "adapter.py", "python3 adapter.py");
    check("node", &["README.md", "adapter.mjs"], "adapter.mjs", "node adapter.mjs");
    check("go", &["README.md", "go.mod", "main.go"], "main.go", "./adapter");
    check("shell", &["README.md", "adapter.sh"], "adapter.sh", "sh adapter.sh");
    let rust =
        ["Cargo.toml", "README.md", "src/lib.rs", "src/main.rs", "tests/kubeproof.baseline.yaml", "tests/kubeproof.rs"];
    check("rust", &rust, "src/lib.rs", "target/debug/my-sdk");
}

#[test]
fn an_adapter_in_rust_depends_on_a_clone_that_there_is() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("my-sdk");
    assert_eq!(new(&["rust", "my-sdk"], &folder).code, 0);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kubeproof").canonicalize().unwrap();
    assert!(manifest.contains(&format!("kubeproof = {{ path = \"{}\" }}", path.display())), "{manifest}");
    assert!(fs::read_to_string(folder.join("src/main.rs")).unwrap().contains("my_sdk::adapter()"));
    let ran = new(&["rust", "other", "--kubeproof", "/no/such/clone"], &temporary.path().join("other"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("/no/such/clone/crates/kubeproof") && ran.err.contains("--kubeproof"), "{}", ran.err);
    assert!(!temporary.path().join("other").exists());
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("my-sdk");
    // An empty folder is as good as none.
    fs::create_dir(&folder).unwrap();
    assert_eq!(new(&["python", "my-sdk"], &folder).code, 0);
    let before = files(&folder);
    fs::write(folder.join("adapter.py"), "mine").unwrap();
    let ran = new(&["node", "my-sdk"], &folder);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is there already") && ran.err.contains("--dir"), "{}", ran.err);
    assert_eq!((files(&folder), fs::read_to_string(folder.join("adapter.py")).unwrap()), (before, "mine".to_owned()));
    // Where a file is in the way nothing is left behind.
    let file = temporary.path().join("file");
    fs::write(&file, "mine").unwrap();
    for folder in [file.clone(), file.join("below")] {
        let ran = new(&["node", "my-sdk"], &folder);
        assert_eq!(ran.code, 5, "{}", ran.err);
        assert!(ran.err.contains("cannot be written"), "{}", ran.err);
    }
    let left: BTreeSet<_> = fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["file", "my-sdk"].map(Into::into).into());
}

#[test]
fn a_name_is_one_everywhere() {
    let temporary = tempfile::tempdir().unwrap();
    for wrong in ["", "My-Sdk", "1st", "my sdk", "my-sdk-", "../my-sdk", "my\"sdk", "-my-sdk"] {
        let ran = kubeproof(&[
            "new",
            "adapter",
            "python",
            "--dir",
            temporary.path().join("a").to_str().unwrap(),
            "--",
            wrong,
        ]);
        assert_eq!(ran.code, 2, "{wrong}");
        assert!(ran.err.contains("letters, digits and hyphens"), "{wrong}: {}", ran.err);
    }
    let ran = kubeproof(&["new", "adapter", "cobol", "my-sdk"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("python, node, go, rust, shell"), "{}", ran.err);
    assert!(!temporary.path().join("a").exists());
}
