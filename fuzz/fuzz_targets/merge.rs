//! Any two kubeconfigs: the base loses nothing, merging again changes nothing, and the result can be read.
#![no_main]

use kubeproof_kubeconfig::{Kubeconfig, MergePolicy, OnCollision, merge, merge_first_wins};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Two documents with a zero byte between them, which neither may have.
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let parse = |part: Option<&[u8]>| Kubeconfig::parse_bytes(part?).ok();
    let (Some(base), Some(new)) = (parse(parts.next()), parse(parts.next())) else { return };
    for merge in [merge, merge_first_wins] {
        let merged = merge(&base, &new).kubeconfig;
        assert!(merged.clusters.starts_with(&base.clusters), "a cluster of the base is lost");
        assert!(merged.users.starts_with(&base.users), "a user of the base is lost");
        assert!(merged.contexts.starts_with(&base.contexts), "a context of the base is lost");
        assert!(base.current_context.is_empty() || merged.current_context == base.current_context);
        assert!(merge(&merged, &new).kubeconfig == merged, "merging again changes something");
        let text = merged.to_yaml().expect("what was merged can be written");
        match Kubeconfig::parse(&text) {
            Ok(again) => assert!(again == merged, "what was merged is read as something else"),
            Err(error) => assert_eq!(error.kind(), kubeproof_kubeconfig::ReadErrorKind::Limit),
        }
    }
    // Both at once, into nothing and into one of them.
    let policy =
        MergePolicy::GUARDED.iter().fold(MergePolicy::new(OnCollision::Rename), |policy, code| policy.allow(*code));
    for into in [Kubeconfig::default(), new.clone()] {
        let news = [base.clone(), new.clone()];
        let merged = policy.merge_all(&into, &news).expect("everything is allowed");
        assert!(merged.kubeconfig.users.starts_with(&into.users), "a user is lost");
        let entries: Vec<usize> =
            news.iter().map(|new| new.clusters.len() + new.users.len() + new.contexts.len()).collect();
        let told = merged.changes.iter().zip(entries).all(|(changes, entries)| changes.len() >= entries);
        assert!(told, "an entry is not told of");
        let again = policy.merge_all(&merged.kubeconfig, &news).expect("everything is allowed");
        assert!(again.kubeconfig == merged.kubeconfig, "merging again changes something");
    }
    // Renaming loses nothing of the new one either.
    let merged = merge(&base, &new).kubeconfig;
    for context in &new.contexts {
        let Ok(before) = new.context(&context.name) else { continue };
        let is_there = merged.contexts.iter().any(|entry| {
            merged.context(&entry.name).is_ok_and(|after| (before.cluster, before.user) == (after.cluster, after.user))
        });
        assert!(is_there, "a context of the new one is lost");
    }
});
