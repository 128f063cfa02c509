//! The TLS configuration of every client.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::{Error, ErrorKind};

/// TLS 1.2 and 1.3 with ring, the trust anchors of Mozilla, and the certificate authorities in `ca_pem` as well.
///
/// The provider of cryptography is given here, so that no state of the process is touched.
///
/// # Errors
/// `invalid-argument` when `ca_pem` holds no certificate, or one that cannot be read.
pub(crate) fn config(ca_pem: Option<&str>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_pem {
        add(&mut roots, pem)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Tls, "tls cannot be set up").with_source(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn add(roots: &mut RootCertStore, pem: &str) -> Result<(), Error> {
    let wrong = |what: &str| {
        Error::new(ErrorKind::InvalidArgument, format!("the certificate authority {what}"))
            .with_remedy("give the pem text of one or more certificates; nothing was sent")
    };
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| wrong("is not pem"))?;
        roots.add(certificate).map_err(|_| wrong("holds a certificate that cannot be read"))?;
        found = true;
    }
    if found { Ok(()) } else { Err(wrong("holds no certificate")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_read_or_refused() {
        assert!(config(None).is_ok());
        for (pem, expected) in [
            ("", "holds no certificate"),
            ("hello", "holds no certificate"),
            ("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n", "is not pem"),
            ("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", "cannot be read"),
        ] {
            let error = config(Some(pem)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
