use clap::Args;
use kubeproof_lke::{BASE_URL, Client, ClusterId, Options};

use super::attempt::{Fetching, UnderWay};
use super::client::Credentials;
use super::clusters::{self, From, Ids, Named};
use super::connection::{Connection, Whereabouts};
use super::credentials::{Accepted, Given};
use super::delivery::Delivery;
use super::private_file::check_standard_input;
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
    fetching: Fetching,

    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    connection: Connection,

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
        check_standard_input(&[
            ("--from", self.from.is_standard_input()),
            ("the credentials", self.given.is_on_standard_input()),
        ])?;
        let clusters = clusters::parse(&self.from.asked(&self.ids)?, |ids| {
            let id = clusters::one(ids)?;
            Ok(Named { ids: Ids::new([("cluster_id", id)]), cluster: ClusterId::parse(id)? })
        })?;
        let files = [self.from.files(), self.given.files(), self.connection.files()];
        self.delivery.check(clusters.len(), files.into_iter().flatten().collect())?;
        let accepted = self.delivery.accepted();
        let (credentials, url) = self.given.read(&ACCEPTED, &WHEREABOUTS)?;
        let client = Client::builder(credentials)
            .base_url(without_version(&self.connection.base_url(&WHEREABOUTS, url)?))
            .transport(self.connection.transport(self.fetching.wait())?)
            .accept(accepted)
            .build()
            .map_err(misused)?;
        let attempts = self.fetching.run(&client, &clusters, &Options::default(), UnderWay::GivenUp)?;
        let attempts = attempts.into_iter().map(|attempt| attempt.and_then(|_, access| Ok(access.kubeconfig)));
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts.collect()))
    }
}
