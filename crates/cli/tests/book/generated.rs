//! Pages that are made of the data, and parts of pages.

use std::fmt::Write as _;
use std::fs;

use crate::page::{Page, root};

/// What brings them up to date.
pub(crate) const HOW: &str = "just reference";

/// Writes a page, where `KUBEPROOF_WRITE_DOCS` says so, and compares it otherwise.
#[track_caller]
pub(crate) fn page(name: &str, text: &str) {
    let path = root().join(name);
    let published = fs::read_to_string(&path).unwrap_or_default();
    if published == text {
        return;
    }
    if std::env::var_os("KUBEPROOF_WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let diff = similar::TextDiff::from_lines(published.as_str(), text);
    panic!(
        "{name} is stale, `{HOW}` brings it up to date:\n{}",
        diff.unified_diff().context_radius(1).header("published", "of today")
    );
}

/// The same for the part of a page between its `<!-- generated: PART -->` and the next `<!-- end -->`.
#[track_caller]
pub(crate) fn part(name: &str, part: &str, text: &str) {
    let page_text = Page::read(name).text;
    page(name, &with_part(&page_text, part, text).unwrap_or_else(|wrong| panic!("{name}: {wrong}")));
}

/// A page with another text in one part.
fn with_part(page: &str, part: &str, text: &str) -> Result<String, String> {
    let begin = format!("<!-- generated: {part} -->\n");
    let (before, rest) = page.split_once(&begin).ok_or_else(|| format!("there is no line `{}`", begin.trim_end()))?;
    let (_, after) =
        rest.split_once("<!-- end -->").ok_or_else(|| format!("no `<!-- end -->` follows `{}`", begin.trim_end()))?;
    Ok(format!("{before}{begin}\n{}\n\n<!-- end -->{after}", text.trim()))
}

/// Text of the data as Markdown: nothing of it is taken for markup, but for what is in backticks.
pub(crate) fn escaped(text: &str) -> String {
    let is_even = text.matches('`').count().is_multiple_of(2);
    let mut escaped = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            escaped.push_str(if is_even { "`" } else { "\\`" });
        }
        if is_even && index % 2 == 1 {
            escaped += part;
            continue;
        }
        for c in part.chars() {
            match c {
                '<' => escaped += "&lt;",
                '&' => escaped += "&amp;",
                '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                    let _ = write!(escaped, "\\{c}");
                }
                c => escaped.push(c),
            }
        }
    }
    escaped
}

#[test]
fn a_part_is_replaced_and_nothing_else() {
    let page = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n<!-- generated: y -->\n<!-- end -->\n";
    let expected = "a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- generated: y -->\n<!-- end -->\n";
    assert_eq!(with_part(page, "x", "new\n").as_deref(), Ok(expected));
    assert_eq!(with_part(expected, "x", "new\n").as_deref(), Ok(expected));
    assert!(with_part(page, "z", "new").is_err());
    assert!(with_part("<!-- generated: x -->\n", "x", "new").is_err());
}

#[test]
fn no_text_is_taken_for_markup() {
    for (text, expected) in [
        ("a `b_*` <c> [d](e) f_g", "a `b_*` &lt;c> \\[d\\](e) f\\_g"),
        ("one ` alone_", "one \\` alone\\_"),
        ("[\"Downloaded\"]", "\\[\"Downloaded\"\\]"),
    ] {
        assert_eq!(escaped(text), expected);
        assert!(crate::markdown::links(&escaped(text)).is_empty());
    }
}

#[test]
fn a_page_that_is_stale_is_found() {
    if std::env::var_os("KUBEPROOF_WRITE_DOCS").is_none() {
        let stale = std::panic::catch_unwind(|| page("docs/SUMMARY.md", "another text\n")).unwrap_err();
        assert!(stale.downcast_ref::<String>().unwrap().contains("docs/SUMMARY.md is stale, `just reference`"));
    }
}
