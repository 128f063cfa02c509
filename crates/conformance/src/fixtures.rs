use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs, io};

use crate::problem::{Problem, SuiteError};

/// The files under `fixtures/`, by their path inside it.
#[derive(Clone)]
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
        collect(folder, "", &mut files).map_err(|problem| SuiteError::new(vec![Problem::nowhere(problem)]))?;
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

    /// Name and text of every file, in the order of the names.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(|(name, text)| [name.as_str(), text.as_ref()])
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

impl fmt::Debug for Fixtures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixtures").field("root", &self.root).finish_non_exhaustive()
    }
}

/// Reads what is below a folder, or says what cannot be read. What is hidden is none of it: it is of editors and of git.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Cow<'static, str>>) -> Result<(), String> {
    let of_folder = |error: io::Error| {
        format!(
            "the fixtures in {} cannot be read: {error}; name a folder that holds a folder for each provider",
            folder.display()
        )
    };
    for entry in fs::read_dir(folder).map_err(of_folder)? {
        let entry = entry.map_err(of_folder)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{name}");
        let unreadable = |error: io::Error| {
            format!("{} cannot be read: {error}; make it readable, or take it out of the fixtures", path.display())
        };
        // A link is followed; a pipe or a socket would be waited for.
        let kind = path.metadata().map_err(unreadable)?;
        if kind.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else if kind.is_file() {
            let bytes = fs::read(&path).map_err(unreadable)?;
            let text = String::from_utf8(bytes).map_err(|error| {
                format!(
                    "{}: byte {} is not UTF-8; write the file as UTF-8",
                    path.display(),
                    error.utf8_error().valid_up_to()
                )
            })?;
            files.insert(name, Cow::Owned(text));
        }
    }
    Ok(())
}
