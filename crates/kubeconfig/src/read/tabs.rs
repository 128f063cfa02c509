//! Tabs where go-yaml v2 takes none.

use std::iter;
use std::ops::Range;

use super::text::{self, Characters};
use super::{ReadError, ReadErrorKind};

/// Which tabs kubectl refuses: those that indent, as far as go-yaml looks at indentation.
pub(super) struct Tabs<'t> {
    text: &'t str,
    /// Whether there is a tab at all.
    is_any: bool,
    /// Byte ranges in which no line begins for go-yaml: texts of several lines, and what is in brackets.
    covered: Vec<Range<usize>>,
}

const LINE_ENDS: [char; 2] = ['\n', '\r'];
const MESSAGE: &str = "a tab where kubectl wants blanks; indent with blanks";

impl<'t> Tabs<'t> {
    pub(super) fn new(text: &'t str, characters: Characters) -> Self {
        Self { text, is_any: characters == Characters::Any && text.contains('\t'), covered: Vec::new() }
    }

    /// Tells of bytes in which no line begins.
    pub(super) fn cover(&mut self, range: Range<usize>) {
        if self.is_any && self.text.get(range.clone()).is_some_and(|source| source.contains(LINE_ENDS)) {
            self.covered.push(range);
        }
    }

    /// Looks at a text without quotes and at the blank lines behind it, in a list or mapping at a column. There a tab is
    /// like a blank, unless it is too far to the left. The bytes in which no line begins.
    pub(super) fn plain(&self, range: Range<usize>, indent: Option<usize>) -> Result<Range<usize>, ReadError> {
        if !self.is_any {
            return Ok(range);
        }
        let after = self.text.get(range.end..).unwrap_or_default();
        let end = self.text.len() - after.trim_start().len();
        let source = self.text.get(range.start..end).unwrap_or_default();
        let columns = indent.map_or(0, |column| column + 1);
        // The first of them starts with the text.
        for line in iter::successors(Some(source), |rest| Some(rest.split_once(LINE_ENDS)?.1)) {
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            let tab = line.bytes().take(indentation.min(columns)).position(|byte| byte == b'\t');
            if let Some(tab) = tab {
                return Err(self.refused(end - line.len() + tab));
            }
        }
        Ok(range.start..end)
    }

    /// Looks at the lines of a text behind `|` or `>` that is indented by as many columns. The bytes in which no line
    /// begins: those from the end of the line before.
    pub(super) fn block(&self, range: Range<usize>, columns: usize) -> Result<Range<usize>, ReadError> {
        if !self.is_any {
            return Ok(range);
        }
        let before = self.text.get(..range.start).unwrap_or_default();
        let after = self.text.get(range.end..).unwrap_or_default();
        let end = self.text.len() - after.trim_start_matches([' ', '\t']).len();
        let mut start = range.start;
        for (at, line) in self.text.get(start..end).unwrap_or_default().split_inclusive(LINE_ENDS).enumerate() {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            // A tab does not say how far the text is indented.
            let is_wrong = if at == 0 { !says_indentation(before) } else { spaces < columns };
            if is_wrong && line.get(spaces..).is_some_and(|content| content.starts_with('\t')) {
                return Err(self.refused(start + spaces));
            }
            start += line.len();
        }
        Ok(before.rfind(LINE_ENDS).unwrap_or_default()..range.end)
    }

    /// Looks at the lines of a document.
    pub(super) fn finish(&self, document: &str) -> Result<(), ReadError> {
        if !self.is_any || !document.contains('\t') {
            return Ok(());
        }
        let mut covered = self.covered.iter().peekable();
        let mut start = 0;
        for line in document.split_inclusive(LINE_ENDS) {
            while covered.next_if(|range| range.end <= start).is_some() {}
            let is_covered = covered.peek().is_some_and(|range| range.start < start);
            if !is_covered && let Some(at) = tab_in_indentation(line) {
                return Err(self.refused(start + at));
            }
            start += line.len();
        }
        Ok(())
    }

    fn refused(&self, at: usize) -> ReadError {
        let location = text::end_of(self.text.get(..at).unwrap_or_default());
        ReadError::at(ReadErrorKind::Syntax, location, MESSAGE)
    }
}

/// Whether the `|` or `>` that a text ends with has a digit.
fn says_indentation(text: &str) -> bool {
    let line = text.trim_end().rsplit(LINE_ENDS).next().unwrap_or_default();
    let header = line.split(" #").next().unwrap_or_default().trim_end();
    header.trim_end_matches(['+', '-']).ends_with(|last: char| last.is_ascii_digit())
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
