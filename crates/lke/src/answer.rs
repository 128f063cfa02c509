//! What is received.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubeproof_client::{Error, ErrorKind, Reply, content, json};
use serde_json::Value;

use crate::dialect;

/// The document that the field `kubeconfig` of an answer holds in base64.
///
/// Line breaks and blanks within the base64 are skipped, as most decoders do. Everything else is taken strictly: what lacks its
/// padding was cut off, for all that anybody knows.
///
/// # Errors
/// `malformed` when there is none. The text quotes nothing of the answer.
pub(crate) fn document(reply: &Reply) -> Result<Vec<u8>, Error> {
    if content(reply.body()).is_empty() {
        return Err(reply.malformed("the answer is empty"));
    }
    if reply.is_html() {
        return Err(reply.malformed("the answer is a page of html, such as a log-in page"));
    }
    let object = match json(reply.body()) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(reply.malformed("the answer is not a json object")),
        Err(_) => return Err(reply.malformed("the answer is not json")),
    };
    let field = match object.get("kubeconfig") {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => {
            // An error may come with status 200.
            let problem = dialect::problem(&Value::Object(object));
            return Err(reply.error(ErrorKind::Malformed, "the answer has no kubeconfig", problem));
        }
        Some(_) => return Err(reply.malformed("the field kubeconfig of the answer is not a text")),
    };
    let base64: String = field.split_ascii_whitespace().collect();
    if base64.is_empty() {
        return Err(reply.malformed("the field kubeconfig of the answer is empty"));
    }
    let document =
        STANDARD.decode(&base64).map_err(|_| reply.malformed("the field kubeconfig of the answer is not base64"))?;
    if content(&document).first() == Some(&b'<') {
        return Err(reply.malformed("the field kubeconfig of the answer holds a page of html"));
    }
    if is_base64(&document) {
        return Err(reply.malformed("the field kubeconfig of the answer was encoded twice"));
    }
    Ok(document)
}

/// Whether a document is base64 itself, which no kubeconfig is: it has a colon.
fn is_base64(document: &[u8]) -> bool {
    let text: Vec<u8> = document.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    !text.is_empty() && STANDARD.decode(text).is_ok()
}
