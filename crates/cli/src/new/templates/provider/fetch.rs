use clap::Args;
use kubeproof_{{ name }}::{BASE_URL, Client, Cluster, Options};

use super::attempt::UnderWay;
use super::client::Credentials;
use super::clusters::{% if owner %}{From, Owner}{% else %}From{% endif %};
use super::connection::Whereabouts;
use super::credentials::Accepted;
use super::delivery::Delivery;
use super::way::{Parts, Way};
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
    way: Way,
}

impl {{ type }} {
    pub(super) fn run(self) -> Result<u8, u8> {
        self.way.check_standard_input(&self.from, &[])?;
{%- if owner %}
        let owners = Owner {
            name: "{{ owner }}",
            given: self.{{ owner }}_id.as_deref(),
            variables: &["{{ upper }}_{{ owner | upper }}_ID"],
        };
        let clusters = owners.clusters(&self.from, &self.ids, Cluster::parse)?;
{%- else %}
        let clusters = self.from.clusters(&self.ids, Cluster::parse)?;
{%- endif %}
        self.delivery.check(clusters.len(), self.way.files(&self.from))?;
        let Parts { credentials, base_url, transport } = self.way.parts(&ACCEPTED, &WHEREABOUTS)?;
        let client = Client::builder(credentials)
            .base_url(base_url)
            .transport(transport)
            .accept(self.delivery.accepted())
            .build()
            .map_err(misused)?;
        let attempts = self.way.fetching.run(&client, &clusters, &Options::default(), UnderWay::GivenUp)?;
        let attempts = attempts.into_iter().map(|attempt| attempt.and_then(|_, access| Ok(access.kubeconfig)));
        Ok(self.delivery.deliver(ACCEPTED.provider, attempts.collect()))
    }
}
