//! `docs/reference/`: every clause and every case of every provider, made of the data.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use kubeproof::conformance::coverage::{Coverage, coverage};
use kubeproof::conformance::{Case, Provenance, ProviderSuite, Suite};
use kubeproof::emulator::providers::{self, PROVIDERS};

use crate::generated::{self, HOW, escaped};
use crate::markdown::anchor;
use crate::page::root;

#[test]
fn every_clause_is_in_the_reference() {
    let suite = Suite::embedded().unwrap();
    let rows = coverage(&suite);
    for provider in suite.providers() {
        let rows: Vec<_> = rows.iter().filter(|row| row.provider.name == provider.name).collect();
        generated::page(&format!("docs/reference/clauses/{}.md", provider.name), &clauses(provider, &rows));
    }
}

#[test]
fn every_case_is_in_the_reference() {
    let suite = Suite::embedded().unwrap();
    for provider in suite.providers() {
        generated::page(&format!("docs/reference/cases/{}.md", provider.name), &cases(provider));
    }
}

/// The introduction leads to all of them.
#[test]
fn every_provider_is_in_the_introduction() {
    let mut table = "| provider | how far to trust it | clauses | cases |\n|---|---|--:|--:|\n".to_owned();
    for provider in Suite::embedded().unwrap().providers() {
        let name = provider.name;
        // Writing to a String does not fail.
        let _ = writeln!(
            table,
            "| {} | [{name}](emulations/{name}.md) | [{}](reference/clauses/{name}.md) | [{}](reference/cases/{name}.md) |",
            escaped(&provider.title),
            provider.clauses.len(),
            provider.cases.len()
        );
    }
    generated::part("docs/README.md", "providers", &table);
}

/// What is generated has everything: counted by another reader, which looks at the files.
#[test]
fn nothing_of_the_fixtures_is_left_out() {
    let ids = |text: &str, indent: &str| -> BTreeSet<String> {
        let begin = format!("{indent}- id: ");
        text.lines().filter_map(|line| line.strip_prefix(&begin)).map(|id| id.trim().to_owned()).collect()
    };
    let headings = |text: &str| -> BTreeSet<String> {
        text.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect()
    };
    let suite = Suite::embedded().unwrap();
    let rows = coverage(&suite);
    assert_eq!(suite.providers().len(), PROVIDERS.len());
    for provider in suite.providers() {
        let folder = root().join("fixtures").join(provider.name);
        let written = ids(&fs::read_to_string(folder.join("clauses.yaml")).unwrap(), "  ");
        assert!(!written.is_empty());
        let rows: Vec<_> = rows.iter().filter(|row| row.provider.name == provider.name).collect();
        assert_eq!(headings(&clauses(provider, &rows)), written);
        let files = fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path());
        let written: BTreeSet<String> = files.flat_map(|file| ids(&fs::read_to_string(file).unwrap(), "")).collect();
        assert!(!written.is_empty());
        assert_eq!(headings(&cases(provider)), written);
    }
}

fn clauses(provider: &ProviderSuite, rows: &[&Coverage<'_>]) -> String {
    let name = provider.name;
    let hidden = rows.iter().filter(|row| row.clause.not_observable.is_some()).count();
    let mut page = format!(
        "# Clauses of {name}\n\n{} clauses of {}: {}. {hidden} of them cannot be observed from outside, and say why. \
         `kubeproof clauses --provider {name}` prints the same.\n\n\
         This page is made of [clauses.yaml](../../../fixtures/{name}/clauses.yaml); `{HOW}` writes it.\n\n## Documents\n\n",
        rows.len(),
        escaped(&provider.title),
        by_provenance(rows.iter().map(|row| row.clause.provenance)),
    );
    // Writing to a String does not fail.
    for (short, long) in &provider.documents {
        let _ = writeln!(page, "- `{short}`: {}", escaped(long));
    }
    page += "\n## Editions\n\n";
    let default = default_edition(name);
    for (date, note) in &provider.editions {
        let is_default = if *date == default { ", the default" } else { "" };
        let _ = writeln!(page, "- `{name}@{date}`{is_default}: {}", escaped(note));
    }
    page += "\n## All\n";
    for row in rows {
        let clause = row.clause;
        let _ = write!(
            page,
            "\n### {}\n\n{} *{}*, {}.\n",
            clause.id,
            escaped(&clause.statement),
            clause.provenance,
            escaped(clause.source.trim_end_matches('.'))
        );
        if let Some(why) = &clause.not_observable {
            let _ = write!(page, "\nNot observable: {}\n", escaped(why));
        }
        let judging: Vec<&Case> =
            row.cases.iter().filter_map(|id| provider.cases.iter().find(|case| case.id == **id)).collect();
        if judging.is_empty() {
            continue;
        }
        let links: Vec<String> = judging.iter().map(|case| case_link(case)).collect();
        let editions: BTreeSet<&str> = judging.iter().map(|case| case.edition.0).collect();
        let of_edition = match editions.into_iter().filter(|edition| *edition != default).collect::<Vec<_>>()[..] {
            [] => String::new(),
            ref others => format!(" (of {} too)", others.join(", ")),
        };
        let _ = write!(page, "\nCases{of_edition}: {}\n", links.join(", "));
    }
    page
}

fn cases(provider: &ProviderSuite) -> String {
    let name = provider.name;
    let files: Vec<&[Case]> = provider.cases.chunk_by(|a, b| a.place.file == b.place.file).collect();
    let mut page = format!(
        "# Cases of {name}\n\n{} cases of {}, in {} files, each with the provenance of its weakest clause: {}. \
         `kubeproof explain CASE` shows how one is written, and how its steps are made by hand.\n\n\
         This page is made of [fixtures/{name}/cases](../../../fixtures/{name}/cases); `{HOW}` writes it.\n",
        provider.cases.len(),
        escaped(&provider.title),
        files.len(),
        by_provenance(provider.cases.iter().map(|case| case.provenance)),
    );
    let default = default_edition(name);
    for cases in files {
        let file = &cases[0].place.file;
        let short = file.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        let _ = write!(page, "\n## {short}\n");
        for case in cases {
            let needs: Vec<String> = case.needs.iter().map(|need| format!("`{need}`")).collect();
            let one_of: Vec<String> = case.takes_one_of.iter().map(|kind| format!("`{kind}`")).collect();
            let mut needed = needs.join(", ");
            if !one_of.is_empty() {
                let _ = write!(needed, "{}one of {}", if needed.is_empty() { "" } else { ", and " }, one_of.join(", "));
            }
            let edition =
                if case.edition.0 == default { String::new() } else { format!(", of edition {}", case.edition.0) };
            let clauses: Vec<String> =
                case.clauses.iter().map(|id| format!("[{id}](../clauses/{name}.md#{})", anchor(id))).collect();
            let _ = write!(
                page,
                "\n### {}\n\n{}.\n\n- {}, {}{edition}; needs {needed}\n- by {}\n- [{}:{}](../../../{}#L{})\n",
                case.id,
                escaped(case.title.trim_end_matches('.')),
                case.level,
                case.provenance,
                clauses.join(", "),
                file,
                case.place.line,
                file,
                case.place.line,
            );
        }
    }
    page
}

fn case_link(case: &Case) -> String {
    let short = case.id.split_once('/').unwrap().1;
    format!("[{short}](../cases/{}.md#{})", case.provider, anchor(&case.id))
}

fn default_edition(name: &str) -> &'static str {
    providers::editions(name)[0].0
}

/// How many of each there are, the strongest first.
pub(crate) fn by_provenance(of: impl Iterator<Item = Provenance>) -> String {
    let all: Vec<Provenance> = of.collect();
    let counts = Provenance::ALL.map(|one| (one, all.iter().filter(|of| **of == one).count()));
    let words: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(one, count)| format!("{count} {one}")).collect();
    words.join(", ")
}
