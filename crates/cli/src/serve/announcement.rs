use std::fmt::Write as _;

use kubeproof::conformance::by_hand::quoted;
use kubeproof::emulator::host::server::Server;
use kubeproof::emulator::kubernetes::ApiServer;
use kubeproof::emulator::providers::PROVIDERS;
use kubeproof::emulator::{Secrets, Session};
use serde_json::Value;

use super::credentials::{Known, Origins};
use super::environment::Variable;

/// What is said at the start: where each provider is, what it has, and the environment that points a client there.
pub(super) fn announcement(server: &Server, credentials: &Origins, variables: &[Variable]) -> String {
    let mut out = String::new();
    for provider in server.providers() {
        let Some(session) = server.session(provider) else { continue };
        let base_url = server.base_url(provider).unwrap_or_default();
        // Writing to a String does not fail.
        let _ = writeln!(out, "{provider}  {base_url}  edition {}", session.edition());
        let known = credentials.of(&session);
        let clusters = clusters(&session);
        let api = session.api().map(|api| match api {
            ApiServer::Stub { base_url } => format!("{base_url}, a stub that accepts what was issued until it expires"),
            ApiServer::Real { url, .. } => url.clone(),
        });
        let names = known.iter().map(|known| known.kind.as_str()).chain(["clusters", "Kubernetes API"]);
        let widest = names.map(str::len).max().unwrap_or(0);
        for Known { kind, examples, others } in &known {
            let others = (*others > 0).then(|| format!("{others} of {}, not shown", credentials.file()));
            let all = examples.iter().cloned().chain(others).collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "  {kind:widest$}  {all}");
        }
        for (at, cluster) in clusters.iter().enumerate() {
            let _ = writeln!(out, "  {:widest$}  {cluster}", if at == 0 { "clusters" } else { "" });
        }
        if let Some(api) = api {
            let _ = writeln!(out, "  {:widest$}  {api}", "Kubernetes API");
        }
    }
    let _ = writeln!(out, "elsewhere  {}  where redirects to another origin lead", server.elsewhere_url());
    if let Some(admin_url) = server.admin_url() {
        let _ = writeln!(out, "admin  {admin_url}  a page that shows what comes in, and the admin API");
    }
    out.push('\n');
    let _ = writeln!(out, "The environment that points a client here");
    for Variable { name, value } in variables {
        let _ = match value {
            Ok(value) => writeln!(out, "export {name}={}", quoted(value)),
            Err(reason) => writeln!(out, "# {name}: {reason}"),
        };
    }
    out
}

/// The line that scripts wait for.
pub(super) fn ready(server: &Server) -> String {
    let providers = server.providers().into_iter();
    let places = providers.filter_map(|provider| Some(format!(" {provider}={}", server.base_url(provider)?)));
    format!("kubeproof ready{}", places.collect::<String>())
}

/// The port of each provider, a line each.
pub(super) fn ports(server: &Server) -> String {
    let providers = server.providers().into_iter();
    let port = |provider| Some(server.base_url(provider)?.rsplit_once(':')?.1.to_owned());
    providers.filter_map(|provider| Some(format!("{provider}={}\n", port(provider)?))).collect()
}

/// Whether a file holds the ports of providers and nothing else.
pub(super) fn is_ports(text: &str) -> bool {
    let is_port = |line: &str| {
        line.split_once('=')
            .is_some_and(|(provider, port)| PROVIDERS.contains(&provider) && port.parse::<u16>().is_ok())
    };
    text.lines().all(is_port)
}

/// Each cluster on a line: its id, and what else is known of it.
fn clusters(session: &Session) -> Vec<String> {
    let Ok(world) = session.world(Secrets::Hidden) else { return Vec::new() };
    let Some(Value::Array(clusters)) = world.get("clusters") else { return Vec::new() };
    clusters
        .iter()
        .filter_map(Value::as_object)
        .map(|cluster| {
            let id = cluster.get("id").map(plain).unwrap_or_default();
            let rest = cluster.iter().filter(|(name, value)| *name != "id" && !value.is_null());
            let rest: Vec<String> = rest.map(|(name, value)| format!("{name} {}", plain(value))).collect();
            format!("{id}  {}", rest.join(", "))
        })
        .collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
