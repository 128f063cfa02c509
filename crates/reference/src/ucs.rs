//! UCS, of Huawei Cloud and Open Telekom Cloud.

use kubeproof_client::{ClusterAccess as _, Error, ErrorKind};
use kubeproof_conformance::adapter::{FetchRequest, Fetched};
use kubeproof_ucs as ucs;

use crate::fetch::{credentials, id, transport};

pub(crate) async fn fetch(request: &FetchRequest) -> Result<Fetched, Error> {
    // Goes away with what is in it: the harness has the answer. It is there so that cases run the way through a file.
    let folder = tempfile::tempdir().map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, "there is no folder for temporary files").with_source(error)
    })?;
    let client = ucs::Client::builder(credentials(request), ucs::KeepAnswers::InFolder(folder.path().to_owned()))
        .base_url(&request.base_url)
        .transport(transport(request))
        .build()?;
    let cluster = ucs::ClusterId::parse(id(request, "cluster_id"))?;
    let options = &request.options;
    let private_access = ucs::PrivateAccess::of_both(options.vpcendpoint.as_deref(), options.region.as_deref())?;
    let access = client.fetch(&cluster, &ucs::Options { private_access }).await?;
    if let ucs::Saved::Failed(cause) = access.saved() {
        return Err(Error::new(ErrorKind::Malformed, format!("the answer was not kept: {cause}")));
    }
    Ok(Fetched::Access(access.items().to_vec()))
}
