//! The reference adapter, broken on purpose.

mod edit;
mod hop;
mod request;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kubeproof_conformance::adapter::{About, Adapter, Failure, FailureKind, FetchFuture, FetchRequest, Fetched};
use kubeproof_conformance::saboteur::{Answer, COULD_NOT, Calls, Detail, Thing, Twist, When};
use serde_json::Value;

use self::hop::{Hop, Seen};
use crate::ReferenceAdapter;

/// The reference adapter with a [`Twist`]: it does everything right but for that.
///
/// ```
/// use kubeproof_conformance::adapter::Adapter as _;
/// use kubeproof_conformance::saboteur::Twist;
/// use kubeproof_reference::{ReferenceAdapter, SabotagedAdapter};
///
/// let honest = SabotagedAdapter::new(Twist::default());
/// assert_eq!(honest.about(), ReferenceAdapter.about());
/// ```
pub struct SabotagedAdapter {
    twist: Arc<Twist>,
    told: Mutex<BTreeMap<String, Result<Fetched, Failure>>>,
}

impl SabotagedAdapter {
    /// How often one asks that asks for a long time: more often than any case allows, and soon over.
    const LONG: usize = 40;

    /// The reference adapter with this twist.
    pub fn new(twist: Twist) -> Self {
        Self { twist: Arc::new(twist), told: Mutex::default() }
    }

    async fn calls(&self, request: FetchRequest) -> Result<Fetched, Failure> {
        match &self.twist.calls {
            Calls::Once => self.call(request).await.0,
            Calls::Never(kind) => Err(Failure::new(*kind)),
            Calls::Again(when) => {
                let (first, seen) = self.call(request.clone()).await;
                if when.iter().any(|when| holds(when, &first, &seen)) { self.call(request).await.0 } else { first }
            }
            Calls::UntilItWorks => {
                let mut last = self.call(request.clone()).await.0;
                for _ in 0..Self::LONG {
                    if last.is_ok() {
                        break;
                    }
                    last = self.call(request.clone()).await.0;
                }
                last
            }
            Calls::ForUuid4 => {
                let is_uuid4 = |id: &String| id.len() == 36 && id.as_bytes().get(14) == Some(&b'4');
                if request.cluster.get("cluster_id").is_some_and(is_uuid4) {
                    return self.call(request).await.0;
                }
                Err(Failure::new(FailureKind::InvalidArgument))
            }
            Calls::Remembered => {
                // One address is one case.
                let cluster = format!("{} {:?}", request.base_url, request.cluster);
                let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).get(&cluster).cloned();
                if let Some(told) = told {
                    return told;
                }
                let told = self.call(request).await.0;
                self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(cluster, told.clone());
                told
            }
        }
    }

    /// What comes of one call, and what was seen of it where something is done on the wire.
    async fn call(&self, request: FetchRequest) -> (Result<Fetched, Failure>, Seen) {
        let mut request = request::twisted(request, &self.twist.ask);
        let asked = request.clone();
        let (came, seen) = if self.twist.is_on_the_wire() {
            let hop = match Hop::start(&request, Arc::clone(&self.twist)).await {
                Ok(hop) => hop,
                Err(error) => {
                    let message = format!("{COULD_NOT}: {error}");
                    return (Err(Failure { message, ..Failure::new(FailureKind::Error) }), Seen::default());
                }
            };
            request.base_url = hop.base_url();
            request.ca_pem = None;
            let came = ReferenceAdapter.fetch(request).await;
            let seen = hop.stop();
            (came.map_err(|failure| told_by(&seen, failure)), seen)
        } else {
            (ReferenceAdapter.fetch(request).await, Seen::default())
        };
        (self.twist.answer.iter().fold(came, |came, twist| answered(came, twist, &asked, &seen)), seen)
    }
}

impl Adapter for SabotagedAdapter {
    fn about(&self) -> About {
        ReferenceAdapter.about()
    }

    fn fetch(&self, request: FetchRequest) -> FetchFuture<'_> {
        Box::pin(self.calls(request))
    }
}

/// What became of the connection to the provider the client cannot see behind the hop.
fn told_by(seen: &Seen, failure: Failure) -> Failure {
    match seen.lost {
        Some(kind) if failure.status.is_none() => Failure { kind, ..failure },
        _ => failure,
    }
}

fn holds(when: &When, came: &Result<Fetched, Failure>, seen: &Seen) -> bool {
    match (when, came) {
        (When::Access, came) => came.is_ok(),
        (When::Kind(kind), Err(failure)) => failure.kind == *kind,
        (When::Status(status), Err(failure)) => failure.status == Some(*status),
        (When::Kind(_) | When::Status(_), Ok(_)) => false,
        (When::Body(text), _) => seen.text().contains(text.as_str()),
        (When::Begins(text), _) => seen.text().starts_with(text.as_str()),
        (When::NotOfType(media_type), _) => seen.media_type.as_deref() != Some(media_type),
    }
}

fn answered(
    came: Result<Fetched, Failure>,
    twist: &Answer,
    asked: &FetchRequest,
    seen: &Seen,
) -> Result<Fetched, Failure> {
    match (twist, came) {
        (Answer::Take(when), Err(failure)) if failure.status.is_some() || !seen.body.is_empty() => {
            let came = Err(failure);
            if when.iter().any(|when| holds(when, &came, seen)) { Ok(taken(asked, &seen.body)) } else { came }
        }
        (Answer::Kind { of, is }, came) if came.is_err() && of.iter().any(|when| holds(when, &came, seen)) => {
            came.map_err(|failure| Failure { kind: *is, ..failure })
        }
        (Answer::Withhold(details), Err(failure)) => {
            let has = |detail| details.contains(&detail);
            Err(Failure {
                kind: failure.kind,
                status: failure.status.filter(|_| !has(Detail::Status)),
                code: failure.code.filter(|_| !has(Detail::Code)),
                message: if has(Detail::Message) { String::new() } else { failure.message },
                request_id: failure.request_id.filter(|_| !has(Detail::RequestId)),
            })
        }
        (Answer::TellTheCredential, Err(failure)) => {
            let message = format!("{} (sent with {})", failure.message, asked.credentials.secrets().join(" "));
            Err(Failure { message, ..failure })
        }
        (Answer::TellTheBody, Err(failure)) => {
            let message = format!("{}: {}", failure.message, String::from_utf8_lossy(&seen.body));
            Err(Failure { message, ..failure })
        }
        (Answer::Pretend(when), came) if came.is_err() && when.iter().any(|when| holds(when, &came, seen)) => {
            Ok(if asked.provider == "ucs" { Fetched::Access(Vec::new()) } else { Fetched::Kubeconfig(String::new()) })
        }
        (Answer::Refuse { of, is }, came) if came.is_ok() && of.iter().any(|when| holds(when, &came, seen)) => {
            Err(Failure::new(*is))
        }
        (Answer::Kubeconfig(edit), Ok(Fetched::Kubeconfig(text))) => {
            Ok(Fetched::Kubeconfig(edit::kubeconfig(text, edit, asked)))
        }
        (Answer::Items(edit), Ok(Fetched::Access(items))) => Ok(Fetched::Access(edit::items(items, edit))),
        (Answer::As(Thing::Kubeconfig), Ok(Fetched::Access(items))) => {
            Ok(Fetched::Kubeconfig(items.iter().map(edit::text_of).collect::<Vec<_>>().join("---\n")))
        }
        (Answer::As(Thing::Access), Ok(Fetched::Kubeconfig(text))) => Ok(Fetched::Access(vec![Value::from(text)])),
        (_, came) => came,
    }
}

/// The body of an answer, as one hands it on who does not look at it.
fn taken(asked: &FetchRequest, body: &[u8]) -> Fetched {
    let text = String::from_utf8_lossy(body).into_owned();
    if asked.provider != "ucs" {
        return Fetched::Kubeconfig(text);
    }
    match serde_json::from_str(&text) {
        Ok(Value::Array(items)) => Fetched::Access(items),
        Ok(value) => Fetched::Access(vec![value]),
        Err(_) => Fetched::Access(vec![Value::from(text)]),
    }
}
