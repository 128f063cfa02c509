//! `docs/emulations/`: a page for each provider, and what of it is made of the data.

use std::fmt::Write as _;
use std::process::Command;

use kubeproof::conformance::{Clause, Provenance, ProviderSuite, Suite};
use kubeproof::emulator::providers::PROVIDERS;

use crate::generated::{self, escaped};
use crate::markdown::{self, anchor};
use crate::page::{Page, root};
use crate::reference::by_provenance;

#[test]
fn every_emulation_has_a_page_that_is_true_of_the_data() {
    let suite = Suite::embedded().unwrap();
    for provider in suite.providers() {
        let name = format!("docs/emulations/{}.md", provider.name);
        assert!(
            root().join(&name).exists(),
            "{name} is missing: say what of the provider is documented, seen and guessed, and what is not emulated, with the \
             parts that are made of the data, as in docs/emulations/ucs.md; and name it in docs/SUMMARY.md"
        );
        for (part, text) in [
            ("known", known(provider)),
            ("inferred", inferred(provider)),
            ("hidden", hidden(provider)),
            ("world", world(provider.name)),
        ] {
            generated::part(&name, part, &text);
        }
    }
}

/// Whether a clause is about the provider, and not about what a client should make of it.
fn is_of_the_provider(clause: &Clause) -> bool {
    !clause.id.contains(".client.")
}

fn known(provider: &ProviderSuite) -> String {
    let (ours, clients): (Vec<&Clause>, Vec<&Clause>) =
        provider.clauses.iter().partition(|clause| is_of_the_provider(clause));
    let of = |clauses: &[&Clause]| by_provenance(clauses.iter().map(|clause| clause.provenance));
    let name = provider.name;
    let mut text = format!(
        "[{} clauses](../reference/clauses/{name}.md) are about the provider: {}. {} more are about what a client has to make of it: {}. \
         [{} cases](../reference/cases/{name}.md) judge by them.\n\nIts editions:\n\n",
        ours.len(),
        of(&ours),
        clients.len(),
        of(&clients),
        provider.cases.len(),
    );
    // Writing to a String does not fail.
    for (date, note) in &provider.editions {
        let _ = writeln!(text, "- `{name}@{date}`: {}", escaped(note));
    }
    text
}

fn linked(provider: &str, clause: &Clause) -> String {
    format!("[{}](../reference/clauses/{provider}.md#{})", clause.id, anchor(&clause.id))
}

fn inferred(provider: &ProviderSuite) -> String {
    let mut text = "All that is inferred about the provider:\n\n".to_owned();
    for clause in provider.clauses.iter().filter(|clause| is_of_the_provider(clause)) {
        if clause.provenance == Provenance::Inferred {
            let _ = writeln!(text, "- {}: {}", linked(provider.name, clause), escaped(&clause.statement));
        }
    }
    text
}

fn hidden(provider: &ProviderSuite) -> String {
    let mut text =
        "No case judges by these, because they do not show in what an adapter is told or does:\n\n".to_owned();
    for clause in &provider.clauses {
        if let Some(why) = &clause.not_observable {
            let _ =
                writeln!(text, "- {}: {} {}", linked(provider.name, clause), escaped(&clause.statement), escaped(why));
        }
    }
    text
}

/// The default world, as it is printed, without what is said of all providers.
fn world(provider: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
        .args(["serve", "--print-world", "--provider", provider])
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, world) = printed.split_once(&format!("\n{provider}:\n")).unwrap();
    format!("```yaml\n{provider}:\n{}\n```", world.trim_end())
}

/// What a page calls a key of a world, a parameter or a field is called so in the default world or in a clause.
#[test]
fn every_key_that_a_page_names_is_there() {
    let suite = Suite::embedded().unwrap();
    let is_key = |name: &str| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for provider in suite.providers() {
        let known: String = provider.clauses.iter().map(|clause| clause.statement.as_str()).collect();
        let known = known + &world(provider.name);
        let page = Page::read(&format!("docs/emulations/{}.md", provider.name)).text;
        for code in markdown::codes(&page) {
            let name = code.split(':').next().unwrap_or_default();
            assert!(!is_key(name) || known.contains(name), "{}: `{code}` is no key of anything", provider.name);
        }
    }
}

/// The clauses that a page names in code and that there are not.
fn unknown_clauses(page: &str, suite: &Suite) -> Vec<String> {
    let is_file = |name: &str| [".md", ".yaml", ".xml", ".json", ".html", ".rs"].iter().any(|end| name.ends_with(end));
    let is_clause = |name: &str| {
        PROVIDERS.iter().any(|provider| name.strip_prefix(provider).is_some_and(|rest| rest.starts_with('.')))
            && !name.contains(['/', ' ', '*'])
            && !is_file(name)
    };
    let names = markdown::codes(page).into_iter().filter(|name| is_clause(name));
    names.filter(|name| suite.clause(name).is_none()).collect()
}

#[test]
fn every_clause_that_a_page_names_is_there() {
    let suite = Suite::embedded().unwrap();
    for page in Page::all() {
        assert_eq!(unknown_clauses(&page.text, &suite), Vec::<String>::new(), "{}", page.name);
    }
    let text = "`ucs.download-once` `ucs.no-such` `ucs/download` `ucs.md` ucs.nothing\n";
    assert_eq!(unknown_clauses(text, &suite), ["ucs.no-such"]);
}
