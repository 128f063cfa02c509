//! What an answer with status 200 is.

use kubeproof_client::{content, json};
use serde_json::Value;

/// What an answer with status 200 is.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// The manifests of the agent.
    AccessInfo(Vec<Value>),
    /// The note that they were given before.
    Downloaded,
}

/// Reads a body.
///
/// The document says "array of strings" and shows none; newer documents show an array of Kubernetes objects. Both are
/// accepted. The note that they were given before has no documented form, so each that is plausible is known: in an
/// array, as a JSON string, as bare text, as a `message`.
///
/// # Errors
/// A lowercase fragment that quotes nothing of the body.
pub(crate) fn read(body: &[u8]) -> Result<Answer, &'static str> {
    let text = content(body);
    if text.is_empty() {
        return Err("the answer is empty");
    }
    if text.starts_with(b"<") {
        return Err("the answer is a page of html, such as a log-in page");
    }
    match json(text) {
        Ok(Value::Array(items)) => read_items(items),
        Ok(Value::String(text)) if is_note(&text) => Ok(Answer::Downloaded),
        Ok(Value::Object(object)) => match object.get("message") {
            Some(Value::String(text)) if is_note(text) => Ok(Answer::Downloaded),
            _ => Err("the answer is one object, not access information"),
        },
        Ok(_) => Err("the answer is a single value, not access information"),
        Err(_) if std::str::from_utf8(text).is_ok_and(is_note) => Ok(Answer::Downloaded),
        Err(_) => Err("the answer is not json"),
    }
}

fn read_items(items: Vec<Value>) -> Result<Answer, &'static str> {
    let note = |item: &Value| item.as_str().is_some_and(is_note);
    if items.is_empty() {
        return Err("the answer is an empty list");
    }
    if items.iter().all(note) {
        return Ok(Answer::Downloaded);
    }
    let is_manifest = |item: &Value| match item {
        Value::String(text) => holds_manifests(text),
        object => is_kubernetes_object(object),
    };
    if items.iter().all(is_manifest) {
        Ok(Answer::AccessInfo(items))
    } else {
        Err("the answer is a list that holds something else than manifests")
    }
}

/// Whether a text is YAML, or JSON, of Kubernetes objects and nothing else. A sentence is YAML too, but no object.
fn holds_manifests(text: &str) -> bool {
    serde_saphyr::from_multiple(text)
        .is_ok_and(|documents: Vec<Value>| !documents.is_empty() && documents.iter().all(is_kubernetes_object))
}

/// What has no kind is no Kubernetes object, and a `Status` says what failed; an error in a list would look like those.
fn is_kubernetes_object(value: &Value) -> bool {
    value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind != "Status")
}

/// Whether a text is the note that the answer was given before: the word of the document, or the sentence of newer ones.
pub(crate) fn is_note(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    ["downloaded", "the certificate has been downloaded"].iter().any(|note| text.eq_ignore_ascii_case(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let manifests = |count| Ok(Some(count));
        let downloaded = Ok(None);
        for (body, expected) in [
            (r#"[{"kind":"Deployment"},{"kind":"Secret","data":{}}]"#, manifests(2)),
            (r#"["{\"kind\":\"Secret\"}"]"#, manifests(1)),
            (r#"["kind: Deployment\n", {"kind":"Secret"}]"#, manifests(2)),
            ("\u{feff}\n[{\"kind\":\"Secret\"}]\n", manifests(1)),
            (r#"["Downloaded"]"#, downloaded),
            (r#""Downloaded""#, downloaded),
            ("Downloaded", downloaded),
            ("downloaded.\n", downloaded),
            (r#"{"message":"Downloaded"}"#, downloaded),
            (r#"["The certificate has been downloaded."]"#, downloaded),
            (r#""The certificate has been downloaded.""#, downloaded),
            ("The certificate has been downloaded.", downloaded),
            (r#"{"message":"The certificate has been downloaded."}"#, downloaded),
            (r#"["kind: Secret\n---\nkind: Deployment\n"]"#, manifests(1)),
            (r#"["---\n# the agent\nkind: Secret\n"]"#, manifests(1)),
            (r#"["Already downloaded"]"#, Err("something else")),
            (r#"["The cluster is not available"]"#, Err("something else")),
            (r#"["Downloaded: by somebody"]"#, Err("something else")),
            (r#"[{"kind":"Status","status":"Failure"}]"#, Err("something else")),
            (r#"["kind: Status\nstatus: Failure\n"]"#, Err("something else")),
            (r#"["kind: Secret\n---\nkind: Status\n"]"#, Err("something else")),
            (r#"["kind: Secret\n---\njust text\n"]"#, Err("something else")),
            (r#"["kind: [Secret]"]"#, Err("something else")),
            (r#"["[{kind: Secret}]"]"#, Err("something else")),
            (r#"["kind: 'Secret"]"#, Err("something else")),
            (r##"["# nothing"]"##, Err("something else")),
            ("", Err("empty")),
            (" \n", Err("empty")),
            ("<html>log in</html>", Err("html")),
            ("[]", Err("empty list")),
            (r#"[{"kind":"Secret"},"Downloaded"]"#, Err("something else")),
            (r#"[{"error_code":"UCS.01000004"}]"#, Err("something else")),
            (r#"[{"kind":1}]"#, Err("something else")),
            (r#"[""]"#, Err("something else")),
            ("[null]", Err("something else")),
            ("[[{\"kind\":\"Secret\"}]]", Err("something else")),
            (r#"[{"kind":"Secret"}"#, Err("not json")),
            (r#"{"error_code":"UCS.01000004","error_msg":"Downloaded"}"#, Err("one object")),
            (r#"{"kind":"Config"}"#, Err("one object")),
            (r#""certificate""#, Err("single value")),
            ("null", Err("single value")),
            ("true", Err("single value")),
            ("Downloaded by somebody", Err("not json")),
            ("kind: Secret", Err("not json")),
        ] {
            match (read(body.as_bytes()), expected) {
                (Ok(Answer::AccessInfo(items)), Ok(Some(count))) => assert_eq!(items.len(), count, "{body}"),
                (Ok(Answer::Downloaded), Ok(None)) => {}
                (Err(what), Err(expected)) => assert!(what.contains(expected), "{body}: {what}"),
                (found, _) => panic!("{body}: {found:?}"),
            }
        }
        assert!(read(b"\xff\xfe[\x00").is_err());
    }
}
