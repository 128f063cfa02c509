//! Judges a kubeconfig.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kubeproof_emulator::{Admission, Presented, Verdict};
use kubeproof_kubeconfig::{Cluster, Current, Data, EnvVar, Kubeconfig, Secret, User, incompleteness};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::{Evidence, Judgement};
use crate::case::{AuthMethod, CertificateAuthority, Freshness, KubeconfigExpectation};

/// What a kubeconfig's current user authenticates with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    Token(String),
    ClientCertificate(Vec<u8>),
    Exec,
}

pub(super) fn judge(expected: &KubeconfigExpectation, text: &str, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let Some(kubeconfig) = complete(text, judgement) else { return };
    let names = |names: Vec<&String>| names.into_iter().cloned().collect::<BTreeSet<String>>();
    let lists = [
        ("contexts", &expected.contexts, names(kubeconfig.contexts.iter().map(|entry| &entry.name).collect())),
        ("clusters", &expected.clusters, names(kubeconfig.clusters.iter().map(|entry| &entry.name).collect())),
        ("users", &expected.users, names(kubeconfig.users.iter().map(|entry| &entry.name).collect())),
    ];
    for (what, expected, came) in lists {
        if let Some(expected) = expected
            && *expected != came
        {
            judgement.miss(format!("{what} {}", listed(expected)), format!("{what} {}", listed(&came)));
        }
    }
    if let Some(name) = &expected.current_context {
        judgement.equal("current context", name, &kubeconfig.current_context);
    }
    let Ok(current) = kubeconfig.current() else { return };
    if let Some(server) = &expected.server {
        judgement.equal("server", server, &current.cluster.server);
    }
    if expected.certificate_authority == CertificateAuthority::Issued {
        let data = current.cluster.certificate_authority_data.as_ref();
        judge_authority(data.map(Data::expose), evidence, judgement);
    }
    judge_as_sent(&current, evidence, judgement);
    judge_user(expected, &current, evidence, judgement);
}

/// A kubeconfig that loads; that its current context is complete is judged too.
pub(super) fn complete(text: &str, judgement: &mut Judgement) -> Option<Kubeconfig> {
    let kubeconfig = match Kubeconfig::parse(text) {
        Ok(kubeconfig) => kubeconfig,
        Err(error) => {
            judgement.miss("a kubeconfig that kubectl loads", format!("a text that does not load: {error}"));
            return None;
        }
    };
    for finding in incompleteness(&kubeconfig) {
        judgement.miss("a kubeconfig that is complete", format!("{}: {}", finding.path, finding.message));
    }
    Some(kubeconfig)
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn judge_authority(pem: Option<&[u8]>, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let issued = certificates(evidence.session.certificate_authority().as_bytes());
    let came = pem.map(certificates).unwrap_or_default();
    if issued.is_empty() || came != issued {
        judgement.miss(
            "the certificate authority that the provider sent",
            if came.is_empty() { "no certificate authority" } else { "another certificate authority" },
        );
    }
}

/// The certificates of a PEM text, DER.
pub(super) fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).map(|certificate| certificate.to_vec()).collect()
}

/// Where the provider sent a kubeconfig itself, what is in use has to be something that it sent: an address, a proxy
/// or a key of the adapter's own making would go unnoticed otherwise. Names are the adapter's business.
fn judge_as_sent(current: &Current<'_>, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let last = evidence.exchanges.last().map(|exchange| exchange.reply.body.as_ref()).unwrap_or_default();
    let Ok(sent) = Kubeconfig::parse_bytes(&evidence.session.document(last)) else { return };
    if sent.clusters.is_empty() {
        return;
    }
    if !sent.clusters.iter().any(|entry| reaches_the_same(&entry.cluster, current.cluster)) {
        judgement.miss(
            "a cluster with server, trust and proxy as the provider sent them",
            format!("another one, at `{}`", current.cluster.server),
        );
    }
    if !sent.users.iter().any(|entry| logs_in_the_same(&entry.user, current.user)) {
        judgement.miss("a user with token, certificate, key and program as the provider sent them", "another one");
    }
}

fn reaches_the_same(sent: &Cluster, came: &Cluster) -> bool {
    let trust = |cluster: &Cluster| cluster.certificate_authority_data.as_ref().map(|data| certificates(data.expose()));
    sent.server == came.server
        && trust(sent) == trust(came)
        && sent.insecure_skip_tls_verify == came.insecure_skip_tls_verify
        && sent.tls_server_name == came.tls_server_name
        && sent.proxy_url == came.proxy_url
}

fn logs_in_the_same(sent: &User, came: &User) -> bool {
    let data = |data: &Option<Data>| data.as_ref().map(|data| data.expose().trim_ascii().to_vec());
    let token = |user: &User| user.token.as_ref().map(|token| Secret::expose(token).to_owned());
    token(sent) == token(came)
        && data(&sent.client_certificate_data) == data(&came.client_certificate_data)
        && data(&sent.client_key_data) == data(&came.client_key_data)
        && program(sent) == program(came)
}

/// What would be run. Where the program lies is the adapter's business: doctl writes its own path.
fn program(user: &User) -> Option<(&str, &[String], &[EnvVar])> {
    let exec = user.exec.as_ref()?;
    let name = exec.command.rsplit(['/', '\\']).next().unwrap_or(&exec.command);
    Some((
        name.strip_suffix(".exe").unwrap_or(name),
        exec.args.as_deref().unwrap_or_default(),
        exec.env.as_deref().unwrap_or_default(),
    ))
}

fn judge_user(
    expected: &KubeconfigExpectation,
    current: &Current<'_>,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    let credential = credential_of(current);
    if let Some(auth) = expected.auth {
        let came = match &credential {
            Some(Credential::Token(_)) => Some(AuthMethod::Token),
            Some(Credential::ClientCertificate(_)) => Some(AuthMethod::ClientCertificate),
            Some(Credential::Exec) => Some(AuthMethod::Exec),
            None => None,
        };
        if came != Some(auth) {
            let came = came.map_or_else(|| "nothing usable".to_owned(), |came| came.to_string());
            judgement.miss(format!("a user with {auth}"), format!("a user with {came}"));
        }
    }
    if expected.credential == Some(Freshness::New) && evidence.previous == credential.as_ref() {
        judgement.miss("a credential that differs from that of the step before", "the same credential");
    }
    let presented = match &credential {
        Some(Credential::Token(token)) => Some(Presented::Token(token.clone())),
        Some(Credential::ClientCertificate(der)) => Some(Presented::ClientCertificate(der.clone())),
        Some(Credential::Exec) | None => None,
    };
    let session = evidence.session;
    let was_answered = evidence.exchanges.last().is_some_and(|last| last.reply.decision.verdict == Verdict::Answered);
    if let Some(presented) = &presented
        && was_answered
        && session.issues_credentials()
        && let Admission::Refused(why) = session.admits(session.now(), &evidence.request.cluster, presented)
    {
        judgement.miss("a credential that the cluster accepts", format!("a credential that it refuses: {why}"));
    }
    if let Some(lifetime) = expected.lasts {
        let admitted = |after: SignedDuration| {
            let at = session.now().checked_add(after).unwrap_or(jiff::Timestamp::MAX);
            let admission = |presented| session.admits(at, &evidence.request.cluster, presented);
            presented.as_ref().map(admission) == Some(Admission::Admitted)
        };
        let expects = format!("a credential that lasts {} seconds", lifetime.as_secs());
        if !admitted(lifetime.saturating_sub(SignedDuration::from_secs(1))) {
            judgement.miss(&expects, "a credential that is refused a second before that");
        }
        if admitted(lifetime) {
            judgement.miss(&expects, "a credential that is still accepted at that instant");
        }
    }
    judgement.credential = credential;
}

fn credential_of(current: &Current<'_>) -> Option<Credential> {
    let user = current.user;
    if let Some(token) = &user.token {
        return Some(Credential::Token(token.expose().to_owned()));
    }
    if let Some(certificate) = &user.client_certificate_data {
        return certificates(certificate.expose()).into_iter().next().map(Credential::ClientCertificate);
    }
    user.exec.as_ref().map(|_| Credential::Exec)
}
