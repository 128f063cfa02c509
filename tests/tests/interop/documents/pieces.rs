//! Pieces of YAML in any order, where a value is wanted.

use proptest::prelude::*;
use proptest::sample::select;

const WORDS: &[&str] = &[
    "a", "b", "1", "~", "\"a\"", "'b'", "a b", "a:b", "\"x y\"", "", "yes", ".inf", "=", "a-b", "-a", "1.5", "0x1",
    "\\",
];

const PIECES: &[&str] = &[
    ": ",
    ":",
    ": ",
    ", ",
    ",",
    " ",
    "  ",
    "\n",
    "\n ",
    "\n  ",
    "\n   ",
    "\n    ",
    "\n\t",
    "\t",
    " \t",
    "\n\n",
    "[",
    "]",
    "{",
    "}",
    "[",
    "{",
    "]",
    "}",
    "[]",
    "{}",
    "- ",
    "-",
    "\n- ",
    "\n  - ",
    "? ",
    "?",
    "#",
    " # c",
    "# c\n",
    " # c\n",
    "&x ",
    "&x",
    "*x",
    "*x ",
    "!y ",
    "!y",
    "!!str ",
    "!!int ",
    "! ",
    "!<y> ",
    "!!null ",
    "!<tag:yaml.org,2002:str> ",
    "|",
    ">",
    "|\n",
    ">\n",
    "|-\n  ",
    ">+\n  ",
    "|2\n   ",
    "|1-\n ",
    "|+\n\n",
    ">-\n  a\n   b\n  c\n",
    "|\n  a\n\n",
    "\n---\n",
    "---",
    "...\n",
    "\n...",
    "%",
    "@",
    "`",
    "<<: ",
    "<<",
    "\r\n",
    "\r",
    "\"",
    "'",
    "\"a\n b\"",
    "'a\n\n  b'",
    "\"a\\\n b\"",
    "\"\\x41\"",
    "\"\\'\"",
    "\u{a0}",
    "\u{feff}",
    "\u{85}",
    "\"\ta\"",
    "\\n",
];

/// A place for them, in a kubeconfig that is otherwise in order.
#[derive(Debug, Clone, Copy)]
struct Place {
    before: &'static str,
    after: &'static str,
    /// What each line but the first is indented by.
    indent: &'static str,
}

const fn place(before: &'static str, indent: &'static str, after: &'static str) -> Place {
    Place { before, after, indent }
}

const PLACES: &[Place] = &[
    place("extensions: [{name: a, extension: {", "", "}}]\n"),
    place("extensions: [{name: a, extension: [", "", "]}]\n"),
    place("extensions: [{name: a, extension: [{", "", ": v}]}]\n"),
    place("extensions: [{name: a, extension: {a: ", "", ", b: c}}]\n"),
    place("extensions:\n- name: a\n  extension: ", "", "\n"),
    place("extensions:\n- name: a\n  extension:\n    ", "    ", "\n"),
    place("extensions:\n- name: a\n  extension:\n    - ", "    ", "\n    - z\n"),
    place("extensions:\n- name: a\n  extension:\n    k: ", "    ", "\n    z: 1\n"),
    place("extensions:\n- name: a\n  extension:\n    ", "    ", ": v\n    z: 1\n"),
    place("", "", "\ncurrent-context: a\n"),
    place("", "", "current-context: a"),
    place("current-context: ", "", ""),
    place("current-context: a", "", ""),
    place("{current-context: a}", "", ""),
];

/// Some pieces, joined, in one of the places.
pub(super) fn joined() -> impl Strategy<Value = String> {
    let piece = prop_oneof![select(WORDS), select(PIECES)];
    (select(PLACES), prop::collection::vec(piece, 1..10)).prop_map(|(Place { before, after, indent }, pieces)| {
        let pieces = pieces.concat().replace('\n', &format!("\n{indent}"));
        [before, &pieces, after].concat()
    })
}
