use std::collections::BTreeMap;
use std::fmt;

use kubeproof_emulator::providers::PROVIDERS;

use super::shards::Shards;
use super::{Format, Report, ReportedCase};
use crate::adapter::About;
use crate::case::Place;
use crate::outcome::Outcome;
use crate::shard::Shard;

/// Reports of one or several adapters, side by side.
///
/// Reports of the same adapter, by name and version, are parts of one run: their cases are put together. Those that say which
/// shard they are have to be all that there are.
///
/// ```
/// use kubeproof_conformance::report::{Format, Report, Reports};
///
/// let of = |name: &str, id: &str| {
///     let text = format!(
///         r#"{{"schema": "kubeproof.report/1", "adapter": {{"name": "{name}", "version": "1", "providers": [], "features": []}},
///             "cases": [{{"id": "{id}", "provider": "ucs", "level": "must", "provenance": "documented", "clauses": [],
///                         "outcome": "passed", "message": "", "duration_ms": 1}}]}}"#
///     );
///     Report::from_json("report.json", &text).unwrap()
/// };
/// let shards = Reports::merge([("1.json", of("sdk", "ucs/a/x")), ("2.json", of("sdk", "ucs/a/y"))]).unwrap();
/// assert_eq!(shards.render(Format::Badge).unwrap().contains("2 passed"), true);
///
/// let two = Reports::merge([("1.json", of("sdk", "ucs/a/x")), ("2.json", of("other", "ucs/a/x"))]).unwrap();
/// assert!(two.render(Format::Html).is_ok());
/// assert!(two.render(Format::Badge).unwrap_err().to_string().contains("sdk 1, other 1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reports(Vec<Report>);

/// Why reports cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no report; name a file")]
    Nothing,
    /// The same case of the same adapter came out differently.
    #[error(
        "the case `{case}` of {adapter} is `{}` in {} and `{}` in {}: they are not shards of one run; leave one file out, \
         or run them as different versions",
        .outcomes[0], .files[0], .outcomes[1], .files[1]
    )]
    Contradiction {
        /// The adapter's name and version.
        adapter: String,
        /// The id of the case.
        case: String,
        /// What came of it in either file.
        outcomes: [Outcome; 2],
        /// The files.
        files: [String; 2],
    },
    /// Not every shard of a run is there.
    #[error(
        "of the shards of {adapter}, {given} came, and {missing} did not{}: name the report of every shard, made with the same \
         patterns, fixtures, options and version of kubeproof, and each in a file of its own",
        of_another(.others)
    )]
    MissingShards {
        /// The adapter's name and version.
        adapter: String,
        /// The first of those that are missing, and how many more.
        missing: String,
        /// The first of those that are there, with their files, and how many more.
        given: String,
        /// The first of those that are of another run, with their files, and how many more; empty where there is none.
        others: String,
    },
    /// Two files are the same shard.
    #[error(
        "the shard {shard} of {adapter} came twice, in {} and in {}: leave one file out, or give each job a number of its own",
        .files[0], .files[1]
    )]
    ShardTwice {
        /// The adapter's name and version.
        adapter: String,
        /// The shard.
        shard: Shard,
        /// The files.
        files: [String; 2],
    },
    /// Every shard is there, and they hold other cases than were selected.
    #[error("the shards of {adapter} do not hold the cases that were selected: {files} were changed; write them again")]
    OtherCases {
        /// The adapter's name and version.
        adapter: String,
        /// The files.
        files: String,
    },
}

fn of_another(others: &str) -> String {
    if others.is_empty() { String::new() } else { format!("; of another run is {others}") }
}

/// A format that is of one adapter was asked for, of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooManyAdapters {
    format: Format,
    adapters: Vec<String>,
}

impl fmt::Display for TooManyAdapters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fit = Format::ALL.into_iter().filter(|format| format.takes_several()).map(Format::as_str);
        write!(
            f,
            "a {} report is of one adapter, and these are of {}: {}; write one for each, or one of {}",
            self.format,
            self.adapters.len(),
            self.adapters.join(", "),
            fit.collect::<Vec<_>>().join(", ")
        )
    }
}

impl std::error::Error for TooManyAdapters {}

impl Reports {
    /// Puts reports together that were read from these files.
    ///
    /// # Errors
    ///
    /// When there is none, two say different things of the same case of the same adapter, or shards of a run are missing, are
    /// there twice, or are not whole.
    pub fn merge(read: impl IntoIterator<Item = (impl Into<String>, Report)>) -> Result<Self, MergeError> {
        let mut merged: Vec<Merging> = Vec::new();
        for (file, report) in read {
            let file = file.into();
            match merged.iter_mut().find(|merging| merging.is_of(&report.adapter)) {
                Some(merging) => merging.add(&file, report)?,
                None => merged.push(Merging::new(&file, report)?),
            }
        }
        if merged.is_empty() {
            return Err(MergeError::Nothing);
        }
        Ok(Self(merged.into_iter().map(Merging::finish).collect::<Result<_, _>>()?))
    }

    /// One for each adapter, in the order in which they were given; there is one at least.
    pub fn iter(&self) -> impl Iterator<Item = &Report> {
        self.0.iter()
    }

    /// Writes them in a format.
    ///
    /// # Errors
    ///
    /// When they are of several adapters, and the format is of one.
    pub fn render(&self, format: Format) -> Result<String, TooManyAdapters> {
        if self.0.len() > 1 && !format.takes_several() {
            return Err(TooManyAdapters { format, adapters: self.iter().map(Report::title).collect() });
        }
        Ok(format.write(&self.0))
    }
}

/// The shards of one adapter, as far as they were put together.
struct Merging {
    report: Report,
    /// The file that each case was read from.
    files: BTreeMap<String, String>,
    shards: Shards,
}

impl Merging {
    fn new(file: &str, mut report: Report) -> Result<Self, MergeError> {
        let files = report.cases.iter().map(|case| (case.id.clone(), file.to_owned())).collect();
        let mut shards = Shards::default();
        note_shard(&mut shards, file, &mut report)?;
        Ok(Self { report, files, shards })
    }

    fn is_of(&self, adapter: &About) -> bool {
        let own = &self.report.adapter;
        (&own.name, &own.version) == (&adapter.name, &adapter.version)
    }

    fn add(&mut self, file: &str, mut report: Report) -> Result<(), MergeError> {
        note_shard(&mut self.shards, file, &mut report)?;
        for case in report.cases {
            match self.files.get(&case.id) {
                Some(first) => self.agree(&case, first, file)?,
                None => {
                    self.files.insert(case.id.clone(), file.to_owned());
                    self.report.cases.push(case);
                }
            }
        }
        let About { providers, features, .. } = report.adapter;
        unite(&mut self.report.adapter.providers, providers, |a, b| a == b);
        unite(&mut self.report.adapter.features, features, |a, b| a == b);
        unite(&mut self.report.providers, report.providers, |a, b| a.name == b.name);
        unite(&mut self.report.clauses, report.clauses, |a, b| a.id == b.id);
        Ok(())
    }

    fn agree(&self, case: &ReportedCase, first: &str, second: &str) -> Result<(), MergeError> {
        match self.report.cases.iter().find(|other| other.id == case.id) {
            Some(other) if other.outcome != case.outcome => Err(MergeError::Contradiction {
                adapter: self.report.title(),
                case: case.id.clone(),
                outcomes: [other.outcome, case.outcome],
                files: [first.to_owned(), second.to_owned()],
            }),
            _ => Ok(()),
        }
    }

    /// In the order of the suite, whatever the order of the files.
    fn finish(mut self) -> Result<Report, MergeError> {
        self.shards.check(&self.report.title())?;
        self.report.providers.sort_by(|a, b| (rank(&a.name), &a.name).cmp(&(rank(&b.name), &b.name)));
        self.report.cases.sort_by(|a, b| in_order(a).cmp(&in_order(b)));
        self.report.clauses.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(self.report)
    }
}

/// What is put together is no shard any more.
fn note_shard(shards: &mut Shards, file: &str, report: &mut Report) -> Result<(), MergeError> {
    let Some(of) = report.shard.take() else { return Ok(()) };
    shards.add(&report.title(), of, file, report.cases.iter().map(|case| case.id.clone()).collect())
}

/// Where a case stands in the suite. Cases of which that is not known stay in the order of their file.
pub(super) fn in_order(case: &ReportedCase) -> (usize, &str, Option<&Place>) {
    (rank(&case.provider), &case.provider, case.place.as_ref())
}

fn rank(provider: &str) -> usize {
    PROVIDERS.iter().position(|known| *known == provider).unwrap_or(PROVIDERS.len())
}

fn unite<T>(these: &mut Vec<T>, those: Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for one in those {
        if !these.iter().any(|other| same(other, &one)) {
            these.push(one);
        }
    }
}
