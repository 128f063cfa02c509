use std::fmt;

use serde::{Deserialize, Serialize};

/// One statement of a provider document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Its id, such as `ucs.download-once`.
    pub id: String,
    /// What it says, in our words.
    pub statement: String,
    /// Where it is said: document, then table or sentence.
    pub source: String,
    /// How it is known.
    pub provenance: Provenance,
    /// Why it cannot be seen from outside, when it cannot.
    #[serde(rename = "not-observable", default, skip_serializing_if = "Option::is_none")]
    pub not_observable: Option<String>,
}

/// How a clause is known. Later is weaker; the provenance of a case is that of its weakest clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// Stated by one of the provider documents that this project is built on.
    Documented,
    /// Stated by a later official document.
    Newer,
    /// Seen with a real client or in a bug report.
    Observed,
    /// Our judgement. Never presented as the provider's.
    Inferred,
}

impl Provenance {
    /// Every provenance, strongest first.
    pub const ALL: [Self; 4] = [Self::Documented, Self::Newer, Self::Observed, Self::Inferred];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Newer => "newer",
            Self::Observed => "observed",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Provenance {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|provenance| provenance.as_str() == word)
            .ok_or_else(|| format!("`{word}` is no provenance: write documented, newer, observed or inferred"))
    }
}
