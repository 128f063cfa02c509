//! {{ type }}.

use kubeproof_client::{ClusterAccess as _, Error};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};
use kubeproof_{{ name }} as {{ name }};

use crate::fetch::{credentials, id, transport};

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    let client = {{ name }}::Client::builder(credentials(request))
        .base_url(&request.base_url)
        .transport(transport(request))
        .build()?;
    let cluster = {{ name }}::Cluster::parse({% if owner %}id(request, "{{ owner }}_id"), {% endif %}id(request, "cluster_id"))?;
    let access = client.fetch(&cluster, &{{ name }}::Options::default()).await?;
    Ok(Fetched::Kubeconfig(access.raw().to_owned()))
}
