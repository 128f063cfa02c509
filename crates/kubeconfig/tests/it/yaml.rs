//! YAML as go-yaml v2 has it, where the YAML 1.2 of the parser differs. Every row was put to kubectl 1.37.1, which decides
//! alike but in the tests whose names say otherwise.

use kubeproof_kubeconfig::{Kubeconfig, Profile, ReadErrorKind, WarningKind};
use serde_json::{Value, json};

use crate::read::{check_current_context, check_warnings, reads, refuses};
use ReadErrorKind::{Base64, Syntax, Type};

/// What an extension is read as.
#[track_caller]
fn check(extension: &str, expected: &Value) {
    let text = format!("extensions: [{{name: a, extension: {extension}}}]");
    assert_eq!(&reads(&text).extensions[0].extension, expected, "{text}");
}

#[track_caller]
fn check_keys(mapping: &str, expected: &[&str]) {
    let text = format!("extensions: [{{name: a, extension: {mapping}}}]");
    let keys: Vec<String> = reads(&text).extensions[0].extension.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, expected, "{text}");
}

#[test]
fn where_it_is_more_lenient_than_kubectl() {
    // kubectl reads JSON through YAML 1.1, which knows neither of these escapes; other JSON writers use them.
    for (text, expected) in
        [("{\"current-context\": \"a\\/b\"}", "a/b"), ("{\"current-context\": \"\\ud83d\\ude00\"}", "\u{1f600}")]
    {
        check_current_context(text, expected);
        let warnings = Kubeconfig::read(text.as_bytes(), Profile::Kubectl).unwrap().warnings;
        assert_eq!(warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(), [WarningKind::KubectlRefuses]);
    }
    check_warnings("{\"current-context\": \"a\\\\/b\\u00e9\"}", &[]);
}

#[test]
fn where_it_is_stricter_than_kubectl() {
    refuses("current-context: |# c\n a\n", Syntax, (1, 19), "not YAML");
    refuses("x: [a]# c\n", Syntax, (1, 7), "not YAML");
    refuses("x: |\n    \n  # c\n", Syntax, (3, 3), "not YAML");
    refuses("x:\n|\n a\n", Syntax, (2, 1), "not YAML");
    refuses("{current-context: -}", Syntax, (1, 19), "not YAML");
    refuses("x: [\n\ta]\n", Syntax, (2, 2), "not YAML");
    refuses("current-context: \"\\'\"\n", Syntax, (1, 18), "not YAML");
    refuses("{x: &x a, y: {*x: b}}", Syntax, (1, 15), "not YAML");
    refuses("current-context: \"a \u{2028}b\"", Syntax, (1, 18), "U+2028");
    refuses("current-context: \"a\u{2028} b\"", Syntax, (1, 18), "U+2028");
    refuses("[?a]", Syntax, (1, 2), "`?`");
    refuses("[!x, a]", Syntax, (1, 2), "a tag without a blank");
    refuses("{}: a", Syntax, (1, 1), "a list or mapping cannot be a key");
    for text in ["{a:}", "{a:, b: c}", "[a:]", "{a: b:}"] {
        let column = if text.contains("b:}") { 5 } else { 2 };
        refuses(text, Syntax, (1, column), "a colon before a comma or bracket");
    }
}

#[test]
fn ends_of_lines() {
    // U+0085 ends a line, and is one line end for a text.
    check_current_context("# hidden\u{85}current-context: a\n", "a");
    check_current_context("current-context: a\u{85}  b\n", "a b");
    check_current_context("current-context: \"a\u{85}b\"\n", "a b");
    check_current_context("current-context: |\n  a\u{85}  b\n", "a\nb\n");
    assert_eq!(reads("\u{85}"), Kubeconfig::default());
    // U+2028 and U+2029 end a line too, but in quotes they stay what they are.
    check_current_context("current-context: \"a\u{2028}b\"\n", "a\u{2028}b");
    refuses("# hidden\u{2028}users: []\n", Syntax, (1, 9), "U+2028");
    refuses("current-context: a\u{2029}b\n", Syntax, (1, 19), "U+2028");
    refuses("\"a\u{2028}b\" : a\n", Syntax, (1, 1), "in a key");
    // What is behind the document is not looked at.
    check_current_context("current-context: a\n---\n# \u{2028}x\n", "a");
    refuses("current-context: a # \u{2028}x\n---\n", Syntax, (1, 22), "U+2028");
    // The end of the document is none.
    check_current_context("current-context: |\n  a", "a");
    check_current_context("current-context: >+\n  a", "a");
    check_current_context("current-context: |\n  a\n", "a\n");
}

/// kubectl drops the first character of each line while U+FEFF happens to be at the start of its buffer.
#[test]
fn a_byte_order_mark_is_at_the_start_only() {
    check_current_context("\u{feff}current-context: a\n", "a");
    check_current_context("current-context: \"a\\ufeffb\"\n", "a\u{feff}b");
    refuses("\u{feff}\u{feff}\nxcurrent-context: a\n", Syntax, (1, 1), "U+FEFF");
    refuses("\ncurrent-context: \"a\u{feff}b\"\n", Syntax, (2, 20), "U+FEFF");
    let hidden = format!("# {}\nxcurrent-context: hidden\n", "\u{feff}".repeat(171));
    refuses(&hidden, Syntax, (1, 3), "U+FEFF");
}

#[test]
fn tabs_that_are_no_indentation() {
    check_current_context("{\n\t\"current-context\":\t\"a\"\t}\t\n", "a");
    check_current_context("current-context: \"a\n\tb\"\n", "a b");
    check_current_context("current-context: a\n  \tb\n", "a b");
    check_current_context("current-context: a\n...\n\t\n", "a");
    check_current_context("current-context: |\n  a\n  \t\n", "a\n\t\n");
    check_current_context("current-context: >2\n  \ta\n", "\ta\n");
    check_current_context("current-context: a\n---\n\tx\n", "a");
    check_current_context("---\t{current-context: a}\n", "a");
    check_current_context("x:\n    y: [a\n b\tc]\ncurrent-context: a\n", "a");
    // Behind a text without quotes, a tab is like a blank.
    for text in [
        "kind: Config\n \t\n",
        "kind: Config\n \t# c\n",
        "kind: Config\r \t\r",
        "x:\n  a: b\n   \t\ny: c\n",
        "x:\n- a\n \t\n",
        "x:\n  - a\n   \t\n",
        "x: [a\n \t, b]\n",
    ] {
        let warnings = Kubeconfig::read(text.as_bytes(), Profile::Kubectl).unwrap().warnings;
        assert!(warnings.iter().all(|warning| warning.kind == WarningKind::UnknownField), "{text:?}: {warnings:?}");
    }
}

#[test]
fn tabs_that_indent() {
    for (text, at) in [
        ("\t\n", (1, 1)),
        ("\t{}", (1, 1)),
        ("a: b\n\t\n", (2, 1)),
        ("{}\n\t", (2, 1)),
        ("clusters:\n-\tname: a\n", (2, 2)),
        ("clusters:\n- \tname: a\n", (2, 3)),
        ("a: b\n\tc\n", (1, 4)),
        ("a:\n  b: c\n  \td\n", (2, 6)),
        ("a:\n  b: c\n \t\nd: e\n", (3, 2)),
        ("a:\n  - b\n  \t\n", (3, 3)),
        ("a: 'b'\n \t\n", (2, 2)),
        ("a: b # c\n \t\n", (2, 2)),
        ("a: b\r\n\r\n\t\r\n", (3, 1)),
        ("a: [b\n\t, c]\n", (1, 5)),
        ("x:\n \t\na: b\n", (2, 2)),
        ("x:\n- \n \t\na: b\n", (3, 2)),
        ("a: b\n\n\t\n---\nx: 1\n", (3, 1)),
        ("clusters:\n-\tname: a\n---\nx: 1\n", (2, 2)),
        ("a: |\n  b\n \t\nc: d\n", (3, 2)),
        ("a: |\n  b\n\t\n", (3, 1)),
        ("a: |\n \t\n  b\n", (2, 2)),
        ("a: |\n\n  \tb\n", (3, 3)),
    ] {
        refuses(text, Syntax, at, "a tab");
    }
}

#[test]
fn before_and_behind_a_document() {
    refuses("...\n", Syntax, (1, 1), "`...`");
    refuses("# c\n...\na: b\n", Syntax, (2, 1), "`...`");
    refuses("%FOO bar\n---\na: b\n", Syntax, (1, 1), "directive");
    check_current_context("%TAG !e! tag:yaml.org,2002:\n---\ncurrent-context: !e!str 1\n", "1");
    // A document in brackets ends with them, and no more is read.
    for text in [
        "{current-context: a} }\n",
        "  current-context: a\n]\n",
        "{current-context: a}\n]",
        "{current-context: a}]]}",
        "{current-context: a}{\"b\" c}",
        "{current-context: a} b\n",
        "{current-context: a} \"b\"\n{",
        "# c\n{current-context: \"a\"}# {\n[\n",
    ] {
        check_current_context(text, "a");
        let warnings = Kubeconfig::read(text.as_bytes(), Profile::Kubectl).unwrap().warnings;
        assert_eq!(
            warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(),
            [WarningKind::IgnoredRest],
            "{text}"
        );
    }
    check_warnings("{current-context: a}# c\n# d\n", &[]);
    refuses("{current-context: a}: b", Syntax, (1, 1), "cannot be a key");
    refuses("{current-context: a}@b", Syntax, (1, 21), "not YAML");
    refuses("{current-context: a}# c\n\n\t", Syntax, (1, 21), "not YAML");
    refuses("current-context: [a]]\n", Syntax, (1, 21), "not YAML");
    refuses("current-context: a\n]\n", Syntax, (2, 1), "not YAML");
    refuses("- {current-context: a}]\n", Syntax, (1, 23), "not YAML");
    refuses("]", Syntax, (1, 1), "not YAML");
}

#[test]
fn within_brackets() {
    refuses("{current-context: a?b}", Syntax, (1, 19), "`?`");
    refuses("{current-context: :a}", Syntax, (1, 19), "`:`");
    check_current_context("{current-context: 'a?b'}", "a?b");
    check_current_context("{kind: Config # {\n, current-context: a:b}", "a:b");
    check_current_context("current-context: a?b", "a?b");
    check_current_context("{current-context: a, x: }", "a");
    check_current_context("{\"current-context\":\"a\", \"x\":}", "a");
    // A key is on one line, and so are its anchor, tag and colon.
    refuses("{current-context\n# c\n: a}", Syntax, (1, 2), "on several lines");
    refuses("{\n\"current-context\"\n: a}", Syntax, (2, 1), "on several lines");
    refuses("{\"a\n b\": a}", Syntax, (1, 2), "on several lines");
    refuses("{!x\n a: b}", Syntax, (1, 2), "on several lines");
    refuses("{!x\n \"a\": b}", Syntax, (1, 2), "on several lines");
    refuses("{&x\n a: b}", Syntax, (1, 2), "on several lines");
    refuses("{&x\n !y 'a': b}", Syntax, (1, 2), "on several lines");
    refuses("{a: &x b, *x\n : c}", Syntax, (1, 11), "on several lines");
    check_current_context("{&x !!str current-context: a}", "a");
    check_current_context("{? current-context\n: a}", "a");
    check_current_context("{current-context\n, kind: Config, current-context: a}", "a");
    check_current_context("{x: &x\n b, current-context: a}", "a");
}

#[test]
fn tags_and_anchors() {
    check_current_context("!!merge <<: {current-context: a}\n", "a");
    check_current_context("x: &a-_1 a\ncurrent-context: *a-_1\n", "a");
    check_current_context("{x: &x, current-context: a, y: [*x]}", "a");
    refuses("x: &a!b a\n", Syntax, (1, 4), "anchor");
    refuses("x: &\u{e9} a\ny: *\u{e9}\n", Syntax, (1, 4), "anchor");
    refuses("x: &x[a]\n", Syntax, (1, 4), "an anchor without a blank");
    refuses("x: &x\"a\"\n", Syntax, (1, 4), "anchor");
    refuses("[!x]", Syntax, (1, 2), "a tag without a blank");
    refuses("{a: !x}", Syntax, (1, 5), "a tag without a blank");
    refuses("x: !y# c\n", Syntax, (1, 4), "a tag without a blank");
    check("[!x , !y ]", &json!(["", ""]));
    // Without brackets, a key has its tag or its alias where it likes.
    check_current_context("? !!str\n  current-context\n: a\n", "a");
    refuses("x: &x a\ny: *x\n: b\n", Syntax, (3, 1), "a colon without a key");
    // Bytes that are no text.
    check("!!binary 4pi/w4LDqeLC", &json!("\u{263f}\u{c2}\u{e9}\u{fffd}\u{fffd}"));
    refuses("extensions: [{extension: !!binary /}]", Base64, (1, 35), "!!binary");
}

#[test]
fn keys_that_are_no_texts() {
    check_keys("{1.50: a, 1e6: b, 0x1f: c, 1e3: d}", &["1.5", "1e+06", "31", "1000"]);
    check_keys("{.NaN: a, .inf: b, -.Inf: c, !!float +.INF: d}", &[".nan", ".inf", "-.inf"]);
    refuses("18446744073709551615: a", Syntax, (1, 1), "too large");
    refuses("~: a", Syntax, (1, 1), "a key is null");
}

/// kubectl does not look at a value that another replaces.
#[test]
fn what_is_replaced_may_be_wrong() {
    check("{a: .nan, a: 1}", &json!({"a": 1}));
    check("{a: {~: 1}, a: 1}", &json!({"a": 1}));
    check("{a: [{18446744073709551615: 1}], a: 1}", &json!({"a": 1}));
    check("{b: &x [.inf], c: *x, b: 1, c: 2}", &json!({"b": 1, "c": 2}));
    refuses("a: 1\na: .nan\n", Type, (2, 4), "not finite");
    refuses("a: 1\na: {~: 1}\n", Syntax, (2, 5), "a key is null");
    // What is written over has to be YAML all the same, and `?` or an anchor makes a key of nothing.
    refuses("a:\n  : 1\na: 1\n", Syntax, (2, 3), "a colon without a key");
    refuses("a: {: 1}\na: 1\n", Syntax, (1, 5), "a colon without a key");
    refuses("a: {b: 1, : 1}\na: 1\n", Syntax, (1, 11), "a colon without a key");
    for nothing in ["a:\n  &x : 1\n", "a:\n  ? # c\n  : 1\n", "a:\n  ?\n  : 1\n"] {
        assert!(Kubeconfig::parse(&format!("{nothing}a: 1\n")).is_ok(), "{nothing}");
    }
    refuses("x: &x .nan\ny: *x\nx: 1\n", Type, (1, 7), "not finite");
    refuses("x: &x [.nan]\ny: *x\nx: 1\n", Type, (1, 8), "not finite");
    refuses("x: &x {~: 1}\nx: 1\n<<: *x\n", Syntax, (1, 8), "a key is null");
}
