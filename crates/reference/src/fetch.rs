//! What the modules of the providers share: from the words of the adapter protocol to those of the clients, and back.

use std::sync::Arc;
use std::time::Duration;

use kubeproof_client::{Credentials, Error, ErrorKind, NoWait, Timeouts, TransportOptions};
use kubeproof_conformance::adapter::{self, Failure, FailureKind, FetchRequest, Fetched};

use crate::time::EmulatorEpoch;

pub(crate) fn written(kubeconfig: &kubeproof_kubeconfig::Kubeconfig) -> Result<Fetched, Error> {
    let text = kubeconfig
        .to_yaml()
        .map_err(|error| Error::new(ErrorKind::Malformed, "the kubeconfig cannot be written").with_source(error))?;
    Ok(Fetched::Kubeconfig(text))
}

/// An id of the request; empty when it is absent, which every client refuses by name.
pub(crate) fn id<'a>(request: &'a FetchRequest, name: &str) -> &'a str {
    request.cluster.get(name).map_or("", String::as_str)
}

pub(crate) fn credentials(request: &FetchRequest) -> Credentials {
    match request.credentials.clone() {
        adapter::Credentials::Bearer { bearer } => Credentials::Bearer(bearer.into()),
        adapter::Credentials::Token { token } => Credentials::Token(token.into()),
        adapter::Credentials::AccessKey { access_key, secret_key } => {
            Credentials::AccessKey { access_key, secret_key: secret_key.into() }
        }
    }
}

pub(crate) fn transport(request: &FetchRequest) -> TransportOptions {
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

pub(crate) fn failure(error: &Error) -> Failure {
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
}
