//! DigitalOcean.

use kubeproof_client::{AcceptedHazards, ClusterAccess as _, Error, ErrorKind};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};
use kubeproof_digitalocean as digitalocean;
use kubeproof_kubeconfig::FindingCode;

use crate::fetch::{credentials, id, transport};

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    let kubeconfig_type =
        request.options.kubeconfig_type.as_deref().map(digitalocean::KubeconfigType::parse).transpose()?;
    let kubeconfig_type = kubeconfig_type.unwrap_or_default();
    // Who asks for single sign-on wants the program that it runs.
    let accepted = match kubeconfig_type {
        digitalocean::KubeconfigType::Token => AcceptedHazards::none(),
        digitalocean::KubeconfigType::Sso => AcceptedHazards::none().and(FindingCode::Exec),
    };
    let client = digitalocean::Client::builder(credentials(request))
        .base_url(&request.base_url)
        .transport(transport(request))
        .accept(accepted)
        .build()?;
    let expiry_seconds = request.options.expiry_seconds.map(u64::try_from).transpose().map_err(|_| {
        Error::new(ErrorKind::InvalidArgument, "expiry_seconds is negative").with_remedy("give 0 or more seconds")
    })?;
    let cluster = digitalocean::ClusterId::parse(id(request, "cluster_id"))?;
    let access = client.fetch(&cluster, &digitalocean::Options { expiry_seconds, kubeconfig_type }).await?;
    Ok(Fetched::Kubeconfig(access.raw().to_owned()))
}
