use serde_json::json;

use crate::Reply;

/// An error in CCE's own words.
pub(super) struct ServiceError {
    code: &'static str,
    message: &'static str,
}

impl ServiceError {
    pub(super) const INVALID: Self = Self { code: "CCE.01400001", message: "Invalid request." };
    pub(super) const CONTENT_TYPE: Self = Self { code: "CCE.01400006", message: "Content type not supported." };
    pub(super) const FORBIDDEN: Self = Self { code: "CCE.01403001", message: "Forbidden." };
    pub(super) const NOT_FOUND: Self = Self { code: "CCE.01404001", message: "Resource not found." };
    pub(super) const THROTTLED: Self =
        Self { code: "CCE.02429001", message: "The throttling threshold has been reached." };
    pub(super) const INTERNAL: Self = Self { code: "CCE.01500001", message: "Internal error." };

    /// `reply` with the body in the service's dialect.
    pub(super) fn write(&self, reply: Reply) -> Reply {
        reply.with_json(&json!({"errorMessage": self.message, "errorCode": self.code}))
    }
}
