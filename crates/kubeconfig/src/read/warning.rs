//! What kubectl does not say.

use std::borrow::Cow;
use std::fmt;

use super::Location;

/// Something in a document that kubectl passes over without a word, or that it refuses although it is read here. Nothing
/// in it shows a value of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What kind of thing it is.
    pub kind: WarningKind,
    /// Where it is.
    pub location: Location,
    /// What is to be known, as a fragment.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
}

/// What a [`Warning`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A key is there twice in a mapping; the last one counts.
    DuplicateKey,
    /// A field that client-go does not know, or that is spelt in another case. kubectl drops it when it writes the file.
    UnknownField,
    /// More follows the first document; nobody reads it.
    IgnoredRest,
    /// kubectl refuses the document for this.
    KubectlRefuses,
}

impl Warning {
    pub(super) fn new(
        kind: WarningKind,
        location: Location,
        message: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { kind, location, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.location, self.message, self.remedy)
    }
}

/// Warnings as they come up. Of a document with thousands, the first are enough.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<Warning>);

impl Warnings {
    const MOST: usize = 100;

    pub(super) fn add(
        &mut self,
        kind: WarningKind,
        location: Location,
        message: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) {
        if self.0.len() < Self::MOST {
            self.0.push(Warning::new(kind, location, message, remedy));
        }
    }

    /// In the order of the document.
    pub(super) fn sorted(mut self) -> Vec<Warning> {
        self.0.sort_by_key(|warning| (warning.location.line, warning.location.column));
        self.0
    }
}
