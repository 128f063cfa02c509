use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::{
    Clock as _, Disk, Files as _, Finding, FindingCode, Kubeconfig, Profile, Read, ReadError, Rules, Severity,
    SystemClock, WarningKind, hazards_at, incompleteness_of_every_context, validate,
};
use serde_json::{Value, json};

use super::input::{self, StandardInput};
use crate::exit_code;
use crate::output::{complain, print};

/// Says what kubectl would refuse in a kubeconfig, and what is dangerous
///
/// Every entry is looked at, not the current context alone. Nothing is executed, no file that the kubeconfig names is
/// read, and nothing secret is printed.
#[derive(Args)]
#[command(after_help = "Exit codes:
  0  nothing found, or only notices
  1  errors or warnings
  2  the file cannot be read, or is no kubeconfig")]
pub(crate) struct Lint {
    /// The kubeconfig; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Do not report this, such as exec or file-reference
    #[arg(long, value_name = "CODE", value_parser = input::code)]
    allow: Vec<FindingCode>,

    /// Print a JSON object instead
    #[arg(long)]
    json: bool,
}

impl Lint {
    pub(crate) fn run(self) -> u8 {
        let file = self.file.display().to_string();
        let bytes = if input::is_standard(&self.file) { StandardInput.read(&self.file) } else { Disk.read(&self.file) };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                complain(format_args!("{file}: the file cannot be read: {error}; check the path"));
                return exit_code::USAGE;
            }
        };
        let (text, code) = match Kubeconfig::read(&bytes, Profile::Kubectl) {
            Err(error) if self.json => (unreadable(&file, &error), exit_code::USAGE),
            Err(error) => {
                let snippet = error.snippet().map(|snippet| format!("\n  {snippet}")).unwrap_or_default();
                complain(format_args!("{file}: {error}{snippet}"));
                return exit_code::USAGE;
            }
            Ok(read) => {
                let mut remarks = remarks(&read);
                remarks.extend(of_mode(&self.file));
                remarks.retain(|remark| !self.allow.iter().any(|code| code.as_str() == remark.code));
                remarks.sort_by_key(|remark| std::cmp::Reverse(remark.severity));
                let matters = remarks.iter().any(|remark| remark.severity > Severity::Notice);
                let text = if self.json { as_json(&file, &remarks) } else { as_lines(&file, &remarks) };
                (text, if matters { exit_code::FAILED } else { exit_code::CONFORMANT })
            }
        };
        match print(&text) {
            Ok(()) => code,
            Err(error) => {
                complain(format_args!("cannot print: {error}"));
                exit_code::COULD_NOT_RUN
            }
        }
    }
}

/// One thing to say about the file.
struct Remark {
    severity: Severity,
    code: &'static str,
    /// A path into the document, or `line 3, column 1`.
    place: String,
    /// The name of the entry that the path leads to.
    name: Option<String>,
    message: String,
    remedy: Option<&'static str>,
}

fn remarks(read: &Read) -> Vec<Remark> {
    let kubeconfig = &read.kubeconfig;
    let mut findings = validate(kubeconfig, Rules::ClientGo, |_| Ok(()));
    if !findings.iter().any(|finding| finding.code == FindingCode::EmptyKubeconfig) {
        findings.extend(incompleteness_of_every_context(kubeconfig));
    }
    findings.extend(hazards_at(kubeconfig, SystemClock.now()));
    // Two checks may say the same of one field, or of a field and of what it is in.
    let mut seen = HashSet::new();
    findings.retain(|Finding { code, path, .. }| {
        let is_new = seen.insert((*code, path.clone()));
        if let Some((parent, _)) = path.rsplit_once('.') {
            seen.insert((*code, parent.to_owned()));
        }
        is_new
    });
    let of_finding = |finding: Finding| Remark {
        severity: finding.severity(),
        code: finding.code.as_str(),
        name: name_of(&finding.path, kubeconfig),
        place: finding.path,
        message: finding.message,
        remedy: Some(finding.remedy),
    };
    let warnings = read.warnings.iter().map(|warning| {
        let (severity, code) = match warning.kind {
            WarningKind::DuplicateKey => (Severity::Warning, "duplicate-key"),
            WarningKind::UnknownField => (Severity::Notice, "unknown-field"),
            WarningKind::IgnoredRest => (Severity::Warning, "ignored-rest"),
            WarningKind::KubectlRefuses => (Severity::Error, "kubectl-refuses"),
            _ => (Severity::Warning, "other"),
        };
        let place = warning.location.to_string();
        Remark { severity, code, place, name: None, message: warning.message.clone(), remedy: None }
    });
    warnings.chain(findings.into_iter().map(of_finding)).collect()
}

/// The name of the entry that `users[3].user.token` is in.
fn name_of(path: &str, kubeconfig: &Kubeconfig) -> Option<String> {
    let (list, rest) = path.split_once('[')?;
    let at: usize = rest.split_once(']')?.0.parse().ok()?;
    let name = match list {
        "clusters" => &kubeconfig.clusters.get(at)?.name,
        "users" => &kubeconfig.users.get(at)?.name,
        "contexts" => &kubeconfig.contexts.get(at)?.name,
        _ => return None,
    };
    Some(name.clone())
}

/// A kubeconfig that others on this machine can read or change.
#[cfg(unix)]
fn of_mode(path: &Path) -> Option<Remark> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| Remark {
        severity: Severity::Warning,
        code: "open-to-others",
        place: "the file".to_owned(),
        name: None,
        message: format!("has mode {mode:04o}, so that others on this machine can read or change it"),
        remedy: Some("chmod 600"),
    })
}

#[cfg(not(unix))]
fn of_mode(_: &Path) -> Option<Remark> {
    None
}

fn count(remarks: &[Remark], severity: Severity) -> usize {
    remarks.iter().filter(|remark| remark.severity == severity).count()
}

fn as_lines(file: &str, remarks: &[Remark]) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    for Remark { severity, code, place, name, message, remedy } in remarks {
        let name = name.as_ref().map(|name| format!(" ({name:?})")).unwrap_or_default();
        let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
        let place = if place.is_empty() { "the kubeconfig" } else { place };
        let _ = writeln!(out, "{severity:7}  {place}{name}: {message}{remedy} [{code}]");
    }
    let [errors, warnings, notices] =
        [Severity::Error, Severity::Warning, Severity::Notice].map(|severity| count(remarks, severity));
    let _ = writeln!(out, "{file}: {errors} errors, {warnings} warnings, {notices} notices");
    out
}

fn as_json(file: &str, remarks: &[Remark]) -> String {
    let findings: Vec<Value> = remarks
        .iter()
        .map(|remark| {
            json!({
                "severity": remark.severity.as_str(),
                "code": remark.code,
                "place": remark.place,
                "name": remark.name,
                "message": remark.message,
                "remedy": remark.remedy,
            })
        })
        .collect();
    let report = json!({
        "schema": "kubeproof.lint/1",
        "file": file,
        "errors": count(remarks, Severity::Error),
        "warnings": count(remarks, Severity::Warning),
        "notices": count(remarks, Severity::Notice),
        "findings": findings,
    });
    format!("{report:#}\n")
}

fn unreadable(file: &str, error: &ReadError) -> String {
    let location = error.location();
    let report = json!({
        "schema": "kubeproof.lint/1",
        "file": file,
        "unreadable": {
            "message": error.to_string(),
            "line": location.map(|location| location.line),
            "column": location.map(|location| location.column),
            "snippet": error.snippet(),
        },
    });
    format!("{report:#}\n")
}
