//! Merging kubeconfigs into a file: what may come in, what became of it, and how that is said.

use std::fmt::{self, Write as _};
use std::path::Path;

use clap::Args;
use kubeproof_kubeconfig::{
    Action, Change, Entry, Finding, FindingCode, Kubeconfig, MergeError, MergePolicy, OnCollision, SaveErrorKind,
    Saved, UpdateError,
};
use serde_json::{Value, json};

use crate::exit_code;
use crate::output::complain;

/// How kubeconfigs are merged into a file.
pub(crate) struct Merging<'a> {
    /// The file.
    pub(crate) into: &'a Path,
    pub(crate) taken: &'a Taken,
    /// What is allowed in what is merged.
    pub(crate) allow: &'a [FindingCode],
    pub(crate) current: Current,
}

/// Which context is the current one of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Current {
    /// Its own; if it has none, the first that comes.
    Kept,
    /// The last that comes.
    Set,
}

/// What happens when a name is taken.
#[derive(Args)]
pub(crate) struct Taken {
    /// Give what has a taken name another name (default)
    #[arg(long, conflicts_with = "refuse")]
    rename: bool,

    /// Refuse what has a taken name, also what would be left out
    #[arg(long)]
    refuse: bool,
}

impl Taken {
    fn on_collision(&self) -> OnCollision {
        if self.refuse { OnCollision::Refuse } else { OnCollision::Rename }
    }
}

/// A kubeconfig to merge, where it came from, and what is dangerous in it.
pub(crate) struct Incoming {
    pub(crate) from: String,
    pub(crate) kubeconfig: Kubeconfig,
    pub(crate) hazards: Vec<Finding>,
}

/// What became of everything that came.
#[derive(Default)]
pub(crate) struct Report {
    changes: Vec<(String, Change)>,
    /// The context that was made current because it was asked for: where it came from, its name there, and whether it is
    /// new.
    current: Option<(String, String, Action)>,
    current_context: String,
    is_current_defined: bool,
}

impl Report {
    /// What a context of one of the kubeconfigs is called in the file.
    pub(crate) fn context(&self, from: &str, name: &str) -> String {
        let is_it = |(other, change): &&(String, Change)| {
            other == from && change.entry == Entry::Context && change.name == name
        };
        self.changes.iter().find(is_it).map_or_else(|| name.to_owned(), |(_, change)| name_in_file(change))
    }
}

/// What an entry that came is called in the file.
fn name_in_file(change: &Change) -> String {
    match &change.action {
        Action::Renamed { to, .. } | Action::UnchangedAs { name: to } => to.clone(),
        _ => change.name.clone(),
    }
}

/// Why the kubeconfigs were not merged.
pub(crate) enum Refusal {
    Merge { from: String, error: MergeError },
    NoCurrentContext,
    UndefinedCurrentContext(String),
}

/// Why one of the kubeconfigs was refused, and what to do.
pub(crate) fn reason(error: &MergeError) -> String {
    let mut codes: Vec<&str> = error.findings().iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        format!("{error} with --rename")
    } else {
        format!("{error}; if you trust it, add --allow {}", codes.join(" --allow "))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merge { from, error } => write!(f, "{from}: {}", reason(error)),
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

impl Merging<'_> {
    /// What becomes of the file, and says of everything what became of it.
    ///
    /// # Errors
    /// When something that comes is refused, or a context is to be made current that is not there.
    pub(crate) fn merge(
        &self,
        old: &Kubeconfig,
        incoming: &[Incoming],
        report: &mut Report,
    ) -> Result<Kubeconfig, Refusal> {
        let strict = MergePolicy::new(self.taken.on_collision());
        let policy = self.allow.iter().fold(strict, |policy, code| policy.allow(*code));
        // What lies beside the file may be in it already, with a relative path.
        let into = std::path::absolute(self.into).unwrap_or_else(|_| self.into.to_owned());
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
        if self.current == Current::Set {
            make_current(&mut kubeconfig, incoming, report)?;
        }
        report.is_current_defined = kubeconfig.current_context.is_empty()
            || kubeconfig.contexts.iter().any(|entry| entry.name == kubeconfig.current_context);
        report.current_context.clone_from(&kubeconfig.current_context);
        Ok(kubeconfig)
    }
}

/// Makes the last current context that came the current one, if it came along.
fn make_current(kubeconfig: &mut Kubeconfig, incoming: &[Incoming], report: &mut Report) -> Result<(), Refusal> {
    let wanted = incoming.iter().rev().find(|incoming| !incoming.kubeconfig.current_context.is_empty());
    let Incoming { from, kubeconfig: new, .. } = wanted.ok_or(Refusal::NoCurrentContext)?;
    let name = &new.current_context;
    let of_context = |(_, change): &&(String, Change)| change.entry == Entry::Context && change.name == *name;
    // In the same file, or else in another that came with it.
    let own = report.changes.iter().filter(of_context).find(|(other, _)| other == from);
    let found = own.or_else(|| report.changes.iter().find(of_context));
    let undefined = || Refusal::UndefinedCurrentContext(name.clone());
    let current = name_in_file(&found.ok_or_else(undefined)?.1);
    let is_new = kubeconfig.current_context != current;
    kubeconfig.set_current_context(current).map_err(|_| undefined())?;
    let action = if is_new { Action::Added } else { Action::Unchanged };
    report.changes.retain(|(_, change)| change.entry != Entry::CurrentContext);
    report.current = Some((from.clone(), name.clone(), action));
    Ok(())
}
/// What became of the file, or would: in the order of the cases.
pub(crate) fn words(saved: Saved, [unchanged, created, replaced]: [&'static str; 3]) -> &'static str {
    match saved {
        Saved::Unchanged => unchanged,
        Saved::Created => created,
        _ => replaced,
    }
}

/// Says why a file was not changed.
pub(crate) fn fail(error: &UpdateError<Refusal>) -> u8 {
    complain(error);
    match error {
        UpdateError::Edit(_) => exit_code::FAILED,
        UpdateError::Save(error) => match error.kind() {
            SaveErrorKind::Unreadable | SaveErrorKind::NotAFile | SaveErrorKind::SeveralDocuments => exit_code::USAGE,
            _ => exit_code::COULD_NOT_RUN,
        },
    }
}

/// What became of everything, for people.
pub(crate) fn as_lines(into: &str, result: &str, report: &Report) -> String {
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

/// The same for programs.
pub(crate) fn as_json(into: &str, result: &str, report: &Report, incoming: &[Incoming]) -> Value {
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
    json!({
        "schema": "kubeproof.merge/1",
        "into": into,
        "result": result,
        "current_context": report.current_context,
        "current_context_is_defined": report.is_current_defined,
        "changes": changes,
        "warnings": warnings,
    })
}
