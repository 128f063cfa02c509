//! CCE, of Huawei Cloud and Open Telekom Cloud.

use kubeproof_cce as cce;
use kubeproof_client::{ClusterAccess as _, Error};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};

use crate::fetch::{credentials, id, transport, written};

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    let client =
        cce::Client::builder(credentials(request)).base_url(&request.base_url).transport(transport(request)).build()?;
    let cluster = cce::Cluster::parse(id(request, "project_id"), id(request, "cluster_id"))?;
    let validity = request.options.duration_days.map(cce::Validity::of_days).transpose()?;
    let access = client.fetch(&cluster, &cce::Options { validity, ..Default::default() }).await?;
    written(&access.kubeconfig)
}
