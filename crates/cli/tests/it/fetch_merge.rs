//! What `kubeproof fetch --kubeconfig` makes of a file

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use serde_json::Value;

use crate::caller::{
    CERTIFICATE, Caller, EXTERNAL, INTERNAL, PLANTED, PROJECT, TOKEN, entry, exchange, mode, names, planted, set_mode,
};
use crate::program::signal;
use crate::serving::Serving;

/// A kubeconfig of somebody, with a name that a fetched one has too, and a field that nobody knows.
const MINE: &str = "\
apiVersion: v1
kind: Config
current-context: mine
x-mine: {keep: this}
clusters:
- {name: do-nyc1-demo, cluster: {server: 'https://mine.example.test'}}
users:
- {name: mine, user: {token: not-a-real-token}}
contexts:
- {name: mine, context: {cluster: do-nyc1-demo, user: mine, namespace: here}}
- {name: kubeproof, context: {cluster: do-nyc1-demo, user: mine}}
";

#[test]
fn nothing_of_a_file_is_lost_and_names_do_not_collide() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    caller.file("config", MINE);
    let ran = caller.fetch(&["digitalocean", TOKEN, "--kubeconfig", "config"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for part in [
        "cluster \"do-nyc1-demo\": renamed to \"do-nyc1-demo-2\", since the name is taken by another",
        "current context \"do-nyc1-demo\": not made current, since another one is",
        "config: replaced; the current context is \"mine\"",
        "use it with --context \"do-nyc1-demo\"",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
    }
    let kubeconfig = caller.kubeconfig("config");
    assert_eq!((&kubeconfig["current-context"], &kubeconfig["x-mine"]["keep"]), (&"mine".into(), &"this".into()));
    assert_eq!(entry(&kubeconfig, "contexts", "mine")["context"]["namespace"], "here");
    assert_eq!(entry(&kubeconfig, "clusters", "do-nyc1-demo")["cluster"]["server"], "https://mine.example.test");
    let context = &entry(&kubeconfig, "contexts", "do-nyc1-demo")["context"];
    assert_eq!((&context["cluster"], &context["user"]), (&"do-nyc1-demo-2".into(), &"do-nyc1-demo-admin".into()));
    assert_eq!(mode(&caller.path("config")), 0o600);

    // The current context changes only when that is asked for, and this is said.
    let ran = caller.fetch(&["digitalocean", CERTIFICATE, "--kubeconfig", "config", "--set-current"]);
    assert_eq!(ran.code, 0);
    for part in ["current context \"do-nyc1-legacy\": made current", "the current context is \"do-nyc1-legacy\""] {
        assert!(ran.out.contains(part), "`{part}` is not in: {}", ran.out);
    }
    assert_eq!(caller.kubeconfig("config")["current-context"], "do-nyc1-legacy");
    assert_eq!(caller.files("."), ["config"], "a lock or a temporary file is left");
}

#[test]
fn a_taken_name_is_refused_on_request() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    caller.file("config", MINE);
    let ran =
        caller.fetch(&["digitalocean", TOKEN, "--kubeconfig", "config", "--refuse", "--report", "json=report.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("cluster \"do-nyc1-demo\"") && ran.err.contains("with --rename"), "{}", ran.err);
    assert!(ran.err.contains("config: nothing of what was fetched is in it"), "{}", ran.err);
    assert_eq!(fs::read_to_string(caller.path("config")).unwrap(), MINE);
    let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
    assert_eq!((&report["kubeconfig"]["result"], &report["summary"]["fetched"]), (&"failed".into(), &0.into()));

    // The others are kept.
    let ids =
        ["digitalocean", CERTIFICATE, TOKEN, "--kubeconfig", "config", "--refuse", "--report", "json=report.json"];
    let ran = caller.fetch(&ids);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&format!("error: {TOKEN}: ")) && ran.err.contains("with --rename"), "{}", ran.err);
    assert!(ran.out.ends_with("2 clusters: 1 fetched, 1 failed\n"), "{}", ran.out);
    assert_eq!(names(&caller.kubeconfig("config"), "contexts"), ["mine", "kubeproof", "do-nyc1-legacy"]);
    let report: Value = serde_json::from_str(&fs::read_to_string(caller.path("report.json")).unwrap()).unwrap();
    assert_eq!((&report["clusters"][1]["outcome"], &report["summary"]["fetched"]), (&"failed".into(), &1.into()));
}

#[test]
fn clusters_of_cce_which_are_all_called_alike_do_not_collide() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let ran = caller.fetch(&["cce", PROJECT, INTERNAL, EXTERNAL, "--kubeconfig", "config"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let kubeconfig = caller.kubeconfig("config");
    assert_eq!(names(&kubeconfig, "contexts"), ["internal", "internal-2", "external"]);
    assert_eq!(names(&kubeconfig, "users"), ["user", "user-2"]);
    for (context, cluster, user) in [
        ("internal", "internalCluster", "user"),
        ("internal-2", "internalCluster-2", "user-2"),
        ("external", "externalCluster", "user-2"),
    ] {
        let found = &entry(&kubeconfig, "contexts", context)["context"];
        assert_eq!((&found["cluster"], &found["user"]), (&cluster.into(), &user.into()), "{context}");
        let server = &entry(&kubeconfig, "clusters", cluster)["cluster"]["server"];
        let id = if user == "user" { INTERNAL } else { EXTERNAL };
        assert!(server.as_str().unwrap().ends_with(id), "{context}: {server}");
    }
    // The names of their own, in which the id stands.
    let named = ["cce", PROJECT, INTERNAL, EXTERNAL, "--kubeconfig", "named", "--context-name", "cce-{cluster_id}"];
    let ran = caller.fetch(&named);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let contexts = names(&caller.kubeconfig("named"), "contexts");
    for id in [INTERNAL, EXTERNAL] {
        assert!(contexts.contains(&format!("cce-{id}")), "{contexts:?}");
    }
}

#[test]
fn an_earlier_fetch_is_renewed_on_request() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    for (fetch, context, user) in [
        (&["digitalocean", TOKEN][..], "do-nyc1-demo", "do-nyc1-demo-admin"),
        (&["digitalocean", TOKEN, "--context-name", "prod"], "prod", "do-nyc1-demo-admin"),
        (&["cce", PROJECT, EXTERNAL], "external", "user"),
    ] {
        let name = format!("config-{context}");
        let fetch = [fetch, &["--kubeconfig", &name]].concat();
        assert_eq!(caller.fetch(&fetch).code, 0);
        // What somebody has changed since.
        let mine = fs::read_to_string(caller.path(&name))
            .unwrap()
            .replace("    server: ", "    tls-server-name: mine\n    server: ");
        caller.file(&name, &mine);
        let before = caller.kubeconfig(&name);

        let renewed = caller.fetch(&[&fetch[..], &["--renew"]].concat());
        assert_eq!((renewed.code, renewed.err.as_str()), (0, ""));
        let line = format!("user {user:?} of context {context:?}: credentials renewed\n");
        assert!(renewed.out.contains(&line) || fetch[0] == "cce", "{}", renewed.out);
        let after = caller.kubeconfig(&name);
        for list in ["clusters", "contexts", "users"] {
            assert_eq!(names(&after, list), names(&before, list), "{list}: {}", renewed.out);
        }
        assert_eq!((&after["clusters"], &after["contexts"]), (&before["clusters"], &before["contexts"]));
        assert_ne!(entry(&after, "users", user), entry(&before, "users", user));
        assert!(renewed.out.contains(&format!("use it with --context {context:?}")), "{}", renewed.out);

        // Without it, there are both, and it is said how to have one.
        let again = caller.fetch(&fetch);
        assert_eq!(again.code, 0);
        assert!(again.out.contains(&format!("is there as context {context:?}; --renew replaces")), "{}", again.out);
        assert_eq!(names(&caller.kubeconfig(&name), "users"), [user.to_owned(), format!("{user}-2")]);
    }
}

/// Also where merging has given them other names.
#[test]
fn every_cluster_of_a_file_is_renewed_in_its_place() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let fetch = ["cce", PROJECT, INTERNAL, EXTERNAL, "--kubeconfig", "config"];
    assert_eq!(caller.fetch(&fetch).code, 0);
    let before = caller.kubeconfig("config");
    for again in [&[INTERNAL, EXTERNAL][..], &[EXTERNAL, INTERNAL], &[EXTERNAL], &[INTERNAL]] {
        let before = caller.kubeconfig("config");
        let ran = caller.fetch(&[&fetch[..2], again, &fetch[4..], &["--renew"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let after = caller.kubeconfig("config");
        assert!(!ran.out.contains("renamed"), "{}", ran.out);
        for (id, user) in [(INTERNAL, "user"), (EXTERNAL, "user-2")] {
            let is_renewed = entry(&before, "users", user) != entry(&after, "users", user);
            assert_eq!(is_renewed, again.contains(&id), "{again:?} {user}: {}", ran.out);
        }
    }
    let after = caller.kubeconfig("config");
    assert_eq!((&after["contexts"], &after["clusters"]), (&before["contexts"], &before["clusters"]));
    assert_eq!(names(&after, "users"), names(&before, "users"));
}

/// Private addresses and names of cce are those of another cluster as well.
#[test]
fn another_cluster_at_the_same_address_is_not_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.crt").to_str().unwrap().to_owned();
    Serving::start(&["--tls", "--ca-file", &authority]).stop();
    let address = ["--api-server", "https://192.168.1.7:5443", "--api-ca", &authority];
    let serving = Serving::start_with(&[&["--world", "-"][..], &address].concat(), PLANTED);
    let caller = Caller::of(&serving);
    let fetch = |id, options: &[&str]| {
        let ran = caller.fetch(&[&["cce", PROJECT, id, "--kubeconfig", "config"], options].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran
    };
    fetch(INTERNAL, &[]);
    let first = caller.kubeconfig("config");
    let user = entry(&first, "users", "user");
    for options in [&["--renew"][..], &[]] {
        let ran = fetch(EXTERNAL, options);
        let lines = ["is there as context \"internal\";", "user \"user\" of context"];
        assert!(lines.iter().all(|line| !ran.out.contains(line)), "{}", ran.out);
        assert_eq!(entry(&caller.kubeconfig("config"), "users", "user"), user);
    }
    // kubectl keeps what tells them apart.
    let kubectl = ["config", "set-context", "internal", "--namespace=mine", "--kubeconfig", "config"];
    let kubectl = caller.spawn_as(Command::new("kubectl").args(kubectl)).wait_with_output().unwrap();
    assert!(kubectl.status.success(), "{kubectl:?}");
    let ran = fetch(INTERNAL, &["--renew"]);
    assert!(ran.out.contains("user \"user\" of context \"internal\": credentials renewed"), "{}", ran.out);
    let after = caller.kubeconfig("config");
    assert_ne!(entry(&after, "users", "user"), user);
    assert_eq!(entry(&after, "contexts", "internal")["context"]["namespace"], "mine");

    // A context that does not say of which cluster it is stays too, and this is said.
    let text = fs::read_to_string(caller.path("config")).unwrap();
    caller.file("config", &text.replace("name: kubeproof\n", "name: other\n"));
    let ran = fetch(INTERNAL, &["--renew"]);
    assert!(ran.err.contains("does not say of which cluster it is"), "{}", ran.err);
    assert!(ran.err.contains("kubectl config delete-context 'internal'\n"), "{}", ran.err);
    assert_eq!(entry(&caller.kubeconfig("config"), "users", "user"), entry(&after, "users", "user"));
}

#[test]
fn a_server_that_is_verified_stays_so() {
    let serving = planted(&["--edition", "cce@2026-04"]);
    let caller = Caller::of(&serving);
    let fetch = ["cce", PROJECT, EXTERNAL, "--expiry", "1d", "--kubeconfig", "config"];
    assert_eq!(caller.fetch(&fetch).code, 0);
    let text = fs::read_to_string(caller.path("config")).unwrap();
    caller.file("config", &text.replace("insecure-skip-tls-verify: true", "tls-server-name: mine"));
    let ran = caller.fetch(&[&fetch[..], &["--renew"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let after = caller.kubeconfig("config");
    let mine = &entry(&after, "clusters", "externalCluster")["cluster"];
    assert_eq!((&mine["insecure-skip-tls-verify"], &mine["tls-server-name"]), (&Value::Null, &"mine".into()));
    assert_eq!(entry(&after, "clusters", "externalCluster-2")["cluster"]["insecure-skip-tls-verify"], true);
}

#[test]
fn a_user_that_another_server_gets_is_not_renewed() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    let fetch = ["digitalocean", TOKEN, "--kubeconfig", "config"];
    assert_eq!(caller.fetch(&fetch).code, 0);
    let shared = "contexts:\n- {name: shared, context: {cluster: other, user: do-nyc1-demo-admin}}\n";
    let text = fs::read_to_string(caller.path("config")).unwrap().replace("contexts:\n", shared);
    caller.file("config", &text);
    let before = caller.kubeconfig("config");
    let ran = caller.fetch(&[&fetch[..], &["--renew"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let after = caller.kubeconfig("config");
    assert_eq!(entry(&after, "users", "do-nyc1-demo-admin"), entry(&before, "users", "do-nyc1-demo-admin"));
    assert_eq!(names(&after, "users"), ["do-nyc1-demo-admin", "do-nyc1-demo-admin-2"]);
}

#[test]
fn a_file_that_cannot_be_written_is_found_before_anything_is_sent() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    caller.file("read-only", MINE);
    set_mode(&caller.path("read-only"), 0o400);
    let ran = caller.fetch(&["digitalocean", TOKEN, "--kubeconfig", "read-only"]);
    assert_eq!((ran.code, ran.out.as_str()), (5, ""));
    assert!(ran.err.contains("read-only: is read-only, and is left as it is; allow writing"), "{}", ran.err);
    let ran = caller.fetch(&["digitalocean", TOKEN, "--kubeconfig", "read-only/config"]);
    assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{}", ran.err);
    assert_eq!(fs::read_to_string(caller.path("read-only")).unwrap(), MINE);
    // The first request that comes is this one.
    caller.fetch(&["digitalocean", CERTIFICATE, "--print"]);
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(CERTIFICATE));
}

/// Whatever the path, and before anything is sent: what is fetched would be lost, or what was there.
#[test]
fn a_file_that_is_used_is_not_written_over() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    for (name, text) in [("config", MINE), ("token", "planted-api-token\n"), ("ids", TOKEN)] {
        caller.file(name, text);
    }
    caller.file("variables", "DIGITALOCEAN_ACCESS_TOKEN=planted-api-token\n");
    std::os::unix::fs::symlink(caller.path("config"), caller.path("link")).unwrap();
    fs::create_dir(caller.path("folder")).unwrap();
    let stored = format!("folder/accessinfo-{TOKEN}.json");
    caller.file(&stored, "[]");
    let kubeconfig = ["digitalocean", TOKEN, "--kubeconfig"];
    for (options, part) in [
        (&["config", "--report", "json=config"][..], "--report: config is the file of --kubeconfig as well"),
        (&["config", "--report", "human=./folder/../link"], "is the file of --kubeconfig as well"),
        (&["new", "--report", "json=new"], "--report: new is the file of --kubeconfig as well"),
        (&["new", "--token-file", "token", "--report", "json=token"], "is the file of --token-file as well"),
        (&["new", "--credentials-file", "variables", "--report", "json=variables"], "of --credentials-file as well"),
        (&["new", "--from", "ids", "--report", "json=ids"], "is the file of --from as well"),
        (&["./ids", "--from", "ids"], "--kubeconfig: ./ids is the file of --from as well"),
    ] {
        // An id that is named twice is refused.
        let fetch: Vec<&str> = if options.contains(&"--from") {
            [&["digitalocean", "--kubeconfig"], options].concat()
        } else {
            [&kubeconfig, options].concat()
        };
        let before: Vec<_> = caller.files(".").iter().map(|name| fs::read(caller.path(name)).ok()).collect();
        let ran = caller.fetch(&fetch);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{options:?}: {}", ran.err);
        assert!(ran.err.contains(part) && ran.err.contains("nothing was sent"), "{options:?}: {}", ran.err);
        let after: Vec<_> = caller.files(".").iter().map(|name| fs::read(caller.path(name)).ok()).collect();
        assert_eq!(before, after, "{options:?}");
    }
    let report = format!("json={stored}");
    let ran = caller.fetch(&["ucs", TOKEN, "--save", "folder", "--report", &report]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("is in the folder for answers"), "{}", ran.err);
    assert_eq!(fs::read_to_string(caller.path(&stored)).unwrap(), "[]");
    // The first request that comes is this one.
    caller.fetch(&["digitalocean", CERTIFICATE, "--print"]);
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(CERTIFICATE));
}

#[test]
fn a_lock_is_waited_for_before_anything_is_sent() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    caller.file("config.lock", "");
    let mut child = caller.spawn(&["fetch", "digitalocean", TOKEN, "--kubeconfig", "config"]);
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("config.lock") && line.contains("waiting"), "{line}");
    // Not INT: a shell has what it starts in the background ignore that.
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().signal(), Some(15), "it ends the wait");
    assert_eq!(caller.files("."), ["config.lock"]);
    // The first request that comes is this one.
    caller.fetch(&["digitalocean", CERTIFICATE, "--print"]);
    assert!(exchange(&serving)["target"].as_str().unwrap().contains(CERTIFICATE));
}

#[test]
fn what_cannot_be_written_after_all_is_said_with_the_way_to_have_it() {
    let serving = planted(&[]);
    let caller = Caller::of(&serving);
    // No folder can be made there, which nobody knows before.
    let ran = caller.fetch(&["digitalocean", TOKEN, "--kubeconfig", "/proc/kubeproof/config", "--report", "json=-"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for part in [
        "/proc/kubeproof: cannot make the folder",
        "/proc/kubeproof/config: nothing of what was fetched is in it; correct this and fetch again, or fetch with --print",
    ] {
        assert!(ran.err.contains(part), "`{part}` is not in: {}", ran.err);
    }
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["kubeconfig"]["result"], "failed");
}
