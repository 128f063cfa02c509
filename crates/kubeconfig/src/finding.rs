//! What a check says about a kubeconfig.

use std::borrow::Cow;
use std::fmt;

/// One thing that a check found: [`crate::incompleteness`], [`crate::hazards()`], [`crate::lint()`]. No field holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing it is.
    pub code: FindingCode,
    /// Where it is: `users[0].user.token`; of what is no entry, `line 3, column 1`; empty for the whole.
    pub path: String,
    /// What is wrong or dangerous, as a fragment that follows the path.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
}

impl Finding {
    pub(crate) fn new(
        code: FindingCode,
        path: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, path: path.into(), message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, message, remedy } = self;
        write!(f, "{path}: {message}; {remedy} [{code}]")
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// The kinds of findings. The text of each is stable: reports and baselines may name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FindingCode {
            $($(#[$doc])* $variant,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as reports show it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// Two entries of a list have one name, which kubectl refuses to read.
    DuplicateName = "duplicate-name",
    /// There is nothing in the kubeconfig.
    EmptyKubeconfig = "empty-kubeconfig",
    /// A context has no name.
    UnnamedContext = "unnamed-context",
    /// A namespace is no DNS label.
    UnusableNamespace = "unusable-namespace",
    /// The address of a proxy cannot be used.
    UnusableProxy = "unusable-proxy",
    /// A file that is needed cannot be read.
    UnreadableFile = "unreadable-file",
    /// A UID, groups or more to act as, but no user.
    IncompleteImpersonation = "incomplete-impersonation",
    /// `current-context` is empty.
    NoCurrentContext = "no-current-context",
    /// A context that is not defined is referred to.
    UnknownContext = "unknown-context",
    /// A cluster that is not defined is referred to.
    UnknownCluster = "unknown-cluster",
    /// A user that is not defined is referred to.
    UnknownUser = "unknown-user",
    /// A cluster has no server; kubectl then goes to `localhost:8080`.
    MissingServer = "missing-server",
    /// A server's address cannot be used.
    UnusableServer = "unusable-server",
    /// A server is asked without TLS, so that kubectl sends no credential and others send it in clear.
    PlainHttp = "plain-http",
    /// A cluster has no certificate authority; the system's is then trusted instead.
    MissingCertificateAuthority = "missing-certificate-authority",
    /// A certificate authority cannot be used.
    UnusableCertificateAuthority = "unusable-certificate-authority",
    /// A user has no credential; kubectl then asks for a name and a password.
    NoCredential = "no-credential",
    /// A token cannot be sent.
    UnusableToken = "unusable-token",
    /// A client certificate has no key.
    MissingClientKey = "missing-client-key",
    /// A client key has no certificate.
    MissingClientCertificate = "missing-client-certificate",
    /// A client certificate cannot be used.
    UnusableClientCertificate = "unusable-client-certificate",
    /// A client key cannot be used.
    UnusableClientKey = "unusable-client-key",
    /// A program to log in with lacks something that client-go requires.
    IncompleteExec = "incomplete-exec",
    /// A log-in helper that kubectl does not have.
    UnsupportedAuthProvider = "unsupported-auth-provider",
    /// Two fields exclude each other, and client-go refuses them together.
    ConflictingFields = "conflicting-fields",
    /// A program is run to log in.
    Exec = "exec",
    /// A log-in helper is used, and some clients run a program for it.
    AuthProvider = "auth-provider",
    /// A file of this machine is read.
    FileReference = "file-reference",
    /// The server's certificate is not checked.
    InsecureSkipTlsVerify = "insecure-skip-tls-verify",
    /// The server's certificate is checked for another name than that of its address.
    TlsServerName = "tls-server-name",
    /// The server is at an address of the local network only, where clouds tell programs their secrets.
    LinkLocalServer = "link-local-server",
    /// All traffic goes through a proxy.
    ProxyUrl = "proxy-url",
    /// Requests are made as somebody else.
    Impersonation = "impersonation",
    /// A name and a password are sent.
    BasicAuth = "basic-auth",
    /// A name and a password are in a URL.
    CredentialInUrl = "credential-in-url",
    /// A text holds characters that control a terminal.
    TerminalEscape = "terminal-escape",
    /// A certificate and a key do not belong together.
    KeyMismatch = "key-mismatch",
    /// A certificate or token is not valid any more.
    Expired = "expired",
    /// A certificate or token is not valid any more before long.
    ExpiresSoon = "expires-soon",
    /// A certificate or token is not valid yet.
    NotYetValid = "not-yet-valid",
    /// A key is there twice in a mapping; the last one counts.
    DuplicateKey = "duplicate-key",
    /// A field that client-go does not know.
    UnknownField = "unknown-field",
    /// More follows the first document; nobody reads it.
    IgnoredRest = "ignored-rest",
    /// kubectl refuses the document for how something is written.
    KubectlRefuses = "kubectl-refuses",
    /// Others on this machine can read or change the file.
    OpenToOthers = "open-to-others",
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is wrong with one value, whoever asks: a part of a [`Finding`] or of a [`crate::GenerateError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) message: &'static str,
    pub(crate) remedy: &'static str,
}

impl Problem {
    pub(crate) const fn new(message: &'static str, remedy: &'static str) -> Self {
        Self { message, remedy }
    }

    pub(crate) fn finding(self, code: FindingCode, path: String) -> Finding {
        Finding::new(code, path, self.message, self.remedy)
    }
}
