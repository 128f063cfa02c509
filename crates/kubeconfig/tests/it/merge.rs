//! Merging: both ways of meeting a name that is taken.

use kubeproof_kubeconfig::{Action, Entry, Kubeconfig, Merged, merge, merge_first_wins};

/// A kubeconfig from short notation: clusters as `name=server`, users as `name=token`, contexts as `name=cluster/user`.
fn config(current: &str, clusters: &[&str], users: &[&str], contexts: &[&str]) -> Kubeconfig {
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

fn changes(merged: &Merged) -> Vec<String> {
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
            "user \"u\": renamed to \"u-2\", since the name is taken by another",
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
