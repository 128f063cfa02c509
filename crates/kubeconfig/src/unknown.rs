//! Fields that client-go has no name for.

use std::fmt;

use serde_json::{Map, Value};

/// The fields of a mapping that client-go does not know. kubectl drops them when it writes a file; they are kept here
/// and written back, since somebody put them there.
///
/// They may hold anything, a misspelt `Token:` included: `Debug` shows their number only.
#[derive(Clone, Default, PartialEq)]
pub struct Unknown(Map<String, Value>);

impl Unknown {
    /// Wraps fields. Those that client-go does know are of the model: one of them here is not written, also when the
    /// model's field is empty.
    #[must_use]
    pub fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// The fields, in the order of the document.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} fields]", self.0.len())
    }
}
