//! What an adapter is known to fail.

mod pattern;
mod update;

pub use update::{Update, UpdateError};

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use self::pattern::Pattern;
use crate::case::Place;
use crate::nearest::nearest;
use crate::outcome::{CaseResult, Outcome, Run};
use crate::problem::{Problem, SuiteError};
use crate::suite::Suite;
use crate::yaml::{parse, place};

/// What an adapter is known to fail, and why.
///
/// An entry names one case, gives a reason, and says what the failure is. A failure that it says is an
/// [`ExpectedFailure`](Outcome::ExpectedFailure); another failure of the same case is a failure, and a pass is an
/// [`UnexpectedPass`](Outcome::UnexpectedPass), so that an entry cannot outlive what it is for.
///
/// ```
/// use kubeproof_conformance::{Baseline, Suite};
///
/// let suite = Suite::embedded()?;
/// let text = "\
/// - case: ucs/download/second-call-is-refused
///   reason: the SDK takes `Downloaded` for access information, see its issue 7
///   failure: 'step 2: expected error already-downloaded; came access information'
/// ";
/// assert_eq!(Baseline::parse(text, "sdk.yaml", &suite)?.len(), 1);
/// let mistake = Baseline::parse("- {case: ucs/*, reason: all, failure: any}", "sdk.yaml", &suite).unwrap_err();
/// assert!(mistake.to_string().starts_with("sdk.yaml:1:10: "));
/// # Ok::<(), kubeproof_conformance::SuiteError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

/// What is known of one case.
#[derive(Clone, Debug)]
struct Entry {
    place: Place,
    reason: String,
    failure: Pattern,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntrySource {
    case: Spanned<String>,
    reason: Spanned<String>,
    failure: Spanned<String>,
}

impl Baseline {
    /// Reads the text of a file that is called `file` in messages: a list of entries, each with `case`, `reason` and
    /// `failure`. In a failure, `[..]` stands for any text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with line and column: a case that there is not, or that stands twice; a pattern where a
    /// case has to stand; a reason that says nothing; a failure that would be any.
    pub fn parse(text: &str, file: &str, suite: &Suite) -> Result<Self, SuiteError> {
        let Reading { baseline, mut problems, without_reason, .. } = Reading::of(text, file, suite);
        problems.extend(without_reason);
        if problems.is_empty() { Ok(baseline) } else { Err(SuiteError::new(problems)) }
    }

    /// How many cases it is about.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it is about none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Judges the results of a run by what is known. Entries of cases that were not run are left alone.
    pub fn judge(&self, run: &mut Run) {
        for result in &mut run.results {
            self.judge_result(result);
        }
    }

    /// Judges one result by what is known.
    pub fn judge_result(&self, result: &mut CaseResult) {
        let Some(entry) = self.entries.get(&result.case.id) else { return };
        let Entry { place, reason, failure } = entry;
        match result.outcome {
            Outcome::Failed if failure.fits(&result.message()) => {
                result.outcome = Outcome::ExpectedFailure;
                result.reason = Some(format!("known, as {place} says: {reason}"));
            }
            Outcome::Failed => {
                result.reason = Some(format!("another failure than {place} says: {failure}"));
            }
            Outcome::Passed => {
                result.outcome = Outcome::UnexpectedPass;
                result.reason = Some(format!("{place} says that it fails: remove that entry"));
            }
            Outcome::ExpectedFailure | Outcome::UnexpectedPass | Outcome::CouldNotRun | Outcome::Skipped => {}
        }
    }
}

/// What was read of a file.
struct Reading {
    baseline: Baseline,
    sources: Vec<EntrySource>,
    problems: Vec<Problem>,
    /// Entries whose reasons are left to be written.
    without_reason: Vec<Problem>,
}

impl Reading {
    fn of(text: &str, file: &str, suite: &Suite) -> Self {
        let (mut problems, mut without_reason) = (Vec::new(), Vec::new());
        let sources = if is_empty(text) { None } else { parse::<Vec<EntrySource>>(text, file, &mut problems) };
        let sources = sources.unwrap_or_default();
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for EntrySource { case, reason, failure } in &sources {
            let here = place(file, case.referenced);
            if let Err(problem) = check_case(&case.value, suite) {
                problems.push(Problem::at(here.clone(), problem));
            }
            if reason.value.trim().is_empty() {
                let problem =
                    "say why the adapter fails this case, and who knows of it: an empty reason explains nothing";
                without_reason.push(Problem::at(place(file, reason.referenced), problem));
            }
            let failure = match Pattern::parse(&failure.value) {
                Ok(failure) => failure,
                Err(problem) => {
                    problems.push(Problem::at(place(file, failure.referenced), problem));
                    continue;
                }
            };
            let entry = Entry { place: here.clone(), reason: reason.value.clone(), failure };
            if let Some(earlier) = entries.insert(case.value.clone(), entry) {
                let problem =
                    format!("`{}` stands at line {} already; leave one of them out", case.value, earlier.place.line);
                problems.push(Problem::at(here, problem));
            }
        }
        Self { baseline: Baseline { entries }, sources, problems, without_reason }
    }
}

/// Whether nothing but comments stands in a file.
fn is_empty(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim_end() == "---")
}

fn check_case(id: &str, suite: &Suite) -> Result<(), String> {
    if suite.case(id).is_some() {
        return Ok(());
    }
    let folder = format!("{}/", id.trim_end_matches('/'));
    if id.contains(['*', '?', '[', '{']) || suite.cases().any(|case| case.id.starts_with(&folder)) {
        return Err(format!(
            "`{id}` is more than one case; write an entry for each that fails, with what is wrong with it"
        ));
    }
    Err(match nearest(id, suite.cases().map(|case| case.id.as_str())) {
        Some(similar) => format!("there is no case `{id}`; did you mean `{similar}`?"),
        None => format!("there is no case `{id}`; see `kubeproof list`"),
    })
}
