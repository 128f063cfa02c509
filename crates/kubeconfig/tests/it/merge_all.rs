//! Merging several kubeconfigs at once, and again.

use std::path::Path;

use kubeproof_kubeconfig::{
    Action, Entry, FindingCode, Kubeconfig, MergeErrorKind, MergePolicy, MergedAll, Occupied, OnCollision, merge,
};

use crate::merge::{changes, config, parse};

/// What became of the entries of each, but for those that were there.
fn said(merged: &MergedAll) -> Vec<Vec<String>> {
    let is_news = |action: &Action| !matches!(action, Action::Unchanged | Action::UnchangedAs { .. });
    let of_one = |changes: &Vec<kubeproof_kubeconfig::Change>| {
        changes.iter().filter(|change| is_news(&change.action)).map(ToString::to_string).collect()
    };
    merged.changes.iter().map(of_one).collect()
}

#[track_caller]
fn check(base: &Kubeconfig, news: &[Kubeconfig], expected: &Kubeconfig, expected_changes: &[&[&str]]) {
    let policy = MergePolicy::new(OnCollision::Rename);
    let merged = policy.merge_all(base, news).unwrap();
    assert_eq!(merged.kubeconfig.to_yaml().unwrap(), expected.to_yaml().unwrap());
    assert_eq!(said(&merged), expected_changes);
    let again = policy.merge_all(&merged.kubeconfig, news).unwrap();
    assert_eq!(again.kubeconfig, merged.kubeconfig, "merging again changes something");
    let added =
        again.changes.iter().flatten().any(|change| matches!(change.action, Action::Added | Action::Renamed { .. }));
    assert!(!added, "{:?}", again.changes);
}

/// As with the files of `KUBECONFIG`, the one that uses and the one that defines in any order.
#[test]
fn what_one_refers_to_another_defines() {
    let uses = config("", &[], &[], &["c=k/u"]);
    let defines = config("", &["k=s"], &["u=t"], &[]);
    let none = Kubeconfig::default();
    let together = config("", &["k=s"], &["u=t"], &["c=k/u"]);
    check(
        &none,
        &[uses.clone(), defines.clone()],
        &together,
        &[&[r#"context "c": added"#], &[r#"cluster "k": added"#, r#"user "u": added"#]],
    );
    check(
        &none,
        &[defines.clone(), uses.clone()],
        &together,
        &[&[r#"cluster "k": added"#, r#"user "u": added"#], &[r#"context "c": added"#]],
    );
    // Where the file has the names for something else, all of it is renamed together.
    check(
        &config("", &["k=other"], &["u=other"], &[]),
        &[uses, defines],
        &config("", &["k=other", "k-2=s"], &["u=other", "u-2=t"], &["c=k-2/u-2"]),
        &[
            &[r#"context "c": added"#],
            &[
                r#"cluster "k": renamed to "k-2", since the name is taken by another"#,
                r#"user "u": renamed to "u-2", since the name is taken by another"#,
            ],
        ],
    );
}

#[test]
fn names_that_the_new_ones_share() {
    let one = config("a", &["k=s1"], &["u=t"], &["a=k/u"]);
    let two = config("a", &["k=s2"], &["u=t"], &["a=k/u"]);
    check(
        &Kubeconfig::default(),
        &[one.clone(), two.clone()],
        &config("a", &["k=s1", "k-2=s2"], &["u=t"], &["a=k/u", "a-2=k-2/u"]),
        &[
            &[r#"cluster "k": added"#, r#"user "u": added"#, r#"context "a": added"#, r#"current context "a": added"#],
            &[
                r#"cluster "k": renamed to "k-2", since the name is taken by another"#,
                r#"context "a": renamed to "a-2", since the name is taken by another"#,
                r#"current context "a": not made current, since another one is"#,
            ],
        ],
    );
    let error = MergePolicy::new(OnCollision::Refuse).merge_all(&Kubeconfig::default(), &[one, two]).unwrap_err();
    assert_eq!((error.kind(), error.place(), error.collisions().len()), (MergeErrorKind::Collision, 1, 2), "{error}");
}

/// Everything that is said of each, what was there included.
#[track_caller]
fn check_in_full(policy: &MergePolicy, base: &Kubeconfig, news: &[Kubeconfig], expected: &[&[&str]]) {
    let merged = policy.merge_all(base, news).unwrap();
    let said = |changes: &Vec<kubeproof_kubeconfig::Change>| changes.iter().map(ToString::to_string).collect();
    let said: Vec<Vec<String>> = merged.changes.iter().map(said).collect();
    assert_eq!(said, expected);
}

/// What became of an entry first, when those that come are put together, and then, when they come to the base.
#[test]
fn what_became_of_each_is_told_in_the_end() {
    let rename = MergePolicy::new(OnCollision::Rename);
    let of = |server: &str| config("", &[&format!("k={server}")], &[], &[]);
    const IS_K_2: &str = r#"cluster "k": unchanged, and is there as "k-2""#;
    let renamed = |to: &str| format!(r#"cluster "k": renamed to "{to}", since the name is taken by another"#);
    // The base has the name, and one of those that come has the next one.
    let news = [of("s1"), of("s2"), of("s2")];
    check_in_full(&rename, &of("s2"), &news, &[&[&renamed("k-3")], &[&renamed("k-2")], &[IS_K_2]]);
    // All of it is there from before.
    let there = config("", &["k=s1", "k-2=s2"], &[], &[]);
    check_in_full(&rename, &there, &[of("s1"), of("s2")], &[&[r#"cluster "k": unchanged"#], &[IS_K_2]]);
    // The same twice, where the base has the name.
    check_in_full(&rename, &of("other"), &[of("s1"), of("s1")], &[&[&renamed("k-2")], &[IS_K_2]]);
    // A current context that was renamed, beside one that is current, and where it is current already.
    let (a, b) = (config("", &[], &[], &["a=k/u"]), config("a", &[], &[], &["a=k/v"]));
    check_in_full(
        &rename,
        &config("z", &[], &[], &["z=k/u"]),
        &[a.clone(), b.clone()],
        &[
            &[r#"context "a": added"#],
            &[
                r#"context "a": renamed to "a-2", since the name is taken by another"#,
                r#"current context "a": not made current, since another one is"#,
            ],
        ],
    );
    let once = rename.merge_all(&Kubeconfig::default(), &[a.clone(), b.clone()]).unwrap();
    assert_eq!(once.kubeconfig.current_context, "a-2");
    check_in_full(
        &rename,
        &once.kubeconfig,
        &[a, b],
        &[
            &[r#"context "a": unchanged"#],
            &[r#"context "a": unchanged, and is there as "a-2""#, r#"current context "a": unchanged"#],
        ],
    );
    // A context that leans on the base, beside an entry that has its name.
    let leaning = config("", &["c=s"], &[], &["c=c/mine"]);
    check_in_full(
        &rename.allow(FindingCode::UnknownUser),
        &config("", &[], &["mine=t"], &[]),
        &[leaning],
        &[&[
            r#"cluster "c": added"#,
            r#"context "c": added"#,
            r#"context "c": uses user "mine" of the file that it is merged into"#,
        ]],
    );
}

#[test]
fn the_one_that_is_refused_is_told() {
    let good = config("", &["k=s"], &[], &[]);
    let exec = parse("users: [{name: a}, {name: x, user: {exec: {command: c}}}]");
    let policy = MergePolicy::new(OnCollision::Rename);
    let error = policy.merge_all(&Kubeconfig::default(), &[good, exec.clone()]).unwrap_err();
    assert_eq!((error.place(), error.findings()[0].path.as_str()), (1, "users[1].user.exec"));
    let error = policy.merge_all(&Kubeconfig::default(), &[exec.clone(), Kubeconfig::default()]).unwrap_err();
    assert_eq!(error.place(), 0);
    // What the file has under another name needs no permission either.
    let base = parse("users: [{name: x, user: {token: t}}, {name: x-2, user: {exec: {command: c}}}, {name: a}]");
    policy.merge(&base, &exec).unwrap();
    // A context that leans on an entry of the file is refused, however many come.
    let leaning = config("", &["x=s"], &[], &["x=x/mine"]);
    let error = policy.merge_all(&config("", &[], &["mine=t"], &[]), &[Kubeconfig::default(), leaning]).unwrap_err();
    assert_eq!((error.place(), error.findings()[0].code), (1, FindingCode::UnknownUser));
}

#[test]
fn what_is_there_under_another_name_is_unchanged() {
    let (base, new) = (config("a", &["k=s1"], &["u=t1"], &["a=k/u"]), config("", &["k=s2"], &["u=t1"], &["a=k/u"]));
    let once = merge(&base, &new);
    let twice = merge(&once.kubeconfig, &new);
    assert_eq!(
        changes(&twice),
        [
            r#"cluster "k": unchanged, and is there as "k-2""#,
            r#"user "u": unchanged"#,
            r#"context "a": unchanged, and is there as "a-2""#
        ]
    );
}

/// What `kubectl config delete-context` leaves behind, and the context comes back.
#[test]
fn a_name_that_is_referred_to_can_be_filled() {
    let base = config("prod", &[], &[], &[]);
    let new = config("", &["k=s"], &["u=t"], &["prod=k/u"]);
    let policy = MergePolicy::new(OnCollision::Rename);
    let merged = policy.merge(&base, &new).unwrap();
    let of_context = merged.changes.iter().find(|change| change.entry == Entry::Context).unwrap();
    let to = "prod-2".to_owned();
    assert_eq!(of_context.action, Action::Renamed { to, because: Occupied::ReferredTo });
    let merged = policy.allow(FindingCode::UnknownContext).merge(&base, &new).unwrap();
    assert_eq!(merged.kubeconfig.current().unwrap().cluster.server, "s");
    // The same for a user and a cluster.
    let base = config("", &[], &[], &["c=k/u"]);
    let policy = MergePolicy::new(OnCollision::Refuse);
    let new = config("", &["k=s"], &["u=t"], &[]);
    let error = policy.merge(&base, &new).unwrap_err();
    assert!(error.to_string().contains("taken by other entries, or referred to already: cluster \"k\", user \"u\""));
    let policy = policy.allow(FindingCode::UnknownCluster).allow(FindingCode::UnknownUser);
    assert!(policy.merge(&base, &new).unwrap().kubeconfig.context("c").is_ok());
}

/// Five are named, and the rest is counted.
#[test]
fn a_long_list_of_collisions_is_cut() {
    for (count, end) in [
        (1, r#"cluster "k1"; rename them"#),
        (5, r#"cluster "k4", cluster "k5"; rename them"#),
        (6, r#"cluster "k5" and 1 more; rename them"#),
        (8, r#"cluster "k5" and 3 more; rename them"#),
    ] {
        let of = |server: &str| {
            let clusters: Vec<String> = (1..=count).map(|number| format!("k{number}={server}")).collect();
            config("", &clusters.iter().map(String::as_str).collect::<Vec<_>>(), &[], &[])
        };
        let error = MergePolicy::new(OnCollision::Refuse).merge(&of("s"), &of("t")).unwrap_err();
        assert!(error.to_string().contains(end), "{error}");
    }
}

#[test]
fn what_would_be_left_out_is_refused_too() {
    let policy = MergePolicy::new(OnCollision::Refuse);
    for (base, new, expected) in [
        ("extensions: [{name: e, extension: 1}]", "extensions: [{name: e, extension: 2}]", r#"extension "e""#),
        ("x: 1", "x: 2", r#"field "x""#),
        (
            "preferences: {extensions: [{name: p, extension: 1}]}",
            "preferences: {extensions: [{name: p, extension: 2}]}",
            r#"extension "p""#,
        ),
    ] {
        let error = policy.merge(&parse(base), &parse(new)).unwrap_err();
        assert_eq!(error.collisions()[0].to_string(), expected);
        policy.merge(&parse(base), &parse(base)).unwrap();
    }
    // A current context is no name that is taken.
    policy.merge(&config("a", &[], &[], &["a=k/u"]), &config("b", &[], &[], &["b=k/u"])).unwrap();
}

#[test]
fn paths_are_spelt_as_the_file_spells_them() {
    let base = parse(
        "
clusters: [{name: k, cluster: {server: s, certificate-authority: ca.pem}}]
users:
- {name: u, user: {tokenFile: ./sub/../tok}}
- {name: p, user: {exec: {command: ./plug}}}
- {name: q, user: {exec: {command: plug}}}
",
    );
    let resolved = parse(
        "
clusters: [{name: k, cluster: {server: s, certificate-authority: /d/ca.pem}}, {name: l, cluster: {certificate-authority: /d/ca.pem}}]
users:
- {name: other, user: {tokenFile: /d/tok}}
- {name: p, user: {exec: {command: /d/plug}}}
- {name: q, user: {exec: {command: /d/plug}}}
- {name: u, user: {tokenFile: /e/tok}}
",
    );
    let spelt = resolved.with_paths_as_in(&base, Path::new("/d"));
    assert_eq!(spelt.clusters[0], base.clusters[0]);
    assert_eq!(spelt.clusters[1], resolved.clusters[1], "it differs in more than the spelling");
    assert_eq!(spelt.users[0].user, base.users[0].user);
    assert_eq!((&spelt.users[1].user, &spelt.users[2].user), (&base.users[1].user, &base.users[1].user));
    assert_eq!(spelt.users[3], resolved.users[3]);
}
