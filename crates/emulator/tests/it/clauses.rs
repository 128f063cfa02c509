//! The clauses that the code names, against the clause files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kubeproof_emulator::providers::PROVIDERS;

/// The ids of a provider's clause file.
pub(crate) fn ids(provider: &str) -> BTreeSet<String> {
    #[derive(serde::Deserialize)]
    struct File {
        clauses: Vec<Clause>,
    }
    #[derive(serde::Deserialize)]
    struct Clause {
        id: String,
    }
    let path = root().join("../../fixtures").join(provider).join("clauses.yaml");
    let file: File = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    file.clauses.into_iter().map(|clause| clause.id).collect()
}

#[test]
fn every_clause_that_an_emulation_names_is_in_the_clause_file() {
    for &provider in PROVIDERS {
        let known = ids(provider);
        let folder = root().join("src/providers");
        let mut sources = vec![folder.join(provider).with_extension("rs")];
        let modules = folder.join(provider);
        if modules.is_dir() {
            sources.extend(fs::read_dir(modules).unwrap().map(|entry| entry.unwrap().path()));
        }
        let named: BTreeSet<String> = sources.iter().flat_map(|source| named_in(source, provider)).collect();
        let missing: Vec<&String> = named.difference(&known).collect();
        assert!(missing.is_empty(), "fixtures/{provider}/clauses.yaml has no {missing:?}");
    }
}

/// The string literals of a source file that look like clause ids of the provider.
fn named_in(source: &Path, provider: &str) -> Vec<String> {
    let text = fs::read_to_string(source).unwrap();
    let literals = text.split('"').filter(|literal| {
        literal.strip_prefix(provider).is_some_and(|rest| rest.starts_with('.'))
            && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
    });
    literals.map(str::to_owned).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
