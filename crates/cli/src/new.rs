mod files;
mod language;
mod scaffold;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use kubeproof::emulator::providers::PROVIDERS;

use self::files::Files;
use self::language::Language;
use self::scaffold::NewProvider;
use crate::exit_code;
use crate::output::{Text, complain, print};
use crate::provider::Provider;

/// Writes the beginning of something, which runs at once
#[derive(Args)]
pub(crate) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Adapter(NewAdapter),
    Provider(NewProvider),
}

/// Writes an adapter that asks one provider, with a README that says how it is judged
///
/// It needs nothing but its language, asks as the provider's document says, and says where to call a client of yours
/// instead.
#[derive(Args)]
#[command(after_help = "Example:
  kubeproof new adapter python my-sdk --provider ucs
  kubeproof adapter smoke 'python3 my-sdk/adapter.py'

Exit codes: 0 written, 2 wrong usage, 5 it cannot be written.")]
struct NewAdapter {
    #[arg(value_enum)]
    language: Language,

    /// What it is called: letters, digits and hyphens
    #[arg(value_parser = name)]
    name: String,

    /// The provider that it asks
    #[arg(long, value_name = "PROVIDER", default_value = "digitalocean", value_parser = PossibleValuesParser::new(PROVIDERS))]
    provider: String,

    /// The folder to write it to, which may not hold anything yet [default: its name]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Where a clone of kubeproof is, for an adapter in Rust, which depends on it [default: where this program was built]
    #[arg(long, value_name = "DIR")]
    kubeproof: Option<PathBuf>,
}

impl New {
    pub(crate) fn run(self) -> u8 {
        let done = match self.what {
            What::Adapter(adapter) => adapter.try_run(),
            What::Provider(provider) => provider.try_run(),
        };
        match done {
            Ok(()) => exit_code::CONFORMANT,
            Err(code) => code,
        }
    }
}

impl NewAdapter {
    fn try_run(self) -> Result<(), u8> {
        let Some(provider) = Provider::of(&self.provider) else {
            complain(format_args!("there is no template for {} yet; name another provider", self.provider));
            return Err(exit_code::USAGE);
        };
        let clone = match self.language {
            Language::Rust => Some(self.clone_of_kubeproof()?),
            _ => None,
        };
        let files = Files::of(self.language, &self.name, provider, clone.as_deref()).map_err(|error| {
            complain(format_args!("a template is broken, please report it: {error}"));
            exit_code::COULD_NOT_RUN
        })?;
        let folder = self.dir.unwrap_or_else(|| PathBuf::from(&self.name));
        files.write(&folder).map_err(|error| {
            complain(format_args!("{error}"));
            error.exit_code()
        })?;
        let place = folder.display();
        let mut text = String::new();
        for file in files.names() {
            text += &format!("wrote {place}/{file}\n");
        }
        let build = self.language.build().map(|build| format!("  {build}\n")).unwrap_or_default();
        let command = self.language.command(&self.name);
        text += &format!(
            "\nnext:\n  cd {place}\n{build}  kubeproof adapter smoke '{command}'\n  kubeproof check --adapter '{command}'\n"
        );
        print(&Text::ForPeople(text)).map_err(|error| {
            complain(format_args!("cannot print: {error}"));
            exit_code::COULD_NOT_RUN
        })
    }

    /// The crate to depend on, or the exit code after saying that there is none.
    fn clone_of_kubeproof(&self) -> Result<PathBuf, u8> {
        let built = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let clone = self.kubeproof.clone().unwrap_or_else(built).join("crates/kubeproof");
        clone.canonicalize().ok().filter(|found| found.join("Cargo.toml").is_file()).ok_or_else(|| {
            complain(format_args!(
                "there is no crate {}; name the folder of a clone of kubeproof with --kubeproof",
                clone.display()
            ));
            exit_code::USAGE
        })
    }
}

/// A name that is one everywhere: of a folder, a package, a module and in JSON.
fn name(text: &str) -> Result<String, String> {
    let is_right = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if is_right {
        return Ok(text.to_owned());
    }
    Err("write lowercase letters, digits and hyphens, a letter first, as in my-sdk".to_owned())
}
