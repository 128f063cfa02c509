//! Changes of a text that make it almost a document.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A change of the text. Places are drawn, so that they fit any text.
#[derive(Debug, Clone)]
pub(super) enum Mutation {
    Insert(Index, String),
    Remove(Index, usize),
    RepeatLine(Index),
    RemoveLine(Index),
    Indent(Index, &'static str),
    LineEnds(&'static str),
    Cut(Index),
    Before(&'static str),
    After(&'static str),
}

const PIECES: &[&str] = &[
    " ",
    "\n",
    "\t",
    "  ",
    "\n\n",
    "#",
    " # c",
    "'",
    "\"",
    "\\",
    ":",
    ": ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "- ",
    "? ",
    "&x ",
    "*x",
    "!!str ",
    "!!int ",
    "!x ",
    "<<: *x\n",
    "<<: {a: b}\n",
    "|",
    ">",
    "|-\n",
    "---\n",
    "\n---\n",
    "...\n",
    "\n...\n",
    "%",
    "@",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{a0}",
    "\u{7f}",
    "\0",
    "\r",
    "\r\n",
    "null",
    "~",
    "\u{1f600}",
    "0",
    "?",
    "-",
    "\n\t",
    "\n \t\n",
    "\n# c\n",
];

pub(super) fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop_oneof![6 => select(PIECES).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop_oneof![
        6 => (any::<Index>(), piece).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        3 => (any::<Index>(), 1..4_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => any::<Index>().prop_map(Mutation::RepeatLine),
        1 => any::<Index>().prop_map(Mutation::RemoveLine),
        1 => (any::<Index>(), select(&[" ", "  ", "\t", "- "][..])).prop_map(|(at, by)| Mutation::Indent(at, by)),
        1 => select(&["\r\n", "\r", "\u{85}", "\n\n", " \n", "\t\n", " # c\n"][..]).prop_map(Mutation::LineEnds),
        1 => any::<Index>().prop_map(Mutation::Cut),
        1 => select(&["%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%FOO\n---\n", "---\n", "--- ", "...\n", "# c\n", "\n\n", "\u{feff}", "\t", " "][..])
            .prop_map(Mutation::Before),
        1 => select(&["---\na: b\n", "...\n", "\t", " ", "}", "]", "# c", "\n\t\n", "x: &a [*a]\n", "x", "a: b\n", "\u{feff}"][..])
            .prop_map(Mutation::After),
    ]
}

impl Mutation {
    pub(super) fn apply(&self, text: &str) -> String {
        let place = |at: &Index| {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            places[at.index(places.len())]
        };
        let lines = || text.split_inclusive('\n').collect::<Vec<_>>();
        match self {
            Self::Insert(at, piece) => {
                let (before, after) = text.split_at(place(at));
                [before, piece, after].concat()
            }
            Self::Remove(at, count) => {
                let (before, after) = text.split_at(place(at));
                before.chars().chain(after.chars().skip(*count)).collect()
            }
            Self::RepeatLine(at) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    let at = at.index(lines.len());
                    lines.insert(at, lines[at]);
                }
                lines.concat()
            }
            Self::RemoveLine(at) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    lines.remove(at.index(lines.len()));
                }
                lines.concat()
            }
            Self::Indent(at, by) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    lines.insert(at.index(lines.len()), by);
                }
                lines.concat()
            }
            Self::LineEnds(end) => text.replace('\n', end),
            Self::Cut(at) => text[..place(at)].to_owned(),
            Self::Before(start) => format!("{start}{text}"),
            Self::After(end) => format!("{text}{end}"),
        }
    }
}
