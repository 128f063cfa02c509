//! What is refused, and how: the status, what is wrong, what to do, and where.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Desk, run, sent};

/// A refusal of a request that is right but for what is given.
struct Refusal<'a> {
    method: Method,
    path: &'a str,
    body: &'a str,
    status: u16,
    /// What message and remedy say, together.
    says: &'a [&'a str],
    /// Line and column, when the body has them.
    place: Option<(u64, u64)>,
}

impl Default for Refusal<'_> {
    fn default() -> Self {
        Self { method: Method::GET, path: "", body: "", status: 400, says: &[], place: None }
    }
}

#[track_caller]
fn check(refusals: &[Refusal<'_>]) {
    run(async {
        let desk = Desk::open().await;
        let before = state(&desk).await;
        for refusal in refusals {
            let answer = desk.admin(refusal.method.clone(), refusal.path, refusal.body).await;
            let shown = format!("{} {} {}: {answer:?}", refusal.method, refusal.path, refusal.body);
            assert_eq!(answer.status, refusal.status, "{shown}");
            let error = error(&answer);
            let said = format!("{}; {}", error["message"].as_str().unwrap(), error["remedy"].as_str().unwrap());
            for expected in refusal.says {
                assert!(said.contains(expected), "no {expected:?} in {shown}");
            }
            assert!(!said.contains(" at line "), "the place is said apart: {shown}");
            let place = error["line"].as_u64().zip(error["column"].as_u64());
            assert_eq!(place, refusal.place, "{shown}");
        }
        assert_eq!(state(&desk).await, before, "what is refused changes nothing");
    });
}

/// All that a request can change.
async fn state(desk: &Desk) -> Vec<Value> {
    let mut parts = vec![desk.get("state").await];
    for provider in desk.server.providers() {
        parts.push(desk.get(&format!("worlds/{provider}?secrets=shown")).await);
    }
    parts
}

#[track_caller]
fn error(answer: &Answer) -> Value {
    assert_eq!(answer.headers["content-type"], "application/json");
    let mut body = answer.json();
    let error = body["error"].take();
    assert_eq!(body, json!({"error": null}), "nothing else is in the body");
    error
}

#[test]
fn an_unknown_path_is_not_found() {
    let unknown = |path| Refusal {
        path,
        status: 404,
        says: &["the admin API has no path `/_kubeproof/", "worlds/{provider}"],
        ..Refusal::default()
    };
    check(&[
        unknown("nothing"),
        unknown("healthz/"),
        unknown("worlds"),
        unknown("worlds/ucs/reset/now"),
        unknown("journal/one"),
        unknown("journal/-1"),
        unknown("faults"),
        unknown("clock/advances"),
        unknown("credentials"),
        unknown("credentials/ucs/first"),
    ]);
    let nobody = |path| Refusal {
        path,
        status: 404,
        says: &["no provider `nobody` is served", "digitalocean, cce, ucs, fireworks"],
        ..Refusal::default()
    };
    check(&[
        nobody("worlds/nobody"),
        nobody("faults/nobody"),
        nobody("credentials/nobody"),
        nobody("journal?provider=nobody"),
    ]);
    let nobody = |method, path| Refusal { method, ..nobody(path) };
    check(&[
        nobody(Method::PUT, "worlds/nobody"),
        nobody(Method::POST, "worlds/nobody/reset"),
        nobody(Method::POST, "faults/nobody"),
        nobody(Method::DELETE, "faults/nobody"),
        nobody(Method::DELETE, "credentials/nobody"),
        nobody(Method::DELETE, "credentials/nobody/1"),
        nobody(Method::DELETE, "journal?provider=nobody"),
    ]);
    check(&[
        Refusal { path: "journal/1", status: 404, says: &["no exchange has the number 1"], ..Refusal::default() },
        Refusal {
            method: Method::DELETE,
            path: "credentials/digitalocean/7",
            status: 404,
            says: &["no credential has the number 7", "/_kubeproof/credentials/digitalocean"],
            ..Refusal::default()
        },
    ]);
}

#[test]
fn a_method_that_a_path_has_not_is_told_which_it_has() {
    run(async {
        let desk = Desk::open().await;
        for (allowed, paths) in [
            ("GET, HEAD", &["", "healthz", "readyz", "state", "clock", "journal/1", "connections", "elsewhere"][..]),
            ("GET, HEAD, PUT", &["worlds/ucs"]),
            ("GET, HEAD, POST, DELETE", &["faults/ucs"]),
            ("GET, HEAD, DELETE", &["journal", "credentials/ucs"]),
            ("DELETE", &["credentials/ucs/1"]),
            ("POST", &["reset", "worlds/ucs/reset", "clock/advance"]),
        ] {
            for path in paths {
                for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH, Method::OPTIONS] {
                    if allowed.split(", ").any(|one| one == method.as_str()) {
                        continue;
                    }
                    let answer = desk.admin(method.clone(), path, "").await;
                    assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
                    assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
                    assert_eq!(error(&answer)["remedy"], format!("use {}", allowed.replace(", ", " or ")));
                }
            }
        }
    });
}

#[test]
fn a_parameter_is_known_and_comes_once() {
    let refused = |path, says| Refusal { path, says, ..Refusal::default() };
    check(&[
        refused("state?verbose=1", &["no parameter `verbose`", "this path has none"]),
        refused("?page=2", &["no parameter `page`", "provider, after, limit"]),
        refused("journal?since=1", &["no parameter `since`", "provider, after, limit"]),
        refused("journal?after=1&after=2", &["`after` came more than once"]),
        refused("journal?after=soon", &["`after` is no number"]),
        refused("journal?connection=-1", &["`connection` is no number"]),
        refused("journal?limit=0", &["`limit` is 0", "from 1 to 1000"]),
        refused("journal?limit=1001", &["`limit` is 1001"]),
        refused(
            "journal?verdict=fine",
            &["no verdict `fine`", "answered, refused, incident, unanswered, harness-error"],
        ),
        refused("journal?status=9xx", &["`9xx` is no status", "`4xx`"]),
        refused("journal?status=99", &["`99` is no status"]),
        refused("worlds/ucs?secrets=maybe", &["`secrets` is `maybe`", "secrets=shown"]),
    ]);
    let changing = |method, path| Refusal { method, path, says: &["no parameter `force`"], ..Refusal::default() };
    check(&[
        changing(Method::DELETE, "journal?force=1"),
        changing(Method::PUT, "worlds/ucs?force=1"),
        changing(Method::POST, "faults/ucs?force=1"),
        changing(Method::POST, "clock/advance?force=1"),
        changing(Method::POST, "reset?force=1"),
        changing(Method::POST, "worlds/ucs/reset?force=1"),
        changing(Method::DELETE, "faults/ucs?force=1"),
    ]);
}

#[test]
fn a_wrong_body_is_told_what_is_wrong_and_where() {
    let put = |body, says, place| Refusal {
        method: Method::PUT,
        path: "worlds/ucs",
        body,
        says,
        place: Some(place),
        ..Refusal::default()
    };
    check(&[
        put("", &["EOF", "worlds/ucs?secrets=shown"], (1, 0)),
        put("{\n  \"tokens\": [", &["EOF"], (2, 13)),
        put("{\"tokens\": []} x", &["trailing"], (1, 16)),
        put("{\n \"clusters\": [{\"nme\": \"demo\"}]}", &["unknown field `nme`", "`id`, `kind`"], (2, 20)),
        put("{\"clusters\": [{\"kind\": \"own\"}]}", &["unknown variant `own`", "`attached`"], (1, 28)),
        put("{\"seed\": -1}", &["invalid value", "u64"], (1, 11)),
        put("{\"calls\": 7}", &["unknown field `calls`"], (1, 8)),
        put("[]x", &["trailing"], (1, 3)),
    ]);
    let arm = |body, says, place| Refusal { method: Method::POST, path: "faults/ucs", ..put(body, says, place) };
    check(&[
        arm("{\"is\": \"explode\"}", &["unknown variant `explode`", "a list of them"], (1, 16)),
        arm("[{\"is\": \"reset\"},\n {\"is\": \"trickle\"}]", &["how slowly is missing", "bytes-per-second"], (2, 19)),
        arm("{\"is\": \"reset\", \"calls\": [0]}", &["calls are counted from 1"], (1, 28)),
    ]);
    let misfit = |body, says| Refusal { place: None, ..arm(body, says, (0, 0)) };
    check(&[
        misfit(r#"{"is": "tls-expired", "calls": [1]}"#, &["write `connections`"]),
        misfit(r#"{"is": "reset", "operation": "kubeconfig"}"#, &["no operation `kubeconfig`; there is accessinfo"]),
        misfit(r#"[{"is": "reset"}, {"is": "tls-expired"}]"#, &["this fault is of TLS", "start the server with TLS"]),
        misfit(r#"{"is": "close-without-notify"}"#, &["this fault is of TLS"]),
    ]);
    let advance = |body, says, place| Refusal {
        method: Method::POST,
        path: "clock/advance",
        body,
        says,
        place,
        ..Refusal::default()
    };
    check(&[
        advance(r#"{"by": "soon"}"#, &["`soon` is no span of time", "`90s`", "`PT1H30M`"], None),
        advance(r#"{"by": "-1h"}"#, &["`-1h` is no span of time"], None),
        advance(r#"{"by": "9999999d"}"#, &["`9999999d` from now is later than any clock can show"], None),
        advance("[]", &["expected an object with `by`"], Some((1, 2))),
        advance(r#"{"by": 3600}"#, &["expected a string", "{\"by\": \"1h\"}"], Some((1, 11))),
        advance(r#"{"to": "1h"}"#, &["unknown field `to`"], Some((1, 5))),
        advance("{}", &["missing field `by`"], Some((1, 2))),
    ]);
    let no_body = |method, path| Refusal {
        method,
        path,
        body: "{\"provider\": \"ucs\"}",
        says: &["nothing is taken from a body here"],
        ..Refusal::default()
    };
    check(&[
        no_body(Method::POST, "reset"),
        no_body(Method::POST, "worlds/ucs/reset"),
        no_body(Method::DELETE, "faults/ucs"),
        no_body(Method::DELETE, "journal"),
        no_body(Method::DELETE, "credentials/ucs"),
        no_body(Method::DELETE, "credentials/ucs/1"),
    ]);
}

#[test]
fn a_world_whose_secrets_are_hidden_is_not_put_back() {
    let put = |path, body, says| Refusal { method: Method::PUT, path, body, says, ..Refusal::default() };
    check(&[
        put("worlds/ucs", r#"{"tokens": ["good", "<redacted>"]}"#, &["`tokens[1]`", "worlds/ucs?secrets=shown"]),
        put(
            "worlds/cce",
            r#"{"access_keys": [{"access_key": "a", "secret_key": "<redacted>"}]}"#,
            &["`access_keys[0].secret_key` holds `<redacted>`", "worlds/cce?secrets=shown"],
        ),
        put("worlds/fireworks", r#"{"api_keys": ["\u003credacted\u003e"]}"#, &["`api_keys[0]`"]),
    ]);
}

#[test]
fn a_body_that_does_not_come_whole_is_refused() {
    let long = "x".repeat((1 << 20) + 1);
    check(&[Refusal {
        method: Method::PUT,
        path: "worlds/ucs",
        body: &long,
        status: 413,
        says: &["did not arrive whole", "1048576 bytes at the most"],
        ..Refusal::default()
    }]);
}

/// What a browser sends for a page of another site.
#[test]
fn a_page_of_another_site_changes_nothing() {
    const CHANGES: [(Method, &str); 9] = [
        (Method::POST, "reset"),
        (Method::POST, "worlds/ucs/reset"),
        (Method::PUT, "worlds/ucs"),
        (Method::POST, "clock/advance"),
        (Method::POST, "faults/ucs"),
        (Method::DELETE, "faults/ucs"),
        (Method::DELETE, "journal"),
        (Method::DELETE, "credentials/digitalocean"),
        (Method::DELETE, "credentials/digitalocean/1"),
    ];
    run(async {
        let desk = Desk::open().await;
        let own = desk.server.admin_url().unwrap();
        let origin = own.replace("/_kubeproof/", "");
        for (method, path) in CHANGES {
            let request = || desk.client.request(method.clone(), format!("{own}{path}"));
            // A form can send these three, and nothing else.
            for content_type in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] {
                let answer = sent(request().header("content-type", content_type)).await;
                assert_eq!(answer.status, 415, "{method} {path}: {answer:?}");
                assert!(error(&answer)["remedy"].as_str().unwrap().contains("content-type: application/json"));
            }
            assert_eq!(sent(request()).await.status, 415, "{method} {path} without a type");
            let twice = request().header("content-type", "application/json").header("content-type", "text/plain");
            assert_eq!(sent(twice).await.status, 415, "{method} {path}");
            let json = || request().header("content-type", "application/json; charset=utf-8");
            for other in ["https://evil.example.test", "null", "http://localhost", "http://127.0.0.1:1", ""] {
                let answer = sent(json().header("origin", other)).await;
                assert_eq!(answer.status, 403, "{method} {path} from {other:?}: {answer:?}");
                assert!(error(&answer)["message"].as_str().unwrap().contains("a page of another site"));
            }
            // The page itself.
            let answer = sent(json().header("origin", &origin)).await;
            assert_ne!(answer.status, 403, "{method} {path}: {answer:?}");
        }
        // What a browser asks first, when a script is to send JSON.
        let preflight = desk.client.request(Method::OPTIONS, format!("{own}reset"));
        let preflight =
            preflight.header("origin", "https://evil.example.test").header("access-control-request-method", "POST");
        let answer = sent(preflight).await;
        assert_eq!(answer.status, 405);
        for path in ["", "state", "journal", "worlds/ucs?secrets=shown", "nothing"] {
            let answer =
                sent(desk.client.get(format!("{own}{path}")).header("origin", "https://evil.example.test")).await;
            let allows = answer.headers.keys().any(|name| name.as_str().starts_with("access-control"));
            assert!(!allows, "{path}: {answer:?}");
            for (name, value) in [
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.headers[name], value, "{path}");
            }
        }
    });
}

#[test]
fn it_answers_only_where_it_is_called_by_its_address() {
    run(async {
        let desk = Desk::open().await;
        for base in [desk.server.admin_url().unwrap(), format!("{}/_kubeproof/", desk.at("ucs"))] {
            for path in ["", "healthz", "state", "nothing"] {
                for host in ["rebound.example.test", "rebound.example.test:80", "localhost.example.test"] {
                    let answer = sent(desk.client.get(format!("{base}{path}")).header("host", host)).await;
                    assert_eq!(answer.status, 403, "{host}: {answer:?}");
                    assert!(error(&answer)["remedy"].as_str().unwrap().contains("http://127.0.0.1:8080/_kubeproof/"));
                }
            }
            for host in ["localhost", "localhost:1", "[::1]:9", "192.0.2.1"] {
                assert_eq!(
                    sent(desk.client.get(format!("{base}healthz")).header("host", host)).await.status,
                    200,
                    "{host}"
                );
            }
        }
    });
}
