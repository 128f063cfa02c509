use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{Proof, Trial};
use crate::case::Place;
use crate::outcome::CaseResult;
use crate::suite::Suite;

/// Something that is wrong with the suite, or with its saboteurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// The honest client did not pass a case.
    HonestAccused {
        /// The case.
        case: String,
        /// What was said.
        message: String,
    },
    /// No case failed a saboteur.
    GetsThrough {
        /// The saboteur.
        saboteur: String,
    },
    /// No case that judges by a clause failed a saboteur that breaks it.
    ClauseNotDefended {
        /// The saboteur.
        saboteur: String,
        /// The clause.
        clause: String,
    },
    /// The emulation did not refuse a saboteur by a clause by which it has to.
    NotRefused {
        /// The saboteur.
        saboteur: String,
        /// The clause.
        clause: String,
    },
    /// A case could not be judged.
    CouldNotRun {
        /// The saboteur.
        saboteur: String,
        /// The case.
        case: String,
        /// Why.
        message: String,
    },
    /// A case fails no saboteur that breaks a clause which the case judges by.
    CatchesNothing {
        /// The case.
        case: String,
    },
    /// No saboteur breaks a clause that can be seen from outside.
    NobodyBreaks {
        /// The clause.
        clause: String,
    },
    /// No saboteur is caught by a case with a fault of this kind.
    FaultCatchesNothing {
        /// The provider.
        provider: String,
        /// The kind of fault, as cases write it.
        fault: String,
    },
}

impl Finding {
    /// Where the saboteur or the case that it is of stands; `None` for what is of a clause or a kind of fault.
    pub fn place<'s>(&self, suite: &'s Suite) -> Option<&'s Place> {
        match self {
            Self::GetsThrough { saboteur }
            | Self::ClauseNotDefended { saboteur, .. }
            | Self::NotRefused { saboteur, .. }
            | Self::CouldNotRun { saboteur, .. } => {
                suite.saboteurs().find(|known| known.id == *saboteur).map(|known| &known.place)
            }
            Self::HonestAccused { case, .. } | Self::CatchesNothing { case } => {
                suite.case(case).map(|case| &case.place)
            }
            Self::NobodyBreaks { .. } | Self::FaultCatchesNothing { .. } => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HonestAccused { case, message } => write!(f, "the honest client fails {case}: {message}"),
            Self::GetsThrough { saboteur } => {
                write!(f, "{saboteur} gets through: no case fails it; write one, or mend what it does")
            }
            Self::ClauseNotDefended { saboteur, clause } => {
                write!(f, "{saboteur} breaks {clause}, and no case that judges by that clause fails it")
            }
            Self::NotRefused { saboteur, clause } => {
                write!(
                    f,
                    "{saboteur} is not refused by {clause}: the emulation does not keep that rule, or another clause belongs under `refused`"
                )
            }
            Self::CouldNotRun { saboteur, case, message } => {
                write!(f, "{saboteur} could not be judged by {case}: {message}")
            }
            Self::CatchesNothing { case } => {
                write!(
                    f,
                    "{case} catches nothing: it fails no saboteur that breaks a clause of its; write one that it fails"
                )
            }
            Self::NobodyBreaks { clause } => {
                write!(f, "no saboteur breaks {clause}; write one, or say under `not-observable` why none can")
            }
            Self::FaultCatchesNothing { provider, fault } => {
                write!(f, "no saboteur is caught by a case of {provider} with the fault `{fault}`; write one")
            }
        }
    }
}

pub(super) fn of_the_honest(proof: &Proof<'_>) -> Vec<Finding> {
    let accused =
        |result: &CaseResult| Finding::HonestAccused { case: result.case.id.clone(), message: result.message() };
    proof.accused.iter().map(accused).collect()
}

pub(super) fn of_saboteurs(proof: &Proof<'_>) -> Vec<Finding> {
    proof.trials.iter().flat_map(|trial| of_saboteur(proof, trial)).collect()
}

fn of_saboteur(proof: &Proof<'_>, trial: &Trial<'_>) -> Vec<Finding> {
    let saboteur = &trial.saboteur.id;
    let unjudged = trial.unjudged.iter().map(|result| Finding::CouldNotRun {
        saboteur: saboteur.clone(),
        case: result.case.id.clone(),
        message: result.message(),
    });
    let mut findings: Vec<Finding> = unjudged.collect();
    if trial.caught_by.is_empty() {
        findings.push(Finding::GetsThrough { saboteur: saboteur.clone() });
        return findings;
    }
    let passed_over = trial.saboteur.refused.iter().filter(|clause| !trial.refused_by.contains(clause.as_str()));
    findings
        .extend(passed_over.map(|clause| Finding::NotRefused { saboteur: saboteur.clone(), clause: clause.clone() }));
    let defended: BTreeSet<&str> = trial
        .caught_by
        .iter()
        .filter_map(|id| proof.suite.case(id))
        .flat_map(|case| case.clauses.iter().map(String::as_str))
        .collect();
    let undefended = trial.saboteur.breaks.iter().filter(|clause| !defended.contains(clause.as_str()));
    findings.extend(
        undefended.map(|clause| Finding::ClauseNotDefended { saboteur: saboteur.clone(), clause: clause.clone() }),
    );
    findings
}

pub(super) fn of_cases(proof: &Proof<'_>) -> Vec<Finding> {
    let catching: BTreeSet<&str> = proof.trials.iter().flat_map(|trial| trial.caught_on_purpose(proof.suite)).collect();
    let idle = proof.cases.iter().filter(|case| !catching.contains(case.id.as_str()));
    idle.map(|case| Finding::CatchesNothing { case: case.id.clone() }).collect()
}

pub(super) fn of_clauses(proof: &Proof<'_>) -> Vec<Finding> {
    let broken: BTreeSet<&str> =
        proof.trials.iter().flat_map(|trial| trial.saboteur.breaks.iter().map(String::as_str)).collect();
    let providers = proof.suite.providers().iter().filter(|provider| proof.providers.contains(&provider.name));
    let observable = providers.flat_map(|provider| &provider.clauses).filter(|clause| clause.not_observable.is_none());
    let whole = observable.filter(|clause| !broken.contains(clause.id.as_str()));
    whole.map(|clause| Finding::NobodyBreaks { clause: clause.id.clone() }).collect()
}

pub(super) fn of_faults(proof: &Proof<'_>) -> Vec<Finding> {
    let caught: BTreeSet<&str> = proof.trials.iter().flat_map(|trial| trial.caught_on_purpose(proof.suite)).collect();
    let mut families: BTreeMap<(&str, String), bool> = BTreeMap::new();
    for case in &proof.cases {
        for family in case.fault_families() {
            *families.entry((case.provider, family)).or_default() |= caught.contains(case.id.as_str());
        }
    }
    let silent = families.into_iter().filter(|(_, catches)| !catches);
    silent.map(|((provider, fault), _)| Finding::FaultCatchesNothing { provider: provider.to_owned(), fault }).collect()
}
