//! Another XML reader finds what the schema of Jenkins asks for (`junit-10.xsd` of its xUnit plugin).

use kubeproof_conformance::report::{Format, Reports};
use roxmltree::{Document, Node};

use super::sample::{NASTY, report, with_everything};

/// An element: the attributes it must have, those it may have, the elements in it, and whether text may be in it.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], bool);

const RULES: [Rule; 7] = [
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"], false),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
        false,
    ),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
        false,
    ),
    ("skipped", &[], &["type", "message"], &[], true),
    ("error", &[], &["type", "message"], &[], true),
    ("failure", &[], &["type", "message"], &[], true),
    ("system-err", &[], &[], &[], true),
];

fn complaints(xml: &str) -> Vec<String> {
    let document = match Document::parse(xml) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut complaints = Vec::new();
    if !document.root_element().has_tag_name("testsuites") {
        complaints.push("the root is no testsuites".to_owned());
    }
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let Some((_, must, may, children, text)) = RULES.iter().find(|rule| rule.0 == name) else {
            complaints.push(format!("{name} is not known"));
            continue;
        };
        let wanted = must.iter().filter(|attribute| node.attribute(**attribute).is_none());
        complaints.extend(wanted.map(|attribute| format!("{name} lacks {attribute}")));
        for attribute in node.attributes() {
            let known = must.iter().chain(*may).any(|known| *known == attribute.name());
            if !known {
                complaints.push(format!("{name} has {}", attribute.name()));
            }
            // SUREFIRE_TIME, without the thousands that we do not write.
            let is_time = |text: &str| {
                !text.is_empty() && text.split('.').count() <= 2 && text.chars().all(|c| c == '.' || c.is_ascii_digit())
            };
            if attribute.name() == "time" && !is_time(attribute.value()) {
                complaints.push(format!("`{}` is no time", attribute.value()));
            }
        }
        for child in node.children() {
            if child.is_element() && !children.contains(&child.tag_name().name()) {
                complaints.push(format!("{} is in {name}", child.tag_name().name()));
            }
            if !text && child.text().is_some_and(|text| child.is_text() && !text.trim().is_empty()) {
                complaints.push(format!("text is in {name}"));
            }
        }
        complaints.extend(counted_wrong(node));
    }
    complaints
}

/// The counts of a suite are those of its cases.
fn counted_wrong(suite: Node<'_, '_>) -> Option<String> {
    if !suite.has_tag_name("testsuite") && !suite.has_tag_name("testsuites") {
        return None;
    }
    let cases: Vec<Node<'_, '_>> = suite.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let with = |name: &str| cases.iter().filter(|case| case.children().any(|child| child.has_tag_name(name))).count();
    let counts = [
        ("tests", cases.len()),
        ("failures", with("failure")),
        ("errors", with("error")),
        ("skipped", with("skipped")),
    ];
    let wrong = counts
        .into_iter()
        .find(|(name, count)| suite.attribute(*name).is_some_and(|written| written != count.to_string()))?;
    Some(format!("{} counts {} {}", suite.tag_name().name(), suite.attribute(wrong.0)?, wrong.0))
}

#[test]
fn it_is_as_the_schema_asks() {
    for report in [report(), with_everything(NASTY), with_everything("")] {
        let xml = report.render(Format::Junit);
        assert_eq!(complaints(&xml), [""; 0], "{xml}");
    }
    let mut other = with_everything(NASTY);
    other.adapter.name = NASTY.to_owned();
    let several = Reports::merge([("a", report()), ("b", other)]).unwrap().render(Format::Junit).unwrap();
    assert_eq!(complaints(&several), [""; 0], "{several}");
}

#[test]
fn the_rules_find_what_is_wrong() {
    let xml = report().render(Format::Junit);
    for (from, to, complaint) in [
        ("<testsuites ", "<testsuites skipped=\"1\" ", "testsuites has skipped"),
        ("errors=\"1\" skipped=\"2\"", "errors=\"1\" skipped=\"3\"", "testsuite counts 3 skipped"),
        ("<skipped ", "<ignored ", ""),
        ("time=\"0.007\"", "time=\"7ms\"", "`7ms` is no time"),
        ("<testcase name=", "<testcase id=", "testcase lacks name"),
        ("&gt;", "\u{1b}", ""),
    ] {
        assert!(xml.contains(from), "{from}: {xml}");
        let complaints = complaints(&xml.replacen(from, to, 1));
        assert!(complaints.iter().any(|one| one.contains(complaint)), "{from} → {to}: {complaints:?}");
    }
}

/// Text arrives whole: what XML cannot hold is spelled out.
#[test]
fn texts_arrive() {
    let xml = with_everything(NASTY).render(Format::Junit);
    let document = Document::parse(&xml).unwrap();
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(failure.text().unwrap().contains("]]> | `c` ``` </script></pre></details><!-- "), "{failure:?}");
    assert!(failure.attribute("message").unwrap().starts_with("a\\u{1b}[31mb\\u{7}\\u{9b} ]]>"), "{failure:?}");
    let stderr = document.descendants().find(|node| node.has_tag_name("system-err")).unwrap();
    assert!(stderr.text().unwrap().contains("\n::error::x\n# SKIP"), "{stderr:?}");
}
