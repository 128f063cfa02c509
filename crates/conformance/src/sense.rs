//! What a case may not say although its words are right.

use std::collections::BTreeSet;

use kubeproof_emulator::host::server::Transport;
use kubeproof_emulator::{Fault, HeaderName, Misfit, Session};

use crate::adapter::{Credentials, Feature};
use crate::case::{CredentialChoice, Expectation, Freshness, Step};
use crate::wire::WireExpectation;

/// What does not make sense in steps over the world of `session`.
pub(crate) fn of_steps<'a>(steps: &'a [Step], session: &Session) -> impl Iterator<Item = String> + use<'a> {
    let caller = session.caller();
    let ids: Vec<String> = caller.cluster.into_keys().collect();
    let kinds: Vec<Feature> =
        caller.credentials.into_iter().map(|credential| Credentials::from(credential).feature()).collect();
    let mut messages = Vec::new();
    let mut had_kubeconfig = false;
    for step in steps {
        for unknown in step.fetch.cluster.0.keys().filter(|name| !ids.contains(name)) {
            messages.push(format!("this provider has no `{unknown}`; its clusters are named by {}", ids.join(", ")));
        }
        if let Some(CredentialChoice::OfTheWorld(kind)) = &step.fetch.credentials
            && !kinds.contains(kind)
        {
            let known: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            messages.push(format!("this world has no credentials of the kind `{kind}`, only {}", known.join(", ")));
        }
        let certain = std::slice::from_ref(&step.expect);
        let possible = if let Expectation::Either(alternatives) = &step.expect { alternatives } else { certain };
        for expected in possible {
            if let Expectation::Kubeconfig(expected) = expected
                && expected.credential == Some(Freshness::New)
                && !had_kubeconfig
            {
                messages.push("`credential: new` needs an earlier step that ends with a kubeconfig".to_owned());
            }
        }
        had_kubeconfig |= matches!(step.expect, Expectation::Kubeconfig(_));
    }
    messages.into_iter()
}

/// What does not make sense in the expectation of the wire.
pub(crate) fn of_wire<'a>(wire: &'a WireExpectation, session: &Session) -> impl Iterator<Item = String> + use<'a> {
    let mut names: BTreeSet<String> = session.caller().cluster.into_keys().collect();
    names.extend(["bearer", "token", "access_key"].map(str::to_owned));
    let header_names = wire.headers.keys().filter(|name| HeaderName::try_from(name.as_str()).is_err());
    let bad_headers = header_names.map(|name| format!("HTTP has no header field called `{name}`"));
    let patterns = wire.headers.values().chain(wire.query.values()).flatten().map(|pattern| pattern.0.as_str());
    let bad_names: Vec<String> = patterns
        .chain(wire.path.as_deref())
        .flat_map(placeholders)
        .filter(|name| !names.contains(*name))
        .map(|name| {
            let known = names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            format!("nothing is called `{{{name}}}` here; there is {known}")
        })
        .collect();
    bad_headers.chain(bad_names)
}

/// What does not make sense in a fault. `tls` says what makes it so that TLS is spoken.
pub(crate) fn of_fault(
    fault: &Fault,
    transport: Transport,
    tls: &str,
    operations: &'static [&'static str],
) -> Option<String> {
    Some(match fault.misfit(transport, operations)? {
        Misfit::Tls => format!("this fault is of TLS; {tls}"),
        misfit => misfit.to_string(),
    })
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}
