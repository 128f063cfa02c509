use std::fmt;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::kubeconfig::Material;
use super::{Cluster, World};
use crate::pki::Authority;

/// How long a client certificate is good (`cce.certificate.lifetime`).
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A client certificate that was handed out. Its `Debug` leaves the key out.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The SHA-256 of the certificate's DER.
    pub fingerprint: [u8; 32],
    /// When it becomes valid.
    pub not_before: Timestamp,
    /// From when on it is refused.
    pub not_after: Timestamp,
    /// The key, PEM.
    key_pem: String,
}

impl Issued {
    /// Whether `der` is this certificate.
    pub(super) fn is_of(&self, der: &[u8]) -> bool {
        self.fingerprint == <[u8; 32]>::from(Sha256::digest(der))
    }

    /// The key in the forms in which it may turn up: as `client-key-data`, and the line inside the PEM.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        let inside = self.key_pem.lines().filter(|line| !line.starts_with("-----")).map(str::to_owned);
        inside.chain([super::kubeconfig::data(&self.key_pem)])
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Makes a client certificate for the user of `cluster` that differs from every one made before.
pub(super) fn issue(
    authority: &Authority,
    world: &World,
    cluster: &Cluster,
    now: Timestamp,
) -> Result<(Material, Issued), rcgen::Error> {
    let not_after = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let serial = u64::try_from(world.issued.len()).unwrap_or(u64::MAX).saturating_add(1);
    let identity = authority.issue_client(&format!("user of {}", cluster.id), serial, now, not_after)?;
    let issued = Issued {
        fingerprint: Sha256::digest(&identity.certificate_der).into(),
        not_before: now,
        not_after,
        key_pem: identity.key_pem.clone(),
    };
    Ok((Material::new(authority.certificate_pem(), &identity), issued))
}
