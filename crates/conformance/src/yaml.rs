//! Reads YAML, and says where something stands in it.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize as _, Deserializer};
use serde_saphyr::Location;

use crate::case::Place;
use crate::problem::Problem;

/// Reads a file of the fixtures, which is there to say something.
pub(crate) fn parse_fixture<T: DeserializeOwned>(text: &str, file: &str, problems: &mut Vec<Problem>) -> Option<T> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        let place = Place { file: file.to_owned(), line: 1, column: 1 };
        problems.push(Problem::at(place, "nothing is written here; write a list or a map, or remove the file"));
        return None;
    }
    parse(text, file, problems)
}

/// Reads a YAML file; a mistake becomes a problem with file, line and column.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, file: &str, problems: &mut Vec<Problem>) -> Option<T> {
    match serde_saphyr::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
            let place = Place { file: file.to_owned(), line, column };
            problems.push(Problem::at(place, plain_message(&error)));
            None
        }
    }
}

/// The message of a YAML error without the place, which is said in front of it.
fn plain_message(error: &serde_saphyr::Error) -> String {
    let message = error.without_snippet().to_string();
    if message.starts_with("duplicate mapping key") {
        return "a key stands here that stands in this map already; leave one of them out".to_owned();
    }
    let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    match message {
        "expected mapping start" => "a map has to stand here; write its keys, each with a colon and a value".to_owned(),
        "expected sequence start" => "a list has to stand here; write `- ` before each item".to_owned(),
        "invalid u64" | "invalid usize" => "write a whole number, 0 or more".to_owned(),
        "invalid u32" => "write a whole number from 0 to 4294967295".to_owned(),
        "invalid u16" => "write a whole number from 0 to 65535".to_owned(),
        "expected end of mapping after enum variant value" => {
            "this map says one of several things, so that one key stands in it alone; leave the others out".to_owned()
        }
        "invalid i64" => "write a whole number".to_owned(),
        "invalid boolean" => "write `true` or `false`".to_owned(),
        other if other.starts_with("multiple YAML documents") => {
            "a second document begins here; a file holds one".to_owned()
        }
        other => other.to_owned(),
    }
}

/// A text that people read: it says something.
pub(crate) fn not_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Err(de::Error::custom("nothing is written here; say in a few words what it is"));
    }
    Ok(text)
}

/// A place in a file.
pub(crate) fn place(file: &str, at: Location) -> Place {
    Place { file: file.to_owned(), line: at.line(), column: at.column() }
}

/// Where `needle` stands first in a file, from a place on.
pub(crate) fn place_of(text: &str, needle: &str, from: &Place) -> Place {
    let start = usize::try_from(from.line).unwrap_or(1).saturating_sub(1);
    for (number, line) in (1_u64..).zip(text.lines()).skip(start) {
        if let Some(column) = line.find(needle) {
            return Place { file: from.file.clone(), line: number, column: column as u64 + 1 };
        }
    }
    from.clone()
}
