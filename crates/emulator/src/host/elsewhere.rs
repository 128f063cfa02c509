//! The second origin, which answers everything and remembers what reached it.

use http::StatusCode;

use crate::Reply;

/// What it answers.
pub(super) fn reply() -> Reply {
    Reply::answer("kubeproof.elsewhere", StatusCode::OK, "another origin answers everything")
        .with_json(&serde_json::json!({}))
}
