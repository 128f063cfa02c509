use kubeproof_client::ErrorKind::{
    self, Forbidden, NotFound, NotReady, RateLimited, Rejected, Unauthenticated, Unavailable,
};
use kubeproof_fireworks::Options;
use wiremock::ResponseTemplate;

use crate::support::{SECRET, fetch};

/// Status and body; kind, code and message; number of requests.
type Row<'a> = (u16, &'a str, ErrorKind, Option<&'a str>, Option<&'a str>, usize);

#[tokio::test]
async fn every_refusal_is_an_error() {
    let echo = format!(r#"{{"code":16,"message":"bad key {SECRET}","details":[]}}"#);
    let rows: &[Row<'_>] = &[
        (400, r#"{"code":3,"message":"bad mask","details":[]}"#, Rejected, Some("3"), Some("bad mask"), 1),
        (400, r#"{"code":9,"message":"creating","details":[]}"#, NotReady, Some("9"), Some("creating"), 1),
        (
            400,
            r#"{"code":"FAILED_PRECONDITION","message":"creating"}"#,
            NotReady,
            Some("FAILED_PRECONDITION"),
            Some("creating"),
            1,
        ),
        (401, &echo, Unauthenticated, Some("16"), Some("bad key [redacted]"), 1),
        (403, r#"{"error":"no","code":7,"message":"no"}"#, Forbidden, Some("7"), Some("no"), 1),
        (404, r#"{"code":5,"message":"Not Found","details":[]}"#, NotFound, Some("5"), Some("Not Found"), 1),
        (
            404,
            r#"{"error":{"object":"error","code":"NOT_FOUND","message":"none"}}"#,
            NotFound,
            Some("NOT_FOUND"),
            Some("none"),
            1,
        ),
        (404, "", NotFound, None, None, 1),
        (409, r#"{"code":10}"#, Rejected, Some("10"), None, 1),
        (412, r#"{"error":{"message":"account suspended"}}"#, Rejected, None, Some("account suspended"), 1),
        (429, r#"{"code":8,"message":"slow down"}"#, RateLimited, Some("8"), Some("slow down"), 4),
        (499, r#"{"code":1}"#, Unavailable, Some("1"), None, 1),
        (500, r#"{"code":13}"#, Unavailable, Some("13"), None, 4),
        (501, r#"{"code":12,"message":"Method Not Allowed"}"#, Rejected, Some("12"), Some("Method Not Allowed"), 1),
        (502, "<html>", Unavailable, None, None, 4),
        (503, r#"{"code":14}"#, Unavailable, Some("14"), None, 4),
        (504, r#"{"code":4}"#, Unavailable, Some("4"), None, 4),
    ];
    for (status, body, kind, code, message, requests) in rows {
        let reply = ResponseTemplate::new(*status)
            .insert_header("www-authenticate", "the message again")
            .insert_header("x-request-id", "r-1")
            .set_body_string(*body);
        let (result, count) = fetch(reply, &Options::default()).await;
        let error = result.unwrap_err();
        let context = format!("{status} {body}: {error}");
        assert_eq!((error.kind(), error.status()), (*kind, Some(*status)), "{context}");
        assert_eq!((error.code(), error.message(), error.request_id()), (*code, *message, Some("r-1")), "{context}");
        assert_eq!(count, *requests, "{context}");
    }
}
