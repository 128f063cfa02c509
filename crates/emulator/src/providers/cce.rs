//! CCE: `GET /api/v3/projects/{project_id}/clusters/{cluster_id}/clustercert`.

mod world;

pub use world::{Certificates, Cluster, Incident, World};

use jiff::Timestamp;

use crate::{Admission, Caller, CallerCredentials, Edition, Emulation, Presented, Reply, Request};

/// The emulation.
pub struct Cce;

impl Emulation for Cce {
    type World = World;
    type Incident = Incident;
    const PROVIDER: &'static str = "cce";
    const EDITIONS: &'static [Edition] = &[Edition("2025-07")];

    fn answer(_: Edition, world: &World, _: Timestamp, _: &Request) -> (Reply, World) {
        let reply = Reply::refuse("cce.auth.bearer", http::StatusCode::UNAUTHORIZED, "send `Authorization: Bearer`");
        (reply, world.clone())
    }

    fn incident(_: Edition, _: &Incident, _: &World, _: Timestamp, _: &Request) -> Reply {
        Reply::incident("cce.status.500", http::StatusCode::INTERNAL_SERVER_ERROR, "ordered")
    }

    fn caller(world: &World) -> Caller {
        Caller {
            credentials: world.tokens.iter().cloned().map(CallerCredentials::Bearer).collect(),
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
        world.tokens.clone()
    }
}

/// A key pair that may sign requests.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// The public part.
    pub access_key: String,
    /// The secret part.
    pub secret_key: String,
}

impl Default for AccessKey {
    fn default() -> Self {
        Self { access_key: "AKEXAMPLE".to_owned(), secret_key: "SKEXAMPLE".to_owned() }
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
