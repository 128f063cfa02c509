//! What can be asked for.

use std::fmt;

use kubeproof_client::{Error, ErrorKind};

/// A cluster of an account.
///
/// fireworks documents no rule for these ids. This one is inferred from its other resources: 1 to 63 lower-case letters,
/// digits and `-`, with no `-` at either end. It is worth being strict: with another verb after the id, the same path
/// deletes a cluster.
///
/// ```
/// use kubeproof_fireworks::Cluster;
///
/// assert!(Cluster::parse("my-account", "my-cluster").is_ok());
/// assert!(Cluster::parse("my-account", "c:delete").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    account_id: String,
    cluster_id: String,
}

impl Cluster {
    /// Checks both ids.
    ///
    /// # Errors
    /// `invalid-argument` when one breaks the rule above.
    pub fn parse(account_id: &str, cluster_id: &str) -> Result<Self, Error> {
        Ok(Self { account_id: checked("account id", account_id)?, cluster_id: checked("cluster id", cluster_id)? })
    }

    /// The path of the request. The `:` before the verb stays as it is.
    pub(crate) fn path(&self) -> String {
        format!("/v1/accounts/{}/clusters/{}:getConnectionInfo", self.account_id, self.cluster_id)
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account_id, self.cluster_id)
    }
}

fn checked(name: &str, id: &str) -> Result<String, Error> {
    let fits = (1..=63).contains(&id.len())
        && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !id.starts_with('-')
        && !id.ends_with('-');
    if fits {
        Ok(id.to_owned())
    } else {
        Err(Error::new(ErrorKind::InvalidArgument, format!("the {name} does not look like an id of fireworks"))
            .with_remedy(
                "give 1 to 63 of a-z, 0-9 and -, with no - at either end: a rule of its other resources, inferred for \
                 these; nothing was sent",
            ))
    }
}

/// What can be asked for besides a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The fields to ask for. `None` sends nothing, which means all of them.
    pub read_mask: Option<ReadMask>,
}

/// The fields to ask for, in the way of `readMask`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMask {
    text: String,
    fields: Vec<Field>,
}

/// A field of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Where the API server is.
    Endpoint,
    /// Its certificate authority.
    CaData,
}

impl ReadMask {
    /// Reads a mask: names with commas between them, or nothing or `*` for all. It is sent as it is given.
    ///
    /// # Errors
    /// `invalid-argument` for a name that the answer does not have. `ca_data` is taken for `caData`: which of the two
    /// the service wants is not documented.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fields = match text {
            "" | "*" => Ok(vec![Field::Endpoint, Field::CaData]),
            _ => text
                .split(',')
                .map(|name| match name {
                    "endpoint" => Ok(Field::Endpoint),
                    "caData" | "ca_data" => Ok(Field::CaData),
                    _ => Err(Error::new(ErrorKind::InvalidArgument, "the read mask names a field that does not exist")
                        .with_remedy("name endpoint, caData or both, or * for all; nothing was sent")),
                })
                .collect(),
        };
        Ok(Self { text: text.to_owned(), fields: fields? })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn asks_for(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        for id in ["a", "0", "my-cluster", "a--b", &"x".repeat(63)] {
            assert!(Cluster::parse(id, id).is_ok(), "{id}");
        }
        for id in
            ["", "-a", "a-", "-", "A", "a_b", "a.b", "a/b", "a:b", "a%2Fb", "..", "a b", "a\n", "é", &"x".repeat(64)]
        {
            for (account, cluster) in [(id, "c"), ("a", id)] {
                assert_eq!(Cluster::parse(account, cluster).unwrap_err().kind(), ErrorKind::InvalidArgument, "{id:?}");
            }
        }
    }

    #[test]
    fn read_masks() {
        for (text, endpoint, ca_data) in [
            ("", true, true),
            ("*", true, true),
            ("endpoint", true, false),
            ("caData", false, true),
            ("ca_data", false, true),
            ("endpoint,caData", true, true),
            ("caData,endpoint", true, true),
        ] {
            let mask = ReadMask::parse(text).unwrap();
            assert_eq!((mask.asks_for(Field::Endpoint), mask.asks_for(Field::CaData)), (endpoint, ca_data), "{text}");
        }
        for text in ["endpoint,", "*,endpoint", "Endpoint", "CaData", "endpoint, caData", "name", " "] {
            assert_eq!(ReadMask::parse(text).unwrap_err().kind(), ErrorKind::InvalidArgument, "{text:?}");
        }
    }
}
