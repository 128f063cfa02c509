use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use kubeproof_client::{Consumed, ErrorKind, Repeat, Transport};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::PrivateKeyDer;

use crate::support::{get, options, token};

/// A TLS server with a certificate for this host, and the PEM of its authority.
fn serve(host: &str) -> (String, String) {
    let mut authority = CertificateParams::new(vec![]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let config = Arc::new(config);
    let url = accept(move |stream| {
        let connection = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        // Ends early when the client does not trust the certificate.
        let _untrusted = stream.read(&mut [0; 4096]);
        let _untrusted = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        stream.conn.send_close_notify();
        let _untrusted = stream.flush();
    });
    (url, authority.pem())
}

/// A server of its own thread, which lives as long as the test.
fn accept(answer: impl Fn(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    url
}

#[tokio::test]
async fn a_given_authority_is_trusted_and_no_other() {
    let (url, authority) = serve("127.0.0.1");
    let (_, other) = serve("127.0.0.1");
    for (trusted, expected) in [(Some(authority), true), (Some(other), false), (None, false)] {
        let mut options = options(&Arc::default());
        if let Some(pem) = trusted {
            options = options.ca_pem(pem);
        }
        let transport = Transport::new(&url, token(), options).unwrap();
        match transport.send(&get(Repeat::OneShot)).await {
            Ok(reply) => assert!(expected && reply.body() == b"ok"),
            Err(error) => {
                assert!(!expected, "{error:?}");
                assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
                assert_eq!((error.attempts(), error.consumed()), (1, Some(Consumed::NotHere)));
            }
        }
    }
}

#[tokio::test]
async fn another_host_is_not_trusted() {
    let (url, authority) = serve("localhost");
    let transport = Transport::new(&url, token(), options(&Arc::default()).ca_pem(authority)).unwrap();
    let error = transport.send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_trusted() {
    let url = accept(|mut stream| {
        let _closed = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let transport = Transport::new(&url, token(), options(&Arc::default())).unwrap();
    let error = transport.send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn no_say_of_a_caller_turns_verification_off() {
    let (url, _) = serve("127.0.0.1");
    let options = options(&Arc::default())
        .http_client(|builder| builder.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true));
    let transport = Transport::new(&url, token(), options).unwrap();
    let error = transport.send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}
