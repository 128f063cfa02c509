//! What has to hold for one cluster and for one user, and who wants it so.

use std::io;
use std::path::Path;

use crate::endpoint::{Address, PLAIN};
use crate::finding::{Finding, FindingCode, Problem};
use crate::model::{Cluster, Exec, User, given};
use crate::{authority, credential, proxy};

/// Who finds out that a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// client-go's `Validate` (`tools/clientcmd/validation.go`), before anything is sent.
    ClientGo,
    /// kubectl, its transport or the server, once the entry is used; or nobody, and something else happens than was meant.
    Use,
}

/// Asked whether a file can be read.
pub(crate) type CanRead<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// Every rule that a cluster breaks.
pub(crate) fn of_cluster(cluster: &Cluster, path: String, can_read: CanRead<'_>) -> Vec<(Judge, Finding)> {
    let mut entry = Entry { path, can_read, found: Vec::new() };
    entry.address(cluster);
    if let Some(proxy) = given(&cluster.proxy_url) {
        entry.check(Judge::ClientGo, FindingCode::UnusableProxy, "proxy-url", proxy::check(proxy));
    }
    entry.trust(cluster);
    entry.found
}

/// Every rule that a user breaks.
pub(crate) fn of_user(user: &User, path: String, can_read: CanRead<'_>) -> Vec<(Judge, Finding)> {
    let mut entry = Entry { path, can_read, found: Vec::new() };
    entry.client_certificate(user);
    if let Some(token) = given(&user.token) {
        entry.check(Judge::Use, FindingCode::UnusableToken, "token", credential::check_token(token.expose()));
    }
    entry.helpers(user);
    entry.one_way_to_log_in(user);
    entry.impersonation(user);
    entry.found
}

/// One entry, while it is looked at.
struct Entry<'a> {
    path: String,
    can_read: CanRead<'a>,
    found: Vec<(Judge, Finding)>,
}

impl Entry<'_> {
    fn add(&mut self, judge: Judge, code: FindingCode, field: &str, problem: Problem) {
        let path = if field.is_empty() { self.path.clone() } else { format!("{}.{field}", self.path) };
        self.found.push((judge, problem.finding(code, path)));
    }

    fn check(&mut self, judge: Judge, code: FindingCode, field: &str, checked: Result<(), Problem>) {
        if let Err(problem) = checked {
            self.add(judge, code, field, problem);
        }
    }

    /// A file that client-go opens.
    fn file(&mut self, field: &str, file: &str) {
        if let Err(error) = (self.can_read)(Path::new(file)) {
            let message = format!("names the file {file:?}, which cannot be read: {error}");
            let remedy = "correct the path, or give the content as data";
            let finding = Finding::new(FindingCode::UnreadableFile, format!("{}.{field}", self.path), message, remedy);
            self.found.push((Judge::ClientGo, finding));
        }
    }

    fn address(&mut self, cluster: &Cluster) {
        use FindingCode::{MissingServer, PlainHttp, UnusableServer};
        match Address::parse(&cluster.server) {
            Err(problem) if cluster.server.is_empty() => self.add(Judge::ClientGo, MissingServer, "server", problem),
            Err(problem) => self.add(Judge::Use, UnusableServer, "server", problem),
            Ok(address) if !address.has_scheme => self.add(Judge::Use, PlainHttp, "server", NO_SCHEME),
            Ok(address) if !address.is_https && !address.is_loopback => {
                self.add(Judge::Use, PlainHttp, "server", PLAIN);
            }
            Ok(_) => {}
        }
    }

    fn trust(&mut self, cluster: &Cluster) {
        let (file, data) = (given(&cluster.certificate_authority), given(&cluster.certificate_authority_data));
        if let Some(file) = file {
            if data.is_some() {
                self.add(Judge::ClientGo, FindingCode::ConflictingFields, "certificate-authority", FILE_AND_DATA);
            }
            self.file("certificate-authority", file);
        }
        // Nobody looks at certificates where no TLS is spoken.
        if !Address::parse(&cluster.server).is_ok_and(|address| address.is_https && address.has_scheme) {
            return;
        }
        let field = "certificate-authority-data";
        match (data, file) {
            (None, None) if cluster.insecure_skip_tls_verify => {}
            _ if cluster.insecure_skip_tls_verify => {
                let field = "insecure-skip-tls-verify";
                self.add(Judge::Use, FindingCode::ConflictingFields, field, INSECURE_WITH_AUTHORITY);
            }
            (Some(data), None) => {
                let checked = authority::check_certificates(data.expose());
                self.check(Judge::Use, FindingCode::UnusableCertificateAuthority, field, checked);
            }
            (None, None) => self.add(Judge::Use, FindingCode::MissingCertificateAuthority, field, NO_AUTHORITY),
            (_, Some(_)) => {}
        }
    }

    fn client_certificate(&mut self, user: &User) {
        let (certificate, key) = (given(&user.client_certificate), given(&user.client_key));
        let (certificate_data, key_data) = (given(&user.client_certificate_data), given(&user.client_key_data));
        let has_certificate = certificate.is_some() || certificate_data.is_some();
        let has_key = key.is_some() || key_data.is_some();
        // client-go does not look at a key alone: nothing uses it.
        if has_certificate {
            let conflict = FindingCode::ConflictingFields;
            if certificate.is_some() && certificate_data.is_some() {
                self.add(Judge::ClientGo, conflict, "client-certificate", FILE_AND_DATA);
            }
            if key.is_some() && key_data.is_some() {
                self.add(Judge::ClientGo, conflict, "client-key", FILE_AND_DATA);
            }
            if !has_key {
                self.add(Judge::ClientGo, FindingCode::MissingClientKey, "client-key-data", NO_KEY);
            }
            if let Some(file) = certificate {
                self.file("client-certificate", file);
            }
            if let Some(file) = key {
                self.file("client-key", file);
            }
        } else if has_key {
            let code = FindingCode::MissingClientCertificate;
            self.add(Judge::Use, code, "client-certificate-data", NO_CERTIFICATE);
        }
        if let Some(data) = certificate_data {
            let checked = authority::check_certificates(data.expose());
            let code = FindingCode::UnusableClientCertificate;
            self.check(Judge::Use, code, "client-certificate-data", checked);
        }
        if let Some(data) = key_data {
            let checked = credential::check_key(data.expose());
            self.check(Judge::Use, FindingCode::UnusableClientKey, "client-key-data", checked);
            if let Some(certificate) = certificate_data {
                let checked = credential::check_pair(certificate.expose(), data.expose());
                self.check(Judge::Use, FindingCode::KeyMismatch, "client-key-data", checked);
            }
        }
    }

    /// What gets a credential for the user.
    fn helpers(&mut self, user: &User) {
        if let Some(exec) = &user.exec {
            if user.auth_provider.is_some() {
                self.add(Judge::ClientGo, FindingCode::ConflictingFields, "auth-provider", EXEC_AND_PROVIDER);
            }
            self.exec(exec);
        }
        if user.auth_provider.as_ref().is_some_and(|provider| provider.name != "oidc") {
            self.add(Judge::Use, FindingCode::UnsupportedAuthProvider, "auth-provider.name", NO_SUCH_PROVIDER);
        }
    }

    fn exec(&mut self, exec: &Exec) {
        for gap in credential::gaps(exec) {
            let judge = if gap == credential::ExecGap::OtherVersion { Judge::Use } else { Judge::ClientGo };
            let (field, problem) = gap.finding();
            self.add(judge, FindingCode::IncompleteExec, &format!("exec.{field}"), problem);
        }
    }

    fn one_way_to_log_in(&mut self, user: &User) {
        let (token, file) = (given(&user.token).is_some(), given(&user.token_file).is_some());
        let (username, password) = (given(&user.username).is_some(), given(&user.password).is_some());
        if username || password {
            if token {
                self.add(Judge::ClientGo, FindingCode::ConflictingFields, "username", BASIC_AND_TOKEN);
            } else if file {
                self.add(Judge::Use, FindingCode::ConflictingFields, "username", BASIC_AND_FILE);
            }
        }
        let has_certificate =
            given(&user.client_certificate).is_some() || given(&user.client_certificate_data).is_some();
        let has_key = given(&user.client_key).is_some() || given(&user.client_key_data).is_some();
        let has_helper = user.exec.is_some() || user.auth_provider.is_some();
        if !(token || file || username || has_certificate || has_key || has_helper) {
            self.add(Judge::Use, FindingCode::NoCredential, "", NO_CREDENTIAL);
        }
    }

    fn impersonation(&mut self, user: &User) {
        let has_more = given(&user.impersonate_uid).is_some()
            || !user.impersonate_groups.is_empty()
            || !user.impersonate_user_extra.is_empty();
        if has_more && given(&user.impersonate).is_none() {
            self.add(Judge::ClientGo, FindingCode::IncompleteImpersonation, "as", NOBODY_TO_ACT_AS);
        }
    }
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
const NO_SUCH_PROVIDER: Problem =
    Problem::new("is not `oidc`, the one log-in helper that kubectl still has", "use exec instead of auth-provider");
const BASIC_AND_TOKEN: Problem = Problem::new("is given beside a token, which kubectl refuses", "keep the token");
const BASIC_AND_FILE: Problem = Problem::new("is given beside tokenFile, which kubectl refuses", "keep the token");
const NO_CREDENTIAL: Problem = Problem::new(
    "has no credential, so that kubectl asks for a name and a password",
    "add a token, a client certificate with its key, or exec",
);
const NO_KEY: Problem = Problem::new("is missing for the client certificate", "add the key that belongs to it");
const NO_CERTIFICATE: Problem = Problem::new("is missing for the client key", "add the certificate that belongs to it");
const NOBODY_TO_ACT_AS: Problem =
    Problem::new("is missing, although a UID, groups or more are given to act as", "name the user to act as");
