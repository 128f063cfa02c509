use kubeproof_client::{Consumed, ErrorKind, Repeat, Request};
use wiremock::ResponseTemplate;

use crate::support::{SECRET, Sequence, get, requests, serve, transport};

fn redirect(status: u16, location: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("location", location)
}

#[tokio::test]
async fn to_the_same_origin_they_are_followed_three_times() {
    for status in [301, 302, 303, 307, 308] {
        let server = serve(Sequence::new([redirect(status, "/next?a=1#f"), ResponseTemplate::new(200)])).await;
        let reply = transport(&server.uri()).send(&get(Repeat::Repeatable)).await.unwrap();
        assert_eq!(reply.status(), 200);
        let requests = requests(&server).await;
        assert_eq!(requests.len(), 2);
        assert_eq!((requests[1].url.path(), requests[1].url.query()), ("/next", Some("a=1")));
        assert_eq!(requests[1].headers["x-auth-token"], SECRET);
    }

    let server = serve(redirect(302, "/start")).await;
    let error = transport(&server.uri()).send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
    assert_eq!(requests(&server).await.len(), 4);
}

#[tokio::test]
async fn to_another_origin_they_carry_nothing() {
    let other = serve(ResponseTemplate::new(200)).await;
    let port = other.address().port();
    for location in [
        format!("{}/next", other.uri()),
        format!("//127.0.0.1:{port}/next"),
        format!("http://localhost:{port}/next"),
        format!("https://127.0.0.1:{port}/next"),
    ] {
        for repeat in [Repeat::Repeatable, Repeat::AfterRefusal, Repeat::OneShot] {
            let server = serve(redirect(307, &location)).await;
            let error = transport(&server.uri()).send(&get(repeat)).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Unsafe, Some(307)), "{location}: {error}");
            assert_eq!(requests(&server).await.len(), 1);
        }
    }
    assert!(requests(&other).await.is_empty());
}

#[tokio::test]
async fn strange_ones_are_refused() {
    let server = serve(ResponseTemplate::new(302)).await;
    let error = transport(&server.uri()).send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");

    let server = serve(Sequence::new([ResponseTemplate::new(200)])).await;
    let to_itself = format!("http://user:pass@{}/next", server.address());
    let server = serve(redirect(302, &to_itself)).await;
    let error = transport(&server.uri()).send(&get(Repeat::Repeatable)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
    assert!(!format!("{error} {error:?}").contains("pass@"));
}

#[tokio::test]
async fn a_one_shot_request_follows_none() {
    let server = serve(redirect(307, "/next")).await;
    let error = transport(&server.uri()).send(&get(Repeat::OneShot)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
    assert_eq!(error.consumed(), Some(Consumed::PossiblyHere));
    assert_eq!(requests(&server).await.len(), 1);
}

/// It would have to become a GET after some of them, and be made again after the others.
#[tokio::test]
async fn a_post_follows_none() {
    for status in [301, 302, 303, 307, 308] {
        let server = serve(redirect(status, "/next")).await;
        let post = Request::post("/start", &serde_json::json!({}));
        let error = transport(&server.uri()).send(&post).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(status)), "{error}");
        assert!(error.to_string().contains("creates something"), "{error}");
        // Only of a download is it told whether it is used up.
        assert_eq!(error.consumed(), None);
        assert_eq!(requests(&server).await.len(), 1);
    }
    let other = serve(ResponseTemplate::new(200)).await;
    let server = serve(redirect(307, &other.uri())).await;
    let error = transport(&server.uri()).send(&Request::post("/start", &serde_json::json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsafe, "{error}");
    assert!(requests(&other).await.is_empty());
}

#[tokio::test]
async fn statuses_without_a_target_are_answers() {
    for status in [300, 304] {
        let server = serve(redirect(status, "/next")).await;
        let reply = transport(&server.uri()).send(&get(Repeat::Repeatable)).await.unwrap();
        assert_eq!(reply.status(), status);
    }
}
