use std::sync::Arc;

use kubeproof_client::{Credentials, ErrorKind, PlainHttp, Problem, Repeat, Request, Transport, TransportOptions};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, TARGET, alone, get, options, requests, serve, token};

fn pair() -> Credentials {
    Credentials::AccessKey { access_key: "AKplanted".into(), secret_key: SECRET.to_owned().into() }
}

#[tokio::test]
async fn credentials_go_where_they_belong() {
    for (credentials, authorization, token) in [
        (Credentials::Bearer(SECRET.to_owned().into()), Some("Bearer planted-secret"), None),
        (Credentials::Token(SECRET.to_owned().into()), None, Some(SECRET)),
    ] {
        let server = serve(ResponseTemplate::new(200)).await;
        let transport = Transport::new(&server.uri(), credentials, options(&Arc::default())).unwrap();
        transport.send(&get(Repeat::Repeatable)).await.unwrap();
        let request = &requests(&server).await[0];
        let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!((header("authorization"), header("x-auth-token")), (authorization, token));
        assert_eq!(request.method.as_str(), "GET");
        assert!(header("user-agent").unwrap().starts_with("kubeproof/"));
        assert!(request.body.is_empty());
    }
}

#[tokio::test]
async fn a_key_pair_signs_what_is_sent() {
    let server = serve(ResponseTemplate::new(200)).await;
    let transport = Transport::new(&server.uri(), pair(), options(&Arc::default())).unwrap();
    let request = get(Repeat::Repeatable)
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .header("x-project-id", "p");
    transport.send(&request).await.unwrap();
    let request = &requests(&server).await[0];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    assert_eq!(header("x-sdk-date"), "20260101T120000Z");
    assert_eq!(header("accept"), "application/json");
    let start = "SDK-HMAC-SHA256 Access=AKplanted, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=";
    let signature = header("authorization").strip_prefix(start).unwrap();
    assert_eq!(signature.len(), 64);
    // The secret itself is never sent.
    assert!(!format!("{:?}", request.headers).contains(SECRET));
}

#[tokio::test]
async fn a_post_carries_its_body_and_signs_it() {
    let server = serve(ResponseTemplate::new(200)).await;
    let transport = Transport::new(&server.uri(), pair(), options(&Arc::default())).unwrap();
    let bodies = [30, 31, 31].map(|days| serde_json::json!({"days": days}));
    for body in &bodies {
        let request = Request::post("/start", body);
        transport.send(&request).await.unwrap();
        // A body is not shown.
        assert_eq!(format!("{request:?}"), "Request { method: POST, path: \"/start\", repeat: UntilSent, .. }");
    }
    let sent = requests(&server).await;
    for (request, body) in sent.iter().zip(&bodies) {
        assert_eq!((request.method.as_str(), request.url.path()), ("POST", "/start"));
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.body, body.to_string().into_bytes());
    }
    let signed = |number: usize| sent[number].headers["authorization"].to_str().unwrap();
    assert!(signed(0).contains("SignedHeaders=content-type;host;x-sdk-date"), "{}", signed(0));
    assert_ne!(signed(0), signed(1));
    assert_eq!(signed(1), signed(2));
}

#[tokio::test]
async fn an_echo_of_the_credentials_is_not_shown() {
    for credentials in [token(), Credentials::Bearer(SECRET.to_owned().into()), pair()] {
        let server = serve(|request: &wiremock::Request| {
            let headers: Vec<String> = request
                .headers
                .iter()
                .filter(|(name, _)| ["authorization", "x-auth-token"].contains(&name.as_str()))
                .map(|(_, value)| value.to_str().unwrap().to_owned())
                .collect();
            ResponseTemplate::new(401)
                .insert_header("x-request-id", headers[0].as_str())
                .set_body_string(format!("bad {} {SECRET}", headers.join(" ")))
        })
        .await;
        let transport = Transport::new(&server.uri(), credentials, options(&Arc::default())).unwrap();
        let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
        let sent = requests(&server).await;
        let problem = Problem { code: Some(SECRET.into()), ..Problem::of_text(reply.body()) };
        let error = reply.refusal(ErrorKind::Unauthenticated, problem);
        let shown = format!("{error} {error:?} {reply:?} {transport:?}");
        assert!(shown.contains("bad "), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
        if let Some(value) = sent[0].headers.get("authorization") {
            let signature = value.to_str().unwrap().rsplit(['=', ' ']).next().unwrap();
            assert!(!shown.contains(signature), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_proxy_is_used_only_when_asked_for() {
    let proxy = serve(ResponseTemplate::new(200).set_body_string("by proxy")).await;
    let by_proxy = || options(&Arc::default()).proxy(proxy.uri());
    let error = Transport::new("http://127.0.0.1:1", token(), by_proxy()).unwrap_err();
    assert!(error.to_string().contains("show the credentials to the proxy"), "{error}");
    assert!(Transport::new("https://127.0.0.1:1", token(), by_proxy()).is_ok());

    let anywhere = by_proxy().plain_http(PlainHttp::Anywhere);
    let transport = Transport::new("http://127.0.0.1:1", token(), anywhere).unwrap();
    let reply = transport.send(&get(Repeat::Repeatable)).await.unwrap();
    assert_eq!(reply.body(), b"by proxy");

    let wrong = TransportOptions::default().proxy("http://user:planted@[::");
    assert!(!format!("{wrong:?}").contains("planted"));
    let error = Transport::new("https://127.0.0.1:1", token(), wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(!format!("{error} {error:?}").contains("planted"));
}

/// A stray variable of the environment must not divert a credential. It can be set only for another process, so the test
/// runs itself again in one.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    if let Ok(target) = std::env::var(TARGET) {
        let transport = Transport::new(&target, token(), options(&Arc::default())).unwrap();
        assert_eq!(transport.send(&get(Repeat::Repeatable)).await.unwrap().body(), b"direct");
        return;
    }
    let proxy = serve(ResponseTemplate::new(200).set_body_string("by proxy")).await;
    let target = serve(ResponseTemplate::new(200).set_body_string("direct")).await;
    let by_proxy = proxy.uri();
    let set = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let unset = ["NO_PROXY", "no_proxy", "REQUEST_METHOD"];
    let environment: Vec<_> =
        set.map(|name| (name, Some(by_proxy.as_str()))).into_iter().chain(unset.map(|name| (name, None))).collect();
    alone("wire::a_proxy_of_the_environment_is_not_used", &target.uri(), &environment).await;
    assert_eq!((requests(&target).await.len(), requests(&proxy).await.len()), (1, 0));
}

#[test]
fn what_cannot_be_safe_is_refused_before_sending() {
    for (url, credentials) in [
        ("http://example.com", token()),
        ("", token()),
        ("https://example.com", Credentials::Token(String::new().into())),
        ("https://example.com", Credentials::Bearer("planted\n".to_owned().into())),
    ] {
        let error = Transport::new(url, credentials, TransportOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidArgument, 0), "{url}");
    }
}

#[test]
fn clients_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Transport>();
    shared::<kubeproof_client::Error>();
    shared::<kubeproof_client::Reply>();
    shared::<TransportOptions>();
    shared::<kubeproof_client::Wait>();
    shared::<kubeproof_client::Batch>();
    shared::<kubeproof_client::BatchReport<String, kubeproof_client::ClusterKubeconfig>>();
}
