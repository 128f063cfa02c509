use serde_json::json;

use crate::Reply;

/// An error in UCS's own words.
pub(super) struct ServiceError {
    code: &'static str,
    message: &'static str,
}

impl ServiceError {
    pub(super) const BAD_PARAMETER: Self = Self { code: "UCS.01000011", message: "Bad query parameter value." };
    pub(super) const NO_CLUSTER_INFORMATION: Self =
        Self { code: "UCS.01030002", message: "Failed to obtain the cluster information." };
    pub(super) const CATEGORY: Self = Self { code: "UCS.01030011", message: "Cluster category not supported." };
    pub(super) const FORBIDDEN: Self = Self { code: "UCS.01000004", message: "Request forbidden." };
    pub(super) const NO_PERMISSION: Self =
        Self { code: "UCS.01010003", message: "No access permission. Please contact the administrator." };
    pub(super) const NOT_AUTHORIZED: Self = Self { code: "UCS.01030005", message: "No authorization for cluster." };
    pub(super) const THROTTLED: Self =
        Self { code: "UCS.01000002", message: "The throttling threshold has been reached." };
    pub(super) const NO_CERTIFICATES: Self = Self { code: "UCS.01020002", message: "Failed to get certs." };

    /// `reply` with the body in the service's dialect.
    pub(super) fn write(&self, reply: Reply) -> Reply {
        reply.with_json(&json!({"error_msg": self.message, "error_code": self.code}))
    }
}
