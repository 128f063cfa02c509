//! What came in, what was answered and why.

use kubeproof_emulator::Request;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::wire::read_out;
use super::{DIGITALOCEAN, Desk, UCS, run};

/// Nine exchanges, of which the sixth is of no provider, and the last reached another origin.
async fn busy() -> Desk {
    let desk = Desk::open().await;
    desk.call("digitalocean", DIGITALOCEAN).await; // 1: answered
    desk.call("digitalocean", &format!("{DIGITALOCEAN}?expiry_seconds=-1")).await; // 2: 422
    desk.call("ucs", UCS).await; // 3: answered
    desk.call("ucs", UCS).await; // 4: Downloaded
    let cce =
        "/api/v3/projects/00000000000000000000000000000abc/clusters/0c0ffee0-0000-11f1-8000-000000000001/clustercert";
    let request = desk.client.get(format!("{}{cce}", desk.at("cce"))).header("x-auth-token", "example-iam-token");
    request.header("content-type", "text/strange").send().await.unwrap(); // 5: answered with a complaint
    desk.call("ucs", "/of/no/provider").await; // 6: of none
    desk.post(
        "faults/digitalocean",
        r#"[{"is": "reset", "at": "request", "calls": [1]}, {"is": "redirect", "calls": [2]}]"#,
    )
    .await;
    desk.try_call("digitalocean", DIGITALOCEAN).await.unwrap_err(); // 7: unanswered
    let redirected = desk.call("digitalocean", DIGITALOCEAN).await; // 8: redirected
    let location = redirected.headers["location"].to_str().unwrap();
    desk.client.get(location).bearer_auth("example-do-api-token").send().await.unwrap(); // 9: elsewhere
    desk
}

#[test]
fn exchanges_are_selected() {
    run(async {
        let desk = busy().await;
        for (query, expected) in [
            ("", &[1, 2, 3, 4, 5, 6, 7, 8, 9][..]),
            ("provider=ucs", &[3, 4]),
            ("provider=fireworks", &[]),
            ("verdict=answered", &[1, 3, 5, 9]),
            ("verdict=refused", &[2, 4, 6]),
            ("verdict=unanswered", &[7, 8]),
            ("verdict=harness-error", &[]),
            ("status=200", &[1, 3, 4, 5, 9]),
            ("status=4xx", &[2, 6]),
            ("status=307", &[8]),
            ("clause=digitalocean.expiry.rejected", &[2]),
            ("clause=digitalocean.expiry", &[2]),
            ("clause=digitalocean.exp", &[]),
            ("clause=cce.content-type", &[5]),
            ("clause=kubeproof", &[6, 7, 8, 9]),
            ("provider=digitalocean&verdict=refused&status=422", &[2]),
            ("provider=&verdict=&status=&clause=&connection=&after=&limit=", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
            ("limit=2", &[8, 9]),
            ("after=7", &[8, 9]),
            ("after=0&limit=2", &[1, 2]),
            ("after=9", &[]),
            ("after=18446744073709551615", &[]),
            ("limit=2&verdict=refused", &[4, 6]),
        ] {
            assert_eq!(desk.numbers(query).await, expected, "{query}");
        }
    });
}

/// Whoever goes on from where they were sees each exchange once, whatever the page size and the selection.
#[test]
fn paging_misses_nothing() {
    run(async {
        let desk = busy().await;
        for selection in ["", "&provider=digitalocean", "&verdict=answered", "&clause=nothing"] {
            let all = desk.numbers(selection.trim_start_matches('&')).await;
            for limit in 1..=10 {
                let (mut after, mut seen) = (0, Vec::new());
                loop {
                    let listing = desk.get(&format!("journal?after={after}&limit={limit}{selection}")).await;
                    seen.extend(
                        listing["exchanges"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()),
                    );
                    after = listing["next_after"].as_u64().unwrap();
                    if listing["more"] == json!(false) {
                        break;
                    }
                }
                assert_eq!(seen, all, "{selection} by {limit}");
                assert_eq!(after, 9, "{selection} by {limit}");
            }
        }
        assert_eq!(desk.get("journal?limit=3").await["more"], true);
        assert_eq!(desk.get("journal?limit=9").await["more"], false);
    });
}

#[test]
fn an_exchange_says_what_was_decided_and_why() {
    run(async {
        let desk = busy().await;
        let listing = desk.get("journal").await;
        let row = |number: usize| listing["exchanges"][number - 1].clone();
        assert_eq!(
            row(2),
            json!({
                "number": 2, "at": "2026-01-01T00:00:00Z", "origin": "provider", "provider": "digitalocean", "connection": 1,
                "method": "GET", "target": format!("{DIGITALOCEAN}?expiry_seconds=-1"),
                "status": 422, "verdict": "refused", "clause": "digitalocean.expiry.rejected",
                "explanation": "send an `expiry_seconds` of 0 or more; it was negative",
                "complaints": [], "fault": null
            })
        );
        let complaints = row(5)["complaints"].clone();
        assert_eq!(complaints[0]["clause"], "cce.content-type.values", "{complaints}");
        assert!(complaints[0]["explanation"].as_str().unwrap().contains("application/json"), "{complaints}");
        let short = |number: usize| {
            let row = row(number);
            ["origin", "provider", "status", "verdict", "clause", "fault"].map(|part| row[part].clone())
        };
        let of = |values: [Value; 6]| values;
        assert_eq!(
            short(6),
            of([
                json!("unclaimed"),
                Value::Null,
                json!(404),
                json!("refused"),
                json!("kubeproof.no-provider"),
                Value::Null
            ])
        );
        let fault = "the connection was reset when the request was read";
        assert_eq!(
            short(7),
            of([
                json!("provider"),
                json!("digitalocean"),
                Value::Null,
                json!("unanswered"),
                json!("kubeproof.fault"),
                json!(fault)
            ])
        );
        assert_eq!(short(8)[2], 307);
        assert_eq!(row(9)["origin"], "elsewhere");
        assert_eq!(row(9)["credentials"], json!(["authorization"]));
    });
}

#[test]
fn one_exchange_is_shown_whole() {
    run(async {
        let desk = Desk::open().await;
        let url = format!("{}{DIGITALOCEAN}", desk.at("digitalocean"));
        let request = desk.client.post(url).bearer_auth("example-do-api-token").header("x-note", "a note");
        request.body("a body").send().await.unwrap();
        desk.call("digitalocean", DIGITALOCEAN).await;
        let one = desk.get("journal/1").await;
        let listed = desk.get("journal?limit=1000").await["exchanges"][0].clone();
        for (name, value) in listed.as_object().unwrap() {
            assert_eq!(&one[name], value, "{name}");
        }
        let field = |name: &str, value: &str| json!({"name": name, "value": value});
        let sent = one["request"]["headers"].as_array().unwrap();
        assert!(sent.contains(&field("x-note", "a note")), "{sent:?}");
        assert!(sent.contains(&field("authorization", "Bearer <redacted>")), "{sent:?}");
        assert_eq!(one["request"]["body"], "a body");
        assert_eq!((&one["request"]["body_bytes"], &one["request"]["cut"]), (&json!(6), &json!(false)));
        let two = desk.get("journal/2").await;
        let came = two["reply"]["headers"].as_array().unwrap();
        assert!(came.contains(&field("content-type", "application/yaml")), "{came:?}");
        let body = two["reply"]["body"].as_str().unwrap();
        assert!(body.contains("kind: Config") && body.contains("token: <redacted>"), "{body}");
    });
}

#[test]
fn a_body_that_is_too_long_for_the_journal_is_said_to_be_cut() {
    run(async {
        let desk = Desk::open().await;
        // The journal keeps as much as the server takes: the longest body is just not cut.
        let url = format!("{}{UCS}", desk.at("ucs"));
        desk.client.post(url).body("é".repeat(1 << 19)).send().await.unwrap();
        let one = desk.get("journal/1").await;
        let request = &one["request"];
        assert_eq!((&request["body_bytes"], &request["cut"]), (&json!(1 << 20), &json!(false)));
        assert_eq!(request["body"].as_str().unwrap().chars().count(), 1 << 19);
        // A page shows the beginning, and ends at a character.
        let page = desk.admin(Method::GET, "", "").await.text;
        assert!(page.contains(&format!("{}…", "é".repeat(4000))) && !page.contains(&"é".repeat(4001)));
        assert!(page.contains("A body of 1048576 bytes, of which the beginning is shown."));
    });
}

#[test]
fn connections_are_counted_apart_and_select_exchanges() {
    run(async {
        let desk = Desk::open().await;
        let ask = async |address: &str, last: &str| {
            let mut stream = TcpStream::connect(address.replace("http://", "")).await.unwrap();
            let request = |more: &str| format!("GET {UCS} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n");
            stream.write_all((request("") + &request(last)).as_bytes()).await.unwrap();
            stream
        };
        for _ in 0..2 {
            read_out(&mut ask(&desk.at("ucs"), "connection: close\r\n").await).await;
        }
        let mut open = ask(&desk.server.elsewhere_url(), "").await;
        // The beginning of an answer says that the connection is known.
        open.read_u8().await.unwrap();
        let made = desk.get("connections").await;
        assert_eq!(made["made"], 3, "{made}");
        let one = |place: usize| {
            ["number", "leads_to", "protocol", "end"].map(|name| made["connections"][place][name].clone())
        };
        assert_eq!(one(1), [json!(2), json!("providers"), json!("http/1.1"), json!("closed")]);
        assert_eq!(one(2), [json!(3), json!("elsewhere"), json!("http/1.1"), Value::Null]);
        assert_eq!(made["connections"][0]["requests"], 2);
        assert_eq!(desk.numbers("connection=1").await, [1, 2]);
        assert_eq!(desk.numbers("connection=2").await, [3, 4]);
        assert_eq!(desk.numbers("connection=4").await, [0; 0]);
    });
}

#[test]
fn what_reached_another_origin_names_the_credentials() {
    run(async {
        let desk = Desk::open().await;
        let url = desk.get("elsewhere").await["url"].as_str().unwrap().to_owned();
        assert_eq!(url, desk.server.elsewhere_url());
        let get = |path: &str| desk.client.get(format!("{url}{path}"));
        get("/none").header("accept", "*/*").send().await.unwrap();
        get("/guarded").bearer_auth("of-nobody").header("cookie", "a=b").send().await.unwrap();
        get("/known").header("x-mine", "is example-iam-token").send().await.unwrap();
        get("/in/example-iam-token").send().await.unwrap();
        get("/encoded?of=example%2Ddo%2Dapi%2Dtoken").send().await.unwrap();
        desk.client.post(format!("{url}/body")).body("k=example-fireworks-api-key").send().await.unwrap();
        let seen = desk.get("elsewhere").await;
        let rows = seen["exchanges"].as_array().unwrap();
        let credentials: Vec<Value> = rows.iter().map(|row| row["credentials"].clone()).collect();
        assert_eq!(
            credentials,
            [
                json!([]),
                json!(["authorization", "cookie"]),
                json!(["x-mine"]),
                json!(["url"]),
                json!(["url"]),
                json!(["body"])
            ]
        );
        assert_eq!(rows[3]["target"], "/in/<redacted>");
        assert_eq!(rows[4]["target"], "/encoded?of=<redacted>");
    });
}

#[test]
fn what_came_to_the_kubernetes_api_of_a_provider_is_told_apart() {
    run(async {
        let desk = Desk::open().await;
        desk.call("digitalocean", DIGITALOCEAN).await;
        let ask = Request::get("/0c0ffee0-0000-4000-8000-000000000001/api/v1/namespaces");
        let ask = ask.with_header("authorization", "Bearer unknown");
        desk.server.session("digitalocean").unwrap().serve_api(ask, None, 7);
        let row = desk.get("journal?provider=digitalocean&connection=7").await["exchanges"][0].clone();
        let parts = ["number", "origin", "provider", "status", "verdict", "clause"].map(|name| row[name].clone());
        let expected = [
            json!(2),
            json!("kubernetes"),
            json!("digitalocean"),
            json!(401),
            json!("refused"),
            json!("kubeproof.kubernetes.unknown-credential"),
        ];
        assert_eq!(parts, expected);
        assert_eq!(desk.get("state").await["providers"][0]["exchanges"]["recorded"], 1);
        desk.admin(Method::DELETE, "journal?provider=digitalocean", "").await;
        assert_eq!(desk.numbers("").await, [0; 0]);
    });
}
