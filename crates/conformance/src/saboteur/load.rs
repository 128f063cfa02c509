//! Reads the saboteurs of a provider, and says what is wrong with them.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Saboteur, Twist, sense};
use crate::fixtures::Fixtures;
use crate::load::is_kebab_case;
use crate::nearest::nearest;
use crate::problem::Problem;
use crate::suite::ProviderSuite;
use crate::yaml::{not_blank, parse_fixture, place};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    id: Spanned<String>,
    #[serde(deserialize_with = "not_blank")]
    title: String,
    twist: Twist,
    breaks: Vec<Spanned<String>>,
    #[serde(default)]
    refused: Vec<Spanned<String>>,
}

/// The saboteurs in `<provider>/saboteurs.yaml`; none where there is no such file.
pub(crate) fn load_saboteurs(
    provider: &ProviderSuite,
    fixtures: &Fixtures,
    problems: &mut Vec<Problem>,
) -> Vec<Saboteur> {
    let path = format!("{}/saboteurs.yaml", provider.name);
    let Some(text) = fixtures.text(&path) else { return Vec::new() };
    let shown = fixtures.shown(&path);
    let mut ids = BTreeSet::new();
    let mut saboteurs = Vec::new();
    for source in parse_fixture::<Vec<Source>>(text, &shown, problems).unwrap_or_default() {
        let here = place(&shown, source.id.referenced);
        let Source { id, title, twist, breaks, refused } = source;
        let id = id.value;
        let mut problem = |at, message| problems.push(Problem::at(at, message));
        let prefix = format!("{}/", provider.name);
        if !id.strip_prefix(&prefix).is_some_and(is_kebab_case) {
            problem(here.clone(), format!("the saboteur `{id}` has to be called `{prefix}` and a name in kebab-case"));
        }
        if !ids.insert(id.clone()) {
            problem(here.clone(), format!("the saboteur `{id}` stands twice in this file; give one another name"));
        }
        if twist.is_idle() {
            problem(here.clone(), format!("the saboteur `{id}` does nothing; say under `twist` what it does"));
        }
        for mistake in sense::mistakes(&twist) {
            problem(here.clone(), format!("the saboteur `{id}`: {mistake}"));
        }
        if breaks.is_empty() {
            problem(here.clone(), format!("the saboteur `{id}` breaks no clause; name those that it breaks"));
        }
        for (clause, is_broken) in breaks.iter().map(|id| (id, true)).chain(refused.iter().map(|id| (id, false))) {
            let at = place(&shown, clause.referenced);
            match provider.clauses.iter().find(|known| known.id == clause.value) {
                Some(known) if known.not_observable.is_some() && is_broken => {
                    problem(at, format!("`{}` is not observable, so nothing can break it; leave it out", known.id));
                }
                Some(_) => {}
                None => {
                    let known = provider.clauses.iter().map(|known| known.id.as_str());
                    let hint = nearest(&clause.value, known).map(|name| format!("; did you mean `{name}`?"));
                    problem(at, format!("there is no clause `{}`{}", clause.value, hint.unwrap_or_default()));
                }
            }
        }
        let values = |clauses: Vec<Spanned<String>>| clauses.into_iter().map(|clause| clause.value).collect();
        let (breaks, refused) = (values(breaks), values(refused));
        saboteurs.push(Saboteur { id, provider: provider.name, title, twist, breaks, refused, place: here });
    }
    saboteurs
}
