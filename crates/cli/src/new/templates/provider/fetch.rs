use clap::Args;
use kubeproof_{{ name }}::{BASE_URL, Client, Cluster, Options};

use super::attempt::{Fetching, UnderWay};
use super::client::Credentials;
use super::clusters::{self, From, Ids, Named{% if owner %}, NotACluster, Owner{% endif %}};
use super::connection::{Connection, Whereabouts};
use super::credentials::{Accepted, Given};
use super::delivery::Delivery;
use super::private_file::check_standard_input;
use crate::output::misused;
use crate::provider::{Answer, Auth, Endpoint{% if credential == "bearer" %}, Meaning{% endif %}, Provider};

const ACCEPTED: Accepted = Accepted {
    provider: "{{ name }}",
    tokens: &["{{ upper }}_TOKEN"],
    token: |token| Credentials::{{ variant }}(token.into()),
    pairs: &[],
    temporary: &[],
    others: &["SSL_CERT_FILE"],
    how: "Make a token as the documents of {{ name }} say.",
    example: "{% if owner %}{{ owner | upper }}_ID {% endif %}CLUSTER_ID --kubeconfig ~/.kube/config",
};

/// What its tools read from the environment is not known yet.
pub(super) const PROVIDER: Provider = Provider {
    name: ACCEPTED.provider,
    environment: &[{% if credential == "bearer" %}("{{ upper }}_TOKEN", Meaning::Bearer){% endif %}],
    endpoint: Endpoint {
        path: "{{ path }}",
        auth: Auth::{{ variant }},
        answer: Answer::{{ answer | capitalize }},
        expiry: None,
    },
};

const WHEREABOUTS: Whereabouts =
    Whereabouts { provider: ACCEPTED.provider, variables: &["KUBEPROOF_{{ upper }}_URL"], usual: Some(BASE_URL) };

/// Fetches kubeconfigs from {{ type }}
#[derive(Args)]
{%- if owner %}
#[command(override_usage = "kubeproof fetch {{ name }} [OPTIONS] [{{ owner | upper }}_ID] CLUSTER_ID...")]
{%- endif %}
#[command(after_help = "Variables:
  {{ upper }}_TOKEN          the token
  KUBEPROOF_{{ upper }}_URL  another server, such as `kubeproof serve`

Example:
  kubeproof fetch {{ name }} {% if owner %}{{ owner | upper }}_ID {% endif %}CLUSTER_ID --kubeconfig ~/.kube/config")]
pub(super) struct {{ type }} {
{%- if owner %}
    /// The id of the {{ owner }}, and those of clusters; the {{ owner }} can be named by --{{ owner }}-id instead
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// The {{ owner }} of the clusters
    #[arg(long, value_name = "ID")]
    {{ owner }}_id: Option<String>,
{%- else %}
    /// The ids of clusters
    #[arg(value_name = "CLUSTER_ID")]
    ids: Vec<String>,
{%- endif %}

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
}

impl {{ type }} {
    pub(super) fn run(self) -> Result<u8, u8> {
        check_standard_input(&[
            ("--from", self.from.is_standard_input()),
            ("the credentials", self.given.is_on_standard_input()),
        ])?;
{%- if owner %}
        let given = self.{{ owner }}_id.as_deref();
        let owners = Owner { name: "{{ owner }}", given, variables: &["{{ upper }}_{{ owner | upper }}_ID"] };
        let (owner, ids) = owners.split(&self.ids)?;
        let clusters = clusters::parse(&self.from.asked(ids)?, |ids| {
            let (owner, id) = owners.of(owner.as_deref(), ids).map_err(NotACluster::Incomplete)?;
            let named = Ids::new([("{{ owner }}_id", owner), ("cluster_id", id)]);
            Ok(Named { ids: named, cluster: Cluster::parse(owner, id)? })
        })?;
{%- else %}
        let clusters = clusters::parse(&self.from.asked(&self.ids)?, |ids| {
            let id = clusters::one(ids)?;
            Ok(Named { ids: Ids::new([("cluster_id", id)]), cluster: Cluster::parse(id)? })
        })?;
{%- endif %}
        let files = [self.from.files(), self.given.files(), self.connection.files()];
        self.delivery.check(clusters.len(), files.into_iter().flatten().collect())?;
        let (credentials, url) = self.given.read(&ACCEPTED, &WHEREABOUTS)?;
        let client = Client::builder(credentials)
            .base_url(self.connection.base_url(&WHEREABOUTS, url)?)
            .transport(self.connection.transport(self.fetching.wait())?)
            .build()
            .map_err(misused)?;
        let attempts = self.fetching.run(&client, &clusters, &Options::default(), UnderWay::GivenUp)?;
        let attempts = attempts.into_iter().map(|attempt| attempt.and_then(|_, access| Ok(access.kubeconfig)));
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts.collect()))
    }
}
