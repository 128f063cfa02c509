use http::Method;
use jiff::Timestamp;
use serde_json::json;

use super::media::Form;
use super::status::Failure;
use super::{Asked, Refused, discovery, found, health, namespaces, self_review, services, version};
use crate::{Reply, Request};

/// What the path and the method of an authenticated request lead to.
pub(super) fn answer(asked: &Asked<'_>, path: &[&str], user: &str, now: Timestamp) -> Result<Reply, Refused> {
    let request = asked.request;
    let reading = || reads(asked);
    match path {
        [] => reading().map(|()| found("kubeproof.kubernetes.paths", "the paths that there are", &discovery::paths())),
        ["version"] => reading().map(|()| version::reply()),
        [check @ ("healthz" | "livez" | "readyz")] => reading().map(|()| health::reply(check, request)),
        ["api"] => reading().and_then(|()| discovery::core(request)),
        ["apis"] => reading().and_then(|()| discovery::groups(request)),
        ["api", "v1"] => reading().map(|()| discovery::resources("v1")),
        ["apis", group] if discovery::has_group(group) => reading().map(|()| discovery::group(group)),
        ["apis", group, version] if discovery::has_version(group, version) => {
            reading().map(|()| discovery::resources(&format!("{group}/{version}")))
        }
        ["api", "v1", "namespaces"] => reading().and_then(|()| namespaces::list(asked, now)),
        ["api", "v1", "namespaces", name] => reading().and_then(|()| namespaces::get(asked, name, now)),
        ["api", "v1", "services"] | ["api", "v1", "namespaces", _, "services"] => {
            reading().and_then(|()| services::list(request))
        }
        ["api", "v1", "namespaces", _, "services", name] => reading().and_then(|()| Err(services::none_called(name))),
        ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"] => {
            allow(asked, &Method::POST)?;
            self_review::reply(request, user, now)
        }
        ["openapi", "v2"] => reading().and_then(|()| {
            accepted(request, &[])?;
            Ok(found("kubeproof.kubernetes.openapi", "a description without paths", &json!({
                "swagger": "2.0",
                "info": {"title": "Kubernetes", "version": version::GIT_VERSION},
                "paths": {},
            })))
        }),
        ["openapi", "v3"] => reading()
            .map(|()| found("kubeproof.kubernetes.openapi", "an index of no descriptions", &json!({"paths": {}}))),
        _ => Err(Box::new(Failure::not_found().by(
            "kubeproof.kubernetes.not-found",
            "ask for namespaces: of a cluster's API, this stub has `/version`, the health checks, the lists of resources, \
             and namespaces and services to read",
        ))),
    }
}

/// The form that a request accepts.
pub(super) fn accepted(request: &Request, others: &[Form]) -> Result<Form, Refused> {
    Form::accepted(request, others).ok_or_else(|| {
        Box::new(
            Failure::not_acceptable()
                .by("kubeproof.kubernetes.not-acceptable", "accept `application/json`: this stub writes nothing else"),
        )
    })
}

/// Refuses what does more than read once.
fn reads(asked: &Asked<'_>) -> Result<(), Refused> {
    allow(asked, &Method::GET)?;
    let watch = asked.request.query_values("watch");
    if watch.iter().any(|value| !["", "0", "false"].contains(&value.as_str())) {
        return Err(Box::new(
            Failure::method_not_allowed()
                .by("kubeproof.kubernetes.watch", "list without `watch`: nothing changes in this cluster"),
        ));
    }
    Ok(())
}

fn allow(asked: &Asked<'_>, method: &Method) -> Result<(), Refused> {
    if asked.request.method == method {
        return Ok(());
    }
    Err(Box::new(Failure::method_not_allowed().by(
        "kubeproof.kubernetes.method",
        format!("use {method}: this stub can be read and asked who you are, and nothing in it can be changed"),
    )))
}
