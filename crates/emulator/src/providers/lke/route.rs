use std::borrow::Cow;

use http::Method;

use super::dialect::{Problem, Refusal};
use crate::{Request, decoded};

/// The id of the cluster that a request asks the kubeconfig of.
pub(super) fn route(request: &Request) -> Result<Cow<'_, str>, Refusal> {
    let mut segments = request.segments().map(decoded);
    let mut next = || segments.next().flatten();
    let is_version = next().is_some_and(|version| version == "v4" || version == "v4beta");
    let is_below = ["lke", "clusters"].into_iter().all(|name| next().is_some_and(|segment| segment == name));
    let id = next();
    let is_asked_for = next().is_some_and(|segment| segment == "kubeconfig");
    let Some(id) = id.filter(|_| is_version && is_below && is_asked_for && segments.next().is_none()) else {
        let remedy = "ask for `/v4/lke/clusters/{clusterId}/kubeconfig`: nothing else is emulated";
        return Err(Problem::NotFound.by("lke.request.other-route", remedy));
    };
    if request.method == Method::DELETE {
        let remedy = "use GET: a DELETE would take the kubeconfig back from all who have it, and is not emulated";
        return Err(Problem::MethodNotAllowed.by("lke.request.delete", remedy));
    }
    if request.method != Method::GET {
        let remedy = "use GET: the path exists, but not with this method";
        return Err(Problem::MethodNotAllowed.by("lke.request.method", remedy));
    }
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let remedy = "send a cluster id of digits, such as 1001; no other is one";
        return Err(Problem::NotFound.by("lke.request.cluster-id", remedy));
    }
    Ok(id)
}
