//! Whether this crate and kubectl read the same in any document: the same accepted, the same refused, the same values.
//!
//! Documents are drawn with a seed, which is printed; `KUBEPROOF_SEED` sets another.

use std::path::Path;

use kubeproof_kubeconfig::{Disclosure, Kubeconfig, Profile, View};
use serde_json::Value;

use crate::documents::{self, Document};
use crate::known::{Difference, KNOWN, Seen};
use crate::oracle::Oracle;

const DEFAULT_SEED: u64 = 20_261_123;
const DRAWN: usize = 2_400;
const THREADS: usize = 2;

#[test]
fn kubectl_and_this_crate_read_the_same() {
    let seed = std::env::var("KUBEPROOF_SEED").ok().map_or(DEFAULT_SEED, |seed| seed.parse().expect("a number"));
    let drawn = std::env::var("KUBEPROOF_DOCUMENTS").ok().map_or(DRAWN, |count| count.parse().expect("a number"));
    println!("seed {seed}");
    let documents: Vec<Document> = documents::hostile().into_iter().chain(documents::drawn(seed, drawn)).collect();
    let mut verdicts = vec![Verdict::Agree; documents.len()];
    let share = documents.len().div_ceil(THREADS);
    std::thread::scope(|scope| {
        for (documents, verdicts) in documents.chunks(share).zip(verdicts.chunks_mut(share)) {
            scope.spawn(move || {
                let oracle = Oracle::new();
                for (document, verdict) in documents.iter().zip(verdicts) {
                    *verdict = judge(&oracle, document);
                }
            });
        }
    });
    let of = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| wanted(verdict)).count();
    println!(
        "{} documents: {} read alike, {} refused alike, {} known to differ",
        documents.len(),
        of(|verdict| *verdict == Verdict::Agree),
        of(|verdict| *verdict == Verdict::BothRefuse),
        of(|verdict| matches!(verdict, Verdict::Known(_))),
    );
    for known in KNOWN {
        let count = verdicts.iter().filter(|verdict| **verdict == Verdict::Known(known.reason)).count();
        println!("{count:5} {}", known.reason);
    }
    let differences: Vec<String> = documents
        .iter()
        .zip(&verdicts)
        .filter_map(|(document, verdict)| match verdict {
            Verdict::Differ(how) => Some(format!("{document:?}\n  {how}")),
            _ => None,
        })
        .collect();
    assert!(
        differences.is_empty(),
        "seed {seed}: {} documents are read otherwise:\n{}",
        differences.len(),
        differences.join("\n")
    );
    // Each is met: what is no difference any more is not in the list.
    let unmet = KNOWN.iter().filter(|known| !verdicts.contains(&Verdict::Known(known.reason)));
    assert_eq!(unmet.map(|known| known.reason).collect::<Vec<_>>(), [""; 0]);
    // That the documents are worth something: neither side is the rule.
    let refused = of(|verdict| *verdict == Verdict::BothRefuse);
    assert!((documents.len() / 10..documents.len() * 9 / 10).contains(&refused), "{refused} were refused");
}

#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    Agree,
    BothRefuse,
    Known(&'static str),
    Differ(String),
}

fn judge(oracle: &Oracle, document: &Document) -> Verdict {
    let file = oracle.file("document", &document.0);
    let theirs = oracle.kubectl_view_text(&file);
    let ours = Kubeconfig::read(&document.0, Profile::Kubectl);
    let (difference, how) = match (&theirs, &ours) {
        (Err(_), Err(_)) => return Verdict::BothRefuse,
        (Err(complaint), Ok(_)) => (Difference::OnlyKubectlRefuses, format!("only kubectl refuses: {complaint}")),
        (Ok(_), Err(error)) => (Difference::OnlyThisRefuses, format!("only this crate refuses: {error}")),
        (Ok(theirs), Ok(read)) => {
            let view = read.kubeconfig.view(Disclosure::Raw);
            let printed = view.to_json();
            if *theirs == printed {
                return judge_printed(oracle, &file, &read.kubeconfig, &view);
            }
            let value: Value = serde_json::from_str(theirs).expect("kubectl prints JSON");
            let difference = if value == *view.as_value() { Difference::Printed } else { Difference::Read };
            (difference, format!("{difference:?} otherwise:\n{theirs}\n{printed}"))
        }
    };
    let seen = Seen { document, read: &ours };
    match KNOWN.iter().find(|known| known.difference == difference && (known.is_in)(&seen)) {
        Some(known) => Verdict::Known(known.reason),
        None => Verdict::Differ(how),
    }
}

/// Judges what is made of a document that is read alike: how it is printed as YAML, and whether kubectl reads the same in
/// what is written. A third of them each is enough, by their length.
fn judge_printed(oracle: &Oracle, file: &Path, kubeconfig: &Kubeconfig, view: &View) -> Verdict {
    let json = view.to_json();
    match json.len() % 3 {
        // kubectl makes a blank of U+0085 when it turns its JSON into YAML.
        0 if !json.contains('\u{85}') => match (oracle.kubectl_view_yaml(file), view.to_yaml()) {
            (Ok(theirs), Ok(ours)) if theirs == ours => Verdict::Agree,
            (Err(_), Err(_)) => Verdict::Agree,
            (theirs, ours) => Verdict::Differ(format!("printed otherwise as YAML: {theirs:?}\n{ours:?}")),
        },
        1 => {
            let written = kubeconfig.to_yaml().expect("it can be written");
            match oracle.kubectl_view_text(&oracle.file("written", &written)) {
                Ok(theirs) if theirs == json => Verdict::Agree,
                theirs => Verdict::Differ(format!("written otherwise: {theirs:?}\n{written}")),
            }
        }
        _ => Verdict::Agree,
    }
}
