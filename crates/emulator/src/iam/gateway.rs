use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Reply;
use crate::hex::hex;

/// An error in the gateway's own words, which the service behind it never saw.
pub(crate) struct Fault<'a> {
    /// `APIGW.` and four digits.
    pub(crate) code: &'static str,
    /// What the gateway says.
    pub(crate) message: &'a str,
}

impl Fault<'static> {
    /// No such path, or no such method on it: the gateway does not tell the two apart.
    pub(crate) const NO_SUCH_API: Self =
        Self { code: "APIGW.0101", message: "The API does not exist or has not been published in the environment." };
    /// The gateway does not understand the request.
    pub(crate) const BAD_REQUEST: Self = Self { code: "APIGW.0201", message: "API request error." };
    /// The user may not call the API.
    pub(crate) const FORBIDDEN: Self =
        Self { code: "APIGW.0302", message: "The IAM user is not authorized to access the API." };
    /// The user's project is frozen.
    pub(crate) const PROJECT_UNAVAILABLE: Self = Self { code: "APIGW.0310", message: "The project is unavailable." };
    /// The service cannot be reached.
    pub(crate) const UNAVAILABLE: Self = Self { code: "APIGW.0201", message: "Backend unavailable." };
    /// The service did not answer in time.
    pub(crate) const TIMEOUT: Self = Self { code: "APIGW.0201", message: "Backend timeout." };
    /// Too many requests for the gateway.
    pub(crate) const RATE_LIMITED: Self =
        Self { code: "APIGW.0308", message: "The throttling threshold has been reached." };
    /// The gateway itself failed.
    pub(crate) const INTERNAL: Self = Self { code: "APIGW.0601", message: "Internal error." };
}

impl Fault<'_> {
    /// `reply` with the body in the gateway's dialect.
    pub(crate) fn write(&self, reply: Reply, request_id: &str) -> Reply {
        reply.with_json(&json!({"error_msg": self.message, "error_code": self.code, "request_id": request_id}))
    }
}

/// The id of the request with this number, 32 hexadecimal digits: the same for the same call of the same world.
pub(crate) fn request_id(seed: u64, call: u64) -> String {
    let digest = Sha256::digest(format!("request/{seed}/{call}"));
    let (half, _) = digest.split_at(16);
    hex(half)
}
