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

    /// The names of the folders at the top.
    pub(crate) fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> =
            self.files.keys().filter_map(|name| name.split_once('/')).map(|(folder, _)| folder.to_owned()).collect();
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

    /// How a file is called in messages.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Cow<'static, str>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let bytes = fs::read(entry.path())?;
            files.insert(name, Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(())
}
