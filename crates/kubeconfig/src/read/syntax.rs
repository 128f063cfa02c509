//! Where YAML 1.1 as go-yaml v2 has it differs from the YAML 1.2 of the parser, and a document could therefore be
//! refused by kubectl, or worse, mean something else to it.

use std::ops::Range;

use granit_parser::{Event, Marker, ScalarStyle, Span, StructureStyle};

use super::tabs::Tabs;
use super::text::Characters;
use super::{ReadError, ReadErrorKind, compose};

/// Looks at the source of each event.
pub(super) struct Syntax<'t> {
    text: &'t str,
    tabs: Tabs<'t>,
    open: Vec<Open>,
    /// How many of them are in brackets.
    flow: usize,
    /// Where the text before a colon starts, if it is one in brackets.
    key: Option<Marker>,
    /// Whether there is a U+2028 or U+2029 at all. Hardly ever, and then a long value need not be searched for one.
    has_separators: bool,
    /// How many U+2028 and U+2029 were in quotes.
    quoted_separators: usize,
}

/// A list or mapping whose end is still to come.
#[derive(Clone, Copy)]
enum Open {
    /// In brackets, from this byte on.
    Flow(usize),
    /// A list that has its dashes in this column.
    List(usize),
    /// A mapping that has its keys in this column.
    Mapping(usize),
}

/// Line ends of YAML 1.1 that those of YAML 1.2 are not.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];
const BLANKS: [char; 2] = [' ', '\t'];
const LINE_ENDS: [char; 2] = ['\n', '\r'];

impl<'t> Syntax<'t> {
    pub(super) fn new(text: &'t str, characters: Characters) -> Self {
        // One by one, since a search for one character is fast and a search for two is not.
        let is_any = characters == Characters::Any;
        let has_separators = is_any && SEPARATORS.iter().any(|separator| text.contains(*separator));
        let tabs = Tabs::new(text, characters);
        Self { text, tabs, open: Vec::new(), flow: 0, key: None, has_separators, quoted_separators: 0 }
    }

    /// Looks at what comes before the first document.
    pub(super) fn check_prologue(&self) -> Result<(), ReadError> {
        let mut start = 0;
        for line in self.text.split_inclusive(LINE_ENDS) {
            let at = start;
            let refuse = |message| self.refuse_at(at, message);
            start += line.len();
            let content = line.trim_start_matches(BLANKS).trim_end_matches(LINE_ENDS);
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let line = line.trim_end_matches(LINE_ENDS);
            if line.strip_prefix("...").is_some_and(|rest| rest.is_empty() || rest.starts_with(BLANKS)) {
                return refuse("an end of a document without a document; remove the `...`");
            }
            let Some(directive) = line.strip_prefix('%') else { break };
            if !matches!(directive.split(BLANKS).next(), Some("YAML" | "TAG")) {
                return refuse("a directive that is not of YAML; remove the line");
            }
        }
        Ok(())
    }

    pub(super) fn event(&mut self, event: &Event<'_>, span: &Span) -> Result<(), ReadError> {
        self.tag(span)?;
        match event {
            Event::Scalar(_, style, ..) => {
                self.key = None;
                self.scalar(*style, span)
            }
            Event::Anchor(..) => {
                self.name(span)?;
                // The anchor of a key comes after it.
                match self.key.take() {
                    Some(key) if key.line() != span.start.line() => refuse(span.start, KEY_ON_SEVERAL_LINES),
                    _ => Ok(()),
                }
            }
            Event::Alias(_) => {
                self.name(span)?;
                if self.flow > 0 && self.is_key_on_several_lines(span) {
                    return refuse(span.start, KEY_ON_SEVERAL_LINES);
                }
                Ok(())
            }
            Event::SequenceStart(StructureStyle::Flow, ..) | Event::MappingStart(StructureStyle::Flow, ..) => {
                self.key = None;
                self.flow += 1;
                self.open.push(Open::Flow(range(span).start));
                Ok(())
            }
            Event::SequenceStart(..) => {
                self.open.push(Open::List(self.column_of_dashes(span)));
                Ok(())
            }
            Event::MappingStart(..) => {
                self.open.push(Open::Mapping(span.start.col()));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open::Flow(start)) = self.open.pop() {
                    self.flow -= 1;
                    if self.flow == 0 {
                        self.tabs.cover(start..range(span).end);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the document may have ended before something in this column: it is in brackets, or further to the right.
    pub(super) fn may_have_ended(&self, before: usize) -> bool {
        match self.open.first() {
            Some(Open::List(column) | Open::Mapping(column)) => before < *column,
            Some(Open::Flow(_)) | None => true,
        }
    }

    /// Looks at the lines up to the end of the document, given in bytes.
    pub(super) fn finish(&self, end: usize) -> Result<(), ReadError> {
        let document = self.text.get(..end).unwrap_or(self.text);
        if self.has_separators && document.matches(SEPARATORS).count() > self.quoted_separators {
            // kubectl ends a line there, and so a comment: what follows would be hidden.
            let at = document.find(SEPARATORS).unwrap_or_default();
            return self.refuse_at(at, "U+2028 or U+2029 without quotes, which end a line for kubectl; remove it");
        }
        self.tabs.finish(document)
    }

    /// A tag goes on for kubectl up to a blank, over a comma and a bracket too.
    fn tag(&self, span: &Span) -> Result<(), ReadError> {
        let Some(tag) = span.tag_span() else { return Ok(()) };
        let goes_on = |next: char| !next.is_ascii_whitespace();
        if self.after(&tag).starts_with(goes_on) || tag.slice(self.text).is_some_and(|tag| tag.contains('#')) {
            return refuse(tag.start, "a tag without a blank behind it; put one there");
        }
        if self.flow > 0 && tag.start.line() != span.start.line() && self.is_key(span) {
            return refuse(tag.start, KEY_ON_SEVERAL_LINES);
        }
        Ok(())
    }

    /// Looks at the name of an anchor or alias.
    fn name(&self, span: &Span) -> Result<(), ReadError> {
        let name = span.slice(self.text).and_then(|token| token.strip_prefix(['&', '*'])).unwrap_or_default();
        let may_follow = |next: char| next.is_ascii_whitespace() || "?:,]}%@`".contains(next);
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return refuse(span.start, "an anchor whose name kubectl does not read; use letters, digits, `-` and `_`");
        }
        if !self.after(span).is_empty() && !self.after(span).starts_with(may_follow) {
            return refuse(span.start, "an anchor without a blank behind it; put one there");
        }
        Ok(())
    }

    fn scalar(&mut self, style: ScalarStyle, span: &Span) -> Result<(), ReadError> {
        let range = range(span);
        let source = self.text.get(range.clone()).unwrap_or_default();
        if self.has_separators {
            self.separators(style, span, source)?;
        }
        let is_plain = style == ScalarStyle::Plain;
        let is_written = is_plain && !source.is_empty();
        let covered = match style {
            ScalarStyle::Plain if is_written => self.tabs.plain(range, self.indent())?,
            ScalarStyle::Literal | ScalarStyle::Folded => self.tabs.block(range, span.start.col())?,
            _ => range,
        };
        if self.flow == 0 {
            self.tabs.cover(covered);
            return Ok(());
        }
        if !is_plain {
            if self.is_key(span) {
                self.key = Some(span.start);
            }
            return if self.is_key_on_several_lines(span) { refuse(span.start, KEY_ON_SEVERAL_LINES) } else { Ok(()) };
        }
        if source.contains('?') || source.starts_with(':') {
            let message = "kubectl reads no `?`, and no `:` at the start, within brackets; put the text in quotes";
            return refuse(span.start, message);
        }
        let colon = self.after(span).trim_start().strip_prefix(':');
        if is_written && colon.is_some_and(|after| after.starts_with([',', '[', ']', '{', '}'])) {
            let message =
                "kubectl takes a colon before a comma or bracket for a part of the text; put a blank behind it";
            return refuse(span.start, message);
        }
        if self.is_key(span) {
            self.key = Some(span.start);
        }
        if self.is_key_on_several_lines(span) { refuse(span.start, KEY_ON_SEVERAL_LINES) } else { Ok(()) }
    }

    fn separators(&mut self, style: ScalarStyle, span: &Span, source: &str) -> Result<(), ReadError> {
        if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            for (at, separator) in source.match_indices(SEPARATORS) {
                self.quoted_separators += 1;
                let is_blank = |character: char| character.is_ascii_whitespace();
                let (before, after) = (source.get(..at).unwrap_or_default(), source.get(at + separator.len()..));
                if before.ends_with(is_blank) || after.unwrap_or_default().starts_with(is_blank) {
                    let message = "U+2028 or U+2029 beside a blank, which kubectl then drops; write it as an escape";
                    return refuse(span.start, message);
                }
            }
        }
        if source.contains(SEPARATORS) && self.after(span).trim_start_matches(BLANKS).starts_with(':') {
            let message = "U+2028 or U+2029 in a key, which ends a line for kubectl; write it as an escape";
            return refuse(span.start, message);
        }
        Ok(())
    }

    /// The column of the innermost list or mapping that is not in brackets.
    fn indent(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|open| match open {
            Open::List(column) | Open::Mapping(column) => Some(*column),
            Open::Flow(_) => None,
        })
    }

    /// The parser says where a list starts, but of one that is no further to the right than the key that it belongs to,
    /// where its first item starts.
    fn column_of_dashes(&self, span: &Span) -> usize {
        let before = self.text.get(..range(span).start).unwrap_or_default();
        match self.open.last() {
            Some(Open::Mapping(column)) if before.trim_end().ends_with('-') => *column,
            _ => span.start.col(),
        }
    }

    fn after(&self, span: &Span) -> &'t str {
        self.text.get(range(span).end..).unwrap_or_default()
    }

    /// Whether something in brackets is before a colon and has no `?` before it.
    fn is_key(&self, span: &Span) -> bool {
        let is_explicit = || self.text.get(..range(span).start).is_some_and(|before| before.trim_end().ends_with('?'));
        after_blank_lines(self.after(span)).starts_with(':') && !is_explicit()
    }

    /// Looks at a key without anchor and tag: there has to be something before the colon, a `?` at least.
    pub(super) fn check_key(&self, span: &Span) -> Result<(), ReadError> {
        if !range(span).is_empty() || !self.after(span).starts_with(':') {
            return Ok(());
        }
        let mut before = self.text.get(..range(span).start).unwrap_or_default().trim_end();
        // What ends in a comment says nothing of what is before that.
        while let Some((lines, last)) = before.rsplit_once(LINE_ENDS)
            && last.trim_start().starts_with('#')
        {
            before = lines.trim_end();
        }
        let last = before.rsplit(LINE_ENDS).next().unwrap_or_default();
        let is_explicit = before.ends_with('?') || last.trim_start_matches(BLANKS).starts_with('?');
        if is_explicit {
            Ok(())
        } else {
            refuse(span.start, "a colon without a key, which kubectl does not read; write a text before it")
        }
    }

    fn is_key_on_several_lines(&self, span: &Span) -> bool {
        let after = self.after(span);
        let between = after.strip_suffix(after_blank_lines(after)).unwrap_or_default();
        let source = span.slice(self.text).unwrap_or_default();
        (source.contains(LINE_ENDS) || between.contains(LINE_ENDS)) && self.is_key(span)
    }

    fn refuse_at(&self, at: usize, message: &str) -> Result<(), ReadError> {
        let location = super::text::end_of(self.text.get(..at).unwrap_or_default());
        Err(ReadError::at(ReadErrorKind::Syntax, location, message))
    }
}

const KEY_ON_SEVERAL_LINES: &str =
    "kubectl reads no key in brackets that is on several lines, its anchor, tag and colon included; put all on one";

fn refuse(at: Marker, message: &str) -> Result<(), ReadError> {
    Err(ReadError::at(ReadErrorKind::Syntax, compose::location(at), message))
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

/// What comes after blanks, line ends and comments.
pub(super) fn after_blank_lines(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.strip_prefix('#') {
            Some(comment) => text = comment.find(LINE_ENDS).and_then(|end| comment.get(end..)).unwrap_or_default(),
            None => return text,
        }
    }
}
