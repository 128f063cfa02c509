//! What is asked for.

use std::fmt;

use kubeproof_client::{Error, ErrorKind};
use kubeproof_kubeconfig::Kubeconfig;

/// The id of a cluster: a number, as the Cloud Manager and `linode-cli lke clusters-list` show it. It is not the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId(u64);

impl ClusterId {
    /// Reads an id.
    ///
    /// ```
    /// use kubeproof_lke::ClusterId;
    ///
    /// assert_eq!(ClusterId::parse("12345")?.to_string(), "12345");
    /// assert!(ClusterId::parse("my-cluster").is_err());
    /// # Ok::<(), kubeproof_lke::client::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` when it is not written in digits alone, begins with a 0, or is larger than any number of 64 bits
    /// (clause `lke.request.cluster-id`).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = if text.is_empty() {
            "the cluster id is empty"
        } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            "the cluster id is not a number"
        } else if text.starts_with('0') {
            "the cluster id begins with a 0"
        } else {
            match text.parse() {
                Ok(id) => return Ok(Self(id)),
                Err(_) => "the cluster id is larger than any",
            }
        };
        let remedy = "give the id as linode shows it, such as 12345, and not the label; nothing was sent";
        Err(Error::new(ErrorKind::InvalidArgument, wrong).with_remedy(remedy))
    }

    /// Whether a kubeconfig is called after another cluster (clause `lke.reply.names`). One that is called otherwise may be
    /// of this one.
    pub(crate) fn is_another(self, kubeconfig: &Kubeconfig) -> bool {
        let named = kubeconfig
            .current()
            .ok()
            .and_then(|current| kubeconfig.clusters.iter().find(|named| std::ptr::eq(&named.cluster, current.cluster)));
        let id = named.and_then(|named| named.name.strip_prefix("lke"));
        id.is_some_and(|id| id != self.to_string() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can be asked for besides a cluster: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number() {
        for text in ["1", "12345", "18446744073709551615"] {
            assert_eq!(ClusterId::parse(text).unwrap().to_string(), text);
        }
        for (text, wrong) in [
            ("", "empty"),
            ("my-cluster", "not a number"),
            ("-1", "not a number"),
            ("+1", "not a number"),
            ("1.0", "not a number"),
            (" 1", "not a number"),
            ("1\n", "not a number"),
            ("0x1", "not a number"),
            ("١", "not a number"),
            ("../1", "not a number"),
            ("0", "begins with a 0"),
            ("01", "begins with a 0"),
            ("18446744073709551616", "larger than any"),
        ] {
            let error = ClusterId::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text:?}");
            assert!(error.to_string().contains(wrong) && error.to_string().contains("not the label"), "{error}");
        }
    }
}
