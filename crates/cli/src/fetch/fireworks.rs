use std::path::PathBuf;

use clap::Args;
use kubeproof_fireworks::{BASE_URL, Client, Cluster, ConnectionInfo, Options};
use kubeproof_kubeconfig::{Data, Names, Secret, UserCredentials};

use super::attempt::{Attempt, Failure, UnderWay};
use super::client::Credentials;
use super::clusters::{From, Ids, Owner};
use super::connection::Whereabouts;
use super::credentials::{self, Accepted};
use super::delivery::Delivery;
use super::private_file;
use super::way::{Parts, Way};
use crate::apart::Used;
use crate::config::input::is_standard;
use crate::output::misused;
use crate::provider::{Answer, Auth, Endpoint, Meaning, Provider};

const ACCEPTED: Accepted = Accepted {
    provider: "fireworks",
    tokens: &["FIREWORKS_API_KEY"],
    token: |token| Credentials::Bearer(token.into()),
    pairs: &[],
    temporary: &[],
    others: &["FIREWORKS_ACCOUNT_ID", "KUBEPROOF_USER_TOKEN", "SSL_CERT_FILE"],
    how: "Make an API key on the page \"API keys\" of the settings of your account at Fireworks.",
    example: "ACCOUNT_ID CLUSTER_ID --user-token-file token --kubeconfig ~/.kube/config",
};

/// Its variables are those of the SDKs for Python and Node.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[
        ("FIREWORKS_API_KEY", Meaning::Bearer),
        ("FIREWORKS_BASE_URL", Meaning::BaseUrl),
        ("FIREWORKS_ACCOUNT_ID", Meaning::Id("account_id")),
    ],
    endpoint: Endpoint {
        path: "/v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo",
        auth: Auth::Bearer,
        answer: Answer::Connection,
        expiry: None,
    },
};

const WHEREABOUTS: Whereabouts = Whereabouts {
    provider: "fireworks",
    variables: &["KUBEPROOF_FIREWORKS_URL", "FIREWORKS_BASE_URL"],
    usual: Some(BASE_URL),
};

/// The token of a user of the cluster.
const USER_TOKEN: &str = "KUBEPROOF_USER_TOKEN";

/// Fetches where clusters of Fireworks are, and makes kubeconfigs of it
///
/// Fireworks says where a cluster is and which certificate authority it has, and nothing of a user. So a credential of the
/// cluster has to come from elsewhere; the API key is none, and is refused.
#[derive(Args)]
#[command(override_usage = "kubeproof fetch fireworks [OPTIONS] [ACCOUNT_ID] CLUSTER_ID...")]
#[command(after_help = "Variables:
  FIREWORKS_API_KEY                            the API key
  FIREWORKS_ACCOUNT_ID                         the account
  KUBEPROOF_USER_TOKEN                         the token of a user of the cluster
  KUBEPROOF_FIREWORKS_URL, FIREWORKS_BASE_URL  another server, such as `kubeproof serve`

Examples:
  kubeproof fetch fireworks ACCOUNT_ID CLUSTER_ID --user-token-file token --kubeconfig config
  With a client certificate:
    kubeproof fetch fireworks ACCOUNT_ID ID --user-certificate user.crt --user-key user.key --print")]
pub(super) struct Fireworks {
    /// The id of the account, and those of clusters; the account can be named by --account-id instead, or in a variable
    /// for one cluster
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// The account of the clusters
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,

    #[command(flatten)]
    from: From,

    #[command(flatten)]
    user: User,

    #[command(flatten)]
    delivery: Delivery,

    #[command(flatten)]
    way: Way,

    #[arg(long, hide = true, num_args = 0..=1, value_parser = no_expiry)]
    expiry: Option<String>,
}

fn no_expiry(_: &str) -> Result<String, String> {
    Err("fireworks issues no credential, so there is nothing that expires; leave it out".to_owned())
}

/// Who logs in.
#[derive(Args)]
#[command(next_help_heading = "User of the cluster")]
struct User {
    /// Read the token of a user of the cluster from this file, which nobody else may be able to read; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user_certificate", "user_key"])]
    user_token_file: Option<PathBuf>,

    /// The client certificate of a user of the cluster, in PEM
    #[arg(long, value_name = "FILE", requires = "user_key")]
    user_certificate: Option<PathBuf>,

    /// The key of that certificate, in PEM, in a file that nobody else may be able to read
    #[arg(long, value_name = "FILE", requires = "user_certificate")]
    user_key: Option<PathBuf>,
}

impl User {
    fn reads_standard_input(&self) -> bool {
        let files = [&self.user_token_file, &self.user_key];
        files.into_iter().flatten().any(|path| is_standard(path))
    }

    fn files(&self) -> Vec<Used<'_>> {
        Used::of([
            ("--user-token-file", self.user_token_file.as_ref()),
            ("--user-certificate", self.user_certificate.as_ref()),
            ("--user-key", self.user_key.as_ref()),
        ])
    }

    fn credentials(&self) -> Result<UserCredentials, u8> {
        if let (Some(certificate), Some(key)) = (&self.user_certificate, &self.user_key) {
            let certificate_pem = std::fs::read(certificate).map_err(|error| {
                misused(format_args!("--user-certificate: {} cannot be read: {error}", certificate.display()))
            })?;
            let key_pem = private_file::read(key, "the key")?.into_bytes();
            return Ok(UserCredentials::ClientCertificate {
                certificate_pem: Data::new(certificate_pem),
                key_pem: Data::new(key_pem),
            });
        }
        let token = credentials::secret(self.user_token_file.as_deref(), &[USER_TOKEN], "the token")?;
        token.map(|token| UserCredentials::Token(Secret::new(token))).ok_or_else(|| {
            misused(format_args!(
                "who logs in to the cluster? fireworks says where it is and nothing of a user: set {USER_TOKEN}, or give \
                 --user-token-file, or --user-certificate and --user-key
  Whoever runs the cluster can make a token, such as that of a service account: kubectl create token NAME."
            ))
        })
    }
}

impl Fireworks {
    pub(super) fn run(self) -> Result<u8, u8> {
        let of_the_user = ("the credentials of the user", self.user.reads_standard_input());
        self.way.check_standard_input(&self.from, &[of_the_user])?;
        let accounts =
            Owner { name: "account", given: self.account_id.as_deref(), variables: &["FIREWORKS_ACCOUNT_ID"] };
        let clusters = accounts.clusters(&self.from, &self.ids, Cluster::parse)?;
        self.delivery
            .check(clusters.len(), [self.way.files(&self.from), self.user.files()].into_iter().flatten().collect())?;
        let Parts { credentials, base_url, transport } = self.way.parts(&ACCEPTED, &WHEREABOUTS)?;
        let user = self.user.credentials()?;
        let client = Client::builder(credentials).base_url(base_url).transport(transport).build().map_err(misused)?;
        let attempts = self.way.fetching.run(&client, &clusters, &Options::default(), UnderWay::GivenUp)?;
        let kubeconfig = |ids: &Ids, info: ConnectionInfo| {
            let names = Names::all(format!("fireworks_{}", ids.to_string().replace('/', "_")));
            client.kubeconfig(&info, &user, &names).map_err(Failure::Error)
        };
        let attempts: Vec<Attempt<_>> = attempts.into_iter().map(|attempt| attempt.and_then(kubeconfig)).collect();
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts))
    }
}
