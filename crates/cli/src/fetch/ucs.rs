use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kubeproof::conformance::by_hand::quoted;
use kubeproof_kubeconfig::shown;
use kubeproof_ucs::{AccessInfo, Client, ClusterId, KeepAnswers, Options, PrivateAccess, Saved, StoredAnswer};
use serde_json::{Map, Value};

use super::attempt::{Attempt, Failure, UnderWay};
use super::client::{Error, ErrorKind};
use super::clusters::{From, Ids, Named};
use super::connection::Whereabouts;
use super::credentials::Accepted;
use super::environment::variable;
use super::report::{Report, Reports, Row, StandardOutput};
use super::way::{Parts, Way};
use super::{cce, manifests, rescue, state_folder};
use crate::apart::{self, Used};
use crate::exit_code;
use crate::output::{Text, complain, failed, misused, note, print};
use crate::provider::{Answer, Auth, Endpoint, Meaning, Provider};

const ACCEPTED: Accepted =
    Accepted { provider: "ucs", others: &[DOMAIN_ID, "SSL_CERT_FILE"], example: "CLUSTER_ID --print", ..cce::ACCEPTED };

/// Its variables are those of the SDKs, as for cce.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[
        ("HUAWEICLOUD_SDK_AK", Meaning::AccessKey),
        ("HUAWEICLOUD_SDK_SK", Meaning::SecretKey),
        ("HUAWEICLOUD_SDK_REGION_UCS_KUBEPROOF", Meaning::BaseUrl),
    ],
    endpoint: Endpoint {
        path: "/v1/clusters/{cluster_id}/accessinfo",
        auth: Auth::Token,
        answer: Answer::Access,
        expiry: None,
    },
};

const WHEREABOUTS: Whereabouts = Whereabouts { provider: "ucs", variables: &["KUBEPROOF_UCS_URL"], usual: None };

/// The id of the caller's domain, by the provider's own tools.
const DOMAIN_ID: &str = "HUAWEICLOUD_SDK_DOMAIN_ID";

/// Downloads the access information of clusters attached to UCS, of Huawei Cloud and Open Telekom Cloud
///
/// It is no kubeconfig: it is the manifests of an agent for the attached cluster, with private keys, and UCS gives it once.
/// So it is written to a private file while it comes and before it is looked at, no request is made twice that may have been
/// answered, and an interrupt waits for what is under way. Whatever happens after that, --recover finds it.
#[derive(Args)]
#[command(after_help = "Variables:
  HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK    an access key; or HW_ACCESS_KEY with HW_SECRET_KEY,
                                                or OS_ACCESS_KEY with OS_SECRET_KEY
  OS_TOKEN, OS_AUTH_TOKEN                       a user token of IAM, where there is no access key
  HUAWEICLOUD_SDK_DOMAIN_ID                     the id of the domain, as --domain-id
  KUBEPROOF_UCS_URL                             where UCS is

Examples:
  kubeproof fetch ucs CLUSTER_ID --base-url https://ucs.REGION.CLOUD --print | kubectl apply -f -
  What was downloaded before, here, without asking UCS:
    kubeproof fetch ucs CLUSTER_ID --recover --print | kubectl apply -f -
  A cluster that is reached over the private network:
    kubeproof fetch ucs CLUSTER_ID --vpcendpoint 10.0.0.9 --region eu-de")]
pub(super) struct Ucs {
    /// The ids of attached clusters
    #[arg(value_name = "CLUSTER_ID")]
    ids: Vec<String>,

    #[command(flatten)]
    from: From,

    /// Send nothing, and read what an earlier download has left on this machine
    #[arg(long, conflicts_with_all = ["wait", "vpcendpoint", "region", "domain_id"])]
    recover: bool,

    /// The address of the VPC endpoint, for a cluster that is reached over the private network
    #[arg(long, value_name = "IP", requires = "region")]
    vpcendpoint: Option<String>,

    /// The region of that cluster
    #[arg(long, value_name = "REGION", requires = "vpcendpoint")]
    region: Option<String>,

    /// The id of your domain, which some accounts need with an access key [default: HUAWEICLOUD_SDK_DOMAIN_ID, if set]
    #[arg(long, value_name = "ID")]
    domain_id: Option<String>,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    way: Way,

    #[arg(long, hide = true, num_args = 0..=1, value_parser = no_kubeconfig)]
    kubeconfig: Option<String>,

    #[arg(long, hide = true, num_args = 0..=1, value_parser = no_expiry)]
    expiry: Option<String>,
}

fn no_kubeconfig(_: &str) -> Result<String, String> {
    Err("ucs gives the manifests of an agent, not a kubeconfig; use --print, and `kubectl apply -f -`".to_owned())
}

fn no_expiry(_: &str) -> Result<String, String> {
    Err("ucs takes none: how long the keys are good is its own choice; leave it out".to_owned())
}

/// Where access information goes.
#[derive(Args)]
#[command(next_help_heading = "Output")]
struct Output {
    /// Keep the answers in this folder, each in a file of its own for you only; made when it is not there
    /// [default: kubeproof/ucs in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,

    /// Write the manifests to standard output as well [default without a value: yaml]
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "yaml")]
    print: Option<Format>,

    #[command(flatten)]
    reports: Reports,
}

/// How manifests are printed.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Documents that `kubectl apply -f -` reads
    Yaml,
    /// The answer, as it came
    Json,
}

impl Ucs {
    pub(super) fn run(self) -> Result<u8, u8> {
        self.way.check_standard_input(&self.from, &[])?;
        let clusters = self.from.clusters(&self.ids, ClusterId::parse)?;
        let folder = match &self.output.save {
            Some(folder) => folder.clone(),
            None => state_folder::of_ucs()?,
        };
        self.output.check(clusters.len(), &folder, &self.way.files(&self.from))?;
        let attempts = if self.recover { recover(&folder, &clusters) } else { self.fetch(&folder, &clusters)? };
        Ok(self.output.deliver(attempts, if self.recover { Origin::Folder } else { Origin::Provider }))
    }

    fn fetch(&self, folder: &Path, clusters: &[Named<ClusterId>]) -> Result<Vec<Attempt<AccessInfo>>, u8> {
        let private_access =
            PrivateAccess::of_both(self.vpcendpoint.as_deref(), self.region.as_deref()).map_err(misused)?;
        let Parts { credentials, base_url, transport } = self.way.parts(&ACCEPTED, &WHEREABOUTS)?;
        let domain_id = match &self.domain_id {
            Some(id) => Some(id.clone()),
            None => variable(DOMAIN_ID)?,
        };
        state_folder::make(folder)?;
        let client = Client::builder(credentials, KeepAnswers::InFolder(folder.to_owned()))
            .base_url(base_url)
            .transport(transport);
        let client = match domain_id {
            Some(id) => client.domain_id(id),
            None => client,
        };
        let client = client.build().map_err(misused)?;
        let attempts = self.way.fetching.run(&client, clusters, &Options { private_access }, UnderWay::AwaitedOnce)?;
        Ok(clusters.iter().zip(attempts).map(|(named, attempt)| with_parts(folder, &named.cluster, attempt)).collect())
    }
}

/// Says of an answer that was given up what had come of it.
fn with_parts(folder: &Path, cluster: &ClusterId, attempt: Attempt<AccessInfo>) -> Attempt<AccessInfo> {
    let Attempt { ids, result: Err(Failure::GivenUp(_)) } = attempt else { return attempt };
    let result = match StoredAnswer::find(folder, cluster) {
        Ok(parts) => Err(Failure::GivenUp(parts.iter().map(|part| part.path().to_owned()).collect())),
        Err(error) => Err(Failure::Error(error)),
    };
    Attempt { ids, result }
}

/// Where access information comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Provider,
    Folder,
}

/// How to read again what was kept in a folder, the usual one where none is named.
struct Again<'a>(Option<&'a Path>);

impl Again<'_> {
    fn command(&self, ids: &Ids) -> String {
        let folder = self.0.map(|folder| format!(" --save {}", quoted(&shown(folder))));
        format!("kubeproof fetch ucs {ids} --recover{}", folder.unwrap_or_default())
    }
}

/// What is stored of each cluster.
fn recover(folder: &Path, clusters: &[Named<ClusterId>]) -> Vec<Attempt<AccessInfo>> {
    let of = |named: &Named<ClusterId>| {
        let result = if folder.is_dir() {
            StoredAnswer::recover(folder, &named.cluster)
        } else {
            Err(Error::new(ErrorKind::NotFound, format!("nothing was kept in {}", shown(folder)))
                .with_remedy("name the folder in which it was kept with --save; nothing was sent"))
        };
        Attempt { ids: named.ids.clone(), result: result.map_err(Failure::Error) }
    };
    clusters.iter().map(of).collect()
}

impl Output {
    fn standard_output(&self) -> StandardOutput {
        if self.print.is_some() { StandardOutput::Taken } else { StandardOutput::Free }
    }

    /// Finds out, before anything is sent, whether there is a place for everything.
    fn check(&self, count: usize, folder: &Path, used: &[Used<'_>]) -> Result<(), u8> {
        if self.print.is_some() && count > 1 {
            return Err(misused(
                "--print: the manifests of several clusters do not belong together; leave it out, and print each with --recover",
            ));
        }
        // An answer there may be the only one, and the client names new ones itself.
        let folder = apart::real(folder);
        if let Some(path) = self.reports.files().find(|path| apart::real(path).parent() == Some(&folder)) {
            return Err(misused(format_args!(
                "--report: {} is in the folder for answers, which are given once; name a file elsewhere; nothing was sent",
                shown(path)
            )));
        }
        self.reports.check(self.standard_output(), used)
    }

    /// Says where everything is, and prints it if that is asked for. Gives the exit code.
    fn deliver(&self, attempts: Vec<Attempt<AccessInfo>>, origin: Origin) -> u8 {
        let mut report =
            Report { provider: ACCEPTED.provider, rows: Vec::new(), kubeconfig: None, lines: String::new() };
        let again = Again(self.save.as_deref());
        // Of an answer that is not in its folder, the exit code says so, wherever else it is.
        let mut done = Ok(());
        for Attempt { ids, result } in attempts {
            let outcome = match result {
                Ok(access) => {
                    if let Some(format) = self.print {
                        done = done.and(print_access(&access, format));
                        if let (Origin::Provider, Some(path)) = (origin, access.saved().path()) {
                            note(format_args!("{ids}: kept in {}", shown(path)));
                        }
                    }
                    let place = match access.saved() {
                        Saved::At(path) => Some(path.clone()),
                        Saved::Failed(error) => {
                            complain(format_args!("{ids}: the answer could not be kept: {error}"));
                            done = done.and(Err(exit_code::COULD_NOT_RUN));
                            rescue::rescue(&ids, access.raw())
                        }
                        Saved::NotAsked => None,
                    };
                    Ok(describe(&ids, &access, place, &again, &mut report.lines))
                }
                Err(failure) => {
                    if let Failure::Error(error) = &failure {
                        match (error.answer(), error.stored()) {
                            (Some(answer), None) => drop(rescue::rescue(&ids, answer)),
                            (_, Some(_)) if origin == Origin::Provider => {
                                note(format_args!("{ids}: read what is on this machine with: {}", again.command(&ids)));
                            }
                            _ => {}
                        }
                    }
                    Err(failure)
                }
            };
            report.rows.push(Row { ids, outcome });
        }
        let code = self.reports.write(&report, self.standard_output());
        done.map_or_else(|failed| failed, |()| code)
    }
}

fn print_access(access: &AccessInfo, format: Format) -> Result<(), u8> {
    let text = match format {
        Format::Yaml => manifests::as_yaml(access.items()),
        Format::Json => String::from_utf8(access.raw().to_vec()).map_err(|_| "it is not text".to_owned()),
    };
    let place = || access.saved().path().map(|path| format!("; it is in {}", shown(path))).unwrap_or_default();
    let text = text.map_err(|problem| failed(format_args!("the manifests cannot be written: {problem}{}", place())))?;
    let text = if text.ends_with('\n') { text } else { text + "\n" };
    print(&Text::ForPrograms(text))
        .map_err(|error| failed(format_args!("the manifests cannot be printed: {error}{}", place())))
}

/// What is known of access information, and a line about it.
fn describe(
    ids: &Ids,
    access: &AccessInfo,
    place: Option<PathBuf>,
    again: &Again<'_>,
    lines: &mut String,
) -> Map<String, Value> {
    let count = access.items().len();
    // Writing to a String does not fail.
    let _ = match &place {
        Some(place) => writeln!(lines, "{ids}: {count} manifests, kept in {}", shown(place)),
        None => writeln!(lines, "{ids}: {count} manifests, kept nowhere"),
    };
    if access.saved().path().is_some() {
        let _ = writeln!(lines, "  apply them with: {} --print | kubectl apply -f -", again.command(ids));
    }
    let place = place.map_or(Value::Null, |place| Value::from(place.display().to_string()));
    [("manifests".to_owned(), Value::from(count)), ("stored".to_owned(), place)].into_iter().collect()
}
