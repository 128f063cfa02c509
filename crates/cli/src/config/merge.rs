use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::{
    Action, Change, Clock as _, Disk, Entry, Files as _, Finding, FindingCode, Kubeconfig, Loaded, MergeError,
    MergePolicy, OnCollision, SaveErrorKind, SaveOptions, Saved, Sources, SystemClock, UpdateError, hazards_at, update,
};
use serde_json::{Value, json};

use super::input::{self, StandardInput};
use crate::exit_code;
use crate::output::{complain, note, print};

/// Merges kubeconfigs into a file, without losing anything of it
///
/// What is new is added. What has a name that the file uses for something else gets another name, together with all
/// that refers to it, or is refused. The file is replaced in one step, under the lock that kubectl takes too; its mode
/// stays, and a new one is for its owner only. Relative paths in what is merged are made absolute.
#[derive(Args)]
#[command(after_help = "Without --allow, these are refused: exec, auth-provider, file-reference, and unknown-user and
unknown-cluster, where a context would use an entry of the file that did not come with it.

Exit codes:
  0  merged, or there was nothing to change
  1  refused: a name is taken, or what came holds what is not allowed
  2  a file cannot be read or is no kubeconfig
  5  the file could not be locked or written")]
pub(crate) struct Merge {
    /// The file to change; made when it is not there
    #[arg(long, value_name = "FILE")]
    into: PathBuf,

    /// What to merge; - is standard input
    #[arg(value_name = "NEW", required = true)]
    new: Vec<PathBuf>,

    #[command(flatten)]
    taken: Taken,

    /// Allow this in what is merged
    #[arg(long, value_name = "CODE", value_parser = input::code)]
    allow: Vec<FindingCode>,

    /// Make the current context of the last NEW that has one the current context
    #[arg(long)]
    set_current: bool,

    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print a JSON object instead
    #[arg(long)]
    json: bool,
}

/// What happens when a name is taken.
#[derive(Args)]
struct Taken {
    /// Give what has a taken name another name (default)
    #[arg(long, conflicts_with = "refuse")]
    rename: bool,

    /// Refuse what has a taken name
    #[arg(long)]
    refuse: bool,
}

/// A kubeconfig to merge, where it came from, and what is dangerous in it.
struct Incoming {
    from: String,
    kubeconfig: Kubeconfig,
    hazards: Vec<Finding>,
}

/// What became of everything that came.
#[derive(Default)]
struct Report {
    changes: Vec<(String, Change)>,
    current_context: String,
}

/// Why the kubeconfigs were not merged.
enum Refusal {
    Merge { from: String, error: MergeError },
    NoCurrentContext,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merge { from, error } if error.findings().is_empty() => write!(f, "{from}: {error} with --rename"),
            Self::Merge { from, error } => {
                let mut codes: Vec<&str> = error.findings().iter().map(|finding| finding.code.as_str()).collect();
                codes.sort_unstable();
                codes.dedup();
                write!(f, "{from}: {error}; if you trust it, add --allow {}", codes.join(" --allow "))
            }
            Self::NoCurrentContext => {
                f.write_str("--set-current: nothing that is merged has a current context; leave the option out")
            }
        }
    }
}

impl Merge {
    pub(crate) fn run(self) -> u8 {
        match self.try_run() {
            Ok(code) | Err(code) => code,
        }
    }

    fn try_run(&self) -> Result<u8, u8> {
        let incoming = self.new.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
        let mut report = Report::default();
        let saved = if self.dry_run {
            let old = read_old(&self.into)?;
            let new = self.merge(&old, &incoming, &mut report).map_err(|refusal| refuse(&refusal))?;
            if new == old { "unchanged" } else { "would change" }
        } else {
            let edit = |old: Kubeconfig| self.merge(&old, &incoming, &mut report);
            match update(&self.into, SaveOptions::default(), edit) {
                Ok(Saved::Unchanged) => "unchanged",
                Ok(Saved::Created) => "created",
                Ok(_) => "replaced",
                Err(UpdateError::Edit(refusal)) => return Err(refuse(&refusal)),
                Err(UpdateError::Save(error)) => {
                    complain(&error);
                    return Err(match error.kind() {
                        SaveErrorKind::Unreadable | SaveErrorKind::NotAFile | SaveErrorKind::SeveralDocuments => {
                            exit_code::USAGE
                        }
                        _ => exit_code::COULD_NOT_RUN,
                    });
                }
            }
        };
        let into = self.into.display().to_string();
        let text = if self.json {
            as_json(&into, saved, &report, &incoming)
        } else {
            for Incoming { from, hazards, .. } in &incoming {
                for finding in hazards {
                    note(format_args!("warning: {from}: {finding}"));
                }
            }
            as_lines(&into, saved, &report)
        };
        print(&text).map_err(|error| {
            complain(format_args!("cannot print: {error}"));
            exit_code::COULD_NOT_RUN
        })?;
        Ok(exit_code::CONFORMANT)
    }

    fn merge(&self, old: &Kubeconfig, incoming: &[Incoming], report: &mut Report) -> Result<Kubeconfig, Refusal> {
        let on_collision = if self.taken.refuse { OnCollision::Refuse } else { OnCollision::Rename };
        let policy = self.allow.iter().fold(MergePolicy::new(on_collision), |policy, code| policy.allow(*code));
        let mut kubeconfig = old.clone();
        let mut current = None;
        for Incoming { from, kubeconfig: new, .. } in incoming {
            let merged =
                policy.merge(&kubeconfig, new).map_err(|error| Refusal::Merge { from: from.clone(), error })?;
            kubeconfig = merged.kubeconfig;
            if !new.current_context.is_empty() {
                current = Some(name_now(&new.current_context, &merged.changes));
            }
            report.changes.extend(merged.changes.into_iter().map(|change| (from.clone(), change)));
        }
        if self.set_current {
            let current = current.ok_or(Refusal::NoCurrentContext)?;
            kubeconfig.set_current_context(current).map_err(|_| Refusal::NoCurrentContext)?;
            report.changes.retain(|(_, change)| change.entry != Entry::CurrentContext);
        }
        report.current_context.clone_from(&kubeconfig.current_context);
        Ok(kubeconfig)
    }
}

/// What a context is called after the merge.
fn name_now(name: &str, changes: &[Change]) -> String {
    let renamed = changes.iter().filter(|change| change.entry == Entry::Context && change.name == name);
    let to = renamed.into_iter().find_map(|change| match &change.action {
        Action::Renamed { to } => Some(to.clone()),
        _ => None,
    });
    to.unwrap_or_else(|| name.to_owned())
}

fn refuse(refusal: &Refusal) -> u8 {
    complain(refusal);
    exit_code::FAILED
}

/// Reads what is to be merged. Its paths are absolute afterwards: they lead elsewhere from the file that is changed.
fn read(path: &Path) -> Result<Incoming, u8> {
    let from = path.display().to_string();
    let cannot = |problem: &dyn fmt::Display| {
        complain(problem);
        exit_code::USAGE
    };
    let absolute = std::path::absolute(path).map_err(|error| cannot(&format_args!("{from}: {error}")))?;
    let sources = Sources::Explicit(absolute);
    let loaded = if input::is_standard(path) {
        Loaded::from_sources(&sources, &StandardInput)
    } else {
        Loaded::from_sources(&sources, &Disk)
    };
    let loaded = loaded.map_err(|error| cannot(&error))?;
    for (_, warning) in &loaded.warnings {
        note(format_args!("warning: {from}: {warning}"));
    }
    let kubeconfig = loaded.with_resolved_paths();
    let hazards = hazards_at(&kubeconfig, SystemClock.now());
    Ok(Incoming { from, kubeconfig, hazards })
}

/// Reads the file to change, for a dry run.
fn read_old(path: &Path) -> Result<Kubeconfig, u8> {
    let problem = match Disk.read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kubeconfig::default()),
        Err(error) => error.to_string(),
        Ok(bytes) => match Kubeconfig::parse_bytes(&bytes) {
            Ok(kubeconfig) => return Ok(kubeconfig),
            Err(error) => error.to_string(),
        },
    };
    complain(format_args!("{}: {problem}", path.display()));
    Err(exit_code::USAGE)
}

fn as_lines(into: &str, saved: &str, report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    for (from, change) in report.changes.iter().filter(|(_, change)| change.action != Action::Unchanged) {
        let _ = writeln!(out, "{from}: {change}");
    }
    let _ = writeln!(out, "{into}: {saved}; the current context is {:?}", report.current_context);
    out
}

fn as_json(into: &str, saved: &str, report: &Report, incoming: &[Incoming]) -> String {
    let changes: Vec<Value> = report
        .changes
        .iter()
        .map(|(from, change)| {
            let (action, to) = match &change.action {
                Action::Added => ("added", None),
                Action::Unchanged => ("unchanged", None),
                Action::Renamed { to } => ("renamed", Some(to.as_str())),
                Action::Shadowed => ("left-out", None),
                Action::BoundToBase { name, .. } => ("uses-entry-of-file", Some(name.as_str())),
                _ => ("other", None),
            };
            let entry = change.entry.to_string();
            json!({"from": from, "entry": entry, "name": change.name, "action": action, "to": to})
        })
        .collect();
    let of_finding = |from: &str, finding: &Finding| {
        let Finding { code, path, message, remedy, .. } = finding;
        json!({"from": from, "code": code.as_str(), "place": path, "message": message, "remedy": remedy})
    };
    let warnings: Vec<Value> = incoming
        .iter()
        .flat_map(|Incoming { from, hazards, .. }| hazards.iter().map(|finding| of_finding(from, finding)))
        .collect();
    let report = json!({
        "schema": "kubeproof.merge/1",
        "into": into,
        "result": saved,
        "current_context": report.current_context,
        "changes": changes,
        "warnings": warnings,
    });
    format!("{report:#}\n")
}
