//! What makes a credential usable, for those that are written and those that are found.

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::Exec;
use crate::finding::Problem;
use crate::hazards::pair;
use crate::model::given;

/// A token goes into an HTTP header as it is.
pub(crate) fn check_token(token: &str) -> Result<(), Problem> {
    if token.is_empty() {
        return Err(Problem::new("is empty", "ask for a new token"));
    }
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    if token.contains(char::is_control) {
        return Err(Problem::new("has a character that cannot be sent in a header", "remove line breaks and the like"));
    }
    Err(Problem::new("has white space, or a character that is not ASCII, as no token has", "copy it anew"))
}

/// A private key in PEM.
pub(crate) fn check_key(pem: &[u8]) -> Result<(), Problem> {
    let remedy = "give a `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY` block";
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| Problem::new("has no private key in PEM", remedy))?;
    if pair::has_form(&key) { Ok(()) } else { Err(Problem::new("has a private key that cannot be read", remedy)) }
}

/// A private key and the certificate in front of it, as far as the kind of key is known here.
pub(crate) fn check_pair(certificate_pem: &[u8], key_pem: &[u8]) -> Result<(), Problem> {
    match pair::belong_together(certificate_pem, key_pem) {
        Some(false) => {
            Err(Problem::new("is not the key of the client certificate", "take certificate and key from one answer"))
        }
        Some(true) | None => Ok(()),
    }
}

/// What an [`Exec`] lacks, by the rules of client-go (`validation.go`, and the plugin's own of `exec.go` for the version).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExecGap {
    Command,
    Version,
    /// A version that no client supports.
    OtherVersion,
    /// The name of the variable at this place.
    VariableName(usize),
    Mode,
    /// A mode that does not exist.
    OtherMode,
}

/// Everything that it lacks.
pub(crate) fn gaps(exec: &Exec) -> Vec<ExecGap> {
    let mut gaps = Vec::new();
    if exec.command.is_empty() {
        gaps.push(ExecGap::Command);
    }
    let version = given(&exec.api_version).map(String::as_str);
    match version {
        None => gaps.push(ExecGap::Version),
        Some("client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1") => {}
        Some(_) => gaps.push(ExecGap::OtherVersion),
    }
    let variables = exec.env.iter().flatten().enumerate();
    gaps.extend(variables.filter(|(_, variable)| variable.name.is_empty()).map(|(at, _)| ExecGap::VariableName(at)));
    match given(&exec.interactive_mode).map(String::as_str) {
        Some("Never" | "IfAvailable" | "Always") => {}
        Some(_) => gaps.push(ExecGap::OtherMode),
        // Reading fills it in for the versions before v1.
        None if version.is_some_and(has_default_mode) => {}
        None => gaps.push(ExecGap::Mode),
    }
    gaps
}

/// Whether reading fills in a mode (client-go, `v1/defaults.go`).
pub(crate) fn has_default_mode(version: &str) -> bool {
    matches!(version, "client.authentication.k8s.io/v1beta1" | "client.authentication.k8s.io/v1alpha1")
}

/// The first thing that it lacks.
pub(crate) fn check_exec(exec: &Exec) -> Result<(), Problem> {
    gaps(exec).first().map_or(Ok(()), |gap| Err(gap.of_credential()))
}

impl ExecGap {
    const VERSIONS: &'static str = "set `apiVersion: client.authentication.k8s.io/v1`, or v1beta1";

    /// The field, and what to say about it.
    pub(crate) fn finding(self) -> (String, Problem) {
        let (field, problem) = match self {
            Self::Command => ("command", Problem::new("is empty", "name the program to run")),
            Self::Version => ("apiVersion", Problem::new("is empty", Self::VERSIONS)),
            Self::OtherVersion => ("apiVersion", Problem::new("is none that clients support", Self::VERSIONS)),
            Self::VariableName(at) => {
                let problem = Problem::new("is empty", "name the variable or remove it");
                return (format!("env[{at}].name"), problem);
            }
            Self::Mode => ("interactiveMode", Problem::new("is empty", "set `IfAvailable`, or Never or Always")),
            Self::OtherMode => ("interactiveMode", Problem::new("does not exist", "use Never, IfAvailable or Always")),
        };
        (field.to_owned(), problem)
    }

    /// What to say about a credential that is to be written.
    fn of_credential(self) -> Problem {
        match self {
            Self::Command => Problem::new("has no command", "name the program to run"),
            Self::Version | Self::OtherVersion => {
                Problem::new("has no apiVersion that clients support", Self::VERSIONS)
            }
            Self::VariableName(_) => Problem::new("has an environment variable without a name", "name it or remove it"),
            Self::Mode => {
                Problem::new("has no interactiveMode, which v1 requires", "set `interactiveMode: IfAvailable`")
            }
            Self::OtherMode => {
                Problem::new("has an interactiveMode that does not exist", "use Never, IfAvailable or Always")
            }
        }
    }
}
