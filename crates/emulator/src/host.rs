//! What puts a [`Session`](crate::Session) on a socket.

mod wiremock;

pub use self::wiremock::WiremockHost;

use crate::{ELSEWHERE, Reply};

/// The response header that names the clause of a refusal.
pub const CLAUSE_HEADER: &str = "kubeproof-clause";

/// Makes a reply ready for the wire: the clause of a refusal as a header, and the second origin's address.
fn finish(mut reply: Reply, elsewhere: Option<&str>) -> Reply {
    if reply.is_refusal() {
        let clause = reply.decision.clause;
        reply = reply.with_header(CLAUSE_HEADER, clause);
    }
    if let Some(elsewhere) = elsewhere {
        for value in reply.headers.values_mut() {
            let Ok(text) = value.to_str() else { continue };
            if let Ok(text) = http::HeaderValue::try_from(text.replace(ELSEWHERE, elsewhere)) {
                *value = text;
            }
        }
        if let Ok(body) = std::str::from_utf8(&reply.body) {
            reply.body = body.replace(ELSEWHERE, elsewhere).into_bytes();
        }
    }
    reply
}
