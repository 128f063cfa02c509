//! A YAML document as a tree whose nodes know where they are.

use std::borrow::Cow;

use serde_json::Number;

use super::{Location, ReadError, ReadErrorKind};

/// A value and where it starts. Texts are those of the document where it has them as they are.
#[derive(Debug, Clone)]
pub(super) struct Node<'t> {
    pub(super) value: Value<'t>,
    pub(super) location: Location,
}

/// A value of JSON's types, which are those that kubectl sees: it turns YAML into JSON first.
#[derive(Debug, Clone)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Map(Vec<(Cow<'t, str>, Node<'t>)>),
}

impl Node<'_> {
    /// What a person calls this type of value.
    pub(super) fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The value without its locations.
    pub(super) fn into_json(self) -> serde_json::Value {
        match self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => value.into(),
            Value::Number(number) => serde_json::Value::Number(number),
            Value::Text(text) => text.into_owned().into(),
            Value::List(items) => items.into_iter().map(Self::into_json).collect(),
            Value::Map(entries) => {
                entries.into_iter().map(|(key, node)| (key.into_owned(), node.into_json())).collect()
            }
        }
    }

    /// The children of a list or mapping.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match &self.value {
            Value::List(items) => Box::new(items.iter()),
            Value::Map(entries) => Box::new(entries.iter().map(|(_, node)| node)),
            _ => Box::new(std::iter::empty()),
        }
    }

    pub(super) fn error(&self, kind: ReadErrorKind, message: impl Into<String>) -> ReadError {
        ReadError::at(kind, self.location, message)
    }
}
