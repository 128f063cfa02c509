use serde_json::json;

use crate::Reply;

/// An error in the words of a service behind the gateway.
pub(crate) struct ServiceError {
    /// What the service calls the parts of an error.
    pub(crate) keys: ErrorKeys,
    /// The service's name, a dot and eight digits.
    pub(crate) code: &'static str,
    /// What the service says.
    pub(crate) message: &'static str,
}

/// What a service calls the parts of an error.
pub(crate) struct ErrorKeys {
    pub(crate) message: &'static str,
    pub(crate) code: &'static str,
}

impl ServiceError {
    /// `reply` with the body in the service's dialect.
    pub(crate) fn write(&self, reply: Reply) -> Reply {
        reply.with_json(&json!({(self.keys.message): self.message, (self.keys.code): self.code}))
    }
}
