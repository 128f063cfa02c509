//! What can be changed: worlds, the clock, faults, and everything back.

use kubeproof_emulator::host::server::{Admin, KubernetesApi, ServerSetting};
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::ucs::{Cluster, Ucs, World};
use kubeproof_emulator::{Fault, Incident, Request, Session, Setting};
use reqwest::Method;
use serde_json::{Value, json};

use super::{DIGITALOCEAN, Desk, UCS, run};

#[test]
fn a_world_is_put_back_as_it_was_taken() {
    run(async {
        let desk = Desk::open().await;
        for provider in desk.server.providers() {
            let shown = desk.get(&format!("worlds/{provider}?secrets=shown")).await;
            assert!(shown["clusters"].as_array().unwrap().len() > 1 && !shown.to_string().contains("<redacted>"));
            let hidden = desk.get(&format!("worlds/{provider}")).await;
            assert_ne!(hidden, shown, "{provider}");
            assert_eq!(desk.get(&format!("worlds/{provider}?secrets=hidden")).await, hidden);
            let put = desk.admin(Method::PUT, &format!("worlds/{provider}"), &shown.to_string()).await;
            assert_eq!((put.status, put.json()), (200, hidden), "{provider}");
            assert_eq!(desk.get(&format!("worlds/{provider}?secrets=shown")).await, shown, "{provider}");
        }
    });
}

#[test]
fn a_world_that_is_put_is_the_one_that_answers() {
    run(async {
        let desk = Desk::open().await;
        assert_eq!(desk.call("ucs", UCS).await.status, 200);
        assert_eq!(desk.get("worlds/ucs").await["clusters"][0]["downloaded"], true);
        assert_eq!(desk.call("ucs", UCS).await.text, r#"["Downloaded"]"#);

        let mut world = desk.get("worlds/ucs?secrets=shown").await;
        world["clusters"][0]["downloaded"] = false.into();
        desk.admin(Method::PUT, "worlds/ucs", &world.to_string()).await;
        assert!(desk.call("ucs", UCS).await.text.contains("Deployment"));

        world["tokens"] = json!(["another-token"]);
        desk.admin(Method::PUT, "worlds/ucs", &world.to_string()).await;
        assert_eq!(desk.call("ucs", UCS).await.status, 401);
        // What is left out is as in the default world, as in a world file.
        assert_eq!(desk.admin(Method::PUT, "worlds/ucs", r#"{"seed": 7}"#).await.json()["seed"], 7);
        assert_eq!(desk.call("ucs", UCS).await.status, 200);
        // The journal goes on, and so do the others.
        assert_eq!(desk.numbers("provider=ucs").await, [1, 2, 3, 4, 5]);
        assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
    });
}

/// A UCS that was downloaded from, whose second call is rate limited, and the third one cut off.
fn started() -> Vec<Session> {
    let world = World { clusters: vec![Cluster { downloaded: true, ..Cluster::default() }], ..World::default() };
    let incidents: Vec<Incident<_>> = vec![serde_json::from_str(r#"{"calls": [2], "is": "rate-limited"}"#).unwrap()];
    let faults: Vec<Fault> = vec![serde_json::from_str(r#"{"is": "close", "calls": [3]}"#).unwrap()];
    vec![
        Session::new::<Ucs>(Setting { world, incidents, faults, ..Setting::default() }),
        Session::new::<DigitalOcean>(Setting::default()),
    ]
}

#[test]
fn everything_goes_back_to_what_the_server_was_started_with() {
    for (path, expected) in [("reset", json!(["ucs", "digitalocean"])), ("worlds/ucs/reset", json!(["ucs"]))] {
        run(async {
            let desk = Desk::of(started(), ServerSetting { admin: Admin::On, ..ServerSetting::default() }).await;
            let before = (desk.get("state").await, desk.get("worlds/ucs?secrets=shown").await);
            for round in 1..=3 {
                assert_eq!(desk.call("ucs", UCS).await.text, r#"["Downloaded"]"#, "round {round}");
                assert_eq!(desk.call("ucs", UCS).await.status, 429, "round {round}");
                desk.try_call("ucs", UCS).await.unwrap_err();
                assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
                desk.post("clock/advance", r#"{"by": "24h"}"#).await;
                desk.admin(Method::PUT, "worlds/ucs", "{}").await;
                desk.post("faults/ucs", r#"{"is": "stall"}"#).await;

                assert_eq!(desk.post(path, "").await, json!({"reset": expected}));
                let after = (desk.get("state").await, desk.get("worlds/ucs?secrets=shown").await);
                assert_eq!(after.1, before.1);
                for part in ["clock", "faults"] {
                    assert_eq!(after.0["providers"][0][part], before.0["providers"][0][part], "{part}");
                }
                // How many there were is no state that a program could see.
                assert_eq!(after.0["providers"][0]["exchanges"], json!({"recorded": round * 3, "kept": 0}));
                let others = desk.numbers("provider=digitalocean").await;
                assert_eq!(others.is_empty(), path == "reset", "{others:?}");
                let clock = &after.0["providers"][1]["clock"];
                assert_eq!(clock == &before.0["providers"][1]["clock"], path == "reset", "{clock}");
            }
            // Numbers go on: whoever asked for what comes after one misses nothing.
            desk.call("digitalocean", DIGITALOCEAN).await;
            assert_eq!(desk.numbers("after=12").await, [13]);
        });
    }
}

#[test]
fn a_reset_of_everything_forgets_connections_that_ended_and_what_reached_another_origin() {
    run(async {
        let desk = Desk::open().await;
        desk.post("faults/digitalocean", r#"{"is": "redirect"}"#).await;
        let redirected = desk.call("digitalocean", DIGITALOCEAN).await;
        desk.client.get(redirected.headers["location"].to_str().unwrap()).send().await.unwrap();
        let request = desk.client.get(format!("{}/of/no/provider", desk.at("ucs"))).header("connection", "close");
        request.send().await.unwrap();
        assert_eq!(desk.numbers("").await.len(), 3);
        let ended = async || {
            let connections = desk.get("connections").await;
            connections["connections"].as_array().unwrap().iter().filter(|one| !one["end"].is_null()).count()
        };
        assert!(ended().await > 0);
        desk.post("reset", "{}").await;
        assert_eq!(desk.numbers("").await, [0; 0]);
        assert_eq!(desk.get("elsewhere").await["exchanges"], json!([]));
        assert_eq!(ended().await, 0);
    });
}

#[test]
fn the_clock_is_moved_forward_for_all() {
    run(async {
        let desk = Desk::open().await;
        let says = |now: &str| {
            let clock = |provider: &str| json!({"provider": provider, "now": now});
            let clocks = ["digitalocean", "cce", "ucs", "fireworks"].map(clock);
            json!({"clocks": clocks})
        };
        assert_eq!(desk.get("clock").await, says("2026-01-01T00:00:00Z"));
        for (by, now) in [
            ("500ms", "2026-01-01T00:00:00.5Z"),
            ("PT0.5S", "2026-01-01T00:00:01Z"),
            ("59s", "2026-01-01T00:01:00Z"),
            ("59m", "2026-01-01T01:00:00Z"),
            ("23h", "2026-01-02T00:00:00Z"),
            ("7d", "2026-01-09T00:00:00Z"),
            ("P1DT12H", "2026-01-10T12:00:00Z"),
            ("0s", "2026-01-10T12:00:00Z"),
        ] {
            assert_eq!(desk.post("clock/advance", &json!({"by": by}).to_string()).await, says(now), "{by}");
            assert_eq!(desk.get("clock").await, says(now), "{by}");
        }
        desk.call("digitalocean", DIGITALOCEAN).await;
        let row = desk.get("journal").await["exchanges"][0].clone();
        assert_eq!(row["at"], "2026-01-10T12:00:00Z");
        assert!(row["explanation"].as_str().unwrap().contains("2026-01-17T12:00:00Z"), "{row}");
    });
}

/// The emulators' clocks follow the host's where it has one, and are ahead of it as far as they were moved.
#[test]
fn the_clock_that_is_shown_is_that_of_now() {
    use kubeproof_emulator::EPOCH;
    use kubeproof_emulator::host::server::Clock;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    let seconds = Arc::new(AtomicI64::new(0));
    let told = Arc::clone(&seconds);
    let clock = Clock(Arc::new(move || EPOCH + jiff::SignedDuration::from_secs(told.load(Ordering::Relaxed))));
    run(async {
        let setting = ServerSetting { admin: Admin::On, clock: Some(clock), ..ServerSetting::default() };
        let desk = Desk::of(super::sessions(), setting).await;
        let now = async || desk.get("clock").await["clocks"][2]["now"].clone();
        assert_eq!(now().await, "2026-01-01T00:00:00Z");
        seconds.store(5, Ordering::Relaxed);
        assert_eq!(now().await, "2026-01-01T00:00:05Z");
        desk.post("clock/advance", r#"{"by": "1h"}"#).await;
        seconds.store(6, Ordering::Relaxed);
        assert_eq!(now().await, "2026-01-01T01:00:06Z");
        assert_eq!(desk.get("state").await["providers"][2]["clock"], "2026-01-01T01:00:06Z");
        desk.post("worlds/ucs/reset", "").await;
        assert_eq!(now().await, "2026-01-01T00:00:06Z");
    });
}

#[test]
fn faults_are_armed_counted_and_disarmed() {
    run(async {
        let desk = Desk::open().await;
        desk.call("digitalocean", DIGITALOCEAN).await;
        // Counting starts at arming: the call before is none.
        let armed =
            desk.post("faults/digitalocean", r#"{"is": "close", "calls": [1], "operation": "kubeconfig"}"#).await;
        let fault = json!({"is": "close", "at": "before-headers", "calls": [1], "operation": "kubeconfig"});
        let list = |counted: u64, done: u64| json!([{"fault": fault, "counted": counted, "done": done}]);
        assert_eq!(armed, json!({"provider": "digitalocean", "faults": list(0, 0)}));
        desk.try_call("digitalocean", DIGITALOCEAN).await.unwrap_err();
        assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
        assert_eq!(desk.get("faults/digitalocean").await["faults"], list(2, 1));
        assert_eq!(desk.get("state").await["providers"][0]["faults"], list(2, 1));

        let more = desk.post("faults/digitalocean", r#" [{"is": "garbage", "calls": [9]}, {"is": "refuse"}]"#).await;
        let names: Vec<&Value> = more["faults"].as_array().unwrap().iter().map(|armed| &armed["fault"]["is"]).collect();
        assert_eq!(names, ["close", "garbage", "refuse"]);
        assert_eq!(desk.get("faults/ucs").await, json!({"provider": "ucs", "faults": []}));
        let answer = desk.admin(Method::DELETE, "faults/digitalocean", "").await;
        assert_eq!(answer.json(), json!({"provider": "digitalocean", "faults": []}));
        assert_eq!(desk.call("digitalocean", DIGITALOCEAN).await.status, 200);
        assert_eq!(desk.post("faults/digitalocean", "[]").await["faults"], json!([]));
    });
}

#[test]
fn the_journal_is_cleared_for_one_or_for_all() {
    run(async {
        let desk = Desk::open().await;
        desk.call("ucs", UCS).await;
        desk.call("digitalocean", DIGITALOCEAN).await;
        desk.call("ucs", "/of/no/provider").await;
        let cleared = desk.admin(Method::DELETE, "journal?provider=ucs", "").await;
        assert_eq!(cleared.json(), json!({"cleared": ["ucs"]}));
        assert_eq!(desk.numbers("").await, [2, 3]);
        let cleared = desk.admin(Method::DELETE, "journal", "").await;
        assert_eq!(cleared.json(), json!({"cleared": ["digitalocean", "cce", "ucs", "fireworks"]}));
        assert_eq!(desk.numbers("").await, [0; 0]);
        // Nothing but the journal.
        assert_eq!(desk.call("ucs", UCS).await.text, r#"["Downloaded"]"#);
        assert_eq!(desk.numbers("").await, [4]);
    });
}

#[test]
fn credentials_are_listed_and_revoked() {
    run(async {
        let setting =
            ServerSetting { admin: Admin::On, kubernetes_api: KubernetesApi::Stub, ..ServerSetting::default() };
        let desk = Desk::of(super::sessions(), setting).await;
        let api_url = desk.server.api_url("digitalocean").unwrap();
        assert_eq!(desk.get("state").await["providers"][0]["api_url"], json!(api_url));
        let mut tokens = Vec::new();
        for _ in 0..3 {
            let kubeconfig = desk.call("digitalocean", DIGITALOCEAN).await.text;
            let token = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("token: ")).unwrap().to_owned();
            tokens.push(token);
        }
        // What the cluster's API says to each of them.
        let statuses = || -> Vec<u16> {
            let mut session = desk.server.session("digitalocean").unwrap();
            let ask = |token: &String| {
                Request::get("/0c0ffee0-0000-4000-8000-000000000001/api/v1/namespaces")
                    .with_header("authorization", &format!("Bearer {token}"))
            };
            tokens.iter().map(|token| session.serve_api(ask(token), None, 1).status.as_u16()).collect()
        };
        let listed = desk.get("credentials/digitalocean").await;
        let numbers: Vec<_> = listed["credentials"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert!(tokens.iter().all(|token| !listed.to_string().contains(token)), "{listed}");
        assert_eq!(statuses(), [200, 200, 200]);

        let revoked = desk.admin(Method::DELETE, "credentials/digitalocean/2", "").await.json();
        let which = |listed: &Value| -> Vec<bool> {
            listed["credentials"].as_array().unwrap().iter().map(|one| one["revoked"] == json!(true)).collect()
        };
        assert_eq!(which(&revoked), [false, true, false]);
        assert_eq!(statuses(), [200, 401, 200]);
        assert_eq!(which(&desk.admin(Method::DELETE, "credentials/digitalocean", "").await.json()), [true; 3]);
        assert_eq!(statuses(), [401, 401, 401]);
        // A world that begins anew has handed out none; what it hands out next is accepted, and so until it expires.
        desk.post("reset", "").await;
        assert_eq!(desk.get("credentials/digitalocean").await["credentials"], json!([]));
        desk.call("digitalocean", DIGITALOCEAN).await;
        assert_eq!(statuses(), [200, 401, 401]);
        desk.post("clock/advance", r#"{"by": "7d"}"#).await;
        assert_eq!(statuses(), [401, 401, 401]);
        assert_eq!(desk.get("credentials/ucs").await, json!({"provider": "ucs", "credentials": []}));
    });
}
