use clap::Args;
use kubeproof_lke::{BASE_URL, Client, ClusterId, Options};

use super::attempt::UnderWay;
use super::client::Credentials;
use super::clusters::From;
use super::connection::Whereabouts;
use super::credentials::Accepted;
use super::delivery::Delivery;
use super::way::{Parts, Way};
use crate::output::misused;
use crate::provider::{Answer, Auth, Endpoint, Meaning, Provider};

const ACCEPTED: Accepted = Accepted {
    provider: "lke",
    tokens: &["LINODE_TOKEN", "LINODE_CLI_TOKEN"],
    token: |token| Credentials::Bearer(token.into()),
    pairs: &[],
    temporary: &[],
    others: &["SSL_CERT_FILE"],
    how: "Make a personal access token on the page \"API Tokens\" of your profile in Linode's Cloud Manager, with the scope \
lke:read_write; to read alone is not enough for a kubeconfig.",
    example: "CLUSTER_ID --kubeconfig ~/.kube/config",
};

const WHEREABOUTS: Whereabouts =
    Whereabouts { provider: "lke", variables: &["KUBEPROOF_LKE_URL", "LINODE_URL"], usual: Some(BASE_URL) };

/// Its variables are those of linodego and what is built on it, and that of linode-cli.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[
        ("LINODE_TOKEN", Meaning::Bearer),
        ("LINODE_CLI_TOKEN", Meaning::Bearer),
        ("LINODE_URL", Meaning::BaseUrl),
    ],
    endpoint: Endpoint {
        path: "/v4/lke/clusters/{cluster_id}/kubeconfig",
        auth: Auth::Bearer,
        answer: Answer::Encoded,
        expiry: None,
    },
};

/// Fetches kubeconfigs from Linode Kubernetes Engine
///
/// Each fetch gets the same token, which does not expire: whoever has had it keeps the access until the kubeconfig is reset in the
/// Cloud Manager.
#[derive(Args)]
#[command(after_help = "Variables:
  LINODE_TOKEN, LINODE_CLI_TOKEN  the personal access token
  KUBEPROOF_LKE_URL, LINODE_URL   another server, such as `kubeproof serve`

Examples:
  kubeproof fetch lke CLUSTER_ID --kubeconfig ~/.kube/config
  Right after a cluster was created, until its kubeconfig is there:
    kubeproof fetch lke CLUSTER_ID --wait --kubeconfig ~/.kube/config
  All clusters, from ids as linode-cli lists them:
    linode-cli lke clusters-list --text --no-headers --format id |
      kubeproof fetch lke --from - --kubeconfig all.yaml")]
pub(super) struct Lke {
    /// The ids of clusters, numbers as the Cloud Manager and `linode-cli lke clusters-list` show them
    #[arg(value_name = "CLUSTER_ID")]
    ids: Vec<String>,

    #[command(flatten)]
    from: From,

    #[command(flatten)]
    delivery: Delivery,

    #[command(flatten)]
    way: Way,

    #[arg(long, hide = true, num_args = 0..=1, value_parser = no_expiry)]
    expiry: Option<String>,
}

fn no_expiry(_: &str) -> Result<String, String> {
    Err("lke sends a token that does not expire; leave it out".to_owned())
}

/// A base URL without the version of the API at its end, which some set `LINODE_URL` with: the client adds its own.
fn without_version(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.strip_suffix("/v4").or_else(|| url.strip_suffix("/v4beta")).unwrap_or(url)
}

impl Lke {
    pub(super) fn run(self) -> Result<u8, u8> {
        self.way.check_standard_input(&self.from, &[])?;
        let clusters = self.from.clusters(&self.ids, ClusterId::parse)?;
        self.delivery.check(clusters.len(), self.way.files(&self.from))?;
        let accepted = self.delivery.accepted();
        let Parts { credentials, base_url, transport } = self.way.parts(&ACCEPTED, &WHEREABOUTS)?;
        let client = Client::builder(credentials)
            .base_url(without_version(&base_url))
            .transport(transport)
            .accept(accepted)
            .build()
            .map_err(misused)?;
        let attempts = self.way.fetching.run(&client, &clusters, &Options::default(), UnderWay::GivenUp)?;
        let attempts = attempts.into_iter().map(|attempt| attempt.and_then(|_, access| Ok(access.kubeconfig)));
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts.collect()))
    }
}
