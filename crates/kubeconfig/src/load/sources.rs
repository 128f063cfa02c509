//! Which files are loaded.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The files to load, first ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sources {
    /// One file, asked for by name: nothing is merged with it, and it has to be there.
    Explicit(PathBuf),
    /// A list of files, each of which may be missing.
    List(Vec<PathBuf>),
}

impl Sources {
    /// The sources by kubectl's precedence: the file of `--kubeconfig`, or the list of `KUBECONFIG`, or
    /// `.kube/config` in the home folder. An empty value counts as none, and so does an empty entry of the list. An entry
    /// that is there twice counts once, by its text.
    ///
    /// Takes the values rather than looking at the environment. One difference to kubectl: without a home folder there
    /// is no file, where kubectl takes `.kube/config` of the current folder, which may be anybody's.
    ///
    /// ```
    /// use std::ffi::OsStr;
    /// use std::path::Path;
    ///
    /// use kubeproof_kubeconfig::Sources;
    ///
    /// let list = std::env::join_paths(["a", "", "b", "a"]).unwrap();
    /// let sources = Sources::find(None, Some(&list), Some(Path::new("/home/dev")));
    /// assert_eq!(sources, Sources::List(vec!["a".into(), "b".into()]));
    /// ```
    #[must_use]
    pub fn find(explicit: Option<&Path>, variable: Option<&OsStr>, home: Option<&Path>) -> Self {
        if let Some(path) = explicit.filter(|path| !path.as_os_str().is_empty()) {
            return Self::Explicit(path.to_owned());
        }
        if let Some(list) = variable.filter(|list| !list.is_empty()) {
            let mut seen = HashSet::new();
            let is_new = |path: &PathBuf| !path.as_os_str().is_empty() && seen.insert(path.as_os_str().to_owned());
            return Self::List(env::split_paths(list).filter(is_new).collect());
        }
        let home = home.filter(|home| !home.as_os_str().is_empty());
        Self::List(home.map(|home| home.join(".kube").join("config")).into_iter().collect())
    }

    /// The files, first ones first.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Explicit(path) => std::slice::from_ref(path),
            Self::List(paths) => paths,
        }
    }

    /// Whether there is one file that was asked for by name.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        matches!(self, Self::Explicit(_))
    }
}
