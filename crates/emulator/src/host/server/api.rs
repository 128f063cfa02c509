//! The stub Kubernetes API on sockets: a listener for the clusters of each provider, with TLS by their authority.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

use super::door::Door;
use super::listener::Listener;
use super::setting::{KubernetesApi, ServerSetting};
use super::site::Site;
use super::tls::CertificateError;
use crate::host::dispatch::lock;
use crate::kubernetes::ApiServer;
use crate::pki::Authority;

/// Points every session whose answers lead to clusters at the Kubernetes API that is wanted, and takes the ports of the
/// stub.
pub(super) fn bind(site: &Site, setting: &ServerSetting) -> io::Result<Vec<Listener>> {
    let mut bound = Vec::new();
    for (at, session) in site.sessions.iter().enumerate() {
        let mut session = lock(session);
        if !session.leads_to_clusters() {
            continue;
        }
        match &setting.kubernetes_api {
            KubernetesApi::None => {}
            KubernetesApi::Stub => {
                // So that it fails now if it does.
                let authority = session.authority().map_err(io::Error::other)?;
                config(&authority, &site.names).map_err(io::Error::other)?;
                let listener = Listener::bind(SocketAddr::new(setting.address, 0), Door::Api(at))?;
                session.point_api(ApiServer::Stub {
                    base_url: format!("https://{}", super::reachable(listener.address())),
                });
                bound.push(listener);
            }
            KubernetesApi::Real { url, authority_pem } => {
                session.point_api(ApiServer::Real { url: url.clone(), authority_pem: authority_pem.clone() });
            }
        }
    }
    Ok(bound)
}

/// How the API server of the clusters of a session speaks TLS. It is made for every connection, from what the world says
/// then.
pub(super) fn tls(site: &Site, at: usize) -> Result<Arc<ServerConfig>, String> {
    let session = site.sessions.get(at).ok_or("there is no such session")?;
    let authority = lock(session).authority().map_err(|error| error.to_string())?;
    config(&authority, &site.names).map(Arc::new).map_err(|error| error.to_string())
}

fn config(authority: &Authority, names: &[String]) -> Result<ServerConfig, ApiCertificateError> {
    let identity = authority.issue_server(names).map_err(CertificateError::from)?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(CertificateError::from)?
        .with_client_cert_verifier(Arc::new(AnyClient { provider }))
        .with_single_cert(
            vec![CertificateDer::from(identity.certificate_der)],
            PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?,
        )
        .map_err(CertificateError::from)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug, thiserror::Error)]
enum ApiCertificateError {
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("the key cannot be read: {0}")]
    Key(#[from] rustls_pki_types::pem::Error),
}

/// Asks for a client certificate and takes any, as long as the client has its key: an API server answers 401 to one that
/// it does not accept, and does not break the handshake.
#[derive(Debug)]
struct AnyClient {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
