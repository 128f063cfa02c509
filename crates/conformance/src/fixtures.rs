use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use crate::problem::{Problem, SuiteError};

/// The files under `fixtures/`, by their path inside it.
#[derive(Clone, Debug)]
pub(crate) struct Fixtures {
    files: BTreeMap<String, Cow<'static, str>>,
    root: String,
}

/// The one folder that is no provider's: kubeconfigs to begin fuzzing with.
const KUBECONFIGS: &str = "kubeconfig";

/// What `build.rs` found under `fixtures/`.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));

impl Fixtures {
    pub(crate) fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), Cow::Borrowed(*text))).collect();
        Self { files, root: "fixtures".to_owned() }
    }

    pub(crate) fn read(folder: &Path) -> Result<Self, SuiteError> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files).map_err(|error| {
            SuiteError::new(vec![Problem::nowhere(format!(
                "cannot read the fixtures in {}: {error}; name a folder that holds a folder for each provider",
                folder.display()
            ))])
        })?;
        Ok(Self { files, root: folder.display().to_string() })
    }

    /// The names of the folders at the top that are a provider's.
    pub(crate) fn folders(&self) -> Vec<String> {
        let folders = self.files.keys().filter_map(|name| name.split_once('/')).map(|(folder, _)| folder.to_owned());
        let mut folders: Vec<String> = folders.filter(|folder| folder != KUBECONFIGS).collect();
        folders.dedup();
        folders
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(AsRef::as_ref)
    }

    /// The files under `prefix` that end in `.yaml`.
    pub(crate) fn yaml_under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix) && name.ends_with(".yaml"))
            .map(|(name, text)| (name.as_str(), text.as_ref()))
    }

    /// The files of a provider that stand where nobody reads them.
    pub(crate) fn strays<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a str> {
        let expected = |name: &str| {
            let file = name.rsplit('/').next().unwrap_or(name);
            matches!(name, "clauses.yaml" | "saboteurs.yaml")
                || (name.starts_with("cases/") && name.ends_with(".yaml"))
                || name.starts_with("replies/")
                || file == "README.md"
                || file.starts_with('.')
        };
        self.files.keys().map(String::as_str).filter(move |path| {
            let inside = path.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
            inside.is_some_and(|name| !expected(name))
        })
    }

    /// How a file is called in messages.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Cow<'static, str>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A link is followed; a pipe or a socket would be waited for.
        let kind = entry.path().metadata()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path())?;
            files.insert(name, Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(())
}
