//! Loading the files that `--kubeconfig` or `KUBECONFIG` name, with client-go's rules (`tools/clientcmd/loader.go`).

mod error;
mod paths;
mod sources;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub use error::{LoadError, LoadErrorKind};
pub(crate) use paths::joined;
pub use paths::{PathError, relativized, resolved};
pub use sources::Sources;

use crate::files::Files;
use crate::model::{Cluster, Kubeconfig, User};
use crate::{Profile, Warning, merge_first_wins};

/// What was loaded, and where it came from.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Loaded {
    /// The files as one kubeconfig: of entries with one name the first counts, whole. Paths in it are as they were
    /// written; see [`Loaded::with_resolved_paths`].
    pub kubeconfig: Kubeconfig,
    /// Where each entry came from.
    pub origins: Origins,
    /// The files that are not there.
    pub missing: Vec<PathBuf>,
    /// What is to be said of the files, in their order.
    pub warnings: Vec<(PathBuf, Warning)>,
}

/// The file that each entry came from, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origins {
    /// Of clusters.
    pub clusters: BTreeMap<String, PathBuf>,
    /// Of users.
    pub users: BTreeMap<String, PathBuf>,
    /// Of contexts.
    pub contexts: BTreeMap<String, PathBuf>,
    /// Of the current context; `None` when there is none.
    pub current_context: Option<PathBuf>,
}

impl Loaded {
    /// Loads what the sources name.
    ///
    /// A file of a list that is not there is passed over; one that cannot be read or is no kubeconfig fails everything,
    /// since what it holds may be meant to go before the files after it.
    ///
    /// # Errors
    /// [`LoadErrorKind::Missing`] when a file that was asked for by name is not there. (`kubectl config view` shows an
    /// empty kubeconfig then, every other command fails.) [`LoadErrorKind::Unreadable`] and [`LoadErrorKind::Invalid`]
    /// for the first file that fails.
    pub fn from_sources(sources: &Sources, files: &impl Files) -> Result<Self, LoadError> {
        let mut loaded = Self::default();
        for path in sources.paths() {
            match files.read(path) {
                Ok(bytes) => loaded.add(path, &bytes)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound && !sources.is_explicit() => {
                    loaded.missing.push(path.clone());
                }
                Err(error) => return Err(LoadError::reading(path, error)),
            }
        }
        Ok(loaded)
    }

    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), LoadError> {
        let read = Kubeconfig::read(bytes, Profile::Kubectl).map_err(|error| LoadError::invalid(path, error))?;
        self.warnings.extend(read.warnings.into_iter().map(|warning| (path.to_owned(), warning)));
        self.origins.add(path, &read.kubeconfig);
        self.kubeconfig = merge_first_wins(&self.kubeconfig, &read.kubeconfig).kubeconfig;
        Ok(())
    }

    /// The kubeconfig with every path made absolute, or relative to the folder that the sources are relative to: against
    /// the folder of the file that its entry came from. A command of `exec` only if it has a path separator, since one
    /// without is looked up in `PATH`.
    ///
    /// Source: client-go, `ResolveLocalPaths`.
    ///
    /// # Errors
    /// [`PathError::NoText`] when such a folder has no name that is text.
    pub fn with_resolved_paths(&self) -> Result<Kubeconfig, PathError> {
        let mut kubeconfig = self.kubeconfig.clone();
        for entry in &mut kubeconfig.clusters {
            if let Some(folder) = folder_of(self.origins.clusters.get(&entry.name)) {
                resolve(paths_of_cluster(&mut entry.cluster), folder)?;
            }
        }
        for entry in &mut kubeconfig.users {
            if let Some(folder) = folder_of(self.origins.users.get(&entry.name)) {
                resolve(paths_of_user(&mut entry.user), folder)?;
            }
        }
        Ok(kubeconfig)
    }
}

impl Kubeconfig {
    /// The kubeconfig with its paths spelt as another one spells them: where an entry of `other`, which lies in `folder`,
    /// means the same file. For merging into `other` what has resolved paths.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use kubeproof_kubeconfig::Kubeconfig;
    ///
    /// # if cfg!(unix) {
    /// let other = Kubeconfig::parse("users: [{name: dev, user: {tokenFile: ./token}}]")?;
    /// let new = Kubeconfig::parse("users: [{name: dev, user: {tokenFile: /home/dev/.kube/token}}]")?;
    /// assert_eq!(new.with_paths_as_in(&other, Path::new("/home/dev/.kube")), other);
    /// # }
    /// # Ok::<(), kubeproof_kubeconfig::ReadError>(())
    /// ```
    #[must_use]
    pub fn with_paths_as_in(&self, other: &Self, folder: &Path) -> Self {
        let mut spelt = self.clone();
        let of_clusters = other.clusters.iter().map(|entry| &entry.cluster);
        let clusters = spellings(of_clusters, |cluster| resolve(paths_of_cluster(cluster), folder));
        for entry in &mut spelt.clusters {
            respell(&mut entry.cluster, &clusters);
        }
        let of_users = other.users.iter().map(|entry| &entry.user);
        let users = spellings(of_users, |user| resolve(paths_of_user(user), folder));
        for entry in &mut spelt.users {
            respell(&mut entry.user, &users);
        }
        spelt
    }
}

/// What has relative paths, as it is written and with resolved ones.
fn spellings<'a, T: Clone + PartialEq>(
    all: impl Iterator<Item = &'a T>,
    resolve: impl Fn(&mut T) -> Result<(), PathError>,
) -> Vec<(&'a T, T)> {
    let resolved = all.filter_map(|written| {
        let mut resolved = written.clone();
        resolve(&mut resolved).is_ok().then_some((written, resolved))
    });
    resolved.filter(|(written, resolved)| *written != resolved).collect()
}

fn respell<T: Clone + PartialEq>(entry: &mut T, spellings: &[(&T, T)]) {
    if let Some((written, _)) = spellings.iter().find(|(_, resolved)| resolved == entry) {
        *entry = (*written).clone();
    }
}

fn resolve<'a>(paths: impl Iterator<Item = &'a mut String>, folder: &Path) -> Result<(), PathError> {
    for path in paths {
        *path = resolved(path, folder)?;
    }
    Ok(())
}

impl Origins {
    fn add(&mut self, path: &Path, kubeconfig: &Kubeconfig) {
        let note = |origins: &mut BTreeMap<String, PathBuf>, name: &String| {
            origins.entry(name.clone()).or_insert_with(|| path.to_owned());
        };
        kubeconfig.clusters.iter().for_each(|entry| note(&mut self.clusters, &entry.name));
        kubeconfig.users.iter().for_each(|entry| note(&mut self.users, &entry.name));
        kubeconfig.contexts.iter().for_each(|entry| note(&mut self.contexts, &entry.name));
        if !kubeconfig.current_context.is_empty() {
            self.current_context.get_or_insert_with(|| path.to_owned());
        }
    }
}

/// The folder of a file; `None` for a file that is not known, `""` for one without a folder.
pub(crate) fn folder_of(file: Option<&PathBuf>) -> Option<&Path> {
    file.and_then(|file| file.parent())
}

fn paths_of_cluster(cluster: &mut Cluster) -> impl Iterator<Item = &mut String> {
    cluster.certificate_authority.iter_mut()
}

fn paths_of_user(user: &mut User) -> impl Iterator<Item = &mut String> {
    let command = user.exec.as_mut().map(|exec| &mut exec.command).filter(|command| paths::has_separator(command));
    user.client_certificate.iter_mut().chain(&mut user.client_key).chain(&mut user.token_file).chain(command)
}
