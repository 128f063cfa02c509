use http::Method;
use percent_encoding::percent_decode_str;

use super::dialect::{Body, Code, Refusal};
use crate::Request;

/// What a request is about, by the rules of grpc-gateway in its default mode: the path is decoded first, then split at
/// its slashes, and the last part at its last colon. Nothing is cleaned up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) operation: Operation,
    /// As sent: still to be checked by the service.
    pub(super) account_id: String,
    /// As sent: still to be checked by the service.
    pub(super) cluster_id: String,
}

/// The operation that a request reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    GetConnectionInfo,
    /// The cluster resource: where a GET with any other verb ends up.
    GetCluster,
    /// Where a DELETE ends up, whatever its verb.
    DeleteCluster,
}

const VERB: &str = ":getConnectionInfo";

/// Finds the operation of a request.
pub(super) fn route(request: &Request) -> Result<Route, Refusal> {
    if bad_escape(&request.path).is_some() {
        return Err(Refusal {
            clause: "fireworks.request.escapes",
            explanation: "write `%` in a path as `%25`, or put two hexadecimal digits after it".to_owned(),
            body: Body::PlainBadRequest,
        });
    }
    // Bytes that are no UTF-8 become a character that no id may have.
    let path = percent_decode_str(&request.path).decode_utf8_lossy().into_owned();
    let Some((account_id, cluster)) = resource(&path) else {
        return Err(Code::NotFound.by(
            "fireworks.request.exact-path",
            "Not Found",
            "ask for exactly `/v1/accounts/{account_id}/clusters/{cluster_id}:getConnectionInfo`: \
             no trailing or doubled slash, no dot segment, no slash inside an id, an id before the verb",
        ));
    };
    let (operation, cluster_id) = if request.method == Method::GET {
        match cluster.strip_suffix(VERB) {
            Some(id) => (Operation::GetConnectionInfo, id),
            None => (Operation::GetCluster, cluster),
        }
    } else if request.method == Method::DELETE {
        (Operation::DeleteCluster, cluster)
    } else {
        return Err(Code::Unimplemented.by(
            "fireworks.request.method",
            "Method Not Allowed",
            "use GET: no operation on this path has the method sent",
        ));
    };
    Ok(Route { operation, account_id: account_id.to_owned(), cluster_id: cluster_id.to_owned() })
}

/// Account and last segment of a decoded path, if it is a cluster's.
fn resource(path: &str) -> Option<(&str, &str)> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match segments.as_slice() {
        ["v1", "accounts", account_id, "clusters", cluster]
            if !cluster.is_empty() && *cluster != VERB && !is_dots(account_id) && !is_dots(cluster) =>
        {
            Some((account_id, cluster))
        }
        _ => None,
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// The first escape that is not `%` and two hexadecimal digits, as Go quotes it.
pub(super) fn bad_escape(text: &str) -> Option<String> {
    text.match_indices('%').find_map(|(at, _)| {
        let escape: String = text.get(at..)?.chars().take(3).collect();
        let digits = escape.bytes().skip(1).filter(u8::is_ascii_hexdigit).count();
        (digits != 2).then_some(escape)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, path: &str, expected: Result<(Operation, &str, &str), &str>) {
        let request = Request::get(path).with_method(method.parse().unwrap());
        match (route(&request), expected) {
            (Ok(route), Ok((operation, account_id, cluster_id))) => {
                assert_eq!(route.operation, operation, "{method} {path}");
                assert_eq!((route.account_id.as_str(), route.cluster_id.as_str()), (account_id, cluster_id));
            }
            (Err(refusal), Err(clause)) => assert_eq!(refusal.clause, clause, "{method} {path}"),
            (got, expected) => panic!("{method} {path}: {got:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_verb_is_split_off_after_decoding() {
        use Operation::{DeleteCluster, GetCluster, GetConnectionInfo};
        check("GET", "/v1/accounts/a/clusters/c:getConnectionInfo", Ok((GetConnectionInfo, "a", "c")));
        check("GET", "/v1/accounts/a/clusters/c%3AgetConnectionInfo", Ok((GetConnectionInfo, "a", "c")));
        check("GET", "/v1/accounts/a/clusters/c%3agetConnectionInfo", Ok((GetConnectionInfo, "a", "c")));
        check("GET", "/v1/accounts/a/clusters/c:get%43onnectionInfo", Ok((GetConnectionInfo, "a", "c")));
        check("GET", "/v1/accounts/a/clusters/c:x:getConnectionInfo", Ok((GetConnectionInfo, "a", "c:x")));
        check("GET", "/v1/accounts/a/clusters/c%20d:getConnectionInfo", Ok((GetConnectionInfo, "a", "c d")));
        check("GET", "/v1/accounts/a/clusters/c%25d:getConnectionInfo", Ok((GetConnectionInfo, "a", "c%d")));
        check("GET", "/v1/accounts/a/clusters/%C3%A9:getConnectionInfo", Ok((GetConnectionInfo, "a", "é")));
        check("GET", "/v1/accounts/a/clusters/%FF:getConnectionInfo", Ok((GetConnectionInfo, "a", "\u{fffd}")));
        check("GET", "/v1/accounts//clusters/c:getConnectionInfo", Ok((GetConnectionInfo, "", "c")));
        check("GET", "/v1/accounts/a/clusters/c:getconnectioninfo", Ok((GetCluster, "a", "c:getconnectioninfo")));
        check("GET", "/v1/accounts/a/clusters/c:getConnectionInfo2", Ok((GetCluster, "a", "c:getConnectionInfo2")));
        check("GET", "/v1/accounts/a/clusters/c:bogus", Ok((GetCluster, "a", "c:bogus")));
        check("GET", "/v1/accounts/a/clusters/c", Ok((GetCluster, "a", "c")));
        check("DELETE", "/v1/accounts/a/clusters/c:getConnectionInfo", Ok((DeleteCluster, "a", "c:getConnectionInfo")));
    }

    #[test]
    fn no_path_is_cleaned_up() {
        for path in [
            "/v1/accounts/a/clusters/c:getConnectionInfo/",
            "/v1/accounts/a/clusters/c/:getConnectionInfo",
            "/v1/accounts/a/clusters/:getConnectionInfo",
            "/v1/accounts/a/clusters:getConnectionInfo",
            "/v1/accounts/a/clusters/",
            "//v1/accounts/a/clusters/c:getConnectionInfo",
            "/v1//accounts/a/clusters/c:getConnectionInfo",
            "/v1/accounts/../clusters/c:getConnectionInfo",
            "/v1/accounts/a/b/../clusters/c:getConnectionInfo",
            "/v1/accounts/a/clusters/..",
            "/v1/accounts/a%2Fb/clusters/c:getConnectionInfo",
            "/v1/accounts/a/clusters/c%2Fd:getConnectionInfo",
            "/V1/accounts/a/clusters/c:getConnectionInfo",
            "/v1/accounts/a/Clusters/c:getConnectionInfo",
            "/",
            "",
            "*",
        ] {
            check("GET", path, Err("fireworks.request.exact-path"));
            check("POST", path, Err("fireworks.request.exact-path"));
        }
    }

    #[test]
    fn other_methods_are_not_implemented() {
        for method in ["POST", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "FOO"] {
            check(method, "/v1/accounts/a/clusters/c:getConnectionInfo", Err("fireworks.request.method"));
        }
    }

    #[test]
    fn a_bad_escape_is_found_before_any_route() {
        check("GET", "/v1/accounts/a/clusters/c%zz:getConnectionInfo", Err("fireworks.request.escapes"));
        check("POST", "/%", Err("fireworks.request.escapes"));
        assert_eq!(bad_escape("a%20b%zzc").as_deref(), Some("%zz"));
        assert_eq!(bad_escape("a%4").as_deref(), Some("%4"));
        assert_eq!(bad_escape("%é").as_deref(), Some("%é"));
        assert_eq!(bad_escape("%25zz"), None);
    }
}
