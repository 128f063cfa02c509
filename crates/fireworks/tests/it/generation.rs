use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kubeproof_client::ErrorKind;
use kubeproof_fireworks::ConnectionInfo;
use kubeproof_kubeconfig::{Names, UserCredentials, hazards, incompleteness};

use crate::support::{SECRET, certificate, client};

fn info(endpoint: &str, ca_data: &str) -> ConnectionInfo {
    ConnectionInfo { endpoint: Some(endpoint.to_owned()), ca_data: Some(ca_data.to_owned()) }
}

#[test]
fn a_kubeconfig_is_complete_and_harmless() {
    let client = client("https://api.example.com");
    let ca_data = BASE64_STANDARD.encode(certificate());
    for (endpoint, name) in [
        ("https://k.example:6443", "fireworks_my-account_my-cluster"),
        ("https://k.example:6443", "no"),
        // kubectl takes an address without a scheme for plain HTTP; it is written with https.
        ("k.example:6443", "a: b # c"),
    ] {
        let user = UserCredentials::Token("planted-cluster-token".into());
        let kubeconfig = client.kubeconfig(&info(endpoint, &ca_data), &user, &Names::all(name)).unwrap();
        assert_eq!((incompleteness(&kubeconfig), hazards(&kubeconfig)), (vec![], vec![]));
        let current = kubeconfig.current().unwrap();
        assert_eq!(current.cluster.server, "https://k.example:6443");
        assert!(!current.cluster.insecure_skip_tls_verify);
        assert!(!kubeconfig.to_yaml().unwrap().contains(SECRET));
    }
}

#[test]
fn what_cannot_be_used_is_found_before_it_is_written() {
    let client = client("https://api.example.com");
    let good = BASE64_STANDARD.encode(certificate());
    let user = || UserCredentials::Token("cluster-token".into());
    let name = || Names::all("n");
    let key = BASE64_STANDARD.encode(rcgen::KeyPair::generate().unwrap().serialize_pem());
    for (info, user, names, kind) in [
        (ConnectionInfo { endpoint: None, ca_data: Some(good.clone()) }, user(), name(), ErrorKind::InvalidArgument),
        (
            ConnectionInfo { endpoint: Some("https://k".into()), ca_data: None },
            user(),
            name(),
            ErrorKind::InvalidArgument,
        ),
        (info("https://k", ""), user(), name(), ErrorKind::NotReady),
        (info("", &good), user(), name(), ErrorKind::NotReady),
        (info("http://k", &good), user(), name(), ErrorKind::Malformed),
        (info("https://u:p@k", &good), user(), name(), ErrorKind::Malformed),
        (info("https://k ", &good), user(), name(), ErrorKind::Malformed),
        (info("https://k\nx: y", &good), user(), name(), ErrorKind::Malformed),
        (info("https://k", "%%%"), user(), name(), ErrorKind::Malformed),
        (info("https://k", &certificate()), user(), name(), ErrorKind::Malformed),
        (info("https://k", "aGVsbG8="), user(), name(), ErrorKind::Malformed),
        (info("https://k", &key), user(), name(), ErrorKind::Malformed),
        (info("https://k", &good), UserCredentials::Token("".into()), name(), ErrorKind::InvalidArgument),
        (info("https://k", &good), user(), Names::all(""), ErrorKind::InvalidArgument),
        (info("https://k", &good), UserCredentials::Token(SECRET.into()), name(), ErrorKind::Unsafe),
    ] {
        let error = client.kubeconfig(&info, &user, &names).unwrap_err();
        assert_eq!(error.kind(), kind, "{info:?} {names:?}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("planted") && !shown.contains(&key), "{shown}");
    }
}

#[test]
fn connection_info_shows_no_secret() {
    let info = info("https://user:planted@k", "planted-key");
    let shown = format!("{info:?} {info:#?}");
    assert!(!shown.contains("planted"), "{shown}");
    assert!(shown.contains("endpoint") && shown.contains("ca_data"), "{shown}");
}
