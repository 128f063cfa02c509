//! The admin API, over real sockets.

mod changes;
mod guards;
mod journal;
mod page;
mod ports;
mod secrets;

use kubeproof_emulator::host::server::{Admin, Ports, Server, ServerSetting};
use kubeproof_emulator::providers::cce::Cce;
use kubeproof_emulator::providers::digitalocean::DigitalOcean;
use kubeproof_emulator::providers::fireworks::Fireworks;
use kubeproof_emulator::providers::ucs::Ucs;
use kubeproof_emulator::{Session, Setting};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

const DIGITALOCEAN: &str = "/v2/kubernetes/clusters/0c0ffee0-0000-4000-8000-000000000001/kubeconfig";
const UCS: &str = "/v1/clusters/0c0ffee0-0000-4000-8000-000000000001/accessinfo";

/// A server of all four providers, and who asks it.
struct Desk {
    server: Server,
    client: Client,
}

/// What was answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

fn sessions() -> Vec<Session> {
    vec![
        Session::new::<DigitalOcean>(Setting::default()),
        Session::new::<Cce>(Setting::default()),
        Session::new::<Ucs>(Setting::default()),
        Session::new::<Fireworks>(Setting::default()),
    ]
}

fn client() -> Client {
    // No TLS is spoken here; reqwest wants it settled all the same.
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let redirects = reqwest::redirect::Policy::none();
    Client::builder().tls_backend_preconfigured(tls).no_proxy().redirect(redirects).build().unwrap()
}

impl Desk {
    async fn open() -> Self {
        Self::of(sessions(), ServerSetting { admin: Admin::On, ..ServerSetting::default() }).await
    }

    async fn of(sessions: Vec<Session>, setting: ServerSetting) -> Self {
        Self { server: Server::start(sessions, setting).await.unwrap(), client: client() }
    }

    /// The address of a provider's port.
    fn at(&self, provider: &str) -> String {
        self.server.base_url(provider).unwrap()
    }

    /// Asks the admin API at its own port.
    async fn admin(&self, method: Method, path: &str, body: &str) -> Answer {
        let url = format!("{}{path}", self.server.admin_url().unwrap());
        let request = self.client.request(method, url).header("content-type", "application/json");
        sent(request.body(body.to_owned())).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.admin(Method::GET, path, "").await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    async fn post(&self, path: &str, body: &str) -> Value {
        let answer = self.admin(Method::POST, path, body).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// Asks a provider, with what its default world accepts.
    async fn call(&self, provider: &str, path: &str) -> Answer {
        self.try_call(provider, path).await.unwrap()
    }

    async fn try_call(&self, provider: &str, path: &str) -> reqwest::Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.at(provider)));
        let request = match provider {
            "digitalocean" => request.bearer_auth("example-do-api-token"),
            "fireworks" => request.bearer_auth("example-fireworks-api-key"),
            _ => request.header("x-auth-token", "example-iam-token"),
        };
        answered(request.send().await?).await
    }

    /// The numbers of the exchanges that a query gives.
    async fn numbers(&self, query: &str) -> Vec<u64> {
        let listing = self.get(&format!("journal?{query}")).await;
        listing["exchanges"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()).collect()
    }
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

async fn sent(request: reqwest::RequestBuilder) -> Answer {
    answered(request.send().await.unwrap()).await.unwrap()
}

async fn answered(response: reqwest::Response) -> reqwest::Result<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// One provider at a port.
fn alone(sessions: Vec<Session>) -> (Vec<Session>, ServerSetting) {
    (sessions, ServerSetting { admin: Admin::On, ports: Ports::Each, ..ServerSetting::default() })
}
