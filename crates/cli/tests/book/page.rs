//! The pages of the book.

use std::fs;
use std::path::{Path, PathBuf};

/// A page.
pub(crate) struct Page {
    /// Where it is, from the root of the repository, as in `docs/protocol.md`.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Page {
    /// A page that does not have to be there, for tests of tests.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    #[track_caller]
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), text }
    }

    /// Every page below `docs/`, by name.
    pub(crate) fn all() -> Vec<Self> {
        let mut names = Vec::new();
        collect("docs", &mut names);
        names.sort();
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// The folder that it is in, from the root of the repository.
    pub(crate) fn folder(&self) -> &Path {
        Path::new(&self.name).parent().unwrap()
    }
}

fn collect(folder: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap) {
        let name = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            collect(&name, names);
        } else if name.ends_with(".md") {
            names.push(name);
        }
    }
}
