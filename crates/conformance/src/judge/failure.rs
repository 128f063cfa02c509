//! Judges an error.

use kubeproof_emulator::Exchange;

use super::{Evidence, Judgement};
use crate::adapter::Failure;
use crate::case::{ErrorExpectation, RequestId};

pub(super) fn judge(
    expected: &ErrorExpectation,
    failure: &Failure,
    evidence: &Evidence<'_>,
    judgement: &mut Judgement,
) {
    let kind = expected.kinds.is_empty() || expected.kinds.contains(&failure.kind);
    let status = expected.status.is_none() || expected.status == failure.status;
    let code = expected.code.is_none() || expected.code == failure.code;
    let mentions = expected.mentions.as_ref().is_none_or(|text| failure.message.contains(text.as_str()));
    let request_id = expected.request_id.is_none_or(|RequestId::Sent| {
        let told = failure.request_id.as_deref().unwrap_or_default();
        evidence.exchanges.iter().any(|exchange| holds(exchange, told))
    });
    if !(kind && status && code && mentions && request_id) {
        judgement.miss(shown(expected), shown_failure(failure));
    }
    let secrets = evidence.redactor().and(evidence.exchanges.iter().filter_map(signature));
    let texts = [Some(&failure.message), failure.code.as_ref(), failure.request_id.as_ref()];
    if texts.into_iter().flatten().any(|text| secrets.finds_secret(text)) {
        judgement.miss("an error that holds no secret", "an error that holds a credential");
    }
}

/// Whether a reply holds this id, in a header or in its body.
fn holds(exchange: &Exchange, id: &str) -> bool {
    let reply = &exchange.reply;
    !id.is_empty()
        && (reply.headers.values().any(|value| value.as_bytes() == id.as_bytes())
            || String::from_utf8_lossy(&reply.body).contains(id))
}

/// The signature of a signed request: whoever has it can repeat the request.
fn signature(exchange: &Exchange) -> Option<String> {
    let (_, signature) = exchange.request.header("authorization")?.split_once("Signature=")?;
    Some(signature.to_owned())
}

/// What is expected, in words.
pub(super) fn shown(expected: &ErrorExpectation) -> String {
    let kinds: Vec<&str> = expected.kinds.iter().map(|kind| kind.as_str()).collect();
    let kinds = if kinds.is_empty() { "an error".to_owned() } else { format!("error {}", kinds.join(" or ")) };
    let details = [
        expected.status.map(|status| format!("status {status}")),
        expected.code.as_ref().map(|code| format!("code `{code}`")),
        expected.mentions.as_ref().map(|text| format!("mentioning `{text}`")),
        expected.request_id.map(|RequestId::Sent| "with the id of the request that the provider sent".to_owned()),
    ];
    listed(kinds, details)
}

/// What came, in words.
pub(super) fn shown_failure(failure: &Failure) -> String {
    let details = [
        failure.status.map(|status| format!("status {status}")),
        failure.code.as_ref().map(|code| format!("code `{code}`")),
        failure.request_id.as_ref().map(|id| format!("request id `{id}`")),
    ];
    let text = listed(format!("error {}", failure.kind), details);
    if failure.message.is_empty() { text } else { format!("{text}: {}", failure.message) }
}

fn listed(first: String, details: impl IntoIterator<Item = Option<String>>) -> String {
    std::iter::once(first).chain(details.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}
