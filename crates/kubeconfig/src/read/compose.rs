//! From YAML events to a tree: aliases, merge keys and keys given twice as go-yaml v2 handles them, within bounds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, Tag};

use super::entries::Entries;
use super::scalar::{self, Resolved};
use super::syntax::{self, Syntax};
use super::text::Characters;
use super::tree::{Node, Value};
use super::warning::{WarningKind, Warnings};
use super::{Location, ReadError, ReadErrorKind};
use crate::{Data, number};

/// kubectl allows 10,000 levels; a kubeconfig has 6, and what extensions add.
const MAX_DEPTH: usize = 128;
/// How many nodes aliases may add. kubectl bounds the share of aliases instead.
const MAX_ALIASED_NODES: usize = 100_000;
/// How many bytes of text aliases may add.
const MAX_ALIASED_BYTES: usize = super::MAX_BYTES;
/// How many nodes a document may have: a kubeconfig of 30,000 contexts.
const MAX_NODES: usize = 500_000;

const IGNORED_REST: &str = "what follows the first document is not read, by kubectl neither";
const REMOVE_IT: &str = "remove it";

const YAML_TAGS: &str = "tag:yaml.org,2002:";

/// Reads the first document of a text and looks at nothing after it. `None` when there is none.
pub(super) fn first_document(text: &str, characters: Characters) -> Result<(Option<Node<'_>>, Warnings), ReadError> {
    let stop = match compose(text, characters) {
        Ok(composed) => return Ok(composed),
        Err(stop) => stop,
    };
    // go-yaml stops after the first value; the parser looks for a colon behind one in brackets.
    for end in stop.ends(text) {
        let (before, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        if let Ok((Some(root), mut warnings)) = compose(before, characters) {
            if !syntax::after_blank_lines(rest).is_empty() {
                warnings.add(WarningKind::IgnoredRest, super::text::end_of(before), IGNORED_REST, REMOVE_IT);
            }
            return Ok((Some(root), warnings));
        }
    }
    Err(stop.error)
}

/// Why a document is not composed.
struct Stop {
    error: ReadError,
    /// Where the parser stopped, in bytes, if the document may have ended before.
    behind: Option<usize>,
}

impl Stop {
    /// Where the document may have ended before, in bytes: at the mistake, or at one of the brackets before it. Behind it
    /// is a comment, or a bracket; go-yaml looks at one token, and refuses what others are wrong.
    fn ends(&self, text: &str) -> Vec<usize> {
        const TRIED: usize = 4;
        let Some(at) = self.behind else { return Vec::new() };
        let before = text.get(..at).unwrap_or_default();
        let brackets = before.rmatch_indices([']', '}']).take(TRIED).map(|(at, bracket)| at + bracket.len());
        let is_end = |end: &usize| {
            let (before, all) = text.split_at_checked(*end).unwrap_or((text, ""));
            let rest = syntax::after_blank_lines(all);
            let blank_lines = all.strip_suffix(rest).unwrap_or_default().split(['\n', '\r']).skip(1);
            if blank_lines.into_iter().any(|line| line.trim_start_matches(' ').starts_with('\t')) {
                return false;
            }
            rest.starts_with([']', '}'])
                || (before.trim_end().ends_with([']', '}']) && (rest.is_empty() || rest.starts_with(['[', '{'])))
        };
        iter::once(at).chain(brackets).filter(is_end).collect()
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self { error, behind: None }
    }
}

fn compose(text: &str, characters: Characters) -> Result<(Option<Node<'_>>, Warnings), Stop> {
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    options.emit_anchor_events = true;
    options.bom_inside_document_as_content = true;
    options.block_scalar_eof_without_line_feed = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;

    let mut syntax = Syntax::new(text, characters);
    syntax.check_prologue()?;
    let mut composer = Composer::default();
    let mut events = Parser::new_from_str_with_options(text, options);
    let mut end = text.len();
    while let Some(event) = events.next() {
        let (event, span) = match event {
            Ok(event) => event,
            // go-yaml stops after the first value, so that whatever follows it is no mistake.
            Err(error) if composer.root.is_some() => {
                end = error.marker().byte_offset().unwrap_or(end);
                composer.warnings.add(WarningKind::IgnoredRest, location(*error.marker()), IGNORED_REST, REMOVE_IT);
                break;
            }
            Err(error) => {
                let marker = error.marker();
                let behind = marker.byte_offset().filter(|_| syntax.may_have_ended(marker.col()));
                return Err(Stop { error: refused(&error), behind });
            }
        };
        let at = location(span.start);
        syntax.event(&event, &span)?;
        match event {
            Event::DocumentStart(_, Some(version)) if (version.major, version.minor) != (1, 1) => {
                let message = "kubectl reads YAML 1.1 only; remove the `%YAML` line";
                return Err(ReadError::at(ReadErrorKind::Syntax, at, message).into());
            }
            Event::Scalar(content, style, anchor, tag) => {
                if style == ScalarStyle::DoubleQuoted {
                    composer.check_escapes(span.slice(text).unwrap_or_default(), at);
                }
                if anchor == 0 && tag.is_none() && composer.wants_key() {
                    syntax.check_key(&span)?;
                }
                composer.scalar(content, style, anchor, tag.as_deref(), at)?;
            }
            Event::SequenceStart(_, anchor, _) => composer.open(Frame::List(Vec::new()), anchor, at)?,
            Event::MappingStart(_, anchor, _) => composer.open(Frame::Map(Entries::default(), None), anchor, at)?,
            Event::SequenceEnd | Event::MappingEnd => composer.close()?,
            Event::Alias(anchor) => composer.alias(anchor, at)?,
            Event::DocumentEnd => {
                let is_last = matches!(events.next(), None | Some(Ok((Event::StreamEnd, _))));
                if !is_last {
                    composer.warnings.add(WarningKind::IgnoredRest, location(span.end), IGNORED_REST, REMOVE_IT);
                }
                let marked = span.slice(text).is_some_and(|mark| mark.starts_with("..."));
                let behind = span.byte_range().map_or(end, |range| range.end);
                end = match (marked, is_last) {
                    (true, _) => behind,
                    (false, true) => end,
                    (false, false) => end_of_blanks(text, behind),
                };
                break;
            }
            _ => {}
        }
    }
    syntax.finish(end)?;
    Ok(composer.finish()?)
}

fn refused(error: &granit_parser::ScanError) -> ReadError {
    let kind = match error.kind() {
        ErrorKind::RecursionLimitExceeded => ReadErrorKind::Limit,
        _ => ReadErrorKind::Syntax,
    };
    ReadError::at(kind, location(*error.marker()), format!("not YAML: {}", error.info()))
}

/// Where what follows a document begins: go-yaml looks that far.
fn end_of_blanks(text: &str, end: usize) -> usize {
    text.len() - text.get(end..).unwrap_or_default().trim_start().len()
}

pub(super) fn location(marker: Marker) -> Location {
    Location { line: marker.line(), column: marker.col() + 1 }
}

#[derive(Default)]
struct Composer<'t> {
    warnings: Warnings,
    stack: Vec<Open<'t>>,
    root: Option<Node<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    nodes: usize,
    aliased: Size,
    /// What is wrong with a value, by its place. kubectl refuses it unless another value replaces it.
    refused: HashMap<Location, ReadError>,
}

/// A list or mapping whose end is still to come.
struct Open<'t> {
    frame: Frame<'t>,
    anchor: usize,
    location: Location,
}

enum Frame<'t> {
    List(Vec<Node<'t>>),
    /// The entries, and the key whose value is to come.
    Map(Entries<'t>, Option<Key<'t>>),
}

enum Key<'t> {
    Name(Cow<'t, str>, Location),
    /// One that there is no name for.
    Nameless,
    /// A plain `<<`.
    Merge,
}

impl<'t> Composer<'t> {
    /// The document, unless something is wrong with what is left of it.
    fn finish(self) -> Result<(Option<Node<'t>>, Warnings), ReadError> {
        if let Some(root) = self.root.as_ref().filter(|_| !self.refused.is_empty()) {
            self.check_places(root)?;
        }
        Ok((self.root, self.warnings))
    }

    fn check_places(&self, node: &Node<'_>) -> Result<(), ReadError> {
        match self.refused.get(&node.location) {
            Some(error) => Err(error.clone()),
            None => node.children().try_for_each(|child| self.check_places(child)),
        }
    }

    /// Warns of the escapes of JSON that go-yaml v2 does not know; other writers of JSON use them.
    fn check_escapes(&mut self, source: &str, at: Location) {
        let mut rest = source;
        while let Some((_, escape)) = rest.split_once('\\') {
            let is_surrogate = || {
                let code = escape.strip_prefix('u').and_then(|hex| u32::from_str_radix(hex.get(..4)?, 16).ok());
                code.is_some_and(|code| (0xd800..0xe000).contains(&code))
            };
            if escape.starts_with('/') || is_surrogate() {
                let message = "kubectl refuses the escapes `\\/` and `\\ud800` to `\\udfff` of JSON";
                self.warnings.add(WarningKind::KubectlRefuses, at, message, "write the character itself");
                return;
            }
            let mut characters = escape.chars();
            characters.next();
            rest = characters.as_str();
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Location,
    ) -> Result<(), ReadError> {
        let is_plain = style == ScalarStyle::Plain;
        let yaml_tag = tag.map(|tag| tag.suffix_in_namespace(YAML_TAGS));
        let may_merge = matches!(yaml_tag.as_ref().map(Option::as_deref), None | Some(Some("merge")));
        if is_plain && may_merge && text == "<<" && self.wants_key() {
            return self.key(Key::Merge);
        }
        let resolved = match &yaml_tag {
            None if is_plain => scalar::plain(text),
            None | Some(None) => Resolved::Value(Value::Text(text)),
            Some(Some(name)) => tagged(name, text, at)?,
        };
        let value = match resolved {
            Resolved::Value(value) => value,
            Resolved::NotFinite(name) if self.wants_key() => Value::Text(name.into()),
            Resolved::NotFinite(_) => {
                let message = "a number that is not finite, which kubectl refuses; put it in quotes if it is a text";
                self.refused.insert(at, ReadError::at(ReadErrorKind::Type, at, message));
                Value::Null
            }
        };
        self.place(Node { value, location: at }, anchor)
    }

    fn open(&mut self, frame: Frame<'t>, anchor: usize, location: Location) -> Result<(), ReadError> {
        if self.wants_key() {
            return Err(ReadError::at(ReadErrorKind::Syntax, location, "a list or mapping cannot be a key"));
        }
        self.stack.push(Open { frame, anchor, location });
        Ok(())
    }

    fn close(&mut self) -> Result<(), ReadError> {
        let Some(Open { frame, anchor, location }) = self.stack.pop() else { return Ok(()) };
        let value = match frame {
            Frame::List(items) => Value::List(items),
            Frame::Map(entries, _) => Value::Map(entries.into_list()),
        };
        self.place(Node { value, location }, anchor)
    }

    fn alias(&mut self, anchor: usize, at: Location) -> Result<(), ReadError> {
        let Some(size) = self.anchors.get(&anchor).map(Size::of) else {
            return Err(ReadError::at(ReadErrorKind::Syntax, at, "an alias refers to the value that it is in"));
        };
        if self.stack.len() + size.depth > MAX_DEPTH {
            return Err(ReadError::at(ReadErrorKind::Limit, at, format!("more than {MAX_DEPTH} levels")));
        }
        self.charge(size, at)?;
        let Some(target) = self.anchors.get(&anchor) else { return Ok(()) };
        if let Some(error) = self.refused.get(&target.location) {
            self.refused.insert(at, error.clone());
        }
        let copy = Node { location: at, ..target.clone() };
        self.place(copy, 0)
    }

    /// Counts what an alias, or an anchor whose value has to be kept for one, adds.
    fn charge(&mut self, size: Size, at: Location) -> Result<(), ReadError> {
        self.aliased.nodes += size.nodes;
        self.aliased.bytes += size.bytes;
        if self.aliased.nodes > MAX_ALIASED_NODES || self.aliased.bytes > MAX_ALIASED_BYTES {
            return Err(ReadError::at(ReadErrorKind::Limit, at, "anchors and aliases repeat too much"));
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Open { frame: Frame::Map(_, None), .. }))
    }

    fn key(&mut self, key: Key<'t>) -> Result<(), ReadError> {
        if let Some(Open { frame: Frame::Map(_, wanted @ None), .. }) = self.stack.last_mut() {
            *wanted = Some(key);
        }
        Ok(())
    }

    /// Puts a complete node where it belongs: a key, a value, an item or the root.
    fn place(&mut self, node: Node<'t>, anchor: usize) -> Result<(), ReadError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(node.error(ReadErrorKind::Limit, format!("more than {MAX_NODES} values")));
        }
        if anchor != 0 {
            self.charge(Size::of(&node), node.location)?;
            self.anchors.insert(anchor, node.clone());
        }
        if self.wants_key() {
            let at = node.location;
            return match key_name(node) {
                Ok(name) => self.key(Key::Name(name, at)),
                Err(error) => {
                    if let Some(open) = self.stack.last() {
                        self.refused.entry(open.location).or_insert(error);
                    }
                    self.key(Key::Nameless)
                }
            };
        }
        match self.stack.last_mut().map(|open| &mut open.frame) {
            None => self.root = Some(node),
            Some(Frame::List(items)) => items.push(node),
            Some(Frame::Map(entries, key)) => match key.take() {
                Some(Key::Name(name, at)) => {
                    let is_repeated = entries.write(name, node);
                    if is_repeated {
                        let message = "a key is there twice, and the last one counts";
                        self.warnings.add(WarningKind::DuplicateKey, at, message, "remove one");
                    }
                }
                Some(Key::Merge) => match self.refused.get(&node.location) {
                    Some(error) => return Err(error.clone()),
                    None => entries.merge(node)?,
                },
                // `wants_key` was asked above.
                Some(Key::Nameless) | None => {}
            },
        }
        Ok(())
    }
}

/// How much a node is.
#[derive(Default, Clone, Copy)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    fn of(node: &Node<'_>) -> Self {
        let mut size = Self { nodes: 1, bytes: 0, depth: 0 };
        match &node.value {
            Value::Text(text) => size.bytes = text.len(),
            Value::Map(entries) => size.bytes = entries.iter().map(|(key, _)| key.len()).sum(),
            _ => {}
        }
        for child in node.children().map(Self::of) {
            size.nodes += child.nodes;
            size.bytes += child.bytes;
            size.depth = size.depth.max(child.depth);
        }
        size.depth += usize::from(matches!(node.value, Value::List(_) | Value::Map(_)));
        size
    }
}

/// The name that JSON gives a key: kubectl turns `1` and `true` into texts.
fn key_name(node: Node<'_>) -> Result<Cow<'_, str>, ReadError> {
    match node.value {
        Value::Text(text) => Ok(text),
        Value::Bool(value) => Ok(value.to_string().into()),
        Value::Number(ref number) if number.is_u64() && !number.is_i64() => {
            Err(node.error(ReadErrorKind::Syntax, "a key is a number that is too large; put it in quotes"))
        }
        Value::Number(number) => Ok(Cow::Owned(match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => number::in_key(float),
            None => number.to_string(),
        })),
        _ => Err(node.error(ReadErrorKind::Syntax, format!("a key is {}; write a text", node.type_name()))),
    }
}

/// A scalar with a tag of YAML itself, which goes before quotes.
fn tagged<'t>(tag: &str, text: Cow<'t, str>, at: Location) -> Result<Resolved<'t>, ReadError> {
    if tag == "binary" {
        let data = Data::from_base64(&text)
            .map_err(|_| ReadError::at(ReadErrorKind::Base64, at, "a `!!binary` value that is not base64"))?;
        return Ok(Resolved::Value(Value::Text(scalar::text_of(data.expose()).into())));
    }
    let resolved = match tag {
        "bool" | "int" | "float" | "null" => scalar::plain(text),
        _ => return Ok(Resolved::Value(Value::Text(text))),
    };
    let fits = match (tag, &resolved) {
        ("bool", Resolved::Value(Value::Bool(_)))
        | ("float", Resolved::Value(Value::Number(_)) | Resolved::NotFinite(_))
        | ("null", Resolved::Value(Value::Null)) => true,
        ("int", Resolved::Value(Value::Number(number))) => !number.is_f64(),
        _ => false,
    };
    let refused = || ReadError::at(ReadErrorKind::Type, at, format!("the value is not what its tag `!!{tag}` says"));
    fits.then_some(resolved).ok_or_else(refused)
}
