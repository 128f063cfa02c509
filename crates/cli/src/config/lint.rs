use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use clap::Args;
use kubeproof_kubeconfig::{
    Clock as _, Disk, Files as _, Finding, FindingCode, Kubeconfig, Profile, Read, ReadError, Severity, SystemClock,
    lint, lint_access, shown,
};
use serde_json::{Value, json};

use super::input::{self, StandardInput};
use crate::exit_code;
use crate::output::{Text, complain, print};

/// Says what kubectl would refuse in a kubeconfig, and what is dangerous
///
/// Every entry is looked at, whether a context uses it or not. Nothing is executed, no file that the kubeconfig names is
/// read, and nothing secret is printed.
#[derive(Args)]
#[command(after_help = "Exit codes:
  0  nothing found, or only notices
  1  errors or warnings
  2  the file cannot be read, or is no kubeconfig
  5  the report cannot be written")]
pub(crate) struct Lint {
    /// The kubeconfig; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Do not report this: a code in brackets, such as exec or open-to-others
    #[arg(long, value_name = "CODE", value_parser = input::code)]
    allow: Vec<FindingCode>,

    /// Print a JSON object instead
    #[arg(long)]
    json: bool,
}

impl Lint {
    pub(crate) fn run(self) -> u8 {
        let file = shown(&self.file);
        let (text, code) = match self.read() {
            Err(problem) if self.json => (Text::ForPrograms(problem.as_json(&file)), exit_code::USAGE),
            Err(problem) => {
                complain(problem.in_file(&file));
                return exit_code::USAGE;
            }
            Ok(read) => {
                let kubeconfig = &read.kubeconfig;
                let of_mode = if input::is_standard(&self.file) { None } else { lint_access(&self.file) };
                let mut findings = lint(&read, SystemClock.now());
                findings.extend(of_mode);
                findings.retain(|finding| !self.allow.contains(&finding.code));
                findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
                let matters = findings.iter().any(|finding| finding.severity() > Severity::Notice);
                let text = if self.json {
                    Text::ForPrograms(as_json(&file, &findings, kubeconfig))
                } else {
                    Text::ForPeople(as_lines(&file, &findings, kubeconfig))
                };
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

    fn read(&self) -> Result<Read, Problem> {
        let bytes = if input::is_standard(&self.file) { StandardInput.read(&self.file) } else { Disk.read(&self.file) };
        Kubeconfig::read(&bytes.map_err(Problem::Unreadable)?, Profile::Kubectl).map_err(Problem::NoKubeconfig)
    }
}

/// Why there is nothing to look at.
enum Problem {
    Unreadable(io::Error),
    NoKubeconfig(ReadError),
}

impl Problem {
    fn in_file(&self, file: &str) -> String {
        match self {
            Self::Unreadable(_) => format!("{file}: {}", self.message()),
            Self::NoKubeconfig(error) => {
                let snippet = error.snippet().map(|snippet| format!("\n  {snippet}")).unwrap_or_default();
                format!("{file}: {error}{snippet}")
            }
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Unreadable(error) => format!("the file cannot be read: {error}; check the path"),
            Self::NoKubeconfig(error) => error.to_string(),
        }
    }

    fn as_json(&self, file: &str) -> String {
        let error = match self {
            Self::Unreadable(_) => None,
            Self::NoKubeconfig(error) => Some(error),
        };
        let location = error.and_then(ReadError::location);
        let report = json!({
            "schema": "kubeproof.lint/1",
            "file": file,
            "unreadable": {
                "message": self.message(),
                "line": location.map(|location| location.line),
                "column": location.map(|location| location.column),
                "snippet": error.and_then(ReadError::snippet),
            },
        });
        format!("{report:#}\n")
    }
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

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity() == severity).count()
}

fn as_lines(file: &str, findings: &[Finding], kubeconfig: &Kubeconfig) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    for finding in findings {
        let Finding { code, path, message, remedy, .. } = finding;
        let name = name_of(path, kubeconfig).map(|name| format!(" ({name:?})")).unwrap_or_default();
        let place = if path.is_empty() { "the kubeconfig" } else { path };
        let severity = finding.severity();
        let _ = writeln!(out, "{severity:7}  {place}{name}: {message}; {remedy} [{code}]");
    }
    let counted = |severity: Severity| match count(findings, severity) {
        1 => format!("1 {severity}"),
        count => format!("{count} {severity}s"),
    };
    let [errors, warnings, notices] = [Severity::Error, Severity::Warning, Severity::Notice].map(counted);
    let _ = writeln!(out, "{file}: {errors}, {warnings}, {notices}");
    out
}

fn as_json(file: &str, findings: &[Finding], kubeconfig: &Kubeconfig) -> String {
    let listed: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "severity": finding.severity().as_str(),
                "code": finding.code.as_str(),
                "place": finding.path,
                "name": name_of(&finding.path, kubeconfig),
                "message": finding.message,
                "remedy": finding.remedy,
            })
        })
        .collect();
    let report = json!({
        "schema": "kubeproof.lint/1",
        "file": file,
        "errors": count(findings, Severity::Error),
        "warnings": count(findings, Severity::Warning),
        "notices": count(findings, Severity::Notice),
        "findings": listed,
    });
    format!("{report:#}\n")
}
