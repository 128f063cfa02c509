use kubeproof_client::{AcceptedHazards, ClusterAccess as _, ErrorKind};
use kubeproof_digitalocean::{KubeconfigType, Options};
use kubeproof_kubeconfig::{FindingCode, Kubeconfig};
use wiremock::ResponseTemplate;

use crate::support::{CLUSTER_SECRET, builder, certificate, cluster, fetch, kubeconfig, serve, token_kubeconfig};

#[tokio::test]
async fn a_kubeconfig_is_read_whatever_it_is_called() {
    let yaml = token_kubeconfig();
    let json = Kubeconfig::parse(&yaml).unwrap().to_json().to_string();
    for body in [yaml.clone(), format!("\u{feff}{}", yaml.replace('\n', "\r\n")), json, format!("---\n{yaml}")] {
        for content_type in ["application/yaml", "text/plain", "application/json", "text/html; charset=utf-8"] {
            let reply = ResponseTemplate::new(200).set_body_raw(body.clone(), content_type);
            let (result, requests) = fetch(reply).await;
            let access = result.unwrap();
            assert_eq!(access.raw(), body);
            assert_eq!(requests, 1);
            let current = access.kubeconfig.current().unwrap();
            assert_eq!(current.user.token.as_ref().unwrap().expose(), CLUSTER_SECRET);
            assert!(!format!("{access:?} {access:#?}").contains("planted"));
        }
    }
}

#[tokio::test]
async fn client_certificates_are_fine() {
    use base64::Engine as _;
    let encode = |pem: String| base64::prelude::BASE64_STANDARD.encode(pem);
    let key = rcgen::KeyPair::generate().unwrap();
    let own = encode(rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap().pem());
    let key = encode(key.serialize_pem());
    let body =
        |certificate: &str| kubeconfig(&format!("client-certificate-data: {certificate}\n    client-key-data: {key}"));
    let (result, _) = fetch(ResponseTemplate::new(200).set_body_string(body(&certificate()))).await;
    assert!(result.unwrap_err().to_string().contains("not the key of the client certificate"));
    let (result, _) = fetch(ResponseTemplate::new(200).set_body_string(body(&own))).await;
    let access = result.unwrap();
    assert!(access.kubeconfig.current().unwrap().user.client_key_data.is_some());
    assert!(!format!("{access:?}").contains(&key));
}

#[tokio::test]
async fn what_is_no_usable_kubeconfig_is_malformed() {
    let good = token_kubeconfig();
    for (body, expected) in [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("\u{feff}\n", "is empty"),
        ("\u{feff}<html>", "page of html"),
        ("\u{feff}{\"id\":\"not_found\",\"message\":\"gone\"}", "gone (status 200, code not_found)"),
        ("<html><form>log in</form></html>", "page of html"),
        ("\n  <!DOCTYPE html>", "page of html"),
        (r#"{"id":"not_found","message":"gone"}"#, "holds no cluster: gone (status 200, code not_found)"),
        (r#"{"kind":"Status","message":"gone"}"#, "gone"),
        ("{}", "holds no cluster"),
        ("[]", "not a kubeconfig"),
        ("null", "holds no cluster"),
        ("just text", "not a kubeconfig"),
        (good.split_at(good.len() / 2).0, ""),
        (&good.replace("current-context: do-nyc1-example", "current-context: other"), "not defined"),
        (&good.replace("current-context: do-nyc1-example", "x: y"), "current-context: is empty"),
        (&good.replace("    user: do-nyc1-example-admin", "    user: other"), "not defined"),
        (&good.replace("    cluster: do-nyc1-example", "    cluster: other"), "not defined"),
        (&good.replace("https://bd5f5959", "https:///bd5f5959"), "server"),
        (&good.replace("    token: planted-cluster-token", "    token: ''"), "users[0].user"),
        (&good.replace("token: planted-cluster-token", "token: 12345678"), "not a kubeconfig (line 18, column 12"),
        (&good.replace("certificate-authority-data: ", "certificate-authority-data: -"), "certificate-authority-data"),
        (&good.replace("certificate-authority-data: ", "x: "), "certificate-authority-data"),
    ] {
        let (result, requests) = fetch(ResponseTemplate::new(200).set_body_string(body)).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status(), requests), (ErrorKind::Malformed, Some(200), 1), "{body}: {error}");
        assert!(error.to_string().contains(expected), "{body}\n{error}");
    }
    let (result, _) = fetch(ResponseTemplate::new(200).set_body_bytes(b"kind: \xff")).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_cluster_of_a_provider_is_never_reached_by_plain_http() {
    let good = token_kubeconfig();
    let server = good.lines().find_map(|line| line.trim().strip_prefix("server: ")).unwrap();
    for plain in
        ["localhost:8080", "127.0.0.1:8080", "http://localhost:8080", "HTTP://[::1]:8080", "http://k8s.example"]
    {
        let (result, _) = fetch(ResponseTemplate::new(200).set_body_string(good.replace(server, plain))).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsafe, "{plain}: {error}");
        assert!(error.to_string().contains("clusters[0].cluster.server"), "{error}");
    }
    let (result, _) =
        fetch(ResponseTemplate::new(200).set_body_string(good.replace(server, "HTTPS://127.0.0.1:6443"))).await;
    assert!(result.is_ok());
}

#[tokio::test]
async fn dangerous_kubeconfigs_are_accepted_only_when_wanted() {
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: doctl, interactiveMode: Never}";
    let good = token_kubeconfig();
    for (body, code, path) in [
        (kubeconfig(exec), FindingCode::Exec, "users[0].user.exec"),
        (kubeconfig("auth-provider: {name: oidc}"), FindingCode::AuthProvider, "users[0].user.auth-provider"),
        (kubeconfig("tokenFile: /etc/hostname"), FindingCode::FileReference, "users[0].user.tokenFile"),
        (
            good.replace("certificate-authority-data:", "insecure-skip-tls-verify: true\n    x:"),
            FindingCode::InsecureSkipTlsVerify,
            "clusters[0].cluster.insecure-skip-tls-verify",
        ),
        (good.replace("https://", "http://"), FindingCode::PlainHttp, "clusters[0].cluster.server"),
        // kubectl takes an address without a scheme for plain HTTP.
        (good.replace("https://", ""), FindingCode::PlainHttp, "clusters[0].cluster.server"),
        (
            good.replace("    server:", "    proxy-url: http://proxy.example.com\n    server:"),
            FindingCode::ProxyUrl,
            "clusters[0].cluster.proxy-url",
        ),
    ] {
        let server = serve(ResponseTemplate::new(200).set_body_string(&body)).await;
        for (accepted, expected) in [
            (AcceptedHazards::none(), false),
            (AcceptedHazards::none().and(FindingCode::Impersonation), false),
            (AcceptedHazards::none().and(code), true),
        ] {
            let client = builder(&server).accept(accepted).build().unwrap();
            match client.fetch(&cluster(), &Options::default()).await {
                Ok(access) => assert!(expected, "{:?}", access.kubeconfig),
                Err(error) => {
                    assert!(!expected, "{error}");
                    assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
                    assert!(error.to_string().contains(path), "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn to_ask_for_single_sign_on_is_not_to_accept_any_program() {
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: doctl, interactiveMode: Never}";
    let server = serve(ResponseTemplate::new(200).set_body_string(kubeconfig(exec))).await;
    for (kubeconfig_type, remedy) in [(KubeconfigType::Token, false), (KubeconfigType::Sso, true)] {
        let options = Options { kubeconfig_type, ..Options::default() };
        let client = builder(&server).build().unwrap();
        let error = client.fetch(&cluster(), &options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
        assert_eq!(error.to_string().contains("ask for the type token"), remedy, "{error}");
        assert!(error.to_string().contains("accept this hazard"), "{error}");
        let client = builder(&server).accept(AcceptedHazards::none().and(FindingCode::Exec)).build().unwrap();
        assert!(client.fetch(&cluster(), &options).await.unwrap().kubeconfig.current().unwrap().user.exec.is_some());
    }
}
