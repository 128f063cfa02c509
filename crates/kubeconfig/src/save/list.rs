//! Saving to the files of a list, with client-go's rules (`tools/clientcmd/config.go`, `ModifyConfig`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::{SaveError, SaveErrorKind, UpdateError};
use super::lock::Lock;
use super::target::{Before, Target};
use super::{SaveOptions, SaveStep, Saved, replace};
use crate::merge::Named;
use crate::{Kubeconfig, Sources, Unknown, merge_first_wins};

/// How often to begin again because the files changed so that others have to be written.
const ATTEMPTS: usize = 5;

/// Changes what several files are together: an entry that changed, or is gone, is changed in the file that it came from;
/// one that is new, a current context that is set, and preferences go to the first file that is there, or to the last
/// when none is. A current context is taken away where it was set. Source: client-go, `ModifyConfig`.
///
/// Each file is replaced as [`update`](super::update) does. Only the files to write are locked, so that one that nobody
/// may write is no hindrance. (kubectl locks them all.) `edit` is called again when another program was faster. The
/// result names the files that were written.
///
/// # Errors
/// As [`update`](super::update). When a file after the first fails, the ones before it are changed already.
pub fn update_sources<E>(
    sources: &Sources,
    options: SaveOptions<'_>,
    mut edit: impl FnMut(Kubeconfig) -> Result<Kubeconfig, E>,
) -> Result<Vec<(PathBuf, Saved)>, UpdateError<E>> {
    let targets = sources.paths().iter().map(|path| Target::of(path)).collect::<Result<Vec<_>, _>>()?;
    let mut locked = BTreeSet::new();
    for _ in 0..ATTEMPTS {
        let to_lock = targets.iter().enumerate().filter(|(at, _)| locked.contains(at)).map(|(_, target)| target);
        let to_lock: Vec<Target> = to_lock.cloned().collect();
        let _folders = to_lock.iter().map(Target::make_folders).collect::<Result<Vec<_>, _>>()?;
        let lock = Lock::take(&to_lock, options)?;
        if !locked.is_empty() {
            options.reached(SaveStep::Locked);
        }
        let files = targets.iter().map(Target::read).collect::<Result<Vec<_>, _>>()?;
        let parts = Parts::of(&files);
        let new = edit(parts.merged.clone()).map_err(UpdateError::Edit)?;
        let changed = parts.changed(&new).ok_or_else(no_file)?;
        if changed.iter().any(|(at, _)| !locked.contains(at)) {
            locked.extend(changed.iter().map(|(at, _)| *at));
            continue;
        }
        options.reached(SaveStep::Edited);
        let mut saved = Vec::new();
        for (at, kubeconfig) in changed {
            if let (Some(target), Some(before)) = (targets.get(at), files.get(at)) {
                let what = replace::replace(target, before.as_ref(), &kubeconfig, options)?;
                saved.push((target.named.clone(), what));
            }
        }
        lock.give_back();
        options.reached(SaveStep::Unlocked);
        return Ok(saved);
    }
    let path = sources.paths().first().map_or(Path::new(""), PathBuf::as_path);
    let message = "and the files after it are changed by other programs again and again; try again";
    Err(SaveError::new(path, SaveErrorKind::ChangedMeanwhile, message).into())
}

fn no_file() -> SaveError {
    let message = "there is no file to write to; set KUBECONFIG or HOME, or name a file";
    SaveError::new(Path::new("kubeconfig"), SaveErrorKind::NotAFile, message)
}

/// The files of a list, and what they are together.
struct Parts {
    files: Vec<Kubeconfig>,
    /// Where what is new goes: `None` when there is no file in the list.
    default: Option<usize>,
    merged: Kubeconfig,
}

impl Parts {
    fn of(files: &[Option<Before>]) -> Self {
        let default = files.iter().position(Option::is_some).or(files.len().checked_sub(1));
        let files: Vec<Kubeconfig> = files
            .iter()
            .map(|before| before.as_ref().map(|before| before.kubeconfig.clone()).unwrap_or_default())
            .collect();
        let merged = files.iter().fold(Kubeconfig::default(), |base, file| merge_first_wins(&base, file).kubeconfig);
        Self { files, default, merged }
    }

    /// The files that change when `new` is what they are together, by their place. `None` when something is new and
    /// there is no file to put it in.
    fn changed(&self, new: &Kubeconfig) -> Option<Vec<(usize, Kubeconfig)>> {
        if *new == self.merged {
            return Some(Vec::new());
        }
        let default = self.default?;
        let mut files = self.files.clone();
        spread(&mut files, default, &self.merged.clusters, &new.clusters, |file| &mut file.clusters);
        spread(&mut files, default, &self.merged.users, &new.users, |file| &mut file.users);
        spread(&mut files, default, &self.merged.contexts, &new.contexts, |file| &mut file.contexts);
        spread(&mut files, default, &self.merged.extensions, &new.extensions, |file| &mut file.extensions);
        spread_unknown(&mut files, default, &self.merged.unknown, &new.unknown);
        if new.current_context != self.merged.current_context {
            let at = match new.current_context.as_str() {
                "" => files.iter().position(|file| !file.current_context.is_empty()),
                _ => Some(default),
            };
            if let Some(file) = at.and_then(|at| files.get_mut(at)) {
                file.current_context.clone_from(&new.current_context);
            }
        }
        if new.preferences != self.merged.preferences
            && let Some(file) = files.get_mut(default)
        {
            file.preferences = new.preferences.clone();
        }
        let differs = |(at, file): &(usize, Kubeconfig)| self.files.get(*at).is_none_or(|old| old != file);
        Some(files.into_iter().enumerate().filter(differs).collect())
    }
}

fn spread<T: Named>(
    files: &mut [Kubeconfig],
    default: usize,
    old: &[T],
    new: &[T],
    list_of: impl Fn(&mut Kubeconfig) -> &mut Vec<T>,
) {
    let origin = |files: &mut [Kubeconfig], name: &str| {
        files.iter_mut().position(|file| list_of(file).iter().any(|entry| entry.name() == name))
    };
    for gone in old.iter().filter(|entry| !new.iter().any(|other| other.name() == entry.name())) {
        if let Some(file) = origin(files, gone.name()).and_then(|at| files.get_mut(at)) {
            list_of(file).retain(|entry| entry.name() != gone.name());
        }
    }
    for entry in new.iter().filter(|entry| !old.contains(entry)) {
        let at = origin(files, entry.name()).unwrap_or(default);
        let Some(list) = files.get_mut(at).map(&list_of) else { continue };
        match list.iter_mut().find(|other| other.name() == entry.name()) {
            Some(other) => *other = entry.clone(),
            None => list.push(entry.clone()),
        }
    }
}

fn spread_unknown(files: &mut [Kubeconfig], default: usize, old: &Unknown, new: &Unknown) {
    let names: BTreeSet<&String> = old.fields().keys().chain(new.fields().keys()).collect();
    for name in names {
        let value = new.fields().get(name);
        if value == old.fields().get(name) {
            continue;
        }
        let at = files.iter().position(|file| file.unknown.fields().contains_key(name)).unwrap_or(default);
        if let Some(file) = files.get_mut(at) {
            let mut fields = file.unknown.fields().clone();
            match value {
                Some(value) => fields.insert(name.clone(), value.clone()),
                None => fields.remove(name),
            };
            file.unknown = Unknown::new(fields);
        }
    }
}
