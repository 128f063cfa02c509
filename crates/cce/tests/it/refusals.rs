use kubeproof_cce::{Options, Validity};
use kubeproof_client::ErrorKind::{
    self, Forbidden, Malformed, NotFound, RateLimited, Rejected, Unauthenticated, Unavailable,
};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, fetch, kubeconfig};

/// Status and body; kind; code, message and request id; number of requests.
type Row<'a> = (u16, &'a str, ErrorKind, [Option<&'a str>; 3], usize);

fn texts<'a>(code: &'a str, message: &'a str, request_id: &'a str) -> [Option<&'a str>; 3] {
    [code, message, request_id].map(|text| (!text.is_empty()).then_some(text))
}

/// The bodies are those of the error pages and gateway documents, and of reports by users (all three schemes at once).
#[tokio::test]
async fn every_refusal_is_an_error() {
    let echo =
        format!(r#"{{"error_msg":"Incorrect IAM authentication information: {SECRET}","error_code":"APIGW.0301"}}"#);
    let rows: &[Row<'_>] = &[
        (
            401,
            r#"{"errorMessage":"Authorization failed.","errorCode":"CCE.01401001"}"#,
            Unauthenticated,
            texts("CCE.01401001", "Authorization failed.", ""),
            1,
        ),
        (
            401,
            r#"{"error_msg":"Incorrect IAM authentication information: x-auth-token not found","error_code":"APIGW.0301","request_id":"0123abcd"}"#,
            Unauthenticated,
            texts("APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found", "0123abcd"),
            1,
        ),
        (
            401,
            &echo,
            Unauthenticated,
            texts("APIGW.0301", "Incorrect IAM authentication information: [redacted]", ""),
            1,
        ),
        (
            400,
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":400,"errorCode":"CCE.01400001","errorMessage":"Invalid request.","error_code":"CCE_CM.0004","error_msg":"Request is invalid","message":"not support this version v1.9.2-r2","reason":"BadRequest"}"#,
            Rejected,
            texts("CCE.01400001", "Invalid request. (not support this version v1.9.2-r2)", ""),
            1,
        ),
        (
            500,
            r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"boom","reason":"InternalError","code":500}"#,
            Unavailable,
            texts("InternalError", "boom", ""),
            4,
        ),
        (404, r#"{"message":"API not found","request_id":"039c"}"#, NotFound, texts("", "API not found", "039c"), 1),
        // The provider's own example has a comma too many: no JSON, so nothing can be said but the status.
        (
            401,
            r#"{ "errorMessage": "Authorization failed.", "errorCode": "CCE.01401001", }"#,
            Unauthenticated,
            texts("", "", ""),
            1,
        ),
        (403, r#""denied""#, Forbidden, texts("", "denied", ""), 1),
        (500, r#"["denied"]"#, Unavailable, texts("", "denied", ""), 4),
        (500, "[{}]", Unavailable, texts("", "", ""), 4),
        // A gateway does not know whether a certificate was issued.
        (502, "<html><h1>Bad Gateway</h1></html>", Unavailable, texts("", "", ""), 1),
        (500, "", Unavailable, texts("", "", ""), 4),
        (429, r#"{"errorCode":"CCE.02429001"}"#, RateLimited, texts("CCE.02429001", "", ""), 4),
        (409, r#"{"errorCode":"CCE.01409002"}"#, Rejected, texts("CCE.01409002", "", ""), 1),
        (405, "", Rejected, texts("", "", ""), 1),
        (415, "", Rejected, texts("", "", ""), 1),
        (494, "", Rejected, texts("", "", ""), 1),
        (504, r#"{"error_code":"APIGW.0201"}"#, Unavailable, texts("APIGW.0201", "", ""), 1),
        (503, "", Unavailable, texts("", "", ""), 4),
        (201, "planted-token", Malformed, texts("", "", ""), 1),
        (203, r#""planted-token""#, Malformed, texts("", "", ""), 1),
        (201, "\u{feff}{\"errorCode\":\"CCE.1\",\"errorMessage\":\"no\"}", Malformed, texts("CCE.1", "no", ""), 1),
        (404, "\u{feff}{\"errorCode\":\"CCE.1\",\"errorMessage\":\"no\"}", NotFound, texts("CCE.1", "no", ""), 1),
        (201, r#"{"kind":"Config"}"#, Malformed, texts("", "", ""), 1),
        (202, "", Malformed, texts("", "", ""), 1),
    ];
    for (status, body, kind, [code, message, request_id], requests) in rows {
        let reply = ResponseTemplate::new(*status).set_body_string(*body);
        let (result, count) = fetch(reply, &Options::default()).await;
        let error = result.unwrap_err();
        let context = format!("{status} {body}: {error}");
        assert_eq!((error.kind(), error.status()), (*kind, Some(*status)), "{context}");
        assert_eq!((error.code(), error.message(), error.request_id()), (*code, *message, *request_id), "{context}");
        assert_eq!(count, *requests, "{context}");
        assert_eq!(context.contains("which is not documented"), *status < 400, "{context}");
        assert_eq!(context.contains("refused the request"), *status >= 400, "{context}");
    }
}

/// Nobody knows what a POST did, and what it did cannot be taken back.
#[tokio::test]
async fn a_post_is_made_once() {
    let post = Options { validity: Some(Validity::Longest), ..Options::default() };
    for (status, kind) in [
        (400, Rejected),
        (404, NotFound),
        (408, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
        (202, Malformed),
        (204, Malformed),
    ] {
        let reply = ResponseTemplate::new(status).insert_header("retry-after", "0");
        let (result, count) = fetch(reply, &post).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status(), count), (kind, Some(status), 1), "{error}");
    }
}

/// 201 is not documented; a certificate that came with it is not thrown away. A GET creates nothing that it says so of.
#[tokio::test]
async fn what_a_post_created_is_read() {
    let created = || ResponseTemplate::new(201).set_body_json(kubeconfig("internal"));
    let post = Options { validity: Some(Validity::Longest), ..Options::default() };
    assert_eq!(fetch(created(), &post).await.0.unwrap().kubeconfig.current_context, "internal");
    assert_eq!(fetch(created(), &Options::default()).await.0.unwrap_err().kind(), Malformed);
}
