//! Proves that the suite bites: every saboteur is caught, every case catches one, and the honest client is not accused.

mod cover;
mod finding;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use crate::adapter::Adapter;
use crate::case::Case;
use crate::outcome::{CaseResult, Outcome};
use crate::run::Runner;
use crate::saboteur::{COULD_NOT, Saboteur, Twist};
use crate::suite::Suite;

pub use self::cover::SmallestSet;
pub use self::finding::Finding;

/// Makes a client to which something is done.
///
/// With a twist that [does nothing](Twist::is_idle) it is the honest client.
pub type Workshop = dyn Fn(&Twist) -> Arc<dyn Adapter> + Send + Sync;

/// Which cases a saboteur is run against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// All of its provider: says which cases catch it, on purpose or not.
    #[default]
    Every,
    /// Those that judge by a clause which it breaks: says whether there is a [`Finding`], in a tenth of the time.
    Aimed,
}

/// Runs saboteurs against the cases of their providers.
pub struct Prover<'a> {
    suite: &'a Suite,
    workshop: &'a Workshop,
    against: Against,
    jobs: Option<NonZeroUsize>,
    providers: Vec<&'a str>,
}

impl<'a> Prover<'a> {
    /// How many saboteurs are tried at once: some only wait, for what never comes.
    const AT_ONCE: usize = 6;

    /// A prover of this suite with the saboteurs that `workshop` makes.
    pub fn new(suite: &'a Suite, workshop: &'a Workshop) -> Self {
        let providers = suite.providers().iter().map(|provider| provider.name).collect();
        Self { suite, workshop, against: Against::default(), jobs: None, providers }
    }

    /// The same prover, running saboteurs against these cases.
    #[must_use]
    pub fn with_cases(mut self, against: Against) -> Self {
        self.against = against;
        self
    }

    /// The same prover, of these providers alone: their saboteurs are tried, and their cases and clauses have to bite.
    #[must_use]
    pub fn with_providers(mut self, providers: impl IntoIterator<Item = &'a str>) -> Self {
        self.providers = providers.into_iter().collect();
        self
    }

    /// The same prover, running this many cases of a saboteur at once.
    #[must_use]
    pub fn with_jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Tries `saboteurs`, and the honest client, against the cases of their providers. `done` is told of each that was
    /// tried, in the order in which they come to an end.
    pub async fn run(&self, saboteurs: &[&'a Saboteur], mut done: impl FnMut(&Trial<'a>)) -> Proof<'a> {
        let cases: Vec<&Case> = self.suite.cases().filter(|case| self.providers.contains(&case.provider)).collect();
        let honest = Honest {
            results: self.results(&Twist::default(), &cases).await,
            on_the_wire: self.results(&Twist::idle_on_the_wire(), &cases).await,
        };
        let mut trials = BTreeMap::new();
        let mut trying = stream::iter(saboteurs.iter().copied().enumerate())
            .map(async |(place, saboteur)| (place, self.tried(saboteur, &honest).await))
            .buffer_unordered(Self::AT_ONCE);
        while let Some((place, trial)) = trying.next().await {
            done(&trial);
            trials.insert(place, trial);
        }
        drop(trying);
        let trials = trials.into_values().collect();
        let blind = honest.on_the_wire.iter().filter(|result| result.outcome != Outcome::Passed);
        let blind = blind.filter_map(|result| self.id_of(result)).collect();
        let mut accused = honest.results;
        accused.retain(|result| result.outcome != Outcome::Passed);
        Proof { suite: self.suite, providers: self.providers.clone(), cases, accused, blind, trials }
    }

    async fn tried(&self, saboteur: &'a Saboteur, honest: &Honest) -> Trial<'a> {
        let is_wanted = |case: &&Case| match self.against {
            Against::Every => case.provider == saboteur.provider,
            Against::Aimed => saboteur.is_aimed_at(case),
        };
        let cases: Vec<&Case> = self.suite.cases().filter(is_wanted).collect();
        let results = self.results(&saboteur.twist, &cases).await;
        let is_blind = |id: &str| {
            let twin = honest.on_the_wire.iter().find(|twin| twin.case.id == id);
            saboteur.twist.is_on_the_wire() && twin.is_some_and(|twin| twin.outcome != Outcome::Passed)
        };
        let mut trial =
            Trial { saboteur, caught_by: BTreeSet::new(), refused_by: BTreeSet::new(), unjudged: Vec::new() };
        for result in results {
            if saboteur.is_aimed_at(&result.case) {
                let twin = honest.results.iter().find(|twin| twin.case.id == result.case.id);
                let usual = twin.map(|twin| &twin.refused_by);
                let unusual =
                    result.refused_by.iter().filter(|clause| !usual.is_some_and(|usual| usual.contains(*clause)));
                trial.refused_by.extend(unusual);
            }
            match result.outcome {
                Outcome::Passed => {}
                _ if could_not(&result) => trial.unjudged.push(result),
                Outcome::Failed if is_blind(&result.case.id) => {}
                Outcome::Failed => trial.caught_by.extend(self.id_of(&result)),
                _ => trial.unjudged.push(result),
            }
        }
        // What the other cases failed, they may have failed for the same reason.
        if trial.unjudged.iter().any(could_not) {
            trial.caught_by.clear();
        }
        trial
    }

    async fn results(&self, twist: &Twist, cases: &[&'a Case]) -> Vec<CaseResult> {
        let mut runner = Runner::new((self.workshop)(twist));
        if let Some(jobs) = self.jobs {
            runner = runner.with_jobs(jobs);
        }
        runner.run(cases.iter().copied()).await.results
    }

    fn id_of(&self, result: &CaseResult) -> Option<&'a str> {
        self.suite.case(&result.case.id).map(|case| case.id.as_str())
    }
}

/// What came of the honest client: as it is, and where saboteurs on the wire stand.
struct Honest {
    results: Vec<CaseResult>,
    on_the_wire: Vec<CaseResult>,
}

/// Whether the saboteur itself failed, rather than what it did.
fn could_not(result: &CaseResult) -> bool {
    result.message().contains(COULD_NOT)
}

/// What came of one saboteur.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    /// The saboteur.
    pub saboteur: &'a Saboteur,
    /// The ids of the cases that it failed.
    pub caught_by: BTreeSet<&'a str>,
    /// The clauses by which the emulation refused it or complained of it, in cases of what it breaks, and said nothing of the honest
    /// client.
    pub refused_by: BTreeSet<&'static str>,
    /// What could not be judged.
    pub unjudged: Vec<CaseResult>,
}

impl<'a> Trial<'a> {
    /// The ids of the cases that caught it and judge by a clause that it breaks.
    pub fn caught_on_purpose(&self, suite: &'a Suite) -> BTreeSet<&'a str> {
        let is_aimed = |id: &&str| suite.case(id).is_some_and(|case| self.saboteur.is_aimed_at(case));
        self.caught_by.iter().copied().filter(is_aimed).collect()
    }
}

/// What came of all saboteurs.
#[derive(Clone, Debug)]
pub struct Proof<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// The providers that have to be proven.
    pub providers: Vec<&'a str>,
    /// The cases that were run.
    pub cases: Vec<&'a Case>,
    /// What the honest client did not pass.
    pub accused: Vec<CaseResult>,
    /// The cases that the honest client fails when it speaks through the place where saboteurs on the wire stand: they
    /// tell nothing of such saboteurs.
    pub blind: BTreeSet<&'a str>,
    /// What came of each saboteur, in the order in which they were given.
    pub trials: Vec<Trial<'a>>,
}

impl<'a> Proof<'a> {
    /// What is wrong with the suite or its saboteurs; empty when it is proven.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = finding::of_the_honest(self);
        findings.extend(finding::of_saboteurs(self));
        findings.extend(finding::of_cases(self));
        findings.extend(finding::of_clauses(self));
        findings.extend(finding::of_faults(self));
        findings
    }

    /// The same without what needs all saboteurs to be told: for a run of some of them.
    pub fn findings_of_saboteurs(&self) -> Vec<Finding> {
        let mut findings = finding::of_the_honest(self);
        findings.extend(finding::of_saboteurs(self));
        findings
    }

    /// The smallest set of cases that catches every saboteur that is caught at all.
    pub fn smallest_set(&self) -> SmallestSet<'a> {
        cover::smallest_set(&self.trials)
    }

    /// The same with nothing but what saboteurs were caught by on purpose.
    #[must_use]
    pub fn on_purpose(&self) -> Self {
        let mut aimed = self.clone();
        for trial in &mut aimed.trials {
            trial.caught_by = trial.caught_on_purpose(self.suite);
        }
        aimed
    }
}
