//! Every case of kubeproof, by this SDK. What it is known to fail is in `kubeproof.baseline.yaml`; to bring that up to date:
//! `KUBEPROOF_UPDATE_BASELINE=1 cargo test --test kubeproof`.

use std::time::Duration;

use example_sdk::{Client, Error};
use kubeproof::conformance::adapter::{
    About, Credentials, Failure, FailureKind, Feature, FetchRequest, Fetched, adapter_fn,
};

async fn fetch(request: FetchRequest) -> Result<Fetched, Failure> {
    let Credentials::Bearer { bearer } = &request.credentials else {
        return Err(Failure::new(FailureKind::InvalidArgument));
    };
    let mut builder =
        Client::builder(bearer).base_url(&request.base_url).timeout(Duration::from_millis(request.timeout_ms));
    if let Some(pem) = &request.ca_pem {
        builder = builder.certificate_authority(pem);
    }
    let cluster = request.cluster.get("cluster_id").map_or("", String::as_str);
    let kubeconfig = builder.build().map_err(failure)?.kubeconfig(cluster, request.options.expiry_seconds).await;
    kubeconfig.map(Fetched::Kubeconfig).map_err(failure)
}

/// What the SDK tells of an error, in the words of kubeproof.
fn failure(error: Error) -> Failure {
    match error {
        Error::Api { status, id, message } => {
            let kind = match status {
                401 => FailureKind::Unauthenticated,
                403 => FailureKind::Forbidden,
                404 => FailureKind::NotFound,
                429 => FailureKind::RateLimited,
                500.. => FailureKind::Unavailable,
                _ => FailureKind::Rejected,
            };
            Failure { status: Some(status), code: Some(id).filter(|id| !id.is_empty()), message, ..Failure::new(kind) }
        }
        Error::Http(error) => {
            let kind = if error.is_timeout() {
                FailureKind::Timeout
            } else if error.is_decode() {
                FailureKind::Malformed
            } else {
                FailureKind::Transport
            };
            Failure { message: error.to_string(), ..Failure::new(kind) }
        }
    }
}

kubeproof::conformance_tests! {
    // It does not ask for a type of kubeconfig.
    adapter: adapter_fn(
        About::new("example-sdk", env!("CARGO_PKG_VERSION"), ["digitalocean"]).without(Feature::KubeconfigType),
        fetch,
    ),
    baseline: "tests/kubeproof.baseline.yaml",
}
