//! From when and until when certificates and tokens are valid.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::finding::FindingCode;
use crate::moment::{in_words, rfc3339};

/// What ends within this is said to end soon, when it lasts for long.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// When something is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    from: Option<SystemTime>,
    to: SystemTime,
}

impl Lifetime {
    /// Of a client certificate: the first of the chain.
    pub(super) fn of_client_certificate(pem: &[u8]) -> Option<Self> {
        Self::of_der(&CertificateDer::from_pem_slice(pem).ok()?)
    }

    /// Of a certificate authority: as long as the one of its certificates that lasts longest, since a bundle may hold
    /// the old one and the new one.
    pub(super) fn of_authority(pem: &[u8]) -> Option<Self> {
        let certificates = CertificateDer::pem_slice_iter(pem);
        certificates.filter_map(|der| Self::of_der(&der.ok()?)).max_by_key(|lifetime| lifetime.to)
    }

    fn of_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        let from = moment(validity.not_before.timestamp());
        Some(Self { from, to: moment(validity.not_after.timestamp())? })
    }

    /// Of a token, when it is a JWT with an end. Its signature is not looked at.
    pub(super) fn of_token(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let claim = |name: &str| {
            let number = claims.get(name)?;
            #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second, and a cast that saturates")]
            let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))?;
            moment(seconds)
        };
        Some(Self { from: claim("nbf").or_else(|| claim("iat")), to: claim("exp")? })
    }

    /// What is wrong with it at this moment: a code and a fragment.
    pub(super) fn judge(self, now: SystemTime) -> Option<(FindingCode, String)> {
        let Self { from, to } = self;
        let at = rfc3339(to);
        let Ok(left) = to.duration_since(now) else {
            let ago = now.duration_since(to).map(in_words).unwrap_or_default();
            return Some((FindingCode::Expired, format!("expired {ago} ago, at {at}")));
        };
        if let Some(from) = from
            && let Ok(early) = from.duration_since(now)
            && !early.is_zero()
        {
            let message = format!("is valid only in {}, from {} on", in_words(early), rfc3339(from));
            return Some((FindingCode::NotYetValid, message));
        }
        // A token for an hour is not about to end all the time.
        let whole = from.and_then(|from| to.duration_since(from).ok()).unwrap_or(Duration::MAX);
        (left < SOON.min(whole / 3))
            .then(|| (FindingCode::ExpiresSoon, format!("expires in {}, at {at}", in_words(left))))
    }
}

fn moment(seconds: i64) -> Option<SystemTime> {
    let span = Duration::from_secs(seconds.unsigned_abs());
    if seconds.is_negative() {
        SystemTime::UNIX_EPOCH.checked_sub(span)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(span)
    }
}
