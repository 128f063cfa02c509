//! Where YAML 1.1 as go-yaml v2 has it differs from the YAML 1.2 of the parser, and a document could therefore be
//! refused by kubectl, or worse, mean something else to it.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle};

use super::text::Characters;
use super::warning::{WarningKind, Warnings};
use super::{Location, ReadError, ReadErrorKind};

/// Looks at the source of each event. What it refuses, kubectl refuses too, but for U+2028 and U+2029 beside blanks.
pub(super) struct Syntax<'t> {
    text: &'t str,
    characters: Characters,
    /// Byte ranges in which a line does not begin in block context: scalars of several lines, and what is in brackets.
    covered: Vec<Range<usize>>,
    /// Each open list or mapping, and where it starts if it is in brackets.
    open: Vec<Option<usize>>,
    /// How many of them are in brackets.
    flow: usize,
    /// Whether there is a U+2028 or U+2029 at all. Hardly ever, and then a long value need not be searched for one.
    has_separators: bool,
    /// How many U+2028 and U+2029 were in quotes.
    quoted_separators: usize,
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
        Self { text, characters, covered: Vec::new(), open: Vec::new(), flow: 0, has_separators, quoted_separators: 0 }
    }

    /// Looks at what comes before the first document.
    pub(super) fn check_prologue(&self) -> Result<(), ReadError> {
        let mut start = 0;
        for line in self.text.split_inclusive(LINE_ENDS) {
            let location = self.location(start);
            start += line.len();
            let line = line.trim_end_matches(LINE_ENDS);
            let refuse = |message| Err(ReadError::at(ReadErrorKind::Syntax, location, message));
            let content = line.trim_start_matches(BLANKS);
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
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
        match event {
            Event::Scalar(_, style, ..) => self.scalar(*style, span),
            Event::Anchor(..) | Event::Alias(_) => {
                let name = span.slice(self.text).and_then(|token| token.strip_prefix(['&', '*'])).unwrap_or_default();
                if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
                    return Ok(());
                }
                let message = "an anchor whose name kubectl does not read; use letters, digits, `-` and `_`";
                Err(ReadError::at(ReadErrorKind::Syntax, super::compose::location(span.start), message))
            }
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) => {
                let start = (*style == StructureStyle::Flow).then(|| span.byte_range().unwrap_or_default().start);
                self.flow += usize::from(start.is_some());
                self.open.push(start);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Some(start)) = self.open.pop() {
                    self.flow -= 1;
                    if self.flow == 0 {
                        self.covered.push(start..span.byte_range().unwrap_or_default().end);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, style: ScalarStyle, span: &Span) -> Result<(), ReadError> {
        let range = span.byte_range().unwrap_or_default();
        let source = self.text.get(range.clone()).unwrap_or_default();
        let refuse =
            |message: &str| Err(ReadError::at(ReadErrorKind::Syntax, super::compose::location(span.start), message));
        if self.has_separators && matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            for (at, separator) in source.match_indices(SEPARATORS) {
                self.quoted_separators += 1;
                let is_blank = |character: char| character.is_ascii_whitespace();
                let (before, after) = (source.get(..at).unwrap_or_default(), source.get(at + separator.len()..));
                if before.ends_with(is_blank) || after.unwrap_or_default().starts_with(is_blank) {
                    return refuse("U+2028 or U+2029 beside a blank, which kubectl then drops; write it as an escape");
                }
            }
        }
        if self.has_separators
            && source.contains(SEPARATORS)
            && self.text.get(range.end..).is_some_and(|after| after.trim_start_matches(BLANKS).starts_with(':'))
        {
            return refuse("U+2028 or U+2029 in a key, which ends a line for kubectl; write it as an escape");
        }
        if self.flow == 0 {
            // Asked only where a tab is possible: without one, nobody looks at what is covered.
            if self.characters == Characters::Any && (source.contains('\n') || source.contains('\r')) {
                self.covered.push(range);
            }
            return Ok(());
        }
        if style == ScalarStyle::Plain && (source.contains('?') || source.starts_with(':')) {
            return refuse("kubectl reads no `?`, and no `:` at the start, within brackets; put the text in quotes");
        }
        let after = self.text.get(range.end..).unwrap_or_default();
        let content = after_blank_lines(after);
        let is_one_line = !source.contains(LINE_ENDS)
            && !after.strip_suffix(content).is_some_and(|between| between.contains(LINE_ENDS));
        let is_explicit = || self.text.get(..range.start).is_some_and(|before| before.trim_end().ends_with('?'));
        if content.starts_with(':') && !is_one_line && !is_explicit() {
            return refuse("kubectl reads no key whose colon is on another line; put both on one");
        }
        Ok(())
    }

    /// Looks at the lines up to the end of the document, given in bytes.
    pub(super) fn finish(&self, end: usize, warnings: &mut Warnings) -> Result<(), ReadError> {
        let document = self.text.get(..end).unwrap_or(self.text);
        if self.has_separators && document.matches(SEPARATORS).count() > self.quoted_separators {
            // kubectl ends a line there, and so a comment: what follows would be hidden.
            let location = self.location(document.find(SEPARATORS).unwrap_or_default());
            let message = "U+2028 or U+2029 without quotes, which end a line for kubectl; remove it";
            return Err(ReadError::at(ReadErrorKind::Syntax, location, message));
        }
        if self.characters == Characters::Ordinary || !document.contains('\t') {
            return Ok(());
        }
        let mut covered = self.covered.iter().peekable();
        let mut start = 0;
        for line in document.split_inclusive(LINE_ENDS) {
            while covered.next_if(|range| range.end <= start).is_some() {}
            let is_covered = covered.peek().is_some_and(|range| range.start < start);
            if !is_covered && let Some(at) = tab_in_indentation(line) {
                let location = self.location(start + at);
                let is_of_no_content = line.trim_start().is_empty() || line.trim_start().starts_with('#');
                if at == 0 || !is_of_no_content {
                    let message = "a tab where kubectl wants blanks; indent with blanks";
                    return Err(ReadError::at(ReadErrorKind::Syntax, location, message));
                }
                // Whether kubectl does depends on what is before the line.
                let message = "kubectl may refuse a tab in a line with nothing else; remove it";
                warnings.add(WarningKind::KubectlRefuses, location, message);
            }
            start += line.len();
        }
        Ok(())
    }

    fn location(&self, at: usize) -> Location {
        super::text::end_of(self.text.get(..at).unwrap_or_default())
    }
}

/// What comes after blanks, line ends and comments.
fn after_blank_lines(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.strip_prefix('#') {
            Some(comment) => text = comment.find(LINE_ENDS).and_then(|end| comment.get(end..)).unwrap_or_default(),
            None => return text,
        }
    }
}

/// Where the first tab is, in bytes, in what indents a line: blanks, and the marks of items and keys.
fn tab_in_indentation(line: &str) -> Option<usize> {
    let mut bytes = line.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\t' => return Some(at),
            b' ' => {}
            b'-' | b'?' | b':' if bytes.peek().is_some_and(|(_, next)| matches!(next, b' ' | b'\t')) => {}
            _ => return None,
        }
    }
    None
}
