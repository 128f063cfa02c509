//! What client-go refuses, and what kubectl needs to use a context.
//!
//! client-go has these rules in one place (`tools/clientcmd/validation.go`), but kubectl applies only those for the
//! cluster and the user that it is about to use, so that a broken entry lies in wait. Each rule has a [`FindingCode`].

mod proxy;

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::completeness::incompleteness;
use crate::finding::{Finding, FindingCode, Problem};
use crate::model::{Cluster, Context, Exec, Kubeconfig, User};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rules<'a> {
    /// Every rule of client-go's `Validate`, for every entry.
    ClientGo,
    /// What kubectl needs to use one context: client-go's rules for its cluster and its user, and what kubectl trips over
    /// later or does not say at all, as [`incompleteness`] has it.
    Context(&'a str),
    /// The same for the current context.
    CurrentContext,
}

/// Validates a kubeconfig; no finding, nothing refused.
///
/// Paths are taken as they are, so give a kubeconfig whose paths are resolved ([`crate::Loaded::with_resolved_paths`]).
/// `can_read` is asked for each file that a rule wants to be there, with `Ok` when it can be read; to take all as read,
/// give `|_| Ok(())`.
///
/// ```
/// use kubeproof_kubeconfig::{Kubeconfig, Rules, validate};
///
/// let kubeconfig = Kubeconfig::parse("
/// clusters: [{name: dev, cluster: {server: 'https://k8s.example.test', proxy-url: 'ftp://proxy.example.test'}}]
/// contexts: [{name: dev, context: {cluster: dev, user: dev}}]
/// ")?;
/// let findings = validate(&kubeconfig, Rules::ClientGo, |_| Ok(()));
/// let paths: Vec<&str> = findings.iter().map(|finding| &*finding.path).collect();
/// assert_eq!(paths, ["contexts[0].context.user", "clusters[0].cluster.proxy-url"]);
/// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
/// ```
#[must_use]
pub fn validate(kubeconfig: &Kubeconfig, rules: Rules<'_>, can_read: impl Fn(&Path) -> io::Result<()>) -> Vec<Finding> {
    let mut validation = Validation { kubeconfig, can_read: &can_read, findings: Vec::new() };
    match rules {
        Rules::ClientGo => validation.everything(),
        Rules::Context(name) => validation.one(name),
        Rules::CurrentContext => validation.one(&kubeconfig.current_context),
    }
    validation.findings
}

struct Validation<'a> {
    kubeconfig: &'a Kubeconfig,
    can_read: &'a dyn Fn(&Path) -> io::Result<()>,
    findings: Vec<Finding>,
}

impl Validation<'_> {
    fn add(&mut self, code: FindingCode, path: impl Into<String>, message: impl Into<String>, remedy: &'static str) {
        self.findings.push(Finding::new(code, path, message, remedy));
    }

    fn add_problem(&mut self, code: FindingCode, path: impl Into<String>, problem: Problem) {
        self.findings.push(problem.finding(code, path.into()));
    }

    /// client-go's `Validate`.
    fn everything(&mut self) {
        let kubeconfig = self.kubeconfig;
        if is_empty(kubeconfig) {
            let message = "is empty: no cluster, user or context";
            self.add(FindingCode::EmptyKubeconfig, "", message, "name another file, or add a context");
            return;
        }
        let current = &kubeconfig.current_context;
        if !current.is_empty() && !kubeconfig.contexts.iter().any(|entry| entry.name == *current) {
            let message = format!("names context {current:?}, which is not defined");
            self.add(FindingCode::UnknownContext, "current-context", message, "name one of the contexts");
        }
        let clusters: HashSet<&str> = kubeconfig.clusters.iter().map(|entry| &*entry.name).collect();
        let users: HashSet<&str> = kubeconfig.users.iter().map(|entry| &*entry.name).collect();
        for (at, entry) in kubeconfig.contexts.iter().enumerate() {
            if entry.name.is_empty() {
                let path = format!("contexts[{at}].name");
                self.add(FindingCode::UnnamedContext, path, "is empty", "give the context a name");
            }
            self.context(&entry.context, &format!("contexts[{at}].context"), &clusters, &users);
        }
        for (at, entry) in kubeconfig.users.iter().enumerate() {
            self.user(&entry.user, &format!("users[{at}].user"));
        }
        for (at, entry) in kubeconfig.clusters.iter().enumerate() {
            self.cluster(&entry.cluster, &format!("clusters[{at}].cluster"));
        }
    }

    /// client-go's `ConfirmUsable` for one context, and the rest of what is needed.
    fn one(&mut self, name: &str) {
        let kubeconfig = self.kubeconfig;
        if is_empty(kubeconfig) {
            return self.everything();
        }
        if let Some(entry) = kubeconfig.contexts.iter().find(|entry| entry.name == name && !name.is_empty()) {
            if let Some(at) = kubeconfig.users.iter().position(|user| user.name == entry.context.user)
                && let Some(user) = kubeconfig.users.get(at)
            {
                self.user(&user.user, &format!("users[{at}].user"));
            }
            if let Some(at) = kubeconfig.clusters.iter().position(|cluster| cluster.name == entry.context.cluster)
                && let Some(cluster) = kubeconfig.clusters.get(at)
            {
                self.cluster(&cluster.cluster, &format!("clusters[{at}].cluster"));
            }
        }
        let of_context = Kubeconfig { current_context: name.to_owned(), ..kubeconfig.clone() };
        // Both sides judge some fields; the words of client-go's rules are kept.
        let known: HashSet<(FindingCode, String)> =
            self.findings.iter().map(|finding| (finding.code, finding.path.clone())).collect();
        let has_exec_finding =
            |code| code == FindingCode::IncompleteExec && known.iter().any(|(known, _)| *known == code);
        self.findings.extend(incompleteness(&of_context).into_iter().filter(|finding| {
            !known.contains(&(finding.code, finding.path.clone())) && !has_exec_finding(finding.code)
        }));
    }

    fn context(&mut self, context: &Context, path: &str, clusters: &HashSet<&str>, users: &HashSet<&str>) {
        for (field, name, names, code) in [
            ("user", &context.user, users, FindingCode::UnknownUser),
            ("cluster", &context.cluster, clusters, FindingCode::UnknownCluster),
        ] {
            if name.is_empty() {
                self.add(code, format!("{path}.{field}"), "is empty", "name an entry of the list, or add one");
            } else if !names.contains(name.as_str()) {
                let message = format!("names {field} {name:?}, which is not defined");
                self.add(code, format!("{path}.{field}"), message, "name an entry of the list, or add one");
            }
        }
        if let Some(namespace) = given(context.namespace.as_deref())
            && !is_dns_label(namespace)
        {
            let message = format!("is {namespace:?}, which is no name of a namespace");
            let remedy = "use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends";
            self.add(FindingCode::UnusableNamespace, format!("{path}.namespace"), message, remedy);
        }
    }

    fn cluster(&mut self, cluster: &Cluster, path: &str) {
        if cluster.server.is_empty() {
            let problem = Problem::new("is empty", "give the address of the API server, `https://host:port`");
            self.add_problem(FindingCode::MissingServer, format!("{path}.server"), problem);
        }
        if let Some(proxy) = given(cluster.proxy_url.as_deref())
            && let Err(problem) = proxy::check(proxy)
        {
            self.add_problem(FindingCode::UnusableProxy, format!("{path}.proxy-url"), problem);
        }
        if let Some(file) = given(cluster.certificate_authority.as_deref()) {
            let path = format!("{path}.certificate-authority");
            if cluster.certificate_authority_data.as_ref().is_some_and(|data| !data.is_empty()) {
                self.add_problem(FindingCode::ConflictingFields, path.clone(), FILE_AND_DATA);
            }
            self.file(file, path);
        }
    }

    fn user(&mut self, user: &User, path: &str) {
        let certificate = given(user.client_certificate.as_deref());
        let certificate_data = user.client_certificate_data.as_ref().is_some_and(|data| !data.is_empty());
        // A key alone is not looked at: nothing uses it.
        if certificate.is_some() || certificate_data {
            let key = given(user.client_key.as_deref());
            let key_data = user.client_key_data.as_ref().is_some_and(|data| !data.is_empty());
            if certificate.is_some() && certificate_data {
                self.add_problem(FindingCode::ConflictingFields, format!("{path}.client-certificate"), FILE_AND_DATA);
            }
            if key.is_some() && key_data {
                self.add_problem(FindingCode::ConflictingFields, format!("{path}.client-key"), FILE_AND_DATA);
            }
            if key.is_none() && !key_data {
                let problem = Problem::new("is missing for the client certificate", "add the key that belongs to it");
                self.add_problem(FindingCode::MissingClientKey, format!("{path}.client-key-data"), problem);
            }
            if let Some(file) = certificate {
                self.file(file, format!("{path}.client-certificate"));
            }
            if let Some(file) = key {
                self.file(file, format!("{path}.client-key"));
            }
        }
        if let Some(exec) = &user.exec {
            if user.auth_provider.is_some() {
                let problem = Problem::new("is given beside exec, which kubectl refuses", "keep one of the two");
                self.add_problem(FindingCode::ConflictingFields, format!("{path}.auth-provider"), problem);
            }
            self.exec(exec, &format!("{path}.exec"));
        }
        let has_password = user.password.as_ref().is_some_and(|password| !password.is_empty());
        let has_basic = given(user.username.as_deref()).is_some() || has_password;
        if user.token.as_ref().is_some_and(|token| !token.is_empty()) && has_basic {
            let problem = Problem::new("is given beside a token, which kubectl refuses", "keep the token");
            self.add_problem(FindingCode::ConflictingFields, format!("{path}.username"), problem);
        }
        let has_more = given(user.impersonate_uid.as_deref()).is_some()
            || !user.impersonate_groups.is_empty()
            || !user.impersonate_user_extra.is_empty();
        if has_more && given(user.impersonate.as_deref()).is_none() {
            let message = "is missing, although a UID, groups or more are given to act as";
            self.add(FindingCode::IncompleteImpersonation, format!("{path}.as"), message, "name the user to act as");
        }
    }

    fn exec(&mut self, exec: &Exec, path: &str) {
        let code = FindingCode::IncompleteExec;
        if exec.command.is_empty() {
            self.add(code, format!("{path}.command"), "is empty", "name the program to run");
        }
        if given(exec.api_version.as_deref()).is_none() {
            let remedy = "set `client.authentication.k8s.io/v1`, or v1beta1";
            self.add(code, format!("{path}.apiVersion"), "is empty", remedy);
        }
        for (at, variable) in exec.env.iter().flatten().enumerate() {
            if variable.name.is_empty() {
                self.add(code, format!("{path}.env[{at}].name"), "is empty", "name the variable or remove it");
            }
        }
        let path = format!("{path}.interactiveMode");
        match given(exec.interactive_mode.as_deref()) {
            Some("Never" | "IfAvailable" | "Always") => {}
            None => self.add(code, path, "is empty", "set `IfAvailable`, or Never or Always"),
            Some(_) => self.add(code, path, "does not exist", "use Never, IfAvailable or Always"),
        }
    }

    fn file(&mut self, file: &str, path: String) {
        if let Err(error) = (self.can_read)(Path::new(file)) {
            let message = format!("names the file {file:?}, which cannot be read: {error}");
            self.add(FindingCode::UnreadableFile, path, message, "correct the path, or give the content as data");
        }
    }
}

const FILE_AND_DATA: Problem =
    Problem::new("is given as a file and as data, which kubectl refuses", "keep one of the two");

/// client-go's `IsConfigEmpty`.
fn is_empty(kubeconfig: &Kubeconfig) -> bool {
    kubeconfig.clusters.is_empty()
        && kubeconfig.users.is_empty()
        && kubeconfig.contexts.is_empty()
        && kubeconfig.current_context.is_empty()
        && !kubeconfig.preferences.colors
        && kubeconfig.preferences.extensions.is_empty()
        && kubeconfig.extensions.is_empty()
}

/// A label of a DNS name, RFC 1123.
fn is_dns_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
