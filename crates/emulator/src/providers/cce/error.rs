//! Errors in CCE's own words.

use crate::iam::{ErrorKeys, ServiceError};

pub(super) const INVALID: ServiceError = error("CCE.01400001", "Invalid request.");
pub(super) const CONTENT_TYPE: ServiceError = error("CCE.01400006", "Content type not supported.");
pub(super) const UNAUTHORIZED: ServiceError = error("CCE.01401001", "Authorization failed.");
pub(super) const FORBIDDEN: ServiceError = error("CCE.01403001", "Forbidden.");
pub(super) const NOT_FOUND: ServiceError = error("CCE.01404001", "Resource not found.");
pub(super) const THROTTLED: ServiceError = error("CCE.02429001", "The throttling threshold has been reached.");
pub(super) const INTERNAL: ServiceError = error("CCE.01500001", "Internal error.");

const fn error(code: &'static str, message: &'static str) -> ServiceError {
    ServiceError { keys: ErrorKeys { message: "errorMessage", code: "errorCode" }, code, message }
}
