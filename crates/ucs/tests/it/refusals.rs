use kubeproof_client::Consumed::{NotHere, PossiblyHere};
use kubeproof_client::ErrorKind::{
    Forbidden, Malformed, NotFound, NotReady, RateLimited, Rejected, Unauthenticated, Unavailable,
};
use kubeproof_client::{ClusterAccess as _, ErrorKind};
use kubeproof_ucs::Options;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{SECRET, client, cluster, count, serve, shows_no_secret};

/// One request each, whatever the answer.
#[tokio::test]
async fn no_refusal_is_repeated() {
    let echo = format!(r#"{{"error_code":"APIGW.0301","error_msg":"bad token {SECRET}"}}"#);
    for (status, body, kind, code, message) in [
        (
            400,
            r#"{"error_code":"UCS.01030011","error_msg":"Cluster category not supported."}"#,
            Rejected,
            Some("UCS.01030011"),
            Some("Cluster category not supported."),
        ),
        (
            400,
            r#"{"error_code":"UCS.01030002","error_msg":"Failed to obtain the cluster information."}"#,
            NotReady,
            Some("UCS.01030002"),
            Some("Failed to obtain the cluster information."),
        ),
        (
            400,
            r#"{"error_code":"UCS.01030016","error_msg":"Cluster has been frozen."}"#,
            Rejected,
            Some("UCS.01030016"),
            Some("Cluster has been frozen."),
        ),
        // The document calls each error body a string.
        (400, r#""Cluster category not supported.""#, Rejected, None, Some("Cluster category not supported.")),
        (400, "Bad cluster", Rejected, None, Some("Bad cluster")),
        (401, &echo, Unauthenticated, Some("APIGW.0301"), Some("bad token [redacted]")),
        (
            403,
            r#"{"errorCode":"UCS.01000004","errorMessage":"Request forbidden."}"#,
            Forbidden,
            Some("UCS.01000004"),
            Some("Request forbidden."),
        ),
        (
            403,
            r#"{"errorCode":"UCS.01000004","errorMsg":"Request forbidden."}"#,
            Forbidden,
            Some("UCS.01000004"),
            Some("Request forbidden."),
        ),
        (
            404,
            r#"{"error_code":"UCS.01030001","error_msg":"Cluster Not Found."}"#,
            NotFound,
            Some("UCS.01030001"),
            Some("Cluster Not Found."),
        ),
        (409, "", Rejected, None, None),
        (409, "\u{feff}{\"error_code\":\"UCS.1\"}", Rejected, Some("UCS.1"), None),
        (429, "", RateLimited, None, None),
        (
            500,
            r#"{"kind":"Status","reason":"InternalError","message":"boom","code":500}"#,
            Unavailable,
            Some("InternalError"),
            Some("boom"),
        ),
        (500, "", Unavailable, None, None),
        (500, "[1]", Unavailable, None, None),
        (502, "<html></html>", Unavailable, None, None),
        (503, "", Unavailable, None, None),
        (504, "", Unavailable, None, None),
        (204, "", Malformed, None, None),
    ] {
        let reply =
            ResponseTemplate::new(status).insert_header("retry-after", "0").insert_header("x-request-id", "r-1");
        let server = serve(if status == 204 { reply } else { reply.set_body_string(body) }).await;
        let error = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap_err();
        let context = format!("{status} {body}: {error}");
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{context}");
        assert_eq!((error.code(), error.message(), error.request_id()), (code, message, Some("r-1")), "{context}");
        assert_eq!((error.attempts(), count(&server).await), (1, 1), "{context}");
        let consumed = if (400..500).contains(&status) { NotHere } else { PossiblyHere };
        assert_eq!(error.consumed(), Some(consumed), "{context}");
        shows_no_secret(&error);
    }
}

#[tokio::test]
async fn only_a_connection_that_cannot_be_made_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&url).fetch(&cluster(), &Options::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 4), "{error}");
    assert_eq!(error.consumed(), Some(NotHere));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = serve(ResponseTemplate::new(200)).await;
    for (location, kind) in [(other.uri(), ErrorKind::Unsafe), ("/elsewhere".to_owned(), Rejected)] {
        let server = serve(ResponseTemplate::new(307).insert_header("location", location.as_str())).await;
        let error = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap_err();
        assert_eq!((error.kind(), count(&server).await), (kind, 1), "{error}");
    }
    assert_eq!(count(&other).await, 0);
}
