use std::fmt::Write as _;

use super::Report;
use super::visible::steers;

/// The same JSON to every reader as without escapes, and nothing that steers the terminal it may be printed to.
#[expect(clippy::expect_used, reason = "only a map with keys that are no strings could fail, and there is none")]
pub(super) fn render(report: &Report) -> String {
    let json = serde_json::to_string_pretty(report).expect("a report is JSON");
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c != '\n' && steers(c) {
            // Within a string; none of them is beyond U+FFFF. Writing to a String does not fail.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}
