//! DigitalOcean: `GET /v2/kubernetes/clusters/{cluster_id}/kubeconfig`.

mod world;

pub use world::{Auth, Cluster, Incident, World};

use jiff::Timestamp;

use crate::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Reply, Request};

/// The emulation.
pub struct DigitalOcean;

impl Emulation for DigitalOcean {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "digitalocean";
    const EDITIONS: &'static [Edition] = &[Edition("2026-04")];

    fn answer(_: Edition, world: &World, _: Timestamp, _: &Request) -> (Reply, World) {
        let reply =
            Reply::refuse("digitalocean.auth.bearer", http::StatusCode::UNAUTHORIZED, "send `Authorization: Bearer`");
        (reply, world.clone())
    }

    fn incident(_: Edition, _: &Incident, _: &World, _: Timestamp, _: &Request) -> Reply {
        Reply::incident("digitalocean.status.500", http::StatusCode::INTERNAL_SERVER_ERROR, "ordered")
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.api_tokens.iter().cloned().map(CallerCredentials::Bearer).collect(),
            cluster: world.clusters.iter().take(1).map(|c| ("cluster_id".to_owned(), c.id.clone())).collect(),
        }
    }

    fn admits(_: &World, _: Timestamp, _: &Presented) -> Admission {
        Admission::Refused("not issued here")
    }

    fn certificate_authority(_: &World) -> String {
        String::new()
    }

    fn secrets(world: &World) -> Vec<String> {
        world.api_tokens.clone()
    }
}
