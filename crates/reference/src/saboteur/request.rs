use kubeproof_conformance::adapter::{Credentials, FetchRequest, Options};
use kubeproof_conformance::saboteur::Ask;
use serde_json::{Map, Value};

/// How long one waits who waits for ever: longer than any case, and short enough that clients can count it.
const FOR_EVER_MS: u64 = 24 * 60 * 60 * 1000;

/// What a client is told in place of `request`.
pub(super) fn twisted(mut request: FetchRequest, twists: &[Ask]) -> FetchRequest {
    for twist in twists {
        match twist {
            Ask::Forget(name) => request.options = with(&request.options, |options| _ = options.shift_remove(name)),
            Ask::Always(others) => {
                request.options = with(&request.options, |options| options.extend(named(others)));
            }
            Ask::Instead(others) => {
                request.options = with(&request.options, |options| {
                    for (name, value) in named(others) {
                        if let Some(given) = options.get_mut(&name) {
                            *given = value;
                        }
                    }
                });
            }
            Ask::Ids(ids) => request.cluster.extend(ids.clone()),
            Ask::MendIds => {
                for id in request.cluster.values_mut() {
                    id.retain(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
                    if id.is_empty() {
                        "0".clone_into(id);
                    }
                }
            }
            Ask::CredentialWith(more) => match &mut request.credentials {
                Credentials::Bearer { bearer: secret }
                | Credentials::Token { token: secret }
                | Credentials::AccessKey { secret_key: secret, .. } => secret.push_str(more),
            },
            Ask::SmallIds => request.cluster.values_mut().for_each(|id| *id = id.to_lowercase()),
            Ask::CutIds(length) => request.cluster.values_mut().for_each(|id| *id = id.chars().take(*length).collect()),
            Ask::CutCredential => match &mut request.credentials {
                Credentials::Bearer { bearer: secret }
                | Credentials::Token { token: secret }
                | Credentials::AccessKey { access_key: secret, .. } => {
                    let end = secret.find(|c: char| !c.is_ascii_graphic()).unwrap_or(secret.len());
                    secret.truncate(end);
                }
            },
            Ask::Patiently => request.timeout_ms = FOR_EVER_MS,
        }
    }
    request
}

fn named(options: &Options) -> Map<String, Value> {
    match serde_json::to_value(options) {
        Ok(Value::Object(options)) => options,
        _ => Map::new(),
    }
}

/// The options after a change of what they are by name; as they were where that makes no options.
fn with(options: &Options, change: impl FnOnce(&mut Map<String, Value>)) -> Options {
    let mut changed = named(options);
    change(&mut changed);
    serde_json::from_value(Value::Object(changed)).unwrap_or_else(|_| options.clone())
}
