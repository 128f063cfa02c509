use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Refused;
use super::route::accepted;
use super::status::Failure;
use crate::pki::ADMINISTRATORS;
use crate::{Reply, Request};

const API_VERSION: &str = "authentication.k8s.io/v1";
const KIND: &str = "SelfSubjectReview";

/// What begins a Kubernetes object in Protobuf (API concepts, "Kubernetes Protobuf encoding").
const PROTOBUF_MAGIC: &[u8] = b"k8s\0";

/// Tells whoever asks who that is: `kubectl auth whoami`.
pub(super) fn reply(request: &Request, user: &str, now: Timestamp) -> Result<Reply, Refused> {
    check_body(request)?;
    accepted(request, &[])?;
    let body = json!({
        "kind": KIND,
        "apiVersion": API_VERSION,
        "metadata": {"creationTimestamp": now.round(jiff::Unit::Second).unwrap_or(now).to_string()},
        "status": {"userInfo": {"username": user, "groups": [ADMINISTRATORS, "system:authenticated"]}},
    });
    let reply = Reply::answer("kubeproof.kubernetes.self-review", StatusCode::CREATED, "who asks");
    Ok(reply.with_json(&body))
}

/// A review has nothing to say but what it is.
fn check_body(request: &Request) -> Result<(), Refused> {
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or("application/json");
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_review = match essence {
        "application/json" => serde_json::from_slice::<Value>(&request.body).is_ok_and(|body| {
            body.get("kind") == Some(&KIND.into()) && body.get("apiVersion") == Some(&API_VERSION.into())
        }),
        "application/vnd.kubernetes.protobuf" => request.body.starts_with(PROTOBUF_MAGIC),
        _ => {
            return Err(Box::new(
                Failure::unsupported_media_type()
                    .by("kubeproof.kubernetes.content-type", "send the review as `application/json`"),
            ));
        }
    };
    if is_review {
        return Ok(());
    }
    Err(Box::new(Failure::bad_request(format!("the body is no {KIND}")).by(
        "kubeproof.kubernetes.body",
        format!("send `{{\"kind\": \"{KIND}\", \"apiVersion\": \"{API_VERSION}\"}}`"),
    )))
}
