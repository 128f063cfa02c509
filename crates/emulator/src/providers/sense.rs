//! What the values of a world file have to be, for a client to be able to ask for them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads credentials that a client can send.
///
/// # Errors
///
/// When one cannot be sent in a header. The message quotes none.
pub(crate) fn credentials<'de, D: Deserializer<'de>, T: From<Vec<String>>>(list: D) -> Result<T, D::Error> {
    let credentials = Vec::<Sendable>::deserialize(list)?;
    Ok(credentials.into_iter().map(|Sendable(text)| text).collect::<Vec<_>>().into())
}

/// Reads one such credential.
///
/// # Errors
///
/// As [`credentials`].
pub(crate) fn credential<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    Sendable::deserialize(text).map(|Sendable(text)| text)
}

/// Reads clusters that a request can tell apart by these ids.
///
/// # Errors
///
/// When an id is empty, or two clusters have the same.
pub(super) fn clusters<'de, D, C, const N: usize>(list: D, ids: fn(&C) -> [&str; N]) -> Result<Vec<C>, D::Error>
where
    D: Deserializer<'de>,
    C: Deserialize<'de>,
{
    let clusters = Vec::<C>::deserialize(list)?;
    for (place, cluster) in clusters.iter().enumerate() {
        let ids_of_it = ids(cluster);
        if ids_of_it.contains(&"") {
            return Err(Error::custom("a cluster has an empty id: give it one, since a request names it by that"));
        }
        if clusters.iter().take(place).any(|other| ids(other) == ids_of_it) {
            let ids = ids_of_it.map(|id| format!("`{id}`")).join(" and ");
            return Err(Error::custom(format!("two clusters have the id {ids}: give each its own")));
        }
    }
    Ok(clusters)
}

/// Text that a header can hold.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Sendable(String);

impl TryFrom<String> for Sendable {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text));
        }
        Err("a client sends this credential in a header: write visible ASCII characters without blanks, one at least")
    }
}
