use kubeproof_client::Consumed::{NotHere, PossiblyHere};
use kubeproof_client::{ClusterAccess as _, ErrorKind};
use kubeproof_ucs::Options;
use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::support::{ACCESS, Sequence, client, cluster, count, raw, serve, shows_no_secret};

fn ok(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(body)
}

/// Each way in which ucs may say that it gave the answer before.
fn notes() -> Vec<ResponseTemplate> {
    vec![
        ok(r#"["Downloaded"]"#),
        ok(r#""Downloaded""#),
        ok("Downloaded"),
        ok(r#"{"message":"Downloaded"}"#),
        ResponseTemplate::new(410).set_body_string(r#""The certificate has been downloaded.""#),
        ResponseTemplate::new(410).set_body_string(r#"{"error_code":"UCS.1","error_msg":"gone"}"#),
        ResponseTemplate::new(410),
        ok(r#""The certificate has been downloaded.""#),
        ResponseTemplate::new(400).set_body_string(r#""The certificate has been downloaded.""#),
        ResponseTemplate::new(400).set_body_string(r#"["Downloaded"]"#),
        ResponseTemplate::new(403).set_body_string("Downloaded"),
        ResponseTemplate::new(404).set_body_string(r#"{"message":"Downloaded"}"#),
        ResponseTemplate::new(409)
            .set_body_string(r#"{"error_code":"UCS.1","error_msg":"The certificate has been downloaded."}"#),
    ]
}

#[tokio::test]
async fn manifests_are_kept_as_they_came() {
    let strings = r#"["{\"kind\":\"Secret\",  \"data\":{\"k\":\"planted\"}}", "kind: Deployment\n"]"#;
    for body in [ACCESS, strings] {
        let server = serve(ok(body)).await;
        let access = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap();
        assert_eq!(access.raw(), body.as_bytes());
        assert_eq!(access.items(), serde_json::from_str::<Vec<Value>>(body).unwrap());
        assert!(!format!("{access:?} {access:#?}").contains("planted"));
        assert_eq!(count(&server).await, 1);
    }
}

#[tokio::test]
async fn a_second_download_is_refused_and_says_who_had_the_first() {
    for note in notes() {
        let server = serve(Sequence::new([ok(ACCESS), note])).await;
        let cluster = cluster();
        client(&server.uri()).fetch(&cluster, &Options::default()).await.unwrap();
        // Another client of the same process.
        let error = client(&server.uri()).fetch(&cluster, &Options::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.consumed()), (ErrorKind::AlreadyDownloaded, Some(PossiblyHere)), "{error}");
        assert_eq!((error.answer(), count(&server).await), (None, 2));
    }
    for note in notes() {
        let server = serve(note).await;
        let cluster = cluster();
        for _ in 0..2 {
            let error = client(&server.uri()).fetch(&cluster, &Options::default()).await.unwrap_err();
            assert_eq!((error.kind(), error.consumed()), (ErrorKind::AlreadyDownloaded, Some(NotHere)), "{error}");
        }
    }
}

#[tokio::test]
async fn after_a_lost_answer_this_process_may_have_had_it() {
    let lost = [
        raw(b"").await,
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{").await,
        raw(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n").await,
        raw(b"HTTP/1.1 502 Oops\r\ncontent-length: 0\r\n\r\n").await,
        // Cancelled on the way, which says nothing of what the server did.
        raw(b"HTTP/1.1 499 Gone\r\ncontent-length: 0\r\n\r\n").await,
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await,
    ];
    for url in lost {
        let cluster = cluster();
        let error = client(&url).fetch(&cluster, &Options::default()).await.unwrap_err();
        assert_eq!((error.consumed(), error.attempts()), (Some(PossiblyHere), 1), "{error}");
        // The next one does not touch what is known.
        let error = client(&url).fetch(&cluster, &Options::default()).await.unwrap_err();
        assert_eq!(error.consumed(), Some(PossiblyHere), "{error}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_given_back() {
    for body in [
        "[{\"kind\":\"Secret\",\"data\":{\"k\":\"planted\"}}",
        "[]",
        "[null]",
        r#"[{"kind":"Secret"},"Downloaded"]"#,
        r#"{"kind":"Secret","data":{"k":"planted"}}"#,
        r#"["planted certificate"]"#,
        r#"[{"kind":"Status","status":"Failure","message":"planted"}]"#,
        r#""planted certificate""#,
        "planted certificate",
        "kind: Secret\ndata: {k: planted}\n",
        "<html>log in</html>",
        r#"{"error_code":"UCS.01000004","error_msg":"Request forbidden."}"#,
    ] {
        let server = serve(ok(body)).await;
        let error = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Malformed, Some(200)), "{body}: {error}");
        assert_eq!(error.answer(), Some(body.as_bytes()));
        assert_eq!(error.consumed(), Some(PossiblyHere));
        assert!(error.to_string().contains("it is with this error"), "{error}");
        shows_no_secret(&error);
        assert_eq!(count(&server).await, 1);
    }
}

#[tokio::test]
async fn an_answer_with_another_success_is_not_thrown_away() {
    for status in [201, 202, 203] {
        let server = serve(ResponseTemplate::new(status).set_body_string(ACCESS)).await;
        let access = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap();
        assert_eq!(access.raw(), ACCESS.as_bytes());
    }
    for status in [200, 201, 204] {
        let server = serve(ResponseTemplate::new(status)).await;
        let error = client(&server.uri()).fetch(&cluster(), &Options::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Malformed, Some(status)), "{error}");
        assert_eq!((error.consumed(), error.answer()), (Some(PossiblyHere), None));
    }
}
