use serde::Serialize;

use crate::host::server::setting::Transport;

/// Faults that go under one heading.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    label: &'static str,
    presets: &'static [Preset],
}

/// A fault that is offered by a button.
#[derive(Debug, Serialize)]
pub(super) struct Preset {
    label: &'static str,
    /// The fault, as it is written.
    written: &'static str,
}

/// The faults that are offered where a server is reached like this.
pub(super) fn groups(transport: Transport) -> Vec<Group> {
    let mut groups = vec![
        Group { label: "Answers, once", presets: ANSWERS },
        Group { label: "Answers, always", presets: EVERY },
        Group { label: "Connections", presets: CONNECTIONS },
    ];
    if transport == Transport::Tls {
        groups.push(Group { label: "TLS, on the next connection", presets: TLS });
    }
    groups
}

const fn preset(label: &'static str, written: &'static str) -> Preset {
    Preset { label, written }
}

const ANSWERS: &[Preset] = &[
    preset("Reset instead of the next answer", r#"{"is": "reset", "calls": [1]}"#),
    preset("Reset before the next request is seen", r#"{"is": "reset", "at": "request", "calls": [1]}"#),
    preset("Cut the next body off after 12 bytes", r#"{"is": "close", "at": {"body": 12}, "calls": [1]}"#),
    preset("Leave out the last chunk of the next body", r#"{"is": "chunked-without-end", "calls": [1]}"#),
    preset("Never answer the next request", r#"{"is": "stall", "calls": [1]}"#),
    preset("Garbage instead of the next answer", r#"{"is": "garbage", "calls": [1]}"#),
    preset("Redirect the next request to another origin", r#"{"is": "redirect", "status": 307, "calls": [1]}"#),
    preset("A next body of 64 MiB", r#"{"is": "enormous-body", "bytes": 67108864, "calls": [1]}"#),
    preset("A gzip bomb as the next body", r#"{"is": "gzip-bomb", "bytes": 1073741824, "calls": [1]}"#),
];

const EVERY: &[Preset] = &[
    preset("Every answer at 100 bytes a second", r#"{"is": "trickle", "bytes-per-second": 100}"#),
    preset("Reset instead of every answer", r#"{"is": "reset"}"#),
];

const CONNECTIONS: &[Preset] = &[
    preset("Reset the next connection", r#"{"is": "reset", "at": "connect", "connections": [1]}"#),
    preset("Close the next connection", r#"{"is": "close", "at": "connect", "connections": [1]}"#),
    preset("Say nothing on the next connection", r#"{"is": "stall", "at": "connect", "connections": [1]}"#),
    preset("Refuse connections until disarmed", r#"{"is": "refuse"}"#),
];

const TLS: &[Preset] = &[
    preset("An expired certificate", r#"{"is": "tls-expired", "connections": [1]}"#),
    preset("A certificate that is not valid yet", r#"{"is": "tls-not-yet-valid", "connections": [1]}"#),
    preset("A certificate of another host", r#"{"is": "tls-wrong-host", "connections": [1]}"#),
    preset("A certificate of an unknown authority", r#"{"is": "tls-unknown-authority", "connections": [1]}"#),
    preset("Nothing later than TLS 1.1", r#"{"is": "tls-1.1-only", "connections": [1]}"#),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    #[test]
    fn every_preset_is_a_fault_that_can_be_done() {
        for transport in [Transport::Plain, Transport::Tls] {
            for Preset { label, written } in groups(transport).iter().flat_map(|group| group.presets) {
                let fault: Fault = serde_json::from_str(written).unwrap();
                assert_eq!(fault.misfit(transport, &[]), None, "{label}");
            }
        }
    }
}
