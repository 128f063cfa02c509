use std::collections::BTreeSet;

use kubeproof_emulator::Redactor;
use serde::Deserialize;
use serde::de::{self, Deserializer};

use super::{Report, ReportedCase, SCHEMA};
use crate::case::Place;
use crate::outcome::{Field, ShownExchange};
use crate::problem::Problem;

const REMEDY: &str = "`kubeproof check --report json=FILE` writes reports";

impl Report {
    /// Reads a report that was written as JSON. Fields that this version does not know are left out, and so is what the
    /// redactor finds secret by where it stands: the file may be of others.
    ///
    /// # Errors
    ///
    /// When `text` is no report, with line and column of `file`: it is no JSON, of another schema, or a case is in it twice.
    pub fn from_json(file: &str, text: &str) -> Result<Self, Problem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // First the schema, wherever it stands: of another one nothing else is known.
        let _: Head = parse(file, text)?;
        let mut report: Self = parse(file, text)?;
        let mut seen = BTreeSet::new();
        for case in &report.cases {
            if !seen.insert(&case.id) {
                let message = format!("the case `{}` stands here twice; {REMEDY}, with each case once", case.id);
                return Err(Problem::at(place_of_second(file, text, &case.id), message));
            }
        }
        redact(&mut report);
        Ok(report)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "the JSON object of a report")]
struct Head {
    #[serde(rename = "schema", deserialize_with = "schema")]
    _schema: (),
}

fn schema<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let schema = String::deserialize(deserializer)?;
    if schema == SCHEMA {
        return Ok(());
    }
    Err(de::Error::custom(format!(
        "a report of the schema `{schema}` cannot be read, only `{SCHEMA}`; read it with the version of kubeproof that \
         wrote it, or write it again with this one"
    )))
}

fn parse<T: de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))
        .and_then(|value| deserializer.end().map(|()| value).map_err(|error| (".".to_owned(), error)));
    read.map_err(|(path, error)| {
        let place = Place {
            file: file.to_owned(),
            line: u64::try_from(error.line()).unwrap_or(1).max(1),
            column: u64::try_from(error.column()).unwrap_or(1).max(1),
        };
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Problem::at(
            place,
            match error.classify() {
                _ if text.trim().is_empty() => format!("the file is empty; {REMEDY}"),
                serde_json::error::Category::Eof => {
                    format!("the report ends here before it is whole; write it again: {REMEDY}")
                }
                serde_json::error::Category::Data if path == "schema" => message.to_owned(),
                serde_json::error::Category::Data if message.starts_with("missing field `schema`") => {
                    format!("this is no report of kubeproof: it names no `schema`; {REMEDY}")
                }
                serde_json::error::Category::Data if path == "." => {
                    format!("this is no report of kubeproof: {message}; {REMEDY}")
                }
                serde_json::error::Category::Data => format!("{path}: {message}; {REMEDY}"),
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                    format!("this is no JSON: {message}; {REMEDY}")
                }
            },
        )
    })
}

/// Where an id stands for the second time.
fn place_of_second(file: &str, text: &str, id: &str) -> Place {
    let written = serde_json::to_string(id).unwrap_or_default();
    let at = text.match_indices(&written).nth(1).map_or(0, |(at, _)| at);
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Place { file: file.to_owned(), line: number(line), column: number(column) }
}

/// Takes out what is secret by where it stands. Titles and clauses are the suite's own words, which speak of credentials and
/// hold none.
fn redact(report: &mut Report) {
    let redactor = Redactor::default();
    let hide = |text: &mut String| *text = redactor.text(text);
    let Report { adapter, cases, .. } = report;
    [&mut adapter.name, &mut adapter.version].into_iter().for_each(hide);
    for case in cases {
        let ReportedCase { message, mismatches, exchanges, place, reason, stderr, .. } = case;
        let file = place.as_mut().map(|place| &mut place.file);
        std::iter::once(message).chain(file).chain(reason).chain(stderr).for_each(hide);
        mismatches.iter_mut().flat_map(|miss| [&mut miss.expected, &mut miss.came]).for_each(hide);
        for exchange in exchanges {
            let ShownExchange { request, request_headers, reply_headers, body, explanation, complaints, .. } = exchange;
            for Field { name, value } in request_headers.iter_mut().chain(reply_headers) {
                *value = redactor.header(name, value);
            }
            [request, body, explanation].into_iter().chain(complaints).for_each(hide);
        }
    }
}
