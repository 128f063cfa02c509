use serde_json::json;

use super::answer::Answer;
use super::guard::Changing;
use super::problem::Problem;
use super::query::Query;
use super::world::name;
use crate::fault::Armed;
use crate::host::dispatch::lock;
use crate::host::server::setting::Transport;
use crate::host::server::site::Site;
use crate::{Fault, Misfit, Session};

/// The faults that are armed, and how far each has counted.
pub(super) fn armed(site: &Site, provider: &str) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    answer(provider, &of(site, provider, |session| session.faults().armed().to_vec()))
}

/// Arms one fault or several, or none when one of them is wrong. Each counts from now on.
pub(super) fn arm(
    site: &Site,
    transport: Transport,
    provider: &str,
    request: &Changing<'_>,
) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    Query::none(request.request())?;
    const REMEDY: &str = "send a fault, as in {\"is\": \"reset\", \"calls\": [1]}, or a list of them";
    let faults: Vec<Fault> = if request.body().trim_ascii_start().starts_with(b"[") {
        request.json(REMEDY)?
    } else {
        vec![request.json(REMEDY)?]
    };
    let operations = site.session(provider).map_or(&[][..], |session| lock(session).operations());
    if let Some(misfit) = faults.iter().find_map(|fault| fault.misfit(transport, operations)) {
        return Err(Problem::bad_request(
            misfit.to_string(),
            match misfit {
                Misfit::Operation { .. } => "count one of those, or leave `operation` out to count every call",
                Misfit::Tls => "start the server with TLS, or arm another fault",
            },
        ));
    }
    let armed = of(site, provider, |session| {
        for fault in &faults {
            session.faults_mut().arm(fault.clone());
        }
        session.faults().armed().to_vec()
    });
    site.faults_changed();
    answer(provider, &armed)
}

/// Disarms every fault of a provider.
pub(super) fn disarm(site: &Site, provider: &str) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    of(site, provider, |session| {
        session.faults_mut().disarm();
        Vec::new()
    });
    site.faults_changed();
    answer(provider, &[])
}

fn of(site: &Site, provider: &str, act: impl Fn(&mut Session) -> Vec<Armed>) -> Vec<Armed> {
    site.session(provider).map(|session| act(&mut lock(session))).unwrap_or_default()
}

fn answer(provider: &str, armed: &[Armed]) -> Result<Answer, Problem> {
    Answer::json(&json!({"provider": provider, "faults": armed}))
}
