mod changes;
mod checkout;
mod endpoint;
mod files;
mod name;
mod outlook;
mod registration;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kubeproof::emulator::Emulation;
use kubeproof::emulator::providers::{self, PROVIDERS, Visitor};
use tokio::runtime::Runtime;

use self::changes::Changes;
use self::checkout::Checkout;
use self::endpoint::Path;
use self::files::Draft;
use self::name::ProviderName;
use self::registration::{Entry, Inserted};
use crate::adapter::runtime;
use crate::output::{Text, failed, misused, note, print};
use crate::signals::Signals;

/// Writes a provider into a checkout of kubeproof: clauses, cases, emulation and client, so that its tests run, and fail
///
/// The emulation answers at once. The client asks for what the path says, and does not read the answer yet: which cases fail
/// therefore is said, and these are what there is to write first.
#[derive(Args)]
#[command(after_help = "Example:
  kubeproof new provider cirrus --path '/v1/projects/{project_id}/clusters/{cluster_id}/kubeconfig' --dry-run

docs/new-provider.md leads from a provider's document to one that is proven.

Exit codes:
  0  written
  2  wrong usage, no checkout, or something is there already
  5  it cannot be written; nothing was")]
pub(super) struct NewProvider {
    /// What it is called everywhere: lowercase letters and digits
    name: ProviderName,

    /// The path of its endpoint, with {cluster_id} in it, and {project_id} or {account_id} where it has one
    /// [default: /NAME/v1/clusters/{cluster_id}/kubeconfig]
    #[arg(long, value_name = "PATH")]
    path: Option<Path>,

    /// How a request authenticates
    #[arg(long, value_enum, default_value_t = Credential::Bearer)]
    credential: Credential,

    /// In which language the answer is a kubeconfig
    #[arg(long, value_enum, default_value_t = Answer::Yaml)]
    answer: Answer,

    /// Where the provider is [default: <https://api.NAME.example>]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// The checkout to write to [default: the one around the current folder]
    #[arg(long, value_name = "DIR")]
    kubeproof: Option<PathBuf>,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What authenticates a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Credential {
    /// `Authorization: Bearer`
    Bearer,
    /// `X-Auth-Token`
    Token,
}

/// How a kubeconfig is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

impl NewProvider {
    pub(super) fn try_run(self) -> Result<(), u8> {
        let checkout = Checkout::find(self.kubeproof.as_deref()).map_err(misused)?;
        let path = self.path.unwrap_or_else(|| Path::usual(&self.name));
        let base_url = match &self.base_url {
            Some(url) => endpoint::checked_base_url(url).map_err(misused)?,
            None => format!("https://api.{}.example", self.name),
        };
        let draft = Draft {
            name: &self.name,
            path: &path,
            credential: self.credential,
            answer: self.answer,
            base_url: &base_url,
        };
        // Two that insert into the same lists would lose entries of each other.
        let _lock = if self.dry_run { None } else { Some(checkout.lock().map_err(failed)?) };
        // An interrupt waits until all of it is written: what is half done would have to be cleared away by hand.
        let _signals = if self.dry_run { None } else { Some(signals_kept()?) };
        let plan = Plan::of(&draft, &checkout)?;
        let (wrote, added) = if self.dry_run { ("would write", "would add to") } else { ("wrote", "added to") };
        let files = plan.files.iter().map(|file| format!("{wrote} {file}\n"));
        let mut report: String = files.chain(plan.entries.iter().map(|entry| format!("{added} {entry}\n"))).collect();
        let beginning = path.beginning();
        if let Some(other) = claimed_by(&beginning) {
            note(format_args!(
                "note: {other} claims what begins with {beginning} as well; of two at one port the first gets it: tell them \
                 apart by PATHS of both emulations, or serve with --port-each"
            ));
        }
        if !self.dry_run {
            plan.changes.apply().map_err(failed)?;
            report += &outlook::outlook(&self.name);
        }
        print(&Text::ForPeople(report)).map_err(|error| failed(format_args!("cannot print: {error}")))
    }
}

/// What is to be done, all of which can be as far as it is known beforehand.
struct Plan {
    files: Vec<String>,
    entries: Vec<Entry>,
    changes: Changes,
}

impl Plan {
    /// What a provider costs.
    ///
    /// # Errors
    ///
    /// The exit code, after saying what is in the way.
    fn of(draft: &Draft<'_>, checkout: &Checkout) -> Result<Self, u8> {
        let mut plan = Self { files: Vec::new(), entries: Vec::new(), changes: Changes::default() };
        let files = draft.files();
        for (file, text) in
            files.map_err(|error| failed(format_args!("a template is broken, please report it: {error}")))?
        {
            plan.changes.create(checkout.path(&file), text);
            plan.files.push(file);
        }
        // Files of somebody else's would be taken for the provider's.
        let own = [format!("crates/{}", draft.name), format!("fixtures/{}", draft.name)].map(|own| checkout.path(&own));
        let folders = own.iter().filter(|own| own.symlink_metadata().is_ok()).map(|own| own.display().to_string());
        let mut occupied: Vec<String> = folders.collect();
        if occupied.is_empty() {
            occupied.extend(plan.changes.occupied().into_iter().map(|path| path.display().to_string()));
        }
        if !occupied.is_empty() {
            let places = occupied.join(", ");
            return Err(misused(format_args!(
                "there is {places} already: take another name, or remove that first; nothing was written"
            )));
        }
        for entry in registration::entries(draft) {
            if entry.insert(checkout, &mut plan.changes).map_err(failed)? == Inserted::Now {
                plan.entries.push(entry);
            }
        }
        Ok(plan)
    }
}

/// From now on an interrupt does not end the program.
fn signals_kept() -> Result<(Runtime, Signals), u8> {
    let runtime = runtime()?;
    let signals = runtime.block_on(async { Signals::new() });
    let signals = signals.map_err(|error| failed(format_args!("cannot wait for signals: {error}")))?;
    Ok((runtime, signals))
}

/// The provider whose emulation claims paths that begin like this, or of which these begin like its own.
fn claimed_by(beginning: &str) -> Option<&'static str> {
    struct Claims<'a>(&'a str);
    impl Visitor for Claims<'_> {
        type Output = bool;
        fn visit<E: Emulation>(self) -> bool {
            E::PATHS.iter().any(|path| path.starts_with(self.0) || self.0.starts_with(path))
        }
    }
    PROVIDERS.iter().copied().find(|name| providers::visit(name, Claims(beginning)) == Some(true))
}
