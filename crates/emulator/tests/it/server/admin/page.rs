//! The page, as it is sent. What a browser makes of it is looked at in `tests/tests/interop/page.rs`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::super::wire::read_out;
use super::{DIGITALOCEAN, Desk, UCS, run, sent};

async fn page(desk: &Desk, query: &str) -> String {
    let answer = desk.admin(Method::GET, query, "").await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    // However it is written, a browser takes it for a slash.
    answer.text.replace("&#x2f;", "/")
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inner, _)| inner).collect()
}

/// The text of a row's cell.
fn cells<'a>(page: &'a str, class: &str) -> Vec<&'a str> {
    between(page, &format!("<td role=\"cell\" class=\"{class}\">"), "</td>")
}

#[test]
fn it_shows_what_came_in_and_how_providers_are_without_a_script() {
    run(async {
        let desk = Desk::open().await;
        let empty = page(&desk, "").await;
        assert!(empty.contains("Nothing came in yet.") && cells(&empty, "number").is_empty());
        desk.call("ucs", UCS).await;
        desk.call("ucs", UCS).await;
        sent(desk.client.get(format!("{}{DIGITALOCEAN}", desk.at("digitalocean")))).await;
        desk.post("faults/ucs", r#"{"is": "stall", "calls": [7]}"#).await;
        let shown = page(&desk, "").await;
        assert_eq!(cells(&shown, "number"), ["3", "2", "1"]);
        assert_eq!(cells(&shown, "provider"), ["digitalocean", "ucs", "ucs"]);
        assert_eq!(cells(&shown, "status"), ["401", "200", "200"]);
        assert!(
            cells(&shown, "why")[0].contains("send `Authorization: Bearer &lt;token&gt;`"),
            "{:?}",
            cells(&shown, "why")
        );
        assert_eq!(cells(&shown, "clause")[0].replace("<wbr>", ""), "<code>digitalocean.auth.bearer</code>");
        assert!(shown.contains("downloaded <b>yes</b>") && shown.contains("downloaded <b>no</b>"));
        for provider in desk.server.providers() {
            assert!(shown.contains(&format!("<h3 id=\"provider-{provider}\">{provider}</h3>")));
            assert!(shown.contains(&desk.at(provider)));
        }
        assert!(shown.contains(
            "{&quot;is&quot;:&quot;stall&quot;,&quot;at&quot;:&quot;before-headers&quot;,&quot;calls&quot;:[7]}"
        ));
        let only = page(&desk, "?provider=ucs&verdict=answered&status=&clause=").await;
        assert_eq!(cells(&only, "number"), ["1"]);
        assert!(only.contains("<option selected>ucs</option>") && only.contains("Show all"));
        assert_eq!(cells(&page(&desk, "?after=2").await, "number"), ["3"]);
    });
}

/// A script or a style that is not the page's own is not run, and nothing is loaded from elsewhere.
#[test]
fn its_policy_lets_nothing_in() {
    run(async {
        let desk = Desk::open().await;
        desk.call("ucs", UCS).await;
        let answer = desk.admin(Method::GET, "", "").await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let directives: Vec<&str> = policy.split("; ").collect();
        let (styles, scripts) =
            (between(&answer.text, "<style>", "</style>"), between(&answer.text, "<script>", "</script>"));
        assert_eq!((styles.len(), scripts.len()), (1, 1));
        assert_eq!(
            directives,
            [
                "default-src 'none'",
                &format!("style-src {}", hash(styles[0])),
                &format!("script-src {}", hash(scripts[0])),
                "img-src data:",
                "connect-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ]
        );
        for attribute in [" style=", " onclick=", " onload=", " src=", "javascript:", "@import", "url("] {
            assert!(!answer.text.contains(attribute), "{attribute}");
        }
        let own = desk.server.admin_url().unwrap();
        for link in between(&page(&desk, "").await, "href=\"", "\"") {
            let is_local = ["#", "/_kubeproof/", "data:", &own].iter().any(|start| link.starts_with(start));
            assert!(is_local, "{link}");
        }
    });
}

#[test]
fn what_a_client_sends_stays_text() {
    const MARKUP: &str = "<script>alert(1)</script><b title='\"&amp;'>";
    run(async {
        let desk = Desk::open().await;
        let world = serde_json::json!({"clusters": [{"id": MARKUP, "account_id": MARKUP, "endpoint": MARKUP}]});
        let put = desk.admin(Method::PUT, "worlds/fireworks", &world.to_string()).await;
        assert_eq!(put.status, 200, "{put:?}");
        let url = format!("{}/v1/accounts/x/clusters/y:getConnectionInfo?readMask='\"`", desk.at("fireworks"));
        let request = desk.client.post(url).header("x-markup", MARKUP).header("user-agent", MARKUP);
        sent(request.bearer_auth("example-fireworks-api-key").body(MARKUP)).await;
        let query = format!("?clause={}", MARKUP.replace('<', "%3C").replace('&', "%26").replace('"', "%22"));
        for shown in [page(&desk, "").await, page(&desk, &query).await] {
            assert!(!shown.contains("<script>alert") && !shown.contains("<b title"), "{shown}");
            assert_eq!(between(&shown, "<script", ">").len(), 1);
            assert!(shown.contains("&lt;script&gt;alert(1)&lt;"), "{shown}");
        }
        // In JSON the same, as text.
        assert!(desk.admin(Method::GET, "journal/1", "").await.json()["request"]["body"] == MARKUP);
    });
}

#[test]
fn head_is_answered_without_a_body() {
    run(async {
        let desk = Desk::open().await;
        let own = desk.server.admin_url().unwrap().replace("http://", "").replace("/_kubeproof/", "");
        for path in ["", "state", "journal", "nothing"] {
            let mut stream = TcpStream::connect(&own).await.unwrap();
            let request = format!("HEAD /_kubeproof/{path} HTTP/1.1\r\nhost: {own}\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = String::from_utf8(read_out(&mut stream).await.0).unwrap();
            let status = if path == "nothing" { "404" } else { "200" };
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with("\r\n\r\n"),
                "{path}: {answer}"
            );
            let length: u64 = between(&answer, "content-length: ", "\r\n")[0].parse().unwrap();
            assert!(length > 50, "{path}: {answer}");
        }
    });
}
