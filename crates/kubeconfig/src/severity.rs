//! How much a finding matters.

use std::fmt;

use crate::finding::{Finding, FindingCode};

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// It is as it may be, and good to know.
    Notice,
    /// It works, and is dangerous or ends before long.
    Warning,
    /// It does not work, or kubectl refuses it.
    Error,
}

impl Severity {
    /// The severity as reports show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FindingCode {
    /// How much a finding of this code matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            // A file of a list need not have a current context.
            Self::NoCurrentContext | Self::TlsServerName | Self::UnknownField => Severity::Notice,
            Self::PlainHttp
            | Self::MissingCertificateAuthority
            | Self::MissingClientCertificate
            | Self::Exec
            | Self::AuthProvider
            | Self::FileReference
            | Self::InsecureSkipTlsVerify
            | Self::ProxyUrl
            | Self::Impersonation
            | Self::BasicAuth
            | Self::CredentialInUrl
            | Self::TerminalEscape
            | Self::LinkLocalServer
            | Self::DuplicateKey
            | Self::IgnoredRest
            | Self::OpenToOthers
            | Self::ExpiresSoon => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Finding {
    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}
