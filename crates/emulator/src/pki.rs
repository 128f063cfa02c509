//! The certificate authority of an emulated cluster, derived from the world's seed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ED25519, SerialNumber,
};
use sha2::{Digest, Sha256};

/// A certificate authority. The same seed and name give the same key and certificate, byte for byte:
/// Ed25519 is deterministic, so that an emulation stays a pure function.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    certificate_der: Vec<u8>,
    certificate_data: String,
    seed: u64,
    name: String,
}

/// A certificate and its key.
pub struct Identity {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// The certificate, DER.
    pub certificate_der: Vec<u8>,
    /// The private key, PKCS #8 PEM.
    pub key_pem: String,
}

/// The group that may do everything in a cluster; client certificates are of it.
pub(crate) const ADMINISTRATORS: &str = "system:masters";

/// How long an authority is valid.
const AUTHORITY_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3650);

/// Authorities are valid from well before any emulator's clock.
const AUTHORITY_START: Timestamp = Timestamp::constant(1_735_689_600, 0);

impl Authority {
    /// The authority called `name` of a world with this seed.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be made: a bug of this crate.
    pub fn new(seed: u64, name: &str) -> Result<Self, rcgen::Error> {
        let key = key_pair(seed, name)?;
        let mut params = params(seed, name, AUTHORITY_START, AUTHORITY_START + AUTHORITY_LIFETIME);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let certificate = params.self_signed(&key)?;
        let certificate_pem = certificate.pem();
        Ok(Self {
            certificate_data: STANDARD.encode(&certificate_pem),
            certificate_pem,
            certificate_der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
            seed,
            name: name.to_owned(),
        })
    }

    /// The same authority as [`new`](Authority::new) makes, made once while it is in use: a key and a signature cost more
    /// than all else of an answer.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be made: a bug of this crate.
    pub(crate) fn shared(seed: u64, name: &str) -> Result<Arc<Self>, rcgen::Error> {
        static AUTHORITIES: Authorities = Authorities::new();
        AUTHORITIES.get(seed, name)
    }

    /// The authority's certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's certificate as a kubeconfig's `certificate-authority-data` holds it: base64 of PEM.
    pub(crate) fn certificate_data(&self) -> &str {
        &self.certificate_data
    }

    /// The authority's certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// Issues a client certificate for `common_name`, valid over the given time. `serial` tells issues apart.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be made: a bug of this crate.
    pub fn issue_client(
        &self,
        common_name: &str,
        serial: u64,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Identity, rcgen::Error> {
        let label = format!("{common_name}/{serial}");
        let mut params = params(self.seed, &label, not_before, not_after);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.distinguished_name.push(DnType::OrganizationName, ADMINISTRATORS);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&label, params)
    }

    /// Issues the certificate of an API server with these names and addresses. It is good whatever a client's clock shows,
    /// as long as the authority is.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be made, for a name that no certificate can hold.
    pub fn issue_server(&self, names: &[String]) -> Result<Identity, rcgen::Error> {
        const COMMON_NAME: &str = "kube-apiserver";
        let label = format!("{COMMON_NAME}/{}", names.join("/"));
        let mut params = params(self.seed, &label, AUTHORITY_START, AUTHORITY_START + AUTHORITY_LIFETIME);
        params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&label, params)
    }

    fn issue(&self, label: &str, mut params: CertificateParams) -> Result<Identity, rcgen::Error> {
        let key = key_pair(self.seed, label)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate_pem: certificate.pem(),
            certificate_der: certificate.der().to_vec(),
            key_pem: key.serialize_pem(),
        })
    }
}

/// The authorities that were asked for last. What is found here is what [`Authority::new`] would make: whether it is found
/// changes how long it takes, and nothing else.
struct Authorities(Mutex<VecDeque<Arc<Authority>>>);

impl Authorities {
    /// How many are kept: more than worlds are at work at once, and few enough to look through.
    const CAPACITY: usize = 64;

    const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    fn get(&self, seed: u64, name: &str) -> Result<Arc<Authority>, rcgen::Error> {
        // If somebody panicked here, what is in it is still right.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = made.iter().find(|authority| authority.seed == seed && authority.name == name) {
            return Ok(Arc::clone(found));
        }
        let authority = Arc::new(Authority::new(seed, name)?);
        made.truncate(Self::CAPACITY - 1);
        made.push_front(Arc::clone(&authority));
        Ok(authority)
    }
}

/// What may not be printed of a private key, in every form in which it may turn up: base64 of the PEM, as documents carry
/// it, and each line inside the PEM.
pub(crate) fn secrets_of(key_pem: &str) -> impl Iterator<Item = String> {
    let inside = key_pem.lines().filter(|line| !line.starts_with("-----")).map(str::to_owned);
    inside.chain([STANDARD.encode(key_pem)])
}

fn params(seed: u64, name: &str, not_before: Timestamp, not_after: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date(not_before);
    params.not_after = date(not_after);
    let digest = Sha256::digest(format!("serial/{seed}/{name}"));
    // A leading zero bit: serial numbers are positive.
    let mut serial: Vec<u8> = digest.iter().copied().take(16).collect();
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x01;
    }
    params.serial_number = Some(SerialNumber::from(serial));
    params
}

/// rcgen speaks `time`; whole seconds are all that a certificate holds.
fn date(at: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.as_second()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

/// An Ed25519 key derived from seed and label: RFC 8410's PKCS #8 frame around 32 bytes.
fn key_pair(seed: u64, label: &str) -> Result<KeyPair, rcgen::Error> {
    const FRAME: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let mut pkcs8 = FRAME.to_vec();
    pkcs8.extend_from_slice(&Sha256::digest(format!("key/{seed}/{label}")));
    KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_slice().into(), &PKCS_ED25519)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EPOCH;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let issue = |seed| {
            let authority = Authority::new(seed, "demo").unwrap();
            let identity = authority.issue_client("user", 1, EPOCH, EPOCH + SignedDuration::from_hours(24)).unwrap();
            (authority.certificate_pem().to_owned(), identity.certificate_pem, identity.key_pem)
        };
        assert_eq!(issue(1), issue(1));
        let (one, other) = (issue(1), issue(2));
        assert_ne!(one.0, other.0);
        assert_ne!(one.1, other.1);
        assert_ne!(one.2, other.2);
    }

    /// Clients look at their own clocks, and at whatever name they were given.
    #[test]
    fn a_server_is_trusted_for_its_names_as_long_as_its_authority() {
        use rustls::client::WebPkiServerVerifier;
        use rustls::client::danger::ServerCertVerifier as _;
        use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

        let authority = Authority::new(1, "demo").unwrap();
        let server = authority.issue_server(&["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(authority.certificate_der().to_vec())).unwrap();
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
        let is_trusted = |name: &'static str, at: &str| {
            let at: Timestamp = at.parse().unwrap();
            let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at.as_second().unsigned_abs()));
            let (certificate, name) = (server.certificate_der.clone().into(), ServerName::try_from(name).unwrap());
            verifier.verify_server_cert(&certificate, &[], &name, &[], at).is_ok()
        };
        for name in ["localhost", "127.0.0.1"] {
            assert!(is_trusted(name, "2025-01-01T00:00:00Z"));
            assert!(is_trusted(name, "2034-12-29T00:00:00Z"));
            assert!(!is_trusted(name, "2035-01-01T00:00:00Z"));
        }
        assert!(!is_trusted("::1", "2026-01-01T00:00:00Z"));
    }

    #[test]
    fn a_shared_authority_is_the_one_that_would_be_made() {
        for (seed, name) in [(1, "demo"), (1, "another"), (2, "demo"), (1, "demo")] {
            let (shared, made) = (Authority::shared(seed, name).unwrap(), Authority::new(seed, name).unwrap());
            assert_eq!(shared.certificate_pem(), made.certificate_pem());
            assert_eq!(STANDARD.decode(shared.certificate_data()).unwrap(), made.certificate_pem().as_bytes());
            let issue =
                |authority: &Authority| authority.issue_client("user", 1, EPOCH, EPOCH).unwrap().certificate_der;
            assert_eq!(issue(&shared), issue(&made), "{seed} {name}");
        }
    }

    /// RFC 5280, 4.1.2.2: positive, and at most 20 bytes.
    #[test]
    fn serial_numbers_are_positive_and_all_of_one_length() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..1000 {
            let serial = params(seed, "name", EPOCH, EPOCH).serial_number.unwrap().to_bytes();
            assert_eq!(serial.len(), 16, "{seed}");
            assert!((0x01..0x80).contains(&serial[0]), "{seed}: {serial:02x?}");
            seen.insert(serial);
        }
        assert_eq!(seen.len(), 1000);
    }

    #[test]
    fn few_authorities_are_kept_and_none_twice() {
        let authorities = Authorities::new();
        let first = authorities.get(0, "bounded").unwrap();
        assert!(Arc::ptr_eq(&first, &authorities.get(0, "bounded").unwrap()));
        assert!(!Arc::ptr_eq(&first, &authorities.get(0, "another").unwrap()));
        for seed in 1..100 {
            authorities.get(seed, "bounded").unwrap();
        }
        assert_eq!(authorities.0.lock().unwrap().len(), Authorities::CAPACITY);
        let again = authorities.get(0, "bounded").unwrap();
        assert!(!Arc::ptr_eq(&first, &again), "the oldest gave way");
        assert_eq!(first.certificate_pem(), again.certificate_pem());
    }
}
