use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::{
    Action, Change, Clock as _, Disk, Entry, Finding, FindingCode, Kubeconfig, Loaded, MergeError, MergePolicy,
    OnCollision, SaveErrorKind, SaveOptions, Saved, Sources, SystemClock, UpdateError, hazards_at, preview, shown,
    update,
};
use serde_json::{Value, json};

use super::input::{self, StandardInput};
use crate::exit_code;
use crate::output::{Text, complain, note, print};

/// Merges kubeconfigs into a file, without losing an entry of it
///
/// What is new is added. What has a name that the file uses for something else gets another name, together with all
/// that refers to it, or is refused. Several NEW belong together: what one refers to another may define. The file is
/// replaced in one step, under the lock that kubectl takes too; its mode stays, and a new one is for its owner only.
/// Relative paths in what is merged are made absolute.
///
/// As with kubectl, comments and the layout of the file are not kept; unlike with kubectl, fields that it does not know
/// are. A current context of NEW when the file has one, and extensions and unknown fields of NEW whose names the file uses
/// for something else are left out, and it is said.
#[derive(Args)]
#[command(
    after_help = "Without --allow, these are refused: exec, auth-provider, file-reference, and unknown-user and \
unknown-cluster, where a context would use an entry of the file that did not come with it. A name that the file refers \
to without defining it counts as taken; unknown-user, unknown-cluster and unknown-context allow it to be filled.

Exit codes:
  0  merged, or there was nothing to change
  1  refused: a name is taken, or what came holds what is not allowed
  2  a file cannot be read or is no kubeconfig
  5  the file could not be locked or written, or the report could not be printed"
)]
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
    #[arg(long, value_name = "CODE", value_parser = input::guarded_code)]
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

    /// Refuse what has a taken name, also what would be left out
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
    /// The context that was made current because it was asked for: where it came from, its name there, and whether it is
    /// new.
    current: Option<(String, String, Action)>,
    current_context: String,
    is_current_defined: bool,
}

/// Why the kubeconfigs were not merged.
enum Refusal {
    Merge { from: String, error: MergeError },
    NoCurrentContext,
    UndefinedCurrentContext(String),
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
            Self::UndefinedCurrentContext(name) => {
                write!(f, "--set-current: the current context is {name:?}, which nothing that is merged defines; ")?;
                f.write_str("leave the option out, or merge what defines it as well")
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
        if input::is_standard(&self.into) {
            complain("--into -: standard input cannot be changed; name a file, ./- for one of that name");
            return Err(exit_code::USAGE);
        }
        let incoming = self.new.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
        let into = shown(&self.into);
        let mut report = Report::default();
        let edit = |old: Kubeconfig| self.merge(&old, &incoming, &mut report);
        let result = if self.dry_run {
            let done = preview(&self.into, edit).map_err(|error| fail(&error))?;
            words(done, ["would not change", "would be created", "would be replaced"])
        } else {
            let say = |text: &str| note(text);
            let done = update(&self.into, SaveOptions::default().with_waiting(&say), edit);
            words(done.map_err(|error| fail(&error))?, ["unchanged", "created", "replaced"])
        };
        let text = if self.json {
            Text::ForPrograms(as_json(&into, result, &report, &incoming))
        } else {
            for Incoming { from, hazards, .. } in &incoming {
                for finding in hazards {
                    note(format_args!("warning: {from}: {finding}"));
                }
            }
            Text::ForPeople(as_lines(&into, result, &report))
        };
        print(&text).map_err(|error| {
            complain(format_args!("{into}: {result}, but the report cannot be printed: {error}"));
            exit_code::COULD_NOT_RUN
        })?;
        Ok(exit_code::CONFORMANT)
    }

    fn merge(&self, old: &Kubeconfig, incoming: &[Incoming], report: &mut Report) -> Result<Kubeconfig, Refusal> {
        let on_collision = if self.taken.refuse { OnCollision::Refuse } else { OnCollision::Rename };
        let policy = self.allow.iter().fold(MergePolicy::new(on_collision), |policy, code| policy.allow(*code));
        // What lies beside the file may be in it already, with a relative path.
        let into = std::path::absolute(&self.into).unwrap_or_else(|_| self.into.clone());
        let folder = into.parent().unwrap_or(Path::new(""));
        let new: Vec<Kubeconfig> =
            incoming.iter().map(|incoming| incoming.kubeconfig.with_paths_as_in(old, folder)).collect();
        let merged = policy.merge_all(old, &new).map_err(|error| {
            let from = incoming.get(error.place()).map(|incoming| incoming.from.clone()).unwrap_or_default();
            Refusal::Merge { from, error }
        })?;
        let mut kubeconfig = merged.kubeconfig;
        report.changes = incoming
            .iter()
            .zip(merged.changes)
            .flat_map(|(incoming, changes)| changes.into_iter().map(|change| (incoming.from.clone(), change)))
            .collect();
        if self.set_current {
            self.make_current(&mut kubeconfig, incoming, report)?;
        }
        report.is_current_defined = kubeconfig.current_context.is_empty()
            || kubeconfig.contexts.iter().any(|entry| entry.name == kubeconfig.current_context);
        report.current_context.clone_from(&kubeconfig.current_context);
        Ok(kubeconfig)
    }

    /// Makes the last current context that came the current one, if it came along.
    fn make_current(
        &self,
        kubeconfig: &mut Kubeconfig,
        incoming: &[Incoming],
        report: &mut Report,
    ) -> Result<(), Refusal> {
        let wanted = incoming.iter().rev().find(|incoming| !incoming.kubeconfig.current_context.is_empty());
        let Incoming { from, kubeconfig: new, .. } = wanted.ok_or(Refusal::NoCurrentContext)?;
        let name = &new.current_context;
        let of_context = |(_, change): &&(String, Change)| change.entry == Entry::Context && change.name == *name;
        // In the same file, or else in another that came with it.
        let own = report.changes.iter().filter(of_context).find(|(other, _)| other == from);
        let found = own.or_else(|| report.changes.iter().find(of_context));
        let undefined = || Refusal::UndefinedCurrentContext(name.clone());
        let current = match &found.ok_or_else(undefined)?.1.action {
            Action::Renamed { to, .. } | Action::UnchangedAs { name: to } => to.clone(),
            _ => name.clone(),
        };
        let is_new = kubeconfig.current_context != current;
        kubeconfig.set_current_context(current).map_err(|_| undefined())?;
        let action = if is_new { Action::Added } else { Action::Unchanged };
        report.changes.retain(|(_, change)| change.entry != Entry::CurrentContext);
        report.current = Some((from.clone(), name.clone(), action));
        Ok(())
    }
}

/// What became of the file, or would: in the order of the cases.
fn words(saved: Saved, [unchanged, created, replaced]: [&'static str; 3]) -> &'static str {
    match saved {
        Saved::Unchanged => unchanged,
        Saved::Created => created,
        _ => replaced,
    }
}

fn fail(error: &UpdateError<Refusal>) -> u8 {
    complain(error);
    match error {
        UpdateError::Edit(_) => exit_code::FAILED,
        UpdateError::Save(error) => match error.kind() {
            SaveErrorKind::Unreadable | SaveErrorKind::NotAFile | SaveErrorKind::SeveralDocuments => exit_code::USAGE,
            _ => exit_code::COULD_NOT_RUN,
        },
    }
}

/// Reads what is to be merged. Its paths are absolute afterwards: they lead elsewhere from the file that is changed.
fn read(path: &Path) -> Result<Incoming, u8> {
    let from = shown(path);
    let cannot = |problem: &dyn fmt::Display| {
        complain(format_args!("{from}: {problem}"));
        exit_code::USAGE
    };
    let absolute = std::path::absolute(path).map_err(|error| cannot(&error))?;
    let sources = Sources::Explicit(absolute);
    let loaded = if input::is_standard(path) {
        Loaded::from_sources(&sources, &StandardInput)
    } else {
        Loaded::from_sources(&sources, &Disk)
    };
    let loaded = loaded.map_err(|error| cannot(&error.message()))?;
    for (_, warning) in &loaded.warnings {
        note(format_args!("warning: {from}: {warning}"));
    }
    let kubeconfig = loaded.with_resolved_paths().map_err(|error| cannot(&error))?;
    let hazards = hazards_at(&kubeconfig, SystemClock.now());
    Ok(Incoming { from, kubeconfig, hazards })
}

fn as_lines(into: &str, result: &str, report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let is_said = |action: &Action| !matches!(action, Action::Unchanged | Action::UnchangedAs { .. });
    for (from, change) in report.changes.iter().filter(|(_, change)| is_said(&change.action)) {
        let _ = writeln!(out, "{from}: {change}");
    }
    if let Some((from, name, Action::Added)) = &report.current {
        let _ = writeln!(out, "{from}: current context {name:?}: made current");
    }
    let undefined = if report.is_current_defined { "" } else { ", which is not defined" };
    let _ = writeln!(out, "{into}: {result}; the current context is {:?}{undefined}", report.current_context);
    out
}

fn as_json(into: &str, result: &str, report: &Report, incoming: &[Incoming]) -> String {
    let of_current = report.current.iter().map(|(from, name, action)| {
        let action = if *action == Action::Added { "made-current" } else { "unchanged" };
        let entry = Entry::CurrentContext.to_string();
        json!({"from": from, "entry": entry, "name": name, "action": action, "to": null, "to_entry": null})
    });
    let of_change = |(from, change): &(String, Change)| {
        let (action, to) = match &change.action {
            Action::Added => ("added", None),
            Action::Unchanged => ("unchanged", None),
            Action::UnchangedAs { name } => ("unchanged-as", Some(name)),
            Action::Renamed { to, .. } => ("renamed", Some(to)),
            Action::Shadowed => ("left-out", None),
            Action::BoundToBase { name, .. } => ("uses-entry-of-file", Some(name)),
            _ => ("other", None),
        };
        let to_entry = match &change.action {
            Action::BoundToBase { to, .. } => Some(to.to_string()),
            _ => None,
        };
        let entry = change.entry.to_string();
        json!({"from": from, "entry": entry, "name": change.name, "action": action, "to": to, "to_entry": to_entry})
    };
    let changes: Vec<Value> = report.changes.iter().map(of_change).chain(of_current).collect();
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
        "result": result,
        "current_context": report.current_context,
        "current_context_is_defined": report.is_current_defined,
        "changes": changes,
        "warnings": warnings,
    });
    format!("{report:#}\n")
}
