//! Secrets are planted everywhere, and all that the admin API says is searched for them.

use reqwest::Method;
use serde_json::json;

use super::{DIGITALOCEAN, Desk, UCS, run, sent};

/// Every path that can be read without asking for secrets.
const PATHS: [&str; 16] = [
    "",
    "?provider=ucs",
    "state",
    "clock",
    "worlds/digitalocean",
    "worlds/cce",
    "worlds/ucs?secrets=hidden",
    "worlds/fireworks",
    "faults/ucs",
    "credentials/digitalocean",
    "credentials/fireworks",
    "journal?limit=1000",
    "connections",
    "elsewhere",
    "healthz",
    "no/such/path",
];

#[track_caller]
fn assert_clean(secrets: &[String], what: &str, said: &str) {
    let decoded = percent_encoding::percent_decode_str(said).decode_utf8_lossy();
    for secret in secrets {
        assert!(!said.contains(secret.as_str()), "{what} says {secret}: {said}");
        assert!(!decoded.contains(secret.as_str()), "{what} says {secret}, percent-encoded: {said}");
    }
}

async fn search(desk: &Desk, secrets: &[String]) {
    for path in PATHS {
        let answer = desk.admin(Method::GET, path, "").await;
        assert_clean(secrets, path, &format!("{:?} {}", answer.headers, answer.text));
    }
    for number in desk.numbers("limit=1000").await {
        let path = format!("journal/{number}");
        assert_clean(secrets, &path, &desk.admin(Method::GET, &path, "").await.text);
    }
}

#[test]
fn no_answer_holds_a_secret_wherever_it_was_put() {
    run(async {
        let desk = Desk::open().await;
        // One of each, and one too short to be looked for within a text.
        let world = json!({
            "tokens": ["planted-token", "abc"],
            "access_keys": [{"access_key": "AK", "secret_key": "planted-secret-key"}],
            "forbidden_tokens": ["planted-forbidden-token"],
        });
        let put = desk.admin(Method::PUT, "worlds/ucs", &world.to_string()).await;
        assert_eq!(put.status, 200, "{put:?}");
        assert_clean(&["\"abc\"".to_owned()], "the world", &put.text);
        let mut secrets: Vec<String> =
            ["planted-token", "planted-secret-key", "planted-forbidden-token", "example-do-api-token"]
                .map(str::to_owned)
                .into();

        let elsewhere = desk.server.elsewhere_url();
        for secret in secrets.clone() {
            let encoded = secret.replace('-', "%2D");
            for base in [desk.at("ucs"), elsewhere.clone()] {
                for path in [
                    UCS.to_owned(),
                    format!("/v1/clusters/{secret}/accessinfo"),
                    format!("/v1/clusters/{encoded}/accessinfo"),
                    format!("{DIGITALOCEAN}?expiry_seconds={secret}"),
                    format!("/of/no/provider/{secret}?q={encoded}"),
                ] {
                    let request = desk.client.post(format!("{base}{path}")).header("x-auth-token", &secret);
                    let request = request.header("x-odd", format!("<{secret}>")).header("user-agent", &secret);
                    sent(request.body(format!("{{\"odd\": \"{secret}\"}}"))).await;
                }
                sent(desk.client.get(format!("{base}{UCS}")).header("x-auth-token", &secret)).await;
            }
        }
        // What the providers issue: a token, and a key.
        for cluster in ["1", "2"] {
            let path = DIGITALOCEAN.replace("01/kubeconfig", &format!("0{cluster}/kubeconfig"));
            let kubeconfig = desk.call("digitalocean", &path).await.text;
            let line = |key: &str| kubeconfig.lines().find_map(|line| line.trim().strip_prefix(key));
            secrets.push(line("token: ").or(line("client-key-data: ")).unwrap().to_owned());
        }
        assert!(desk.numbers("limit=1000").await.len() > 40);
        search(&desk, &secrets).await;

        // The worlds give way to others, the journal does not, and clients go on.
        desk.admin(Method::PUT, "worlds/ucs", "{}").await;
        desk.admin(Method::PUT, "worlds/digitalocean", r#"{"api_tokens": ["another"]}"#).await;
        search(&desk, &secrets).await;
        desk.post("worlds/digitalocean/reset", "").await;
        for secret in &secrets[..4] {
            sent(desk.client.get(format!("{}/of/no/provider/{secret}", desk.at("ucs")))).await;
        }
        search(&desk, &secrets).await;
        desk.post("reset", "").await;
        for secret in &secrets {
            sent(desk.client.get(format!("{elsewhere}/?q={secret}")).header("x-odd", secret)).await;
        }
        assert_eq!(desk.numbers("limit=1000").await.len(), secrets.len());
        search(&desk, &secrets).await;
    });
}

#[test]
fn an_error_does_not_repeat_a_secret() {
    run(async {
        let desk = Desk::open().await;
        let secrets = ["example-iam-token".to_owned()];
        for (method, path, body) in [
            (Method::GET, "worlds/example-iam-token", ""),
            (Method::GET, "example-iam-token", ""),
            (Method::GET, "journal?example-iam-token=1", ""),
            (Method::GET, "journal?verdict=example-iam-token", ""),
            (Method::PUT, "worlds/ucs", r#"{"seed": "example-iam-token"}"#),
            (Method::POST, "faults/ucs", r#"{"is": "example-iam-token"}"#),
            (Method::POST, "faults/ucs", r#"{"is": "reset", "operation": "example-iam-token"}"#),
            (Method::POST, "clock/advance", r#"{"by": "example-iam-token"}"#),
        ] {
            let answer = desk.admin(method, path, body).await;
            assert!(answer.status >= 400, "{path}: {answer:?}");
            assert_clean(&secrets, path, &answer.text);
            assert!(answer.text.contains("<redacted>"), "{path}: {answer:?}");
        }
    });
}
