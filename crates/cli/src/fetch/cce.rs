use clap::{Args, ValueEnum};
use kubeproof_cce::{Client, Cluster, Options, Validity};

use super::attempt::UnderWay;
use super::client::Credentials;
use super::clusters::{From, Owner};
use super::connection::Whereabouts;
use super::credentials::Accepted;
use super::delivery::Delivery;
use super::duration::duration;
use super::way::{Parts, Way};
use crate::output::misused;
use crate::provider::{self, Answer, Auth, Meaning, Provider};

/// What Huawei Cloud and Open Telekom Cloud take, for any of their services.
pub(super) const ACCEPTED: Accepted = Accepted {
    provider: "cce",
    tokens: &["OS_TOKEN", "OS_AUTH_TOKEN"],
    token: |token| Credentials::Token(token.into()),
    pairs: &[
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        ("HW_ACCESS_KEY", "HW_SECRET_KEY"),
        ("OS_ACCESS_KEY", "OS_SECRET_KEY"),
    ],
    temporary: &["HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"],
    others: &["HUAWEICLOUD_SDK_PROJECT_ID", "OS_PROJECT_ID", "SSL_CERT_FILE"],
    how: "Make an access key on the page \"My Credentials\" of the console, or take a user token of IAM.",
    example: "PROJECT_ID CLUSTER_ID --kubeconfig ~/.kube/config",
};

/// Its variables are those of the SDKs, which take the endpoint of a service from that of a region. The region is called
/// `kubeproof` here.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[
        ("HUAWEICLOUD_SDK_AK", Meaning::AccessKey),
        ("HUAWEICLOUD_SDK_SK", Meaning::SecretKey),
        ("HUAWEICLOUD_SDK_PROJECT_ID", Meaning::Id("project_id")),
        ("HUAWEICLOUD_SDK_REGION_CCE_KUBEPROOF", Meaning::BaseUrl),
    ],
    endpoint: provider::Endpoint {
        path: "/api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert",
        auth: Auth::Token,
        answer: Answer::Json,
        expiry: None,
    },
};

const WHEREABOUTS: Whereabouts = Whereabouts { provider: "cce", variables: &["KUBEPROOF_CCE_URL"], usual: None };

/// Fetches kubeconfigs from CCE, of Huawei Cloud and Open Telekom Cloud
///
/// Each fetch makes CCE issue a client certificate that nobody can take back: keep what was fetched. CCE calls the entries of
/// every cluster alike; those of a second one get other names.
#[derive(Args)]
#[command(override_usage = "kubeproof fetch cce [OPTIONS] [PROJECT_ID] CLUSTER_ID...")]
#[command(after_help = "Variables:
  HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK    an access key; or HW_ACCESS_KEY with HW_SECRET_KEY,
                                                or OS_ACCESS_KEY with OS_SECRET_KEY
  OS_TOKEN, OS_AUTH_TOKEN                       a user token of IAM, where there is no access key
  HUAWEICLOUD_SDK_PROJECT_ID, OS_PROJECT_ID     the project
  KUBEPROOF_CCE_URL                             where CCE is

Examples:
  kubeproof fetch cce PROJECT_ID CLUSTER_ID --base-url https://cce.REGION.CLOUD --kubeconfig config
  From outside, for 30 days:
    kubeproof fetch cce PROJECT_ID CLUSTER_ID --endpoint external-tls-verify --expiry 30d --print
  Clusters of several projects, from a file with lines of PROJECT_ID CLUSTER_ID:
    kubeproof fetch cce --from ids.txt --context-name 'cce-{cluster_id}' --kubeconfig all.yaml")]
pub(super) struct Cce {
    /// The id of the project, and those of clusters; the project can be named by --project-id instead, or in a variable
    /// for one cluster
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// The project of the clusters
    #[arg(long, value_name = "ID")]
    project_id: Option<String>,

    #[command(flatten)]
    from: From,

    /// The way to the cluster that becomes the context in use [default: what CCE chooses, if its server is verified]
    #[arg(long, value_enum)]
    endpoint: Option<Endpoint>,

    /// How long the client certificate is to be good: whole days, such as 30d, or `longest` [default: what CCE chooses]
    #[arg(long, value_name = "DURATION", value_parser = validity)]
    expiry: Option<Validity>,

    #[command(flatten)]
    delivery: Delivery,

    #[command(flatten)]
    way: Way,
}

/// A way to a cluster, by the context that CCE has for it.
#[derive(Clone, Copy, ValueEnum)]
enum Endpoint {
    /// From the network of the cluster
    Internal,
    /// From outside; its server may not be verified, which needs --allow insecure-skip-tls-verify
    External,
    /// From outside, with a server that is verified
    ExternalTlsVerify,
}

impl Endpoint {
    fn context(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
            Self::ExternalTlsVerify => "externalTLSVerify",
        }
    }
}

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

fn validity(text: &str) -> Result<Validity, String> {
    if text == "longest" {
        return Ok(Validity::Longest);
    }
    let seconds = duration(text)?.as_secs();
    if seconds % SECONDS_OF_A_DAY != 0 {
        return Err("cce counts in whole days; give such as 1d or 30d, or `longest`".to_owned());
    }
    let days = i64::try_from(seconds / SECONDS_OF_A_DAY).map_err(|_| "these are too many days".to_owned())?;
    Validity::of_days(days).map_err(|error| error.to_string())
}

impl Cce {
    pub(super) fn run(self) -> Result<u8, u8> {
        self.way.check_standard_input(&self.from, &[])?;
        let projects = Owner {
            name: "project",
            given: self.project_id.as_deref(),
            variables: &["HUAWEICLOUD_SDK_PROJECT_ID", "OS_PROJECT_ID"],
        };
        let clusters = projects.clusters(&self.from, &self.ids, Cluster::parse)?;
        self.delivery.check(clusters.len(), self.way.files(&self.from))?;
        let accepted = self.delivery.accepted();
        let options =
            Options { context: self.endpoint.map(|endpoint| endpoint.context().to_owned()), validity: self.expiry };
        let Parts { credentials, base_url, transport } = self.way.parts(&ACCEPTED, &WHEREABOUTS)?;
        let client = Client::builder(credentials)
            .base_url(base_url)
            .transport(transport)
            .accept(accepted)
            .build()
            .map_err(misused)?;
        let attempts = self.way.fetching.run(&client, &clusters, &options, UnderWay::GivenUp)?;
        let attempts = attempts.into_iter().map(|attempt| attempt.and_then(|_, access| Ok(access.kubeconfig)));
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts.collect()))
    }
}
