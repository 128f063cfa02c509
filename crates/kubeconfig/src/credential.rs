//! What makes a credential usable, for those that are written and those that are found.

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::Exec;
use crate::finding::Problem;
use crate::hazards::pair;

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

/// The rules of client-go (`validation.go`, and the plugin's own of `exec.go` for the version).
pub(crate) fn check_exec(exec: &Exec) -> Result<(), Problem> {
    if exec.command.is_empty() {
        return Err(Problem::new("has no command", "name the program to run"));
    }
    if exec.env.iter().flatten().any(|variable| variable.name.is_empty()) {
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
