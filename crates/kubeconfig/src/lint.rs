//! Everything that is to be said of one file.

use std::collections::HashSet;
use std::path::Path;
use std::time::SystemTime;

use crate::completeness::no_current_context;
use crate::finding::{Finding, FindingCode};
use crate::hazards::hazards_at;
use crate::validate::{every_entry, validate};
use crate::{Read, Rules, Warning, WarningKind};

/// Everything that is to be said of a kubeconfig that was read, the worst first: what kubectl passes over without a word,
/// what client-go refuses, what is found out only when an entry is used, and what is dangerous.
///
/// Every entry is looked at, whether a context uses it or not. A file may be one of a list, so that it needs neither a
/// context nor a current one. Nothing is executed, and no file is opened: those that are referred to are taken to be there.
///
/// ```
/// use std::time::SystemTime;
///
/// use kubeproof_kubeconfig::{FindingCode, Kubeconfig, Profile, lint};
///
/// let text = b"clusters: [{name: dev, cluster: {server: 'ftp://k8s.example.test', Server: x}}]";
/// let findings = lint(&Kubeconfig::read(text, Profile::Kubectl)?, SystemTime::UNIX_EPOCH);
/// let codes: Vec<FindingCode> = findings.iter().map(|finding| finding.code).collect();
/// assert_eq!(codes, [FindingCode::UnusableServer, FindingCode::UnknownField]);
/// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
/// ```
#[must_use]
pub fn lint(read: &Read, now: SystemTime) -> Vec<Finding> {
    let kubeconfig = &read.kubeconfig;
    let mut findings: Vec<Finding> = read.warnings.iter().map(of_warning).collect();
    let of_whole = validate(kubeconfig, Rules::ClientGo, |_| Ok(()));
    if of_whole.iter().any(|finding| finding.code == FindingCode::EmptyKubeconfig) {
        findings.extend(of_whole);
    } else {
        findings.extend(every_entry(kubeconfig, &|_| Ok(())).into_iter().map(|(_, finding)| finding));
    }
    if kubeconfig.current_context.is_empty() && !kubeconfig.contexts.is_empty() {
        findings.push(no_current_context());
    }
    findings.extend(hazards_at(kubeconfig, now));
    // A rule and a hazard may be about the same.
    let mut seen = HashSet::new();
    findings.retain(|Finding { code, path, .. }| {
        matches!(code, FindingCode::DuplicateKey | FindingCode::UnknownField) || seen.insert((*code, path.clone()))
    });
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    findings
}

fn of_warning(warning: &Warning) -> Finding {
    let code = match warning.kind {
        WarningKind::DuplicateKey => FindingCode::DuplicateKey,
        WarningKind::UnknownField => FindingCode::UnknownField,
        WarningKind::IgnoredRest => FindingCode::IgnoredRest,
        WarningKind::KubectlRefuses => FindingCode::KubectlRefuses,
    };
    Finding::new(code, warning.location.to_string(), warning.message.clone(), warning.remedy.clone())
}

/// Whether others on this machine can read or change a file, by its mode.
#[cfg(unix)]
#[must_use]
pub fn lint_access(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    let message = format!("has mode {mode:04o}, so that others on this machine can read or change it");
    (mode & 0o077 != 0).then(|| Finding::new(FindingCode::OpenToOthers, "the file", message, "chmod 600"))
}

/// Whether others on this machine can read or change a file; not known on this system.
#[cfg(not(unix))]
#[must_use]
pub fn lint_access(_: &Path) -> Option<Finding> {
    None
}
