//! The environment that points a client at a server.

use std::path::Path;

use kubeproof::emulator::host::server::Server;
use kubeproof::emulator::{Caller, CallerCredentials};

use super::credentials::Origins;
use crate::provider::{Meaning, Provider};

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    /// What it is to be set to; otherwise, what it is for and where that comes from.
    pub(super) value: Result<String, String>,
}

/// What names a certificate authority to OpenSSL and what is built on it, to Python's requests, to Node and to curl.
const AUTHORITY: [&str; 4] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"];

/// The variables for every provider that is served.
pub(super) fn variables(server: &Server, credentials: &Origins, authority: Option<&Path>) -> Vec<Variable> {
    let mut variables = Variables::default();
    if let Some(path) = authority {
        for name in AUTHORITY {
            variables.set(name, path.display().to_string());
        }
    }
    for provider in server.providers() {
        let Some(base_url) = server.base_url(provider) else { continue };
        let Some(session) = server.session(provider) else { continue };
        variables.set(&format!("KUBEPROOF_{}_URL", provider.to_uppercase().replace('-', "_")), base_url.clone());
        let caller = session.caller();
        for (name, meaning) in Provider::of(provider).map_or(&[][..], |provider| provider.environment) {
            let part = match meaning {
                Meaning::BaseUrl => {
                    variables.set(name, base_url.clone());
                    continue;
                }
                Meaning::Id(id) => {
                    variables.set_some(name, caller.cluster.get(*id).cloned());
                    continue;
                }
                Meaning::Bearer => caller.credentials.iter().find_map(|known| match known {
                    CallerCredentials::Bearer(token) => Some((known, token)),
                    CallerCredentials::Token(_) | CallerCredentials::AccessKey { .. } => None,
                }),
                Meaning::AccessKey => pair(&caller).map(|(known, access_key, _)| (known, access_key)),
                Meaning::SecretKey => pair(&caller).map(|(known, _, secret_key)| (known, secret_key)),
            };
            if let Some((known, part)) = part {
                let may_be_shown = credentials.is_example(&session, known);
                variables.credential(name, part, may_be_shown, credentials.file());
            }
        }
    }
    if let Some(admin_url) = server.admin_url() {
        variables.set("KUBEPROOF_ADMIN_URL", admin_url);
    }
    variables.0
}

/// The first signing key pair, and its parts.
fn pair(caller: &Caller) -> Option<(&CallerCredentials, &String, &String)> {
    caller.credentials.iter().find_map(|known| match known {
        CallerCredentials::AccessKey { access_key, secret_key } => Some((known, access_key, secret_key)),
        CallerCredentials::Bearer(_) | CallerCredentials::Token(_) => None,
    })
}

/// The first line of such a file, by which it is known again.
const FIRST_LINE: &str = "# Written by kubeproof serve, and removed when it ends.";

/// Whether a file was written by an earlier `kubeproof serve`.
pub(super) fn is_ours(text: &str) -> bool {
    text.lines().next() == Some(FIRST_LINE)
}

/// The lines of a file that shells, containers and services read alike.
pub(super) fn lines(variables: &[Variable]) -> String {
    let lines: String = variables
        .iter()
        .map(|Variable { name, value }| match value {
            Ok(value) if value.chars().all(is_plain) => format!("{name}={value}\n"),
            Ok(value) => format!("{name}={}\n", kubeproof::conformance::by_hand::quoted(value)),
            Err(reason) => format!("# {name}: {reason}\n"),
        })
        .collect();
    format!("{FIRST_LINE}\n{lines}")
}

/// Whether no reader of such files takes a character for more than itself.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/@%+,[]".contains(c)
}

#[derive(Default)]
struct Variables(Vec<Variable>);

impl Variables {
    /// Sets a variable, unless another provider has: two share one only where they share what it is for.
    fn add(&mut self, name: &str, value: Result<String, String>) {
        if !self.0.iter().any(|known| known.name == name) {
            self.0.push(Variable { name: name.to_owned(), value });
        }
    }

    fn set(&mut self, name: &str, value: String) {
        self.add(name, Ok(value));
    }

    fn set_some(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    fn credential(&mut self, name: &str, value: &str, may_be_shown: bool, file: &str) {
        let withheld = || format!("set it to one of {file}, which is not shown");
        self.add(name, if may_be_shown { Ok(value.to_owned()) } else { Err(withheld()) });
    }
}
