use std::sync::Arc;

use kubeproof_client::reqwest::{ClientBuilder, Proxy, header, redirect};
use kubeproof_client::{BaseUrl, ErrorKind, PlainHttp, Repeat, Transport, TransportOptions};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, get, options, requests, serve, token};

/// All that a caller could say to have the credentials go astray.
fn reckless(proxy: String) -> impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync {
    move |builder| {
        builder
            .redirect(redirect::Policy::limited(10))
            .referer(true)
            .proxy(Proxy::all(&proxy).unwrap())
            .connection_verbose(true)
            .tls_danger_accept_invalid_certs(true)
            .tls_danger_accept_invalid_hostnames(true)
            .http2_prior_knowledge()
    }
}

#[tokio::test]
async fn no_say_of_a_caller_brings_credentials_elsewhere() {
    let elsewhere = serve(ResponseTemplate::new(200)).await;
    for status in [301, 302, 303, 307, 308] {
        for repeat in [Repeat::Repeatable, Repeat::AfterRefusal, Repeat::OneShot] {
            let location = format!("{}/next", elsewhere.uri());
            let server = serve(ResponseTemplate::new(status).insert_header("location", location.as_str())).await;
            let options = options(&Arc::default()).http_client(reckless(elsewhere.uri()));
            let transport = Transport::new(&server.uri(), token(), options).unwrap();
            let error = transport.send(&get(repeat)).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Unsafe, Some(status)), "{error}");
            // Neither by the redirect nor by the proxy, and over HTTP/1.1.
            assert_eq!(requests(&server).await.len(), 1);
            assert!(!format!("{transport:?} {error:?}").contains(SECRET));
        }
    }
    assert!(requests(&elsewhere).await.is_empty());
}

/// The same habit does harm where nothing is laid over it: what is tested above is no trait of reqwest.
#[tokio::test]
async fn the_same_client_alone_brings_them_there() {
    let elsewhere = serve(ResponseTemplate::new(200)).await;
    let location = format!("{}/next", elsewhere.uri());
    let server = serve(ResponseTemplate::new(307).insert_header("location", location.as_str())).await;
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let alone = ClientBuilder::new().redirect(redirect::Policy::limited(10)).no_proxy().tls_backend_preconfigured(tls);
    alone.build().unwrap().get(server.uri()).header("x-auth-token", SECRET).send().await.unwrap();
    assert_eq!(requests(&elsewhere).await[0].headers["x-auth-token"], SECRET);
}

#[tokio::test]
async fn what_does_no_harm_is_kept() {
    let server = serve(ResponseTemplate::new(200)).await;
    let address = *server.address();
    let options = options(&Arc::default()).plain_http(PlainHttp::Anywhere).http_client(move |builder| {
        let named = header::HeaderMap::from_iter([(header::VIA, header::HeaderValue::from_static("our-gateway"))]);
        builder.user_agent("our-platform/1.0").default_headers(named).resolve("api.example.test", address)
    });
    let url = format!("http://api.example.test:{}", address.port());
    let transport = Transport::new(&url, token(), options).unwrap();
    transport.send(&get(Repeat::Repeatable)).await.unwrap();
    let request = &requests(&server).await[0];
    for (name, value) in [("user-agent", "our-platform/1.0"), ("via", "our-gateway"), ("x-auth-token", SECRET)] {
        assert_eq!(request.headers[name], value);
    }
    assert_eq!(transport.base_url(), &BaseUrl::parse(&url, PlainHttp::Anywhere).unwrap());
}

#[test]
fn a_say_that_cannot_be_is_refused_before_sending() {
    let options = TransportOptions::default().http_client(|builder| builder.user_agent("planted\n"));
    let error = Transport::new("https://api.example.test", token(), options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
