//! From the words of the adapter protocol to the clients, and back.

use std::sync::Arc;
use std::time::Duration;

use kubeproof_cce as cce;
use kubeproof_client::{AcceptedHazards, ClusterAccess, Credentials, Error, ErrorKind, Timeouts, TransportOptions};
use kubeproof_conformance::adapter::{self, Failure, FailureKind, FetchRequest, Fetched};
use kubeproof_digitalocean as digitalocean;
use kubeproof_fireworks as fireworks;
use kubeproof_kubeconfig::{FindingCode, Names, Secret, UserCredentials};
use kubeproof_ucs as ucs;

use crate::time::{EmulatorEpoch, NoWait};

/// The credential of the cluster that a caller of the Fireworks client has from elsewhere.
const USER_TOKEN: &str = "token-of-a-user-of-the-cluster";

/// The providers that there is a client for.
pub(crate) const PROVIDERS: [&str; 4] = ["digitalocean", "cce", "ucs", "fireworks"];

pub(crate) async fn fetch(request: FetchRequest) -> Result<Fetched, Failure> {
    let fetched = match request.provider.as_str() {
        "digitalocean" => digitalocean(&request).await,
        "cce" => cce(&request).await,
        "ucs" => ucs(&request).await,
        "fireworks" => fireworks(&request).await,
        other => Err(Error::new(ErrorKind::InvalidArgument, format!("there is no client for the provider {other:?}"))),
    };
    fetched.map_err(|error| failure(&error))
}

async fn digitalocean(request: &FetchRequest) -> Result<Fetched, Error> {
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

async fn cce(request: &FetchRequest) -> Result<Fetched, Error> {
    let client =
        cce::Client::builder(credentials(request)).base_url(&request.base_url).transport(transport(request)).build()?;
    let cluster = cce::Cluster::parse(id(request, "project_id"), id(request, "cluster_id"))?;
    let validity = request.options.duration_days.map(cce::Validity::of_days).transpose()?;
    let access = client.fetch(&cluster, &cce::Options { validity, ..Default::default() }).await?;
    written(&access.kubeconfig)
}

async fn ucs(request: &FetchRequest) -> Result<Fetched, Error> {
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

async fn fireworks(request: &FetchRequest) -> Result<Fetched, Error> {
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

fn written(kubeconfig: &kubeproof_kubeconfig::Kubeconfig) -> Result<Fetched, Error> {
    let text = kubeconfig
        .to_yaml()
        .map_err(|error| Error::new(ErrorKind::Malformed, "the kubeconfig cannot be written").with_source(error))?;
    Ok(Fetched::Kubeconfig(text))
}

/// An id of the request; empty when it is absent, which every client refuses by name.
fn id<'a>(request: &'a FetchRequest, name: &str) -> &'a str {
    request.cluster.get(name).map_or("", String::as_str)
}

fn credentials(request: &FetchRequest) -> Credentials {
    match request.credentials.clone() {
        adapter::Credentials::Bearer { bearer } => Credentials::Bearer(bearer.into()),
        adapter::Credentials::Token { token } => Credentials::Token(token.into()),
        adapter::Credentials::AccessKey { access_key, secret_key } => {
            Credentials::AccessKey { access_key, secret_key: secret_key.into() }
        }
    }
}

fn transport(request: &FetchRequest) -> TransportOptions {
    let limit = Duration::from_millis(request.timeout_ms);
    let options = TransportOptions::default()
        .timeouts(Timeouts { connect: limit, attempt: limit, total: limit })
        .sleeper(Arc::new(NoWait))
        .clock(Arc::new(EmulatorEpoch));
    match &request.ca_pem {
        Some(pem) => options.ca_pem(pem),
        None => options,
    }
}

fn failure(error: &Error) -> Failure {
    Failure {
        kind: kind(error.kind()),
        status: error.status(),
        code: error.code().map(str::to_owned),
        message: error.to_string(),
        request_id: error.request_id().map(str::to_owned),
    }
}

fn kind(kind: ErrorKind) -> FailureKind {
    match kind {
        ErrorKind::InvalidArgument => FailureKind::InvalidArgument,
        ErrorKind::Unauthenticated => FailureKind::Unauthenticated,
        ErrorKind::Forbidden => FailureKind::Forbidden,
        ErrorKind::NotFound => FailureKind::NotFound,
        ErrorKind::NotReady => FailureKind::NotReady,
        ErrorKind::Rejected => FailureKind::Rejected,
        ErrorKind::AlreadyDownloaded => FailureKind::AlreadyDownloaded,
        ErrorKind::RateLimited => FailureKind::RateLimited,
        ErrorKind::Unavailable => FailureKind::Unavailable,
        ErrorKind::Malformed => FailureKind::Malformed,
        ErrorKind::Unsafe => FailureKind::Unsafe,
        ErrorKind::Transport => FailureKind::Transport,
        ErrorKind::Tls => FailureKind::Tls,
        ErrorKind::Timeout => FailureKind::Timeout,
        // A kind that this adapter does not know yet.
        _ => FailureKind::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_word_in_the_protocol() {
        for known in ErrorKind::ALL {
            assert_eq!(kind(known).as_str(), known.as_str());
        }
    }

    #[tokio::test]
    async fn every_provider_that_is_declared_has_a_client() {
        for provider in PROVIDERS {
            let request = FetchRequest {
                id: "1".to_owned(),
                provider: provider.to_owned(),
                base_url: "ftp://127.0.0.1".to_owned(),
                ca_pem: None,
                credentials: adapter::Credentials::Bearer { bearer: "not-a-real-token".to_owned() },
                cluster: Default::default(),
                options: Default::default(),
                timeout_ms: 1,
            };
            let message = fetch(request).await.unwrap_err().message;
            assert!(!message.contains("there is no client"), "{provider}: {message}");
        }
    }
}
