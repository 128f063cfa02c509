//! Whether a kubeconfig has everything that a client needs.
//!
//! kubectl is lenient in a way that hurts: a context that refers to nothing goes to `localhost:8080`, and a user
//! without a credential becomes a question on the terminal. These checks find both before.

use std::collections::HashMap;

use crate::endpoint::{Address, PLAIN};
use crate::finding::{Finding, FindingCode, Problem};
use crate::model::{Cluster, Kubeconfig, User};
use crate::{Data, Secret, authority, credential};

/// What the current context lacks to be used, and names that are there twice. Empty when it is complete.
///
/// Complete is: the current context, its cluster and its user are defined; the server is an `https://` address (plain
/// HTTP to this machine is allowed); there is a certificate authority that can be loaded, unless verification is
/// switched off; there is a credential that can be sent. Files that are referred to are taken to be there.
#[must_use]
pub fn incompleteness(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let mut findings = duplicates(kubeconfig);
    match kubeconfig.contexts.iter().position(|entry| entry.name == kubeconfig.current_context) {
        _ if kubeconfig.current_context.is_empty() => findings.push(Finding::new(
            FindingCode::NoCurrentContext,
            "current-context",
            "is empty",
            "name one of the contexts",
        )),
        Some(at) => context(kubeconfig, at, &mut findings),
        None => findings.push(Finding::new(
            FindingCode::UnknownContext,
            "current-context",
            format!("names context {:?}, which is not defined", kubeconfig.current_context),
            "name one of the contexts",
        )),
    }
    findings
}

/// What any context lacks to be used, and names that are there twice. Whether there is a current context does not
/// count, but a kubeconfig without a context is not complete.
#[must_use]
pub fn incompleteness_of_every_context(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let mut findings = duplicates(kubeconfig);
    if kubeconfig.contexts.is_empty() {
        findings.push(Finding::new(FindingCode::UnknownContext, "contexts", "is empty", "add a context"));
    }
    for at in 0..kubeconfig.contexts.len() {
        context(kubeconfig, at, &mut findings);
    }
    // Contexts share clusters and users.
    let mut unique = Vec::new();
    for finding in findings {
        if !unique.contains(&finding) {
            unique.push(finding);
        }
    }
    unique
}

fn duplicates(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let clusters = repeated("clusters", kubeconfig.clusters.iter().map(|entry| entry.name.as_str()));
    let users = repeated("users", kubeconfig.users.iter().map(|entry| entry.name.as_str()));
    let contexts = repeated("contexts", kubeconfig.contexts.iter().map(|entry| entry.name.as_str()));
    [clusters, users, contexts].concat()
}

fn repeated<'a>(list: &str, names: impl Iterator<Item = &'a str>) -> Vec<Finding> {
    let mut seen = HashMap::new();
    let mut findings = Vec::new();
    for (at, name) in names.enumerate() {
        if let Some(first) = seen.get(name) {
            let message = format!("is the same as {list}[{first}].name, and kubectl refuses the file");
            let path = format!("{list}[{at}].name");
            findings.push(Finding::new(FindingCode::DuplicateName, path, message, "rename or remove one"));
        } else {
            seen.insert(name, at);
        }
    }
    findings
}

fn context(kubeconfig: &Kubeconfig, at: usize, findings: &mut Vec<Finding>) {
    let Some(entry) = kubeconfig.contexts.get(at) else { return };
    let (cluster_name, user_name) = (&entry.context.cluster, &entry.context.user);
    let dangling = |code, field: &str, name: &str| {
        let path = format!("contexts[{at}].context.{field}");
        let message = if name.is_empty() {
            "is empty".to_owned()
        } else {
            format!("names {field} {name:?}, which is not defined")
        };
        Finding::new(code, path, message, "name an entry of the list, or add one")
    };
    match kubeconfig.clusters.iter().enumerate().find(|(_, entry)| entry.name == *cluster_name) {
        Some((at, entry)) => Check { path: format!("clusters[{at}].cluster"), findings }.cluster(&entry.cluster),
        None => findings.push(dangling(FindingCode::UnknownCluster, "cluster", cluster_name)),
    }
    match kubeconfig.users.iter().enumerate().find(|(_, entry)| entry.name == *user_name) {
        Some((at, entry)) => Check { path: format!("users[{at}].user"), findings }.user(&entry.user),
        None => findings.push(dangling(FindingCode::UnknownUser, "user", user_name)),
    }
}

/// The checks of one entry.
struct Check<'a> {
    path: String,
    findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    fn add(&mut self, code: FindingCode, field: &str, problem: Problem) {
        let path = if field.is_empty() { self.path.clone() } else { format!("{}.{field}", self.path) };
        self.findings.push(problem.finding(code, path));
    }

    fn check(&mut self, code: FindingCode, field: &str, checked: Result<(), Problem>) {
        if let Err(problem) = checked {
            self.add(code, field, problem);
        }
    }

    fn cluster(&mut self, cluster: &Cluster) {
        match Address::parse(&cluster.server) {
            Err(problem) if cluster.server.is_empty() => self.add(FindingCode::MissingServer, "server", problem),
            Err(problem) => self.add(FindingCode::UnusableServer, "server", problem),
            Ok(address) if !address.has_scheme => self.add(FindingCode::PlainHttp, "server", NO_SCHEME),
            Ok(address) if address.is_https => self.trust(cluster),
            Ok(address) if address.is_loopback => {}
            Ok(_) => self.add(FindingCode::PlainHttp, "server", PLAIN),
        }
    }

    fn trust(&mut self, cluster: &Cluster) {
        let data = cluster.certificate_authority_data.as_ref().filter(|data| !data.is_empty());
        let file = is_given(cluster.certificate_authority.as_deref());
        match (data, file) {
            _ if cluster.insecure_skip_tls_verify => {
                if data.is_some() || file {
                    self.add(FindingCode::ConflictingFields, "insecure-skip-tls-verify", INSECURE_WITH_AUTHORITY);
                }
            }
            (Some(_), true) => self.add(FindingCode::ConflictingFields, "certificate-authority", FILE_AND_DATA),
            (Some(data), false) => {
                let checked = authority::check_certificates(data.expose());
                self.check(FindingCode::UnusableCertificateAuthority, "certificate-authority-data", checked);
            }
            (None, true) => {}
            (None, false) => {
                self.add(FindingCode::MissingCertificateAuthority, "certificate-authority-data", NO_AUTHORITY);
            }
        }
    }

    fn user(&mut self, user: &User) {
        let has_token = user.token.as_ref().is_some_and(|token| !token.is_empty());
        let has_basic = is_given(user.username.as_deref());
        let has_certificate = self.client_certificate(user);
        if let Some(token) = user.token.as_ref().filter(|_| has_token) {
            self.check(FindingCode::UnusableToken, "token", credential::check_token(token.expose()));
        }
        if let Some(exec) = &user.exec {
            self.check(FindingCode::IncompleteExec, "exec", credential::check_exec(exec));
        }
        if user.exec.is_some() && user.auth_provider.is_some() {
            self.add(FindingCode::ConflictingFields, "auth-provider", EXEC_AND_PROVIDER);
        }
        if has_token && (has_basic || user.password.as_ref().is_some_and(|password: &Secret| !password.is_empty())) {
            self.add(FindingCode::ConflictingFields, "username", TOKEN_AND_BASIC);
        }
        let has_credential = has_token
            || has_basic
            || has_certificate
            || is_given(user.token_file.as_deref())
            || user.exec.is_some()
            || user.auth_provider.is_some();
        if !has_credential {
            self.add(FindingCode::NoCredential, "", NO_CREDENTIAL);
        }
    }

    /// Checks certificate and key, and says whether either is there.
    fn client_certificate(&mut self, user: &User) -> bool {
        let given = |data: Option<&Data>| data.is_some_and(|data| !data.is_empty());
        let certificate_data = given(user.client_certificate_data.as_ref());
        let key_data = given(user.client_key_data.as_ref());
        let has_certificate = certificate_data || is_given(user.client_certificate.as_deref());
        let has_key = key_data || is_given(user.client_key.as_deref());
        if has_certificate && !has_key {
            self.add(FindingCode::MissingClientKey, "client-key-data", NO_KEY);
        }
        if has_key && !has_certificate {
            self.add(FindingCode::MissingClientCertificate, "client-certificate-data", NO_CERTIFICATE);
        }
        if certificate_data && is_given(user.client_certificate.as_deref()) {
            self.add(FindingCode::ConflictingFields, "client-certificate", FILE_AND_DATA);
        }
        if key_data && is_given(user.client_key.as_deref()) {
            self.add(FindingCode::ConflictingFields, "client-key", FILE_AND_DATA);
        }
        if let Some(data) = user.client_certificate_data.as_ref().filter(|_| certificate_data) {
            let checked = authority::check_certificates(data.expose());
            self.check(FindingCode::UnusableClientCertificate, "client-certificate-data", checked);
        }
        if let Some(data) = user.client_key_data.as_ref().filter(|_| key_data) {
            self.check(FindingCode::UnusableClientKey, "client-key-data", credential::check_key(data.expose()));
        }
        has_certificate || has_key
    }
}

fn is_given(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

const NO_SCHEME: Problem = Problem::new(
    "has no scheme, which is plain HTTP to kubectl: it drops the credential",
    "write `https://` before it",
);
const NO_AUTHORITY: Problem = Problem::new(
    "is missing, so that clients trust the authorities of the system instead",
    "add the certificate authority of the cluster",
);
const INSECURE_WITH_AUTHORITY: Problem =
    Problem::new("is set beside a certificate authority, which kubectl refuses", "remove insecure-skip-tls-verify");
const FILE_AND_DATA: Problem =
    Problem::new("is given as a file and as data, which kubectl refuses", "keep one of the two");
const EXEC_AND_PROVIDER: Problem = Problem::new("is given beside exec, which kubectl refuses", "keep one of the two");
const TOKEN_AND_BASIC: Problem = Problem::new("is given beside a token, which kubectl refuses", "keep the token");
const NO_CREDENTIAL: Problem = Problem::new(
    "has no credential, so that kubectl asks for a name and a password",
    "add a token, a client certificate with its key, or exec",
);
const NO_KEY: Problem = Problem::new("is missing for the client certificate", "add the key that belongs to it");
const NO_CERTIFICATE: Problem = Problem::new("is missing for the client key", "add the certificate that belongs to it");
