use kubeproof_client::{AcceptedHazards, ClusterAccess as _, ErrorKind};
use kubeproof_kubeconfig::FindingCode;
use kubeproof_lke::Options;
use wiremock::ResponseTemplate;

use crate::support::{CLUSTER_SECRET, builder, cluster, encode, fetch, holding, kubeconfig, serve, token_kubeconfig};

#[tokio::test]
async fn what_is_encoded_arrives_to_the_letter() {
    let yaml = token_kubeconfig();
    let base64 = encode(&yaml);
    let (first, rest) = base64.split_at(76);
    for body in [
        format!(r#"{{"kubeconfig": "{base64}"}}"#),
        format!(r#"{{"kubeconfig": "{first}\n{rest}\n"}}"#),
        format!(r#"{{"kubeconfig": "{first}\r\n {rest}"}}"#),
        format!("\u{feff}{{\n  \"x\": [1], \"kubeconfig\": \"{base64}\"}}\n"),
    ] {
        for content_type in ["application/json", "application/json; charset=utf-8", "text/plain"] {
            let (result, requests) = fetch(ResponseTemplate::new(200).set_body_raw(body.clone(), content_type)).await;
            let access = result.unwrap();
            assert_eq!((access.raw(), requests), (yaml.as_str(), 1));
            assert_eq!(access.kubeconfig.current().unwrap().user.token.as_ref().unwrap().expose(), CLUSTER_SECRET);
            assert!(!format!("{access:?} {access:#?}").contains("planted"));
        }
    }
}

#[tokio::test]
async fn what_holds_no_kubeconfig_is_malformed() {
    let good = token_kubeconfig();
    let base64 = encode(&good);
    for (body, expected) in [
        (String::new(), "is empty"),
        (" \n".to_owned(), "is empty"),
        ("<html>log in</html>".to_owned(), "page of html"),
        ("down for maintenance".to_owned(), "not json"),
        ("[]".to_owned(), "not a json object"),
        ("null".to_owned(), "not a json object"),
        (r#"["x"]"#.to_owned(), "not a json object"),
        ("{}".to_owned(), "has no kubeconfig"),
        (r#"{"kubeconfig": null}"#.to_owned(), "has no kubeconfig"),
        (r#"{"errors": [{"reason": "Not found"}]}"#.to_owned(), "has no kubeconfig: Not found"),
        (r#"{"kubeconfig": 7}"#.to_owned(), "is not a text"),
        (r#"{"kubeconfig": ["planted"]}"#.to_owned(), "is not a text"),
        (r#"{"kubeconfig": ""}"#.to_owned(), "kubeconfig of the answer is empty"),
        (r#"{"kubeconfig": " \n"}"#.to_owned(), "kubeconfig of the answer is empty"),
        (r#"{"kubeconfig": "planted secret!"}"#.to_owned(), "is not base64"),
        (format!(r#"{{"kubeconfig": "{base64}"#), "not json"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, base64.replace('/', "_").replace('L', "-")), "is not base64"),
        (r#"{"kubeconfig": "YQ"}"#.to_owned(), "is not base64"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode(&base64)), "encoded twice"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode("<html>log in</html>")), "page of html"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode(b"kind: \xff")), "not utf-8"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode("\n \n")), "is empty"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode("{}")), "holds no cluster"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode("- planted")), "not a kubeconfig"),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode(good.split_at(good.len() / 2).0)), ""),
        (format!(r#"{{"kubeconfig": "{}"}}"#, encode(good.replace("user: lke12345-admin", "user: x"))), "not defined"),
        (
            format!(r#"{{"kubeconfig": "{}"}}"#, encode(good.replace("certificate-authority-data: ", "x: "))),
            "authority",
        ),
    ] {
        let (result, requests) = fetch(ResponseTemplate::new(200).set_body_string(&body)).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status(), requests), (ErrorKind::Malformed, Some(200), 1), "{body}: {error}");
        assert!(error.to_string().contains(expected), "{body}\n{error}");
    }
}

#[tokio::test]
async fn the_kubeconfig_of_another_cluster_is_not_handed_on() {
    for (name, is_another) in
        [("lke54321", true), ("lke1", true), ("lke012345", true), ("lke", false), ("lke-x", false), ("mine", false)]
    {
        let (result, _) = fetch(holding(&encode(token_kubeconfig().replace("lke12345", name)))).await;
        match result {
            Ok(access) => assert!(!is_another, "{:?}", access.kubeconfig),
            Err(error) => {
                assert!(is_another, "{error}");
                assert_eq!(error.kind(), ErrorKind::Unsafe);
                assert!(error.to_string().contains("of another cluster than was asked for"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn dangerous_kubeconfigs_are_accepted_only_when_wanted() {
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Never}";
    let good = token_kubeconfig();
    for (yaml, code, path) in [
        (kubeconfig(exec), FindingCode::Exec, "users[0].user.exec"),
        (kubeconfig("tokenFile: /etc/hostname"), FindingCode::FileReference, "users[0].user.tokenFile"),
        (good.replace("https://", "http://"), FindingCode::PlainHttp, "clusters[0].cluster.server"),
        (
            good.replace("    server:", "    proxy-url: http://proxy.example.com\n    server:"),
            FindingCode::ProxyUrl,
            "clusters[0].cluster.proxy-url",
        ),
    ] {
        let server = serve(holding(&encode(&yaml))).await;
        for (accepted, expected) in [(AcceptedHazards::none(), false), (AcceptedHazards::none().and(code), true)] {
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
