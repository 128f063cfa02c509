use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::Format;

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

impl FromStr for Destination {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        match path {
            "" => Err("a report needs a place to go: write a path, or - for standard output".to_owned()),
            "-" => Ok(Self::Stdout),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
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
        if path.is_empty() {
            return Err(format!("`{text}` names no path; write `{format}=-` for standard output"));
        }
        Ok(Self { format, destination: path.parse()? })
    }
}
