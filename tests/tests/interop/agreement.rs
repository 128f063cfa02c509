//! Whether this crate and kubectl read the same in any document: the same accepted, the same refused, the same values.
//!
//! Documents are drawn with a seed, which is printed; `KUBEPROOF_SEED` sets another.

use std::path::Path;

use kubeproof_kubeconfig::{Disclosure, Kubeconfig, Profile, Read, ReadError, ReadErrorKind, View, WarningKind};
use serde_json::Value;

use crate::documents::{self, Document};
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
    for (reason, _) in KNOWN {
        println!("{:5} {reason}", verdicts.iter().filter(|verdict| **verdict == Verdict::Known(reason)).count());
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
    let differ = |how: String| match KNOWN.iter().find(|(_, is_known)| is_known(document, &ours, &how)) {
        Some((reason, _)) => Verdict::Known(reason),
        None => Verdict::Differ(how),
    };
    match (&theirs, &ours) {
        (Err(_), Err(_)) => Verdict::BothRefuse,
        (Err(complaint), Ok(_)) => differ(format!("only kubectl refuses: {complaint}")),
        (Ok(_), Err(error)) => differ(format!("only this crate refuses: {error}")),
        (Ok(theirs), Ok(read)) => {
            let view = read.kubeconfig.view(Disclosure::Raw);
            if *theirs == view.to_json() {
                return judge_yaml(oracle, &file, &view);
            }
            let value: Value = serde_json::from_str(theirs).expect("kubectl prints JSON");
            let how = if value == *view.as_value() { "printed" } else { "read" };
            differ(format!("{how} otherwise:\n{theirs}\n{}", view.to_json()))
        }
    }
}

/// Judges how YAML is printed, of a document that is read alike. A third of them is enough, by their length.
fn judge_yaml(oracle: &Oracle, file: &Path, view: &View) -> Verdict {
    const SHARE: usize = 3;
    let json = view.to_json();
    // kubectl makes a blank of U+0085 when it turns its JSON into YAML.
    if !json.len().is_multiple_of(SHARE) || json.contains('\u{85}') {
        return Verdict::Agree;
    }
    match (oracle.kubectl_view_yaml(file), view.to_yaml()) {
        (Ok(theirs), Ok(ours)) if theirs == ours => Verdict::Agree,
        (Err(_), Err(_)) => Verdict::Agree,
        (theirs, ours) => Verdict::Differ(format!("printed otherwise as YAML: {theirs:?}\n{ours:?}")),
    }
}

/// Takes the document, what this crate made of it, and the difference.
type IsKnown = fn(&Document, &Result<Read, ReadError>, &str) -> bool;

/// Every difference that there may be, each with what shows that it is this one.
const KNOWN: &[(&str, IsKnown)] = &[
    (
        "what kubectl refuses is read, with a warning: escapes of JSON, a tab in a line with nothing else",
        |_, read, _| {
            read.as_ref()
                .is_ok_and(|read| read.warnings.iter().any(|warning| warning.kind == WarningKind::KubectlRefuses))
        },
    ),
    ("size, depth and aliases are bounded more tightly", |_, read, _| {
        read.as_ref().is_err_and(|error| error.kind() == ReadErrorKind::Limit)
    }),
    ("an extension is there twice, first as `null`", |_, read, _| {
        says(read, ReadErrorKind::DuplicateName, "extensions[")
    }),
    ("`.nan` or `.inf` is a key", |_, read, _| says(read, ReadErrorKind::Type, "not finite")),
    ("`!!binary` is no text", |_, read, _| says(read, ReadErrorKind::Base64, "!!binary")),
    ("U+2028 or U+2029 is outside of quotes, or beside a blank", |document, read, _| {
        let has_separator = |text: &str| text.contains(['\u{2028}', '\u{2029}']);
        document.text().is_some_and(|text| has_separator(&text)) && says(read, ReadErrorKind::Syntax, "")
    }),
    ("a tab indents within brackets that are in a block", |_, read, _| {
        says(read, ReadErrorKind::Syntax, "tabs disallowed")
    }),
    ("`%` begins a line within a document", |_, read, _| says(read, ReadErrorKind::Syntax, "before directive")),
    ("what follows the document is nothing that can be read; there is a warning of it", |_, read, _| {
        read.as_ref().is_ok_and(|read| read.warnings.iter().any(|warning| warning.kind == WarningKind::IgnoredRest))
    }),
    ("a bare `-` is within brackets", |_, read, _| says(read, ReadErrorKind::Syntax, "cannot start with '-'")),
    ("right behind the document in brackets there is a bracket or a colon", |_, read, _| {
        ["misplaced bracket", "unclosed bracket", "cannot be a key"]
            .iter()
            .any(|message| says(read, ReadErrorKind::Syntax, message))
    }),
    ("a bracket is in a tag, or right behind it", |document, _, _| {
        let text = document.text().unwrap_or_default();
        let has_bracket = |word: &str| word.split_once('!').is_some_and(|(_, tag)| tag.contains(['[', ']', '{', '}']));
        text.split_whitespace().any(has_bracket)
    }),
    ("a value that another replaces has a key that is `null`", |_, read, _| {
        says(read, ReadErrorKind::Syntax, "a key is null")
    }),
    ("a tab begins a line of a text without quotes", |_, read, how| {
        read.is_ok() && how.contains("found a tab character that violates indentation")
    }),
    ("a tag in brackets is on another line than its key", |document, read, _| {
        let text = document.text().unwrap_or_default();
        let ends_with_tag = |line: &str| {
            line.rsplit([' ', ',', '{', '[']).find(|word| !word.is_empty()).is_some_and(|word| word.starts_with('!'))
        };
        read.is_ok() && text.lines().any(|line| ends_with_tag(line.trim_end()))
    }),
    ("`?` begins a value within `[]`", |_, read, _| says(read, ReadErrorKind::Syntax, "no `?`")),
    ("U+FEFF alone is a text", |document, read, _| {
        let text = document.text().unwrap_or_default();
        text.trim_start_matches(['\u{feff}', ' ', '\n']).is_empty() && read.is_ok()
    }),
    ("`#` is right behind what it comments", |_, read, _| {
        says(read, ReadErrorKind::Syntax, "comments must be separated")
    }),
];

fn says(read: &Result<Read, ReadError>, kind: ReadErrorKind, message: &str) -> bool {
    read.as_ref().is_err_and(|error| error.kind() == kind && error.to_string().contains(message))
}
