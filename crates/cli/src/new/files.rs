use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use minijinja::{Environment, context};

use super::language::Language;
use crate::exit_code;
use crate::provider::Provider;

/// The files of an adapter, by name.
pub(super) struct Files(Vec<(&'static str, String)>);

/// Why an adapter is not written.
#[derive(Debug)]
pub(super) enum NotWritten {
    /// There is something already.
    Occupied(PathBuf),
    /// A file or a folder cannot be made.
    Failed(PathBuf, io::Error),
}

impl NotWritten {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Occupied(_) => exit_code::USAGE,
            Self::Failed(..) => exit_code::COULD_NOT_RUN,
        }
    }
}

impl std::fmt::Display for NotWritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Occupied(path) => {
                write!(f, "{} is there already and holds something; name another folder with --dir", path.display())
            }
            Self::Failed(path, error) => write!(f, "{} cannot be written: {error}", path.display()),
        }
    }
}

impl Files {
    /// Those of an adapter with this name in this language.
    ///
    /// # Errors
    ///
    /// When a template is broken.
    pub(super) fn of(
        language: Language,
        name: &str,
        provider: Provider,
        kubeproof: Option<&Path>,
    ) -> Result<Self, minijinja::Error> {
        let endpoint = provider.endpoint;
        let features = endpoint.features();
        let quoted = |features: &[&str], separator: &str| {
            features.iter().map(|feature| format!("\"{feature}\"")).collect::<Vec<_>>().join(separator)
        };
        let (header, prefix, credential) = endpoint.auth.words();
        let context = context! {
            name,
            crate => name.replace('-', "_"),
            provider => provider.name,
            path => endpoint.path,
            path_shell => endpoint.path.replace('{', "$(field ").replace('}', ")"),
            header,
            prefix,
            credential,
            credential_rust => endpoint.auth.rust(),
            answer => endpoint.answer.word(),
            expiry => endpoint.expiry.is_some(),
            features => format!("[{}]", quoted(&features, ", ")),
            features_go => quoted(&features, ", "),
            features_rust => features.iter().map(|feature| format!("Feature::{}", variant(feature))).collect::<Vec<_>>().join(", "),
            // A string of TOML is one of JSON.
            kubeproof => serde_json::Value::from(kubeproof.map(|path| path.display().to_string())).to_string(),
            command => language.command(name),
            build => language.build(),
            test => language.test(),
        };
        let environment = Environment::new();
        let readme = ("README.md", include_str!("templates/README.md"));
        let mut files = Vec::new();
        for (file, template) in language.templates().iter().copied().chain([readme]) {
            // Its last line end is left out of what is rendered.
            files.push((file, environment.render_named_str(file, template, &context)? + "\n"));
        }
        files.extend(language.copies().iter().map(|(file, text)| (*file, (*text).to_owned())));
        Ok(Self(files))
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Writes all of them into a folder, or none.
    ///
    /// # Errors
    ///
    /// When the folder holds something, or cannot be written to.
    pub(super) fn write(&self, folder: &Path) -> Result<(), NotWritten> {
        let failed = |error| NotWritten::Failed(folder.to_owned(), error);
        match fs::read_dir(folder).map(Iterator::count) {
            Ok(0) => {}
            Ok(_) => return Err(NotWritten::Occupied(folder.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        // As folders usually are, not as those that are nobody else's.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755));
        let made = builder.tempdir_in(parent).map_err(failed)?;
        for (name, text) in &self.0 {
            let path = made.path().join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(failed)?;
            }
            fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
        }
        // Empty as it is; systems other than Unix rename onto nothing alone.
        let _ = fs::remove_dir(folder);
        fs::rename(made.path(), folder).map_err(failed)?;
        // What it was is gone by its name.
        let _ = made.keep();
        Ok(())
    }
}

/// A feature as Rust names it: `error-kinds` is `ErrorKinds`.
fn variant(feature: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    feature.split('-').map(capital).collect()
}
