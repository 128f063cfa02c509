//! The lines of the protocol.

use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// Reads what an adapter says of itself. `number` is that of the line, from 1.
pub(super) fn hello(number: u64, line: &[u8]) -> Result<About, Breach> {
    let read = Reading { number, line, what: "greeting", key: "hello" };
    match read.said(|schemas| schemas.hello)? {
        Said::Hello(hello) => Ok(hello.about),
        Said::Result(_) => Err(read.breach("it is a result, and the first line has to be the greeting")),
    }
}

/// Reads what came of the fetch with this id.
pub(super) fn answer(number: u64, line: &[u8], id: &str) -> Result<Result<Fetched, Failure>, Breach> {
    let read = Reading { number, line, what: "result", key: "result" };
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
pub(super) fn unasked(number: u64, line: &[u8]) -> Breach {
    let read = Reading { number, line, what: "answer to anything", key: "result" };
    read.breach("nothing was asked when it came, and each fetch is answered once")
}

/// A line that is being read.
struct Reading<'a> {
    number: u64,
    line: &'a [u8],
    what: &'static str,
    key: &'static str,
}

impl Reading<'_> {
    fn said(&self, schema: fn(&Compiled) -> SchemaIndex) -> Result<Said, Breach> {
        let text = std::str::from_utf8(self.line).map_err(|_| self.breach("it is no UTF-8"))?;
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
            self.number,
            self.what,
            self.quoted()
        ))
    }

    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(self.line);
        let text = text.trim_end();
        let mut shown: String = text.chars().take(QUOTED).flat_map(shown).collect();
        if text.chars().nth(QUOTED).is_some() {
            shown.push_str(&format!("… ({} bytes)", self.line.len()));
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
