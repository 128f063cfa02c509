//! Where the admin API is, and what stays untouched by it.

use std::net::Ipv4Addr;
use std::time::Duration;

use kubeproof_emulator::host::server::{Admin, Limits, ServerSetting, Transport};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::{Session, Setting};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::wire::{self, read_out};
use super::{DIGITALOCEAN, Desk, alone, run, sent, sessions};

#[test]
fn without_it_its_paths_are_paths_like_any_other() {
    run(async {
        let desk = Desk::of(sessions(), ServerSetting::default()).await;
        assert_eq!(desk.server.admin_url(), None);
        let answer = sent(desk.client.get(format!("{}/_kubeproof/healthz", desk.at("ucs")))).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{answer:?}");
        assert_eq!(answer.headers["kubeproof-clause"], "kubeproof.no-provider");

        let (sessions, setting) = alone(sessions());
        let desk = Desk::of(sessions, ServerSetting { admin: Admin::Off, ..setting }).await;
        desk.call("digitalocean", "/_kubeproof/healthz").await;
        assert_eq!(desk.server.session("digitalocean").unwrap().journal().recorded(), 1);
    });
}

#[test]
fn it_is_at_every_port_of_a_provider_and_at_its_own() {
    run(async {
        let (alone, setting) = alone(sessions());
        for desk in [Desk::open().await, Desk::of(alone, setting).await] {
            let bases = desk.server.providers().into_iter().map(|name| desk.at(name));
            for base in bases.chain([desk.server.admin_url().unwrap().replace("/_kubeproof/", "")]) {
                for (path, expected) in [("healthz", "ok"), ("readyz", "ready")] {
                    let answer = sent(desk.client.get(format!("{base}/_kubeproof/{path}"))).await;
                    assert_eq!((answer.status, &answer.json()), (200, &json!({"status": expected})));
                }
                let root = sent(desk.client.get(format!("{base}/_kubeproof"))).await;
                assert_eq!((root.status, root.headers["location"].to_str().unwrap()), (308, "/_kubeproof/"));
            }
            let own = desk.server.admin_url().unwrap().replace("/_kubeproof/", "/");
            assert_eq!(sent(desk.client.get(&own)).await.headers["location"], "/_kubeproof/");
            assert_eq!(sent(desk.client.get(own + "other")).await.status, 404);
        }
    });
}

#[test]
fn a_server_at_every_address_names_those_that_can_be_reached() {
    run(async {
        let address = Ipv4Addr::UNSPECIFIED.into();
        let desk = Desk::of(sessions(), ServerSetting { admin: Admin::On, address, ..ServerSetting::default() }).await;
        assert!(desk.server.admin_url().unwrap().starts_with("http://127.0.0.1:"));
        let state = desk.get("state").await;
        assert_eq!(state["admin_url"], json!(desk.server.admin_url().unwrap()));
        assert_eq!(state["providers"][2]["base_url"], json!(desk.at("ucs")));
        assert_eq!(state["elsewhere"]["url"], json!(desk.server.elsewhere_url()));
    });
}

#[test]
fn what_only_looks_like_it_is_the_providers() {
    run(async {
        let (sessions, setting) = alone(sessions());
        let desk = Desk::of(sessions, setting).await;
        for path in ["/_kubeproofs", "/%5fkubeproof/healthz", "/v1/_kubeproof/healthz", "//_kubeproof/healthz"] {
            let answer = desk.call("digitalocean", path).await;
            assert!(answer.headers.contains_key("kubeproof-clause"), "{path}: {answer:?}");
        }
        assert_eq!(desk.server.session("digitalocean").unwrap().journal().recorded(), 4);
    });
}

/// Asking it is no call, and to its own port there is no connection.
#[test]
fn its_requests_are_in_no_journal_and_count_for_no_fault() {
    run(async {
        let desk = Desk::open().await;
        desk.post("faults/digitalocean", r#"[{"is": "close", "at": {"body": 3}, "calls": [2]}]"#).await;
        for base in [desk.at("digitalocean"), desk.server.admin_url().unwrap().replace("/_kubeproof/", "")] {
            for path in ["/_kubeproof/state", "/_kubeproof/", "/_kubeproof/worlds/nobody", "/_kubeproof/journal"] {
                sent(desk.client.get(format!("{base}{path}"))).await;
            }
        }
        let state = desk.get("state").await;
        assert_eq!(state["providers"][0]["exchanges"], json!({"recorded": 0, "kept": 0}));
        assert_eq!(state["unclaimed"]["recorded"], 0);
        assert_eq!(state["providers"][0]["faults"][0]["counted"], 0);
        // The one connection that was made to the provider's port.
        assert_eq!(state["connections"]["made"], 1);
        assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
        desk.try_call("digitalocean", DIGITALOCEAN).await.unwrap_err();
        assert_eq!(desk.get("state").await["providers"][0]["faults"][0]["done"], 1);
    });
}

#[test]
fn whatever_is_done_to_connections_its_own_port_is_reached() {
    run(async {
        let desk = Desk::open().await;
        for fault in
            [r#"{"is": "refuse"}"#, r#"{"is": "reset", "at": "connect"}"#, r#"{"is": "stall", "at": "request"}"#]
        {
            desk.post("faults/ucs", fault).await;
            if !fault.contains("stall") {
                sent_in_vain(&desk).await;
            }
            assert_eq!(desk.get("healthz").await["status"], "ok");
            let disarmed = desk.admin(Method::DELETE, "faults/ucs", "").await;
            assert_eq!(disarmed.json(), json!({"provider": "ucs", "faults": []}));
        }
        assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
    });
}

/// A request at the shared port, on a connection of its own.
async fn sent_in_vain(desk: &Desk) {
    let client = super::client();
    client.get(format!("{}{DIGITALOCEAN}", desk.at("digitalocean"))).send().await.unwrap_err();
}

#[test]
fn it_has_places_of_its_own_when_all_others_are_taken() {
    run(async {
        let limits = Limits { connections: 1, ..Limits::default() };
        let desk = Desk::of(sessions(), ServerSetting { admin: Admin::On, limits, ..ServerSetting::default() }).await;
        let address = desk.at("ucs").replace("http://", "");
        let mut silent = TcpStream::connect(&address).await.unwrap();
        silent.write_all(b"GET / HT").await.unwrap();
        assert_eq!(desk.get("healthz").await["status"], "ok");
        drop(silent);
    });
}

#[test]
fn with_tls_it_is_reached_like_the_provider_and_at_its_own_port_without_as_well() {
    run(async {
        let session = Session::new::<DigitalOcean>(Setting::default());
        let setting = ServerSetting { admin: Admin::On, transport: Transport::Tls, ..ServerSetting::default() };
        let desk = Desk::of(vec![session], setting).await;
        let request = b"GET /_kubeproof/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let over_tls = wire::ask_tls(&desk.server, request).await.unwrap().0;
        assert!(over_tls.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&over_tls));
        // A browser that knows nothing of the authority.
        assert!(desk.server.admin_url().unwrap().starts_with("http://"));
        let state = desk.get("state").await;
        assert!(state["providers"][0]["base_url"].as_str().unwrap().starts_with("https://"), "{state}");
        // An expired certificate, which its own port does not show.
        desk.post("faults/digitalocean", r#"{"is": "tls-expired"}"#).await;
        wire::ask_tls(&desk.server, request).await.unwrap_err();
        let own = desk.server.admin_url().unwrap().replace("http://", "").replace("/_kubeproof/", "");
        let mut over_tls = wire::connect_tls_to(&desk.server, own.parse().unwrap(), &[b"http/1.1"]).await.unwrap();
        over_tls.write_all(request).await.unwrap();
        assert!(read_out(&mut over_tls).await.0.starts_with(b"HTTP/1.1 200 OK"));
    });
}

#[test]
fn a_server_that_stops_is_not_ready() {
    run(async {
        let Desk { server, .. } = Desk::open().await;
        let own = server.admin_url().unwrap().replace("http://", "").replace("/_kubeproof/", "");
        let mut stream = TcpStream::connect(own).await.unwrap();
        let head =
            b"GET /_kubeproof/readyz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\nexpect: 100-continue\r\n\r\n";
        stream.write_all(head).await.unwrap();
        // It waits for the body, and so is under way.
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).await.unwrap();
        assert_eq!(&interim[..], b"HTTP/1.1 100 Continue\r\n\r\n");
        let stopping = tokio::spawn(server.stop(Duration::from_secs(60)));
        tokio::task::yield_now().await;
        stream.write_all(b"x").await.unwrap();
        let answer = String::from_utf8(read_out(&mut stream).await.0).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("the server is stopping"), "{answer}");
        stopping.await.unwrap();
    });
}
