//! The certificates of a server, good ones and bad ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::fault::TlsHarm;

/// A certificate authority made at the start, and what it certifies.
///
/// The keys are ECDSA's on P-256, which every client knows; Ed25519 is not known to browsers.
pub(super) struct Certificates {
    authority_pem: String,
    good: Arc<ServerConfig>,
    good_without_h2: Arc<ServerConfig>,
    bad: BTreeMap<TlsHarm, Arc<ServerConfig>>,
}

/// Why no certificates could be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    #[error("no certificate can be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// From when until when a certificate is good.
struct Validity(OffsetDateTime, OffsetDateTime);

impl Validity {
    /// At any time that a client's clock may show.
    const GOOD: Self = Self(datetime!(2025-01-01 0:00 UTC), datetime!(2099-01-01 0:00 UTC));
    const EXPIRED: Self = Self(datetime!(2024-01-01 0:00 UTC), datetime!(2025-01-01 0:00 UTC));
    const NOT_YET: Self = Self(datetime!(2098-01-01 0:00 UTC), datetime!(2099-01-01 0:00 UTC));
}

impl Certificates {
    /// Certificates for these names and addresses.
    pub(super) fn new(names: &[String]) -> Result<Self, CertificateError> {
        let authority = Authority::new("kubeproof")?;
        let good = authority.certify(names, &Validity::GOOD)?;
        let mut good_without_h2 = ServerConfig::clone(&good);
        good_without_h2.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut bad = BTreeMap::new();
        for harm in TlsHarm::CERTIFICATES {
            let config = match harm {
                TlsHarm::Expired => authority.certify(names, &Validity::EXPIRED)?,
                TlsHarm::NotYetValid => authority.certify(names, &Validity::NOT_YET)?,
                TlsHarm::WrongHost => {
                    authority.certify(&["wrong-host.kubeproof.invalid".to_owned()], &Validity::GOOD)?
                }
                TlsHarm::UnknownAuthority => Authority::new("kubeproof, unknown")?.certify(names, &Validity::GOOD)?,
                TlsHarm::Tls11Only => continue,
            };
            bad.insert(harm, Arc::new(config));
        }
        Ok(Self { authority_pem: authority.pem, good: Arc::new(good), good_without_h2: Arc::new(good_without_h2), bad })
    }

    /// The authority's certificate, PEM.
    pub(super) fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// What is shown to a client that is meant no harm.
    pub(super) fn good(&self, version: Http) -> Arc<ServerConfig> {
        Arc::clone(match version {
            Http::OneOrTwo => &self.good,
            Http::One => &self.good_without_h2,
        })
    }

    /// What is shown to a client that is meant harm; `None` when it is not done by a certificate.
    pub(super) fn bad(&self, harm: TlsHarm) -> Option<Arc<ServerConfig>> {
        self.bad.get(&harm).cloned()
    }
}

/// The versions of HTTP that a client may choose from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Http {
    OneOrTwo,
    One,
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Result<Self, CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = params(name, &Validity::GOOD);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    fn certify(&self, names: &[String], validity: &Validity) -> Result<ServerConfig, CertificateError> {
        let key = KeyPair::generate()?;
        let certificate = {
            let mut params = CertificateParams::new(names)?;
            let Validity(from, to) = *validity;
            (params.not_before, params.not_after) = (from, to);
            params.distinguished_name = called("kubeproof server");
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
            params.use_authority_key_identifier_extension = true;
            params.signed_by(&key, &self.issuer)?
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn params(name: &str, validity: &Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    let Validity(from, to) = *validity;
    (params.not_before, params.not_after) = (from, to);
    params.distinguished_name = called(name);
    params
}

fn called(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
