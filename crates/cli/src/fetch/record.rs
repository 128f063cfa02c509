//! What a context says of the cluster that it was fetched from.
//!
//! Names and addresses do not tell: cce calls the entries of every cluster alike, and private addresses are those of a
//! cluster in another network as well. So the ids are written down, as an extension, which kubectl keeps.

use kubeproof_kubeconfig::{Kubeconfig, NamedContext, NamedExtension, Unknown};
use serde_json::Value;

use super::clusters::Ids;

/// The name of the extension.
const NAME: &str = "kubeproof";

/// Says in every context which cluster it was fetched from.
pub(super) fn write(kubeconfig: &mut Kubeconfig, provider: &str, ids: &Ids) {
    let mut record = ids.as_json();
    if let Value::Object(fields) = &mut record {
        fields.insert("provider".to_owned(), Value::from(provider));
    }
    for entry in &mut kubeconfig.contexts {
        entry.context.extensions.retain(|extension| extension.name != NAME);
        entry.context.extensions.push(NamedExtension {
            name: NAME.to_owned(),
            extension: record.clone(),
            unknown: Unknown::default(),
        });
    }
}

/// Which cluster a context was fetched from, if it says so.
pub(super) fn of(entry: &NamedContext) -> Option<&Value> {
    entry.context.extensions.iter().find(|extension| extension.name == NAME).map(|extension| &extension.extension)
}
