use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kubeproof_kubeconfig::{Disclosure, Disk, LoadErrorKind, Loaded, Sources};

use crate::exit_code;
use crate::output::{complain, note, print};

/// Prints what `kubectl config view` prints
///
/// Without --raw, `*-data`, tokens and passwords are replaced. Arguments and variables of exec plugins, settings of auth
/// providers and passwords in URLs are shown, as kubectl shows them.
#[derive(Args)]
#[command(after_help = "Exit codes:
  0  printed
  2  a file cannot be read, is no kubeconfig, or does not fit the options; kubectl fails here as well")]
pub(crate) struct View {
    /// Show secrets
    #[arg(long)]
    raw: bool,

    /// Only the current context and what it uses
    #[arg(long)]
    minify: bool,

    /// Take the files of certificates and keys in
    #[arg(long)]
    flatten: bool,

    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t = Format::Yaml)]
    output: Format,

    /// This file only, rather than those of $KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
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
            Ok(text) => match print(&text) {
                Ok(()) => exit_code::CONFORMANT,
                Err(error) => {
                    complain(format_args!("cannot print: {error}"));
                    exit_code::COULD_NOT_RUN
                }
            },
        }
    }

    fn text(&self) -> Result<String, String> {
        let loaded = load(self.kubeconfig.as_deref())?;
        let mut kubeconfig = loaded.kubeconfig;
        if self.minify {
            kubeconfig = kubeconfig.minified().map_err(|error| error.to_string())?;
        }
        if self.flatten {
            kubeconfig = kubeconfig.flattened(&loaded.origins, &Disk).map_err(|error| error.to_string())?;
        }
        let view = kubeconfig.view(if self.raw { Disclosure::Raw } else { Disclosure::Redacted });
        match self.output {
            Format::Json => Ok(view.to_json()),
            Format::Yaml => view.to_yaml().map_err(|error| error.to_string()),
        }
    }
}

/// Loads what kubectl would load here. As for `kubectl config view`, a missing file is an empty one.
fn load(explicit: Option<&Path>) -> Result<Loaded, String> {
    let variable = std::env::var_os("KUBECONFIG");
    let home = std::env::home_dir();
    let sources = Sources::find(explicit, variable.as_deref(), home.as_deref());
    match Loaded::from_sources(&sources, &Disk) {
        Ok(loaded) => {
            for path in &loaded.missing {
                note(format_args!("warning: {}: there is no such file", path.display()));
            }
            for (path, warning) in &loaded.warnings {
                note(format_args!("warning: {}: {warning}", path.display()));
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
