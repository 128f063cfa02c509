//! The fields of one mapping, taken out by name and type. What nobody took is unknown.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::tree::{Node, Value};
use super::{ReadError, ReadErrorKind};
use crate::finding::Problem;
use crate::{Data, Secret, Unknown};

/// The fields of the mapping at `path`. Types are those of Go's JSON decoder: `null` is absent, nothing is coerced.
pub(super) struct Fields<'t> {
    path: String,
    entries: Vec<(Cow<'t, str>, Node<'t>)>,
}

/// A node and its path, for the items of a list and for nested mappings.
pub(super) struct Item<'t> {
    pub(super) node: Node<'t>,
    pub(super) path: String,
}

/// The type that a field has.
#[derive(Clone, Copy)]
enum Wanted {
    Text,
    Base64,
    Flag,
    List,
    Mapping,
}

impl<'t> Item<'t> {
    fn refuse(&self, wanted: Wanted) -> ReadError {
        let remedy = match (&self.node.value, wanted) {
            (Value::Number(_) | Value::Bool(_), Wanted::Text) => "; put it in quotes",
            (Value::Text(_), Wanted::Flag) => "; write it without quotes",
            _ => "",
        };
        let wanted = match wanted {
            Wanted::Text => "a text",
            Wanted::Base64 => "base64 text",
            Wanted::Flag => "true or false",
            Wanted::List => "a list",
            Wanted::Mapping => "a mapping",
        };
        let (path, type_name) = (&self.path, self.node.type_name());
        self.node.error(ReadErrorKind::Type, format!("{path} is {type_name} where {wanted} is wanted{remedy}"))
    }

    pub(super) fn text(self) -> Result<String, ReadError> {
        match self.node.value {
            Value::Text(text) => Ok(text.into_owned()),
            Value::Null => Ok(String::new()),
            _ => Err(self.refuse(Wanted::Text)),
        }
    }

    /// The items of a list; whoever asks has seen to `null`.
    pub(super) fn list(self) -> Result<Vec<Self>, ReadError> {
        match self.node.value {
            Value::List(items) => {
                let item = |(at, node)| Self { node, path: format!("{}[{at}]", self.path) };
                Ok(items.into_iter().enumerate().map(item).collect())
            }
            _ => Err(self.refuse(Wanted::List)),
        }
    }

    /// A list of texts. Go tells an empty one from none.
    pub(super) fn optional_texts(self) -> Result<Option<Vec<String>>, ReadError> {
        match self.node.value {
            Value::Null => Ok(None),
            _ => self.list()?.into_iter().map(Self::text).collect::<Result<_, _>>().map(Some),
        }
    }

    pub(super) fn fields(self) -> Result<Fields<'t>, ReadError> {
        match self.node.value {
            Value::Null => Ok(Fields { path: self.path, entries: Vec::new() }),
            Value::Map(entries) => Ok(Fields { path: self.path, entries }),
            _ => Err(self.refuse(Wanted::Mapping)),
        }
    }
}

impl<'t> Fields<'t> {
    /// Takes a field out. `None` when it is absent or `null`.
    pub(super) fn take(&mut self, name: &str) -> Option<Item<'t>> {
        self.take_node(name).map(|node| self.item(name, node))
    }

    /// As `take`, for a field that seldom needs its path.
    fn take_node(&mut self, name: &str) -> Option<Node<'t>> {
        let at = self.entries.iter().position(|(key, _)| key == name)?;
        let (_, node) = self.entries.remove(at);
        (!matches!(node.value, Value::Null)).then_some(node)
    }

    fn item(&self, name: &str, node: Node<'t>) -> Item<'t> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Item { node, path }
    }

    /// The fields whose name differs from this one in case only.
    pub(super) fn spellings<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, &'a Node<'t>)> {
        let fold = |text: &str| text.to_uppercase().to_lowercase();
        let name = fold(name);
        self.entries.iter().filter(move |(key, _)| fold(key) == name).map(|(key, node)| (key.as_ref(), node))
    }

    /// A text that is always written; absent is empty.
    pub(super) fn text(&mut self, name: &str) -> Result<String, ReadError> {
        match self.take_node(name) {
            None => Ok(String::new()),
            Some(Node { value: Value::Text(text), .. }) => Ok(text.into_owned()),
            Some(node) => self.item(name, node).text(),
        }
    }

    /// A text that is written only when it is not empty.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        Ok(Some(self.text(name)?).filter(|text| !text.is_empty()))
    }

    pub(super) fn secret(&mut self, name: &str) -> Result<Option<Secret>, ReadError> {
        Ok(self.optional_text(name)?.map(Secret::new))
    }

    pub(super) fn data(&mut self, name: &str) -> Result<Option<Data>, ReadError> {
        let Some(node) = self.take_node(name) else { return Ok(None) };
        let text = match &node.value {
            Value::Text(text) => text,
            Value::List(items) => {
                let bytes: Option<Vec<u8>> = items.iter().map(byte).collect();
                let data = bytes.map(Data::new).ok_or_else(|| self.item(name, node).refuse(Wanted::Base64))?;
                return Ok(Some(data).filter(|data| !data.is_empty()));
            }
            _ => return Err(self.item(name, node).refuse(Wanted::Base64)),
        };
        match Data::from_base64(text) {
            Ok(data) => Ok(Some(data).filter(|data| !data.is_empty())),
            Err(error) => {
                let Problem { message, remedy } = error.problem();
                let item = self.item(name, node);
                Err(item.node.error(ReadErrorKind::Base64, format!("{} {message}; {remedy}", item.path)))
            }
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, ReadError> {
        let Some(item) = self.take(name) else { return Ok(false) };
        match item.node.value {
            Value::Bool(value) => Ok(value),
            _ => Err(item.refuse(Wanted::Flag)),
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, ReadError> {
        self.take(name).map_or(Ok(None), Item::optional_texts)
    }

    /// A mapping of any keys, by the key. Paths count: a key may be anything.
    pub(super) fn map<T>(
        &mut self,
        name: &str,
        decode: impl Fn(Item<'t>) -> Result<T, ReadError>,
    ) -> Result<Option<BTreeMap<String, T>>, ReadError> {
        let Some(item) = self.take(name) else { return Ok(None) };
        let Value::Map(entries) = item.node.value else { return Err(item.refuse(Wanted::Mapping)) };
        let decoded = entries.into_iter().enumerate().map(|(at, (key, node))| {
            Ok((key.into_owned(), decode(Item { node, path: format!("{}[{at}]", item.path) })?))
        });
        decoded.collect::<Result<_, _>>().map(Some)
    }

    /// Nested fields; an absent mapping is an empty one.
    pub(super) fn nested(&mut self, name: &str) -> Result<Self, ReadError> {
        match self.take(name) {
            Some(item) => item.fields(),
            None => Ok(Self { path: String::new(), entries: Vec::new() }),
        }
    }

    pub(super) fn optional_nested(&mut self, name: &str) -> Result<Option<Self>, ReadError> {
        self.take(name).map(Item::fields).transpose()
    }

    /// A list of mappings.
    pub(super) fn items<T>(
        &mut self,
        name: &str,
        decode: impl Fn(Self) -> Result<T, ReadError>,
    ) -> Result<Option<Vec<T>>, ReadError> {
        let Some(list) = self.take(name) else { return Ok(None) };
        list.list()?.into_iter().map(|item| decode(item.fields()?)).collect::<Result<_, _>>().map(Some)
    }

    /// A list of mappings in which no `name` may be there twice, but for one that is nothing and then counts as absent.
    /// Go's message shows the whole list, tokens included; this one shows positions.
    pub(super) fn named_items<T>(
        &mut self,
        name: &str,
        decode: impl Fn(Self) -> Result<T, ReadError>,
        name_of: impl Fn(&T) -> &str,
        is_nothing: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, ReadError> {
        let Some(list) = self.take(name) else { return Ok(Vec::new()) };
        let mut decoded: Vec<T> = Vec::new();
        // The place of each in the document and among those that count.
        let mut seen = HashMap::new();
        let path = list.path.clone();
        for (at, item) in list.list()?.into_iter().enumerate() {
            let location = item.node.location;
            let value = decode(item.fields()?)?;
            match seen.entry(name_of(&value).to_owned()) {
                Entry::Vacant(place) => {
                    place.insert((at, decoded.len()));
                    decoded.push(value);
                }
                Entry::Occupied(place) => {
                    let (first, kept) = *place.get();
                    match decoded.get_mut(kept).filter(|earlier| is_nothing(earlier)) {
                        Some(earlier) => *earlier = value,
                        None => {
                            let message =
                                format!("{path}[{at}] has the same name as {path}[{first}]; rename or remove one");
                            return Err(ReadError::at(ReadErrorKind::DuplicateName, location, message));
                        }
                    }
                }
            }
        }
        Ok(decoded)
    }

    /// Everything that was not taken.
    pub(super) fn finish(self) -> Unknown {
        Unknown::new(self.entries.into_iter().map(|(key, node)| (key.into_owned(), node.into_json())).collect())
    }
}

/// A byte of a list of numbers, which Go takes for bytes; `null` is zero there.
fn byte(node: &Node<'_>) -> Option<u8> {
    match &node.value {
        Value::Null => Some(0),
        Value::Number(number) => (0..=u8::MAX).find(|byte| number.as_f64() == Some(f64::from(*byte))),
        _ => None,
    }
}
