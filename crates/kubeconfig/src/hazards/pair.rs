//! Whether a certificate and a key belong together.

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::asn1_rs::{Any, BitString, FromDer, Integer, OctetString, Oid, Sequence};
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Whether the first certificate is of this key; `None` when one of them cannot be read, or is of a kind that is not
/// known here.
pub(crate) fn belong_together(certificate_pem: &[u8], key_pem: &[u8]) -> Option<bool> {
    let certificate = CertificateDer::from_pem_slice(certificate_pem).ok()?;
    let key = PrivateKeyDer::from_pem_slice(key_pem).ok()?;
    Some(Public::of_certificate(&certificate)? == Public::of_key(&key)?)
}

/// Whether a private key has the form of its kind, and not only the frame of PEM around anything.
pub(crate) fn has_form(key: &PrivateKeyDer<'_>) -> bool {
    let fields = |der| Sequence::from_der(der).ok().map(|(_, fields)| fields.content);
    let form = || match key {
        PrivateKeyDer::Pkcs1(key) => rsa(key.secret_pkcs1_der()).map(|_| ()),
        PrivateKeyDer::Sec1(key) => {
            let fields = fields(key.secret_sec1_der())?;
            let (rest, _version) = Integer::from_der(&fields).ok()?;
            OctetString::from_der(rest).ok().map(|_| ())
        }
        PrivateKeyDer::Pkcs8(key) => {
            let fields = fields(key.secret_pkcs8_der())?;
            let (rest, _version) = Integer::from_der(&fields).ok()?;
            let (rest, _algorithm) = Sequence::from_der(rest).ok()?;
            OctetString::from_der(rest).ok().map(|_| ())
        }
        _ => None,
    };
    form().is_some()
}

/// What tells one public key from another.
#[derive(PartialEq)]
enum Public {
    /// The modulus, as DER writes it.
    Rsa(Vec<u8>),
    /// The point, as SEC 1 writes it.
    Ec(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Public {
    /// Looks at nothing but the key: whether the certificate is one is for others to say.
    fn of_certificate(der: &[u8]) -> Option<Self> {
        let (_, certificate) = Sequence::from_der(der).ok()?;
        let (_, signed) = Sequence::from_der(&certificate.content).ok()?;
        let mut rest: &[u8] = &signed.content;
        // RFC 5280, 4.1: \[0\] version, serial number, algorithm, issuer, validity, subject, key.
        if let Ok((after, version)) = Any::from_der(rest)
            && version.header.raw_tag() == Some(&[0xa0])
        {
            rest = after;
        }
        for _ in 0..5 {
            rest = Any::from_der(rest).ok()?.0;
        }
        let (_, info) = SubjectPublicKeyInfo::from_der(rest).ok()?;
        if info.algorithm.algorithm == OID_SIG_ED25519 {
            return Some(Self::Ed25519(info.subject_public_key.data.to_vec()));
        }
        match info.parsed().ok()? {
            PublicKey::RSA(rsa) => Some(Self::Rsa(rsa.modulus.to_vec())),
            PublicKey::EC(point) => Some(Self::Ec(point.data().to_vec())),
            _ => None,
        }
    }

    fn of_key(key: &PrivateKeyDer<'_>) -> Option<Self> {
        match key {
            PrivateKeyDer::Pkcs1(key) => rsa(key.secret_pkcs1_der()),
            PrivateKeyDer::Sec1(key) => ec(key.secret_sec1_der()),
            PrivateKeyDer::Pkcs8(key) => {
                let whole = key.secret_pkcs8_der();
                let (_, fields) = Sequence::from_der(whole).ok()?;
                let (rest, _version) = Integer::from_der(&fields.content).ok()?;
                let (rest, algorithm) = Sequence::from_der(rest).ok()?;
                let (_, oid) = Oid::from_der(&algorithm.content).ok()?;
                let (_, inner) = OctetString::from_der(rest).ok()?;
                if oid == OID_PKCS1_RSAENCRYPTION {
                    rsa(inner.as_ref())
                } else if oid == OID_KEY_TYPE_EC_PUBLIC_KEY {
                    ec(inner.as_ref())
                } else if oid == OID_SIG_ED25519 {
                    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(whole).ok()?;
                    Some(Self::Ed25519(pair.public_key().as_ref().to_vec()))
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

/// The modulus of an `RSAPrivateKey` (RFC 8017): version, modulus, …
fn rsa(der: &[u8]) -> Option<Public> {
    let (_, fields) = Sequence::from_der(der).ok()?;
    let (rest, _version) = Integer::from_der(&fields.content).ok()?;
    let (_, modulus) = Integer::from_der(rest).ok()?;
    Some(Public::Rsa(modulus.as_ref().to_vec()))
}

/// The point of an `ECPrivateKey` (RFC 5915): version, key, \[0\] curve, \[1\] point. Every known program writes the point.
fn ec(der: &[u8]) -> Option<Public> {
    let (_, fields) = Sequence::from_der(der).ok()?;
    let (rest, _version) = Integer::from_der(&fields.content).ok()?;
    let (mut rest, _key) = OctetString::from_der(rest).ok()?;
    while !rest.is_empty() {
        let (after, field) = Any::from_der(rest).ok()?;
        if field.header.raw_tag() == Some(&[0xa1]) {
            let (_, point) = BitString::from_der(field.data).ok()?;
            return Some(Public::Ec(point.data.to_vec()));
        }
        rest = after;
    }
    None
}
