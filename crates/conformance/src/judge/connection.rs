//! Judges an endpoint and a certificate authority.

use kubeproof_kubeconfig::Data;

use super::kubeconfig::{complete, judge_authority};
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
}
