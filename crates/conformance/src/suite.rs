//! The clauses and cases of every provider.

use std::collections::BTreeMap;
use std::path::Path;

use kubeproof_emulator::providers::PROVIDERS;

use crate::case::{Case, Place};
use crate::clause::Clause;
use crate::fixtures::Fixtures;
use crate::load::load_provider;
use crate::problem::{Problem, SuiteError};
use crate::saboteur::Saboteur;

/// The clauses and cases of every provider.
///
/// ```
/// let suite = kubeproof_conformance::Suite::embedded()?;
/// assert!(suite.cases().count() >= 120);
/// assert!(suite.clause("ucs.download-once").is_some());
/// # Ok::<(), kubeproof_conformance::SuiteError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Suite {
    providers: Vec<ProviderSuite>,
    fixtures: Fixtures,
}

/// The clauses and cases of one provider.
#[derive(Clone, Debug)]
pub struct ProviderSuite {
    /// The provider's name.
    pub name: &'static str,
    /// What its endpoint is called.
    pub title: String,
    /// What clauses' sources cite: a short name, and what it stands for.
    pub documents: BTreeMap<String, String>,
    /// The editions of its documents, and what is known of each.
    pub editions: BTreeMap<String, String>,
    /// Its clauses, in the order of the file.
    pub clauses: Vec<Clause>,
    /// Its cases, in the order of the files.
    pub cases: Vec<Case>,
    /// The adapters that are broken on purpose to prove that its cases can fail, in the order of the file.
    pub saboteurs: Vec<Saboteur>,
}

impl Suite {
    /// The suite that this crate was built with.
    ///
    /// # Errors
    ///
    /// When a file is wrong, with every problem found; a test keeps the embedded suite free of them.
    pub fn embedded() -> Result<Self, SuiteError> {
        Self::load(Fixtures::embedded())
    }

    /// The suite in `folder`, which holds `<provider>/clauses.yaml` and `<provider>/cases/*.yaml`.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or a file is wrong: every problem, with file, line and column.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        Self::load(Fixtures::read(folder)?)
    }

    fn load(fixtures: Fixtures) -> Result<Self, SuiteError> {
        let mut problems = Vec::new();
        let folders = fixtures.folders();
        for folder in folders.iter().filter(|folder| !PROVIDERS.contains(&folder.as_str())) {
            problems.push(Problem::nowhere(format!(
                "{}: there is no provider `{folder}`; the folders of fixtures are named after {}",
                fixtures.shown(folder),
                PROVIDERS.join(", ")
            )));
        }
        if folders.is_empty() {
            problems.push(Problem::nowhere(format!(
                "{} holds no fixtures: there has to be a folder named after a provider, one of {}",
                fixtures.shown(""),
                PROVIDERS.join(", ")
            )));
        }
        let providers = PROVIDERS
            .iter()
            .copied()
            .filter(|name| folders.iter().any(|folder| folder == name))
            .filter_map(|name| load_provider(name, &fixtures, &mut problems))
            .collect();
        let suite = Self { providers, fixtures };
        suite.find_duplicates(&mut problems);
        if problems.is_empty() { Ok(suite) } else { Err(SuiteError::new(problems)) }
    }

    fn find_duplicates(&self, problems: &mut Vec<Problem>) {
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for case in self.cases() {
            if let Some(first) = seen.insert(&case.id, &case.place) {
                problems.push(Problem::at(
                    case.place.clone(),
                    format!("the case `{}` is already at {first}; give one of them another name", case.id),
                ));
            }
        }
    }

    /// Name and text of every file that it is made of, in the order of the names.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.fixtures.texts()
    }

    /// The providers, in the order in which they are listed everywhere.
    pub fn providers(&self) -> &[ProviderSuite] {
        &self.providers
    }

    /// Every case, by provider and file.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.providers.iter().flat_map(|provider| &provider.cases)
    }

    /// Every clause, by provider.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.providers.iter().flat_map(|provider| &provider.clauses)
    }

    /// Every saboteur, by provider.
    pub fn saboteurs(&self) -> impl Iterator<Item = &Saboteur> {
        self.providers.iter().flat_map(|provider| &provider.saboteurs)
    }

    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases().find(|case| case.id == id)
    }

    /// The clause with this id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses().find(|clause| clause.id == id)
    }
}
