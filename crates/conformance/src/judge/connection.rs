//! Judges an endpoint and a certificate authority.

use kubeproof_kubeconfig::Data;
use serde::Deserialize;

use super::kubeconfig::{certificates, complete, judge_authority};
use super::{Evidence, Judgement};
use crate::case::{CertificateAuthority, ConnectionExpectation};

/// Judges the two as they are.
pub(super) fn judge(
    expected: &ConnectionExpectation,
    endpoint: &str,
    ca_data: &str,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    judge_both(expected, endpoint, Data::from_base64(ca_data).ok().as_ref(), evidence, judgement);
}

/// Judges the two as they stand in the current context of a kubeconfig.
pub(super) fn judge_kubeconfig(
    expected: &ConnectionExpectation,
    text: &str,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    let Some(kubeconfig) = complete(text, judgement) else { return };
    let Ok(current) = kubeconfig.current() else { return };
    let cluster = current.cluster;
    judge_both(expected, &cluster.server, cluster.certificate_authority_data.as_ref(), evidence, judgement);
    let changes = [
        (cluster.insecure_skip_tls_verify, "insecure-skip-tls-verify"),
        (cluster.proxy_url.is_some(), "proxy-url"),
        (cluster.tls_server_name.is_some(), "tls-server-name"),
    ];
    for (_, field) in changes.into_iter().filter(|(is_there, _)| *is_there) {
        judgement.miss("a cluster with what the provider sent and nothing else", format!("one with `{field}`"));
    }
}

fn judge_both(
    expected: &ConnectionExpectation,
    endpoint: &str,
    authority: Option<&Data>,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    if let Some(expected) = &expected.endpoint {
        judgement.equal("endpoint", expected, endpoint);
    }
    if expected.certificate_authority == CertificateAuthority::Issued {
        judge_authority(authority.map(Data::expose), evidence, judgement);
    }
    judge_as_sent(authority, evidence, judgement);
}

/// Whatever the case is about: every certificate that the provider sent has to be trusted, and no other.
fn judge_as_sent(authority: Option<&Data>, evidence: &Evidence<'_>, judgement: &mut Judgement) {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Sent {
        ca_data: String,
    }
    let last = evidence.exchanges.last().and_then(|last| serde_json::from_slice::<Sent>(&last.reply.body).ok());
    let Some(sent) = last.and_then(|sent| Data::from_base64(&sent.ca_data).ok()) else { return };
    let sent = certificates(sent.expose());
    let came = authority.map(|authority| certificates(authority.expose())).unwrap_or_default();
    if sent != came {
        judgement.miss(
            format!("the {} certificates that the provider sent", sent.len()),
            format!("{} certificates, not all of them as they were sent", came.len()),
        );
    }
}
