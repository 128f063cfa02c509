//! What the clients end up with against the emulations, and what it should say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubeproof::conformance::adapter::{Adapter as _, Credentials, FetchRequest, Fetched, Options};
use kubeproof::emulator::host::WiremockHost;
use kubeproof::emulator::pki::Authority;
use kubeproof::emulator::providers::cce::Cce;
use kubeproof::emulator::providers::digitalocean::DigitalOcean;
use kubeproof::emulator::providers::fireworks::Fireworks;
use kubeproof::emulator::providers::lke::Lke;
use kubeproof::emulator::providers::ucs::{self, Ucs};
use kubeproof::emulator::{Caller, CallerCredentials, EPOCH, Emulation, Session, Setting};
use kubeproof_client::ClusterAccess as _;
use kubeproof_kubeconfig::{Data, EnvVar, Exec, Names, UserCredentials};
use kubeproof_reference::ReferenceAdapter;
use serde_json::{Value, json};

/// A kubeconfig that a client ended up with.
pub(crate) struct Ending {
    /// Provider and kind of user.
    pub(crate) name: &'static str,
    /// The kubeconfig, as the client gave it.
    pub(crate) text: String,
    /// What it should say, taken from what the emulation put on the wire, and from nothing that a client made of it.
    pub(crate) issued: Value,
}

/// Every kind of kubeconfig that there is.
pub(crate) async fn endings() -> Vec<Ending> {
    let mut endings = vec![
        digitalocean("digitalocean-token", "0c0ffee0-0000-4000-8000-000000000001").await,
        digitalocean("digitalocean-certificate", "0c0ffee0-0000-4000-8000-000000000002").await,
        cce("cce-internal", "0c0ffee0-0000-11f1-8000-000000000001").await,
        cce("cce-external", "0c0ffee0-0000-11f1-8000-000000000002").await,
        cce_verified("cce-verified", "0c0ffee0-0000-11f1-8000-000000000002").await,
    ];
    endings.push(lke("lke-token", "1001").await);
    for (name, user, written) in users() {
        endings.push(fireworks(name, &user, &written).await);
    }
    endings
}

/// The access information of ucs: the manifests of an agent.
pub(crate) async fn manifests(items_as: ucs::ItemsAs, cluster_id: &str) -> Vec<Value> {
    let world = ucs::World { items_as: Some(items_as), ..ucs::World::default() };
    let private = cluster_id.ends_with('2');
    let options = Options {
        vpcendpoint: private.then(|| "192.0.2.7".to_owned()),
        region: private.then(|| "eu-de".to_owned()),
        ..Options::default()
    };
    let (fetched, _) = fetch::<Ucs>(Setting { world, ..Setting::default() }, cluster_id, options).await;
    match fetched {
        Fetched::Access(items) => items,
        other => panic!("the client of ucs gave {}", other.noun()),
    }
}

async fn digitalocean(name: &'static str, cluster_id: &str) -> Ending {
    let (fetched, body) = fetch::<DigitalOcean>(Setting::default(), cluster_id, Options::default()).await;
    let issued = serde_yaml::from_slice(&body).expect("the emulation writes YAML");
    Ending { name, text: kubeconfig(fetched), issued }
}

async fn lke(name: &'static str, cluster_id: &str) -> Ending {
    let (fetched, body) = fetch::<Lke>(Setting::default(), cluster_id, Options::default()).await;
    let object: Value = serde_json::from_slice(&body).expect("the emulation writes JSON");
    let document = STANDARD.decode(object["kubeconfig"].as_str().expect("it is a text")).expect("it is base64");
    let issued = serde_yaml::from_slice(&document).expect("the emulation writes YAML");
    Ending { name, text: kubeconfig(fetched), issued }
}

async fn cce(name: &'static str, cluster_id: &str) -> Ending {
    let (fetched, body) = fetch::<Cce>(Setting::default(), cluster_id, Options::default()).await;
    let issued = serde_json::from_slice(&body).expect("the emulation writes JSON");
    Ending { name, text: kubeconfig(fetched), issued }
}

/// By POST, from the edition in which the current context does not verify its server: the client uses the one that does.
async fn cce_verified(name: &'static str, cluster_id: &str) -> Ending {
    let edition = Cce::EDITIONS.last().copied().expect("there are editions");
    let options = Options { duration_days: Some(30), ..Options::default() };
    let (fetched, body) = fetch::<Cce>(Setting { edition, ..Setting::default() }, cluster_id, options).await;
    let mut issued: Value = serde_json::from_slice(&body).expect("the emulation writes JSON");
    assert_eq!(issued["current-context"], "external");
    issued["current-context"] = json!("externalTLSVerify");
    Ending { name, text: kubeconfig(fetched), issued }
}

pub(crate) fn kubeconfig(fetched: Fetched) -> String {
    match fetched {
        Fetched::Kubeconfig(text) => text,
        other => panic!("the client gave {}", other.noun()),
    }
}

/// Asks for a cluster through the reference adapter. Gives what came of it, and the body that the emulation sent.
async fn fetch<E: Emulation>(setting: Setting<E>, cluster_id: &str, options: Options) -> (Fetched, Vec<u8>) {
    let host = WiremockHost::start(Session::new::<E>(setting)).await.unwrap();
    let caller = host.session().caller();
    let fetched = fetched(E::PROVIDER, host.base_url(), caller, cluster_id, options).await;
    (fetched, sent(&host))
}

/// What the reference adapter gives for a cluster.
pub(crate) async fn fetched(
    provider: &str,
    base_url: String,
    caller: Caller,
    cluster_id: &str,
    options: Options,
) -> Fetched {
    let mut cluster = caller.cluster;
    cluster.insert("cluster_id".to_owned(), cluster_id.to_owned());
    let request = FetchRequest {
        id: cluster_id.to_owned(),
        provider: provider.to_owned(),
        base_url,
        ca_pem: None,
        credentials: match caller.credentials.into_iter().next().expect("a world has a caller") {
            CallerCredentials::Bearer(bearer) => Credentials::Bearer { bearer },
            CallerCredentials::Token(token) => Credentials::Token { token },
            CallerCredentials::AccessKey { access_key, secret_key } => {
                Credentials::AccessKey { access_key, secret_key }
            }
        },
        cluster,
        options,
        timeout_ms: Duration::from_secs(5).as_millis().try_into().expect("five seconds are few"),
    };
    let adapter = Arc::new(ReferenceAdapter);
    adapter.fetch(request).await.unwrap_or_else(|failure| panic!("{provider}: {failure:?}"))
}

/// The body of the last reply.
fn sent(host: &WiremockHost) -> Vec<u8> {
    host.session().journal().exchanges().last().expect("the emulation was asked").reply.body.to_vec()
}

/// The users of a Fireworks cluster come from elsewhere: each kind, and how it is to be written.
pub(crate) fn users() -> [(&'static str, UserCredentials, Value); 3] {
    let identity = Authority::new(7, "users of the cluster")
        .and_then(|authority| {
            authority.issue_client("somebody", 1, EPOCH, EPOCH + jiff::SignedDuration::from_hours(24))
        })
        .expect("a certificate can be made");
    let (certificate, key) = (identity.certificate_pem.into_bytes(), identity.key_pem.into_bytes());
    let certificate_written = json!({
        "client-certificate-data": base64(&certificate),
        "client-key-data": base64(&key),
    });
    // Prints a credential, so that a client that runs it gets a token.
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-of-a-program"}}"#;
    let print = format!("printf '%s' '{credential}'");
    let exec = Exec {
        command: "sh".to_owned(),
        args: Some(vec!["-c".to_owned(), print.clone(), "no".to_owned(), String::new()]),
        env: Some(vec![EnvVar { name: "ON".to_owned(), value: "1_000".into(), unknown: Default::default() }]),
        api_version: Some("client.authentication.k8s.io/v1".to_owned()),
        install_hint: Some("install a shell: \"sh\" # not part of this".to_owned()),
        provide_cluster_info: true,
        interactive_mode: Some("Never".to_owned()),
        ..Exec::default()
    };
    let exec_written = json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", print, "no", ""],
        "env": [{"name": "ON", "value": "1_000"}],
        "installHint": "install a shell: \"sh\" # not part of this",
        "provideClusterInfo": true,
        "interactiveMode": "Never",
    }});
    [
        ("fireworks-token", UserCredentials::Token("0123456789".into()), json!({"token": "0123456789"})),
        (
            "fireworks-certificate",
            UserCredentials::ClientCertificate { certificate_pem: Data::new(certificate), key_pem: Data::new(key) },
            certificate_written,
        ),
        ("fireworks-exec", UserCredentials::Exec(exec), exec_written),
    ]
}

async fn fireworks(name: &'static str, user: &UserCredentials, user_written: &Value) -> Ending {
    let host = WiremockHost::start(Session::new::<Fireworks>(Setting::default())).await.unwrap();
    let caller = host.session().caller();
    let names = Names { cluster: "0x1F".to_owned(), user: "no".to_owned(), context: "2026-01-01".to_owned() };
    let text = generated(host.base_url(), caller, user, &names).await;
    let said: BTreeMap<String, String> = serde_json::from_slice(&sent(&host)).expect("the emulation writes JSON");
    let issued = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "0x1F", "cluster": {
            "server": said.get("endpoint"),
            "certificate-authority-data": said.get("caData"),
        }}],
        "users": [{"name": "no", "user": user_written}],
        "contexts": [{"name": "2026-01-01", "context": {"cluster": "0x1F", "user": "no"}}],
        "current-context": "2026-01-01",
    });
    Ending { name, text, issued }
}

/// The kubeconfig that the client of Fireworks makes of what it is sent, and of a user from elsewhere.
pub(crate) async fn generated(base_url: String, caller: Caller, user: &UserCredentials, names: &Names) -> String {
    let Some(CallerCredentials::Bearer(api_key)) = caller.credentials.into_iter().next() else {
        panic!("a caller of Fireworks has an API key")
    };
    let client = kubeproof_fireworks::Client::builder(kubeproof_client::Credentials::Bearer(api_key.into()))
        .base_url(base_url)
        .build()
        .expect("the client can be made");
    let id = |name: &str| caller.cluster.get(name).map_or("", String::as_str);
    let cluster = kubeproof_fireworks::Cluster::parse(id("account_id"), id("cluster_id")).expect("the ids are good");
    let info = client.fetch(&cluster, &Default::default()).await.expect("the emulation answers");
    let kubeconfig = client.kubeconfig(&info, user, names).expect("a kubeconfig can be generated");
    kubeconfig.to_yaml().expect("it can be written")
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
