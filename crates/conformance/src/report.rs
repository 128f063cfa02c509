//! What came of a run, for people and for programs.
//!
//! A [`Report`] is made of a [`Run`], or read from the JSON that another run left. Every format is made of it alone.

mod badge;
mod github;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod model;
mod read;
mod several;
mod shards;
mod tap;
mod visible;
mod wanted;

use std::fmt;

pub use self::model::{Report, ReportedCase, ReportedProvider};
pub use self::several::{MergeError, Reports, TooManyAdapters};
pub use self::shards::ReportedShard;
pub use self::wanted::{Destination, Wanted};
use crate::outcome::{Outcome, Run};
use crate::suite::Suite;

/// What the JSON of a report names itself.
const SCHEMA: &str = "kubeproof.report/1";

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for a terminal, with ANSI styles for whoever prints them to keep or strip.
    Human,
    /// One JSON object, `kubeproof.report/1`. Of one adapter.
    Json,
    /// JUnit XML, as the schema of Jenkins has it: a suite for each provider, and for each adapter if there are several.
    Junit,
    /// TAP 14: a subtest for each adapter if there are several.
    Tap,
    /// Markdown of GitHub, such as for the summary of a step.
    Markdown,
    /// Workflow commands of GitHub, which point at the cases that failed.
    Github,
    /// A page that needs nothing besides itself: adapters by cases, and every failure.
    Html,
    /// JSON of a badge, as the endpoint of shields.io takes it. Of one adapter.
    Badge,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Human, Self::Json, Self::Junit, Self::Tap, Self::Markdown, Self::Github, Self::Html, Self::Badge];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Html => "html",
            Self::Badge => "badge",
        }
    }

    /// Whether it shows several adapters in one report.
    pub fn takes_several(self) -> bool {
        !matches!(self, Self::Json | Self::Badge)
    }

    /// Writes the report of a run over `suite`.
    pub fn render(self, run: &Run, suite: &Suite) -> String {
        Report::of(run, suite).render(self)
    }

    /// Of several adapters only where the format takes them.
    fn write(self, reports: &[Report]) -> String {
        match self {
            Self::Human => human::render(reports),
            Self::Json => reports.iter().map(json::render).collect(),
            Self::Junit => junit::render(reports),
            Self::Tap => tap::render(reports),
            Self::Markdown => markdown::render(reports),
            Self::Github => github::render(reports),
            Self::Html => html::render(reports),
            Self::Badge => reports.iter().map(badge::render).collect(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Report {
    /// Writes it in a format.
    pub fn render(&self, format: Format) -> String {
        format.write(std::slice::from_ref(self))
    }
}

/// What is not as it should be, the most pressing first, and what people call it.
const FINDINGS: [(Outcome, &str); 4] = [
    (Outcome::Failed, "Failed"),
    (Outcome::UnexpectedPass, "Stale baseline entries, which pass now"),
    (Outcome::CouldNotRun, "Could not run"),
    (Outcome::ExpectedFailure, "Known failures"),
];

/// How an outcome is counted.
fn counted(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::ExpectedFailure => "expected failures",
        Outcome::UnexpectedPass => "unexpected passes",
        Outcome::CouldNotRun => "could not run",
        Outcome::Skipped => "skipped",
    }
}
