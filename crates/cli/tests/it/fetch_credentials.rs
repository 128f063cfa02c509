//! Where `kubeproof fetch` takes credentials from, and what it says when there are none

use std::fs;

use kubeproof::emulator::providers::PROVIDERS;

use crate::caller::{Caller, INTERNAL, PROJECT, TOKEN, planted, set_mode};
use crate::program::kubeproof;

const DIGITALOCEAN: [&str; 3] = ["digitalocean", TOKEN, "--print"];
const CCE: [&str; 4] = ["cce", PROJECT, INTERNAL, "--print"];
const UCS: [&str; 2] = ["ucs", TOKEN];
const LKE: [&str; 3] = ["lke", "1001", "--print"];
const FIREWORKS: [&str; 4] = ["fireworks", "demo-account", "demo", "--print"];

/// Somebody who knows where everybody is, and has nothing to show.
fn stranger(serving: &crate::serving::Serving) -> Caller {
    let mut caller = Caller::of(serving);
    for name in
        ["DIGITALOCEAN_ACCESS_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "FIREWORKS_API_KEY", "LINODE_TOKEN"]
    {
        caller.unset(name);
    }
    caller
}

#[test]
fn every_variable_of_the_providers_tools_is_known() {
    let serving = planted(&[]);
    for (fetch, variables) in [
        (&DIGITALOCEAN[..], &[("DIGITALOCEAN_ACCESS_TOKEN", "planted-api-token")][..]),
        (&DIGITALOCEAN, &[("DIGITALOCEAN_TOKEN", "planted-api-token")]),
        // An empty one is none, and the first goes before the second.
        (&DIGITALOCEAN, &[("DIGITALOCEAN_ACCESS_TOKEN", ""), ("DIGITALOCEAN_TOKEN", "planted-api-token")]),
        (&DIGITALOCEAN, &[("DIGITALOCEAN_ACCESS_TOKEN", "planted-api-token"), ("DIGITALOCEAN_TOKEN", "planted-api-x")]),
        (&CCE, &[("HUAWEICLOUD_SDK_AK", "AKMINE"), ("HUAWEICLOUD_SDK_SK", "planted-secret-key")]),
        (&CCE, &[("HW_ACCESS_KEY", "AKMINE"), ("HW_SECRET_KEY", "planted-secret-key")]),
        (&CCE, &[("OS_ACCESS_KEY", "AKMINE"), ("OS_SECRET_KEY", "planted-secret-key")]),
        (&CCE, &[("OS_TOKEN", "planted-iam-token")]),
        (&CCE, &[("OS_AUTH_TOKEN", "planted-iam-token")]),
        (&UCS, &[("OS_TOKEN", "planted-iam-token")]),
        (&FIREWORKS, &[("FIREWORKS_API_KEY", "planted-api-key")]),
        (&LKE, &[("LINODE_TOKEN", "planted-linode-token")]),
        (&LKE, &[("LINODE_CLI_TOKEN", "planted-linode-token")]),
    ] {
        let mut caller = stranger(&serving);
        for (name, value) in variables {
            caller.set(name, value);
        }
        let ran = caller.fetch(fetch);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{variables:?}");
    }
}

#[test]
fn credentials_come_from_a_file_or_standard_input() {
    let serving = planted(&[]);
    let mut caller = stranger(&serving);
    // What is given goes before what is set.
    caller.set("DIGITALOCEAN_ACCESS_TOKEN", "planted-api-unknown");
    caller.set("OS_TOKEN", "planted-iam-unknown");
    caller.set("FIREWORKS_API_KEY", "planted-api-unknown");
    for (fetch, token, file) in [
        (&DIGITALOCEAN[..], "planted-api-token", "# mine\nexport DIGITALOCEAN_TOKEN='planted-api-token'\n"),
        (&CCE, "planted-iam-token", "HUAWEICLOUD_SDK_AK=AKMINE\nHUAWEICLOUD_SDK_SK=\"planted-secret-key\"\n"),
        (&CCE, "planted-iam-token", "OS_AUTH_TOKEN=planted-iam-token"),
        (&FIREWORKS, "planted-api-key", "OTHER=x\nFIREWORKS_API_KEY=planted-api-key\n"),
    ] {
        caller.file("token", &format!("  {token}\r\n"));
        caller.file("file", file);
        for (options, input) in [
            (&["--token-file", "token"][..], ""),
            (&["--token-file", "-"], token),
            (&["--token-stdin"], token),
            (&["--credentials-file", "file"], ""),
            (&["--credentials-file", "-"], file),
        ] {
            let ran = caller.fetch_with(&[fetch, options].concat(), input);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{fetch:?} {options:?}");
        }
    }
    let ran = caller.fetch(&DIGITALOCEAN);
    assert!(ran.code == 1 && ran.err.contains("[unauthenticated]"), "{}", ran.err);
}

/// The credentials of one place are not sent to another.
#[test]
fn a_file_of_credentials_says_where_they_belong() {
    let serving = planted(&[]);
    let mut caller = stranger(&serving);
    for (fetch, url, credentials) in [
        (&DIGITALOCEAN[..], "KUBEPROOF_DIGITALOCEAN_URL", "DIGITALOCEAN_TOKEN=planted-api-token"),
        (&CCE, "KUBEPROOF_CCE_URL", "OS_TOKEN=planted-iam-token"),
        (&UCS, "KUBEPROOF_UCS_URL", "OS_TOKEN=planted-iam-token"),
        (&FIREWORKS, "KUBEPROOF_FIREWORKS_URL", "FIREWORKS_API_KEY=planted-api-key"),
    ] {
        let place = serving.environment().remove(url).unwrap();
        caller.file("file", &format!("{credentials}\n{url}={place}\n"));
        // Nobody listens there.
        caller.set(url, "http://127.0.0.1:1");
        let fetch = [fetch, &["--credentials-file", "file"]].concat();
        let ran = caller.fetch(&fetch);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{fetch:?}");
        let ran = caller.fetch(&[&fetch[..], &["--base-url", "http://127.0.0.1:1/x y"]].concat());
        assert_eq!(ran.code, 2, "what is given goes before the file: {}", ran.err);
    }
    // What is not read from it is said.
    caller.file("file", "OS_TOKEN=planted-iam-token\nOS_PROJECT_ID=planted-iam-project\n");
    let ran = caller.fetch(&[&CCE[..], &["--credentials-file", "file"]].concat());
    assert!(ran.err.starts_with("file: OS_PROJECT_ID is not read from it; set it in the environment\n"), "{}", ran.err);
}

#[test]
fn credentials_that_cannot_be_used_are_refused_without_being_shown() {
    let serving = planted(&[]);
    let caller = stranger(&serving);
    caller.file("open", "planted-api-token\n");
    caller.file("empty", "\n");
    caller.file("two", "planted-api-token planted\n");
    caller.file("bare", "A=1\nplanted-api-token\n");
    caller.file("other", "OTHER=planted-api-token\n");
    caller.file("half", "HUAWEICLOUD_SDK_AK=AKMINE\n");
    caller.file("temporary", "HW_ACCESS_KEY=AKMINE\nHW_SECRET_KEY=planted-secret-key\nHW_SECURITY_TOKEN=planted\n");
    fs::write(caller.path("binary"), b"planted\xff").unwrap();
    set_mode(&caller.path("binary"), 0o600);
    fs::create_dir(caller.path("folder")).unwrap();
    let token = |name| [&DIGITALOCEAN[..], &["--token-file", name]].concat();
    let file = |fetch: &[&'static str], name| [fetch, &["--credentials-file", name]].concat();
    for (mode, is_refused) in
        [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true), (0o666, true)]
    {
        set_mode(&caller.path("open"), mode);
        let ran = caller.fetch(&token("open"));
        assert_eq!(ran.code, if is_refused { 2 } else { 0 }, "{mode:o}: {}", ran.err);
        let said = format!("open: has mode {mode:04o}, so that others may read the token in it; chmod 600 it");
        assert_eq!(ran.err.contains(&said), is_refused, "{}", ran.err);
    }
    for (arguments, part) in [
        (token("empty"), "empty: is empty; the token was expected in it"),
        (token("nowhere"), "nowhere: there is no such file to read the token from"),
        (token("folder"), "folder: is a folder"),
        (token("binary"), "binary: is not utf-8 text"),
        (token("two"), "the bearer token holds a space"),
        (file(&DIGITALOCEAN, "bare"), "bare:2: is no NAME=value line; a token alone goes to --token-file"),
        (file(&DIGITALOCEAN, "other"), "other: sets none of what digitalocean takes: DIGITALOCEAN_ACCESS_TOKEN or"),
        (file(&CCE, "half"), "HUAWEICLOUD_SDK_AK is set and HUAWEICLOUD_SDK_SK is not; set both"),
        (file(&CCE, "temporary"), "HW_SECURITY_TOKEN says that HW_ACCESS_KEY is a temporary key"),
    ] {
        let ran = caller.fetch(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    let both = caller.fetch(&[&DIGITALOCEAN[..], &["--token-stdin", "--token-file", "open"]].concat());
    assert!(both.code == 2 && both.err.contains("cannot be used with"), "{}", both.err);
}

/// Neither in what was fetched, nor in a report or a lock.
#[test]
fn no_credential_of_a_provider_is_in_any_file() {
    let serving = planted(&["--tls"]);
    let caller = Caller::of(&serving);
    let unknown = "0c0ffee0-0000-4000-8000-00000000000f";
    for fetch in [
        &["digitalocean", TOKEN, unknown, "--kubeconfig", "config"][..],
        &["cce", PROJECT, INTERNAL, unknown, "--kubeconfig", "config"],
        &["fireworks", "demo-account", "demo", "unknown", "--kubeconfig", "config"],
        &["ucs", TOKEN, unknown, "--save", "kept"],
    ] {
        let ran = caller.fetch(&[fetch, &["--report", "json=report.json", "--report", "human=report.txt"]].concat());
        assert_eq!(ran.code, 1, "{}", ran.err);
        let mut read = 0;
        let names = ["config", "report.json", "report.txt"].map(|name| caller.path(name)).into_iter();
        let kept = fs::read_dir(caller.path("kept")).into_iter().flatten().map(|entry| entry.unwrap().path());
        for path in names.chain(kept) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            read += 1;
            for secret in ["planted-api", "planted-iam", "planted-secret", "AKMINE"] {
                assert!(!text.contains(secret), "{secret} is in {}", path.display());
            }
            let is_report = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("report"));
            assert!(!is_report || !text.contains("planted"), "a secret is in {}", path.display());
        }
        assert!(read >= 3, "{read}");
    }
}

#[test]
fn an_access_key_goes_before_a_token_and_it_is_said() {
    let serving = planted(&[]);
    let mut caller = Caller::of(&serving);
    caller.set("OS_TOKEN", "planted-iam-unknown");
    let ran = caller.fetch(&CCE);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are used; OS_TOKEN is not\n")
    );
}

#[test]
fn the_user_of_a_cluster_of_fireworks_comes_from_elsewhere() {
    let serving = planted(&[]);
    let mut caller = Caller::of(&serving);
    caller.unset("KUBEPROOF_USER_TOKEN");
    caller.file("user", "planted-user-token\n");
    caller.file("key", "planted-api-key\n");
    let ran = caller.fetch(&[&FIREWORKS[..], &["--user-token-file", "user"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("token: planted-user-token\n"), "{}", ran.out);
    let ran = caller.fetch_with(&[&FIREWORKS[..], &["--user-token-file", "-"]].concat(), "planted-user-token");
    assert_eq!(ran.code, 0);
    // The API key is none: the cluster would get it.
    let ran = caller.fetch(&[&FIREWORKS[..], &["--user-token-file", "key"]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("the token is the api key of fireworks") && ran.err.contains("[unsafe]"), "{}", ran.err);
    let shared = [&FIREWORKS[..], &["--user-token-file", "-", "--token-stdin"]].concat();
    let ran = caller.fetch(&shared);
    assert!(ran.code == 2 && ran.err.contains("cannot share standard input"), "{}", ran.err);
}

/// What somebody reads who has set nothing.
#[test]
fn the_first_run_says_what_is_missing_and_how_to_get_it() {
    let mut caller = Caller::new();
    let mut said = String::new();
    for arguments in [&DIGITALOCEAN[..], &CCE, &UCS, &FIREWORKS] {
        let ran = caller.fetch(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        said += &format!("$ kubeproof fetch {}\n{}\n", arguments.join(" "), ran.err);
    }
    for (name, value) in [("OS_TOKEN", "planted-iam-token"), ("FIREWORKS_API_KEY", "planted-api-key")] {
        caller.set(name, value);
    }
    for arguments in [&CCE[..], &UCS, &FIREWORKS] {
        let ran = caller.fetch(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        said += &format!("$ kubeproof fetch {}      with credentials\n{}\n", arguments.join(" "), ran.err);
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/fetch"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("first-run", said);
    });
}

#[test]
fn no_option_takes_a_secret() {
    let mut options = 0;
    for &provider in PROVIDERS {
        let ran = kubeproof(&["fetch", provider, "--help"]);
        assert_eq!(ran.code, 0);
        let about = ["token", "secret", "key", "password", "credential"];
        for line in ran.out.lines().map(str::trim).filter(|line| line.starts_with("--")) {
            if about.iter().any(|word| line.contains(word)) {
                options += 1;
                assert!(line.ends_with(" <FILE>") || line == "--token-stdin", "{provider}: {line} may take a secret");
            }
        }
    }
    assert_eq!(options, PROVIDERS.len() * 3 + 2, "the options of credentials are looked at");
}
