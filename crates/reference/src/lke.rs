//! Linode Kubernetes Engine.

use kubeproof_client::{ClusterAccess as _, Error};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};
use kubeproof_lke as lke;

use crate::fetch::{credentials, id, transport};

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    let client =
        lke::Client::builder(credentials(request)).base_url(&request.base_url).transport(transport(request)).build()?;
    let cluster = lke::ClusterId::parse(id(request, "cluster_id"))?;
    let access = client.fetch(&cluster, &lke::Options::default()).await?;
    Ok(Fetched::Kubeconfig(access.raw().to_owned()))
}
