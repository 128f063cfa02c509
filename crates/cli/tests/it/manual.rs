//! `kubeproof completions`, `kubeproof man` and the help of `kubeproof fetch`

use std::fs;
use std::process::Command;

use kubeproof::emulator::providers::PROVIDERS;
use tempfile::TempDir;

use crate::caller::Caller;
use crate::program::kubeproof;

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = kubeproof(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for part in ["digitalocean", "token-stdin", "endpoint", "completions"] {
            assert!(ran.out.contains(part), "{shell}: `{part}` is not in: {}", ran.out);
        }
    }
    let ran = kubeproof(&["completions", "tcsh"]);
    assert!(ran.code == 2 && ran.err.contains("bash, elvish, fish, powershell, zsh"), "{}", ran.err);
}

/// What bash offers for a line that is begun.
#[test]
fn bash_completes_providers_and_options() {
    let script = kubeproof(&["completions", "bash"]).out;
    for (words, cword, offered) in [
        ("kubeproof fetch d", 2, "digitalocean"),
        ("kubeproof fetch digitalocean --token", 3, "--token-file --token-stdin"),
        ("kubeproof fetch cce --endpoint e", 4, "external external-tls-verify"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let (current, previous) = (words[cword], words[cword - 1]);
        let ask = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={cword}\n_kubeproof kubeproof {current} {previous}\necho \"${{COMPREPLY[*]}}\"\n",
            words.join(" ")
        );
        let output = Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            offered,
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn every_command_has_a_page() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("man1");
    let ran = kubeproof(&["man", path.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    for (page, part) in [
        ("kubeproof.1", "fetch"),
        ("kubeproof-fetch.1", "Exit codes"),
        ("kubeproof-fetch-digitalocean.1", "DIGITALOCEAN_ACCESS_TOKEN"),
        ("kubeproof-fetch-cce.1", "project\\-id"),
        ("kubeproof-fetch-ucs.1", "recover"),
        ("kubeproof-fetch-fireworks.1", "user\\-token\\-file"),
        ("kubeproof-config-merge.1", "into"),
        ("kubeproof-serve.1", "tls"),
        ("kubeproof-check.1", "jobs"),
    ] {
        let text = fs::read_to_string(path.join(page)).unwrap();
        assert!(text.contains(".TH ") && text.contains(part), "{page}: `{part}` is not in: {text}");
        assert!(!text.contains("kubeconfig [<KUBECONFIG>]"), "{page} shows what is hidden");
    }
    let one = kubeproof(&["man"]);
    assert_eq!((one.code, one.out), (0, fs::read_to_string(path.join("kubeproof.1")).unwrap()));
    let ran = kubeproof(&["man", "/proc/kubeproof"]);
    assert!(ran.code == 5 && ran.err.contains("the manual cannot be written"), "{}", ran.err);
}

/// What a user reads.
#[test]
fn help_teaches() {
    for name in [""].into_iter().chain(PROVIDERS.iter().copied()) {
        let arguments: Vec<&str> = [name, "-h"].into_iter().filter(|word| !word.is_empty()).collect();
        let ran = Caller::new().fetch(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let snapshot = if name.is_empty() { "help".to_owned() } else { format!("help-{name}") };
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/fetch"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(snapshot, ran.out);
        });
    }
}
