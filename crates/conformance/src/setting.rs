//! What a case or a file of worlds says of a provider's side.

use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::{Edition, Emulation, Fault, Happening, Incident, Setting};
use serde_saphyr::Spanned;

use crate::case::Place;
use crate::problem::Problem;
use crate::sense;
use crate::yaml::{place, place_of};

/// The provider's side as it is written.
pub(crate) struct SettingSource<E: Emulation> {
    pub(crate) edition: Option<Spanned<String>>,
    pub(crate) world: Option<E::World>,
    pub(crate) incidents: Vec<Incident<E::Incident>>,
    pub(crate) faults: Vec<Spanned<Fault>>,
}

/// Where it is written, and what it is written for.
pub(crate) struct Written<'a> {
    /// Where it begins.
    pub(crate) here: &'a Place,
    /// The whole file.
    pub(crate) text: &'a str,
    /// Whether TLS will be spoken.
    pub(crate) transport: Transport,
    /// What makes it so that TLS is spoken.
    pub(crate) tls: &'static str,
    /// The text of a file that a scripted reply names.
    pub(crate) body: &'a dyn Fn(&str) -> Result<String, String>,
}

/// Checks what is written; `None` when the edition is unknown.
pub(crate) fn checked<E: Emulation>(
    source: SettingSource<E>,
    written: &Written<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Setting<E>> {
    let edition = match &source.edition {
        None => E::EDITIONS.first().copied(),
        Some(wanted) => {
            let edition = E::EDITIONS.iter().copied().find(|edition| edition.0 == wanted.value);
            if edition.is_none() {
                let known = E::EDITIONS.iter().map(Edition::to_string).collect::<Vec<_>>().join(", ");
                let message = format!("{} has no edition `{}`; there is {known}", E::PROVIDER, wanted.value);
                problems.push(Problem::at(place(&written.here.file, wanted.referenced), message));
            }
            edition
        }
    };
    let incidents = source.incidents.into_iter().map(|incident| with_body(incident, written, problems)).collect();
    for fault in &source.faults {
        if let Some(message) = sense::of_fault(&fault.value, written.transport, written.tls, E::OPERATIONS) {
            problems.push(Problem::at(place(&written.here.file, fault.referenced), message));
        }
    }
    let faults = source.faults.into_iter().map(|fault| fault.value).collect();
    Some(Setting { edition: edition?, world: source.world.unwrap_or_default(), incidents, faults })
}

/// Puts the text of a file that a scripted reply names into its body.
fn with_body<I>(mut incident: Incident<I>, written: &Written<'_>, problems: &mut Vec<Problem>) -> Incident<I> {
    let Written { here, text, body, .. } = written;
    let Happening::Scripted(reply) = &mut incident.happening else { return incident };
    if let Some(file) = &reply.file {
        let at = || place_of(text, file, here);
        if !reply.body.is_empty() {
            problems.push(Problem::at(at(), "a reply has either a `body` or a `file`"));
        }
        match body(file) {
            Ok(body) => reply.body = body,
            Err(message) => problems.push(Problem::at(at(), message)),
        }
    }
    if reply.body.len().saturating_mul(reply.repeat).saturating_add(reply.padding) > LARGEST_REPLY {
        let message = format!("a reply is larger than {} MiB; `repeat` or `padding` it less", LARGEST_REPLY >> 20);
        problems.push(Problem::at(place_of(text, "reply:", here), message));
    }
    incident
}

/// Larger scripted replies only cost memory: no client reads as much.
const LARGEST_REPLY: usize = 64 << 20;
