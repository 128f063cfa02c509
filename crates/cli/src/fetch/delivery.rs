//! Where fetched kubeconfigs go: merged into a file, or to standard output.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::{
    Clock as _, FindingCode, Kubeconfig, SaveOptions, SystemClock, UpdateError, hazards_at, preview, shown, update,
};
use serde_json::{Map, json};

use super::attempt::{Attempt, Failure};
use super::client::AcceptedHazards;
use super::clusters::Ids;
use super::record;
use super::renewal::Renewal;
use super::report::{Report, Reports, Row, StandardOutput};
use crate::apart::{self, Used};
use crate::config::input::{code, is_standard};
use crate::exit_code;
use crate::merging::{self, Current, Incoming, Merging, Refusal, Taken};
use crate::output::{Text, failed, misused, note, print};

/// What stands for the id of a cluster in the name of a context.
const CLUSTER_ID: &str = "{cluster_id}";

/// Where kubeconfigs go.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Delivery {
    /// Merge what is fetched into this kubeconfig; made when it is not there, for its owner only
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// Write a kubeconfig to standard output instead
    #[arg(long, conflicts_with_all = ["kubeconfig", "set_current", "renew", "rename", "refuse"])]
    print: bool,

    /// Call the context in use so; {cluster_id} in it is replaced, which several clusters need
    #[arg(long, value_name = "NAME", value_parser = context_name)]
    context_name: Option<String>,

    /// Make the context of what is fetched the current one of FILE, which stays what it is otherwise
    #[arg(long)]
    set_current: bool,

    /// Replace the credentials that an earlier fetch of the same cluster has left in FILE; a context that does not say of
    /// which cluster it is stays
    #[arg(long)]
    renew: bool,

    #[command(flatten)]
    taken: Taken,

    /// Accept this danger in what is fetched, such as exec; see `kubeproof config lint`
    #[arg(long, value_name = "CODE", value_parser = code)]
    allow: Vec<FindingCode>,

    #[command(flatten)]
    reports: Reports,
}

fn context_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("a name has no control character and is not empty".to_owned());
    }
    Ok(text.to_owned())
}

impl Delivery {
    /// What may be dangerous in what is fetched.
    pub(super) fn accepted(&self) -> AcceptedHazards {
        self.allow.iter().fold(AcceptedHazards::none(), |all, code| all.and(*code))
    }

    /// Finds out, before anything is sent, whether there is a place for everything: what is fetched may be issued for good.
    ///
    /// # Errors
    /// The exit code, after saying what to change.
    pub(super) fn check<'a>(&'a self, count: usize, mut used: Vec<Used<'a>>) -> Result<(), u8> {
        for path in self.kubeconfig.iter().filter(|path| !is_standard(path)) {
            used.iter().try_for_each(|used| used.check("--kubeconfig", path))?;
            used.push(Used { option: "--kubeconfig", path });
        }
        self.reports.check(self.standard_output(), &used)?;
        if count > 1 && self.context_name.as_ref().is_some_and(|name| !name.contains(CLUSTER_ID)) {
            return Err(misused(format_args!(
                "--context-name: several clusters cannot share a name; put {CLUSTER_ID} into it"
            )));
        }
        let Some(path) = &self.kubeconfig else {
            return if self.print {
                Ok(())
            } else {
                Err(misused(
                    "where is the kubeconfig to go? add --kubeconfig FILE to merge it into a file, such as ~/.kube/config, \
                     or --print to write it to standard output; nothing was sent",
                ))
            };
        };
        if is_standard(path) {
            return Err(misused(
                "--kubeconfig -: is no file; use --print for standard output, ./- for a file of that name",
            ));
        }
        // As if something was changed.
        let tried = preview(path, |mut old| {
            old.preferences.colors = !old.preferences.colors;
            Ok(old)
        });
        tried.map_err(|error| merging::fail(&error))?;
        // Who holds its lock is waited for now, when an interrupt costs nothing. A folder is not made before it is needed.
        let is_folder_there = apart::real(path).parent().is_some_and(Path::is_dir);
        if is_folder_there {
            let options = SaveOptions::default().with_waiting(&|text| note(text));
            update(path, options, Ok).map_err(|error| {
                let code = merging::fail(&error);
                note("nothing was sent");
                code
            })?;
        }
        Ok(())
    }

    fn standard_output(&self) -> StandardOutput {
        if self.print { StandardOutput::Taken } else { StandardOutput::Free }
    }

    /// Puts what was fetched where it is to go, and reports. Gives the exit code.
    pub(super) fn deliver(&self, provider: &'static str, attempts: Vec<Attempt<Kubeconfig>>) -> u8 {
        let attempts: Vec<Attempt<Kubeconfig>> = attempts
            .into_iter()
            .map(|attempt| {
                attempt.and_then(|ids, mut kubeconfig| {
                    record::write(&mut kubeconfig, provider, ids);
                    self.named(ids, kubeconfig).map_err(Failure::Unusable)
                })
            })
            .collect();
        let now = SystemClock.now();
        let mut incoming = Vec::new();
        let mut rows = Vec::new();
        for Attempt { ids, result } in attempts {
            let outcome = result.map(|kubeconfig| {
                let hazards = hazards_at(&kubeconfig, now);
                for finding in &hazards {
                    note(format_args!("warning: {ids}: {finding}"));
                }
                incoming.push(Incoming { from: ids.to_string(), kubeconfig, hazards });
                Map::new()
            });
            rows.push(Row { ids, outcome });
        }
        let mut report = Report { provider, rows, kubeconfig: None, lines: String::new() };
        let done = match (&self.kubeconfig, incoming.is_empty()) {
            (_, true) => Ok(()),
            (Some(path), false) => self.merge(path, incoming, &mut report),
            (None, false) => self.print(&incoming, &mut report),
        };
        let code = self.reports.write(&report, self.standard_output());
        done.map_or_else(|failed| failed, |()| code)
    }

    /// The kubeconfig with the name that was asked for.
    fn named(&self, ids: &Ids, mut kubeconfig: Kubeconfig) -> Result<Kubeconfig, String> {
        let Some(template) = &self.context_name else { return Ok(kubeconfig) };
        let name = template.replace(CLUSTER_ID, ids.cluster_id());
        let old = kubeconfig.current_context.clone();
        if name != old && kubeconfig.contexts.iter().any(|entry| entry.name == name) {
            return Err(format!(
                "--context-name: another context of this kubeconfig is called {name:?}; take another name"
            ));
        }
        for entry in kubeconfig.contexts.iter_mut().filter(|entry| entry.name == old) {
            entry.name.clone_from(&name);
        }
        kubeconfig.current_context = name;
        Ok(kubeconfig)
    }

    fn merge(&self, path: &Path, mut incoming: Vec<Incoming>, report: &mut Report) -> Result<(), u8> {
        let into = shown(path);
        let current = if self.set_current { Current::Set } else { Current::Kept };
        let merging = Merging { into: path, taken: &self.taken, allow: &self.allow, current };
        let mut merged = merging::Report::default();
        let mut renewal = Renewal::default();
        let edit = |mut old: Kubeconfig| {
            for incoming in &mut incoming {
                if self.renew {
                    renewal.renew(&mut old, incoming);
                } else {
                    renewal.look(&old, incoming);
                }
            }
            // One that is refused takes none of the others along: they may be issued for good.
            loop {
                match merging.merge(&old, &incoming, &mut merged) {
                    Err(Refusal::Merge { from, error }) if incoming.len() > 1 => {
                        incoming.retain(|other| other.from != from);
                        report.refuse(&from, &merging::reason(&error));
                    }
                    done => return done,
                }
            }
        };
        let say = |text: &str| note(text);
        let saved = update(path, SaveOptions::default().with_waiting(&say), edit).map_err(|error| {
            report.kubeconfig = Some(json!({"into": into, "result": "failed", "message": error.to_string()}));
            let code = if let UpdateError::Edit(Refusal::Merge { from, error }) = &error {
                report.refuse(from, &merging::reason(error));
                exit_code::FAILED
            } else {
                merging::fail(&error)
            };
            if !is_there(&error) {
                note(format_args!(
                    "{into}: nothing of what was fetched is in it; correct this and fetch again, or fetch with --print"
                ));
            }
            code
        })?;
        let result = merging::words(saved, ["unchanged", "created", "replaced"]);
        for line in renewal.doubts() {
            note(format_args!("warning: {line}"));
        }
        // Writing to a String does not fail.
        for line in renewal.done() {
            let _ = writeln!(report.lines, "{line}");
        }
        report.lines += &merging::as_lines(&into, result, &merged);
        for line in renewal.hints() {
            let _ = writeln!(report.lines, "{line}");
        }
        for Incoming { from, kubeconfig, .. } in &incoming {
            let context = merged.context(from, &kubeconfig.current_context);
            let _ = writeln!(report.lines, "{from}: fetched; use it with --context {context:?}");
            report.name_context(from, &context);
        }
        report.kubeconfig = Some(merging::as_json(&into, result, &merged, &incoming));
        Ok(())
    }

    fn print(&self, incoming: &[Incoming], report: &mut Report) -> Result<(), u8> {
        let merging = Merging { into: Path::new(""), taken: &self.taken, allow: &self.allow, current: Current::Kept };
        let mut merged = merging::Report::default();
        let kubeconfig = merging
            .merge(&Kubeconfig::default(), incoming, &mut merged)
            .map_err(|refusal| merging::fail(&UpdateError::Edit(refusal)))?;
        let text =
            kubeconfig.to_yaml().map_err(|error| failed(format_args!("the kubeconfig cannot be written: {error}")))?;
        print(&Text::ForPrograms(text))
            .map_err(|error| failed(format_args!("the kubeconfig cannot be printed: {error}")))?;
        for Incoming { from, kubeconfig, .. } in incoming {
            report.name_context(from, &merged.context(from, &kubeconfig.current_context));
        }
        Ok(())
    }
}

/// Whether the file was replaced in spite of the error.
fn is_there<E>(error: &UpdateError<E>) -> bool {
    matches!(error, UpdateError::Save(error) if error.kind() == kubeproof_kubeconfig::SaveErrorKind::NotSynced)
}
