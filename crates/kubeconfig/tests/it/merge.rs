//! Merging: both ways of meeting a name that is taken.

use kubeproof_kubeconfig::{
    Action, Entry, FindingCode, Kubeconfig, MergeErrorKind, MergePolicy, Merged, OnCollision, merge, merge_first_wins,
};

/// A kubeconfig from short notation: clusters as `name=server`, users as `name=token`, contexts as `name=cluster/user`.
pub(crate) fn config(current: &str, clusters: &[&str], users: &[&str], contexts: &[&str]) -> Kubeconfig {
    let entries = |list: &[&str], of: fn(&str, &str) -> String| {
        let entry = |text: &&str| text.split_once('=').map(|(name, value)| of(name, value)).unwrap();
        list.iter().map(entry).collect::<Vec<_>>().join(", ")
    };
    let clusters = entries(clusters, |name, server| format!("{{name: {name}, cluster: {{server: {server}}}}}"));
    let users = entries(users, |name, token| format!("{{name: {name}, user: {{token: {token}}}}}"));
    let contexts = entries(contexts, |name, of| {
        let (cluster, user) = of.split_once('/').unwrap();
        format!("{{name: {name}, context: {{cluster: {cluster}, user: {user}}}}}")
    });
    let text =
        format!("current-context: '{current}'\nclusters: [{clusters}]\nusers: [{users}]\ncontexts: [{contexts}]\n");
    Kubeconfig::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn changes(merged: &Merged) -> Vec<String> {
    merged.changes.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check(base: &Kubeconfig, new: &Kubeconfig, expected: &Kubeconfig, expected_changes: &[&str]) {
    let merged = merge(base, new);
    assert_eq!(merged.kubeconfig.to_yaml().unwrap(), expected.to_yaml().unwrap());
    assert_eq!(changes(&merged), expected_changes);
    // Every context of both is there with what it referred to.
    for name in base.contexts.iter().map(|entry| &entry.name) {
        let (before, after) = (base.context(name), merged.kubeconfig.context(name));
        if let Ok(before) = before {
            assert_eq!(after.unwrap(), before);
        }
    }
    let again = merge(&merged.kubeconfig, new);
    assert_eq!(again.kubeconfig, merged.kubeconfig, "merging again changes something");
    assert!(again.changes.iter().all(|change| change.action != Action::Added), "{:?}", again.changes);
}

/// client-go compares with `reflect.DeepEqual`, to which an empty list is not none.
#[test]
fn an_empty_list_is_not_none() {
    let of = |user: &str| Kubeconfig::parse(&format!("users: [{{name: a, user: {{{user}}}}}]")).unwrap();
    for (empty, none) in [
        ("exec: {command: c, args: []}", "exec: {command: c}"),
        ("exec: {command: c, env: []}", "exec: {command: c, env: null}"),
        ("auth-provider: {config: {}}", "auth-provider: {}"),
        ("as-user-extra: {a: []}", "as-user-extra: {a: }"),
    ] {
        assert_ne!(of(empty), of(none));
        let merged = merge(&of(empty), &of(none));
        assert_eq!(changes(&merged), [r#"user "a": renamed to "a-2", since the name is taken by another"#]);
        assert_eq!(merge(&merged.kubeconfig, &of(none)).kubeconfig, merged.kubeconfig);
        assert_eq!(changes(&merge(&of(empty), &of(empty))), [r#"user "a": unchanged"#]);
    }
}

#[test]
fn entries_without_collision_are_added() {
    let base = config("a", &["k1=s1"], &["u1=t1"], &["a=k1/u1"]);
    let new = config("b", &["k2=s2"], &["u2=t2"], &["b=k2/u2"]);
    check(
        &base,
        &new,
        &config("a", &["k1=s1", "k2=s2"], &["u1=t1", "u2=t2"], &["a=k1/u1", "b=k2/u2"]),
        &[
            "cluster \"k2\": added",
            "user \"u2\": added",
            "context \"b\": added",
            "current context \"b\": not made current, since another one is",
        ],
    );
    check(
        &Kubeconfig::default(),
        &new,
        &new,
        &["cluster \"k2\": added", "user \"u2\": added", "context \"b\": added", "current context \"b\": added"],
    );
    check(&base, &Kubeconfig::default(), &base, &[]);
    check(
        &base,
        &base,
        &base,
        &[
            "cluster \"k1\": unchanged",
            "user \"u1\": unchanged",
            "context \"a\": unchanged",
            "current context \"a\": unchanged",
        ],
    );
}

#[test]
fn what_collides_is_renamed_with_its_references() {
    let base = config("a", &["k=s1"], &["u=t1"], &["a=k/u"]);
    // The same cluster, another user of the same name.
    check(
        &base,
        &config("", &["k=s1"], &["u=t2"], &["a=k/u"]),
        &config("a", &["k=s1"], &["u=t1", "u-2=t2"], &["a=k/u", "a-2=k/u-2"]),
        &[
            "cluster \"k\": unchanged",
            "user \"u\": renamed to \"u-2\", since the name is taken by another",
            "context \"a\": renamed to \"a-2\", since the name is taken by another",
        ],
    );
    // Everything collides, and the new names are taken too, in the base and in the new one.
    check(
        &config("a", &["k=s1", "k-2=s2"], &["u=t1"], &["a=k/u"]),
        &config("a", &["k=s3"], &["u=t3", "u-2=t4"], &["a=k/u", "b=k/u-2"]),
        &config(
            "a",
            &["k=s1", "k-2=s2", "k-3=s3"],
            &["u=t1", "u-3=t3", "u-2=t4"],
            &["a=k/u", "a-2=k-3/u-3", "b=k-3/u-2"],
        ),
        &[
            "cluster \"k\": renamed to \"k-3\", since the name is taken by another",
            "user \"u\": renamed to \"u-3\", since the name is taken by another",
            "user \"u-2\": added",
            "context \"a\": renamed to \"a-2\", since the name is taken by another",
            "context \"b\": added",
            "current context \"a\": not made current, since another one is",
        ],
    );
    // The base has no current context: the new one's, under its new name.
    let merged = merge(&config("", &["k=s1"], &["u=t1"], &["a=k/u"]), &config("a", &["k=s2"], &["u=t1"], &["a=k/u"]));
    assert_eq!(merged.kubeconfig.current_context, "a-2");
    assert_eq!(merged.kubeconfig.current().unwrap().cluster.server, "s2");
}

#[test]
fn no_credential_goes_to_another_cluster_by_name_alone() {
    // A context of the base refers to a user that it does not define; one of that name comes along.
    check(
        &config("a", &["k=s1"], &[], &["a=k/u"]),
        &config("", &["k2=s2"], &["u=t2"], &["b=k2/u"]),
        &config("a", &["k=s1", "k2=s2"], &["u-2=t2"], &["a=k/u", "b=k2/u-2"]),
        &[
            "cluster \"k2\": added",
            "user \"u\": renamed to \"u-2\", since the name is referred to by what is there already, where nothing has it",
            "context \"b\": added",
        ],
    );
    // The other way round it is announced.
    let merged = merge(&config("a", &["k=s1"], &["u=t1"], &["a=k/u"]), &config("", &["k2=s2"], &[], &["b=k2/u"]));
    assert_eq!(changes(&merged)[2], "context \"b\": uses user \"u\" of the file that it is merged into");
}

#[test]
fn extensions_and_unknown_fields() {
    let parse = |text: &str| Kubeconfig::parse(text).unwrap();
    let base =
        parse("x: 1\npreferences: {extensions: [{name: p, extension: 1}]}\nextensions: [{name: e, extension: 1}]\n");
    let new = parse(
        "x: 2\nz: 3\npreferences: {colors: true}\nextensions: [{name: e, extension: 2}, {name: f, extension: 3}]\n",
    );
    let merged = merge(&base, &new);
    let expected = parse(
        "x: 1\nz: 3\npreferences: {colors: true, extensions: [{name: p, extension: 1}]}\nextensions: [{name: e, extension: 1}, {name: f, extension: 3}]\n",
    );
    assert_eq!(merged.kubeconfig, expected);
    let actions: Vec<_> =
        merged.changes.iter().map(|change| (change.entry, change.name.as_str(), &change.action)).collect();
    assert_eq!(
        actions,
        [
            (Entry::Preference, "colors", &Action::Added),
            (Entry::Extension, "e", &Action::Shadowed),
            (Entry::Extension, "f", &Action::Added),
            (Entry::UnknownField, "x", &Action::Shadowed),
            (Entry::UnknownField, "z", &Action::Added),
        ]
    );
}

/// client-go's tests of loading several files (`loader_test.go`), in our own words.
#[test]
fn first_wins_as_in_client_go() {
    let first = config("", &["cow=s1"], &["red=t1"], &["federal=cow/red"]);
    let second = config("federal", &["cow=s2", "donkey=s3"], &["red=t2", "yellow=t3"], &[]);
    let merged = merge_first_wins(&first, &second);
    let expected = config("federal", &["cow=s1", "donkey=s3"], &["red=t1", "yellow=t3"], &["federal=cow/red"]);
    assert_eq!(merged.kubeconfig, expected);
    assert_eq!(
        changes(&merged),
        [
            "cluster \"cow\": left out, since the name is taken by another",
            "cluster \"donkey\": added",
            "user \"red\": left out, since the name is taken by another",
            "user \"yellow\": added",
            "current context \"federal\": added",
        ]
    );
    let others = [
        config("", &["pig=s4"], &["black=t4"], &["queen-anne=pig/black"]),
        config("", &["horse=s5"], &["green=t5"], &["shaker=horse/green"]),
        config("", &["chicken=s6"], &["blue=t6"], &["gothic=chicken/blue"]),
    ];
    let all = others.iter().fold(first.clone(), |base, new| merge_first_wins(&base, new).kubeconfig);
    assert_eq!(
        all,
        config(
            "",
            &["cow=s1", "pig=s4", "horse=s5", "chicken=s6"],
            &["red=t1", "black=t4", "green=t5", "blue=t6"],
            &["federal=cow/red", "queen-anne=pig/black", "shaker=horse/green", "gothic=chicken/blue"],
        )
    );
    let conflicting = merge_first_wins(&config("any", &[], &[], &[]), &config("different", &[], &[], &[]));
    assert_eq!(conflicting.kubeconfig.current_context, "any");
    // Whole entries: no field of the second is added to the first.
    let parse = |text: &str| Kubeconfig::parse(text).unwrap();
    let merged = merge_first_wins(
        &parse("users: [{name: u, user: {token: t}}]\n"),
        &parse("users: [{name: u, user: {username: admin}}]\n"),
    );
    assert_eq!(merged.kubeconfig.users[0].user.username, None);
}

pub(crate) fn parse(text: &str) -> Kubeconfig {
    Kubeconfig::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_name_that_is_taken_is_refused_when_asked_for() {
    let base = config("a", &["k=s1"], &["u=t1"], &["a=k/u"]);
    let policy = MergePolicy::new(OnCollision::Refuse);
    for (new, expected) in [
        (base.clone(), &[][..]),
        (config("b", &["k=s1"], &["v=t1"], &["b=k/v"]), &[]),
        (config("", &["k=s2"], &["u=t1"], &["b=k/u"]), &[r#"cluster "k""#]),
        (config("", &["k=s1"], &["u=t2"], &["a=k/u"]), &[r#"user "u""#, r#"context "a""#]),
        (config("", &["k=s1"], &["u=t1", "v=t1"], &["a=k/v"]), &[r#"context "a""#]),
    ] {
        match policy.merge(&base, &new) {
            Ok(merged) => {
                assert!(expected.is_empty(), "merged");
                assert_eq!(policy.merge(&merged.kubeconfig, &new).unwrap().kubeconfig, merged.kubeconfig);
            }
            Err(error) => {
                let shown: Vec<String> = error.collisions().iter().map(ToString::to_string).collect();
                assert_eq!(error.kind(), MergeErrorKind::Collision);
                assert_eq!(shown, expected);
                assert!(error.to_string().contains(&shown.join(", ")) && error.findings().is_empty(), "{error}");
                // Renamed, all of it is there.
                let merged = MergePolicy::new(OnCollision::Rename).merge(&base, &new).unwrap();
                assert_eq!(merged, merge(&base, &new));
            }
        }
    }
}

#[test]
fn what_needs_permission() {
    let base = config("a", &["k=s1"], &["u=t1"], &["a=k/u"]);
    for (new, code, path) in [
        ("users: [{name: x, user: {exec: {command: c}}}]", FindingCode::Exec, "users[0].user.exec"),
        (
            "users: [{name: x, user: {auth-provider: {name: gcp}}}]",
            FindingCode::AuthProvider,
            "users[0].user.auth-provider",
        ),
        ("users: [{name: v}, {name: x, user: {tokenFile: /t}}]", FindingCode::FileReference, "users[1].user.tokenFile"),
        (
            "clusters: [{name: x, cluster: {certificate-authority: ca}}]",
            FindingCode::FileReference,
            "clusters[0].cluster.certificate-authority",
        ),
        // A credential of the base would go to the new cluster, or one that comes along to a cluster of the base.
        (
            "{clusters: [{name: x, cluster: {server: s}}], contexts: [{name: x, context: {cluster: x, user: u}}]}",
            FindingCode::UnknownUser,
            "contexts[0].context.user",
        ),
        (
            "{users: [{name: x, user: {token: t}}], contexts: [{name: x, context: {cluster: k, user: x}}]}",
            FindingCode::UnknownCluster,
            "contexts[0].context.cluster",
        ),
    ] {
        let new = parse(new);
        for on_collision in [OnCollision::Rename, OnCollision::Refuse] {
            let policy = MergePolicy::new(on_collision);
            let error = policy.merge(&base, &new).unwrap_err();
            let found: Vec<_> = error.findings().iter().map(|finding| (finding.code, finding.path.as_str())).collect();
            assert_eq!((error.kind(), found), (MergeErrorKind::Unsafe, vec![(code, path)]));
            for other in MergePolicy::GUARDED.iter().filter(|other| **other != code) {
                assert!(policy.clone().allow(*other).merge(&base, &new).is_err());
            }
            let merged = policy.clone().allow(code).merge(&base, &new).unwrap();
            assert!(merged.changes.iter().any(|change| change.action == Action::Added));
            // What is there already needs no permission; a context that leans on the base does.
            let needs_none = !matches!(code, FindingCode::UnknownUser | FindingCode::UnknownCluster);
            assert_eq!(policy.merge(&merged.kubeconfig, &new).is_ok(), needs_none);
        }
    }
    // No permission is needed for what is dangerous in another way, or merely incomplete.
    let new = parse(
        "{clusters: [{name: x, cluster: {server: 'http://h', proxy-url: p}}], contexts: [{name: x, context: {cluster: x}}]}",
    );
    MergePolicy::new(OnCollision::Refuse).merge(&base, &new).unwrap();
}

#[test]
fn everything_of_the_base_survives() {
    let base = "
x: 1
clusters:
- {name: k, y: 1, cluster: {server: s, proxy-url: p, tls-server-name: t, z: [1], extensions: [{name: e, extension: {a: 1}}]}}
users:
- {name: u, y: 1, user: {token: t, as: a, z: 1, extensions: [{name: e, extension: 1}]}}
contexts:
- {name: c, y: 1, context: {cluster: k, user: u, namespace: ns, z: 1, extensions: [{name: e, extension: 1}]}}
current-context: c
preferences: {z: 1}
";
    let base = parse(base);
    let mut others = vec![config("c", &["k=s2"], &["u=t2"], &["c=k/u"]), config("", &[], &[], &[]), base.clone()];
    // The same names with one thing left out.
    let mut without_namespace = base.clone();
    without_namespace.contexts[0].context.namespace = None;
    let mut without_proxy = base.clone();
    without_proxy.clusters[0].cluster.proxy_url = None;
    let mut without_unknown = base.clone();
    without_unknown.users[0].user.unknown = <_>::default();
    others.extend([without_namespace, without_proxy, without_unknown]);
    for new in others {
        let merged = MergePolicy::new(OnCollision::Rename).merge(&base, &new).unwrap().kubeconfig;
        assert_eq!(merged.clusters[0], base.clusters[0]);
        assert_eq!(merged.users[0], base.users[0]);
        assert_eq!(merged.contexts[0], base.contexts[0]);
        assert_eq!((&merged.current_context, &merged.preferences), (&base.current_context, &base.preferences));
        assert_eq!(merged.unknown, base.unknown);
        for context in &new.contexts {
            let now = merged.contexts.iter().filter(|entry| entry.name.starts_with(&context.name));
            let is_there = |entry: &kubeproof_kubeconfig::NamedContext| {
                let (old, new) = (new.context(&context.name).unwrap(), merged.context(&entry.name).unwrap());
                (old.cluster, old.user, &old.context.namespace) == (new.cluster, new.user, &new.context.namespace)
            };
            assert!(now.into_iter().any(is_there), "{:?} is lost", context.name);
        }
    }
}

#[test]
fn colors_are_announced() {
    let colors = parse("preferences: {colors: true}\n");
    assert_eq!(changes(&merge(&Kubeconfig::default(), &colors)), ["preference \"colors\": added"]);
    assert_eq!(changes(&merge(&colors, &colors)), ["preference \"colors\": unchanged"]);
}

#[test]
fn a_current_context_that_nobody_defines_is_not_taken_over() {
    let base = Kubeconfig::parse("current-context: prod\n").unwrap();
    let new = Kubeconfig::parse(
        "clusters: [{name: c, cluster: {server: 'https://new.example.test'}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
",
    )
    .unwrap();
    let merged = merge(&base, &new);
    assert_eq!(merged.kubeconfig.current_context, "prod");
    assert!(merged.kubeconfig.context("prod").is_err());
    assert!(merged.kubeconfig.context("prod-2").is_ok());
    assert_eq!(merge(&merged.kubeconfig, &new).kubeconfig, merged.kubeconfig);
}
