//! The lines of the protocol.

use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::output::Line;
use crate::adapter::{About, Breach, Failure, FetchRequest, Fetched};

/// The JSON Schema (draft 2020-12) of every line of the protocol. What an adapter writes is checked against it.
pub const SCHEMA: &str = include_str!("../../schemas/adapter-protocol-1.json");

/// The version of the protocol.
pub(super) const PROTOCOL: u32 = 1;

/// How much of a wrong line is quoted, in characters.
const QUOTED: usize = 240;

/// What the harness writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    Hello(Greeting),
    Fetch(Box<FetchRequest>),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Greeting {
    pub(super) protocol: u32,
}

/// What an adapter writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    Hello(Hello),
    Result(Answer),
}

/// What an adapter says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) protocol: u32,
    #[serde(flatten)]
    pub(super) about: About,
}

/// What came of a fetch.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Error(Failure),
    #[serde(untagged)]
    Fetched(Fetched),
}

impl Asked {
    /// The line, with its end.
    pub(super) fn line(&self) -> Result<Vec<u8>, serde_json::Error> {
        line(self)
    }
}

impl Said {
    /// The line, with its end.
    pub(super) fn line(&self) -> Result<Vec<u8>, serde_json::Error> {
        line(self)
    }
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// Reads what an adapter says of itself.
pub(super) fn hello(line: &Line) -> Result<About, Breach> {
    let read = Reading { line, what: "greeting", key: "hello" };
    match read.said(|schemas| schemas.hello)? {
        Said::Hello(hello) => Ok(hello.about),
        Said::Result(_) => Err(read.breach("it is a result, and the first line has to be the greeting")),
    }
}

/// Reads what came of the fetch with this id.
pub(super) fn answer(line: &Line, id: &str) -> Result<Result<Fetched, Failure>, Breach> {
    let read = Reading { line, what: "result", key: "result" };
    match read.said(|schemas| schemas.result)? {
        Said::Result(answer) if answer.id != id => {
            Err(read.breach(&format!("its `id` is `{}`, and the fetch that is to be answered has `{id}`", answer.id)))
        }
        Said::Result(answer) => Ok(match answer.outcome {
            Outcome::Error(failure) => Err(failure),
            Outcome::Fetched(fetched) => Ok(fetched),
        }),
        Said::Hello(_) => Err(read.breach("it is a greeting, which is said once")),
    }
}

/// What is wrong with a line that came when nothing was asked.
pub(super) fn unasked(line: &Line) -> Breach {
    let read = Reading { line, what: "answer to anything", key: "result" };
    read.breach("nothing was asked when it came, and each fetch is answered once")
}

/// A line that is being read.
struct Reading<'a> {
    line: &'a Line,
    what: &'static str,
    key: &'static str,
}

impl Reading<'_> {
    fn said(&self, schema: fn(&Compiled) -> SchemaIndex) -> Result<Said, Breach> {
        let text = std::str::from_utf8(&self.line.bytes).map_err(|_| self.breach("it is no UTF-8"))?;
        if text.trim().is_empty() {
            return Err(self.breach("it is blank, and each line is one JSON object"));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            self.breach(&format!("it is no JSON: {error}; what is for people goes to standard error"))
        })?;
        let schemas = SCHEMAS.as_ref().map_err(|broken| Breach::new(format!("the schema is broken: {broken}")))?;
        if let Err(error) = schemas.list.validate(&value, schema(schemas)) {
            return Err(self.breach(&self.explained(&value, &error)));
        }
        serde_json::from_value(value).map_err(|error| self.breach(&error.to_string()))
    }

    fn breach(&self, why: &str) -> Breach {
        Breach::new(format!(
            "line {} of its standard output is no {}: {why}: `{}`",
            self.line.number,
            self.what,
            self.quoted()
        ))
    }

    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(&self.line.bytes);
        let text = text.trim_end();
        let mut shown: String = text.chars().take(QUOTED).flat_map(shown).collect();
        if text.chars().nth(QUOTED).is_some() {
            shown.push_str(&format!("… ({} bytes)", self.line.bytes.len()));
        }
        shown
    }

    /// What is wrong and where: the first thing that the schema does not allow.
    fn explained(&self, value: &Value, error: &ValidationError<'_, '_>) -> String {
        if let Some(object) = value.as_object()
            && !object.contains_key(self.key)
        {
            return format!("it has no `{}`", self.key);
        }
        let outcomes = ["kubeconfig", "access", "connection", "error"];
        if let Some(result) = value.get("result").and_then(Value::as_object) {
            let had: Vec<&str> = outcomes.into_iter().filter(|outcome| result.contains_key(*outcome)).collect();
            match had.as_slice() {
                [] => return format!("`result` has none of {}", outcomes.map(|name| format!("`{name}`")).join(", ")),
                [_] => {}
                several => return format!("`result` has {}, and one of them is wanted", several.join(" and ")),
            }
        }
        if value.pointer("/hello/protocol").is_some_and(|protocol| *protocol != PROTOCOL) {
            return format!("it speaks another version of the protocol, and this is version {PROTOCOL}");
        }
        let leaf = leaf(error);
        let place = leaf.instance_location.to_string();
        let place = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
        format!("{place}: {}", leaf.kind)
    }
}

/// What stands for a character in a quotation: one that could steer a terminal is spelled out.
fn shown(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_unicode());
    let plain = escaped.is_none().then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

fn leaf<'e, 's, 'v>(error: &'e ValidationError<'s, 'v>) -> &'e ValidationError<'s, 'v> {
    error.causes.first().map_or(error, leaf)
}

/// The schema, compiled for each kind of line.
struct Compiled {
    list: Schemas,
    hello: SchemaIndex,
    result: SchemaIndex,
}

static SCHEMAS: LazyLock<Result<Compiled, String>> = LazyLock::new(|| compiled().map_err(|error| error.to_string()));

fn compiled() -> Result<Compiled, Box<dyn std::error::Error>> {
    const URL: &str = "urn:kubeproof:adapter-protocol:1";
    let mut list = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.add_resource(URL, serde_json::from_str(SCHEMA)?)?;
    let hello = compiler.compile(&format!("{URL}#/$defs/hello"), &mut list)?;
    let result = compiler.compile(&format!("{URL}#/$defs/result"), &mut list)?;
    Ok(Compiled { list, hello, result })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adapter::{Credentials, FailureKind, Feature};

    fn is_valid(definition: &str, value: &Value) -> bool {
        let mut list = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource("urn:x", serde_json::from_str(SCHEMA).unwrap()).unwrap();
        let index = compiler.compile(&format!("urn:x#{definition}"), &mut list).unwrap();
        list.validate(value, index).is_ok()
    }

    /// What the harness writes is of the schema that adapters are told of.
    #[test]
    fn what_is_asked_is_of_the_schema() {
        let bearer = Credentials::Bearer { bearer: "a".to_owned() };
        let token = Credentials::Token { token: "a".to_owned() };
        let key = Credentials::AccessKey { access_key: "a".to_owned(), secret_key: "b".to_owned() };
        for (credentials, ca_pem) in [(bearer, None), (token, Some("PEM".to_owned())), (key, None)] {
            let request = FetchRequest {
                id: "7".to_owned(),
                provider: "ucs".to_owned(),
                base_url: "http://127.0.0.1:1".to_owned(),
                ca_pem,
                credentials,
                cluster: [("cluster_id".to_owned(), "c".to_owned())].into(),
                options: crate::adapter::Options { duration_days: Some(-1), ..Default::default() },
                timeout_ms: 1,
            };
            let asked = serde_json::to_value(Asked::Fetch(Box::new(request))).unwrap();
            assert!(is_valid("/$defs/fetch", &asked) && is_valid("", &asked), "{asked}");
            assert!(!is_valid("/$defs/hello", &asked));
        }
        let greeting = serde_json::to_value(Asked::Hello(Greeting { protocol: PROTOCOL })).unwrap();
        assert!(is_valid("/$defs/greeting", &greeting));
        assert!(!is_valid("/$defs/fetch", &json!({"fetch": {"id": "7"}})));
    }

    #[test]
    fn the_schema_knows_every_feature_and_kind() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        assert_eq!(schema["$defs"]["feature"]["enum"], json!(Feature::ALL));
        assert_eq!(schema["$defs"]["kind"]["enum"], json!(FailureKind::ALL));
    }

    /// Whatever the schema lets through can be read, and what is written is let through.
    #[test]
    fn answers_are_read() {
        let line = |text: &str| Line { number: 2, bytes: text.as_bytes().to_vec() };
        let read = |text: &str| answer(&line(text), "7").unwrap();
        let fetched = read(r#"{"result":{"id":"7","kubeconfig":"apiVersion: v1"}}"#).unwrap();
        assert_eq!(fetched, Fetched::Kubeconfig("apiVersion: v1".to_owned()));
        let fetched = read(r#"{"result":{"access":["a",{"b":1}],"id":"7"}}"#).unwrap();
        assert_eq!(fetched, Fetched::Access(vec![json!("a"), json!({"b": 1})]));
        let fetched = read(r#"{"result":{"id":"7","connection":{"endpoint":"e","ca_data":""}}}"#).unwrap();
        assert_eq!(fetched, Fetched::Connection { endpoint: "e".to_owned(), ca_data: String::new() });
        let failure =
            read(r#"{"result":{"id":"7","error":{"kind":"not-found","status":null,"code":"x"}}}"#).unwrap_err();
        assert_eq!((failure.kind, failure.status, failure.code.as_deref()), (FailureKind::NotFound, None, Some("x")));
        for fetched in [Ok(Fetched::Kubeconfig("k".to_owned())), Err(Failure::new(FailureKind::Error))] {
            let outcome = fetched.clone().map_or_else(Outcome::Error, Outcome::Fetched);
            let written = Said::Result(Answer { id: "7".to_owned(), outcome }).line().unwrap();
            assert_eq!(answer(&Line { number: 2, bytes: written }, "7").unwrap(), fetched);
        }
    }

    #[test]
    fn a_long_line_is_quoted_in_part_and_what_steers_a_terminal_is_spelled_out() {
        let text = format!("\u{1b}[31m{}", "x".repeat(1_000));
        let breach = answer(&Line { number: 9, bytes: text.into_bytes() }, "7").unwrap_err().to_string();
        assert!(breach.contains("`\\u{1b}[31mxxx") && breach.contains("… (1005 bytes)"), "{breach}");
        assert!(breach.len() < 600, "{breach}");
    }
}
