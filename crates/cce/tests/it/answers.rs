use kubeproof_cce::{Options, Validity};
use kubeproof_client::{AcceptedHazards, ClusterAccess as _, ErrorKind};
use kubeproof_kubeconfig::{FindingCode, Kubeconfig, hazards};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{builder, cluster, fetch, kubeconfig, serve, token};

fn context(name: &str) -> Options {
    Options { context: Some(name.to_owned()), ..Options::default() }
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// The response example of both versions of the document.
fn documented_example() -> Value {
    json!({
        "kind": "Config", "apiVersion": "v1", "preferences": {},
        "clusters": [{"name": "internalCluster",
                      "cluster": {"server": "https://192.168.1.7:5443", "certificate-authority-data": ""}}],
        "users": [{"name": "user", "user": {"client-certificate-data": "", "client-key-data": ""}}],
        "contexts": [{"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}}],
        "current-context": "internal",
    })
}

#[tokio::test]
async fn the_current_context_decides_and_not_the_order() {
    for (options, current, server) in [
        (Options::default(), "internal", "https://192.168.1.7:5443"),
        (Options::default(), "externalTLSVerify", "https://192.0.2.7:5443"),
        (context("internal"), "external", "https://192.168.1.7:5443"),
        (context("externalTLSVerify"), "external", "https://192.0.2.7:5443"),
    ] {
        let body = kubeconfig(current);
        let (result, _) = fetch(ok(&body), &options).await;
        let access = result.unwrap();
        let used = access.kubeconfig.current().unwrap();
        assert_eq!(used.cluster.server, server, "{options:?} {current}");
        assert_eq!(access.kubeconfig.clusters.len(), 3);
        assert_eq!(serde_json::from_str::<Value>(access.raw()).unwrap(), body);
        assert!(!format!("{access:?}").contains("LS0tLS1"));
    }
}

#[tokio::test]
async fn what_is_empty_is_absent() {
    let (result, _) = fetch(ok(&documented_example()), &Options::default()).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    for part in ["clusters[0].cluster.certificate-authority-data", "users[0].user"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    // One that is not in use may be empty.
    let mut body = kubeconfig("internal");
    body["clusters"][1]["cluster"]["certificate-authority-data"] = json!("");
    assert!(fetch(ok(&body), &Options::default()).await.0.is_ok());
    assert_eq!(fetch(ok(&body), &context("externalTLSVerify")).await.0.unwrap_err().kind(), ErrorKind::Malformed);
}

/// One rule, whether the certificate was asked for with GET or with POST.
#[tokio::test]
async fn a_server_that_is_not_verified_is_used_only_when_wanted() {
    for validity in [None, Some(Validity::Longest)] {
        let options = Options { context: None, validity };
        // Another context leads to the same server and verifies it.
        let (result, _) = fetch(ok(&kubeconfig("external")), &options).await;
        let access = result.unwrap();
        assert_eq!(access.kubeconfig.current_context, "externalTLSVerify");
        assert_eq!(access.kubeconfig.contexts.len(), 3);
        // The caller's own word counts, though.
        let named = Options { context: Some("external".to_owned()), validity };
        let error = fetch(ok(&kubeconfig("external")), &named).await.0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
        assert!(error.to_string().contains("externalTLSVerify"), "{error}");

        // None that verifies it does so there, for that user, with an authority, and without saying that it does not.
        let cluster = "/clusters/1/cluster";
        for (pointer, value) in [
            (format!("{cluster}/server"), json!("https://192.0.2.8:5443")),
            (format!("{cluster}/certificate-authority-data"), json!("")),
            (cluster.to_owned(), json!({"server": "https://192.0.2.7:5443", "insecure-skip-tls-verify": true})),
            (cluster.to_owned(), json!({"server": "https://192.0.2.7:5443"})),
            ("/contexts/1/context/user".to_owned(), json!("somebody")),
            ("/contexts/1/context/cluster".to_owned(), json!("internalCluster")),
        ] {
            let mut body = kubeconfig("external");
            *body.pointer_mut(&pointer).unwrap() = value;
            let another = json!({"name": "somebody", "user": body["users"][0]["user"]});
            body["users"].as_array_mut().unwrap().push(another);
            let error = fetch(ok(&body), &options).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsafe, "{pointer}: {error}");
        }
    }

    // Another context does not help against another hazard.
    let mut body = kubeconfig("internal");
    body["users"][0]["user"]["exec"] =
        json!({"apiVersion": "client.authentication.k8s.io/v1", "command": "x", "interactiveMode": "Never"});
    let error = fetch(ok(&body), &Options::default()).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
    assert!(!error.to_string().contains("externalTLSVerify"), "{error}");
    let hazards = hazards(&Kubeconfig::parse(&body.to_string()).unwrap());
    let exec = hazards.iter().find(|hazard| hazard.code == FindingCode::Exec).unwrap();
    assert!(error.to_string().contains(&*exec.remedy), "{error}");

    // Whoever accepts it gets what the provider chose.
    let server = serve(ok(&kubeconfig("external"))).await;
    let accepted = AcceptedHazards::none().and(FindingCode::InsecureSkipTlsVerify);
    let client = builder(&server, token()).accept(accepted).build().unwrap();
    let access = client.fetch(&cluster(), &Options::default()).await.unwrap();
    assert!(access.kubeconfig.current().unwrap().cluster.insecure_skip_tls_verify);
}

#[tokio::test]
async fn both_an_authority_and_no_verification_contradict() {
    let mut body = kubeconfig("internal");
    body["clusters"][2]["cluster"]["insecure-skip-tls-verify"] = json!(true);
    let server = serve(ok(&body)).await;
    for accepted in [AcceptedHazards::none(), AcceptedHazards::none().and(FindingCode::InsecureSkipTlsVerify)] {
        let client = builder(&server, token()).accept(accepted).build().unwrap();
        let error = client.fetch(&cluster(), &Options::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    }
    // "false" says nothing.
    body["clusters"][2]["cluster"]["insecure-skip-tls-verify"] = json!(false);
    assert!(fetch(ok(&body), &Options::default()).await.0.is_ok());
}

#[tokio::test]
async fn a_context_that_is_not_there() {
    let (result, _) = fetch(ok(&kubeconfig("internal")), &context("extern")).await;
    let error = result.unwrap_err();
    // Not `invalid-argument`, which would say that nothing was sent.
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(200)), "{error}");
    let text = error.to_string();
    assert!(text.contains("external, externalTLSVerify, internal") && text.contains("was received"), "{text}");
}

#[tokio::test]
async fn what_is_no_usable_kubeconfig_is_malformed() {
    let good = kubeconfig("internal");
    let with = |path: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(path).unwrap() = value;
        body.to_string()
    };
    for (body, expected) in [
        (String::new(), "is empty"),
        ("<html>".to_owned(), "page of html"),
        (good.to_string().split_at(900).0.to_owned(), "not a kubeconfig"),
        (
            r#"{"errorCode":"CCE.01404001","errorMessage":"Resource not found."}"#.to_owned(),
            "Resource not found. (status 200, code CCE.01404001)",
        ),
        (r#"{"kind":"Status","reason":"NotFound","message":"gone"}"#.to_owned(), "gone (status 200, code NotFound)"),
        (with("/clusters", json!("x")), "not a kubeconfig"),
        (with("/kind", json!("List")), "not a kubeconfig"),
        (with("/current-context", json!("other")), "not defined"),
        (with("/current-context", json!("")), "current-context: is empty"),
        (with("/contexts/2/context/cluster", json!("other")), "contexts[2].context.cluster"),
        (with("/contexts/2/context/user", json!("other")), "contexts[2].context.user"),
        (with("/clusters/2/name", json!("externalCluster")), "clusters"),
        (with("/clusters/2/cluster/certificate-authority-data", json!("bm8gcGVt")), "certificate-authority-data"),
        (with("/clusters/2/cluster/certificate-authority-data", json!("%%")), ""),
        (with("/users/0/user/client-key-data", json!("")), "users[0].user"),
        (with("/users/0/user/client-certificate-data", json!("")), "users[0].user"),
        (with("/users/0/user", json!({})), "users[0].user"),
    ] {
        let (result, requests) = fetch(ResponseTemplate::new(200).set_body_string(&body), &Options::default()).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status(), requests), (ErrorKind::Malformed, Some(200), 1), "{body}: {error}");
        assert!(error.to_string().contains(expected), "{body}\n{error}");
    }
    // Unknown fields and another name of the user do no harm.
    let mut body = good.clone();
    body["extra"] = json!({"a": [1]});
    body["preferences"] = Value::Null;
    body["users"][0]["name"] = json!("somebody");
    body["contexts"][2]["context"]["user"] = json!("somebody");
    assert!(fetch(ok(&body), &Options::default()).await.0.is_ok());
}
