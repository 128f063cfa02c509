//! Reading an answer that has to be a kubeconfig.

use kubeproof_kubeconfig::{Cluster, Finding, FindingCode, Kubeconfig, Severity, hazards, incompleteness};

use serde_json::Value;

use crate::{ClusterKubeconfig, Error, ErrorKind, Problem, Reply, content};

/// Which hazards of a kubeconfig a caller accepts. Default: none.
///
/// A provider that runs programs on the caller's machine, or has it trust any certificate, has to be believed
/// explicitly.
///
/// ```
/// use kubeproof_client::AcceptedHazards;
/// use kubeproof_kubeconfig::FindingCode;
///
/// let accepted = AcceptedHazards::none().and(FindingCode::InsecureSkipTlsVerify);
/// # drop(accepted);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcceptedHazards(Vec<FindingCode>);

impl AcceptedHazards {
    /// No hazard is accepted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// This hazard is accepted as well.
    #[must_use]
    pub fn and(mut self, code: FindingCode) -> Self {
        self.0.push(code);
        self
    }
}

/// How an answer is read as a kubeconfig.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The context to make current instead of the provider's own choice.
    pub context: Option<&'a str>,
    /// What a kubeconfig may do that is dangerous.
    pub accepted: &'a AcceptedHazards,
    /// Reads what the provider says in an error that came with status 200.
    pub dialect: fn(&Value) -> Problem,
    /// A better remedy than the usual one of a hazard, where the provider offers one.
    pub remedy: fn(FindingCode) -> Option<&'static str>,
}

/// Reads an answer that has to be a kubeconfig whose current context can be used.
///
/// One rule decides which context that is, whatever was asked: the one that the caller names, else the provider's own choice.
/// Where that one does not verify its server, and the caller does not accept this, it gives way to the first context that
/// leads to the same server with the same user and does verify it. Where there is none, the answer is refused.
///
/// # Errors
/// - `malformed`: the answer is empty, a page of HTML, an error, no kubeconfig, or one whose current context lacks
///   something. The text says what, and quotes nothing of the answer but names.
/// - `not-found`: there is no such context in it.
/// - `unsafe`: it holds a hazard that is not accepted.
pub fn read_kubeconfig(reply: &Reply, reading: &Reading<'_>) -> Result<ClusterKubeconfig, Error> {
    if reply.is_html() {
        return Err(reply.malformed("the answer is a page of html, such as a log-in page"));
    }
    read_carried_kubeconfig(reply, reply.body(), reading)
}

/// Reads the kubeconfig that an answer carries in another form than as its body, such as within JSON, by the same rules.
///
/// # Errors
/// As [`read_kubeconfig`].
pub fn read_carried_kubeconfig(
    reply: &Reply,
    document: &[u8],
    reading: &Reading<'_>,
) -> Result<ClusterKubeconfig, Error> {
    if content(document).is_empty() {
        return Err(reply.malformed("the answer is empty"));
    }
    let text = std::str::from_utf8(document).map_err(|_| reply.malformed("the answer is not utf-8 text"))?;
    let mut kubeconfig = Kubeconfig::parse(text).map_err(|error| {
        let what = reply.scrubber.clean(&format!("the answer is not a kubeconfig ({error})"));
        reply.error(ErrorKind::Malformed, what, reply.problem(reading.dialect))
    })?;
    if kubeconfig.clusters.is_empty() && kubeconfig.contexts.is_empty() {
        return Err(reply.error(ErrorKind::Malformed, "the answer holds no cluster", reply.problem(reading.dialect)));
    }
    if let Some(context) = reading.context {
        if !kubeconfig.contexts.iter().any(|named| named.name == context) {
            let names: Vec<&str> = kubeconfig.contexts.iter().map(|named| named.name.as_str()).collect();
            let what = format!(
                "a kubeconfig was received, and has no such context as was asked for; it has {}",
                names.join(", ")
            );
            return Err(reply
                .error(ErrorKind::NotFound, reply.scrubber.clean(&what), Problem::default())
                .with_remedy("ask for one of these"));
        }
        kubeconfig.current_context = context.to_owned();
    } else if !reading.accepted.0.contains(&FindingCode::InsecureSkipTlsVerify)
        && let Some(verified) = verified_instead(&kubeconfig)
    {
        kubeconfig.current_context = verified;
    }
    // Plain HTTP is whole and dangerous: it is judged below, with the other hazards.
    let missing: Vec<Finding> =
        incompleteness(&kubeconfig).into_iter().filter(|finding| finding.code != FindingCode::PlainHttp).collect();
    if let Some(what) = describe(&missing) {
        return Err(reply.malformed(reply.scrubber.clean(&format!("the kubeconfig cannot be used: {what}"))));
    }
    let is_refused = |hazard: &Finding| {
        hazard.severity() > Severity::Notice
            && !reading.accepted.0.contains(&hazard.code)
            && concerns_use(hazard, &kubeconfig)
    };
    let refused: Vec<Finding> = hazards(&kubeconfig).into_iter().filter(is_refused).collect();
    if let Some(what) = describe(&refused) {
        let what = reply.scrubber.clean(&format!("the kubeconfig is dangerous: {what}"));
        let error = reply.error(ErrorKind::Unsafe, what, Problem::default());
        return Err(error.with_remedy(remedies(&refused, reading.remedy)));
    }
    if !reading.accepted.0.contains(&FindingCode::PlainHttp)
        && let Some(at) = kubeconfig.clusters.iter().position(|named| is_plain(&named.cluster.server))
    {
        // No hazard of one's own file, where it is a tunnel or a cluster on the desk.
        let what = format!("the kubeconfig is dangerous: clusters[{at}].cluster.server: is plain HTTP to this machine");
        let error = reply.error(ErrorKind::Unsafe, what, Problem::default());
        return Err(error.with_remedy("do not use it: no cluster of a provider is on this machine"));
    }
    Ok(ClusterKubeconfig::new(kubeconfig, text.to_owned()))
}

/// The context that leads to the same server as the current one with the same user, and verifies it as the current one does
/// not.
fn verified_instead(kubeconfig: &Kubeconfig) -> Option<String> {
    let current = kubeconfig.current().ok().filter(|current| current.cluster.insecure_skip_tls_verify)?;
    let is_verified = |cluster: &Cluster| {
        !cluster.insecure_skip_tls_verify
            && cluster.certificate_authority_data.as_ref().is_some_and(|data| !data.expose().is_empty())
    };
    let instead = kubeconfig.contexts.iter().find(|named| {
        named.context.user == current.context.user
            && kubeconfig
                .context(&named.name)
                .is_ok_and(|other| other.cluster.server == current.cluster.server && is_verified(other.cluster))
    });
    instead.map(|named| named.name.clone())
}

/// Whether a hazard concerns the use of the current context. Only one kind may not: a cluster that is not verified and
/// not used, which a provider lists besides the one that is.
fn concerns_use(hazard: &Finding, kubeconfig: &Kubeconfig) -> bool {
    if hazard.code != FindingCode::InsecureSkipTlsVerify {
        return true;
    }
    let Ok(current) = kubeconfig.current() else { return true };
    kubeconfig
        .clusters
        .iter()
        .position(|named| std::ptr::eq(&named.cluster, current.cluster))
        .is_none_or(|index| hazard.path.starts_with(&format!("clusters[{index}].")))
}

/// Whether a server is not reached by HTTPS; kubectl takes one without a scheme for plain HTTP.
fn is_plain(server: &str) -> bool {
    !server.is_empty() && !server.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

/// What to do about hazards, each remedy once.
fn remedies(hazards: &[Finding], own: fn(FindingCode) -> Option<&'static str>) -> String {
    let mut remedies: Vec<&str> = Vec::new();
    for hazard in hazards {
        let remedy = own(hazard.code).unwrap_or(&hazard.remedy);
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    format!("{}; or accept this hazard if it is wanted", remedies.join("; "))
}

/// The findings in a line, the first few of them.
fn describe(findings: &[Finding]) -> Option<String> {
    const SHOWN: usize = 3;
    if findings.is_empty() {
        return None;
    }
    let mut parts: Vec<String> =
        findings.iter().take(SHOWN).map(|finding| format!("{}: {}", finding.path, finding.message)).collect();
    if let Some(more) = findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        parts.push(format!("and {more} more"));
    }
    Some(parts.join("; "))
}
