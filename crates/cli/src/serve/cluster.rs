use std::fs;
use std::path::PathBuf;

use clap::Args;
use kubeproof::emulator::host::server::KubernetesApi;
use kubeproof_kubeconfig::{CertificateAuthority, Endpoint};

use super::misused;

/// The Kubernetes API that issued kubeconfigs point at.
#[derive(Args)]
pub(super) struct Cluster {
    /// Point issued kubeconfigs at this Kubernetes API, which has to accept what they hold by itself
    /// [default: a stub that accepts what was issued until it expires; with --case, the addresses that the documents name]
    #[arg(long, value_name = "URL", requires = "api_ca", value_parser = endpoint)]
    api_server: Option<Endpoint>,

    /// The certificate authority of --api-server, PEM
    #[arg(long, value_name = "FILE", requires = "api_server")]
    api_ca: Option<PathBuf>,
}

impl Cluster {
    /// What is wanted, or the exit code after saying what is wrong with it.
    pub(super) fn api(&self, usual: KubernetesApi) -> Result<KubernetesApi, u8> {
        let (Some(server), Some(path)) = (&self.api_server, &self.api_ca) else { return Ok(usual) };
        let wrong = |problem: &dyn std::fmt::Display| {
            misused(format_args!("--api-ca {}: {problem}; name a file with the certificates in PEM", path.display()))
        };
        let pem = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        CertificateAuthority::from_pem(pem.as_bytes()).map_err(|error| wrong(&error))?;
        Ok(KubernetesApi::Real { url: server.as_str().to_owned(), authority_pem: pem })
    }
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text).map_err(|error| error.to_string())
}
