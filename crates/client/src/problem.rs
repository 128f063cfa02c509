//! What a provider says about a failure.

use serde_json::Value;

use crate::{content, json};

/// What a provider says about a failure, in whatever dialect, before it is cleaned.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// The provider's code.
    pub code: Option<String>,
    /// The provider's words.
    pub message: Option<String>,
    /// The id under which the request was logged.
    pub request_id: Option<String>,
}

impl std::fmt::Debug for Problem {
    /// A problem may echo a credential until it was cleaned, so nothing of it is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Problem").finish_non_exhaustive()
    }
}

impl Problem {
    /// What an answer says. `of_object` reads the provider's dialect from a JSON object.
    ///
    /// A text is a message only with a status that refuses: with any other it may be the access that was asked for.
    #[must_use]
    pub fn read(status: u16, body: &[u8], of_object: fn(&Value) -> Self) -> Self {
        match json(body) {
            Ok(object @ Value::Object(_)) => of_object(&object),
            _ if status >= 400 => Self::of_text(body),
            _ => Self::default(),
        }
    }

    /// What a body that is not an object says: a JSON string, or a short plain text, is a message.
    ///
    /// A page of HTML and a document of several lines are nobody's message and are left out.
    #[must_use]
    pub fn of_text(body: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(content(body)) else { return Self::default() };
        let message = match serde_json::from_str::<Value>(text) {
            Ok(Value::String(text)) => Some(text),
            Ok(Value::Array(items)) => match items.into_iter().next() {
                Some(Value::String(text)) => Some(text),
                _ => None,
            },
            Ok(_) => None,
            Err(_) => Some(text.to_owned()),
        };
        Self { message: message.filter(|message| is_message(message)), ..Self::default() }
    }

    /// The text of the first of these fields that is there; numbers are taken as text.
    #[must_use]
    pub fn field(object: &Value, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match object.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}

/// Whether a text reads like a message rather than like a document, which may hold secrets.
fn is_message(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() <= 300 && !text.starts_with(['<', '{', '[']) && !text.contains(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_without_an_object() {
        for (body, message) in [
            ("", None),
            ("  \n", None),
            ("Downloaded", Some("Downloaded")),
            ("\"denied\"", Some("denied")),
            ("\u{feff}\"denied\"", Some("denied")),
            ("[\"denied\", \"again\"]", Some("denied")),
            ("[]", None),
            ("[1]", None),
            ("null", None),
            ("{\"a\":1}", None),
            ("{\"a\":", None),
            ("<html>login</html>", None),
            ("apiVersion: v1\nkind: Config", None),
            ("\"apiVersion: v1\\nkind: Config\"", None),
            ("[\"{}\"]", None),
            (&"x".repeat(301), None),
        ] {
            assert_eq!(Problem::of_text(body.as_bytes()).message.as_deref(), message, "{body}");
        }
        assert_eq!(Problem::of_text(b"\xff\xfe"), Problem::default());
    }

    #[test]
    fn a_text_is_a_message_only_of_a_refusal() {
        let of_object =
            |object: &Value| Problem { message: Problem::field(object, &["message"]), ..Problem::default() };
        for (status, body, message) in [
            (400, "no", Some("no")),
            (503, "\"no\"", Some("no")),
            (399, "no", None),
            (200, "no", None),
            (203, "[\"no\"]", None),
            (304, "\"no\"", None),
            (200, "{\"message\":\"no\"}", Some("no")),
            (404, "\u{feff}{\"message\":\"no\"}", Some("no")),
        ] {
            assert_eq!(
                Problem::read(status, body.as_bytes(), of_object).message.as_deref(),
                message,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn fields_are_texts_or_numbers() {
        let object = serde_json::json!({"a": "", "b": null, "c": 7, "d": ["x"], "e": "text"});
        assert_eq!(Problem::field(&object, &["a", "b", "d", "e", "c"]).as_deref(), Some("text"));
        assert_eq!(Problem::field(&object, &["c"]).as_deref(), Some("7"));
        assert_eq!(Problem::field(&object, &["a", "b", "d", "z"]), None);
        assert_eq!(Problem::field(&serde_json::json!("text"), &["a"]), None);
    }
}
