use std::fmt;

use serde::{Deserialize, Serialize};

use crate::providers::sense;

/// A key pair that may sign requests. Its `Debug` leaves the secret part out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// The public part.
    #[serde(deserialize_with = "sense::credential")]
    pub access_key: String,
    /// The secret part.
    #[serde(deserialize_with = "sense::credential")]
    pub secret_key: String,
}

impl Default for AccessKey {
    fn default() -> Self {
        Self { access_key: "AKEXAMPLE".to_owned(), secret_key: "SKEXAMPLE".to_owned() }
    }
}

impl AccessKey {
    /// The pair of a user without rights in a world's default.
    pub(crate) fn without_rights() -> Self {
        Self { access_key: "AKEXAMPLEWITHOUTRIGHTS".to_owned(), secret_key: "SKEXAMPLE-WITHOUT-RIGHTS".to_owned() }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
