//! The page of kubeproof's own server, in a real Chromium: `tests/interop/page.py` looks and clicks, and here is what has
//! to come of it.

use std::path::Path;

use kubeproof_emulator::host::server::{Admin, KubernetesApi, Server, ServerSetting};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::{Fault, Redactor, Session, Setting};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::oracle::Oracle;

/// A server that was asked for something of every kind, and goes on while a browser looks at it.
struct Site {
    runtime: Runtime,
    server: Server,
}

const UCS: &str = "/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo";
const DIGITALOCEAN: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig";

impl Site {
    /// Its exchanges: 1 a download, 2 `Downloaded`, 3 a kubeconfig, 4 one without credentials, 5 one that got lost, 6 one
    /// that is sent to another origin, where it arrives as 7 with its token, and 8 of no provider.
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(async {
            let faults: Vec<Fault> =
                serde_json::from_str(r#"[{"is": "close", "calls": [3]}, {"is": "redirect", "calls": [4]}]"#).unwrap();
            let sessions = vec![
                Session::new::<DigitalOcean>(Setting { faults, ..Setting::default() }),
                Session::new::<Ucs>(Setting::default()),
            ];
            let setting =
                ServerSetting { admin: Admin::On, kubernetes_api: KubernetesApi::Stub, ..ServerSetting::default() };
            let server = Server::start(sessions, setting).await.unwrap();
            let base = server.base_url("ucs").unwrap();
            let client = client();
            let ask = async |path: &str, header: &str, value: &str| {
                client.get(format!("{base}{path}")).header(header, value).send().await
            };
            for _ in 0..2 {
                ask(UCS, "x-auth-token", "example-iam-token").await.unwrap();
            }
            ask(DIGITALOCEAN, "authorization", "Bearer example-do-api-token").await.unwrap();
            ask(DIGITALOCEAN, "x-markup", "<img src=x onerror=alert(1)>").await.unwrap();
            ask(DIGITALOCEAN, "authorization", "Bearer example-do-api-token").await.unwrap_err();
            let redirect = ask(DIGITALOCEAN, "authorization", "Bearer example-do-api-token").await.unwrap();
            let location = redirect.headers()["location"].to_str().unwrap().to_owned();
            client.get(location).bearer_auth("example-do-api-token").send().await.unwrap();
            ask("/of/example-iam-token?token=example-do-api-token", "x-odd", "example-do-api-token").await.unwrap();
            server
        });
        Self { runtime, server }
    }

    /// What a browser saw of it.
    fn seen(&self, way: &str) -> Value {
        let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
        std::fs::create_dir_all(&shots).unwrap();
        let admin_url = self.server.admin_url().unwrap();
        let base_url = self.server.base_url("ucs").unwrap();
        let seen = Oracle::new().browser(way, &admin_url, &base_url, &shots);
        assert_eq!(self.server.panics(), 0);
        seen
    }

    /// The page says nothing on its console, asks no other server, and shows no secret.
    #[track_caller]
    fn assert_quiet(&self, seen: &Value, complaints: &[&str]) {
        assert_eq!(seen["complaints"], json!(complaints));
        let own = self.server.admin_url().unwrap();
        let requests = seen["requests"].as_array().unwrap();
        let is_own = |url: &Value| url.as_str().unwrap().starts_with(&own);
        assert!(!requests.is_empty() && requests.iter().all(is_own), "{requests:?}");
        let content = seen["content"].as_str().unwrap();
        assert!(content.contains("<main"), "{content}");
        assert!(!self.redactor().finds_secret(content), "{content}");
    }

    fn redactor(&self) -> Redactor {
        let secrets = ["example-do-api-token", "example-iam-token"].map(str::to_owned);
        self.server.session("digitalocean").unwrap().redactor().and(secrets)
    }
}

fn client() -> reqwest::Client {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().redirect(redirects).build().unwrap()
}

impl Drop for Site {
    fn drop(&mut self) {
        // Nothing is awaited any more.
        let _entered = self.runtime.enter();
    }
}

#[test]
fn without_javascript_everything_can_be_read() {
    let site = Site::new();
    let seen = site.seen("read");
    site.assert_quiet(&seen, &[]);
    let columns = ["#", "Provider", "Request", "Status", "Decision", "Why", "Clause", "Fault", "Headers and bodies"];
    assert_eq!(seen["columns"], json!(columns));
    let rows = seen["rows"].as_array().unwrap();
    let cells = |column: &str| {
        let place = columns.iter().position(|name| *name == column).unwrap();
        rows.iter().map(|row| row[place].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert!(rows.iter().all(|row| row.as_array().unwrap().len() == columns.len()), "{rows:?}");
    assert_eq!(cells("#"), ["8", "7", "6", "5", "4", "3", "2", "1"]);
    let (origin, ocean) = ("another origin", "digitalocean");
    assert_eq!(cells("Provider"), ["no provider", origin, ocean, ocean, ocean, ocean, "ucs", "ucs"]);
    assert_eq!(cells("Status"), ["404", "200", "307", "200", "401", "200", "200", "200"]);
    let (answered, refused) = ("answered", "refused");
    assert_eq!(cells("Decision"), [refused, answered, "unanswered", answered, refused, answered, refused, answered]);
    assert_eq!(cells("Request")[0], "GET /of/<redacted>?token=<redacted>");
    assert_eq!(cells("Why")[4], "send `Authorization: Bearer <token>`; the header was absent");
    assert_eq!(cells("Why")[1], "another origin answers everything\nCredentials reached it: authorization");
    assert_eq!(cells("Clause")[4], "digitalocean.auth.bearer");
    assert_eq!(cells("Fault")[3], "Fault: the connection was closed before the answer");
    for heading in ["kubeproof", "Exchanges", "Providers", "digitalocean", "ucs", "Connections", "Another origin"] {
        assert!(seen["headings"].as_array().unwrap().contains(&json!(heading)), "{}", seen["headings"]);
    }
    let downloaded = "0c0ffee0-0000-4000-8000-000000000001\nkind attached\nnetwork public\ndownloaded yes";
    assert!(seen["clusters"].as_array().unwrap().contains(&json!(downloaded)), "{}", seen["clusters"]);
    let opened = seen["opened"].as_str().unwrap();
    assert!(opened.contains("x-odd\n<redacted>") && opened.contains("No body."), "{opened}");
    // What cannot be done without JavaScript is not offered, and the page says how it is done.
    assert_eq!(seen["buttons"], json!(["Show"]));
    assert!(
        seen["note"].as_str().unwrap().contains("curl -X POST -H 'content-type: application/json'"),
        "{}",
        seen["note"]
    );
    assert_eq!(seen["filtered"], json!(["2"]));
    assert_eq!(seen["unfiltered"], json!(["8", "7", "6", "5", "4", "3", "2", "1"]));
}

#[test]
fn what_comes_in_appears_by_itself() {
    let site = Site::new();
    let seen = site.seen("live");
    site.assert_quiet(&seen, &[]);
    let new = &seen["new"];
    assert_eq!([&new["number"], &new["provider"], &new["status"], &new["clause"]], ["9", "ucs", "403", "ucs.id.uuid"]);
    assert_eq!(seen["said"], "Exchange 9: ucs, 403, refused");
    assert_eq!(seen["said of two"], "2 new exchanges");
    assert_eq!(seen["order"], json!(["11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1"]));
    assert_eq!((&seen["open"], &seen["typed"]), (&json!(1), &json!("3h")));
    assert_eq!((&seen["asked while paused"], &seen["asked while hidden"]), (&json!(0), &json!(0)));
    assert_eq!(
        (&seen["rows after many"], &seen["newest"], &seen["shown newest"]),
        (&json!(50), &json!(133), &json!("133"))
    );
}

#[test]
fn every_button_does_what_it_says() {
    let site = Site::new();
    let seen = site.seen("act");
    // The browser says so itself where the server refuses: here a fault that was written wrong.
    let refused = "error: Failed to load resource: the server responded with a status of 400 (Bad Request)";
    assert_eq!(seen["complaints"], json!([refused]));
    let fault = json!({"is": "close", "at": "connect", "connections": [1]});
    assert_eq!(seen["armed"], json!([{"fault": fault, "counted": 0, "done": 0}]));
    assert!(seen["shown"].as_str().unwrap().contains(&fault.to_string()), "{}", seen["shown"]);
    let refused = &seen["refused"];
    assert!(refused["said"].as_str().unwrap().contains("how slowly is missing"), "{refused}");
    assert_eq!((&refused["faults"], &refused["typed"]), (&json!(1), &json!(r#"{"is": "trickle"}"#)));
    assert_eq!(seen["armed too"], 2);
    assert_eq!(seen["disarmed"], json!({"faults": [], "shown": 1}));
    assert_eq!(seen["revoked"], json!({"credentials": [true, true], "shown": 2}));
    assert_eq!(seen["clocks"], json!({"now": "2026-01-02T01:00:00Z", "shown": "2026-01-02T01:00:00Z"}));
    assert_eq!(seen["downloaded before"], true);
    let others = ["another origin", "digitalocean", "no provider"];
    assert_eq!(seen["ucs reset"], json!({"downloaded": false, "rows": others, "focused": true}));
    assert_eq!(seen["cleared"], json!({"before": 6, "after": 0, "listed": 0, "said": true}));
    assert_eq!(seen["reset"], json!({"rows": 0, "now": "2026-01-01T00:00:00Z"}));
    // The faults that the server was started with are armed again.
    assert_eq!(site.server.session("digitalocean").unwrap().faults().armed().len(), 2);
}

#[test]
fn it_can_be_read_and_used_in_light_and_dark_on_a_desk_and_on_a_phone() {
    let site = Site::new();
    let seen = site.seen("look");
    let mut grounds = Vec::new();
    for (view, seen) in seen.as_object().unwrap() {
        site.assert_quiet(seen, &[]);
        grounds.push((view.clone(), seen["ground"].clone(), seen["text"].clone()));
        assert_eq!(seen["violations"], json!([]), "{view}");
        assert_eq!(seen["undecided"], json!([]), "{view}");
        // The contrast that WCAG 2 asks of text at level AA.
        assert!(seen["texts"].as_u64().unwrap() > 150, "{view}: {}", seen["texts"]);
        assert!(seen["least contrast"].as_f64().unwrap() >= 4.5, "{view}: {}", seen["least contrast"]);
        let borders = seen["borders"].as_array().unwrap();
        assert!(borders.len() > 15, "{view}");
        let faint: Vec<&Value> = borders.iter().filter(|border| border[1].as_f64().unwrap() < 3.0).collect();
        assert!(faint.is_empty(), "{view}: {faint:?}");
        assert_eq!(seen["focus"], json!(["provider", "solid", "2px"]), "{view}");
        let widths = &seen["widths"];
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{view} scrolls sideways: {widths}");
    }
    let [desktop_light, phone_light, desktop_dark, phone_dark] = grounds.as_slice() else { panic!("{grounds:?}") };
    assert_eq!((&desktop_light.1, &desktop_light.2), (&phone_light.1, &phone_light.2));
    assert_eq!((&desktop_dark.1, &desktop_dark.2), (&phone_dark.1, &phone_dark.2));
    assert!(desktop_light.1 != desktop_dark.1 && desktop_light.2 != desktop_dark.2, "{grounds:?}");
}

#[test]
fn a_page_of_another_site_can_neither_read_nor_change_anything() {
    let site = Site::new();
    let seen = site.seen("attack");
    for (way, outcome) in seen["tried"].as_object().unwrap() {
        // That a beacon is sent says nothing of the answer.
        let expected = if way == "beacon" { json!(true) } else { json!("refused") };
        assert_eq!(outcome, &expected, "{way}");
    }
    assert_eq!((&seen["plain"], &seen["own"]), (&json!(403), &json!(403)));
    assert!(!seen["framed"].to_string().contains("kubeproof"), "{}", seen["framed"]);
    assert_eq!(seen["rebound"]["status"], 403);
    assert!(seen["rebound"]["error"].as_str().unwrap().contains("the `Host` of this request"), "{seen}");
    // Neither a script nor a style nor a handler that got into the page does anything.
    assert_eq!(seen["injected"], json!([null, "rgb(27, 33, 43)"]));
    // All that was there is there, and nothing was asked of a provider.
    assert_eq!((&seen["journal"], &seen["downloaded"]), (&json!(8), &json!(true)));
}
