use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kubeproof_kubeconfig::{Disclosure, Disk, LoadErrorKind, Loaded, Sources, shown};

use crate::exit_code;
use crate::output::{Text, complain, note, print};

/// Prints what `kubectl config view` prints
///
/// Without --raw and --flatten, `*-data`, tokens and passwords are replaced. Arguments and variables of exec plugins,
/// settings of auth providers and passwords in URLs are always shown, as kubectl shows them.
#[derive(Args)]
#[command(after_help = "Exit codes:
  0  printed
  2  a file cannot be read, is no kubeconfig, or does not fit the options; kubectl fails here as well
  5  standard output cannot be written to")]
pub(crate) struct View {
    /// Show secrets
    #[arg(long)]
    raw: bool,

    /// Only the current context and what it uses
    #[arg(long)]
    minify: bool,

    /// Take the files of certificates and keys in, and show secrets: for a file that stands alone
    #[arg(long)]
    flatten: bool,

    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = Format::Yaml, ignore_case = true)]
    output: Format,

    /// This file only, rather than those of $KUBECONFIG or $HOME/.kube/config; an empty name counts as none
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(OsString))]
    kubeconfig: Option<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

impl View {
    pub(crate) fn run(self) -> u8 {
        match self.text() {
            Err(message) => {
                complain(message);
                exit_code::USAGE
            }
            Ok(text) => match print(&Text::ForPrograms(text)) {
                Ok(()) => exit_code::CONFORMANT,
                Err(error) => {
                    complain(format_args!("cannot print: {error}"));
                    exit_code::COULD_NOT_RUN
                }
            },
        }
    }

    fn text(&self) -> Result<String, String> {
        let loaded = load(self.kubeconfig.as_deref().map(Path::new))?;
        let mut kubeconfig = loaded.kubeconfig;
        if self.minify {
            kubeconfig = kubeconfig.minified().map_err(|error| error.to_string())?;
        }
        if self.flatten {
            kubeconfig = kubeconfig.flattened(&loaded.origins, &Disk).map_err(|error| error.to_string())?;
        }
        let view = kubeconfig.view(if self.raw || self.flatten { Disclosure::Raw } else { Disclosure::Redacted });
        match self.output {
            Format::Json => Ok(view.to_json()),
            Format::Yaml => view.to_yaml().map_err(|error| error.to_string()),
        }
    }
}

/// Loads what kubectl would load here. As for `kubectl config view`, a missing file is an empty one.
fn load(explicit: Option<&Path>) -> Result<Loaded, String> {
    let variable = std::env::var_os("KUBECONFIG");
    let sources = Sources::find(explicit, variable.as_deref(), home().as_deref());
    if sources.paths().is_empty() {
        note("warning: neither KUBECONFIG nor HOME is set, so that there is no file; set one, or give --kubeconfig");
    }
    match Loaded::from_sources(&sources, &Disk) {
        Ok(loaded) => {
            for path in &loaded.missing {
                note(format_args!("warning: {}: there is no such file", shown(path)));
            }
            for (path, warning) in &loaded.warnings {
                note(format_args!("warning: {}: {warning}", shown(path)));
            }
            Ok(loaded)
        }
        Err(error) if error.kind() == LoadErrorKind::Missing => {
            note(format_args!("warning: {error}"));
            Ok(Loaded::default())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// The home folder as kubectl finds it: what the environment says, not the list of users.
#[cfg(unix)]
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

#[cfg(not(unix))]
fn home() -> Option<PathBuf> {
    std::env::home_dir()
}
