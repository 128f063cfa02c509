use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof_kubeconfig::{
    Clock as _, Disk, FindingCode, Kubeconfig, Loaded, SaveOptions, Sources, SystemClock, hazards_at, preview, shown,
    update,
};

use super::input::{self, StandardInput};
use crate::exit_code;
use crate::merging::{Current, Incoming, Merging, Report, Taken, as_json, as_lines, fail, words};
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
        let current = if self.set_current { Current::Set } else { Current::Kept };
        let merging = Merging { into: &self.into, taken: &self.taken, allow: &self.allow, current };
        let edit = |old: Kubeconfig| merging.merge(&old, &incoming, &mut report);
        let result = if self.dry_run {
            let done = preview(&self.into, edit).map_err(|error| fail(&error))?;
            words(done, ["would not change", "would be created", "would be replaced"])
        } else {
            let say = |text: &str| note(text);
            let done = update(&self.into, SaveOptions::default().with_waiting(&say), edit);
            words(done.map_err(|error| fail(&error))?, ["unchanged", "created", "replaced"])
        };
        let text = if self.json {
            Text::ForPrograms(format!("{:#}\n", as_json(&into, result, &report, &incoming)))
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
