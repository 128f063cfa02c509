use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use kubeproof_digitalocean::{BASE_URL, Client, ClusterId, KubeconfigType, Options};

use super::attempt::UnderWay;
use super::client::Credentials;
use super::clusters::From;
use super::connection::Whereabouts;
use super::credentials::Accepted;
use super::delivery::Delivery;
use super::duration::duration;
use super::way::{Parts, Way};
use crate::output::misused;
use crate::provider::{Answer, Auth, Endpoint, Meaning, Provider};

const ACCEPTED: Accepted = Accepted {
    provider: "digitalocean",
    tokens: &["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"],
    token: |token| Credentials::Bearer(token.into()),
    pairs: &[],
    temporary: &[],
    others: &["SSL_CERT_FILE"],
    how: "Make a personal access token on the page \"API\" of DigitalOcean's control panel, with the scope \
kubernetes:access_cluster.",
    example: "CLUSTER_ID --kubeconfig ~/.kube/config",
};

/// Its variables are those of doctl and of the Terraform provider.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[
        ("DIGITALOCEAN_TOKEN", Meaning::Bearer),
        ("DIGITALOCEAN_ACCESS_TOKEN", Meaning::Bearer),
        ("DIGITALOCEAN_API_URL", Meaning::BaseUrl),
    ],
    endpoint: Endpoint {
        path: "/v2/kubernetes/clusters/{cluster_id}/kubeconfig",
        auth: Auth::Bearer,
        answer: Answer::Yaml,
        expiry: Some("expiry"),
    },
};

const WHEREABOUTS: Whereabouts = Whereabouts {
    provider: "digitalocean",
    variables: &["KUBEPROOF_DIGITALOCEAN_URL", "DIGITALOCEAN_API_URL"],
    usual: Some(BASE_URL),
};

/// Fetches kubeconfigs from DigitalOcean
///
/// Each fetch makes DigitalOcean issue a token that is good until it expires: keep what was fetched.
#[derive(Args)]
#[command(after_help = "Variables:
  DIGITALOCEAN_ACCESS_TOKEN, DIGITALOCEAN_TOKEN     the API token
  KUBEPROOF_DIGITALOCEAN_URL, DIGITALOCEAN_API_URL  another server, such as `kubeproof serve`

Examples:
  Into the usual file, for an hour, under a name of your own:
    kubeproof fetch digitalocean ID --kubeconfig ~/.kube/config --expiry 1h --context-name prod
  Again, when the token has expired:
    kubeproof fetch digitalocean ID --kubeconfig ~/.kube/config --context-name prod --renew
  Many at once, with a report for programs:
    kubeproof fetch digitalocean --from ids.txt --jobs 8 --kubeconfig all --report json=report.json")]
pub(super) struct DigitalOcean {
    /// The ids of clusters, as the control panel and `doctl kubernetes cluster list` show them
    #[arg(value_name = "CLUSTER_ID")]
    ids: Vec<String>,

    #[command(flatten)]
    from: From,

    /// How long the token is to be good [default: what DigitalOcean chooses, seven days]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expiry: Option<Duration>,

    /// What the kubeconfig authenticates with; sso runs a program, and needs --allow exec
    #[arg(long = "type", value_name = "TYPE", default_value = "token", value_parser = PossibleValuesParser::new(["token", "sso"]))]
    kubeconfig_type: String,

    #[command(flatten)]
    delivery: Delivery,

    #[command(flatten)]
    way: Way,
}

impl DigitalOcean {
    pub(super) fn run(self) -> Result<u8, u8> {
        self.way.check_standard_input(&self.from, &[])?;
        let clusters = self.from.clusters(&self.ids, ClusterId::parse)?;
        self.delivery.check(clusters.len(), self.way.files(&self.from))?;
        let accepted = self.delivery.accepted();
        let options = Options {
            expiry_seconds: self.expiry.map(|expiry| expiry.as_secs()),
            kubeconfig_type: KubeconfigType::parse(&self.kubeconfig_type).map_err(misused)?,
        };
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
