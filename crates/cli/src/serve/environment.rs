//! The environment that points a client at a server.

use std::path::Path;

use kubeproof::emulator::CallerCredentials;
use kubeproof::emulator::host::server::Server;

use super::credentials::Origins;

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
        variables.set(&format!("KUBEPROOF_{}_URL", provider.to_uppercase()), base_url.clone());
        let caller = session.caller();
        let id = |name: &str| caller.cluster.get(name).cloned();
        let mut bearer = |names: &[&str]| {
            let token = caller.credentials.iter().find_map(|known| match known {
                CallerCredentials::Bearer(token) => Some((known, token)),
                CallerCredentials::Token(_) | CallerCredentials::AccessKey { .. } => None,
            });
            let Some((known, token)) = token else { return };
            let may = credentials.is_example(&session, known);
            names.iter().for_each(|name| variables.credential(name, token, may, credentials.file()));
        };
        match provider {
            // Those of doctl and of the Terraform provider.
            "digitalocean" => {
                bearer(&["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"]);
                variables.set("DIGITALOCEAN_API_URL", base_url);
            }
            // Those of the SDKs for Python and Node.
            "fireworks" => {
                bearer(&["FIREWORKS_API_KEY"]);
                variables.set("FIREWORKS_BASE_URL", base_url);
                variables.set_some("FIREWORKS_ACCOUNT_ID", id("account_id"));
            }
            // Those of the SDKs of Huawei Cloud, which take the endpoint of a service from that of a region. The region is
            // called `kubeproof` here.
            "cce" | "ucs" => {
                for known in &caller.credentials {
                    let CallerCredentials::AccessKey { access_key, secret_key } = known else { continue };
                    let may = credentials.is_example(&session, known);
                    variables.credential("HUAWEICLOUD_SDK_AK", access_key, may, credentials.file());
                    variables.credential("HUAWEICLOUD_SDK_SK", secret_key, may, credentials.file());
                    break;
                }
                variables.set_some("HUAWEICLOUD_SDK_PROJECT_ID", id("project_id"));
                variables.set(&format!("HUAWEICLOUD_SDK_REGION_{}_KUBEPROOF", provider.to_uppercase()), base_url);
            }
            _ => {}
        }
    }
    if let Some(admin_url) = server.admin_url() {
        variables.set("KUBEPROOF_ADMIN_URL", admin_url);
    }
    variables.0
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
