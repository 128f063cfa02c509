//! What came of a run, for people and for programs.

mod human;
mod json;
mod junit;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::outcome::Run;
use crate::suite::Suite;

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for a terminal, with ANSI styles for whoever prints them to keep or strip.
    Human,
    /// One JSON object, `kubeproof.report/1`.
    Json,
    /// JUnit XML.
    Junit,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Human, Self::Json, Self::Junit];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }

    /// Writes the report of a run over `suite`.
    pub fn render(self, run: &Run, suite: &Suite) -> String {
        match self {
            Self::Human => human::render(run, suite),
            Self::Json => json::render(run),
            Self::Junit => junit::render(run, suite),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A report that is asked for, as `FORMAT=PATH`; the path `-` is standard output.
///
/// ```
/// use kubeproof_conformance::report::{Destination, Format, Wanted};
///
/// let wanted: Wanted = "json=-".parse()?;
/// assert_eq!((wanted.format, wanted.destination), (Format::Json, Destination::Stdout));
/// assert!("yaml=-".parse::<Wanted>().unwrap_err().contains("human, json, junit"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The format.
    pub format: Format,
    /// Where it goes.
    pub destination: Destination,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is no report: write FORMAT=PATH, such as json=report.json or human=-"))?;
        let format = Format::ALL.into_iter().find(|known| known.as_str() == format).ok_or_else(|| {
            let known = Format::ALL.map(Format::as_str).join(", ");
            format!("`{format}` is no format of a report: write one of {known}")
        })?;
        let destination = match path {
            "" => return Err(format!("`{text}` names no path; write `{format}=-` for standard output")),
            "-" => Destination::Stdout,
            path => Destination::File(PathBuf::from(path)),
        };
        Ok(Self { format, destination })
    }
}
