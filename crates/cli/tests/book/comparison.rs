//! What a reader is told that one sees, beside what is to be seen.

use snapbox::Data;
use snapbox::filter::{NormalizeToExpected, normalize_lines};

/// Whether this is what was to come, where `[..]` stands for what changes within a line, and a line of `...` for lines.
pub(crate) fn is_as_expected(expected: &str, actual: &str) -> bool {
    let expected = Data::text(whole(expected));
    let actual = Data::text(normalize_lines(&whole(actual)));
    NormalizeToExpected::new().redact().normalize(actual, &expected).render() == expected.render()
}

/// The two, line by line.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual) = (whole(expected), whole(actual));
    similar::TextDiff::from_lines(&expected, &actual).unified_diff().header("to come", "came").to_string()
}

/// Without blank lines at the end, which a page does not show.
fn whole(text: &str) -> String {
    match text.trim_end() {
        "" => String::new(),
        text => format!("{text}\n"),
    }
}

#[test]
fn what_changes_is_passed_over_and_nothing_else() {
    for (expected, actual, is) in [
        ("", "", true),
        ("", "a\n", false),
        ("a\n", "a", true),
        ("a\n", "b\n", false),
        ("a [..] c\n", "a bb c\n", true),
        ("a [..] c\n", "a b\nb c\n", false),
        ("a\n...\nd\n", "a\nb\nc\nd\n", true),
        ("a\n...\nd\n", "a\nd\n", true),
        ("a\n...\nd\n", "a\nb\nc\n", false),
        ("...\nd\n", "a\nd\ne\n", false),
        ("a\n...\n", "a\nb\n", true),
        ("...\n", "", true),
        ("a\nb\n", "b\na\n", false),
        ("a\n", "a\nb\n", false),
        ("a\nb\n", "a\n", false),
    ] {
        assert_eq!(is_as_expected(expected, actual), is, "{expected:?} {actual:?}");
    }
}
