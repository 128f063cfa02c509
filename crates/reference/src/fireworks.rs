//! Fireworks.

use kubeproof_client::{ClusterAccess as _, Error};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};
use kubeproof_fireworks as fireworks;
use kubeproof_kubeconfig::{Names, Secret, UserCredentials};

use crate::fetch::{credentials, id, transport, written};

/// The credential of the cluster that a caller of this client has from elsewhere.
const USER_TOKEN: &str = "token-of-a-user-of-the-cluster";

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    let client = fireworks::Client::builder(credentials(request))
        .base_url(&request.base_url)
        .transport(transport(request))
        .build()?;
    let (account, cluster) = (id(request, "account_id"), id(request, "cluster_id"));
    let read_mask = request.options.read_mask.as_deref().map(fireworks::ReadMask::parse).transpose()?;
    let options = fireworks::Options { read_mask };
    let info = client.fetch(&fireworks::Cluster::parse(account, cluster)?, &options).await?;
    // A read mask may have left a field out: then this is an error, not half a kubeconfig.
    let user = UserCredentials::Token(Secret::new(USER_TOKEN));
    let names = Names::all(format!("fireworks_{account}_{cluster}"));
    written(&client.kubeconfig(&info, &user, &names)?)
}
