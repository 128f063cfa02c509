//! The certificates that a cluster is trusted by.

use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::finding::Problem;
use crate::{Data, GenerateError, GenerateErrorKind};

/// One or more certificates in PEM, that kubectl and stricter clients can load.
///
/// Kept whole: comments, line endings and every certificate of a bundle. What kubectl takes and others refuse (a broken
/// certificate beside a good one) is refused. A certificate that is not of an authority is not: a self-signed one of a
/// server works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateAuthority(Data);

impl CertificateAuthority {
    /// Takes `certificate-authority-data`: base64 of PEM, with Go's rules ([`Data::from_base64`]).
    ///
    /// # Errors
    /// When it is empty, not base64, encoded twice, or the bytes are none that [`Self::from_pem`] takes. One such value
    /// in a kubeconfig makes kubectl refuse the whole file, so it has to be found before anything is written.
    pub fn from_base64(text: &str) -> Result<Self, GenerateError> {
        if text.trim().is_empty() {
            return Err(GenerateError::of(GenerateErrorKind::CertificateAuthorityMissing, MISSING));
        }
        let refused = |problem| GenerateError::of(GenerateErrorKind::CertificateAuthority, problem);
        let data = Data::from_base64(text).map_err(|error| refused(error.problem()))?;
        let twice = std::str::from_utf8(data.expose()).ok().and_then(|text| Data::from_base64(text).ok());
        if twice.is_some_and(|inner| inner.expose().starts_with(b"-----BEGIN ")) {
            return Err(refused(Problem::new("is encoded as base64 twice", "decode it once")));
        }
        Self::from_pem(data.expose())
    }

    /// Takes certificates in PEM.
    ///
    /// # Errors
    /// When there is no certificate, a broken one, or a private key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, GenerateError> {
        if pem.is_empty() {
            return Err(GenerateError::of(GenerateErrorKind::CertificateAuthorityMissing, MISSING));
        }
        let checked = if has_private_key(pem) { Err(PRIVATE_KEY) } else { check_certificates(pem) };
        checked.map_err(|problem| GenerateError::of(GenerateErrorKind::CertificateAuthority, problem))?;
        Ok(Self(Data::new(pem)))
    }

    /// The certificates, as they are written to `certificate-authority-data`.
    #[must_use]
    pub fn as_data(&self) -> &Data {
        &self.0
    }
}

const MISSING: Problem = Problem::new(
    "is empty, so that clients would trust the authorities of the system instead",
    "give the certificate authority of the cluster",
);
const PRIVATE_KEY: Problem =
    Problem::new("has a private key, which may not be handed out", "give the certificates only, and replace the key");
const BROKEN_PEM: Problem = Problem::new("has a PEM block that is broken", "give complete `CERTIFICATE` blocks");
const BROKEN_CERTIFICATE: Problem =
    Problem::new("has a `CERTIFICATE` block that is no X.509 certificate", "remove or replace that block");
const DER: Problem = Problem::new("is DER, which kubectl cannot read", "convert it to PEM");
const NO_LINES: Problem = Problem::new("is PEM whose lines were joined or indented", "keep its line breaks");
const NOT_PEM: Problem = Problem::new("has no PEM certificate", "give `-----BEGIN CERTIFICATE-----` blocks");

pub(crate) fn has_private_key(pem: &[u8]) -> bool {
    String::from_utf8_lossy(pem).lines().any(|line| line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----"))
}

/// Checks that there is a certificate and that none is broken.
pub(crate) fn check_certificates(pem: &[u8]) -> Result<(), Problem> {
    // A sequence whose length has two bytes, as every certificate is.
    if pem.starts_with(&[0x30, 0x82]) {
        return Err(DER);
    }
    let text = String::from_utf8_lossy(pem);
    if text.contains(BEGIN) && !text.lines().any(|line| line.trim_end() == BEGIN) {
        return Err(NO_LINES);
    }
    let mut is_any = false;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
        let (kind, der) = section.map_err(|_| BROKEN_PEM)?;
        if kind == SectionKind::Certificate {
            match x509_parser::parse_x509_certificate(&der) {
                Ok(([], _)) => is_any = true,
                _ => return Err(BROKEN_CERTIFICATE),
            }
        }
    }
    if is_any { Ok(()) } else { Err(NOT_PEM) }
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
