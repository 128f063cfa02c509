use serde_json::json;

use super::answer::Answer;
use super::guard::Changing;
use super::problem::Problem;
use super::query::Query;
use super::{Desk, journal};
use crate::host::dispatch::lock;
use crate::host::server::site::Site;
use crate::{Request, Secrets, Session, WorldProblem};

/// The name of a provider that is served.
pub(super) fn name(site: &Site, wanted: &str) -> Result<&'static str, Problem> {
    let names: Vec<&'static str> = site.sessions.iter().map(|session| lock(session).provider()).collect();
    names.iter().copied().find(|name| *name == wanted).ok_or_else(|| {
        Problem::not_found(format!("no provider `{wanted}` is served"), format!("use one of {}", names.join(", ")))
    })
}

/// Does something to the session of a provider, or to all, and tells to whose.
pub(super) fn each_session(site: &Site, provider: Option<&str>, act: impl Fn(&mut Session)) -> Vec<&'static str> {
    let mut names = Vec::new();
    for session in &site.sessions {
        let mut session = site.told_the_time(session);
        if provider.is_none_or(|wanted| wanted == session.provider()) {
            act(&mut session);
            names.push(session.provider());
        }
    }
    names
}

pub(super) fn get(site: &Site, provider: &str, request: &Request) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    let query = Query::of(request, &["secrets"])?;
    let secrets = match query.get("secrets") {
        None | Some("hidden") => Secrets::Hidden,
        Some("shown") => Secrets::Shown,
        Some(other) => {
            return Err(Problem::bad_request(
                format!("`secrets` is `{other}`"),
                "send `secrets=shown`, or leave it out and they are hidden",
            ));
        }
    };
    shown(site, provider, secrets)
}

fn shown(site: &Site, provider: &str, secrets: Secrets) -> Result<Answer, Problem> {
    let mut world = Ok(serde_json::Value::Null);
    for session in &site.sessions {
        let session = lock(session);
        if session.provider() == provider {
            world = session.world(secrets);
        }
    }
    Answer::json(&world.map_err(|error| Problem::bug(&error))?)
}

pub(super) fn put(site: &Site, provider: &str, request: &Changing<'_>) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    Query::none(request.request())?;
    if let Some(session) = site.session(provider) {
        lock(session).put_world(request.body()).map_err(|problem| match problem {
            WorldProblem::Malformed(error) => Problem::json(
                &error,
                format!(
                    "send a world as GET /_kubeproof/worlds/{provider}?secrets=shown gives it, changed as you need it"
                ),
            ),
            redacted @ WorldProblem::Redacted { .. } => Problem::bad_request(
                redacted.to_string(),
                format!(
                    "take the world from /_kubeproof/worlds/{provider}?secrets=shown, which shows secrets, and put that"
                ),
            ),
        })?;
    }
    shown(site, provider, Secrets::Hidden)
}

/// Resets a provider, or everything.
pub(super) fn reset(desk: &Desk, site: &Site, provider: Option<&str>) -> Result<Answer, Problem> {
    let provider = provider.map(|wanted| name(site, wanted)).transpose()?;
    let reset = each_session(site, provider, Session::reset);
    if provider.is_none() {
        journal::clear_what_is_of_no_provider(site);
        lock(&site.connections).forget_ended();
    }
    site.faults_changed();
    desk.forgot();
    Answer::json(&json!({"reset": reset}))
}
