use kubeproof_client::ErrorKind::{self, Malformed, NotReady};
use kubeproof_fireworks::{ConnectionInfo, Options, ReadMask};
use wiremock::ResponseTemplate;

use crate::support::fetch;

/// What an answer comes to: the fields, or the kind of an error and a part of its text.
type Expected<'a> = Result<(Option<&'a str>, Option<&'a str>), (ErrorKind, &'a str)>;

async fn check(body: &str, mask: Option<&str>, expected: Expected<'_>) {
    let options = Options { read_mask: mask.map(|mask| ReadMask::parse(mask).unwrap()) };
    let (result, requests) = fetch(ResponseTemplate::new(200).set_body_string(body), &options).await;
    assert_eq!(requests, 1);
    match (result, expected) {
        (Ok(info), Ok((endpoint, ca_data))) => {
            let ConnectionInfo { endpoint: found, ca_data: found_ca } = info;
            assert_eq!((found.as_deref(), found_ca.as_deref()), (endpoint, ca_data), "{body} {mask:?}");
        }
        (Err(error), Err((kind, part))) => {
            assert_eq!((error.kind(), error.status()), (kind, Some(200)), "{body} {mask:?}: {error}");
            assert!(error.to_string().contains(part), "{body} {mask:?}: {error}");
        }
        (found, expected) => panic!("{body} {mask:?}: {found:?}, expected {expected:?}"),
    }
}

#[tokio::test]
async fn both_fields_in_any_layout() {
    let both = Ok((Some("https://k"), Some("eA==")));
    for body in [
        r#"{"endpoint":"https://k","caData":"eA=="}"#,
        "\n{ \"caData\" : \"eA==\",\n\t\"endpoint\" : \"https://k\" }\n",
        r#"{"endpoint":"https://k","caData":"eA==","more":{"a":[1]}}"#,
        r#"{"endpoint":"https://k","ca_data":"eA=="}"#,
        "\u{feff}{\"endpoint\":\"https://k\",\"caData\":\"eA==\"}",
    ] {
        for mask in [None, Some(""), Some("*"), Some("endpoint,caData"), Some("endpoint"), Some("ca_data")] {
            check(body, mask, both).await;
        }
    }
}

#[tokio::test]
async fn a_field_that_is_missing_was_not_asked_for_or_is_not_ready() {
    for (body, endpoint, ca_data) in [
        ("{}", None, None),
        (r#"{"endpoint":"","caData":""}"#, None, None),
        (r#"{"endpoint":null,"caData":null}"#, None, None),
        (r#"{"endpoint":"https://k"}"#, Some("https://k"), None),
        (r#"{"endpoint":"https://k","caData":""}"#, Some("https://k"), None),
        (r#"{"endpoint":"","caData":"eA=="}"#, None, Some("eA==")),
    ] {
        for (mask, wants_endpoint, wants_ca) in [
            (None, true, true),
            (Some("*"), true, true),
            (Some("endpoint"), true, false),
            (Some("caData"), false, true),
            (Some("endpoint,ca_data"), true, true),
        ] {
            let missing = if wants_endpoint && endpoint.is_none() {
                Some("endpoint")
            } else if wants_ca && ca_data.is_none() {
                Some("caData")
            } else {
                None
            };
            check(body, mask, missing.map_or(Ok((endpoint, ca_data)), |name| Err((NotReady, name)))).await;
        }
    }
}

#[tokio::test]
async fn anything_else_is_malformed() {
    for (body, part) in [
        ("", "is empty"),
        (" \n", "is empty"),
        ("\u{feff}", "is empty"),
        ("<html>log in</html>", "page of html"),
        (r#"{"endpoint":"https://k","caDa"#, "not json"),
        ("endpoint: https://k", "not json"),
        ("[]", "not a json object"),
        ("null", "not a json object"),
        (r#""https://k""#, "not a json object"),
        (r#"{"endpoint":1,"caData":"eA=="}"#, "the field endpoint"),
        (r#"{"endpoint":"https://k","caData":["eA=="]}"#, "the field caData"),
        (r#"{"endpoint":true}"#, "the field endpoint"),
        (
            r#"{"code":5,"message":"Not Found","details":[]}"#,
            "an error with status 200: Not Found (status 200, code 5)",
        ),
        (r#"{"code":0,"message":"","details":[]}"#, "an error with status 200"),
        (r#"{"error":{"message":"no"}}"#, "an error with status 200: no"),
    ] {
        check(body, None, Err((Malformed, part))).await;
    }
    let (result, _) = fetch(ResponseTemplate::new(204), &Options::default()).await;
    assert_eq!(result.unwrap_err().kind(), Malformed);
}
