use serde_json::json;

use super::answer::Answer;
use super::problem::Problem;
use super::world::name;
use crate::Session;
use crate::host::dispatch::lock;
use crate::host::server::site::Site;

/// The credentials that the clusters of a provider were told to accept, newest first, without their secrets.
pub(super) fn list(site: &Site, provider: &str) -> Result<Answer, Problem> {
    after(site, provider, |_| Ok(()))
}

/// Revokes every credential of a provider's clusters.
pub(super) fn revoke_all(site: &Site, provider: &str) -> Result<Answer, Problem> {
    after(site, provider, |session| {
        session.revoke_all();
        Ok(())
    })
}

/// Revokes one.
pub(super) fn revoke(site: &Site, provider: &str, number: u64) -> Result<Answer, Problem> {
    after(site, provider, |session| {
        if session.revoke(number) {
            return Ok(());
        }
        Err(Problem::not_found(
            format!("no credential has the number {number}"),
            format!("revoke one that is in /_kubeproof/credentials/{}", session.provider()),
        ))
    })
}

fn after(
    site: &Site,
    provider: &str,
    act: impl FnOnce(&mut Session) -> Result<(), Problem>,
) -> Result<Answer, Problem> {
    let provider = name(site, provider)?;
    let mut credentials = Vec::new();
    if let Some(session) = site.session(provider) {
        let mut session = lock(session);
        act(&mut session)?;
        credentials = session.credentials();
    }
    Answer::json(&json!({"provider": provider, "credentials": credentials}))
}
