//! What is wrong with a document, and where.

use std::fmt;

use super::Warning;

/// A place in a document. Lines and columns count from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What kind of mistake a [`ReadError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The document is larger, deeper or repeats more through aliases than is read.
    Limit,
    /// The bytes are not text.
    Encoding,
    /// The text is not YAML.
    Syntax,
    /// The document is something else: another `kind` or `apiVersion`, or no mapping at all.
    NotAKubeconfig,
    /// A value is of the wrong type.
    Type,
    /// A `*-data` value is not base64.
    Base64,
    /// A name is there twice in one list.
    DuplicateName,
    /// kubectl would read it, but the strict profile does not.
    Strict,
}

/// Why a document is not a kubeconfig. Nothing in it, its `Debug` form included, shows a value of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    kind: ReadErrorKind,
    location: Option<Location>,
    message: String,
    snippet: Option<String>,
}

impl ReadError {
    pub(super) fn new(kind: ReadErrorKind, message: impl Into<String>) -> Self {
        Self { kind, location: None, message: message.into(), snippet: None }
    }

    pub(super) fn at(kind: ReadErrorKind, location: Location, message: impl Into<String>) -> Self {
        Self { location: Some(location), ..Self::new(kind, message) }
    }

    pub(super) fn strict(warning: &Warning) -> Self {
        Self::at(ReadErrorKind::Strict, warning.location, format!("{}; {}", warning.message, warning.remedy))
    }

    /// Adds what may be shown of the line.
    pub(super) fn in_text(mut self, text: &str) -> Self {
        self.snippet = self.location.and_then(|location| {
            let line = super::text::line(text, location.line)?;
            Some(format!("{} | {}", location.line, field_of(line)?))
        });
        self
    }

    /// What kind of mistake it is.
    #[must_use]
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// Where the mistake is; `None` when it is one of the document as a whole.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        self.location
    }

    /// The line with the mistake, its value replaced by `…`: `4 |     token: …`. `None` when the line starts with
    /// anything but a field of a kubeconfig, since it may then be a secret.
    #[must_use]
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_deref()
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// The field that a line starts with, and `…` for its value.
fn field_of(line: &str) -> Option<String> {
    let start = line.trim_start_matches([' ', '\t', '-']);
    let indent = line.strip_suffix(start)?;
    let (field, _) = start.split_once(':')?;
    FIELDS.contains(&field).then(|| format!("{indent}{field}: …"))
}

/// The names of all fields that client-go knows.
const FIELDS: &[&str] = &[
    "apiVersion",
    "args",
    "as",
    "as-groups",
    "as-uid",
    "as-user-extra",
    "auth-provider",
    "certificate-authority",
    "certificate-authority-data",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "cluster",
    "clusters",
    "colors",
    "command",
    "config",
    "context",
    "contexts",
    "current-context",
    "disable-compression",
    "env",
    "exec",
    "extension",
    "extensions",
    "insecure-skip-tls-verify",
    "installHint",
    "interactiveMode",
    "kind",
    "name",
    "namespace",
    "password",
    "preferences",
    "provideClusterInfo",
    "proxy-url",
    "server",
    "tls-server-name",
    "token",
    "tokenFile",
    "user",
    "username",
    "users",
    "value",
];
