//! YAML as go-yaml v2 writes it: the layout and the styles of libyaml's emitter, with lines of 80 characters.

use serde_json::Value;

use super::{order, scalar};
use crate::number;

/// Where a line is folded at the next blank.
const WIDTH: usize = 80;
/// The longest key that stands before a colon; a longer one gets a question mark.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) fn print(value: &Value) -> String {
    let mut writer = Writer { text: String::new(), column: 0, after_blank: true, after_indent: true };
    writer.node(value, Parent::None, 0);
    if writer.column > 0 || writer.text.is_empty() {
        writer.line_end();
    }
    writer.text
}

/// What a node is in.
#[derive(Clone, Copy, PartialEq)]
enum Parent {
    None,
    List,
    /// The value of a key that is on the same line.
    Key,
    /// The value of a key that has a question mark.
    LongKey,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The state of libyaml's emitter.
struct Writer {
    text: String,
    column: usize,
    after_blank: bool,
    after_indent: bool,
}

impl Writer {
    /// `indent` is where a nested collection of the parent goes: its keys, or the dashes of a list in a list.
    fn node(&mut self, value: &Value, parent: Parent, indent: usize) {
        match value {
            Value::Null => self.plain("null"),
            Value::Bool(flag) => self.plain(if *flag { "true" } else { "false" }),
            Value::Number(value) => self.plain(&number_text(value)),
            Value::String(text) => self.scalar(text, indent, false),
            Value::Array(items) if items.is_empty() => self.flow("[", "]"),
            Value::Object(fields) if fields.is_empty() => self.flow("{", "}"),
            Value::Array(items) => {
                // A list that is the value of a key is not indented.
                let at = if parent == Parent::Key { indent.saturating_sub(2) } else { indent };
                for item in items {
                    self.new_line(at);
                    self.indicator("-", true);
                    self.after_indent = true;
                    self.node(item, Parent::List, at + 2);
                }
            }
            Value::Object(fields) => {
                let sorted = order::sort(fields.iter().collect(), |(key, _)| key.as_str());
                for (key, value) in sorted {
                    self.new_line(indent);
                    if is_simple_key(key) {
                        // It is never folded, so that it does not matter where.
                        self.scalar(key, indent, true);
                        self.indicator(":", false);
                        self.after_indent = false;
                        self.node(value, Parent::Key, indent + 2);
                    } else {
                        self.indicator("?", true);
                        self.after_indent = true;
                        self.scalar(key, indent + 2, false);
                        self.new_line(indent);
                        self.indicator(":", true);
                        self.after_indent = true;
                        self.node(value, Parent::LongKey, indent + 2);
                    }
                }
            }
        }
    }

    fn scalar(&mut self, text: &str, indent: usize, is_simple_key: bool) {
        let analysis = Analysis::of(text);
        let style = analysis.style(text);
        match style {
            Style::Plain => self.folded(text, indent, Quote::None, is_simple_key),
            Style::Single => {
                self.indicator("'", true);
                self.folded(text, indent, Quote::Single, is_simple_key);
                self.indicator("'", false);
                self.after_indent = false;
            }
            Style::Double => self.double_quoted(text, indent, is_simple_key),
            Style::Literal => self.literal(text, indent),
        }
    }

    fn plain(&mut self, text: &str) {
        self.folded(text, 0, Quote::None, true);
    }

    fn flow(&mut self, open: &str, close: &str) {
        self.indicator(open, true);
        self.indicator(close, false);
        self.after_indent = false;
    }

    /// A plain or single-quoted text: folded at blanks, with its own separators, which are no line feeds: those are in other styles.
    fn folded(&mut self, text: &str, indent: usize, quote: Quote, is_simple_key: bool) {
        if quote == Quote::None && !self.after_blank {
            self.put(' ');
        }
        let (mut after_space, mut after_break) = (false, false);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if character == ' ' {
                let is_inside = quote == Quote::None || (at > 0 && next.is_some());
                if !is_simple_key && !after_space && self.column > WIDTH && is_inside && next != Some(' ') {
                    self.new_line(indent);
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else if is_break(character) {
                self.put_break(character);
                self.after_indent = true;
                after_break = true;
            } else {
                if after_break {
                    self.new_line(indent);
                }
                if character == '\'' && quote == Quote::Single {
                    self.put('\'');
                }
                self.put(character);
                self.after_indent = false;
                (after_space, after_break) = (false, false);
            }
        }
        self.after_blank = false;
        self.after_indent = false;
    }

    fn double_quoted(&mut self, text: &str, indent: usize, is_simple_key: bool) {
        self.indicator("\"", true);
        // go-yaml asks whether the text starts with a byte-order mark where it means each of its characters.
        let all_escaped = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if all_escaped || !is_printable(character) || is_break(character) || matches!(character, '"' | '\\') {
                for character in escape(character).chars() {
                    self.put(character);
                }
                after_space = false;
            } else if character == ' ' {
                if !is_simple_key && !after_space && self.column > WIDTH && at > 0 && next.is_some() {
                    self.new_line(indent);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
        }
        self.indicator("\"", false);
        self.after_indent = false;
        self.after_blank = false;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true);
        if text.starts_with([' ', '\n', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.indicator("2", false);
        }
        let mut ends = text.chars().rev();
        let keeps = match (ends.next(), ends.next()) {
            (Some(last), _) if !is_break(last) => {
                self.indicator("-", false);
                false
            }
            (_, None) => true,
            (_, Some(before)) => is_break(before),
        };
        if keeps {
            self.indicator("+", false);
        }
        self.line_end();
        self.after_indent = true;
        self.after_blank = true;
        let mut after_break = true;
        for character in text.chars() {
            if is_break(character) {
                self.put_break(character);
                self.after_indent = true;
                after_break = true;
            } else {
                if after_break {
                    self.new_line(indent);
                }
                self.put(character);
                self.after_indent = false;
                after_break = false;
            }
        }
    }

    fn new_line(&mut self, indent: usize) {
        if !self.after_indent {
            self.line_end();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_blank = true;
        self.after_indent = true;
    }

    fn indicator(&mut self, text: &str, needs_blank: bool) {
        if needs_blank && !self.after_blank {
            self.put(' ');
        }
        for character in text.chars() {
            self.put(character);
        }
        self.after_blank = false;
    }

    fn put(&mut self, character: char) {
        self.text.push(character);
        self.column += 1;
    }

    fn line_end(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    fn put_break(&mut self, character: char) {
        self.text.push(character);
        self.column = 0;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Quote {
    None,
    Single,
}

/// What a text allows: libyaml's `analyze_scalar`.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
}

impl Analysis {
    fn of(text: &str) -> Self {
        let mut indicator = text.starts_with("---") || text.starts_with("...");
        let (mut has_break, mut special) = (false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut characters = text.chars().peekable();
        let mut is_first = true;
        while let Some(character) = characters.next() {
            let before_blank = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            indicator |= match character {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                    if is_first =>
                {
                    true
                }
                '?' | '-' if is_first => before_blank,
                ':' => before_blank,
                '#' => after_blank,
                _ => false,
            };
            special |= !is_printable(character);
            if character == ' ' {
                break_space |= after_break;
                (after_space, after_break) = (true, false);
            } else if is_break(character) {
                has_break = true;
                space_break |= after_space;
                (after_space, after_break) = (false, true);
            } else {
                (after_space, after_break) = (false, false);
            }
            after_blank = matches!(character, ' ' | '\t' | '\0') || is_break(character);
            is_first = false;
        }
        let is_edge = |character: char| character == ' ' || is_break(character);
        let at_edge = text.starts_with(is_edge) || text.ends_with(is_edge);
        let quotable = !space_break && !special;
        Self {
            plain: quotable && !break_space && !has_break && !at_edge && !indicator,
            single: quotable && !break_space,
            block: quotable && !text.ends_with(' ') && !text.is_empty(),
        }
    }

    /// Of a simple key too: it has no line end.
    fn style(&self, text: &str) -> Style {
        let wanted = if text.contains('\n') {
            Style::Literal
        } else if scalar::may_be_plain(text) {
            Style::Plain
        } else {
            Style::Double
        };
        match wanted {
            Style::Literal if !self.block => Style::Double,
            Style::Plain if !self.plain && self.single => Style::Single,
            Style::Plain if !self.plain => Style::Double,
            wanted => wanted,
        }
    }
}

fn is_simple_key(key: &str) -> bool {
    key.len() <= LONGEST_SIMPLE_KEY && !key.contains(is_break)
}

/// A line end of YAML 1.1.
fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escape(character: char) -> String {
    let short = match character {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        other => {
            let code = u32::from(other);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    short.to_owned()
}

/// A number as go-yaml prints what it reads in JSON.
fn number_text(value: &serde_json::Number) -> String {
    match value.as_f64().filter(|_| value.is_f64()) {
        None => value.to_string(),
        // Whole numbers of JSON are integers to YAML when they fit.
        Some(float) => {
            let json = number::in_json(float);
            match (json.parse::<i64>(), json.parse::<u64>()) {
                (Ok(whole), _) => whole.to_string(),
                (_, Ok(whole)) => whole.to_string(),
                _ => number::in_yaml(float),
            }
        }
    }
}
