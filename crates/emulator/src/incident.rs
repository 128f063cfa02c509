use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Reply;

/// The clause of replies that a case or world file spells out byte by byte.
pub const SCRIPTED: &str = "kubeproof.scripted-reply";

/// Something that the provider says by itself on some calls, whatever was asked.
///
/// `{calls: [1], is: rate-limited}` lets the provider speak in its own dialect; `{calls: every, reply: {…}}` spells the reply out.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "IncidentSource<I>", bound = "I: Deserialize<'de>")]
pub struct Incident<I> {
    /// The calls it happens on.
    pub calls: Calls,
    /// What happens.
    pub happening: Happening<I>,
}

/// What an [`Incident`] makes the provider say.
#[derive(Clone, Debug)]
pub enum Happening<I> {
    /// One of the provider's own incidents.
    Named(I),
    /// A reply that the file spells out.
    Scripted(ScriptedReply),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "I: Deserialize<'de>")]
struct IncidentSource<I> {
    #[serde(default)]
    calls: Calls,
    is: Option<I>,
    reply: Option<ScriptedReply>,
}

impl<I> TryFrom<IncidentSource<I>> for Incident<I> {
    type Error = &'static str;

    fn try_from(source: IncidentSource<I>) -> Result<Self, Self::Error> {
        let happening = match (source.is, source.reply) {
            (Some(named), None) => Happening::Named(named),
            (None, Some(scripted)) => Happening::Scripted(scripted),
            _ => return Err("an incident has either `is` or `reply`"),
        };
        Ok(Self { calls: source.calls, happening })
    }
}

/// Which calls, counted from 1 over the life of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Calls {
    /// All of them.
    #[default]
    Every,
    /// These.
    Numbers(Vec<u64>),
}

impl Calls {
    /// Whether call number `call` is one of these.
    pub fn include(&self, call: u64) -> bool {
        match self {
            Self::Every => true,
            Self::Numbers(numbers) => numbers.contains(&call),
        }
    }
}

impl Serialize for Calls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Every => serializer.serialize_str("every"),
            Self::Numbers(numbers) => serializer.collect_seq(numbers),
        }
    }
}

impl<'de> Deserialize<'de> for Calls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CallsVisitor;
        impl<'de> Visitor<'de> for CallsVisitor {
            type Value = Calls;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`every`, or a list of call numbers from 1 on")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Calls, E> {
                if text == "every" { Ok(Calls::Every) } else { Err(E::invalid_value(de::Unexpected::Str(text), &self)) }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Calls, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = seq.next_element::<u64>()? {
                    if number == 0 {
                        return Err(de::Error::custom("calls are counted from 1"));
                    }
                    numbers.push(number);
                }
                if numbers.is_empty() {
                    return Err(de::Error::custom("what happens on no call; write `every` or numbers"));
                }
                Ok(Calls::Numbers(numbers))
            }
        }
        deserializer.deserialize_any(CallsVisitor)
    }
}

/// A reply that a case or world file spells out.
///
/// In header values and in the body, `{elsewhere}` stands for the base URL of the host's second origin, and
/// `{elsewhere-http}` for the same by plain HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedReply {
    /// The status, 200 unless said otherwise.
    #[serde(default, deserialize_with = "status")]
    pub status: StatusCode,
    /// The header fields.
    #[serde(default, deserialize_with = "headers")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// A file of the provider's fixtures that holds the body. Whoever loads the file puts its text into `body`.
    #[serde(default)]
    pub file: Option<String>,
    /// How often the body is repeated, for answers that are too large.
    #[serde(default = "once")]
    pub repeat: usize,
    /// A field of a JSON object that holds the body in base64, in place of the body itself: a fixture is then the document that
    /// an answer carries, and can be read.
    #[serde(default)]
    pub base64_in: Option<String>,
    /// How many spaces follow the body, for answers that are too large and would be right otherwise: to JSON and YAML,
    /// white space at the end means nothing.
    #[serde(default)]
    pub padding: usize,
}

impl ScriptedReply {
    /// The reply.
    pub fn reply(&self) -> Reply {
        let mut reply = Reply::incident(SCRIPTED, self.status, "this reply is spelled out by the case or world file");
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()))
            {
                reply.headers.insert(name, value);
            }
        }
        let mut body = self.body.repeat(self.repeat).into_bytes();
        if let Some(field) = &self.base64_in {
            body = json!({field: STANDARD.encode(body)}).to_string().into_bytes();
        }
        body.resize(body.len().saturating_add(self.padding), b' ');
        reply.body = body.into();
        reply
    }

    /// Whether the reply points at the host's second origin.
    pub fn points_elsewhere(&self) -> bool {
        let points = |text: &String| [ELSEWHERE, ELSEWHERE_HTTP].iter().any(|placeholder| text.contains(placeholder));
        points(&self.body) || self.headers.values().any(points)
    }
}

/// Stands for the base URL of a host's second origin.
pub const ELSEWHERE: &str = "{elsewhere}";

/// Stands for the same by plain HTTP, whatever the host speaks itself.
pub const ELSEWHERE_HTTP: &str = "{elsewhere-http}";

fn once() -> usize {
    1
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let status = StatusCode::from_u16(number).ok().filter(|_| (200..=599).contains(&number));
    status.ok_or_else(|| de::Error::custom(format!("{number} is no HTTP status of an answer (200 to 599)")))
}

/// Header fields that say where an answer ends.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "upgrade"];

fn headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let headers = BTreeMap::<String, String>::deserialize(deserializer)?;
    for (name, value) in &headers {
        if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
            return Err(de::Error::custom(format!(
                "`{name}` is for the server to say; for an answer that is cut off or has no end, arm a fault such as \
                 `close`, `chunked-without-end` or `enormous-body`"
            )));
        }
        if HeaderName::try_from(name.as_str()).is_err() || HeaderValue::try_from(value.as_str()).is_err() {
            return Err(de::Error::custom(format!("HTTP does not allow a header field `{name}` with this value")));
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let scripted: ScriptedReply = serde_json::from_str(source).unwrap();
        assert_eq!(String::from_utf8(scripted.reply().body.into()).unwrap(), expected, "{source}");
    }

    #[test]
    fn what_is_no_answer_is_refused_with_a_remedy() {
        for (source, remedy) in [
            (r#"{"status": 101}"#, "200 to 599"),
            (r#"{"status": 700}"#, "200 to 599"),
            (r#"{"headers": {"Content-Length": "5"}}"#, "arm a fault"),
            (r#"{"headers": {"transfer-encoding": "chunked"}}"#, "arm a fault"),
            (r#"{"headers": {"bad header": "5"}}"#, "does not allow"),
        ] {
            let error = serde_json::from_str::<ScriptedReply>(source).unwrap_err().to_string();
            assert!(error.contains(remedy), "{source}: {error}");
        }
    }

    #[test]
    fn an_incident_has_a_name_or_a_reply_and_calls() {
        let parse = |source: &str| serde_json::from_str::<Incident<String>>(source);
        let named = parse(r#"{"is": "rate-limited"}"#).unwrap();
        assert!(matches!(named.happening, Happening::Named(name) if name == "rate-limited"));
        let spelled_out = parse(r#"{"calls": [2, 3], "reply": {"body": "b"}}"#).unwrap();
        let Happening::Scripted(scripted) = spelled_out.happening else { panic!("it is spelled out") };
        assert_eq!((scripted.status, scripted.body.as_str()), (StatusCode::OK, "b"));
        for (calls, included) in [(named.calls, [1, 2, 3, 4].as_slice()), (spelled_out.calls, &[2, 3])] {
            assert_eq!((1..5).filter(|call| calls.include(*call)).collect::<Vec<_>>(), included);
        }
        assert_eq!(parse(r#"{"calls": "every", "is": "a"}"#).unwrap().calls, Calls::Every);
        for (source, remedy) in [
            (r#"{"calls": [1]}"#, "either `is` or `reply`"),
            (r#"{"is": "a", "reply": {}}"#, "either `is` or `reply`"),
            (r#"{"calls": "never", "is": "a"}"#, "`every`, or a list of call numbers from 1 on"),
            (r#"{"calls": 1, "is": "a"}"#, "`every`, or a list of call numbers from 1 on"),
            (r#"{"calls": [0], "is": "a"}"#, "counted from 1"),
            (r#"{"calls": [], "is": "a"}"#, "no call"),
        ] {
            let error = parse(source).unwrap_err().to_string();
            assert!(error.contains(remedy), "{source}: {error}");
        }
    }

    #[test]
    fn a_body_is_repeated_and_then_padded() {
        check(r#"{"body": "ab"}"#, "ab");
        check(r#"{"body": "ab", "repeat": 2}"#, "abab");
        check(r#"{"body": "ab", "padding": 3}"#, "ab   ");
        check(r#"{"body": "ab", "repeat": 2, "padding": 1}"#, "abab ");
        check(r#"{"padding": 2}"#, "  ");
    }

    #[test]
    fn a_document_may_stand_within_json() {
        check(r#"{"body": "kind: Config", "base64_in": "kubeconfig"}"#, r#"{"kubeconfig":"a2luZDogQ29uZmln"}"#);
        check(r#"{"body": "ab", "repeat": 2, "base64_in": "x", "padding": 1}"#, "{\"x\":\"YWJhYg==\"} ");
    }
}
