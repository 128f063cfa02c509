//! Which case judges by which clause.

use crate::clause::Clause;
use crate::suite::{ProviderSuite, Suite};

/// A clause and the cases that judge by it.
#[derive(Clone, Debug)]
pub struct Coverage<'a> {
    /// The provider.
    pub provider: &'a ProviderSuite,
    /// The clause.
    pub clause: &'a Clause,
    /// The ids of the cases.
    pub cases: Vec<&'a str>,
}

impl Coverage<'_> {
    /// Whether no case judges by the clause although it can be seen from outside.
    pub fn is_missing(&self) -> bool {
        self.cases.is_empty() && self.clause.not_observable.is_none()
    }
}

/// The coverage of every clause, in the order of the suite.
pub fn coverage(suite: &Suite) -> Vec<Coverage<'_>> {
    suite.providers().iter().flat_map(of_provider).collect()
}

fn of_provider(provider: &ProviderSuite) -> impl Iterator<Item = Coverage<'_>> {
    provider.clauses.iter().map(move |clause| {
        let judging = provider.cases.iter().filter(|case| case.clauses.contains(&clause.id));
        Coverage { provider, clause, cases: judging.map(|case| case.id.as_str()).collect() }
    })
}
