//! Judges access information.

use serde_json::Value;

use super::{Evidence, Judgement};
use crate::case::AccessExpectation;

pub(super) fn judge(expected: &AccessExpectation, items: &[Value], evidence: &Evidence<'_>, judgement: &mut Judgement) {
    let sent = evidence.exchanges.last().and_then(|last| serde_json::from_slice::<Vec<Value>>(&last.reply.body).ok());
    match sent {
        Some(sent) if sent.len() == items.len() && sent.iter().zip(items).all(|(sent, item)| is_same(sent, item)) => {}
        Some(sent) => judgement.miss(
            format!("the {} items that the provider sent, unchanged", sent.len()),
            format!("{} items, not all of them as they were sent", items.len()),
        ),
        None => judgement.miss("no access information: the provider sent no list", "access information"),
    }
    if let Some(kinds) = &expected.kinds {
        let came: Vec<String> =
            items.iter().map(|item| manifest(item).unwrap_or_else(|| "no manifest".to_owned())).collect();
        judgement.equal("manifests", &kinds.join(", "), &came.join(", "));
    }
    for text in &expected.mentions {
        if !items.iter().any(|item| item.to_string().contains(text.as_str())) {
            judgement.miss(format!("access information that mentions `{text}`"), "none that does");
        }
    }
}

/// An adapter may hand on an object as the text of the same JSON.
fn is_same(sent: &Value, item: &Value) -> bool {
    sent == item
        || item.as_str().is_some_and(|text| serde_json::from_str::<Value>(text).is_ok_and(|value| value == *sent))
}

/// The kind of a manifest, be it an object or the text of one.
fn manifest(item: &Value) -> Option<String> {
    let parsed;
    let item = match item.as_str() {
        Some(text) => {
            parsed = serde_saphyr::from_str::<Value>(text).ok()?;
            &parsed
        }
        None => item,
    };
    item.get("kind")?.as_str().map(str::to_owned)
}
