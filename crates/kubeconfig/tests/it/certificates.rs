//! Certificates and keys, made when a test runs.

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

/// A key, and a certificate that it signed itself, both in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) der: Vec<u8>,
}

pub(crate) fn authority() -> Pair {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    sign(&params)
}

/// A certificate of a server, not of an authority.
pub(crate) fn leaf() -> Pair {
    sign(&CertificateParams::new(vec!["k8s.example.test".to_owned()]).unwrap())
}

fn sign(params: &CertificateParams) -> Pair {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Pair { certificate: certificate.pem(), key: key.serialize_pem(), der: certificate.der().to_vec() }
}
