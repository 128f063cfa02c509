use kubeproof_client::ErrorKind::{
    self, Forbidden, Malformed, NotFound, NotReady, RateLimited, Rejected, Unauthenticated, Unavailable,
};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, fetch};

struct Row<'a> {
    status: u16,
    headers: &'a [(&'static str, &'a str)],
    body: &'a str,
    kind: ErrorKind,
    message: Option<&'a str>,
    requests: usize,
}

const ROW: Row<'_> = Row { status: 404, headers: &[], body: "", kind: NotFound, message: None, requests: 1 };

const NOT_YET: &str = "Cluster kubeconfig is not yet available. Please try again later.";

/// The bodies are those of recordings and of the document, as far as they are like those.
#[tokio::test]
async fn every_refusal_is_an_error() {
    let echo = format!(r#"{{"errors": [{{"field": "{SECRET}", "reason": "no such token {SECRET}"}}]}}"#);
    let not_yet = format!(r#"{{"errors": [{{"reason": "{NOT_YET}"}}]}}"#);
    let unknown = r#"{"errors": [{"reason": "Invalid Token"}]}"#;
    let scope = r#"{"errors": [{"reason": "Your OAuth token is not authorized to use this endpoint."}]}"#;
    let scope_message = Some("Your OAuth token is not authorized to use this endpoint.");
    for row in [
        Row { body: r#"{"errors": [{"reason": "Not found"}]}"#, message: Some("Not found"), ..ROW },
        Row { body: "<html></html>", ..ROW },
        Row { body: "gone", message: Some("gone"), ..ROW },
        Row {
            status: 400,
            body: r#"{"errors": [{"field": "a", "reason": "no"}, {"reason": "nor"}]}"#,
            kind: Rejected,
            message: Some("a: no; nor"),
            ..ROW
        },
        // What tells the two apart is the header alone.
        Row { status: 401, body: unknown, kind: Unauthenticated, message: Some("Invalid Token"), ..ROW },
        Row {
            status: 401,
            headers: &[("x-oauth-scopes", "unknown")],
            body: unknown,
            kind: Unauthenticated,
            message: Some("Invalid Token"),
            ..ROW
        },
        Row { status: 401, headers: &[("x-oauth-scopes", "")], kind: Unauthenticated, ..ROW },
        Row {
            status: 401,
            headers: &[("x-oauth-scopes", "lke:read_only"), ("x-accepted-oauth-scopes", "lke:read_write")],
            body: scope,
            kind: Forbidden,
            message: scope_message,
            ..ROW
        },
        Row { status: 401, body: scope, kind: Unauthenticated, message: scope_message, ..ROW },
        Row { status: 403, body: scope, kind: Forbidden, message: scope_message, ..ROW },
        Row { status: 400, body: &echo, kind: Rejected, message: Some("[redacted]: no such token [redacted]"), ..ROW },
        // What takes minutes is not asked for again within a fetch.
        Row { status: 503, body: &not_yet, kind: NotReady, message: Some(NOT_YET), ..ROW },
        Row {
            status: 503,
            headers: &[("retry-after", "52")],
            body: &not_yet,
            kind: NotReady,
            message: Some(NOT_YET),
            ..ROW
        },
        Row {
            status: 503,
            headers: &[("x-maintenance-mode", "Currently in maintenance mode.")],
            kind: Unavailable,
            ..ROW
        },
        Row {
            status: 503,
            body: r#"{"errors": [{"reason": "busy"}]}"#,
            kind: Unavailable,
            message: Some("busy"),
            requests: 4,
            ..ROW
        },
        Row { status: 500, body: &not_yet, kind: Unavailable, message: Some(NOT_YET), requests: 4, ..ROW },
        Row { status: 502, body: "<html>", kind: Unavailable, requests: 4, ..ROW },
        Row { status: 504, kind: Unavailable, requests: 4, ..ROW },
        Row {
            status: 408,
            body: r#"{"errors": [{"reason": "Please try again"}]}"#,
            kind: Unavailable,
            message: Some("Please try again"),
            ..ROW
        },
        Row { status: 429, kind: RateLimited, requests: 4, ..ROW },
        Row { status: 429, headers: &[("retry-after", "120")], kind: RateLimited, ..ROW },
        Row { status: 204, kind: Malformed, ..ROW },
        Row { status: 206, body: r#"{"kubeconfig": "planted"}"#, kind: Malformed, ..ROW },
        Row { status: 304, kind: Malformed, ..ROW },
    ] {
        let mut reply = ResponseTemplate::new(row.status);
        if row.status != 204 && row.status != 304 {
            reply = reply.set_body_string(row.body);
        }
        for (name, value) in row.headers {
            reply = reply.insert_header(*name, *value);
        }
        let (result, requests) = fetch(reply).await;
        let error = result.unwrap_err();
        let context = format!("{} {:?} {}: {error}", row.status, row.headers, row.body);
        assert_eq!((error.kind(), error.status()), (row.kind, Some(row.status)), "{context}");
        assert_eq!((error.code(), error.message()), (None, row.message), "{context}");
        assert_eq!(requests, row.requests, "{context}");
        assert_eq!(usize::try_from(error.attempts()).unwrap(), requests, "{context}");
    }
}

#[tokio::test]
async fn remedies_say_what_helps() {
    for (status, header, body, remedy) in [
        (401, Some(("x-oauth-scopes", "images:read_write")), "", "with the scope lke:read_write"),
        (403, None, "", "of a user who may see the cluster"),
        (503, None, r#"{"errors": [{"reason": "not yet available"}]}"#, "for some minutes after it was created"),
    ] {
        let mut reply = ResponseTemplate::new(status).set_body_string(body);
        if let Some((name, value)) = header {
            reply = reply.insert_header(name, value);
        }
        let error = fetch(reply).await.0.unwrap_err();
        assert!(error.to_string().contains(remedy), "{error}");
    }
}
