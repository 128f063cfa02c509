//! kubectl uses the kubeconfigs that the clients ended up with, against the stub Kubernetes API that they point at.

use std::process::Output;
use std::sync::Arc;

use jiff::SignedDuration;
use kubeproof::conformance::adapter::Options;
use kubeproof::emulator::host::Server;
use kubeproof::emulator::host::server::{KubernetesApi, ServerSetting};
use kubeproof::emulator::providers::cce::{self, Cce};
use kubeproof::emulator::providers::digitalocean::{self, DigitalOcean};
use kubeproof::emulator::providers::fireworks::{self, Fireworks};
use kubeproof::emulator::{EPOCH, Edition, Emulation as _, Session, Setting, UserToken};
use kubeproof_kubeconfig::{Names, UserCredentials};
use serde_json::Value;

use crate::issued::{base64, fetched, generated, kubeconfig};
use crate::oracle::Oracle;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const USER_TOKEN: &str = "example-user-token";

/// A way to a cluster: the context of a kubeconfig, whom the cluster takes its user for, and how long it is good.
#[derive(Clone, Copy)]
struct Way {
    provider: &'static str,
    cce: Edition,
    cluster_id: &'static str,
    context: &'static str,
    user: &'static str,
    lasts: SignedDuration,
}

const TOKEN: Way = Way {
    provider: "digitalocean",
    cce: Cce::EDITIONS[0],
    cluster_id: "0c0ffee0-0000-4000-8000-000000000001",
    context: "do-nyc1-demo",
    user: "do-nyc1-demo-admin",
    lasts: HOUR,
};

const CERTIFICATE: Way = Way {
    provider: "digitalocean",
    cce: Cce::EDITIONS[0],
    cluster_id: "0c0ffee0-0000-4000-8000-000000000002",
    context: "do-nyc1-legacy",
    user: "do-nyc1-legacy-admin",
    lasts: SignedDuration::from_hours(7 * 24),
};

const INTERNAL: Way = Way {
    provider: "cce",
    cce: Cce::EDITIONS[0],
    cluster_id: "0c0ffee0-0000-11f1-8000-000000000002",
    context: "internal",
    user: "user of 0c0ffee0-0000-11f1-8000-000000000002",
    lasts: SignedDuration::from_hours(30 * 24),
};

const EXTERNAL: Way = Way { context: "external", ..INTERNAL };

/// Of the edition in which the server is verified only by a context of its own.
const UNVERIFIED: Way = Way { cce: Cce::EDITIONS[1], ..EXTERNAL };

const VERIFIED: Way = Way { context: "externalTLSVerify", ..UNVERIFIED };

const USER_FROM_ELSEWHERE: Way =
    Way { provider: "fireworks", cluster_id: "demo", context: "demo", user: "demo-user", lasts: HOUR, ..TOKEN };

const WAYS: [Way; 7] = [TOKEN, CERTIFICATE, INTERNAL, EXTERNAL, UNVERIFIED, VERIFIED, USER_FROM_ELSEWHERE];

/// What kubectl says to a person whose credential an API server does not accept.
const LOGGED_OUT: &str = "error: You must be logged in to the server";

/// All providers whose answers lead to clusters, with worlds of this seed, and the stub.
async fn server(seed: u64, edition: Edition) -> Server {
    let token = UserToken { expires_at: Some(EPOCH + HOUR), ..UserToken::new(USER_TOKEN) };
    let digitalocean = digitalocean::World { seed, ..Default::default() };
    let cce = cce::World { seed, ..Default::default() };
    let fireworks = fireworks::World { seed, user_tokens: token.into(), ..Default::default() };
    let sessions = vec![
        Session::new::<DigitalOcean>(Setting { world: digitalocean, ..Setting::default() }),
        Session::new::<Cce>(Setting { world: cce, edition, ..Setting::default() }),
        Session::new::<Fireworks>(Setting { world: fireworks, ..Setting::default() }),
    ];
    let setting = ServerSetting { kubernetes_api: KubernetesApi::Stub, ..ServerSetting::default() };
    Server::start(sessions, setting).await.expect("ports are free")
}

/// The kubeconfig that the provider's client ends up with.
async fn kubeconfig_of(server: &Server, way: Way) -> String {
    let base_url = server.base_url(way.provider).expect("it is served");
    let caller = server.session(way.provider).expect("it is served").caller();
    if way.provider == "fireworks" {
        return generated(base_url, caller, &UserCredentials::Token(USER_TOKEN.into()), &Names::all("demo")).await;
    }
    let expiry_seconds = (way.provider == "digitalocean").then(|| HOUR.as_secs());
    let duration_days = (way.cce == UNVERIFIED.cce).then_some(30);
    let options = Options { expiry_seconds, duration_days, ..Options::default() };
    kubeconfig(fetched(way.provider, base_url, caller, way.cluster_id, options).await)
}

/// kubectl at one context of one kubeconfig, in a home of its own.
struct Kubectl {
    oracle: Arc<Oracle>,
    context: &'static str,
}

impl Kubectl {
    fn new(kubeconfig: &str, context: &'static str) -> Self {
        let oracle = Oracle::new();
        oracle.file("kubeconfig", kubeconfig);
        Self { oracle: Arc::new(oracle), context }
    }

    async fn run(&self, command: &str) -> Output {
        let options = ["--kubeconfig", "kubeconfig", "--context", self.context];
        let arguments: Vec<String> = options.into_iter().chain(command.split(' ')).map(str::to_owned).collect();
        let oracle = Arc::clone(&self.oracle);
        // The server answers meanwhile.
        tokio::task::spawn_blocking(move || oracle.kubectl(arguments)).await.expect("kubectl runs")
    }

    async fn prints(&self, command: &str) -> String {
        let output = self.run(command).await;
        assert!(output.status.success(), "{}: {command}: {}", self.context, String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("kubectl writes UTF-8")
    }

    async fn complains(&self, command: &str) -> String {
        let output = self.run(command).await;
        assert!(!output.status.success(), "{}: {command}: {}", self.context, String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).expect("kubectl writes UTF-8")
    }
}

/// Which clause the last request to the API was decided by.
fn last_clause(server: &Server, provider: &str) -> &'static str {
    let session = server.session(provider).expect("it is served");
    session.api_journal().exchanges().last().expect("the API was asked").reply.decision.clause
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_gets_namespaces_with_every_kubeconfig_until_it_expires() {
    for way in WAYS {
        let server = server(1, way.cce).await;
        let kubectl = Kubectl::new(&kubeconfig_of(&server, way).await, way.context);
        let table = kubectl.prints("get namespaces").await;
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["NAME", "STATUS", "AGE"]);
        assert_eq!(rows[1], ["default", "Active", "365d"]);
        assert_eq!(rows.len(), 5, "{table}");
        server.session(way.provider).unwrap().advance(way.lasts - SECOND);
        kubectl.prints("get namespaces").await;
        server.session(way.provider).unwrap().advance(SECOND);
        for command in ["get namespaces", "version", "auth whoami"] {
            let complaint = kubectl.complains(command).await;
            assert!(complaint.contains(LOGGED_OUT), "{}: {complaint}", way.context);
            assert_eq!(last_clause(&server, way.provider), "kubeproof.kubernetes.expired");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_is_told_what_it_asks_of_a_cluster() {
    for way in [TOKEN, CERTIFICATE] {
        let server = server(1, way.cce).await;
        let kubectl = Kubectl::new(&kubeconfig_of(&server, way).await, way.context);
        let list: Value = serde_json::from_str(&kubectl.prints("get namespaces -o json").await).unwrap();
        let names: Vec<&str> =
            list["items"].as_array().unwrap().iter().filter_map(|item| item["metadata"]["name"].as_str()).collect();
        assert_eq!(names, ["default", "kube-node-lease", "kube-public", "kube-system"]);
        assert_eq!(kubectl.prints("get ns default -o name").await, "namespace/default\n");
        let version: Value = serde_json::from_str(&kubectl.prints("version -o json").await).unwrap();
        assert_eq!(version["serverVersion"]["gitVersion"], "v1.36.0+kubeproof");
        let who: Value = serde_json::from_str(&kubectl.prints("auth whoami -o json").await).unwrap();
        assert_eq!(who["status"]["userInfo"]["username"], way.user);
        let resources = kubectl.prints("api-resources --no-headers -o name").await;
        assert_eq!(resources, "namespaces\nservices\nselfsubjectreviews.authentication.k8s.io\n");
        assert_eq!(kubectl.prints("api-versions").await, "authentication.k8s.io/v1\nv1\n");
        let info = kubectl.prints("cluster-info").await;
        let address = format!("{}/{}", server.api_url(way.provider).unwrap(), way.cluster_id);
        assert!(info.contains(&address), "{info}");
        assert_eq!(kubectl.prints("get --raw /livez").await, "ok");
        for (command, complaint) in [
            ("get namespace lost", "(NotFound): namespaces \"lost\" not found"),
            ("get pods", "the server doesn't have a resource type \"pods\""),
            ("create namespace new", "(MethodNotAllowed): the server does not allow this method"),
            ("delete namespace default", "(MethodNotAllowed): the server does not allow this method"),
            ("get namespaces --as somebody", "(Forbidden): users \"somebody\" is forbidden"),
        ] {
            let said = kubectl.complains(command).await;
            assert!(said.contains(complaint), "{command}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_credential_is_refused() {
    for way in WAYS {
        let server = server(1, way.cce).await;
        let kubectl = Kubectl::new(&kubeconfig_of(&server, way).await, way.context);
        kubectl.prints("get namespaces").await;
        assert_eq!(server.session(way.provider).unwrap().revoke_all(), 1);
        let complaint = kubectl.complains("get namespaces").await;
        assert!(complaint.contains(LOGGED_OUT), "{}: {complaint}", way.context);
        assert_eq!(last_clause(&server, way.provider), "kubeproof.kubernetes.revoked");
    }
}

/// Of another run, of another cluster of the same provider, with another authority.
#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_that_is_not_for_this_cluster_is_refused() {
    let (here, there) = (server(1, TOKEN.cce).await, server(2, TOKEN.cce).await);
    for way in [TOKEN, CERTIFICATE, INTERNAL, USER_FROM_ELSEWHERE] {
        let own = kubeconfig_of(&here, way).await;
        let foreign = kubeconfig_of(&there, way).await;
        let authority = |server: &Server| server.session(way.provider).unwrap().certificate_authority();
        let (own_ca, foreign_ca) = (base64(authority(&here).as_bytes()), base64(authority(&there).as_bytes()));
        let (own_url, foreign_url) = (here.api_url(way.provider).unwrap(), there.api_url(way.provider).unwrap());
        assert!(own.contains(&own_ca) && own.contains(&own_url) && foreign.contains(&foreign_ca));

        let distrusting = Kubectl::new(&own.replace(&own_ca, &foreign_ca), way.context);
        let complaint = distrusting.complains("get namespaces").await;
        assert!(complaint.contains("x509: certificate signed by unknown authority"), "{complaint}");

        let astray = Kubectl::new(&foreign.replace(&foreign_url, &own_url), way.context);
        let complaint = astray.complains("get namespaces").await;
        assert!(complaint.contains("x509: certificate signed by unknown authority"), "{complaint}");

        // The user of a Fireworks cluster is in both worlds.
        if way.provider != "fireworks" {
            let misled = foreign.replace(&foreign_url, &own_url).replace(&foreign_ca, &own_ca);
            let complaint = Kubectl::new(&misled, way.context).complains("get namespaces").await;
            assert!(complaint.contains(LOGGED_OUT), "{}: {complaint}", way.context);
            assert_eq!(last_clause(&here, way.provider), "kubeproof.kubernetes.unknown-credential");
        }
    }
    let token = kubeconfig_of(&here, TOKEN).await.replace(TOKEN.cluster_id, CERTIFICATE.cluster_id);
    let complaint = Kubectl::new(&token, TOKEN.context).complains("get namespaces").await;
    assert!(complaint.contains(LOGGED_OUT), "{complaint}");
    assert_eq!(last_clause(&here, "digitalocean"), "kubeproof.kubernetes.another-cluster");
}
