//! Whether a kubeconfig has everything that a client needs.
//!
//! kubectl is lenient in a way that hurts: a context that refers to nothing goes to `localhost:8080`, and a user
//! without a credential becomes a question on the terminal. These checks find both before.

use std::collections::{HashMap, HashSet};

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
    let mut review = Review::of(kubeconfig);
    if kubeconfig.current_context.is_empty() {
        review.add(FindingCode::NoCurrentContext, "current-context", "is empty", NAME_A_CONTEXT);
    } else if let Some(at) = kubeconfig.contexts.iter().position(|entry| entry.name == kubeconfig.current_context) {
        review.context(at);
    } else {
        let message = format!("names context {:?}, which is not defined", kubeconfig.current_context);
        review.add(FindingCode::UnknownContext, "current-context", message, NAME_A_CONTEXT);
    }
    review.findings
}

/// What any context lacks to be used, and names that are there twice. Whether there is a current context does not
/// count, but a kubeconfig without a context is not complete.
#[must_use]
pub fn incompleteness_of_every_context(kubeconfig: &Kubeconfig) -> Vec<Finding> {
    let mut review = Review::of(kubeconfig);
    if kubeconfig.contexts.is_empty() {
        review.add(FindingCode::UnknownContext, "contexts", "is empty", "add a context");
    }
    for at in 0..kubeconfig.contexts.len() {
        review.context(at);
    }
    review.findings
}

const NAME_A_CONTEXT: &str = "name one of the contexts";

/// One look at a kubeconfig. Contexts share clusters and users; each is checked once.
struct Review<'a> {
    kubeconfig: &'a Kubeconfig,
    clusters: Positions<'a>,
    users: Positions<'a>,
    findings: Vec<Finding>,
}

/// Where the entries of a list are, and which were checked.
#[derive(Default)]
struct Positions<'a> {
    by_name: HashMap<&'a str, usize>,
    checked: HashSet<usize>,
}

impl<'a> Review<'a> {
    /// Starts with the names that are there twice.
    fn of(kubeconfig: &'a Kubeconfig) -> Self {
        let mut review =
            Self { kubeconfig, clusters: Positions::default(), users: Positions::default(), findings: Vec::new() };
        review.clusters = review.positions("clusters", kubeconfig.clusters.iter().map(|entry| entry.name.as_str()));
        review.users = review.positions("users", kubeconfig.users.iter().map(|entry| entry.name.as_str()));
        review.positions("contexts", kubeconfig.contexts.iter().map(|entry| entry.name.as_str()));
        review
    }

    fn positions(&mut self, list: &str, names: impl Iterator<Item = &'a str>) -> Positions<'a> {
        let mut by_name = HashMap::new();
        for (at, name) in names.enumerate() {
            let first = *by_name.entry(name).or_insert(at);
            if first != at {
                let message = format!("is the same as {list}[{first}].name, and kubectl refuses the file");
                self.add(FindingCode::DuplicateName, format!("{list}[{at}].name"), message, "rename or remove one");
            }
        }
        Positions { by_name, checked: HashSet::new() }
    }

    fn add(&mut self, code: FindingCode, path: impl Into<String>, message: impl Into<String>, remedy: &'static str) {
        self.findings.push(Finding::new(code, path, message, remedy));
    }

    fn context(&mut self, at: usize) {
        let Some(entry) = self.kubeconfig.contexts.get(at) else { return };
        match self.clusters.by_name.get(entry.context.cluster.as_str()).copied() {
            None => self.dangling(FindingCode::UnknownCluster, at, "cluster", &entry.context.cluster),
            Some(at) if self.clusters.checked.insert(at) => {
                if let Some(entry) = self.kubeconfig.clusters.get(at) {
                    self.check(format!("clusters[{at}].cluster")).cluster(&entry.cluster);
                }
            }
            Some(_) => {}
        }
        match self.users.by_name.get(entry.context.user.as_str()).copied() {
            None => self.dangling(FindingCode::UnknownUser, at, "user", &entry.context.user),
            Some(at) if self.users.checked.insert(at) => {
                if let Some(entry) = self.kubeconfig.users.get(at) {
                    self.check(format!("users[{at}].user")).user(&entry.user);
                }
            }
            Some(_) => {}
        }
    }

    fn check(&mut self, path: String) -> Check<'_> {
        Check { path, findings: &mut self.findings }
    }

    fn dangling(&mut self, code: FindingCode, at: usize, field: &str, name: &str) {
        let message = if name.is_empty() {
            "is empty".to_owned()
        } else {
            format!("names {field} {name:?}, which is not defined")
        };
        let path = format!("contexts[{at}].context.{field}");
        self.add(code, path, message, "name an entry of the list, or add one");
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
            if let Some(certificate) = user.client_certificate_data.as_ref().filter(|_| certificate_data) {
                let checked = credential::check_pair(certificate.expose(), data.expose());
                self.check(FindingCode::KeyMismatch, "client-key-data", checked);
            }
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
