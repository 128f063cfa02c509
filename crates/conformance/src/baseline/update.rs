use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::pattern::Pattern;
use super::{Baseline, EntrySource, Reading};
use crate::outcome::{Outcome, Run};
use crate::problem::SuiteError;
use crate::suite::Suite;

/// A file of a baseline as a run wants it, and what was changed.
#[derive(Clone, Debug)]
pub struct Update {
    /// The new text. Comments are as they were.
    pub text: String,
    /// What it says.
    pub baseline: Baseline,
    /// The cases that fail and had no entry. Their reasons are left to be written, at these lines.
    pub added: Vec<(String, usize)>,
    /// The cases that fail otherwise than their entries said.
    pub changed: Vec<String>,
    /// The cases that pass now, whose entries are gone.
    pub removed: Vec<String>,
}

/// Why a baseline is not brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// It is not read.
    #[error(transparent)]
    Wrong(#[from] SuiteError),
    /// An entry shares a line with another.
    #[error(
        "the entry of `{case}` shares a line with something else; write each entry on lines of its own, and each of its keys too"
    )]
    Layout {
        /// Its case.
        case: String,
    },
    /// A part of the suite was run: what was not run would be lost.
    #[error(
        "{missing} cases were not selected: an update is of the whole suite; run it without patterns and options that select"
    )]
    Filtered {
        /// How many cases were not run.
        missing: usize,
    },
}

impl Update {
    /// What was changed and what is left to be done, a line each; `file` is what the baseline is called.
    pub fn summary(&self, file: &str) -> Vec<String> {
        let Self { added, changed, removed, .. } = self;
        let counts =
            format!("{file}: entries added: {}, changed: {}, removed: {}", added.len(), changed.len(), removed.len());
        let reasons = added.iter().map(|(case, line)| format!("{file}:{line}: say why {case} fails"));
        let doubts =
            changed.iter().map(|case| format!("{case} fails otherwise now: see whether its reason is still true"));
        std::iter::once(counts).chain(reasons).chain(doubts).collect()
    }

    /// Brings the text of a baseline up to date with a run that was not judged by it: entries of what passes go, those of
    /// what fails otherwise are changed, and what fails without one gets one. What was skipped or could not run is left.
    ///
    /// # Errors
    ///
    /// When the file is wrong beyond reasons that are missing, is not laid out by lines, or not the whole suite was run.
    pub fn of(text: &str, file: &str, suite: &Suite, run: &Run) -> Result<Self, UpdateError> {
        let ran: BTreeSet<&str> = run.results.iter().map(|result| result.case.id.as_str()).collect();
        let missing = suite.cases().filter(|case| !ran.contains(case.id.as_str())).count();
        if missing > 0 {
            return Err(UpdateError::Filtered { missing });
        }
        let Reading { sources, problems, .. } = Reading::of(text, file, suite);
        if !problems.is_empty() {
            return Err(SuiteError::new(problems).into());
        }
        let lines: Vec<&str> = text.lines().collect();
        let entries = entries(&lines, sources)?;
        let mut update = Self {
            text: String::new(),
            baseline: Baseline::default(),
            added: Vec::new(),
            changed: Vec::new(),
            removed: Vec::new(),
        };
        let mut edits: Vec<(Range<usize>, Option<String>)> = Vec::new();
        let mut new = Vec::new();
        for result in &run.results {
            let id = &result.case.id;
            match (result.outcome, entries.get(id)) {
                (Outcome::Passed | Outcome::UnexpectedPass, Some(entry)) => {
                    edits.push((entry.lines.clone(), None));
                    update.removed.push(id.clone());
                }
                (Outcome::Failed | Outcome::ExpectedFailure, Some(entry)) => {
                    let message = result.message();
                    if !Pattern::parse(&entry.failure).is_ok_and(|failure| failure.fits(&message)) {
                        let line = format!("{}failure: {}", entry.key_indent, quoted(&Pattern::of(&message)));
                        edits.push((entry.failure_lines.clone(), Some(line)));
                        update.changed.push(id.clone());
                    }
                }
                (Outcome::Failed | Outcome::ExpectedFailure, None) => new.push((id, Pattern::of(&result.message()))),
                _ => {}
            }
        }
        let mut written = 0;
        for (number, line) in lines.iter().enumerate() {
            if let Some((range, by)) = edits.iter().find(|(range, _)| range.contains(&number)) {
                if let (Some(by), true) = (by, range.start == number) {
                    push(&mut update.text, &mut written, by);
                }
            } else {
                push(&mut update.text, &mut written, line);
            }
        }
        for (id, failure) in new {
            push(&mut update.text, &mut written, &format!("- case: {id}"));
            push(&mut update.text, &mut written, "  reason: ''");
            update.added.push((id.clone(), written));
            push(&mut update.text, &mut written, &format!("  failure: {}", quoted(&failure)));
        }
        // What it lacks is reasons, which nobody but a person can give.
        update.baseline = Reading::of(&update.text, file, suite).baseline;
        Ok(update)
    }
}

fn push(text: &mut String, written: &mut usize, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
    *written += 1;
}

/// Where an entry stands.
struct Lines {
    /// The whole of it, without the comments that follow it.
    lines: Range<usize>,
    failure: String,
    failure_lines: Range<usize>,
    /// What stands before the key `failure`: blanks, or the dash of the entry.
    key_indent: String,
}

fn entries(lines: &[&str], sources: Vec<EntrySource>) -> Result<BTreeMap<String, Lines>, UpdateError> {
    let starts: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| line.starts_with("- "))).collect();
    let mut entries = BTreeMap::new();
    for EntrySource { case, failure, .. } in sources {
        let wrong = || UpdateError::Layout { case: case.value.clone() };
        let of = |place: serde_saphyr::Location| usize::try_from(place.line()).unwrap_or(1).saturating_sub(1);
        let (case_line, failure_line) = (of(case.referenced), of(failure.referenced));
        let at = starts.partition_point(|start| *start <= case_line).checked_sub(1).ok_or_else(wrong)?;
        let start = starts.get(at).copied().ok_or_else(wrong)?;
        let end = starts.get(at + 1).copied().unwrap_or(lines.len());
        let end = start + trimmed(lines.get(start..end).unwrap_or_default());
        // The key is on the line of its value, or above it where the value is a block.
        let key =
            (start..=failure_line).rev().find_map(|number| Some((number, key_indent(lines.get(number)?, "failure")?)));
        let (number, key_indent) = key.filter(|(number, _)| (start..end).contains(number)).ok_or_else(wrong)?;
        let deeper = |line: &&str| line.trim().is_empty() || indent(line) > key_indent.len();
        let more = lines.get(number + 1..end).unwrap_or_default();
        let failure_end =
            number + 1 + trimmed(more.get(..more.iter().take_while(|line| deeper(line)).count()).unwrap_or_default());
        let is_alone = entries.values().all(|other: &Lines| other.lines.start != start);
        if !is_alone {
            return Err(wrong());
        }
        let entry = Lines { lines: start..end, failure: failure.value, failure_lines: number..failure_end, key_indent };
        entries.insert(case.value, entry);
    }
    Ok(entries)
}

/// How many of these lines are left without the comments and blank lines at their end.
fn trimmed(lines: &[&str]) -> usize {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    lines.iter().rposition(is_content).map_or(0, |last| last + 1)
}

/// What stands before a key; `None` when the line is not that of the key.
fn key_indent(line: &str, key: &str) -> Option<String> {
    let blanks = indent(line);
    let rest = line.get(blanks..)?;
    let (before, rest) = match rest.strip_prefix("- ") {
        Some(rest) => (format!("{}- ", " ".repeat(blanks)), rest),
        None => (" ".repeat(blanks), rest),
    };
    rest.strip_prefix(key)?.starts_with(':').then_some(before)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A text on one line, as YAML and JSON both read it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
