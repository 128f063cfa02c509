//! Errors in UCS's own words.

use crate::iam::{ErrorKeys, ServiceError};

pub(super) const BAD_PARAMETER: ServiceError = error("UCS.01000011", "Bad query parameter value.");
pub(super) const NO_CLUSTER_INFORMATION: ServiceError =
    error("UCS.01030002", "Failed to obtain the cluster information.");
pub(super) const FROZEN: ServiceError = error("UCS.01030016", "Cluster has been frozen.");
pub(super) const CATEGORY: ServiceError = error("UCS.01030011", "Cluster category not supported.");
pub(super) const FORBIDDEN: ServiceError = error("UCS.01000004", "Request forbidden.");
pub(super) const NO_PERMISSION: ServiceError =
    error("UCS.01010003", "No access permission. Please contact the administrator.");
pub(super) const NOT_AUTHORIZED: ServiceError = error("UCS.01030005", "No authorization for cluster.");
pub(super) const THROTTLED: ServiceError = error("UCS.01000002", "The throttling threshold has been reached.");
pub(super) const NO_CERTIFICATES: ServiceError = error("UCS.01020002", "Failed to get certs.");
pub(super) const NONE_CREATED: ServiceError = error("UCS.01020003", "Failed to create certs.");

const fn error(code: &'static str, message: &'static str) -> ServiceError {
    ServiceError { keys: ErrorKeys { message: "error_msg", code: "error_code" }, code, message }
}
