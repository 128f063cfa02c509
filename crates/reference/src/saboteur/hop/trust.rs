//! Whom the hop trusts, and why it was not answered.

use std::error::Error;
use std::sync::Arc;

use kubeproof_conformance::adapter::FailureKind;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// Whom a client trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// The authority that it was told to trust.
    AsTold,
    /// Everybody.
    Anyone,
    /// Nobody: it has lost the authority.
    Nobody,
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[error("the authority to trust is no PEM: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    #[error("the authority to trust holds no certificate")]
    NoCertificate,
    #[error("the authority to trust cannot be used: {0}")]
    Authority(#[source] rustls::Error),
    #[error("there is no version of TLS to speak: {0}")]
    Versions(#[source] rustls::Error),
}

/// How TLS is spoken.
pub(super) fn tls(authority: Option<&str>, trust: Trust) -> Result<ClientConfig, TlsError> {
    let crypto = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&crypto));
    let builder = builder.with_safe_default_protocol_versions().map_err(TlsError::Versions)?;
    if trust == Trust::Anyone {
        let verifier = Arc::new(TrustsAnyone(crypto));
        return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority.filter(|_| trust == Trust::AsTold) {
        for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
            roots.add(certificate?).map_err(TlsError::Authority)?;
        }
        if roots.is_empty() {
            return Err(TlsError::NoCertificate);
        }
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What kind of failure it is that no answer came, or not all of it.
pub(super) fn kind(error: &reqwest::Error) -> FailureKind {
    if error.is_timeout() {
        return FailureKind::Timeout;
    }
    // What an `io::Error` is made of is not its source.
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return FailureKind::Tls;
        }
        cause = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    FailureKind::Transport
}

/// Takes every certificate, as `--insecure` does.
#[derive(Debug)]
struct TrustsAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustsAnyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(authority: &str, told: &str) {
        let error = tls(Some(authority), Trust::AsTold).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        for trust in [Trust::Anyone, Trust::Nobody] {
            assert!(tls(Some(authority), trust).is_ok(), "{trust:?} looks at no authority");
        }
    }

    #[test]
    fn an_authority_that_cannot_be_trusted_is_told() {
        check("", "holds no certificate");
        check("no PEM", "holds no certificate");
        check("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", "is no PEM");
        check("-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n", "cannot be used");
    }

    #[test]
    fn without_an_authority_nobody_is_trusted() {
        assert!(tls(None, Trust::AsTold).is_ok());
    }
}
