use kubeproof_client::ErrorKind::{
    self, Forbidden, Malformed, NotFound, NotReady, RateLimited, Rejected, Unauthenticated, Unavailable,
};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, fetch};

struct Row<'a> {
    status: u16,
    header: Option<&'a str>,
    body: &'a str,
    kind: ErrorKind,
    code: Option<&'a str>,
    message: Option<&'a str>,
    request_id: Option<&'a str>,
    requests: usize,
}

const ROW: Row<'_> = Row {
    status: 404,
    header: None,
    body: "",
    kind: NotFound,
    code: None,
    message: None,
    request_id: None,
    requests: 1,
};

/// The bodies are quoted from the examples of the provider's OpenAPI document, as far as they are like those.
#[tokio::test]
async fn every_refusal_is_an_error() {
    let echo = format!(r#"{{"id":"unauthorized","message":"no such token {SECRET}"}}"#);
    for row in [
        Row {
            status: 401,
            body: r#"{"id":"unauthorized","message":"Unable to authenticate you."}"#,
            kind: Unauthenticated,
            code: Some("unauthorized"),
            message: Some("Unable to authenticate you."),
            ..ROW
        },
        Row {
            status: 401,
            body: &echo,
            kind: Unauthenticated,
            code: Some("unauthorized"),
            message: Some("no such token [redacted]"),
            ..ROW
        },
        Row { status: 403, body: r#"{"id":"forbidden"}"#, kind: Forbidden, code: Some("forbidden"), ..ROW },
        Row {
            body: r#"{"id":"not_found","message":"gone","request_id":"r-body"}"#,
            header: Some("r-header"),
            code: Some("not_found"),
            message: Some("gone"),
            request_id: Some("r-body"),
            ..ROW
        },
        // What a cluster says that is being provisioned; other words may be of one that does not exist.
        Row {
            body: r#"{"id":"not_found","message":"credentials aren't ready yet"}"#,
            kind: NotReady,
            code: Some("not_found"),
            message: Some("credentials aren't ready yet"),
            ..ROW
        },
        Row {
            status: 400,
            body: r#"{"message":"aren't ready yet"}"#,
            kind: Rejected,
            message: Some("aren't ready yet"),
            ..ROW
        },
        Row { header: Some("r-header"), request_id: Some("r-header"), ..ROW },
        Row { body: "<html><body>404</body></html>", ..ROW },
        Row { body: "not here", message: Some("not here"), ..ROW },
        Row { body: r#""not here""#, message: Some("not here"), ..ROW },
        Row { body: "[]", ..ROW },
        Row { body: r#"{"id":7,"message":null}"#, code: Some("7"), ..ROW },
        // A kubeconfig with an error's status is no access, and is not quoted.
        Row { body: "kind: Config\nusers: [{name: u, user: {token: planted}}]", ..ROW },
        Row { status: 400, kind: Rejected, ..ROW },
        Row { status: 412, kind: Rejected, ..ROW },
        Row { status: 422, kind: Rejected, ..ROW },
        Row {
            status: 429,
            body: r#"{"id":"too_many_requests","message":"API rate limit exceeded."}"#,
            kind: RateLimited,
            code: Some("too_many_requests"),
            message: Some("API rate limit exceeded."),
            requests: 4,
            ..ROW
        },
        Row {
            status: 500,
            body: r#"{"id":"server_error","message":"Unexpected server-side error"}"#,
            kind: Unavailable,
            code: Some("server_error"),
            message: Some("Unexpected server-side error"),
            requests: 4,
            ..ROW
        },
        Row { status: 502, body: "<html>", kind: Unavailable, ..ROW },
        Row { status: 503, kind: Unavailable, requests: 4, ..ROW },
        Row { status: 504, kind: Unavailable, ..ROW },
        Row { status: 204, kind: Malformed, ..ROW },
        Row { status: 206, kind: Malformed, body: "kind: Config", ..ROW },
        Row { status: 201, kind: Malformed, body: "planted-token", ..ROW },
        Row { status: 203, kind: Malformed, body: r#"["planted-token"]"#, ..ROW },
        Row { body: "\u{feff}{\"id\":\"not_found\"}", code: Some("not_found"), ..ROW },
        Row { status: 304, kind: Malformed, ..ROW },
    ] {
        let mut reply = ResponseTemplate::new(row.status);
        if row.status != 204 && row.status != 304 {
            reply = reply.set_body_string(row.body);
        }
        if let Some(id) = row.header {
            reply = reply.insert_header("x-request-id", id);
        }
        let (result, requests) = fetch(reply).await;
        let error = result.unwrap_err();
        let context = format!("{} {}: {error}", row.status, row.body);
        assert_eq!((error.kind(), error.status()), (row.kind, Some(row.status)), "{context}");
        assert_eq!((error.code(), error.message()), (row.code, row.message), "{context}");
        assert_eq!((error.request_id(), requests), (row.request_id, row.requests), "{context}");
        assert_eq!(usize::try_from(error.attempts()).unwrap(), requests, "{context}");
    }
}
