//! Reads clause and case files, and says what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::providers;
use kubeproof_emulator::{Edition, Emulation, Fault, Incident, Session};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_saphyr::Spanned;

use crate::adapter::{Credentials, Feature};
use crate::case::{Case, CredentialChoice, Level, Place, Step};
use crate::clause::{Clause, Provenance};
use crate::fixtures::Fixtures;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::saboteur::load_saboteurs;
use crate::sense;
use crate::setting::{self, SettingSource, Written};
use crate::suite::ProviderSuite;
use crate::wire::WireExpectation;
use crate::yaml::{not_blank, parse_fixture, place};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseFile {
    provider: Spanned<String>,
    #[serde(deserialize_with = "not_blank")]
    title: String,
    documents: BTreeMap<String, String>,
    editions: Vec<EditionSource>,
    clauses: Vec<ClauseSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionSource {
    date: Spanned<String>,
    #[serde(deserialize_with = "not_blank")]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ClauseSource {
    id: Spanned<String>,
    #[serde(deserialize_with = "not_blank")]
    statement: String,
    source: Spanned<String>,
    provenance: Provenance,
    not_observable: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "W: DeserializeOwned, I: DeserializeOwned")]
struct CaseSource<W, I> {
    id: Spanned<String>,
    #[serde(deserialize_with = "not_blank")]
    title: String,
    #[serde(default)]
    level: Level,
    clauses: Vec<Spanned<String>>,
    #[serde(default)]
    needs: BTreeSet<Feature>,
    edition: Option<Spanned<String>>,
    world: Option<W>,
    #[serde(default = "Vec::new")]
    incidents: Vec<Incident<I>>,
    #[serde(default)]
    faults: Vec<Spanned<Fault>>,
    #[serde(default)]
    transport: Transport,
    steps: Vec<Step>,
    #[serde(default)]
    wire: WireExpectation,
}

pub(crate) fn load_provider(
    name: &'static str,
    fixtures: &Fixtures,
    problems: &mut Vec<Problem>,
) -> Option<ProviderSuite> {
    let path = format!("{name}/clauses.yaml");
    let Some(text) = fixtures.text(&path) else {
        problems.push(Problem::nowhere(format!(
            "{} is missing: every provider lists the clauses of its documents there",
            fixtures.shown(&path)
        )));
        return None;
    };
    for stray in fixtures.strays(name) {
        problems.push(Problem::nowhere(format!(
            "{} is read by nobody: cases go into cases/NAME.yaml, bodies into replies/, saboteurs into saboteurs.yaml",
            fixtures.shown(stray)
        )));
    }
    let file: ClauseFile = parse_fixture(text, &fixtures.shown(&path), problems)?;
    let mut provider = ProviderSuite {
        name,
        title: file.title,
        documents: file.documents,
        editions: BTreeMap::new(),
        clauses: Vec::new(),
        cases: Vec::new(),
        saboteurs: Vec::new(),
    };
    let shown = fixtures.shown(&path);
    if file.provider.value != name {
        let message = format!("this file stands in the folder of `{name}`; write `provider: {name}`");
        problems.push(Problem::at(place(&shown, file.provider.referenced), message));
    }
    for edition in file.editions {
        let here = place(&shown, edition.date.referenced);
        if !providers::editions(name).iter().any(|known| known.0 == edition.date.value) {
            let known = providers::editions(name).iter().map(Edition::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("{name} is not emulated in the edition `{}`; there is {known}", edition.date.value);
            problems.push(Problem::at(here, message));
        } else if provider.editions.insert(edition.date.value.clone(), edition.note).is_some() {
            problems.push(Problem::at(here, format!("the edition `{}` stands twice in this file", edition.date.value)));
        }
    }
    for clause in file.clauses {
        if !clause.id.value.starts_with(&format!("{name}.")) {
            let message = format!("the clause `{}` has to be called `{name}.…`", clause.id.value);
            problems.push(Problem::at(place(&shown, clause.id.referenced), message));
        }
        if provider.clauses.iter().any(|other| other.id == clause.id.value) {
            let message = format!("the clause `{}` stands twice in this file", clause.id.value);
            problems.push(Problem::at(place(&shown, clause.id.referenced), message));
        }
        let document = clause.source.value.split(',').next().unwrap_or_default().trim();
        if !provider.documents.contains_key(document) {
            let message = format!("the source names `{document}`, which is not under `documents`; name it there");
            problems.push(Problem::at(place(&shown, clause.source.referenced), message));
        }
        provider.clauses.push(Clause {
            id: clause.id.value,
            statement: clause.statement,
            source: clause.source.value,
            provenance: clause.provenance,
            not_observable: clause.not_observable,
        });
    }
    let cases = LoadCases { provider: &provider, fixtures, problems };
    provider.cases = providers::visit(name, cases).unwrap_or_default();
    provider.saboteurs = load_saboteurs(&provider, fixtures, problems);
    Some(provider)
}

/// Reads the case files of one provider, whose world has a type of its own, so that a mistake in a world is found
/// with line and column like any other.
struct LoadCases<'a> {
    provider: &'a ProviderSuite,
    fixtures: &'a Fixtures,
    problems: &'a mut Vec<Problem>,
}

impl providers::Visitor for LoadCases<'_> {
    type Output = Vec<Case>;

    fn visit<E: Emulation>(mut self) -> Vec<Case> {
        let fixtures = self.fixtures;
        let prefix = format!("{}/cases/", E::PROVIDER);
        let mut cases = Vec::new();
        for (path, text) in fixtures.yaml_under(&prefix) {
            let shown = fixtures.shown(path);
            let stem = path.strip_prefix(&prefix).and_then(|file| file.strip_suffix(".yaml")).unwrap_or(path);
            let Some(sources) = parse_fixture::<Vec<CaseSource<E::World, E::Incident>>>(text, &shown, self.problems)
            else {
                continue;
            };
            let mut starts =
                sources.iter().map(|source| source.id.referenced.line()).collect::<Vec<_>>().into_iter().peekable();
            for source in sources {
                let file = CaseFile { shown: &shown, stem, text, lines: (starts.next(), starts.peek().copied()) };
                cases.extend(self.case::<E>(source, &file));
            }
        }
        cases
    }
}

/// A case file, and which of its lines hold the case.
struct CaseFile<'a> {
    shown: &'a str,
    stem: &'a str,
    text: &'a str,
    lines: (Option<u64>, Option<u64>),
}

impl CaseFile<'_> {
    /// The lines of the case, without what stands between it and the next one.
    fn source(&self) -> String {
        let (from, to) = self.lines;
        let from = from.and_then(|line| usize::try_from(line).ok()).unwrap_or(1).saturating_sub(1);
        let to = to.and_then(|line| usize::try_from(line).ok()).map_or(usize::MAX, |line| line.saturating_sub(1));
        let mut lines: Vec<&str> = self.text.lines().take(to).skip(from).collect();
        while lines.last().is_some_and(|line| line.trim().is_empty() || line.starts_with('#')) {
            lines.pop();
        }
        lines.join("\n")
    }
}

impl LoadCases<'_> {
    fn case<E: Emulation>(&mut self, source: CaseSource<E::World, E::Incident>, file: &CaseFile<'_>) -> Option<Case> {
        let lines = file.source();
        let CaseFile { shown: file, stem, text, .. } = *file;
        let id = source.id.value;
        let here = place(file, source.id.referenced);
        let found = self.problems.len();
        let prefix = format!("{}/{stem}/", E::PROVIDER);
        if !id.strip_prefix(&prefix).is_some_and(is_kebab_case) {
            self.problem(&here, format!("the case `{id}` has to be called `{prefix}` and a name in kebab-case"));
        }
        if source.steps.is_empty() {
            self.problem(&here, format!("the case `{id}` has no steps; give it a `fetch` and what to `expect`"));
        }
        let provenance = self.provenance(&source.clauses, &id, file, &here);
        let CaseSource { edition, world, incidents, faults, transport, steps, wire, .. } = source;
        let (fixtures, provider) = (self.fixtures, self.provider.name);
        let body = |name: &str| fixture(fixtures, &format!("{provider}/{name}"));
        let written =
            Written { here: &here, text, transport, tls: "write `transport: tls` beside `faults`", body: &body };
        let side = SettingSource::<E> { edition, world, incidents, faults };
        let setting = setting::checked(side, &written, self.problems)?;
        let session = Session::new(setting.clone());
        for message in sense::of_steps(&steps, &session).chain(sense::of_wire(&wire, &session)) {
            self.problem(&here, format!("{id}: {message}"));
        }
        let mut needs = needs(&source.needs, &steps, transport);
        let mut takes_one_of = choice(&steps, &session);
        if takes_one_of.len() < 2 {
            needs.append(&mut takes_one_of);
        }
        if self.problems.len() > found {
            return None;
        }
        Some(Case {
            id,
            provider: E::PROVIDER,
            title: source.title,
            level: source.level,
            clauses: source.clauses.into_iter().map(|clause| clause.value).collect(),
            provenance: provenance?,
            edition: setting.edition,
            needs,
            takes_one_of,
            steps,
            wire,
            transport,
            place: here,
            source: lines,
            stage: Arc::new(move || Session::new(setting.clone())),
        })
    }

    fn problem(&mut self, place: &Place, message: impl Into<String>) {
        self.problems.push(Problem::at(place.clone(), message));
    }

    /// The weakest provenance of the clauses, each of which has to be known.
    fn provenance(&mut self, ids: &[Spanned<String>], case: &str, file: &str, here: &Place) -> Option<Provenance> {
        let mut weakest = None;
        for id in ids {
            match self.provider.clauses.iter().find(|clause| clause.id == id.value) {
                Some(clause) => weakest = weakest.max(Some(clause.provenance)),
                None => {
                    let message =
                        match nearest(&id.value, self.provider.clauses.iter().map(|clause| clause.id.as_str())) {
                            Some(similar) => format!("there is no clause `{}`; did you mean `{similar}`?", id.value),
                            None => format!("there is no clause `{}`; add it to clauses.yaml", id.value),
                        };
                    self.problem(&place(file, id.referenced), message);
                }
            }
        }
        if ids.is_empty() {
            self.problem(here, format!("the case `{case}` names no clause; say which statement it judges by"));
        }
        weakest
    }
}

/// The text of a fixture that a scripted reply names.
fn fixture(fixtures: &Fixtures, name: &str) -> Result<String, String> {
    let text = fixtures.text(name).map(str::to_owned);
    text.ok_or_else(|| format!("there is no fixture {}; make that file or name another", fixtures.shown(name)))
}

/// What the steps need an adapter to be able to do, besides what the case says itself.
fn needs(said: &BTreeSet<Feature>, steps: &[Step], transport: Transport) -> BTreeSet<Feature> {
    let mut needs = said.clone();
    needs.insert(match transport {
        Transport::Plain => Feature::Http,
        Transport::Tls => Feature::Tls,
    });
    for step in steps {
        needs.extend(step.fetch.options.features());
        needs.extend(step.expect.features());
        needs.extend(match &step.fetch.credentials {
            None => None,
            Some(CredentialChoice::OfTheWorld(kind)) => Some(*kind),
            Some(CredentialChoice::Literal(credentials)) => Some(credentials.feature()),
        });
    }
    needs
}

/// The kinds of credentials of which an adapter has to take one, where a step leaves it the choice.
fn choice(steps: &[Step], session: &Session) -> BTreeSet<Feature> {
    if steps.iter().all(|step| step.fetch.credentials.is_some()) {
        return BTreeSet::new();
    }
    session.caller().credentials.into_iter().map(|known| Credentials::from(known).feature()).collect()
}

pub(crate) fn is_kebab_case(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
