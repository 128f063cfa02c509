//! What the stub Kubernetes API answers, as the types of Kubernetes' own description of its API read it.

use k8s_openapi::List;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::core::v1::{Namespace, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{APIGroup, APIGroupList, APIResourceList, APIVersions, Status};
use k8s_openapi::apimachinery::pkg::version::Info;
use kubeproof::emulator::providers::fireworks::Fireworks;
use kubeproof::emulator::{Request, Session};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Asks a cluster as its user, and has `T` read the body: nothing in it may be unknown to `T`.
#[track_caller]
fn check<T: DeserializeOwned + Serialize>(request: Request) {
    let mut session = Session::new::<Fireworks>(Default::default());
    let target = request.target();
    let request = Request { path: format!("/demo-account/demo{}", request.path), ..request };
    let request = request.with_header("authorization", "Bearer example-fireworks-user-token");
    let body: Value = serde_json::from_slice(&session.serve_api(request, None, 1).body).unwrap();
    let read: T = serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{target}: {error}: {body:#}"));
    let read = serde_json::to_value(read).unwrap();
    assert_eq!(lost(&body, &read, ""), None, "{target}");
}

/// The first value of `written` that `read` has not.
fn lost(written: &Value, read: &Value, path: &str) -> Option<String> {
    match (written, read) {
        // An empty object or list is as good as none.
        (Value::Object(fields), _) if fields.is_empty() => None,
        (Value::Array(items), _) if items.is_empty() => None,
        (Value::Object(fields), Value::Object(other)) => fields
            .iter()
            .find_map(|(name, value)| lost(value, other.get(name).unwrap_or(&Value::Null), &format!("{path}/{name}"))),
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(at, (item, other))| lost(item, other, &format!("{path}/{at}"))),
        _ => (written != read).then(|| format!("{path}: {written} became {read}")),
    }
}

fn get(target: &str) -> Request {
    Request::get(target)
}

#[test]
fn every_answer_is_what_kubernetes_describes() {
    check::<Info>(get("/version"));
    check::<APIVersions>(get("/api"));
    check::<APIGroupList>(get("/apis"));
    check::<APIGroup>(get("/apis/authentication.k8s.io"));
    check::<APIResourceList>(get("/apis/authentication.k8s.io/v1"));
    check::<APIResourceList>(get("/api/v1"));
    check::<List<Namespace>>(get("/api/v1/namespaces"));
    check::<Namespace>(get("/api/v1/namespaces/default"));
    check::<List<Service>>(get("/api/v1/services"));
    let review = Request {
        method: "POST".parse().unwrap(),
        body: br#"{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}"#.to_vec(),
        ..get("/apis/authentication.k8s.io/v1/selfsubjectreviews")
    };
    check::<SelfSubjectReview>(review);
}

#[test]
fn every_refusal_is_a_status() {
    check::<Status>(get("/lost"));
    check::<Status>(get("/api/v1/namespaces/lost"));
    check::<Status>(get("/api/v1/namespaces?watch=true"));
    check::<Status>(get("/api/v1/namespaces?labelSelector=a"));
    check::<Status>(get("/api/v1/namespaces").with_header("accept", "application/yaml"));
    check::<Status>(get("/api/v1/namespaces").with_header("impersonate-user", "somebody"));
    check::<Status>(get("/api/v1/namespaces").with_header("authorization", "Bearer first"));
}

#[test]
fn a_field_that_nobody_knows_is_noticed() {
    let known = serde_json::json!({"a": [1, {"b": "c"}], "empty": {}});
    assert_eq!(lost(&known, &serde_json::json!({"a": [1, {"b": "c", "d": 1}]}), ""), None);
    let changed = serde_json::json!({"a": [1, {"b": "d"}]});
    assert_eq!(lost(&known, &changed, "").as_deref(), Some("/a/1/b: \"c\" became \"d\""));
    assert_eq!(lost(&known, &serde_json::json!({}), "").as_deref(), Some("/a: [1,{\"b\":\"c\"}] became null"));
}
