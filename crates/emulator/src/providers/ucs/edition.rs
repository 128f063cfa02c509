//! What the editions of the documents differ in.

use http::StatusCode;
use serde_json::json;

use super::{DownloadedAs, ItemsAs};
use crate::{Edition, Reply};

/// The document in docs/.
pub(super) const DOCUMENTED: Edition = Edition("2025-05");

/// The newest page, of 2026-01-14.
pub(super) const NEWER: Edition = Edition("2026-01");

/// How an edition does what editions do differently.
pub(super) struct Ways {
    /// How it writes access information.
    pub(super) items_as: ItemsAs,
    /// What it answers when there is nothing to download any more.
    pub(super) second_call: SecondCall,
}

/// The answer to a call when there is nothing to download any more.
pub(super) struct SecondCall {
    clause: &'static str,
    status: StatusCode,
    message: &'static str,
    shape: DownloadedAs,
}

/// How `edition` does it.
pub(super) fn ways(edition: Edition) -> Ways {
    if edition == NEWER {
        let second_call = SecondCall {
            clause: "ucs.download.gone",
            status: StatusCode::GONE,
            message: "The certificate has been downloaded.",
            shape: DownloadedAs::String,
        };
        Ways { items_as: ItemsAs::Objects, second_call }
    } else {
        let second_call = SecondCall {
            clause: "ucs.download.message",
            status: StatusCode::OK,
            message: "Downloaded",
            shape: DownloadedAs::Array,
        };
        Ways { items_as: ItemsAs::Strings, second_call }
    }
}

impl SecondCall {
    /// The answer, in this shape or else in the edition's.
    pub(super) fn reply(&self, shape: Option<DownloadedAs>) -> Reply {
        let reply = Reply::refuse(
            self.clause,
            self.status,
            "keep what the first call returned: the access information was handed out, and can be downloaded only once",
        );
        match shape.unwrap_or(self.shape) {
            DownloadedAs::Array => reply.with_json(&json!([self.message])),
            DownloadedAs::String => reply.with_json(&json!(self.message)),
            DownloadedAs::BareText => reply.with_body("text/plain", self.message),
        }
    }
}
