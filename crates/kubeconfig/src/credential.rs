//! What makes a credential usable, for those that are written and those that are found.

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::Exec;
use crate::finding::Problem;

/// A token goes into an HTTP header as it is.
pub(crate) fn check_token(token: &str) -> Result<(), Problem> {
    if token.is_empty() {
        return Err(Problem::new("is empty", "ask for a new token"));
    }
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Problem::new("has a character that cannot be sent in a header", "remove white space and line breaks"))
}

/// A private key in PEM. Whether it belongs to the certificate is not looked at.
pub(crate) fn check_key(pem: &[u8]) -> Result<(), Problem> {
    PrivateKeyDer::from_pem_slice(pem).map(|_| ()).map_err(|_| {
        Problem::new("has no private key in PEM", "give a `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY` block")
    })
}

/// The rules of client-go (`validation.go`, and the plugin's own of `exec.go` for the version).
pub(crate) fn check_exec(exec: &Exec) -> Result<(), Problem> {
    if exec.command.is_empty() {
        return Err(Problem::new("has no command", "name the program to run"));
    }
    if exec.env.iter().any(|variable| variable.name.is_empty()) {
        return Err(Problem::new("has an environment variable without a name", "name it or remove it"));
    }
    let mode = exec.interactive_mode.as_deref().filter(|mode| !mode.is_empty());
    match exec.api_version.as_deref() {
        Some("client.authentication.k8s.io/v1") if mode.is_none() => {
            return Err(Problem::new(
                "has no interactiveMode, which v1 requires",
                "set `interactiveMode: IfAvailable`",
            ));
        }
        Some("client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1") => {}
        _ => {
            let remedy = "set `apiVersion: client.authentication.k8s.io/v1`, or v1beta1";
            return Err(Problem::new("has no apiVersion that clients support", remedy));
        }
    }
    match mode {
        None | Some("Never" | "IfAvailable" | "Always") => Ok(()),
        Some(_) => Err(Problem::new("has an interactiveMode that does not exist", "use Never, IfAvailable or Always")),
    }
}
